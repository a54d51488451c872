"""Site config files of others taken over, as a person at a terminal does it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.chrome import SiteRule, load_sites
from flows import cli

OWN = '# mine\n\n[sites."mine.example"]  # by hand\nbody = [ ".x" ]\n\n# the end\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Fanmill = Callable[..., Done]


@pytest.fixture
def fanmill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Fanmill:
    (tmp_path / "mill").mkdir()
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANMILL_CONFIG", "mill")
    Path("mill/sites.toml").write_text(OWN)

    def call(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fanmill", "sites", "import", *words])
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capfd.readouterr()
        return Done(code=code, out=out, err=err)

    return call


def put(name: str, text: str) -> None:
    Path("rules", name).write_text(text, encoding="utf-8")


def test_a_file_becomes_a_table_and_the_rest_of_the_file_stays(fanmill: Fanmill) -> None:
    put(
        "harbour.example.txt",
        '# Harbour\nbody: //div[@id="story"]\nstrip_id_or_class: promo\nprune: no\nfind_string: <b\nreplace_string: <i\n',
    )
    done = fanmill("rules/harbour.example.txt")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "harbour.example: body 1, cut_names 1; not used: find_string 1, replace_string 1",
        "added 1 sites from 2 lines; not used: find_string 1, replace_string 1",
    ]
    assert Path("mill/sites.toml").read_text() == OWN + (
        '\n[sites."harbour.example"]\nbelow = false\nbody = [\'//div[@id="story"]\']\ncut_names = ["promo"]\n'
        "# from harbour.example.txt, a site config file\n# Harbour\n# prune: no\n# find_string: <b\n# replace_string: <i\n"
    )
    assert load_sites(Path("mill"))["mine.example"] == SiteRule(host="mine.example", body=(".x",))


def test_a_dry_run_says_the_same_and_writes_nothing(fanmill: Fanmill) -> None:
    put("harbour.example.txt", "body: //article\n")
    done = fanmill("rules", "--dry-run")
    assert (done.code, done.out.splitlines()[-1]) == (0, "would add 1 sites from 1 lines")
    assert Path("mill/sites.toml").read_text() == OWN


def test_a_folder_gives_its_hosts_by_name_and_passes_over_what_is_none(fanmill: Fanmill) -> None:
    for name in ("b.example.txt", ".a.example.txt", "LICENSE.txt", "global.txt", "notes.md", "b.example.txt~"):
        put(name, "body: //article\n")
    Path("rules/sub.example.txt").mkdir()
    done = fanmill("rules")
    assert done.code == 1
    assert done.err == "fanmill: sub.example.txt: is no file\n"
    assert done.out.splitlines() == [
        ".a.example: body 1",
        "b.example: body 1",
        "added 2 sites from 2 lines; refused 1; passed over 2 files that are named after no host",
    ]
    assert {".a.example", "b.example"} <= load_sites(Path("mill")).keys()


def test_a_line_that_cannot_work_is_told_with_its_place_and_the_rest_is_taken(fanmill: Fanmill) -> None:
    put("b.example.txt", "body: //article\nstrip: //div[@x=\nstrip: //nav\n")
    done = fanmill("rules")
    assert done.code == 1
    assert done.err == "fanmill: b.example.txt:2: strip: //div[@x=: is no XPath: invalid expression\n"
    assert load_sites(Path("mill"))["b.example"].cut == ("//nav",)


def test_a_host_that_has_a_rule_keeps_it(fanmill: Fanmill) -> None:
    Path("mill/sites.toml").write_text(OWN + '\n[sites."off.example"]\noff = true\n')
    before = Path("mill/sites.toml").read_bytes()
    for host in ("mine.example", "lwn.net", "off.example"):
        put(f"{host}.txt", "body: //article\n")
    done = fanmill("rules")
    assert done.code == 1
    assert len(done.err.splitlines()) == 3
    assert "fanmill: lwn.net.txt: lwn.net has a rule already; --replace puts this one in its place\n" in done.err
    assert Path("mill/sites.toml").read_bytes() == before


def test_a_rule_is_replaced_when_that_is_asked_for(fanmill: Fanmill) -> None:
    Path("mill/sites.toml").write_text(
        OWN.replace("# the end", "# for b\n[sites.'b.example']\noff = true\n[sites.\"c.example\"]\nbody = ['.c']")
    )
    for host in ("mine.example", "b.example", "lwn.net"):
        put(f"{host}.txt", "body: //article\n")
    done = fanmill("rules", "--replace")
    assert (done.code, done.err) == (0, "")
    tables = "".join(
        f'\n[sites."{host}"]\nbelow = false\nbody = ["//article"]\n# from {host}.txt, a site config file\n'
        for host in ("b.example", "lwn.net", "mine.example")
    )
    assert Path("mill/sites.toml").read_text() == "# mine\n\n# for b\n[sites.\"c.example\"]\nbody = ['.c']\n" + tables
    again = Path("mill/sites.toml").read_bytes()
    assert fanmill("rules", "--replace").code == 0
    assert Path("mill/sites.toml").read_bytes() == again


def test_two_files_for_one_host_are_told_apart(fanmill: Fanmill) -> None:
    put("a.example.txt", "body: //article\n")
    put("www.a.example.txt", "body: //main\n")
    done = fanmill("rules")
    assert (done.code, done.err) == (
        1, "fanmill: www.a.example.txt: a.example has a rule already; --replace puts this one in its place\n",
    )  # fmt: skip
    assert load_sites(Path("mill"))["a.example"].body == ("//article",)


def test_a_program_is_told_everything(fanmill: Fanmill) -> None:
    put("a.example.txt", "body: //article\nstrip: //div[\nhttp_header(X): y\ntidy: no\n")
    put("b.example.txt", "http_header(X): y\n")
    put("README.txt", "")
    done = fanmill("rules", "--json")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert json.loads(done.out) == {
        "added": [{"host": "a.example", "keys": {"body": 1}, "left": {"http_header": 1}}],
        "idle": [{"host": "b.example", "left": {"http_header": 1}}],
        "refused": [{"file": "a.example.txt", "line": 2, "text": "strip: //div[", "fault": "is no XPath: invalid expression"}],
        "passed": ["README.txt"], "mapped": 1, "needless": 1, "left": {"http_header": 2}, "dry_run": False,
    }  # fmt: skip


HOSTILE = {
    "a way out of its comment": "body: //a\nfind_string: x\u2028[sites.evil]\u2028\x00\x1b[31m\n",
    "a way out of its string": "body: //a[.='\"]\\n[sites.evil]']\nstrip: //b[.=\"']\"]\nstrip: //c[.='\\']\n",
    "a way out of a name": 'strip_id_or_class: x"]\\u0022\nstrip_id_or_class: ]]]\n[sites.evil]\n',
    "bytes that are no text": "body: //a\n\udc80\udcff\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_file_writes_its_own_table_and_no_other(text: str, fanmill: Fanmill) -> None:
    Path("rules/a.example.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = fanmill("rules")
    assert "\x1b" not in done.out + done.err
    assert load_sites(Path("mill")).keys() - load_sites().keys() == {"mine.example", "a.example"}
    written = Path("mill/sites.toml").read_text(encoding="utf-8")
    assert {sign for sign in written if not sign.isprintable()} <= {"\n"}
    assert all(line.startswith(("[", "#", "b", "c", " ", "]")) for line in written.splitlines() if line)


WRONG = {
    "no such file": (["nowhere.txt"], "nowhere.txt is not there"),
    "no such folder": (["rules", "nowhere"], "nowhere is not there"),
}


@pytest.mark.parametrize(("words", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_word_is_told_in_one_line(words: list[str], fault: str, fanmill: Fanmill) -> None:
    done = fanmill(*words)
    assert (done.code, done.out, done.err) == (2, "", f"fanmill: {fault}\n")


def test_a_file_that_is_named_itself_must_be_one(fanmill: Fanmill) -> None:
    put("LICENSE.txt", "")
    os.mkfifo("rules/pipe.example.txt")
    done = fanmill("rules/LICENSE.txt", "rules/pipe.example.txt")
    assert (done.code, done.err.splitlines()) == (
        1, ["fanmill: LICENSE.txt: is named after no host", "fanmill: pipe.example.txt: is no file"],
    )  # fmt: skip


def test_without_a_folder_there_is_nothing_to_write_to(fanmill: Fanmill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANMILL_CONFIG")
    put("a.example.txt", "body: //a\n")
    done = fanmill("rules")
    assert done.code == 2
    assert "no folder to write to" in done.err


def test_a_faulty_file_of_ones_own_is_told_and_left_alone(fanmill: Fanmill) -> None:
    Path("mill/sites.toml").write_text("[sites.x]\nbody = 3\n")
    put("a.example.txt", "body: //a\n")
    done = fanmill("rules")
    assert (done.code, Path("mill/sites.toml").read_text()) == (2, "[sites.x]\nbody = 3\n")
    assert "mill/sites.toml:2: sites.x.body" in done.err


def test_two_thousand_files_take_seconds(fanmill: Fanmill, pace: float) -> None:
    lines = [
        "body: //div[@class='s{0}'] | //article",
        "title: //h1[@id='{0}']",
        "strip: //p[contains(., 'x{0}')]",
        "strip_id_or_class: n{0}",
    ]
    for n in range(2041):
        put(f"s{n}.example.txt", "\n".join(lines * 2).format(n) + "\nprune: no\ntest_url: https://x.example/\n")
    start = time.process_time()
    assert fanmill("rules").code == 0
    assert time.process_time() - start < 5 * pace
    assert len(load_sites(Path("mill"))) > 2041
