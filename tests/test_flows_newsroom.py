from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import html as lxml_html

from config.chrome import load_chrome
from extractors.clean import clean_feed, clean_page, compile_rules
from extractors.feed import parse
from extractors.model import Page
from flows.newsroom import (
    Newsroom,
    Press,
    Reply,
    generate,
)
from flows.newsroom.server import Hall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with Newsroom() as room:
        yield room


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def words_of(page: bytes) -> str:
    tree = lxml_html.document_fromstring(page)
    for node in [*tree.iter("script"), *tree.iter("style")]:
        node.text = ""
    return " ".join("".join(str(text) for text in tree.itertext()).split())


def test_every_feed_that_works_parses_and_holds_its_stories(room: Newsroom) -> None:
    for feed in room.feeds:
        status, headers, body = get(feed.url)
        assert status == feed.status, feed.slug
        own = [story for story in room.stories if story.site == feed.slug]
        if not own:
            continue
        titles = {story.title for story in own}
        if "json" in headers["Content-Type"]:
            data = json.loads(body)
            assert data["version"] == "https://jsonfeed.org/version/1.1"
            assert {item["title"] for item in data["items"]} == titles
            assert sum("content_text" in item for item in data["items"]) == 1
            continue
        found = feedparser.parse(body, response_headers={"content-type": headers["Content-Type"]})
        assert {entry.title for entry in found.entries} == titles, feed.slug
        assert bool(found.bozo) == (feed.slug == "backyard-robotics"), feed.slug
        assert all(entry.link.startswith(room.base(feed.slug)) for entry in found.entries)
        assert all(entry.get("published_parsed") or entry.get("updated_parsed") for entry in found.entries)


def test_the_truth_has_the_guids_that_the_feeds_give(room: Newsroom) -> None:
    seen = set()
    for feed in room.feeds:
        body = get(feed.url)[2]
        if feed.slug == "plain-bytes":
            seen |= {(feed.slug, item["id"]) for item in json.loads(body)["items"]}
        elif feed.status == 200:
            seen |= {(feed.slug, entry.id) for entry in feedparser.parse(body).entries}
    assert set(room.truth()) == seen
    assert len(seen) == len(room.stories)


def test_wordpress_feeds_carry_content_with_chrome_and_how_often_they_change(room: Newsroom) -> None:
    body = get(room.base("ai-courier") + "/feed/")[2]
    found = feedparser.parse(body)
    assert found.feed.sy_updateperiod == "hourly"
    for entry in found.entries:
        content = entry.content[0].value
        assert "Want to learn more" in content
        assert "Banner for Applied AI &amp; Robotics Expo" in content
        assert "is powered by" in content
        assert "appeared first on" in content
        assert entry.tags


@pytest.mark.parametrize("slug", ["signal-herald", "lantern", "harbour-post", "backyard-robotics"])
def test_feeds_with_summaries_only_hold_no_body(room: Newsroom, slug: str) -> None:
    body = get(next(feed.url for feed in room.feeds if feed.slug == slug))[2].decode()
    for story in room.stories:
        assert story.site != slug or story.wall or story.text[-200:] not in body


@pytest.mark.parametrize("edition", [1, 2])
def test_every_page_is_served_parses_and_holds_its_text(room: Newsroom, edition: int) -> None:
    room.edition = edition
    for truth in room.truth().values():
        status, headers, body = get(truth.url)
        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        text = words_of(body)
        assert truth.title in text
        if not truth.wall:
            for part in truth.text.split("\n\n"):
                assert part in text, (truth.slug, part)
        for title, _ in truth.see_also:
            assert title in text, truth.slug


