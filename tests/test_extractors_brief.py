from __future__ import annotations

import pytest

from extractors.brief import LEADS, READ, Sentence, brief

TITLE = "Brightwater buys the harbour of Port Alder"
FIRST = "Brightwater paid $40 million on Tuesday for a place that nobody else had wanted in years."
SECOND = "The sale includes four cranes, a warehouse and the right to collect fees from every ship."
WHY = "The harbour could double its fees, because Brightwater has no rival within 90 miles."
PLAIN = "Ann Lowe walked along the quay with her dog and looked at the boats."
TEXT = f"{FIRST} {SECOND}\n\n{PLAIN} {PLAIN}\n\n{WHY}\n\n{PLAIN}"


def said(found: tuple[Sentence, ...], role: str) -> list[str]:
    return [one.text for one in found if one.role == role]


def leads(text: str, title: str = TITLE) -> list[str]:
    return said(brief(title, text), "lead")


def test_a_brief_is_two_leads_and_a_why() -> None:
    found = brief(TITLE, TEXT)
    assert [one.role for one in found] == ["lead", "lead", "why"]
    assert [one.text for one in found] == [FIRST, SECOND, WHY]
    assert all(TEXT[one.start : one.end] == one.text for one in found)


PASSED_OVER = {
    "a heading": "What the harbour has to offer now",
    "a byline": "By Ann Lowe and Bob Ames in Port Alder",
    "a byline with a stop": "By Ann Lowe, Port Alder Gazette.",
    "a list item": "- Four cranes that were built in Leeds long ago.",
    "a numbered item": "1. Four cranes that were built in Leeds long ago.",
    "a caption": "The harbour of Port Alder at dawn in winter. (Photo: Ann Lowe)",
    "a credit": "Photo by Ann Lowe shows the harbour on a clear day.",
    "a picture's owner": "The harbour as seen from the hill, Getty Images.",
    "a copyright line": "© 2026 Port Alder Gazette and its many partners.",
    "a question to the reader": "Have you ever been to the harbour of Port Alder?",
    "an introduction": "Here is what the harbour has to offer to its guests:",
    "the title again": "Brightwater buys the harbour of Port Alder.",
    "a bare quotation": "“We are ready for whatever the sea brings to us.”",
    "a dateline alone": "PORT ALDER, May 3",
    "a shout": "THIS IS ALL THAT YOU NEED TO KNOW ABOUT IT.",
    "an update": "Updated: this story was changed to add a comment.",
    "an offer": "Sign up for the newsletter of the Port Alder Gazette.",
    "a few words": "It rained.",
}


