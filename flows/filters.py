"""The three Unix filters: JSON lines in, JSON lines out, no database, order kept.

    fanmill clean  < pages.jsonl       fanmill tag < articles.jsonl       fanmill dedupe < articles.jsonl

A line that cannot be used becomes `{"id": …, "error": …}` in its place, the others go on, and the exit code is 1.
Whatever comes in, each line that goes out is JSON in UTF-8.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from math import isfinite
from typing import IO, Any

from config.chrome import ChromeConfig
from config.taxonomy import Taxonomy
from extractors.clean import clean_page, clean_text, compile_rules
from extractors.model import Cleaned, Page
from extractors.subject import Tagging
from extractors.tagging import Tagger
from extractors.trained import Trained, Training, ranked

Row = dict[str, Any]
TYPES = ("company", "person", "place", "product")


class RowError(ValueError):
    """A row lacks what its filter needs."""


def text_of(row: Row, key: str) -> str:
    """A text field of a row, "" when absent. Raises `RowError` when it is something else."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"{key} must be a string")
    return value.encode("utf-8", "replace").decode()  # JSON may spell half a character: "\ud800"


def read_row(line: str) -> Row:
    """One line as a row. Raises `RowError`."""
    try:
        row = json.loads(line, parse_constant=refuse, parse_float=finite)
    except RowError:
        raise
    except (ValueError, RecursionError):
        raise RowError("not a line of JSON") from None
    if not isinstance(row, dict):
        raise RowError("not a JSON object")
    if not isinstance(row.get("id"), str | int | float | None):
        raise RowError("id must be a string or a number")
    return row


def refuse(constant: str) -> None:
    """Python reads NaN and Infinity; JSON has no such words."""
    raise RowError(f"{constant} is not JSON")


def finite(number: str) -> float:
    """A number with a fraction or exponent. Raises `RowError` for one that is too large, such as 1e999."""
    value = float(number)
    if not isfinite(value):
        raise RowError(f"{number} is too large a number")
    return value


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """Rows in order; a bad line gives a row with only `id` and `error`. Blank lines are passed over."""
    for line in lines:
        if line.strip():
            try:
                yield read_row(line)
            except RowError as error:
                yield {"id": None, "error": str(error)}


def write(answers: Iterable[Row], out: IO[bytes] | None = None) -> int:
    """Write answers as they come, to standard output. Gives the exit code: 1 when any of them is an error."""
    out, failed = out or sys.stdout.buffer, 0
    for answer in answers:
        failed |= "error" in answer
        out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        out.flush()
    return failed


def each(work: Callable[[Row], Row], lines: Iterable[str]) -> Iterator[Row]:
    """Answer each row on its own, turning a bad one into its error."""
    for row in rows(lines):
        try:
            yield row if row.keys() == {"id", "error"} else {"id": row.get("id"), **work(row)}
        except RowError as error:
            yield {"id": row.get("id"), "error": str(error)}
        except Exception as error:  # noqa: BLE001 - a fault of ours costs its row, not the million after it
            yield {"id": row.get("id"), "error": f"{type(error).__name__}: {error}"}


def cleaner(chrome: ChromeConfig) -> Callable[[Row], Row]:
    """The work of `fanmill clean`, rules compiled."""
    rules = compile_rules(chrome)

    def clean(row: Row) -> Row:
        html, text = text_of(row, "html"), text_of(row, "text")
        if not html and not text:
            raise RowError('needs "html" or "text"')
        if html:
            body = html.encode("utf-8", "replace")
            return cleaned_row(clean_page(Page(url=text_of(row, "url"), body=body, charset="utf-8"), rules))
        return cleaned_row(clean_text(text, rules, text_of(row, "title")))

    return clean


def cleaned_row(cleaned: Cleaned) -> Row:
    """A cleaned text as the filter prints it."""
    return {
        "title": cleaned.title,
        "text": cleaned.text,
        "author": cleaned.author,
        "date": cleaned.published.isoformat() if cleaned.published else None,
        "links": [asdict(link) for link in cleaned.links],
        "cuts": [asdict(cut) for cut in cleaned.cuts],
        "extractor": cleaned.source,
    }


def tagger(taxonomy: Taxonomy, trained: Trained | None = None) -> Callable[[Row], Row]:
    """The work of `fanmill tag`, taxonomy compiled. With a model each row also has all it knows, under "model"."""
    plain = Tagger(taxonomy)
    compiled = Tagger(taxonomy, Training(models=(trained,))) if trained else plain

    def tag(row: Row) -> Row:
        title, text = text_of(row, "title"), text_of(row, "text")
        categories = row.get("categories") or []
        if not isinstance(categories, list) or not all(isinstance(item, str) for item in categories):
            raise RowError("categories must be a list of strings")
        if not title and not text and not categories:
            raise RowError('needs "title" or "text"')
        answer = tagged_row(compiled.tag(title, text, categories))
        return answer | ranking(trained, plain, title, text) if trained else answer

    return tag


def ranking(trained: Trained, plain: Tagger, title: str, text: str) -> Row:
    """What a model says of every label it knows, the likeliest first."""
    found = ranked(trained, plain.vocabulary.read(title, text), plain.tag(title, text))
    return {"model": [{"label": label, "score": round(chance, 4)} for label, chance in found]}


def tagged_row(tagging: Tagging) -> Row:
    """Tags as the filter prints them."""
    tags = [
        {"id": t.id, "name": t.name, "kind": t.kind, "score": t.score, "evidence": [asdict(e) for e in t.evidence]}
        for t in tagging.tags
    ]
    entities = {kind: [entity.name for entity in tagging.entities if entity.type == kind] for kind in TYPES}
    return {"section": tagging.section, "tags": tags, "labels": list(tagging.labels), "entities": entities}


def lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines of a byte stream as text; a byte that is no UTF-8 becomes U+FFFD instead of ending the stream."""
    return (line.decode("utf-8", "replace") for line in stream)


def grouped(source: Iterable[str], *, stories: bool = False) -> Iterator[Row]:
    """The work of `fanmill dedupe`: rows in order, bad ones as errors in their place."""
    from flows.dedupe import dedupe

    waiting: list[Row] = []
    for answer in dedupe(good(source, waiting, stories=stories), stories=stories):
        yield from drain(waiting)
        yield answer
    yield from drain(waiting)


def good(source: Iterable[str], waiting: list[Row], *, stories: bool = False) -> Iterator[Row]:
    """The rows that `dedupe` can use; what it cannot is put into `waiting` as errors."""
    for row in rows(source):
        try:
            if row.keys() == {"id", "error"}:
                waiting.append(row)
                continue
            keys = ("title", "text", "url", "published", *(("source",) if stories else ()))
            fields = {key: text_of(row, key) for key in keys}
            if not (fields["title"] or fields["text"] or fields["url"]):
                raise RowError('needs "title", "text" or "url"')
            yield {"id": row.get("id"), **fields}
        except RowError as error:
            waiting.append({"id": row.get("id"), "error": str(error)})


def drain(waiting: list[Row]) -> Iterator[Row]:
    """Empty the list in order."""
    while waiting:
        yield waiting.pop(0)
