"""A server on this machine that fails in every way a feed can fail, and records who asked it."""

from __future__ import annotations

import gzip
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest

from allin_hub.http.client import FetchLimits, Http

CONTENT = b"Name;Ort\r\nVerein;Kassel\r\n" * 400
NOW = 1_790_000_000.0
BOMB = gzip.compress(bytes(30_000_000))
BIG = bytes(3_000_000)


def answer(status: str, content: bytes = b"", *headers: str) -> bytes:
    """Make a complete answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def with_length(content: bytes, length: int, *headers: str) -> bytes:
    """Make an answer that declares another length than it has."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


GZIP = "Content-Encoding: gzip"


class FaultServer(socketserver.ThreadingTCPServer):
    """Answers each path with its own fault."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.failures_left = 2
        self.stopped = threading.Event()

    def url(self, path: str) -> str:
        """Give the address of one fault."""
        return f"http://{self.host}{path}"

    def counts(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(path for path, _ in self.requests)

    def respond(self, path: str, headers: dict[str, str]) -> bytes | Iterator[bytes]:
        """Choose what is sent for a path."""
        zipped = gzip.compress(CONTENT)
        if path in ("/flaky", "/flaky-loop") and self.failures_left:
            self.failures_left -= 1
            return answer("503 Service Unavailable")
        if path == "/etag" and headers.get("if-none-match") == '"v1"':
            return answer("304 Not Modified", b"", 'ETag: "v1"')
        if path == "/drip":
            return self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        if path == "/drip-headers":
            return self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        if path == "/endless":
            return self._endless()
        statuses = {
            "/401": "Unauthorized",
            "/403": "Forbidden",
            "/404": "Not Found",
            "/400": "Bad Request",
            "/500": "Error",
        }
        if path in statuses:
            return answer(f"{path[1:]} {statuses[path]}")
        host = self.host
        return {
            "/ok": answer("200 OK", CONTENT, "Content-Type: text/csv; charset=utf-8"),
            "/flaky": answer("200 OK", CONTENT),
            "/etag": answer("200 OK", CONTENT, 'ETag: "v1"', "Last-Modified: Mon, 05 Oct 2026 16:00:00 GMT"),
            "/gzip": answer("200 OK", zipped, GZIP),
            "/gzip-members": answer(
                "200 OK", gzip.compress(CONTENT[:100]) + gzip.compress(CONTENT[100:]), GZIP
            ),
            "/429": answer("429 Too Many Requests", b"", "Retry-After: 7"),
            "/429-date": answer(
                "429 Too Many Requests", b"", f"Retry-After: {formatdate(NOW + 9, usegmt=True)}"
            ),
            "/429-long": answer("429 Too Many Requests", b"", "Retry-After: 3600"),
            "/429-odd": answer("429 Too Many Requests", b"", "Retry-After: soon"),
            "/204": answer("204 No Content"),
            "/206": answer("206 Partial Content", CONTENT[:9]),
            "/cut-length": with_length(CONTENT[:-60], len(CONTENT)),
            "/cut-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + CONTENT[:512],
            "/cut-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n"
            + CONTENT[:16]
            + b"\r\n",
            "/cut-gzip": answer("200 OK", zipped[:-40], GZIP),
            "/cut-gzip-trailer": answer("200 OK", zipped[:-4], GZIP),
            "/bad-gzip-trailer": answer("200 OK", zipped[:-8] + b"\0\0\0\0" + zipped[-4:], GZIP),
            "/no-gzip": answer("200 OK", CONTENT, GZIP),
            "/unknown-encoding": answer("200 OK", CONTENT, "Content-Encoding: br"),
            "/bomb": answer("200 OK", BOMB, GZIP),
            "/big": answer("200 OK", BIG),
            "/garbage": b"this is no HTTP\r\n\r\n",
            "/silence": b"",
            "/loop": answer("302 Found", b"", "Location: /loop"),
            "/flaky-loop": answer("302 Found", b"", "Location: /flaky-loop"),
            "/hop": answer("302 Found", b"", "Location: /ok"),
            "/inward": answer("302 Found", b"", "Location: http://127.0.0.1:9/canary"),
            "/inward-mapped": answer("302 Found", b"", "Location: http://[::ffff:127.0.0.1]/canary"),
            "/to-file": answer("302 Found", b"", "Location: file:///etc/passwd"),
            "/to-name": answer("302 Found", b"", f"Location: http://localhost:{host.rpartition(':')[2]}/ok"),
            "/wrong-charset": answer("200 OK", "Müller".encode(), "Content-Type: text/plain; charset=ascii"),
            "/latin": answer(
                "200 OK", "Müller".encode("cp1252"), "Content-Type: text/plain; charset=iso-8859-1"
            ),
            "/login": answer(
                "200 OK", b"<!doctype html><html><form>Login</form></html>", "Content-Type: text/html"
            ),
            "/json": answer("200 OK", '{"events": [{"id": 1, "name": "Café"}]}'.encode()),
            "/canary": answer("200 OK", b"canary"),
        }.get(path.partition("?")[0], answer("404 Not Found"))

    def _drip(self, start: bytes) -> Iterator[bytes]:
        yield start
        while not self.stopped.wait(0.05):
            yield b"x"

    def _endless(self) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        while not self.stopped.is_set():
            yield b"10000\r\n" + bytes(65536) + b"\r\n"


class _Handler(socketserver.StreamRequestHandler):
    server: FaultServer
    timeout = 10

    def handle(self) -> None:
        head: list[str] = []
        while (line := self.rfile.readline(65536).decode("latin-1").strip()) != "":
            head.append(line)
        if not head:
            return
        path = head[0].split(" ")[1]
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        self.server.requests.append((path, headers))
        sent = self.server.respond(path, headers)
        try:
            for piece in (sent,) if isinstance(sent, bytes) else sent:
                self.wfile.write(piece)
        except OSError:
            return  # The hub hung up, as it should.


@pytest.fixture
def faults() -> Iterator[FaultServer]:
    """Run a fault server."""
    with FaultServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def naps() -> list[float]:
    """How long `http` would have slept, each time."""
    return []


@pytest.fixture
def http(faults: FaultServer, naps: list[float]) -> Iterator[Callable[..., Http]]:
    """Make doors to the network that may call the fault server, and sleep without sleeping."""
    doors: list[Http] = []

    def make(**limits: float) -> Http:
        door = Http(
            allow_hosts=[faults.host],
            limits=FetchLimits(**limits),  # type: ignore[arg-type]
            sleep=naps.append,
            clock=time.monotonic,
            now=lambda: NOW,
        )
        doors.append(door)
        return door

    yield make
    for door in doors:
        door.close()
