"""Sentences that a paper prints and that begin as chrome does: they stay, wherever they stand and however they come."""

from __future__ import annotations

import html

import pytest

from benchmarks.probes import AT, BODY, TITLE, Place
from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_feed, clean_page, clean_text, compile_rules
from extractors.marks import hash_of
from extractors.model import Entry, Learnt, Page

URL = "https://news.example/2026/05/harbour-cranes-learn-to-wait/"
SENTENCES = {
    "affiliate": (
        "We need a commission of inquiry into the way in which the contract for the pier was awarded.",
        "If you ask the European Commission, the subsidy for the terminal was lawful from the first day.",
        "When you read the report of the electoral commission, you find no word on the missing ballots.",
        "This site was chosen by the planning commission in 1974.",
        "If you look at the affiliates of the network, most of them lose money.",
    ),
    "appeared-first": (
        "The report is based on a survey of harbours that was first published in the journal Coastal Engineering.",
        "The report notes that emissions have risen since the figures were first published in 1990.",
        "The story has been told many times since the diary was first published in 1923.",
        "The post office on the island first appeared on maps in 1803.",
        "The post was first published on Facebook on Monday and has been shared 40,000 times.",
        "An interview with the minister, first published in Le Monde, caused an outcry in the capital.",
        "First published in 1922, the novel was banned for eleven years.",
        "Previously posted at the embassy in Rome, she will start in May.",
        "See the original version in the museum.",
    ),
    "audio": ("Listen to the story of her life.", "This video requires a strong stomach."),
    "author-bio": (
        "Her father was a reporter for the harbour paper and her mother taught at the school by the sea.",
        "Hanna Weiss was an editor at the Courier until 1998.",
        "The boy joined a reporter in the search for his dog.",
    ),
    "banner": (
        "Banner of the summer festival was stolen at night.",
        "Posters for the summit were printed in eleven languages.",
        "Banners for the conference hung from every lamp post, and the wind took most of them.",
    ),
    "caption": (
        "Photos by the crew show cracks in the deck and water in the hold.",
        "Pictures: the museum has four thousand of them, and nobody has ever counted the negatives.",
        "Photos via satellite show the crane on its side.",
        "Bild: Die Zeitung hat elf Redakteure entlassen, und niemand hat es gemerkt.",
    ),
    "caption-agency": ("The news reached Brussels via Reuters.", "The company was later sold to Reuters/AFP."),
    "comments": ("Join the conversation, she told them.", "Tell us, the judge said, why the comments were deleted."),
    "contact": (
        "Contact with the trawler was lost at noon, and the coastguard could not call the crew.",
        "Have a story to tell, and the whole newsroom listens.",
        "Send the army, the minister told the news team.",
    ),
    "cookie": (
        "By clicking on the attachment, the clerk let the attackers run their JavaScript in the town hall's network.",
    ),
    "copyright": (
        "Copyright law was last changed in 1998, when the disc was new.",
        "Reproduction without males is common in lizards.",
        "All rights reserved, the map says.",
    ),
    "event-promo": (
        "Attend any council meeting and you will hear the same question about the event that nobody talks about.",
        "Hear from the engineers first and plan the workshop later: that was the advice.",
        "Get your tickets at the pier, the posters said, and the events of that night would make them famous.",
        "Discover the summit by bus: the road has been open since May.",
    ),
    "login": (
        "This story requires patience to read the map at its end.",
        "The article is missing from the edition that registered readers received.",
        "Sign up to view the bodies, the relatives were told.",
        "この記事は会員の証言をもとに書かれた。",
    ),
    "more-stories": ("More news followed, and the crowd went to read it on the wall.",),
    "newsletter": (
        "For more than a year they wrote to each other by e-mail.",
        "The newsletter that nobody asked for was delivered to every house in the town.",
    ),
    "paywall": (
        "The rest of the committee members abstained.",
        "The full council, which has sixteen members, will vote on it.",
        "You have reached the pier when you see the old membership board.",
        "Keep reading to children, the members of the library board say.",
        "Get this bill through the house and the members will follow.",
        "This content is restricted to those aged 18 and over, and subscribers must prove it.",
        "Become a member of the board and you see the files.",
        "This story is for members of every church.",
        "Sie haben die Abonnenten vergessen.",
    ),
    "pointer": (
        "Don't miss: The view from the top of the lighthouse at sunset.",
        "Must-read: “The Ferry”, a novel by Ann Lee (2019).",
        "Now see: he was right.",
        "See also: the list of 2019, which counted every crane on the quay.",
        "À lire : le rapport que le ministre a reçu en mai.",
        "関連\uff1a法案は来年の国会に提出される見通しだ。",
    ),
    "powered-by": (
        "Powered by a 1.5-litre diesel engine.",
        "The ferry company is owned by a pension fund that wants to see a profit by next year.",
        "The bus company is operated by volunteers who visit the islands once a month.",
    ),
    "share": ("Share by share, the family lost the company.", "Share on the market: nine per cent."),
    "skip": ("Skip to the end of the war, and the town is rubble.", "Return to top form was what he wanted."),
    "support": ("If you value democracy, support independent candidates.", "Support independent radio, they cried."),
    "tags": (
        "Themen: Das Treffen endet am Freitag mit einer Erklärung zu Fisch und Fähren.",
        "More on: the fight goes into its third day.",
    ),
    "widget": (
        "Try again, fail again, fail better.",
        "Ask the assistant coach why he left.",
        "Choose an option that you can pay for.",
        "Failed to load the lorry, the driver was sent home.",
    ),
}
LABELS = ("Something went wrong.", "Try again.", "An error occurred.")  # chrome at an edge, speech within
EVERYWHERE = [(sentence, place) for row in SENTENCES.values() for sentence in row for place in ("middle", "tail")]


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def wrap(lines: list[str]) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines)


