from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from config.clearurls import Provider, read_providers
from extractors import tracking
from extractors.addresses import absolute, canonical, domain, public
from extractors.phones import mobile, plain

A = "https://site.example/news/a"
SAME = {
    "http is https": "http://site.example/news/a",
    "www is dropped": "https://www.site.example/news/a",
    "case of scheme and host is dropped": "HTTPS://Site.Example/news/a",
    "the usual port is dropped": "http://site.example:80/news/a",
    "credentials are dropped": "https://me:secret@site.example/news/a",
    "the fragment is dropped": "https://site.example/news/a#comments",
    "the last slash is dropped": "https://site.example/news/a/",
    "dot segments are resolved": "https://site.example/x/../news/./a",
    "empty segments are dropped": "https://site.example//news//a",
    "needless escapes are decoded": "https://site.example/n%65ws/a",
    "campaign prefixes are dropped": "https://site.example/news/a?utm_source=rss&utm_medium=feed&mtm_kwd=x",
    "campaign names are dropped": "https://site.example/news/a?fbclid=1&gclid=2&mc_cid=3&_hsenc=4",
    "a parameter without a value is dropped": "https://site.example/news/a?print=&x",
    "a campaign's ref is dropped": "https://site.example/news/a?ref=hn&source=rss-feed&s=09&cmp=newsletter_2026",
    "a ref that names a host is dropped": "https://site.example/news/a?ref=other.example",
    "an ampersand escaped twice still ends a parameter": "https://site.example/news/a?utm_source=x&amp;utm_medium=y",
    "a known redirector is unwrapped": "https://www.google.com/url?sa=t&url=http%3A%2F%2Fsite.example%2Fnews%2Fa&ved=1",
    "another redirector is unwrapped": "https://l.facebook.com/l.php?u=https%3A%2F%2Fsite.example%2Fnews%2Fa%3Ffbclid%3Dx&h=AT0",
    "a mail program's redirector is unwrapped": "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fsite.example%2Fnews%2Fa&data=05",
    "an AMP cache is unwrapped": "https://www.google.com/amp/s/www.site.example/news/a",
    "a CDN of AMP pages is unwrapped": "https://site-example.cdn.ampproject.org/c/s/site.example/news/a?usqp=",
    "names of the web's counters are dropped": "https://site.example/news/a?_ga=1.2&_gl=1&mibextid=x&ttclid=y&xtor=RSS-1&li_fat_id=z&WT.mc_id=n&ns_campaign=o",
    "blanks around it are dropped": "  https://site.example/news/a\n",
}
KEPT = {
    "parameters that choose the article stay": ("https://s.example/?p=12&id=3", "https://s.example?id=3&p=12"),
    "parameters are sorted by name and value": ("https://s.example/a?b=2&a=3&a=1", "https://s.example/a?a=1&a=3&b=2"),
    "an archive's source stays": ("https://s.example/a?source=reuters", "https://s.example/a?source=reuters"),
    "what chooses an article stays": (
        "https://s.example/?lang=de&page=2&q=rain&story=7&v=x",
        "https://s.example?lang=de&page=2&q=rain&story=7&v=x",
    ),
    "a page for phones stays": ("https://m.s.example/a/amp", "https://m.s.example/a/amp"),
    "a search word stays": ("https://s.example/a?s=elections", "https://s.example/a?s=elections"),
    "another port stays": ("http://s.example:8080/a", "https://s.example:8080/a"),
    "the case of the path stays": ("https://s.example/News/A", "https://s.example/News/A"),
    "a hash-bang stays": ("https://s.example/#!/a/1", "https://s.example#!/a/1"),
    "escapes are in upper case": ("https://s.example/a%2fb%c3%a9", "https://s.example/a%2Fb%C3%A9"),
    "letters beyond ASCII are escaped": ("https://s.example/é", "https://s.example/%C3%A9"),
    "international hosts are in ASCII": ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    "IPv6 hosts keep their brackets": ("http://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
    "a home page has no path": ("https://s.example/", "https://s.example"),
    "mail is no article": ("mailto:a@s.example", ""),
    "a script is no article": ("javascript:alert(1)", ""),
    "nothing is no article": ("", ""),
    "a bad port is no article": ("https://s.example:99999/a", ""),
    "an address of 4,800 bytes is no article": ("https://s.example/" + "é" * 2400, ""),
    "an address of 1,800 bytes is one": ("https://s.example/" + "é" * 900, "https://s.example/" + "%C3%A9" * 900),
    "an address of 5,000 characters is no article": ("https://s.example/" + "a" * 5000, ""),
}
HOSTILE = [
    "http://[", "http://]/", "http://[::1", "https://", "http:///a", "//s.example/a", "https://s.example:x/", "\x00", "http://\x00/",
    "http://a b/", "http://xn--/", "http://" + "a" * 300 + ".example/", "http://é\ud800.example/\ud800?\ud800=\ud800#!\ud800", "%",
    "https://s.example/%", "https://s.example/%zz%", "https://s.example/?=&&=%", "https://s.example/..//../..", "http://①.example/",
    "http://s.example\\@t.example/", "https://s.example/?url=" + "%25" * 900, "http://ß..example/", "http://s.example:-1/",
    "https://www.google.com/url?url=https://www.google.com/url?url=https://www.google.com/url?url=x",
    "https://www.google.com/url?url=" * 20 + "https://a.example/x", "https://google.com/amp/" * 170,
]  # fmt: skip


@pytest.mark.parametrize("url", SAME.values(), ids=SAME)
def test_two_addresses_of_one_article_have_one_key(url: str) -> None:
    assert canonical(url) == A


@pytest.mark.parametrize(("url", "key"), KEPT.values(), ids=KEPT)
def test_what_tells_articles_apart_is_kept(url: str, key: str) -> None:
    assert canonical(url) == key


@pytest.mark.parametrize("url", [*SAME.values(), *(url for url, _ in KEPT.values()), *HOSTILE])
def test_a_key_is_its_own_key_and_nothing_raises(url: str) -> None:
    key = canonical(url)
    assert canonical(key) == key
    assert isinstance(domain(url), str)
    assert absolute(url, url) is None or canonical(url)
    absolute("https://s.example/a", url)
    key.encode("ascii")


DOMAINS = {
    "www and port are dropped": ("http://WWW.Site.Example:8080/a", "site.example"),
    "a subdomain stays": ("https://news.site.example/a", "news.site.example"),
    "no host, no domain": ("/a/b", ""),
    "mail has none": ("mailto:a@site.example", ""),
}


@pytest.mark.parametrize(("url", "host"), DOMAINS.values(), ids=DOMAINS)
def test_domain(url: str, host: str) -> None:
    assert domain(url) == host


def test_redirectors_in_redirectors_are_unwrapped_to_the_last() -> None:
    for deep in (1, 3, 4, 15, 20, 100):
        assert canonical("https://www.google.com/url?url=" * deep + "https://a.example/x") == "https://a.example/x"


LINKS = {
    "a path is resolved": ("/b?x=1", "https://s.example/b?x=1"),
    "a neighbour is resolved": ("b", "https://s.example/n/b"),
    "a host without scheme takes the page's": ("//t.example/b", "https://t.example/b"),
    "an absolute link stays as it is": ("http://t.example/b?utm_source=x#y", "http://t.example/b?utm_source=x#y"),
    "blanks inside are escaped": ("/a b", "https://s.example/a%20b"),
    "a place on the same page is no link": ("#top", None),
    "nothing is no link": ("  ", None),
    "mail is no link": ("mailto:a@s.example", None),
    "a script is no link": ("javascript:void(0)", None),
    "data is no link": ("data:text/html,x", None),
    "a telephone is no link": ("tel:123", None),
    "half an address is no link": ("http://", None),
}


@pytest.mark.parametrize(("href", "url"), LINKS.values(), ids=LINKS)
def test_absolute(href: str, url: str | None) -> None:
    assert absolute("https://s.example/n/a", href) == url


SHOWN = {
    "a login": ("https://me:secret@s.example/feed", "https://s.example/feed"),
    "a login without a password": ("https://secret@s.example/feed", "https://s.example/feed"),
    "a login with an at sign": ("https://me:s@cret@s.example:8080/feed", "https://s.example:8080/feed"),
    "a login without a scheme": ("//me:secret@s.example/feed", "//s.example/feed"),
    "a login in an address within": ("https://s.example/?url=https://me:secret@t.example/", "https://s.example/?url=https://t.example/"),
    "a login in an escaped address": ("https://s.example/?u=https%3A%2F%2Fme%3Asecret%40t.example", "https://s.example/?u=…"),
    "a token": ("https://s.example/feed?token=secret", "https://s.example/feed?token=…"),
    "a token among others": ("https://s.example/?a=1&token=secret&b=2", "https://s.example/?a=1&token=…&b=2"),
    "a token in capitals": ("https://s.example/?TOKEN=secret", "https://s.example/?TOKEN=…"),
    "a token with an escaped name": ("https://s.example/?tok%65n=secret", "https://s.example/?tok%65n=…"),
    "a token with = and ? in it": ("https://s.example/?token=secret=secret?secret&b=2", "https://s.example/?token=…&b=2"),
    "a token after an ampersand escaped twice": ("https://s.example/?a=1&amp;token=secret", "https://s.example/?a=1&amp;token=…"),
    "a token in the fragment": ("https://s.example/#access_token=secret", "https://s.example/#access_token=…"),
    "a token in the path": ("https://s.example/token=secret", "https://s.example/token=…"),
    "a session in the path": ("https://s.example/feed;jsessionid=secret?a=1", "https://s.example/feed;jsessionid=…?a=1"),
    "a token in an address within": ("https://s.example/?url=https://t.example/?token=secret", "https://s.example/?url=https://t.example/?token=…"),
    "a token in an escaped address": ("https://s.example/?url=https%3A%2F%2Ft.example%2F%3Ftoken%3Dsecret", "https://s.example/?url=…"),
}  # fmt: skip
SECRETS = [
    "token", "key", "api_key", "api-key", "apikey", "apiKey", "auth", "access_token", "accessToken", "password",
    "pass", "passwd", "pwd", "secret", "client_secret", "sig", "signature", "session", "session_id", "sid", "code",
    "rss_token", "feed_key", "passkey", "torrent_pass", "X-Amz-Signature", "X-Amz-Credential", "PHPSESSID",
    "oauth_nonce", "jwt", "hash", "user_key", "private_key", "auth[token]",
]  # fmt: skip
UNCHANGED = [
    "https://s.example/feed", "https://s.example:8080/a/?p=12&format=rss#top", "https://s.example/@me/feed", "https://s.example/a@b",
    "https://s.example/?country_code=fr&keyword=x&author=y&design=z&monkey=1", "https://s.example/?token=", "https://s.example/?token",
    "https://token.example/a=b", "https://s.example/?q=a%20b=c", "", "?", "token", "https://é.example/ü?ö=ä", "http://[",
]  # fmt: skip


@pytest.mark.parametrize(("url", "shown"), SHOWN.values(), ids=SHOWN)
def test_no_secret_is_shown_of_an_address_with(url: str, shown: str) -> None:
    assert public(url) == shown
    assert "secret" not in public(url)


@pytest.mark.parametrize("name", SECRETS)
def test_a_parameter_that_lets_its_bearer_in_is_veiled(name: str) -> None:
    assert public(f"https://s.example/feed?{name}=hunter2&a=1") == f"https://s.example/feed?{name}=…&a=1"


@pytest.mark.parametrize("url", UNCHANGED)
def test_an_address_without_secrets_is_shown_byte_for_byte(url: str) -> None:
    assert public(url) == url


@pytest.mark.parametrize("url", [*(url for url, _ in SHOWN.values()), *SAME.values(), *UNCHANGED, *HOSTILE])
def test_a_public_address_is_its_own_public_form(url: str) -> None:
    assert public(public(url)) == public(url)


@pytest.mark.parametrize("unit", ["?token=", "%25", "//a:b@", "://", "&", ";=", "a=%3D", "?url=https://", "@"])
def test_a_long_address_is_veiled_in_no_time(unit: str, pace: float) -> None:
    started = time.process_time()
    public("https://s.example/" + unit * 50_000)
    assert time.process_time() - started < 1 * pace


PLAIN = {
    "a host for phones": ("https://m.s.example/a", "https://s.example/a"),
    "another host for phones": ("https://mobile.s.example/a?id=1", "https://s.example/a?id=1"),
    "a host for AMP": ("https://amp.s.example/a", "https://s.example/a"),
    "amp at the end": ("https://s.example/a/b/amp", "https://s.example/a/b"),
    "amp in front": ("https://s.example/amp/a/b", "https://s.example/a/b"),
    "amp as an ending": ("https://s.example/a.amp", "https://s.example/a"),
    "amp before the ending": ("https://s.example/a.amp.html", "https://s.example/a.html"),
    "amp as a parameter": ("https://s.example/a?amp=1&id=2", "https://s.example/a?id=2"),
    "all of it": ("https://m.s.example/a/amp?amp=true", "https://s.example/a"),
    "a host of two parts": ("https://m.example/a", "https://m.example/a"),
    "a home page": ("https://m.s.example", "https://m.s.example"),
    "an article about amps": ("https://s.example/amp", "https://s.example/amp"),
    "amp at both ends": ("https://s.example/amp/a/amp", "https://s.example/amp/a/amp"),
    "two hosts for phones": ("https://m.amp.s.example/a", "https://m.amp.s.example/a"),
    "amp as two parameters": ("https://s.example/a?amp=1&outputType=amp", "https://s.example/a?amp=1&outputType=amp"),
    "a hash-bang of a host for phones": ("https://m.s.example/a#!/b/amp", "https://s.example/a#!/b/amp"),
    "a plain page": ("https://s.example/amplifiers?amps=1", "https://s.example/amplifiers?amps=1"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("key", "page"), PLAIN.values(), ids=PLAIN)
def test_the_plain_page_of(key: str, page: str) -> None:
    assert plain(key) == page


@pytest.mark.parametrize(
    "key", ["https://s.example/a", "https://s.example/a/b.html?id=2", "https://s.example:8080/a?id=1"]
)
def test_pages_for_phones_and_in_amp_are_spelled_as_keys_whose_plain_page_is_the_key(key: str) -> None:
    forms = mobile(key)
    assert len(forms) == len(set(forms)) > 60
    assert {plain(form) for form in forms} == {key}
    assert [canonical(form) for form in forms] == forms


FORMS = [
    f"https://{host}/{path}{'?' if query else ''}{query}{fragment}"
    for host, path, query, fragment in product(
        ("s.example", "m.s.example", "m.amp.s.example", "m.example", "s.example:8080"),
        ("a", "a.html", "amp", "amp/a", "a/amp", "a.amp", "a.amp.html", "amp/a.html/amp", "amp/a", "amp/amp", "amp.amp", ".amp", ".html"),
        ("", "id=3", "amp=1", "outputType=amp", "amp=1&amp=true", "id=3&outputType=amp", "amp=1&id=3"),
        ("", "#!/a", "#!/a/amp"),
    )
]  # fmt: skip


def test_the_forms_of_a_page_are_all_those_and_only_those_whose_plain_page_it_is() -> None:
    assert [canonical(key) for key in FORMS] == FORMS
    found = {(form, key) for key in FORMS for form in (key, *mobile(key)) if form != key}
    meant = {(form, plain(form)) for form in (*FORMS, *(form for form, _ in found)) if plain(form) != form}
    assert found == meant
    assert ("https://m.s.example/a/amp?outputType=amp", "https://s.example/a") in found


def test_a_home_page_has_none_for_phones() -> None:
    assert mobile("https://s.example") == mobile("") == mobile("https://m.s.example/a") == []


PIECES = ("https://", "http://", "www.", "m.", "s.example", "google.com/url?url=", "google.com/amp/s/", "/", "/a", "/amp", "?", "&", "=", "#", "#!",
          "utm_source=x", "id=1", "%2F", "%", "é", "..", ":443", "@", "amp;", "ref=hn", " ", "\ud800", "[", "/ref=x", "u=https%3A%2F%2Ft.example%2F")  # fmt: skip


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[tuple[Provider, ...]]:
    """Rules of the operator's, in force."""
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    found = read_providers(tmp_path / "rules.json")
    tracking.use(found)
    yield found
    tracking.use()


RULES = {
    "providers": {
        "shop": {
            "urlPattern": r"^https?:\/\/(?:[a-z0-9-]+\.)*?shop\.example",
            "rules": ["ref_?", "p[fd]_[a-z]*"],
            "rawRules": [r"\/ref=[^/?]*"],
            "referralMarketing": ["tag"],
            "exceptions": [r"^https?:\/\/shop\.example\/cart"],
            "redirections": [r"^https?:\/\/shop\.example\/go\?.*?u=([^&]+)"],
        },
        "www": {"urlPattern": r"^https?:\/\/www\.site\.example", "rules": ["seen"]},
        "back": {
            "urlPattern": r"^https:\/\/round\.example",
            "redirections": [r"(https:\/\/round\.example\/.*)b$", r"\/a(.*)"],
        },
        "all": {"urlPattern": ".*", "completeProvider": False, "rules": ["(?:%3F)?track(?:_[a-z]*)+", "id"]},
        "none": {"urlPattern": ".*", "completeProvider": True},
    }
}
CLEANED = {
    "a parameter of a site": ("https://shop.example/a?ref_=1&pf_rd=2&n=3", "https://shop.example/a?n=3"),
    "a parameter of a site that pays": ("https://shop.example/a?tag=me-21&n=3", "https://shop.example/a?n=3"),
    "not of another site": ("https://other.example/a?tag=me-21&n=3", "https://other.example/a?n=3&tag=me-21"),
    "not of another name": ("https://shop.example/a?myref_=1", "https://shop.example/a?myref_=1"),
    "a piece of the path": ("https://shop.example/a/ref=x?n=3", "https://shop.example/a?n=3"),
    "not where an exception holds": ("https://shop.example/cart?tag=x&id=2", "https://shop.example/cart?tag=x"),
    "a redirection": (
        "https://shop.example/go?n=1&u=http%3A%2F%2Ft.example%2Fb%3Futm_source%3Dx%26track_me%3D1",
        "https://t.example/b",
    ),
    "a parameter of all sites": ("https://any.example/a?track_by_x=1&b=2", "https://any.example/a?b=2"),
    "a parameter that the table would never take": ("https://any.example/?id=7", "https://any.example"),
    "the rules of a site in www.": ("https://www.site.example/a?seen=1", "https://site.example/a"),
    "what is left but a hash-bang": ("https://any.example/?id=7#!/a", "https://any.example#!/a"),
    "what is redirected to nowhere": (
        "https://shop.example/go?u=javascript%3Ax",
        "https://shop.example/go?u=javascript%3Ax",
    ),
}


@pytest.mark.parametrize(("url", "key"), CLEANED.values(), ids=CLEANED)
@pytest.mark.usefixtures("rules")
def test_the_operators_rules_take_out(url: str, key: str) -> None:
    assert canonical(url) == key


@pytest.mark.parametrize("with_rules", [False, True])
def test_a_key_of_any_text_is_its_own_key(with_rules: bool, rules: tuple[Provider, ...]) -> None:
    tracking.use(rules if with_rules else ())
    dice = random.Random(5)
    urls = ["".join(dice.choices(PIECES, k=dice.randrange(1, 9))) for _ in range(3_000)]
    urls += [
        f"https://{'shop' if n % 2 else 'round'}.example/" + "".join(dice.choices((*PIECES, "a", "b"), k=6))
        for n in range(3_000)
    ]
    for url in urls:
        key = canonical(url)
        assert canonical(key) == key, url


def test_rules_hold_until_others_do_and_have_a_name(rules: tuple[Provider, ...]) -> None:
    named = tracking.name()
    assert len(named) == 16
    tracking.use(rules[:1])
    assert tracking.name() not in {named, ""}
    tracking.use()
    assert (tracking.name(), canonical("https://any.example/?id=7")) == ("", "https://any.example?id=7")


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("unit", ["/ref=", "u=%", "&tag=1", "track_", "a."])
def test_a_long_address_meets_rules_in_no_time(unit: str, pace: float) -> None:
    started = time.process_time()
    canonical("https://shop.example/go?" + unit * (3_900 // len(unit)))
    assert time.process_time() - started < 0.5 * pace
