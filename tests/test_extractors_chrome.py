from __future__ import annotations

import html
import time
from collections.abc import Sequence

import pytest

from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_feed, clean_page, clean_text, compile_rules
from extractors.marks import hash_of, name
from extractors.model import Cleaned, Entry, Learnt, Page

SITE = "https://news.example/2026/05/harbour-cranes-learn-to-wait/"
TITLE = "Harbour cranes learn to wait, and their drivers object"
BODY = [
    "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet, using a forecast model the size of a paperback.",
    "Each crane carries a small mast with two wind cups, and every mast reports four times a second to a cabinet at the foot of the quay.",
    "“We used to stop when the flags stood straight,” said dock master Ilse Brandt, who has run the night shift since 2011. “Now the crane stops before the flag has heard about it.”",
    "Drivers are paid by the container, and a crane that waits is a crane that does not lift. The union counted 412 pauses in March and says that 61 of them were followed by no gust at all.",
    "A driver who asked not to be named keeps a notebook in the cab. On most nights, the notebook says, the crane stops twice, the coffee cools once, and the gust comes through the gap between the silos.",
    "The model itself came from a student project at the maritime school, where it was meant to steady a toy crane on a fan-blown table. It fits on a board that costs less than a pair of work gloves.",
    "Other ports watch closely. Two of them have ordered masts of their own, and a third has asked whether the cabinet can be taught about fog, which moves slowly and gives no warning.",
    "The port answers that the remaining 351 would have been near misses. It has offered to pay for pauses by the minute, and both sides meet again on Thursday to argue about the rate.",
]
HEAD, MIDDLE, TAIL = 0, 4, len(BODY)


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def doors(title: str, lines: Sequence[str], rules: CleanRules) -> dict[str, Cleaned]:
    """A text of lines by all three entrances; "## " begins a heading, "- " an item of a list."""
    markup = "".join(
        f"<h2>{html.escape(line[3:])}</h2>"
        if line.startswith("## ")
        else f"<li>{html.escape(line[2:])}</li>"
        if line.startswith("- ")
        else f"<p>{html.escape(line)}</p>"
        for line in lines
    )
    page = f"<html><head><title>{html.escape(title)}</title></head><body><article><h1>{html.escape(title)}</h1>{markup}</article></body></html>"
    return {
        "text": clean_text("\n\n".join(line.removeprefix("## ") for line in lines), rules, title),
        "feed": clean_feed(Entry(guid="1", url=SITE, title=title, content=markup), rules),
        "page": clean_page(Page(url=SITE, body=page.encode()), rules),
    }


def bare(lines: Sequence[str]) -> str:
    return "\n\n".join(line.removeprefix("## ").removeprefix("- ") for line in lines)