@pytest.mark.parametrize("line", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_tells_nothing_is_no_lead(line: str) -> None:
    assert leads(f"{line}\n\n{TEXT}") == [FIRST, SECOND]


def test_a_sentence_within_a_longer_quotation_is_no_lead() -> None:
    assert leads(f"“We are ready for the ships. They will come in numbers. We know,” said Lowe.\n\n{TEXT}") == [
        FIRST,
        SECOND,
    ]


DATELINES = {
    "an agency": "PORT ALDER, May 3 (Reuters) - ",
    "an agency and a dash": "PORT ALDER (AP) — ",
    "a place": "PORT ALDER — ",
    "a place with a state": "ALDER, S.C. (AP) — ",
}


@pytest.mark.parametrize("line", DATELINES.values(), ids=DATELINES)
def test_a_lead_begins_after_its_dateline(line: str) -> None:
    found = brief(TITLE, line + TEXT)
    assert found[0].text == FIRST
    assert found[0].start == len(line)


def test_an_acronym_before_a_dash_is_no_dateline() -> None:
    text = f"NASA – the agency for space – paid the fees of the harbour. {SECOND}"
    assert leads(text)[0].startswith("NASA")


CUES = {
    "English": "This means that ships would have to pay more than they did before.",
    "German": "Das bedeutet, dass die Gebühren für alle Schiffe deutlich steigen könnten.",
    "French": "La vente signifie que les navires pourraient payer davantage à partir de demain.",
    "Spanish": "La venta significa que los barcos podrían pagar mucho desde el próximo mes.",
    "figures and headline, no language": "Brightwater harbour laivat 40 million euro, satama 25 % Alder Port ja vene.",
    "Japanese, by figures and headline": "港の売却で船の料金は来年から40%上がり、年間50億円になる見通しだと会社は説明した。",
}


@pytest.mark.parametrize("sentence", CUES.values(), ids=CUES)
def test_what_says_why_is_found_by_cues_figures_and_headline(sentence: str) -> None:
    title = "会社が港の売却を発表" if sentence[0] > "\u2fff" else TITLE
    text = f"{FIRST} {SECOND}\n\n{PLAIN} {sentence}\n\n{PLAIN}"
    assert said(brief(title, text), "why") == [sentence]


NO_WHY = {
    "nothing but plain sentences": PLAIN,
    "a quotation": "“The harbour could double its fees, because there is no rival within 90 miles.”",
    "a heading": "Why Brightwater could double its fees because of 90 miles",
    "a question": "Could Brightwater double its harbour fees because it has no rival within 90 miles?",
    "half a quotation": "“The harbour could double its fees, because Brightwater has no rival within 90 miles.",
    "a short one": "It could mean $40 million, because it could.",
    "a long one": WHY[:-1] + ", and so it goes on and on" * 12 + ".",
}


@pytest.mark.parametrize("sentence", NO_WHY.values(), ids=NO_WHY)
def test_there_may_be_no_why(sentence: str) -> None:
    assert said(brief(TITLE, f"{FIRST} {SECOND}\n\n{sentence}\n\n{PLAIN}"), "why") == []


def test_the_earlier_of_equals_says_why() -> None:
    other = WHY.replace("harbour", "quayside")
    found = brief(TITLE, f"{FIRST} {SECOND}\n\n{WHY} {WHY}\n\n{other}")
    assert found[-1].start == len(f"{FIRST} {SECOND}\n\n")


def test_no_more_is_read_than_a_bound_and_a_sentence_cut_there_is_none() -> None:
    far = f"{FIRST} {SECOND} {'Plain words follow each other here. ' * 600}"
    assert len(far) > READ
    assert said(brief(TITLE, f"{far} {WHY}"), "why") == []
    cut = brief("", "x" * (READ - len(FIRST) // 2) + f"\n\n{FIRST}")
    assert cut == ()


def test_scripts_without_spaces_have_leads() -> None:
    one, two = "会社は火曜日に港を四十億円で買収したと発表した。", "売却には四つのクレーンと倉庫が含まれている。"
    assert leads(f"見出し\n\n{one}{two}", "港の買収") == [one, two]


HOSTILE = {
    "nothing": "",
    "only spaces": " \n" * 50_000,
    "stops": "." * 1_000_000,
    "quotes": '"' * 1_000_000,
    "capitals and dashes": "ABC " * 20_000 + "- ",
    "one word": "x" * 1_000_000,
    "digits": "1,2." * 100_000,
    "half characters": "\ud800 and \udfff went on. " * 5_000,
    "NUL": "\x00 a b c d e f g h i j k l m n o. " * 5_000,
    "no letters": "!? -- ++ == .. " * 10_000,
    "letters that grow": "İstanbul is İ and İ could mean $3 million. " * 1_000,
    "words that fold": "\ufdfa " * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_gives_a_brief_that_stands_in_it(text: str) -> None:
    for title in ("", TITLE, text):
        found = brief(title, text)
        assert len(found) <= LEADS + 1
        assert all(text[one.start : one.end] == one.text for one in found)
        assert found == brief(title, text)


def test_the_sample_article_has_its_first_sentences_and_its_billion(seed: str) -> None:
    body = seed[seed.index("Microsoft has quietly") : seed.index("See also")].strip()
    found = brief("Microsoft sells OpenAI models in China. OpenAI and Anthropic won’t.", body)
    assert [one.role for one in found] == ["lead", "lead", "why"]
    assert found[0].start == 0
    assert found[1].text.startswith("The arrangement")
    assert "Microsoft" in found[2].text