@pytest.mark.parametrize(("sentence", "place"), [*EVERYWHERE, *((label, "middle") for label in LABELS)])
def test_a_true_sentence_stays_by_every_door(sentence: str, place: Place, rules: CleanRules) -> None:
    lines = [*BODY[: AT[place]], sentence, *BODY[AT[place] :]]
    page = (
        f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>{wrap(lines)}</article></body></html>"
    )
    for cleaned in (
        clean_text("\n\n".join(lines), rules, TITLE),
        clean_feed(Entry(guid="1", url=URL, title=TITLE, content=wrap(lines)), rules),
        clean_page(Page(url=URL, body=page.encode(), charset="utf-8"), rules),
    ):
        assert (cleaned.text, cleaned.wall) == ("\n\n".join(lines), None)
        assert [link for link in cleaned.links if link.kind != "outbound"] == []


@pytest.mark.parametrize("label", LABELS)
def test_a_message_of_a_widget_goes_where_the_text_has_ended(label: str, rules: CleanRules) -> None:
    lines = [*BODY, label.removesuffix(".")]
    assert clean_text("\n\n".join(lines), rules, TITLE).text == "\n\n".join(BODY)


@pytest.mark.parametrize("sentence", SENTENCES["paywall"])
def test_a_short_article_with_a_true_sentence_is_no_wall(sentence: str, rules: CleanRules) -> None:
    lines = [BODY[0], sentence, BODY[1]]
    assert clean_text("\n\n".join(lines), rules, TITLE).wall is None


def test_a_flash_that_is_its_headline_keeps_it(rules: CleanRules) -> None:
    flash = "Minister resigns"
    for content in (flash, f"<p>{flash}</p>"):
        assert clean_feed(Entry(guid="1", url=URL, title=flash, content=content), rules).text == flash


def test_a_heading_with_a_colon_stays_above_its_list(rules: CleanRules) -> None:
    items = ["The union counts every pause.", "The port counts every gust."]
    content = (
        wrap([*BODY, "More about the dispute:"]) + "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    )
    cleaned = clean_feed(Entry(guid="1", url=URL, title=TITLE, content=content), rules)
    assert cleaned.text == "\n\n".join([*BODY, "More about the dispute:", *items])


def test_a_block_that_words_cut_keeps_its_rule_when_it_is_learnt(rules: CleanRules) -> None:
    line, note = (
        "Sign up for our newsletter and get the harbour in your inbox every Friday.",
        "Harbour News since 1953.",
    )
    entry = Entry(guid="1", url=URL, title=TITLE, content=wrap([*BODY, line, note]))
    plain = {cut.text: cut.rule for cut in clean_feed(entry, rules).cuts}
    learnt = Learnt(blocks=frozenset({hash_of(line, TITLE), hash_of(note, TITLE)}))
    taught = {cut.text: cut.rule for cut in clean_feed(entry, rules, learnt=learnt).cuts}
    assert plain[line] == taught[line] == "newsletter"
    assert note not in plain
    assert taught[note].startswith("learnt.")
