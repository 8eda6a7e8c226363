"""The door to the network: whatever a server answers ends as content or as a refusal, after a few requests."""

from __future__ import annotations

import contextlib
import gzip
import socketserver
import threading
import zlib
from collections.abc import Iterator
from functools import cache

import httpx
from hypothesis import strategies as st
from tests.fuzz.material import EDITS, PIECES, TEXTS, VALUES, edited
from tests.fuzz.target import Target, told

from allin_hub.base.errors import Refused, Unavailable
from allin_hub.http import allowed_hosts, retry
from allin_hub.http.client import FetchLimits, Http
from allin_hub.http.response import Response

MOST_REQUESTS = 6
LIMITS = FetchLimits(connect=5, read=5, total=5, compressed=300_000, inflated=2_000_000)
STATUSES = (
    "200 OK", "200 OK", "200 OK", "200 OK", "200", "304 Not Modified", "301 Moved", "302 Found", "307 Temporary",
    "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "416 Range", "429 Too Many", "500 Error",
    "503 Busy", "100 Continue", "204 No Content", "206 Partial", "999 Odd", "0", "abc",
)  # fmt: skip
HEADERS = (
    "Content-Type: text/csv; charset=utf-8", "Content-Type: text/html; charset=nonsense", "Content-Type: application/json",
    "Content-Type: ;;;", "Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: br",
    "Content-Encoding: gzip, gzip", "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Retry-After: 1", "Retry-After: -5",
    "Retry-After: 99999999999999999999", "Retry-After: Mon, 05 Oct 2026 16:00:00 GMT", "Retry-After: Mon, 99 Foo 0000",
    "Location: /", "Location: /next", "Location: http://[::1]/", "Location: http://[", "Location: file:///etc/passwd",
    "Location: //", "Location: \\\\x", "Location: http://0x7f000001/", "Location: ?a=1#b", "ETag: W/\"x\"", "ETag: x",
    "Last-Modified: yesterday", "X-Long: " + "a" * 9_000, ": empty", "No colon", "Connection: close",
)  # fmt: skip
HOSTS = (
    "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "169.254.169.254", "10.0.0.1", "localhost",
    "feed.example", "xn--mller-kva.example", "müller.example", "a..b", "[fe80::1%25eth0]", "[64:ff9b::7f00:1]", "%31", "",
)  # fmt: skip


class _Server(socketserver.ThreadingTCPServer):
    """Answers every request with what it was told last."""

    allow_reuse_address = True
    daemon_threads = True
    answers: tuple[bytes, ...] = ()
    asked = 0


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 5

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while self.rfile.readline(65_536).strip():
                pass
            answer = self.server.answers[self.server.asked % len(self.server.answers)]
            self.server.asked += 1
            self.wfile.write(answer)


@cache
def _server() -> _Server:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server


def targets() -> Iterator[Target]:
    """One for answers, and one each for what they are read as and where they lead."""
    yield Target("network-answer", st.lists(_answers(), min_size=1, max_size=3), _check_answers, 20)
    yield Target("network-json", st.one_of(st.binary(max_size=200), _json()), _check_json, 20, 3.0)
    urls = st.one_of(
        TEXTS,
        st.builds(
            "{}://{}{}{}".format,
            st.sampled_from(["http", "https", "webcal", "file", "ftp", ""]),
            st.one_of(st.sampled_from(HOSTS), TEXTS),
            st.sampled_from(["", ":80", ":8080", ":99999", ":x", "@x"]),
            st.sampled_from(["", "/", "/a?b=c#d", "/\x00", "/ü"]),
        ),
    )
    yield Target("network-url", st.tuples(urls, urls), _check_urls, 30, 3.0)
    yield Target("network-retry-after", st.one_of(TEXTS, st.sampled_from(HEADERS)), _check_wait, 20, 3.0)


def _check_answers(answers: list[bytes]) -> None:
    server = _server()
    server.answers, server.asked = tuple(answers), 0
    host = f"127.0.0.1:{server.server_address[1]}"
    with Http(allow_hosts=[host], limits=LIMITS, sleep=lambda _: None) as http:
        try:
            found = http.get(f"http://{host}/liste", etag='"x"')
        except (Refused, Unavailable) as error:
            told(error)
        else:
            _check_response(found)
    assert server.asked <= MOST_REQUESTS


def _check_response(found: Response) -> None:
    assert isinstance(found.content, bytes)
    assert len(found.content) <= LIMITS.inflated
    assert found.etag is None or isinstance(found.etag, str)
    assert found.last_modified is None or isinstance(found.last_modified, str)
    for read in (lambda: found.text, found.json):
        try:
            read()
        except Refused as error:
            told(error)


def _check_json(content: bytes) -> None:
    _check_response(Response("x", 200, httpx.Headers({"Content-Type": "text/plain; charset=x"}), content))


def _check_urls(pair: tuple[str, str]) -> None:
    for url in pair:
        try:
            target = allowed_hosts.checked(url)
        except Refused as error:
            told(error)
            continue
        assert target.scheme in {"http", "https"}
        assert not target.userinfo
        assert allowed_hosts.port(target) in {80, 443}
        try:
            allowed_hosts.checked(target.join(pair[1]))
        except (Refused, httpx.InvalidURL, ValueError):
            continue  # the door itself refuses these two the same way


def _check_wait(written: str) -> None:
    found = retry.retry_after(written.removeprefix("Retry-After: "), 1_790_000_000.0)

    assert found is None or found >= 0


def _json() -> st.SearchStrategy[bytes]:
    import json

    odd = st.sampled_from(
        ["NaN", "-Infinity", "1e999", "1" * 60, '{"a":1,"a":2}', "[" * 300, '"\\ud800"', "\ufeff1"]
    )
    return st.one_of(VALUES.map(lambda value: json.dumps(value).encode()), odd.map(str.encode))


def _answers() -> st.SearchStrategy[bytes]:
    """Make answers of honest and odd parts, framed rightly or wrongly, then damaged."""
    bodies = st.one_of(
        st.binary(max_size=200),
        _json(),
        st.sampled_from(PIECES).map(lambda piece: piece.encode("utf-8", "surrogatepass") * 50),
        st.just(bytes(400_000)),
    )
    packed = st.builds(
        lambda body, pack: pack(body), bodies, st.sampled_from([bytes, gzip.compress, zlib.compress])
    )
    return st.builds(
        _framed, st.sampled_from(STATUSES), st.lists(st.sampled_from(HEADERS), max_size=5), packed,
        st.sampled_from(["length", "length", "chunks", "close", "cut"]), st.one_of(st.just([]), EDITS),
    )  # fmt: skip


def _framed(
    status: str, headers: list[str], body: bytes, frame: str, edits: list[tuple[str, float, int, bytes]]
) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    if frame in ("length", "cut"):
        lines.append(f"Content-Length: {len(body)}")
    if frame == "chunks":
        lines.append("Transfer-Encoding: chunked")
        body = (
            b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:100], body[100:]) if part)
            + b"0\r\n\r\n"
        )
    if frame == "cut":
        body = body[: len(body) // 2]
    return edited("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body, edits)
