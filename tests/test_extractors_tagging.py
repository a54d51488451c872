from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.taxonomy import load_taxonomy
from extractors.subject import Tagging
from extractors.tagging import Publisher, Tagger

TITLE = "Microsoft sells OpenAI models in China. OpenAI and Anthropic won’t."
LABELS = ("Big Tech", "AI Policy", "China", "Microsoft")


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_taxonomy())


@pytest.fixture(scope="module")
def body(seed: str) -> str:
    start, last = seed.index("Microsoft has quietly become"), "being paid by both sides."
    return seed[start : seed.index(last) + len(last)]


def names(tagging: Tagging) -> set[str]:
    return {tag.name for tag in tagging.tags}


def assert_evidence_holds(tagging: Tagging, title: str, text: str) -> None:
    fields = {"title": title, "text": text}
    for tag in tagging.tags:
        assert tag.evidence, tag
        assert 0 <= tag.score <= 1
        for why in tag.evidence:
            if why.field:
                assert fields[why.field][why.start : why.end] == why.detail != ""
            else:
                assert (why.start, why.end) == (0, 0)


CIRCUMSTANCES = {
    "with nothing else known": {},
    "with its own category": {"categories": ("Big Tech",)},
    "with a broad category": {"categories": ("AI", "Artificial Intelligence")},
    "with a category that is one of the labels": {"categories": ("AI Policy", "China", "Microsoft")},
    "with a category that says something else": {"categories": ("Generative AI", "Cloud")},
    "with categories that mean nothing": {"categories": ("Uncategorized", "Featured", "News")},
    "from AI News": {"publisher": Publisher(name="AI News")},
    "from AI News, in English, with a category": {
        "publisher": Publisher(name="AI News"),
        "language": "en-GB",
        "categories": ("AI",),
    },
}


@pytest.mark.parametrize("known", CIRCUMSTANCES.values(), ids=CIRCUMSTANCES)
def test_the_sample_has_exactly_its_labels(tagger: Tagger, body: str, known: dict[str, object]) -> None:
    tagging = tagger.tag(TITLE, body, **known)  # type: ignore[arg-type]
    assert tagging.labels == LABELS
    assert tagging.section == "Big Tech"
    assert set(LABELS) <= names(tagging)
    assert_evidence_holds(tagging, TITLE, body)
    kinds = {tag.name: tag.kind for tag in tagging.tags}
    assert [kinds[label] for label in LABELS] == ["section", "topic", "place", "company"]


def test_who_reports_is_no_subject(tagger: Tagger, body: str) -> None:
    tagging = tagger.tag(TITLE, body)
    assert not {"Bloomberg", "Axios"} & (names(tagging) | {one.name for one in tagging.entities})


def test_a_source_in_the_title_of_another_is_a_subject(tagger: Tagger) -> None:
    title = "Reuters sues an AI start-up over copyright"
    assert "Reuters" in names(tagger.tag(title, ""))
    assert "Reuters" not in names(tagger.tag(title, "", publisher=Publisher(name="Reuters")))


