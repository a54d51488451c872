from __future__ import annotations

import pytest

from extractors.language import guess

TEXTS = {
    "English prose": ("The company said that it will sell the unit to a rival, which has not yet said what it is going to do with it.", None, "en"),
    "German prose": ("Das Unternehmen teilte mit, dass es die Sparte an einen Konkurrenten verkaufen wird, der sich noch nicht dazu geäußert hat.", None, "de"),
    "French prose": ("La société a annoncé que la division sera vendue à un concurrent qui ne s’est pas encore exprimé sur ce que cela veut dire pour les salariés.", None, "fr"),
    "Spanish prose": ("La empresa dijo que venderá la unidad a un rival, que no ha dicho todavía lo que va a hacer con ella en los próximos meses.", None, "es"),
    "German under an English flag": ("Das Unternehmen teilte mit, dass es die Sparte an einen Konkurrenten verkaufen wird, der sich noch nicht dazu geäußert hat.", "en-US", "de"),
    "too short to judge": ("Microsoft kauft Startup", "de-AT", "de"),
    "too short and undeclared": ("Microsoft buys start-up", None, None),
    "a flag with an underscore": ("Hi", "pt_BR", "pt"),
    "nothing at all": ("", "", None),
    "Chinese": ("微软公司宣布将把该部门出售给竞争对手", "en", "zh"),
    "Japanese": ("マイクロソフトはその部門を売却すると発表した", None, "ja"),
    "Russian": ("Компания продаст своё подразделение конкуренту", None, "ru"),
    "English with one Chinese name": ("The company, called 微软, said that it will sell the unit to a rival, which has not yet said what it is to be.", None, "en"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "declared", "language"), TEXTS.values(), ids=TEXTS)
def test_the_language_is_guessed(text: str, declared: str | None, language: str | None) -> None:
    assert guess(text, declared) == language