STRAY = "The council met on Tuesday and agreed to look at the question again before the summer, members said after the vote."
LATER = "A report is due in the autumn. Until then, the people who asked for it will go on counting by hand, on paper, twice a day."
ABOUT = {
    "newsletters": (
        "Newsletters are the new front page",
        [
            "Subscribe to enough newsletters and your inbox becomes the front page, the editors of three small papers found last year.",
            "Sign up rates doubled after the papers moved their best stories out of the site and into the daily e-mail.",
            "## Why the inbox works",
            "Get daily news by e-mail and you read it to the end, says Odd Larsen, who runs one of the letters. Nobody scrolls past a letter.",
            "Never miss an issue was the promise of the first one, and in four years the paper has missed two.",
            STRAY,
            "Readers receive the newsletter at six in the morning. Most open it before seven, and one in nine answers it.",
            "Enjoying this quiet success, the three papers have asked a fourth to join, whose newsletter goes out on Sundays only.",
        ],
    ),
    "paywalls": (
        "The paywall that paid for a newsroom",
        [
            "To continue reading, subscribers of the Courier pay four euros a month, and 31,000 of them do.",
            "Already a subscriber to two papers, the average reader will not add a third, the study says. It asked 2,000 people.",
            "Subscribe to unlock the archive, the page said for years. In March the archive was opened, and subscriptions rose.",
            "This article is only available to those who pay, readers were told by nine of the ten papers in the study.",
            STRAY,
            "You have reached a point where the wall pays for itself, the auditors wrote; free articles a month fell from ten to three.",
            LATER,
        ],
    ),
    "cookies": (
        "Browsers drop the last cookie",
        [
            "Cookies will go from the three largest browsers by the autumn, their makers said on Monday in a joint statement.",
            "By using a cookie, a site can tell one visitor from another; by autumn it will need a privacy policy and a reason as well.",
            "We use cookies is the sentence that people have clicked away most often in the past ten years, a survey of 4,000 found.",
            "Your browser keeps them for up to two years. It looks like nothing so much as a cloakroom ticket, with JavaScript as the attendant.",
            STRAY,
            LATER,
        ],
    ),
    "an expo": (
        "Robot expo opens in Graz",
        [
            "Register now was the word of the week at the Graz robot expo, where tickets ran out on Sunday.",
            "The event is part of a series of three, and the organisers expect 40,000 visitors at the conference next door.",
            "Join us at the summit next year, the mayor called from the stage, and was answered by a machine that cannot clap.",
            STRAY,
            "Attend one expo and you have seen them all, exhibitors used to say. At this conference, half of the halls were new.",
            "Discover more about the machines, the leaflet says, and lists 212 exhibitors. Tickets for the summit in Oslo go on sale on Friday.",
        ],
    ),
    "logging in": (
        "Why we still log in with a password",
        [
            "Sign in to eight services and you carry eight secrets, researchers at the maritime school say. Most people carry one.",
            "Log in to vote, the city asked its people in May; 9,000 tried, and 3,100 had forgotten their password.",
            "Create an account with a strong password and you will write it down, the study found. Eight in ten did.",
            STRAY,
            "Already a member of the register, a citizen can log in with a card since June. The card has no password at all.",
            LATER,
        ],
    ),
    "affiliate links": (
        "Affiliate links pay for half of the web's reviews",
        [
            "We may earn a commission, says the small print above most reviews. How much it is, 40 publishers told a court this week.",
            "When you purchase through links on a review site, between two and nine per cent go to the site, the papers show.",
            "Some of the links pay nothing at all: the affiliate commission is kept back when a parcel is returned.",
            STRAY,
            "If you buy a lamp, the publisher earns a commission on the shoes as well, for a day, one witness explained.",
            LATER,
        ],
    ),
    "copyright": (
        "Copyright lasts too long, says the court's own study",
        [
            "Copyright lasts for seventy years after an author's death, and for most books the last sixty-five earn nothing.",
            "All rights reserved is a phrase without force since 1989, the study says, but printers still set it.",
            STRAY,
            "Reproduction of a map needs no leave when the map is older than its maker's grandchildren, the court held in March.",
            "The publishers have until June to answer. Their own figures, which the court has asked for twice, are not yet in the file.",
        ],
    ),
    "comments": (
        "What the comments below were good for",
        [
            "Leave a comment, the paper asked its readers in 2004, and for a while they did so with care.",
            "Join the conversation, it asked ten years later, and closed the comments in the same month.",
            "What do you think? That question, printed below each article, brought 1.2 million answers in ten years.",
            STRAY,
            "Comments are closed since March. The archive, with 40,000 threads, has been given to the university library.",
            LATER,
        ],
    ),
    "sharing": (
        "Ports learn to share their weather",
        [
            "Share this and you save a ship, says the poster in the harbour office. It speaks of wind data, not of posts.",
            "Follow the wind on Twitter, the port used to say; since March it publishes the readings of all nine masts itself.",
            STRAY,
            "Follow us on Facebook is what the port's page said until May, and what it says no more, for nobody did.",
            LATER,
        ],
    ),
    "networks, with sections named after them": (
        "Where towns reach their people",
        [
            "A study of 240 towns has asked which networks their offices use, what it costs them, and whether anybody answers.",
            "## Facebook",
            "Nine in ten towns have a page, and most of them post once a week. Answers come within two days, if they come at all.",
            "## WhatsApp",
            "A channel is cheap, and people read it: three of four messages are opened within the hour, the study says.",
            "## Search",
            "Most people do not use any of it. They type the question into a search box and take the first answer they find.",
            STRAY,
        ],
    ),
    "an app": (
        "The app that counts gulls",
        [
            "Download the app, point it at the sky, and it tells a gull from a tern in four of five cases, its makers say.",
            "Get the app, the museum told its visitors in June; by August they had counted every gull on the quay twice.",
            STRAY,
            "Try the app on a foggy day and it sees terns everywhere. Its makers know, and have ordered more fog to train it on.",
        ],
    ),
    "an editor": (
        "The editor who printed the tide",
        [
            "Hanna Weiss is a researcher at the maritime school, where she has kept the tide tables of eleven ports since 1998.",
            "Odd Larsen is an editor at the Courier, and printed her tables on page one, every day, for four years.",
            "Contact with the ports was by fax. She would send a note at noon, and an answer came with the tide.",
            STRAY,
            "Correction: An earlier version of this article gave the number of ports as twelve. There are eleven.",
            "Additional reporting by Ilse Brandt.",
        ],
    ),
    "a list of figures": (
        "What the audit counted",
        [
            "The auditors went through eleven years of books and counted four things that the port had not counted before.",
            "- Pauses: 412",
            "- Near misses: 351",
            "- Shares",
            "- Votes",
            "Nobody had expected the last two, for the port has had neither shareholders nor a council since the flood of 1953.",
            STRAY,
            "Chapter by chapter, the report then tells what became of the money, and it ends where it begins, on the quay.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("title", "lines"), ABOUT.values(), ids=ABOUT)
def test_an_article_about_something_keeps_its_body_by_every_door(
    title: str, lines: list[str], rules: CleanRules
) -> None:
    for door, cleaned in doors(title, lines, rules).items():
        assert cleaned.text == bare(lines), door
        assert cleaned.wall is None


# The 25 patterns: where a line stands, and what becomes of it. A rule that cuts, or "" for a line that stays.
STRIPPED = {
    "1 the post appeared first on": (f"The post {TITLE} appeared first on Harbour News.", TAIL, "appeared-first"),
    "2 originally published on": ("This article was originally published on Harbour Wire.", TAIL, "appeared-first"),
    "3 want to learn more about an event": ("Want to learn more about port technology? Check out Quay & Cargo Expo in Rotterdam.", TAIL, "event-promo"),
    "4 powered by": ("Harbour News is powered by Mooring Media. Explore other events and webinars here.", TAIL, "powered-by"),
    "5 banner for": ("Banner for Quay & Cargo Expo by Pier events.", TAIL, "banner"),
    "6 co-located with": ("Co-located with Port Week and Cargo Congress, click here for more information.", TAIL, "event-notice"),
    "7 see also": ("See also: Tide tables go digital on the north coast", MIDDLE, "link.see-also"),
    "8 read more": ("READ MORE: Tide tables go digital on the north coast", MIDDLE, "link.related"),
    "9 a photo's credit": ("(Photo by Odd Larsen / Getty Images)", MIDDLE, "caption"),
    "9 a caption with its agency": ("Cranes at the east quay in March. (AP Photo/Odd Larsen)", MIDDLE, "caption-agency"),
    "11 log in to participate": ("Log in to participate in the discussion.", TAIL, "login-prompt"),
    "11 already a subscriber": ("Already a subscriber? Log in", TAIL, "paywall"),
    "12 to continue reading": ("To continue reading, subscribe to Harbour News today.", TAIL, "paywall"),
    "13 a newsletter": ("Sign up for our newsletter and get the harbour in your inbox every Friday.", MIDDLE, "newsletter"),
    "13 a newsletter, German": ("Abonnieren Sie unseren Newsletter und erhalten Sie jeden Freitag Neues vom Hafen.", TAIL, "newsletter"),
    "14 share this": ("Share this article", MIDDLE, "share"),
    "14 the names of networks at the head": ("Facebook Twitter LinkedIn Email", HEAD, "share-name"),
    "15 follow us": ("Follow us on Instagram for more stories from the quay.", TAIL, "follow"),
    "15 a handle": ("@oddlarsen", TAIL, "author-contact"),
    "16 a reporter at the end": ("Odd Larsen is a reporter covering ports and shipping. Email him at odd@harbour.example.", TAIL, "author-bio"),
    "17 by": ("By Odd Larsen", HEAD, "byline"),
    "17 minutes to read": ("3 min read", HEAD, "byline"),
    "18 advertisement": ("Story continues below advertisement", MIDDLE, "advert-label"),
    "19 comments": ("12 Comments", TAIL, "comments"),
    "20 affiliate note": ("Harbour News may get a share of the sale if you buy through one of our links.", HEAD, "affiliate-own"),
    "21 cookies": ("Please enable JavaScript to view the comments.", TAIL, "cookie"),
    "21 consent to an embed": ("To view this content, accept cookies of third parties.", MIDDLE, "embed-consent"),
    "22 copyright": ("© 2026 Mooring Media. All rights reserved.", TAIL, "copyright"),
    "24 a widget": ("Syncing Discussions...", TAIL, "widget"),
    "24 a counter": ("0", TAIL, "counter"),
    "a shortcode": ("[button link=”https://news.example/kit” type=”big”] Send us your kit[/button]", MIDDLE, "shortcode"),
    "an appeal for money": ("If you like our work, please consider a donation: it keeps our reporting free.", TAIL, "support"),
    "an offer of subscription": ("Get Harbour Monthly delivered through your letterbox: 12 issues for £11.99.", TAIL, "offer"),
}  # fmt: skip
KEPT = {
    "2 published, in mid-text": ("The survey was originally published in 1998, and nobody read it before the flood.", MIDDLE),
    "3 a question in mid-text": ("Want to learn more, the students asked, and were shown the second event of the night.", MIDDLE),
    "10 see also in mid-sentence": ("The survey (see also: the list of 2019) counted every crane on the quay by hand.", MIDDLE),
    "10 a sentence that begins so": ("See also the work of Hanna Weiss, who measured every bridge in the valley by hand.", MIDDLE),
    "11 signing in, in prose": ("Users sign in to the cabinet with a key, and the key hangs in the harbour office.", MIDDLE),
    "12 continuing to read, in prose": ("To continue reading the mast, the cabinet needs four volts, and subscribers to the data know it.", MIDDLE),
    "13 a newsletter, in prose": ("The union’s newsletter, which 900 drivers receive, printed the list in full in April.", MIDDLE),
    "16 a researcher in mid-text": ("Hanna Weiss is a researcher at the school and an editor at its journal, which printed the model.", MIDDLE),
    "17 a heading that begins with by": ("By Thursday the quay was empty.", HEAD),
    "22 copyright in mid-text": ("Copyright in the model rests with the school, which has not asked for money so far.", MIDDLE),
    "25 a correction": ("Correction: An earlier version of this article gave the number of cranes as eight.", TAIL),
    "25 an editor's note": ("Editor’s note: The union has published its list since this article was printed.", HEAD),
    "25 an update": ("Update, 6 May: Both sides have agreed on a rate of nine cents a minute.", HEAD),
    "25 additional reporting": ("Additional reporting by Ilse Brandt.", TAIL),
    "a quotation": ("“Subscribe to the wind and you get the rain for nothing,” the old drivers say.", MIDDLE),
    "a short line of dialogue": ("“Search me,” he said.", MIDDLE),
}  # fmt: skip


@pytest.mark.parametrize(("line", "place", "rule"), STRIPPED.values(), ids=STRIPPED)
def test_chrome_goes_by_every_door_and_names_its_rule(line: str, place: int, rule: str, rules: CleanRules) -> None:
    lines = [*BODY[:place], line, *BODY[place:]]
    for door, cleaned in doors(TITLE, lines, rules).items():
        assert cleaned.text == bare(BODY), door
        assert rule in [cut.rule.removeprefix("head.") for cut in cleaned.cuts if cut.text == line], door
        assert {cut.position for cut in cleaned.cuts if cut.text == line} == {
            cleaned.text.find(BODY[place]) if place < TAIL else len(cleaned.text)
        }


@pytest.mark.parametrize(("line", "place"), KEPT.values(), ids=KEPT)
def test_what_is_said_stays_by_every_door(line: str, place: int, rules: CleanRules) -> None:
    lines = [*BODY[:place], line, *BODY[place:]]
    for door, cleaned in doors(TITLE, lines, rules).items():
        assert cleaned.text == bare(lines), door


def test_the_place_a_text_came_from_is_a_link_of_kind_source(rules: CleanRules) -> None:
    last = '<p>This article was originally published on <a href="https://wire.example/cranes">Harbour Wire</a>.</p>'
    content = "".join(f"<p>{line}</p>" for line in BODY) + last
    cleaned = clean_feed(Entry(guid="1", url=SITE, title=TITLE, content=content), rules)
    assert cleaned.text == bare(BODY)
    assert [(link.kind, link.title, link.url) for link in cleaned.links] == [
        ("source", "Harbour Wire", "https://wire.example/cranes")
    ]


def test_an_event_stays_in_an_article_about_it(rules: CleanRules) -> None:
    line = "Check out the model at Quay & Cargo Expo, where the cranes of three ports stand side by side until Friday."
    title = "Quay & Cargo Expo shows cranes that wait"
    for cleaned in doors(title, [*BODY[:6], line, *BODY[6:]], rules).values():
        assert line in cleaned.text


def test_runs_of_linked_headlines_go_and_become_links(rules: CleanRules) -> None:
    linked = [
        ("Tide tables go digital on the north coast", "/tides"),
        ("Fog is late for the third year running", "/fog"),
    ]
    run = "<h3>More from Harbour News</h3>" + "".join(f'<p><a href="{href}">{text}</a></p>' for text, href in linked)
    prose = "".join(f"<p>{line}</p>" for line in BODY)
    page = f"<html><body><article><h1>{TITLE}</h1>{prose}{run}</article></body></html>"
    cleaned = clean_page(Page(url=SITE, body=page.encode()), rules)
    assert cleaned.text == bare(BODY)
    assert [(link.kind, link.title, link.url) for link in cleaned.links] == [
        ("related", text, f"https://news.example{href}") for text, href in linked
    ]


PROMO = "Want to learn more about cranes and their drivers? Join us at the Crane Conference in Oslo, where tickets are half price until the end of the month."


def test_a_text_of_which_words_cut_much_is_in_doubt(rules: CleanRules) -> None:
    cleaned = clean_text(f"{BODY[0]}\n\n{PROMO}\n\n{PROMO}", rules, TITLE)
    assert (cleaned.text, cleaned.doubt) == (BODY[0], "cuts")
    assert cleaned.confidence < 0.5


COSTLY = {
    "lines of chrome above a paragraph": "Sign up for our newsletter\n" * 30_000 + BODY[0],
    "marks of the end": f"{BODY[0]}\n" * 9_000 + "12 Comments\n" * 60_000,
    "paragraphs of chrome": ("We may get links. " + "may get a " * 36 + "\n") * 6_000,
    "a label and many links": f"<h3>Related</h3>{'<p><a href=/a>One more title of a story</a></p>' * 50_000}",
    "brackets": ("(" * 239 + "\n") * 10_000,
}


@pytest.mark.parametrize("source", COSTLY.values(), ids=COSTLY)
def test_chrome_without_end_is_quick(source: str, rules: CleanRules, pace: float) -> None:
    start = time.process_time()
    clean_feed(Entry(guid="1", url=SITE, title=TITLE, content=source), rules)
    clean_text(source, rules, TITLE)
    assert time.process_time() - start < 4 * pace


def entry(lines: Sequence[str]) -> Entry:
    return Entry(guid="1", url=SITE, title=TITLE, content="".join(f"<p>{line}</p>" for line in lines))


NOTE = "Harbour News is a daily of the north coast and has been read on the quays of eleven ports since 1953."


def test_learnt_blocks_go_but_headings_stay(rules: CleanRules) -> None:
    learnt = Learnt(blocks=frozenset({hash_of(NOTE, TITLE), hash_of("Why it works", TITLE)}))
    content = entry([*BODY, NOTE]).content.replace(BODY[3], f"{BODY[3]}</p><h2>Why it works</h2><p>")
    cleaned = clean_feed(Entry(guid="1", url=SITE, title=TITLE, content=content), rules, learnt=learnt)
    assert cleaned.text == bare([*BODY[:4], "Why it works", *BODY[4:]])
    assert [(cut.rule, cut.text) for cut in cleaned.cuts] == [(name(hash_of(NOTE, TITLE)), NOTE)]
    assert cleaned.doubt == ""


def test_learnt_blocks_that_are_much_of_a_text_stay_and_put_it_in_doubt(rules: CleanRules) -> None:
    learnt = Learnt(blocks=frozenset(hash_of(line, TITLE) for line in BODY[2:6]))
    cleaned = clean_feed(entry(BODY), rules, learnt=learnt)
    assert (cleaned.text, cleaned.doubt, cleaned.cuts) == (bare(BODY), "cuts", ())
    assert cleaned.confidence < 0.5


def test_a_rule_that_an_operator_keeps_from_cutting_does_not(rules: CleanRules) -> None:
    pointer = [*BODY[:4], "See also: Tide tables go digital on the north coast", *BODY[4:]]
    shown = clean_feed(entry(pointer), rules, learnt=Learnt(kept=frozenset({"link.see-also"})))
    assert (shown.text, [link.kind for link in shown.links]) == (bare(pointer), ["see_also"])
    line = "Sign up for our newsletter and get the harbour in your inbox every Friday."
    told = Learnt(kept=frozenset({"newsletter", "newsletter-end", "newsletter-tail"}))
    assert clean_feed(entry([*BODY[:4], line, *BODY[4:]]), rules).text == bare(BODY)
    assert clean_feed(entry([*BODY[:4], line, *BODY[4:]]), rules, learnt=told).text == bare(
        [*BODY[:4], line, *BODY[4:]]
    )
