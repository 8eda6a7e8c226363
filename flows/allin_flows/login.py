"""The login of an office's own Prefect: each `allin up` makes a new one, and takes it away when it ends."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from pathlib import Path

import httpx

from allin_flows import office

USER = "allin"
PROFILE = """\
active = "office"

[profiles.office]
PREFECT_SERVER_API_AUTH_STRING = "{login}"
PREFECT_API_AUTH_STRING = "{login}"
"""
"""How Prefect's server, its worker and its commands learn the login: by a file, since others may see an environment."""


def make(folder: Path) -> str:
    """Make a login that only the user of this hub can read."""
    login = f"{USER}:{secrets.token_urlsafe(32)}"
    _write(office.home(folder) / office.LOGIN, f"{login}\n")
    _write(office.home(folder) / office.PROFILE, PROFILE.format(login=login))
    return login


def forget(folder: Path) -> None:
    """Take the login away: the server that took it has ended."""
    for name in (office.LOGIN, office.PROFILE):
        (office.home(folder) / name).unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """Write a file anew; nobody else can read it at any moment."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


class SignedIn(httpx.Auth):
    """Signs requests with the login, and with the token that Prefect asks of everything but GET."""

    requires_response_body = True

    def __init__(self, login: str) -> None:
        self._basic = httpx.BasicAuth(*login.split(":", 1))
        self._client = secrets.token_hex(8)
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request; a token that is missing or too old is fetched, once."""
        request = next(self._basic.auth_flow(request))
        if request.method == "GET":
            yield request
            return
        request.headers.update(self._csrf)
        answer = yield request
        if answer.status_code == httpx.codes.FORBIDDEN:
            asked = httpx.Request(
                "GET", request.url.copy_with(path="/api/csrf-token", query=f"client={self._client}".encode())
            )
            given = yield next(self._basic.auth_flow(asked))
            if given.is_success:
                self._token = str(given.json()["token"])
                request.headers.update(self._csrf)
                yield request

    @property
    def _csrf(self) -> dict[str, str]:
        return {"Prefect-Csrf-Client": self._client, "Prefect-Csrf-Token": self._token}


def is_kept(http: httpx.Client) -> bool:
    """Whether a server lets in who has the login, and nobody without: another Prefect does not count as ours."""
    return (
        http.get("/version", auth=None).status_code == httpx.codes.UNAUTHORIZED
        and http.get("/version").is_success
    )