@pytest.mark.parametrize("slug", ["plain-bytes", "backyard-robotics"])
def test_house_lines_stand_in_all_an_outlet_prints_and_differ_in_a_number_only(room: Newsroom, slug: str) -> None:
    feed = get(next(feed.url for feed in room.feeds if feed.slug == slug))[2].decode()
    own = [truth for key, truth in room.truth().items() if key[0] == slug]
    for truth in own:
        text = words_of(get(truth.url)[2])
        assert all(text.count(line) == 1 for line in truth.house), truth.slug
        assert all((line in feed) == (slug == "plain-bytes") for line in truth.house), truth.slug
        assert not any(line in truth.text for line in truth.house)
    masked = {tuple(re.sub(r"\d+", "0", line) for line in truth.house) for truth in own}
    assert [len(lines) for lines in masked] == [2]
    assert len({truth.house for truth in own}) > 1


def test_no_rule_that_ships_knows_a_house_line(room: Newsroom) -> None:
    rules = compile_rules(load_chrome())
    entries = {entry.url: entry for entry in parse(get(room.base("plain-bytes") + "/feed.json")[2], "").entries}
    housed = [truth for truth in room.truth().values() if truth.house]
    assert len(housed) == 11
    for truth in housed:
        texts = [clean_page(Page(url=truth.url, body=get(truth.url)[2]), rules).text]
        texts += [clean_feed(entries[truth.url], rules).text] if truth.url in entries else []
        for text in texts:
            blocks = text.split("\n\n")
            assert [block for block in blocks if block in truth.house] == list(truth.house), truth.slug
            assert "\n\n".join(block for block in blocks if block not in truth.house) == truth.text, truth.slug


def test_a_wall_shows_a_prompt_and_none_of_the_text(room: Newsroom) -> None:
    walled = next(story for story in room.stories if story.wall)
    page = words_of(get(room.address(walled.slug) or "")[2])
    assert "To continue reading" in page
    assert walled.blocks[-1].plain not in page
    assert next(truth for truth in room.truth().values() if truth.wall).text == walled.summary


def test_hostile_markup_is_really_there(room: Newsroom) -> None:
    hostile = next(story for story in room.stories if story.hostile)
    page = get(room.address(hostile.slug) or "")[2].decode()
    for attack in ("<script>", "onerror=", "javascript:", "display:none", "<iframe", "onload=", "<div>" * 100):
        assert attack in page
    assert "lamp oil" not in hostile.text


