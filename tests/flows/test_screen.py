"""`allin up` shows one calm table: what ran last, how it went, and what comes next."""

from __future__ import annotations

import datetime as dt
import io

import httpx
import pytest
from rich.console import Console

from allin_flows.screen import Screen
from allin_flows.wording import Say
from allin_hub import config

NOW = dt.datetime.now(dt.UTC)
AGO = NOW - dt.timedelta(minutes=3)
AHEAD = NOW + dt.timedelta(minutes=4)


def deployment(key, flow, name, *, paused=False):
    """A deployment as the server tells of it."""
    entrypoint = f"allin_flows.flows.{flow}"
    return {
        "id": key,
        "name": name,
        "entrypoint": entrypoint,
        "paused": paused,
        "schedules": [{"active": True}],
    }


def run(key, state, kind, moment):
    """A run as the server tells of it."""
    at = moment.isoformat()
    shown = {"deployment_id": key, "state_name": state, "state_type": kind, "expected_start_time": at}
    return {"id": f"{key} {at}", "name": f"sync – {state}", "end_time": at, **shown}


DEPLOYMENTS = [
    deployment("a", "sync", "vereine"),
    deployment("b", "publish", "verzeichnis", paused=True),
    deployment("c", "sync", "termine"),
]
RUNS = {
    "ended": [
        run("a", "Held", "COMPLETED", AGO),
        run("a", "Failed", "FAILED", AGO - dt.timedelta(hours=1)),
    ],
    "ahead": [run("a", "Scheduled", "SCHEDULED", AHEAD), run("c", "Running", "RUNNING", NOW)],
}


def answer(request: httpx.Request) -> httpx.Response:
    """Answer as Prefect's server does."""
    if request.url.path.startswith("/api/deployments"):
        return httpx.Response(200, json=DEPLOYMENTS)
    return httpx.Response(200, json=RUNS["ahead" if b"RUNNING" in request.content else "ended"])


@pytest.fixture
def screen(tmp_path, monkeypatch):
    """A screen of a German office, on a terminal of 80 columns."""
    (tmp_path / "hub.toml").write_text('[hub]\nlanguages = ["de"]\n', encoding="utf-8")
    heard = io.StringIO()
    terminal = Console(file=heard, force_terminal=True, width=80, highlight=False, no_color=True)
    monkeypatch.setattr("allin_flows.screen.Console", lambda **_: terminal)
    made = Screen(config.load(tmp_path), Say("de"), "http://127.0.0.1:4200/api")
    made.heard = heard
    return made


def test_the_table_tells_the_last_run_its_state_and_the_next(screen):
    """Whoever passes by the window sees at a glance how the office stands."""
    with (
        httpx.Client(base_url="http://127.0.0.1:4200/api", transport=httpx.MockTransport(answer)) as http,
        screen,
    ):
        screen._live.start()
        screen.look(http)
    lines = {
        line.split()[1]: line
        for line in screen.heard.getvalue().splitlines()
        if line.startswith(("sync", "publish"))
    }
    zone = screen.zone

    assert f"{AGO.astimezone(zone):%H:%M}" in lines["vereine"]
    assert f"{AHEAD.astimezone(zone):%H:%M}" in lines["vereine"]
    assert "angehalten" in lines["vereine"]
    assert "läuft" in lines["termine"]
    assert "pausiert" in lines["verzeichnis"]


def test_a_server_that_is_busy_changes_nothing_on_the_screen(screen):
    """A moment without an answer is no news."""

    def busy(_):
        return httpx.Response(503)

    with httpx.Client(base_url="http://127.0.0.1/api", transport=httpx.MockTransport(busy)) as http:
        screen.look(http)

    assert screen.heard.getvalue() == ""
