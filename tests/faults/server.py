"""A server on this machine that fails in every way a feed can fail, and keeps a log of who asked for what."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO


class End(Enum):
    """How a connection ends before its answer does."""

    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it arrived, with what a healthy server would answer."""

    path: str
    headers: Mapping[str, str]
    number: int
    """How many requests this fault has had, this one included."""
    good: bytes
    server: FaultServer


Piece = bytes | End
Fault = Callable[[Asked], "bytes | Iterator[Piece]"]


class FaultServer(socketserver.ThreadingTCPServer):
    """Answers with the fault that it was told, around the content that it was told."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.log: list[tuple[str, dict[str, str]]] = []
        self.stopped = threading.Event()
        self.fault: Fault | None = None
        self.good = b""
        self.canary: FaultServer = self
        """The one beside it that nobody may call."""
        self._certificate = certificate
        self._lock = threading.Lock()

    def play(self, fault: Fault | None, good: bytes) -> None:
        """Fail like this from now on, and forget what was asked before."""
        with self._lock:
            self.fault, self.good = fault, good
            self.log.clear()

    def respond(self, path: str, headers: dict[str, str]) -> bytes | Iterator[Piece]:
        """Log a request and choose its answer."""
        with self._lock:
            self.log.append((path, headers))
            asked = Asked(path, headers, len(self.log), self.good, self)
            fault = self.fault
        return fault(asked) if fault is not None else answer("200 OK", asked.good)

    def wrapped(self, connection: socket.socket) -> socket.socket:
        """A connection as this server speaks: TLS where it has a certificate."""
        if self._certificate is None:
            return connection
        return self._certificate.wrap_socket(connection, server_side=True)


class _Handler(socketserver.BaseRequestHandler):
    server: FaultServer

    def handle(self) -> None:
        self.request.settimeout(10)
        with (
            contextlib.suppress(OSError),
            contextlib.ExitStack() as stack,
        ):  # The hub may hang up, as it should.
            connection = self.server.wrapped(self.request)
            if connection is not self.request:
                stack.enter_context(connection)
            self._talk(connection, stack.enter_context(connection.makefile("rb")))

    def _talk(self, connection: socket.socket, stream: BinaryIO) -> None:
        head: list[str] = []
        while (line := stream.readline(65_536).decode("latin-1").strip()) != "":
            head.append(line)
        if not head or " " not in head[0]:  # no request: it hung up, or spoke TLS to a server that does not
            return
        sent = self.server.respond(head[0].split(" ")[1], _headers(head[1:]))
        for piece in (sent,) if isinstance(sent, bytes) else sent:
            if piece is End.RESET:
                _reset(connection)
                return
            connection.sendall(piece)


def answer(status: str, content: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Make an answer with its length, or with another one."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(content) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def chunked(content: bytes, *headers: str, end: bytes = b"0\r\n\r\n") -> bytes:
    """Make an answer in chunks."""
    lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Connection: close", *headers]
    half = len(content) // 2
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (content[:half], content[half:]))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + end


@contextlib.contextmanager
def running(certificate: ssl.SSLContext | None = None) -> Iterator[FaultServer]:
    """Run a server in a thread of its own."""
    with FaultServer(certificate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


def _headers(lines: list[str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _reset(connection: socket.socket) -> None:
    """Close without a farewell: the other side sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