HEADLINES = {
    "a round is funding": ("Brightwater raises $20M Series A to clean rivers", {"Funding"}, {"M&A", "Big Tech"}),
    "a raised question is not": ("Failed merger raises questions about the board", {"M&A"}, {"Funding"}),
    "a purchase is M&A": ("Google acquires the sensor maker Orbling for $2 billion", {"M&A", "Big Tech", "Google"}, {"Funding"}),
    "chips are not crisps": ("Neighbours chip in for a fish and chips supper", set(), {"Chips"}),
    "a fab is": ("TSMC to build a semiconductor fab in Dresden", {"Chips", "Europe"}, {"China"}),
    "a hack is security": ("Hackers steal customer records in ransomware attack on clinic chain", {"Security"}, {"Funding"}),
    "a hackathon is not": ("Students win a hackathon with a bird counter", set(), {"Security"}),
    "parliament and AI make AI policy": ("Parliament votes on rules for artificial intelligence", {"AI Policy"}, {"Tech Policy"}),
    "antitrust is tech policy": ("Judge finds Google broke antitrust law in search", {"Tech Policy", "Big Tech"}, {"AI Policy"}),
    "a humanoid is robotics": ("This humanoid robot can fold your laundry", {"Robotics"}, {"Autonomous Vehicles"}),
    "a robotaxi drives itself": ("Waymo opens its robotaxi service in Denver", {"Autonomous Vehicles", "Big Tech"}, {"Robotics"}),
    "a resignation is leadership": ("Chief executive of Nokia resigns after two years", {"Leadership"}, set()),
    "a former employer is no actor": ("Ex-Google engineers raise $8M for a weather start-up", {"Funding"}, {"Big Tech", "Google"}),
    "demonyms make a place": ("Indian grocery app doubles its orders", {"India"}, {"China"}),
    "cities make a region": ("Start-ups from London and Paris plan to merge", {"Europe"}, set()),
    "the river is no company": ("Fires spread across the Amazon rainforest", set(), {"Amazon", "Big Tech"}),
    "pie is no company": ("Apple pie with cinnamon, the easy way", set(), {"Apple", "Big Tech"}),
    "an arm is no company": ("Arm wrestling returns to the village fair", set(), {"Arm", "Chips"}),
    "with chips it is": ("Arm designs a server chip for Meta", {"Arm", "Chips", "Big Tech", "Meta"}, set()),
    "Claude may be a person": ("Claude Monet's garden opens again", set(), {"Claude", "Generative AI"}),
    "beside Anthropic it is a model": ("Anthropic gives Claude a memory", {"Claude", "Anthropic", "Generative AI"}, set()),
    "an oracle may speak at Delphi": ("The oracle of Delphi, explained", set(), {"Oracle"}),
    "money is no company": ("He spent $X on shoes", set(), {"X"}),
    "a name begun small is found as it is written": ("New iPhone and iPad sell out on eBay", {"iPhone", "iPad", "eBay"}, set()),
    "an analogy is no actor": ("Brightwater wants to be the AWS for rivers", set(), {"AWS", "Big Tech"}),
    "nor is a customer that is not one": ("First non-Amazon order for the van maker", set(), {"Amazon", "Big Tech"}),
    "an executive order is policy": ("Governor signs executive order on school lunches", {"Policy"}, {"Leadership"}),
    "a regulator is policy": ("FTC wants refunds to be easier", {"Policy"}, set()),
    "an election is policy": ("Early results in the presidential election", {"Policy"}, set()),
    "law enforcement makes no law": ("Law enforcement returns stolen phones to shop", set(), {"Tech Policy", "Policy"}),
    "a state in the title of a town is no regulator": ("Robotaxi service starts in Washington, D.C.", {"Autonomous Vehicles"}, {"Tech Policy"}),
    "nor are sunglasses a ban": ("A walk with my Ray-Ban Meta glasses", {"Big Tech"}, {"Tech Policy", "Policy"}),
    "arms are no policy by themselves": ("Defence start-up tests a drone for the army", {"Defence"}, {"Policy"}),
    "a quarrel of firms goes to court, not to parliament": ("Two bakeries settle their lawsuit over a recipe", {"Courts"}, {"Policy"}),
    "tariffs on phones are tech policy": ("New tariffs on smartphones from next week", {"Tech Policy", "Policy"}, {"AI Policy"}),
    "a shop that closes raises nothing": ("Start-up closes shop after two years", {"Startups"}, {"Funding"}),
    "a changed game is no game": ("How one clinic is changing the game in dentistry", set(), {"Gaming"}),
    "a game of that name is no cartel": ("Five evenings of playing Monopoly online", set(), {"Tech Policy"}),
    "an officer named in passing stays in office": ("A talk with the chief executive of a bakery about bread", set(), {"Leadership"}),
    "an app that taps a model hires nobody": ("New camera app taps AI to name birds", set(), {"Leadership"}),
    "a firm that taps a chief does": ("Bakery taps rival’s founder as chief product officer", {"Leadership"}, set()),
    "an error in a program needs no tool": ("Fridge blames programming error for warm milk", set(), {"Developer Tools"}),
    "a university is no place": ("University of Texas opens a library with Boston University", set(), {"Texas", "Boston"}),
    "a newspaper is no place": ("Los Angeles Times moves out of its old building", {"Los Angeles Times"}, {"Los Angeles"}),
}  # fmt: skip


@pytest.mark.parametrize(("title", "given", "withheld"), HEADLINES.values(), ids=HEADLINES)
def test_headlines(tagger: Tagger, title: str, given: set[str], withheld: set[str]) -> None:
    found = names(tagger.tag(title, ""))
    assert given <= found
    assert not withheld & found


def test_a_category_speaks_where_the_text_is_silent(tagger: Tagger) -> None:
    tagging = tagger.tag("A quiet day in the valley", "Nothing happened.", ("Robotics", "Featured", "Nonsense"))
    claims = {claim.category: claim.tag for claim in tagging.claims}
    assert claims == {"Robotics": "robotics", "Featured": None, "Nonsense": None}
    assert tagging.labels == ("Robotics",)
    robotics = next(tag for tag in tagging.tags if tag.name == "Robotics")
    assert [(why.source, why.detail) for why in robotics.evidence] == [("feed", "Robotics")]
    assert "Hardware" in names(tagging)  # its parent


