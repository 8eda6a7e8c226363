"""Every fault, with what the hub must make of it: the code of what it says, and how often it may ask."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate

from tests.faults.server import Asked, End, Fault, Piece, answer, chunked

NOW = 1_790_000_000.0
"""The moment by the hub's clock, for dates in headers."""
MOST_COMPRESSED = 300_000
MOST_INFLATED = 2_000_000
GZIP = "Content-Encoding: gzip"


SOON = {"connect": 2.0, "read": 0.4, "total": 1.0}
"""Seconds, for a server that never answers."""
PATIENT = {"connect": 60.0, "read": 60.0, "total": 120.0}
"""Seconds, for one that answers at once: on a busy machine that is a while."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: what the door says, how many requests it takes, and after how long it may be asked again."""

    name: str
    fault: Fault
    code: str
    requests: int
    retry_after: float | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def seconds(self) -> dict[str, float]:
        """How long it is waited for."""
        return SOON if self.code == "FEED_TIMEOUT" else PATIENT


def _cases() -> Iterator[Case]:
    yield from _statuses()
    yield from _waits()
    yield from _slow()
    yield from _cut()
    yield from _large()
    yield from _redirects()
    yield from _headers()


def _statuses() -> Iterator[Case]:
    for status, code in {
        "400 Bad Request": "FEED_REFUSES",
        "401 Unauthorized": "FEED_DENIED",
        "403 Forbidden": "FEED_DENIED",
        "404 Not Found": "FEED_MISSING",
        "410 Gone": "FEED_MISSING",
        "416 Range Not Satisfiable": "FEED_REFUSES",
        "451 Unavailable For Legal Reasons": "FEED_REFUSES",
    }.items():
        yield Case(f"status-{status[:3]}", _sends(answer(status, b"<html>no</html>")), code, 1)
    for status in (
        "204 No Content",
        "206 Partial Content",
        "300 Choices",
        "304 Not Modified",
        "501 Not Implemented",
    ):
        yield Case(f"status-{status[:3]}", _sends(answer(status)), "FEED_FAILS", 5)


def _waits() -> Iterator[Case]:
    """Every status that may pass, with every way to say when."""
    for status in (
        "429 Too Many Requests",
        "500 Error",
        "502 Bad Gateway",
        "503 Unavailable",
        "504 Gateway Timeout",
    ):
        code = "FEED_BUSY" if status[:3] in ("429", "503") else "FEED_FAILS"
        for name, written, seconds, requests in (
            ("", None, None, 5),
            ("-after-seconds", "7", 7.0, 5),
            ("-after-date", formatdate(NOW + 9, usegmt=True), 9.0, 5),
            ("-after-past", formatdate(NOW - 9_999, usegmt=True), 0.0, 5),
            ("-after-an-hour", "3600", 3_600.0, 1),
            ("-after-ages", "99999999999999999999", 86_400.0, 1),
            ("-after-less-than-nothing", "-5", None, 5),
            ("-after-words", "soon", None, 5),
        ):
            headers = [f"Retry-After: {written}"] if written is not None else []
            sent = _sends(answer(status, b"", *headers))
            yield Case(f"status-{status[:3]}{name}", sent, code, requests, seconds)


def _slow() -> Iterator[Case]:
    """A server that is slow twice is not asked a third time."""
    yield Case("drip", _drips(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), "FEED_TIMEOUT", 2)
    yield Case("drip-headers", _drips(b"HTTP/1.1 200 OK\r\nX-Slow: "), "FEED_TIMEOUT", 2)
    yield Case("stall-before-headers", _drips(b"", stalls=True), "FEED_TIMEOUT", 2)
    yield Case("stall-in-headers", _drips(b"HTTP/1.1 200 OK\r\nContent-", stalls=True), "FEED_TIMEOUT", 2)
    yield Case(
        "stall-in-body",
        _drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", stalls=True),
        "FEED_TIMEOUT",
        2,
    )
    yield Case("continue-for-ever", _drips(b"", piece=b"HTTP/1.1 100 Continue\r\n\r\n"), "FEED_TIMEOUT", 2)


def _cut() -> Iterator[Case]:
    def reset(asked: Asked) -> Iterator[Piece]:
        yield answer("200 OK", asked.good)[:-30]
        yield End.RESET

    faults: dict[str, Fault] = {
        "reset": lambda _: iter((End.RESET,)),
        "reset-in-body": reset,
        "silence": _sends(b""),
        "no-http": _sends(b"this is no HTTP\r\n\r\n"),
        "cut-headers": _sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "cut-length": lambda asked: answer("200 OK", asked.good[:-30], length=len(asked.good)),
        "length-too-long": lambda asked: answer("200 OK", asked.good, length=len(asked.good) + 1),
        "length-negative": lambda asked: answer("200 OK", asked.good, length=-1),
        "length-no-number": lambda asked: answer("200 OK", asked.good).replace(b"Length: ", b"Length: x"),
        "cut-in-chunk": lambda asked: chunked(asked.good, end=b"400\r\nabc"),
        "cut-between-chunks": lambda asked: chunked(asked.good, end=b""),
        "chunk-size-wrong": lambda asked: chunked(asked.good, end=b"zz\r\n"),
        "cut-gzip": _zipped(lambda packed: packed[:-40]),
        "cut-gzip-trailer": _zipped(lambda packed: packed[:-4]),
        "cut-gzip-trailer-whole": _zipped(lambda packed: packed[:-8]),
        "gzip-checksum-wrong": _zipped(lambda packed: packed[:-8] + b"\0\0\0\0" + packed[-4:]),
        "gzip-length-wrong": _zipped(lambda packed: packed[:-4] + b"\1\0\0\0"),
        "gzip-garbage-behind": _zipped(lambda packed: packed + b"garbage"),
        "gzip-not-at-all": lambda asked: answer("200 OK", asked.good, GZIP),
        "deflate-cut": lambda asked: answer(
            "200 OK", zlib.compress(asked.good)[:-3], "Content-Encoding: deflate"
        ),
    }
    for name, fault in faults.items():
        yield Case(name, fault, "FEED_CUT", 5)