def test_a_feed_is_not_sent_twice_when_validators_come_back(room: Newsroom) -> None:
    url = room.feeds[0].url
    _, headers, body = get(url)
    assert body
    assert get(url, If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert get(url, If_Modified_Since=headers["Last-Modified"])[::2] == (304, b"")
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200
    assert get(url, If_Modified_Since="yesterday or so")[0] == 200
    assert [request.status for request in room.requests] == [200, 304, 304, 200, 200]
    assert room.requests[1].headers["if-none-match"] == headers["ETag"]
    assert room.requests[0].site == "ai-courier"


def test_gzip_comes_only_when_accepted(room: Newsroom) -> None:
    plain = get(room.feeds[0].url, Accept_Encoding="identity")
    packed = get(room.feeds[0].url, Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain[1]
    assert packed[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed[2]) == plain[2]
    assert plain[1]["ETag"] == packed[1]["ETag"]


def test_head_sends_no_body(room: Newsroom) -> None:
    request = urllib.request.Request(room.feeds[0].url, method="HEAD")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert int(answer.headers["Content-Length"]) > 0
        assert answer.read() == b""


def test_the_second_edition_adds_stories_and_changes_those_it_says(room: Newsroom) -> None:
    before, tags = room.truth(), {feed.slug: get(feed.url)[1]["ETag"] for feed in room.feeds}
    modified = get(room.feeds[0].url)[1]["Last-Modified"]
    room.edition = 2
    after = room.truth()
    new = {key: truth for key, truth in after.items() if key not in before}
    assert 2 <= len(new) <= 3
    assert set(before) <= set(after)
    changed = {key for key in before if (before[key].text, before[key].title) != (after[key].text, after[key].title)}
    assert changed == {key for key in before if before[key].changes}
    assert len(changed) >= 2
    touched = {slug for slug, _ in [*changed, *new]}
    now = {feed.slug: get(feed.url)[1]["ETag"] for feed in room.feeds}
    assert {slug for slug in now if now[slug] != tags[slug]} == touched
    assert get(room.feeds[0].url, If_Modified_Since=modified)[0] == 200


def test_the_target_of_a_see_also_line_arrives_with_the_second_edition(room: Newsroom) -> None:
    address = room.address("nvidia-foxconn-monterrey")
    assert address in [url for truth in room.truth().values() for _, url in truth.see_also]
    assert get(address or "")[0] == 404
    room.edition = 2
    assert get(address or "")[0] == 200
    room.edition = 1
    assert get(address or "")[0] == 404


def test_each_site_is_a_host_of_its_own_and_feeds_toml_says_where(room: Newsroom) -> None:
    assert len({room.base(slug) for slug in room.press.sites}) == len(room.press.sites)
    tables = tomllib.loads(room.feeds_toml())["feeds"]
    assert list(tables) == [feed.slug for feed in room.feeds]
    assert tables["ai-courier"] == {
        "url": room.base("ai-courier") + "/feed/",
        "title": "AI Courier",
        "allow_private": True,
    }
    working = tomllib.loads(room.feeds_toml(faults=False))["feeds"]
    assert len(working) == len(tables) - 4
    assert sorted(feed.status for feed in room.feeds if feed.slug not in working) == [200, 404, 410, 500]


def test_a_page_instead_of_a_feed_is_no_feed(room: Newsroom) -> None:
    url = next(feed.url for feed in room.feeds if feed.slug == "attic-page")
    assert not feedparser.parse(get(url)[2]).entries


def test_the_same_ports_and_moment_give_the_same_bytes() -> None:
    def everything() -> dict[str, bytes]:
        with Newsroom() as room:
            ports = {room.base(slug): slug for slug in room.press.sites}
            urls = [feed.url for feed in room.feeds] + [truth.url for truth in room.truth().values()]
            found = {url: get(url)[2] for url in urls}
        for base, slug in ports.items():
            found = {url.replace(base, slug): body.replace(base.encode(), slug.encode()) for url, body in found.items()}
        return found

    assert everything() == everything()


def test_a_test_may_put_its_own_answer_anywhere(room: Newsroom) -> None:
    url = room.feeds[0].url
    room.put("ai-courier", "/feed/", Reply(status=503, headers=(("Retry-After", "60"),)))
    status, headers, _ = get(url)
    assert (status, headers["Retry-After"]) == (503, "60")
    room.put("ai-courier", "/feed/", None)
    assert get(url)[0] == 200


def test_an_unknown_path_is_not_found(room: Newsroom) -> None:
    assert get(room.base("attic") + "/nothing")[0] == 404


def test_a_taken_port_is_an_error_that_leaves_nothing_open(room: Newsroom) -> None:
    port = int(room.base("ai-courier").rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Hall(["one"], room.answer, port)


def test_half_of_the_generated_feeds_are_full_and_half_have_heavy_pages() -> None:
    press: Press = generate(feeds=2, articles=3)
    with Newsroom(press) as room:
        full, short = (feedparser.parse(get(feed.url)[2]) for feed in room.feeds)
        assert len(full.entries[0].content[0].value) > 4_500
        assert "content" not in short.entries[0]
        assert 70_000 < len(get(short.entries[0].link, Accept_Encoding="identity")[2]) < 95_000


def test_the_newsroom_can_be_served_by_itself_until_interrupted() -> None:
    command = [sys.executable, "-m", "flows.newsroom", "--feeds", "1", "--articles", "2", "--edition", "2"]
    root = Path(__file__).parents[1]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell in the background has children ignore it
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, preexec_fn=heed
    ) as served:
        try:
            assert served.stdout
            lines = [served.stdout.readline() for _ in range(4)]
            url = tomllib.loads("".join(lines))["feeds"]["site-000"]["url"]
            assert len(feedparser.parse(get(url)[2]).entries) == 2
            served.send_signal(signal.SIGINT)
            assert served.wait(timeout=10) == 0
        finally:
            served.kill()
