"""`allin up` shows one calm table: what ran last, how it went, and what comes next."""

from __future__ import annotations

import datetime as dt
import io
import json

import httpx
import pytest
from rich.console import Console

from allin_flows.screen import Screen
from allin_flows.wording import Say
from allin_hub.config.load import load

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
    made = Screen(load(tmp_path), Say("de"), "http://127.0.0.1:4200/api")
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


def test_the_night_is_shown_beside_sources_that_are_read_every_minute(screen):
    """A hundred runs of one source, ahead or ended, would leave none of the nightly run's; its name is said once."""
    night = NOW + dt.timedelta(days=2)  # never today, also where the test runs across midnight
    often = {
        "ahead": [run("a", "Submitting", "SCHEDULED", NOW)]
        + [run("a", "Scheduled", "SCHEDULED", AHEAD + dt.timedelta(minutes=more)) for more in range(99)],
        "ended": [run("a", "Held", "COMPLETED", AGO - dt.timedelta(minutes=more)) for more in range(100)],
    }
    seldom = {
        "ahead": [run("n", "Scheduled", "SCHEDULED", night)],
        "ended": [run("n", "Completed", "COMPLETED", AGO)],
    }

    def crowded(request):
        if request.url.path.startswith("/api/deployments"):
            both = [deployment("a", "sync", "vereine"), deployment("n", "nightly", "nightly")]
            return httpx.Response(200, json=both)
        asked = json.loads(request.content)
        those = seldom if asked.get("deployments", {}).get("id", {}).get("any_") == ["n"] else often
        return httpx.Response(200, json=those["ahead" if b"RUNNING" in request.content else "ended"])

    with (
        httpx.Client(base_url="http://127.0.0.1/api", transport=httpx.MockTransport(crowded)) as http,
        screen,
    ):
        screen._live.start()
        screen.look(http)
    line = [line for line in screen.heard.getvalue().splitlines() if line.startswith("nightly")][-1]
    ahead, ago = night.astimezone(screen.zone), AGO.astimezone(screen.zone)

    assert line.count("nightly") == 1
    assert "fertig" in line
    assert f"{ago:%H:%M}" in line
    assert f"{ahead:%d.%m. %H:%M}" in line


@pytest.mark.parametrize("state", ["Submitting", "Retrying", "Cancelling", "InfrastructurePending"])
def test_what_prefect_says_between_two_states_is_said_in_german(screen, state):
    """Each of them was to be read for seconds in the middle of a German table."""
    assert state not in screen._state(run("a", state, "PENDING", NOW)).plain


def test_a_server_that_is_busy_changes_nothing_on_the_screen(screen):
    """A moment without an answer is no news."""

    def busy(_):
        return httpx.Response(503)

    with httpx.Client(base_url="http://127.0.0.1/api", transport=httpx.MockTransport(busy)) as http:
        screen.look(http)

    assert screen.heard.getvalue() == ""