def _large() -> Iterator[Case]:
    bomb = gzip.compress(bytes(30_000_000))
    faults: dict[str, Fault] = {
        "bomb-gzip": _sends(answer("200 OK", bomb, GZIP)),
        "bomb-gzip-members": _sends(answer("200 OK", gzip.compress(bytes(900_000)) * 4, GZIP)),
        "bomb-deflate": _sends(
            answer("200 OK", zlib.compress(bytes(30_000_000)), "Content-Encoding: deflate")
        ),
        "too-big": _sends(answer("200 OK", bytes(MOST_COMPRESSED + 1))),
        "too-big-announced": _sends(answer("200 OK", bytes(MOST_COMPRESSED + 1), length=10**15)),
        "endless-chunks": _endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65_536) + b"\r\n"
        ),
        "endless-until-closed": _endless(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", bytes(65_536)),
    }
    for name, fault in faults.items():
        yield Case(name, fault, "FEED_TOO_BIG", 1)
    for name, encoding in {
        "br": "br",
        "zstd": "zstd",
        "nested-gzip": "gzip, gzip",
        "odd": "x-secret",
    }.items():
        yield Case(
            f"packed-{name}",
            _sends(answer("200 OK", bomb, f"Content-Encoding: {encoding}")),
            "FEED_PACKED",
            1,
        )


def _redirects() -> Iterator[Case]:
    inward = (
        "http://127.0.0.1/", "http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.5/",
        "http://192.168.1.1/", "http://100.64.0.1/", "http://0/", "http://2130706433/", "http://0x7f.1/", "file:///etc/passwd",
        "ftp://feed.example/", "gopher://feed.example/", "data:text/csv,a", "http://feed.example:8080/",
        "https://user:secret@feed.example/", "http://intranet/", "http://printer.local/", "http://[",
        "http://%31/", "http://a..b/", "http://\x7f/",
    )  # fmt: skip
    for location in inward:
        yield Case(f"redirect-to-{location}", _sends(_leads(location)), "URL_REFUSED", 1)
    canary = _sends(_leads("http://{other}/canary"))
    yield Case("redirect-to-another-port", _with_other(canary), "URL_REFUSED", 1)
    yield Case("redirect-to-itself", lambda asked: _leads(asked.path), "FEED_REDIRECTS", 6)
    yield Case(
        "redirect-in-a-circle",
        lambda asked: _leads(f"/{'b' if asked.path == '/a' else 'a'}"),
        "FEED_REDIRECTS",
        6,
    )
    yield Case("redirect-without-end", lambda asked: _leads(f"/{asked.number}"), "FEED_REDIRECTS", 6)
    yield Case("redirect-to-nothing", lambda _: _leads("//"), "FEED_REDIRECTS", 6)
    yield Case("redirect-nowhere", _sends(answer("302 Found")), "FEED_FAILS", 5)
    yield Case("redirect-to-busy", _after(1, answer("503 Busy")), "FEED_BUSY", 6)
    yield Case("redirects-to-busy", _after(2, answer("503 Busy")), "FEED_BUSY", 6)
    yield Case(
        "redirect-twice-named",
        _sends(answer("302 Found", b"", "Location: /a", "Location: http://10.0.0.5/")),
        "FEED_REDIRECTS",
        6,
    )


def _headers() -> Iterator[Case]:
    faults: dict[str, Fault] = {
        "two-lengths": lambda asked: answer("200 OK", asked.good, "Content-Length: 5"),
        "headers-without-end": _sends(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 300_000 + b"\r\n\r\n"),
        "header-without-name": _sends(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n"),
        "header-folded-badly": _sends(b"HTTP/1.1 200 OK\r\nA b: x\r\n\r\n"),
        "status-no-number": _sends(b"HTTP/1.1 abc OK\r\n\r\n"),
        "status-too-long": _sends(b"HTTP/1.1 20000 OK\r\n\r\n"),
        "another-protocol": _sends(b"SSH-2.0-OpenSSH_9\r\n"),
    }
    for name, fault in faults.items():
        yield Case(name, fault, "FEED_CUT", 5)


def _sends(content: bytes) -> Fault:
    return lambda _: content


def _leads(location: str) -> bytes:
    return answer("302 Found", b"", f"Location: {location}")


def _with_other(fault: Fault) -> Fault:
    """Name the port beside this server's: the canary listens there."""
    return lambda asked: bytes(fault(asked)).replace(b"{other}", asked.server.canary.host.encode())


def _after(redirects: int, last: bytes) -> Fault:
    """Lead on so many times, then answer."""
    return lambda asked: _leads(f"{asked.path}x") if asked.path.count("x") < redirects else last


def _zipped(damage: Callable[[bytes], bytes]) -> Fault:
    return lambda asked: answer("200 OK", damage(gzip.compress(asked.good)), GZIP)


def _drips(start: bytes, *, piece: bytes = b"x", stalls: bool = False) -> Fault:
    def drip(asked: Asked) -> Iterator[Piece]:
        yield start
        while not asked.server.stopped.wait(0.03):
            if not stalls:
                yield piece

    return drip


def _endless(start: bytes, piece: bytes) -> Fault:
    def pour(asked: Asked) -> Iterator[Piece]:
        yield start
        while not asked.server.stopped.is_set():
            yield piece

    return pour


CASES = tuple(_cases())
