"""The door before Prefect's server: only requests that name its own address come in, and its pages call no other."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx
import pytest

from allin_flows.server import Door

OWN = "127.0.0.1:4200"


async def page(scope, receive, send):
    """Answer as any page of Prefect's."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<p>Prefect"})


def ask(path="/api/health", *headers):
    """Ask through the door; gives the answer."""
    door = Door(page, "127.0.0.1", 4200)

    async def asked():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as http:
            return await http.get(f"http://{OWN}{path}", headers=list(headers))

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4200", "127.0.0.1", "127.0.0.1:80", "localhost:4200"]
)
def test_another_host_is_refused(host):
    """A name of a stranger's that is made to lead here would make his page one of this origin."""
    answer = ask("/", ("Host", host))

    assert (answer.status_code, "Prefect" in answer.text) == (403, False)
    assert f"http://{OWN}" in answer.text


def test_a_second_host_beside_the_own_is_refused():
    """Which of two counts would be for somebody else to say."""
    assert ask("/", ("Host", OWN), ("Host", "evil.example")).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8000", "http://evil.example", "https://127.0.0.1:4200", "null"]
)
def test_another_origin_is_refused(origin):
    """Another port of this machine is somebody else, too."""
    assert ask("/api/health", ("Origin", origin)).status_code == 403


def test_the_own_address_comes_in_with_and_without_an_origin():
    """Pages of the own origin name it, programs name none."""
    assert [ask().status_code, ask("/", ("Origin", f"http://{OWN}")).status_code] == [200, 200]


@pytest.mark.parametrize("path", ["/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"])
def test_the_description_of_the_api_is_closed(path):
    """Prefect shows it to everybody."""
    assert ask(path).status_code == 404


def test_pages_may_call_no_other_address_and_stand_in_no_frame():
    """The newer of Prefect's pages asks a company for settings whatever its own settings say."""
    policy = ask("/").headers["content-security-policy"]

    assert policy.split(";")[0].startswith("default-src 'self'")
    assert "http" not in policy
    assert f"ws://{OWN}" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("headers", "comes_in"),
    [
        ([(b"host", OWN.encode())], True),
        ([(b"host", OWN.encode()), (b"origin", b"http://127.0.0.1:8000")], False),
        ([(b"host", b"evil.example")], False),
    ],
)
def test_websockets_are_checked_as_well(headers, comes_in):
    """Prefect itself takes them from any origin."""
    reached, sent = [], []

    async def app(scope, _receive, _send):
        reached.append(scope["type"])

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/events/out", "headers": headers}
    asyncio.run(Door(app, "127.0.0.1", 4200)(scope, receive, send))

    assert reached == (["websocket"] if comes_in else [])
    assert sent == ([] if comes_in else [{"type": "websocket.close", "code": 1008}])


def test_prefect_still_has_the_function_that_makes_its_server():
    """It is no promised interface of Prefect's; a release without it has to be noticed here."""
    ask_for = "import inspect; from prefect.server.api.server import create_app as f; inspect.signature(f).bind(final=True)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ask_for], capture_output=True, text=True, timeout=600
    )

    assert done.returncode == 0, done.stderr