def test_another_language_keeps_entities_and_categories_but_no_keywords(tagger: Tagger) -> None:
    text = "Das Unternehmen hat den Vertrag mit der Regierung nicht verlängert, weil es in der Cloud an Robotern und Chips mit den Partnern arbeitet und das auch in Zukunft so bleiben soll."
    tagging = tagger.tag("Microsoft und Siemens streiten über Cloud und Chips", text, ("Business",), "de")
    assert {"Microsoft", "Siemens", "Big Tech", "Business"} <= names(tagging)
    assert not {"Cloud", "Chips", "Robotics"} & names(tagging)


def test_the_publishers_own_name_counts_for_nothing(tagger: Tagger) -> None:
    text = "Robot News has learnt that the bakery will close. Robot News asked the baker, who told Robot News so."
    assert "Robotics" in names(tagger.tag("Bakery closes, Robot News learns", text))
    assert "Robotics" not in names(
        tagger.tag("Bakery closes, Robot News learns", text, publisher=Publisher(name="Robot News"))
    )


NEW_NAMES = {
    "a company that raises": ("Brightwater raises $20M to clean rivers", "", ("company", "Brightwater")),
    "a company by what it is called": ("A big day for chipmaker Quillon", "", ("company", "Quillon")),
    "a company by apposition": ("A river is clean", "The work was done by Brightwater, a start-up from Leeds.", ("company", "Brightwater")),
    "a company by its last word": ("A river is clean", "It was Tarn Robotics that did it.", ("company", "Tarn Robotics")),
    "a company by its officer": ("A river is clean", "We asked Brightwater CEO Ola Nordmann.", ("company", "Brightwater")),
    "a person by office": ("A river is clean", "We asked economy minister Wang Mei-hua about it.", ("person", "Wang Mei-hua")),
    "a person by given name": ("A river is clean", "It was Maria Quillfeather who did it.", ("person", "Maria Quillfeather")),
    "a person by what they do": ("A river is clean", "“Yes,” Ulvhild Nordmann said.", ("person", "Ulvhild Nordmann")),
    "a person with an initial": ("A river is clean", "It was Maria J. Quillfeather who did it.", ("person", "Maria J. Quillfeather")),
    "a person by a title with a dot": ("A river is clean", "We asked Rep. Ulvhild Nordmann about it.", ("person", "Ulvhild Nordmann")),
    "a person by an office further on": ("A river is clean", "It pleased Ulvhild Nordmann, the town’s chief engineer.", ("person", "Ulvhild Nordmann")),
    "a company by what follows first": ("A river is clean", "It pleased Tarn Brightwater, a start-up led by an engineer.", ("company", "Tarn Brightwater")),
    "a company by who founded it": ("A river is clean", "It pleased Brightwater, founded by two brothers.", ("company", "Brightwater")),
    "a company by what it does in the end": ("Brightwater, a clever sieve seen in every river, raises $4M", "", ("company", "Brightwater")),
    "a company that invests is no person": ("A river is clean", "It pleased Tarn Brightwater, a lead investor in the firm.", ("company", "Tarn Brightwater")),
}  # fmt: skip


@pytest.mark.parametrize(("title", "text", "entity"), NEW_NAMES.values(), ids=NEW_NAMES)
def test_names_nobody_listed_are_found(tagger: Tagger, title: str, text: str, entity: tuple[str, str]) -> None:
    found = tagger.tag(title, text).entities
    assert entity in {(one.type, one.name) for one in found}


NO_NAMES = {
    "a ministry is no person": ("A river is clean", "The Water Ministry said so."),
    "nor is a firm in capitals": ("A river is clean", "The word of QRN Com said it all."),
    "an adjective before AI names nobody": (
        "A river is clean",
        "Viral AI pictures. Corporate AI budgets. Generative AI launches.",
    ),
    "a caucus is no company": ("A river is clean", "The Caucus launches on Monday."),
    "what follows a known name belongs to it": (
        "Google Pondsheets gets a new colour",
        "Walmart Stores Inc. was there.",
    ),
    "a sentence after a Series B is no name": (
        "A river is clean",
        "They closed their Series B. Everything launches soon.",
    ),
}


