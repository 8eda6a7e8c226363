"""Serves Prefect on a socket that `allin up` holds, behind a check of each request's address.

It stands in place of `prefect server start`, which has no setting for that check.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSED = ("/docs", "/redoc", "/openapi.json")
"""Pages that Prefect shows without a login: the description of its whole API."""


class Door:
    """Lets only requests through that name the server's own address, and keeps its pages from calling any other.

    A stranger's page whose name resolves to this machine (DNS rebinding) still names itself in `Host`. A page of another
    origin names itself in `Origin`. Prefect checks neither for websockets, and `Host` nowhere.
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = f"{host}:{port}"
        self._origin = f"http://{self._host}"
        self._policy = (
            f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ws://{self._host}; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is not for this server, hand on every other."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not self._is_own(scope):
            await _refuse(scope, receive, send, 403, f"Open this address instead: {self._origin}")
        elif scope["path"].startswith(CLOSED):
            await _refuse(scope, receive, send, 404, "Not found")
        else:
            await self._app(scope, receive, self._with_policy(send))

    def _is_own(self, scope: Scope) -> bool:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        origins = {value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"}
        return hosts == [self._host] and origins <= {self._origin}

    def _with_policy(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", self._policy.encode("ascii"))
                message = {**message, "headers": [*message.get("headers", ()), policy]}
            await send(message)

        return sent


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(words)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode("ascii")})


def main(descriptor: int) -> int:
    """Serve Prefect on an inherited socket until it is told to end; gives the exit code."""
    from prefect.server.api.server import create_app

    with socket.socket(fileno=descriptor) as listening:
        door = Door(create_app(final=True), *listening.getsockname())
        server = uvicorn.Server(uvicorn.Config(door, log_level="warning"))
        server.run(sockets=[listening])
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
