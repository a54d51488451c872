"""What a server can do on the wire, byte by byte, and below it: TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import ssl
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.settings import Settings
from flows.fetch import Answer, Fetcher, FetchError, Question

SETTINGS = Settings(deadline=2.0, max_bytes=100_000)
OK = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n\r\nok"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def ask(
    *parts: bytes, settings: Settings = SETTINGS, secure: ssl.SSLContext | None = None, scheme: str = "http"
) -> Answer:
    """The answer to one question, from a server that sends these bytes and closes the connection."""

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                writer.write(part)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def go() -> Answer:
        async with (
            await asyncio.start_server(visit, "127.0.0.1", 0, ssl=secure) as server,
            Fetcher(settings) as fetcher,
        ):
            port = server.sockets[0].getsockname()[1]
            url = f"{scheme}://user:secret@127.0.0.1:{port}/?token=secret"
            return await fetcher.get(Question(url=url, private=True))

    return asyncio.run(go())


CHARSETS = {
    "plain": ("text/html; charset=utf-8", "utf-8"),
    "in capitals": ("Text/HTML; CharSet=ISO-8859-1", "ISO-8859-1"),
    "quoted": ('text/html; charset="windows-1252"', "windows-1252"),
    "in quotes of another kind": ("text/html; charset='koi8-r'", "koi8-r"),
    "followed by another parameter": ("text/html; charset=utf-8; boundary=x", "utf-8"),
    "after another one": ("text/html;boundary=x;charset=utf-8", "utf-8"),
    "with blanks": ("text/html ;  charset = utf-8 ", "utf-8"),
    "empty": ("text/html; charset=", None),
    "none": ("text/html", None),
    "something that only ends like it": ("text/html; x-charset=utf-8", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("sent", "charset"), CHARSETS.values(), ids=CHARSETS)
def test_a_charset_is_what_content_type_names(sent: str, charset: str | None) -> None:
    assert Answer(url="", status=200, headers={"content-type": sent}).charset == charset
    assert Answer(url="", status=200).charset is None


def kind_of(*parts: bytes, settings: Settings = SETTINGS) -> str:
    with pytest.raises(FetchError) as error:
        ask(*parts, settings=settings)
    assert "secret" not in str(error.value)
    return error.value.kind


def lines(count: int) -> bytes:
    return b"".join(b"X-%d: v\r\n" % n for n in range(count))


BAD: dict[str, tuple[Sequence[bytes], str]] = {
    "ten thousand headers": ([OK + lines(10_000) + TWO], "bad_http"),
    "headers without end": ([OK] + [lines(1_000)] * 3_000, "bad_http"),
    "a header of a megabyte": ([OK + b"X: " + b"a" * 1_000_000 + b"\r\n" + TWO], "bad_http"),
    "a status line of a megabyte": ([b"HTTP/1.1 200 " + b"a" * 1_000_000 + b"\r\n" + TWO], "bad_http"),
    "a header with a zero in it": ([OK + b"X: a\0b\r\n" + TWO], "bad_http"),
    "a length that is no number": ([OK + b"Content-Length: banana\r\n\r\nok"], "bad_http"),
    "a length below zero": ([OK + b"Content-Length: -5\r\n\r\nok"], "bad_http"),
    "two lengths": ([OK + b"Content-Length: 3\r\n" + TWO], "bad_http"),
    "a length of ten terabytes": ([OK + b"Content-Length: 10000000000000\r\n\r\nok"], "too_large"),
    "a length of a packed body of ten terabytes": (
        [OK + b"Content-Encoding: gzip\r\nContent-Length: 10000000000000\r\n\r\nok"],
        "too_large",
    ),
    "a length beyond all numbers": ([OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\nok"], "bad_http"),
    "a length longer than the body": ([OK + b"Content-Length: 99\r\n\r\nok"], "truncated"),
    "a length shorter than the body": ([OK + b"Content-Length: 1\r\n\r\nok"], "bad_http"),
    "a body without a length, without end": ([OK + b"\r\n"] + [b"x" * 65_536] * 1_000, "too_large"),
    "a chunk cut short": ([CHUNKED + b"5\r\nhello\r\n5\r\nhe"], "truncated"),
    "no last chunk": ([CHUNKED + b"5\r\nhello\r\n"], "truncated"),
    "a chunk without a size": ([CHUNKED + b"zz\r\nhello\r\n"], "bad_http"),
    "a chunk of a size beyond all numbers": ([CHUNKED + b"f" * 18 + b"\r\nhello\r\n"], "bad_http"),
    "ten thousand trailers": ([CHUNKED + b"5\r\nhello\r\n0\r\n" + lines(10_000) + b"\r\n"], "bad_http"),
    "chunks of one byte without end": ([CHUNKED] + [b"1\r\nx\r\n" * 1_000] * 1_000, "too_large"),
    "another language": ([b"SSH-2.0-OpenSSH_9.9\r\n"], "bad_http"),
    "a body alone": ([b"<rss version='2.0'></rss>"], "bad_http"),
    "nothing": ([], "truncated"),
    "half a status line": ([b"HTTP/1.1 2"], "truncated"),
    "half the headers": ([OK + b"X: "], "truncated"),
}


@pytest.mark.parametrize(("parts", "kind"), BAD.values(), ids=BAD)
def test_an_answer_that_breaks_the_rules_is_an_error_of_its_kind(parts: Sequence[bytes], kind: str) -> None:
    begun = time.monotonic()
    assert kind_of(*parts) == kind
    assert time.monotonic() - begun < 2


WITHOUT_END = {
    "an extension of a chunk": [CHUNKED + b"5;"] + [b"a" * 65_536] * 2_000,
    "answers before the answer": [b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 1_000] * 300,
}


@pytest.mark.parametrize("parts", WITHOUT_END.values(), ids=WITHOUT_END)
def test_what_has_no_end_takes_no_more_memory_and_time_than_allowed(parts: Sequence[bytes]) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert kind_of(*parts) in {"bad_http", "timeout", "truncated"}
    assert time.monotonic() - begun < SETTINGS.deadline + 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


FORGIVEN = {
    "lines that end the old way": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "a header folded into two lines": OK + b"X: a\r\n b\r\n" + TWO,
    "a hint before the answer": b"HTTP/1.1 100 Continue\r\n\r\n" + OK + TWO,
    "no length at all": OK + b"\r\nok",
    "an odd status": b"HTTP/1.1 299 Fine\r\n" + TWO,
}


@pytest.mark.parametrize("body", FORGIVEN.values(), ids=FORGIVEN)
def test_what_can_be_understood_is_understood(body: bytes) -> None:
    assert ask(body).body == b"ok"


def test_a_body_of_the_very_limit_comes_whole() -> None:
    body = b"x" * SETTINGS.max_bytes
    assert ask(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body).body == body
    assert kind_of(OK + b"\r\n" + body + b"x") == "too_large"


def certificate(folder: Path, name: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate it signed itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    span = made.not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
    signed = span.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "pair.pem").write_bytes(private + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pair.pem")
    return context


@pytest.mark.parametrize("days", [1, -1], ids=["signed by itself", "out of date"])
def test_a_certificate_nobody_vouches_for_is_refused_and_plain_http_is_not_tried(days: int, tmp_path: Path) -> None:
    with pytest.raises(FetchError) as error:
        ask(OK + TWO, secure=certificate(tmp_path, days=days), scheme="https")
    assert error.value.kind == "tls"
    assert "secret" not in str(error.value)


def test_a_server_that_speaks_plain_http_where_tls_is_asked_for_is_refused() -> None:
    with pytest.raises(FetchError) as error:
        ask(b"HTTP/1.1 400 Bad Request\r\n" + TWO, scheme="https", settings=replace(SETTINGS, deadline=0.7))
    assert error.value.kind in {"tls", "timeout"}


def test_a_certificate_somebody_vouches_for_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=tmp_path / "pair.pem")
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    assert ask(OK + TWO, secure=server, scheme="https").body == b"ok"


def test_a_certificate_of_another_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = certificate(tmp_path, name="127.0.0.2")
    trusting = ssl.create_default_context(cafile=tmp_path / "pair.pem")
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    with pytest.raises(FetchError) as error:
        ask(OK + TWO, secure=server, scheme="https")
    assert error.value.kind == "tls"


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=tmp_path / "pair.pem")
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    with pytest.raises(FetchError) as error:
        ask(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/?secret\r\n" + TWO, secure=server, scheme="https")
    assert error.value.kind == "downgrade"
    assert "secret" not in str(error.value)