@pytest.mark.parametrize(("title", "text"), NO_NAMES.values(), ids=NO_NAMES)
def test_what_looks_like_a_name_and_is_none(tagger: Tagger, title: str, text: str) -> None:
    listed = tagger.taxonomy.entities
    assert [one.name for one in tagger.tag(title, text).entities if one.id not in listed] == []


@pytest.mark.parametrize("text", ["Aa. " * 20_000, "A. " * 30_000, "Aa, " + "bb " * 30_000, "Aa Bb, " * 20_000])
def test_names_are_looked_for_in_bounded_time(tagger: Tagger, text: str, pace: float) -> None:
    start = time.process_time()
    assert len(tagger.tag("Aa Bb, a c", text).entities) <= 12  # as many as are kept
    assert time.process_time() - start < 2 * pace


def test_the_surname_of_a_name_with_an_initial_may_stand_alone(tagger: Tagger) -> None:
    found = tagger.tag("A talk", "Maria J. Quillfeather came. Quillfeather left.").entities
    assert [(one.name, one.mentions) for one in found] == [("Maria J. Quillfeather", 2)]


def test_a_name_found_by_pattern_scores_lower_than_a_listed_one(tagger: Tagger) -> None:
    scores = [
        next(tag.score for tag in tagger.tag(f"{name} raises $20M", "").tags if tag.name == name)
        for name in ("Brightwater", "Anthropic")
    ]
    assert scores[0] < scores[1]


def test_a_surname_alone_counts_after_the_full_name(tagger: Tagger) -> None:
    text = "Smith came early. Brad Smith spoke. Smith left."
    smith = next(one for one in tagger.tag("A talk", text).entities if one.name == "Brad Smith")
    assert smith.mentions == 2


@pytest.mark.parametrize("before", range(970, 1001))
def test_a_name_that_lies_across_the_reach_of_the_name_finder_breaks_nothing(tagger: Tagger, before: int) -> None:
    text = "word " * (before // 5) + "x" * (before % 5 - 1) + " Maria Scorsetti said so."
    assert_evidence_holds(tagger.tag("A quiet day", text), "A quiet day", text)


WEIRD = {
    "nothing": ("", ""),
    "spaces": ("  \n", "\t\n \u2028"),
    "surrogates": ("\ud800", "Microsoft \udfff said"),
    "nulls": ("\0\0", "Apple\0Google"),
    "growing letters": ("İİİ Microsoft", "İ" * 50 + " Google"),
    "combining marks": ("M\u0301icrosoft", "\u0301" * 500),
    "right to left": ("שלום Microsoft", "مرحبا Google"),
    "astral": ("😀" * 30, "\U0001d544icrosoft 😀 Google"),
    "one endless word": ("a" * 50_000, "A" * 200_000),
    "capitals without end": ("Aa " * 5_000, "Aa " * 50_000),
    "names without end": ("Apple Amazon rainforest " * 50, "Arm Amazon rainforest Apple pie " * 6_000),
    "persons without end": ("Elon Musk " * 90, "Brad Smith Smith Wang Mei-hua said " * 5_000),
    "money without end": ("raises $" * 100, "raises raises raises $ $ $ " * 4_000),
}


@pytest.mark.parametrize(("title", "text"), WEIRD.values(), ids=WEIRD)
def test_any_text_is_tagged_in_bounded_time(tagger: Tagger, title: str, text: str, pace: float) -> None:
    start = time.process_time()
    tagging = tagger.tag(title, text, ("", "x" * 999), "", Publisher(name=title))
    assert time.process_time() - start < 2 * pace
    assert_evidence_holds(tagging, title, text)


def test_two_processes_with_other_hash_seeds_say_the_same() -> None:
    script = (
        "from config.taxonomy import load_taxonomy; from extractors.tagging import Tagger;"
        "print(Tagger(load_taxonomy()).tag('Apple and Meta sue Germany over AI law', 'Berlin and Paris, Tim Cook, Zuckerberg. ' * 9,"
        " ('AI', 'Chips', 'Cloud')))"
    )
    house = Path(__file__).parents[1]
    said = {
        subprocess.run([sys.executable, "-c", script], cwd=house, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


@pytest.mark.corpus
def test_the_hand_labelled_set_is_tagged_well(tagger: Tagger, corpus: Path) -> None:
    import gzip
    import json

    with gzip.open(corpus / "topics" / "hand_ai_tech_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = {label for row in rows for label in row["labels"]}
    right = given = true = 0
    for row in rows:
        found = names(tagger.tag(row["title"], row["text"])) & wanted
        right, given, true = right + len(found & set(row["labels"])), given + len(found), true + len(row["labels"])
    assert 2 * right / (given + true) >= 0.9
