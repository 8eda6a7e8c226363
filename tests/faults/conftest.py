"""A hub whose three sources read from the fault server, with waiting that takes no time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.corpus import calendars
from tests.faults.catalogue import MOST_COMPRESSED, MOST_INFLATED, NOW, PATIENT
from tests.faults.server import FaultServer, running

from allin_hub.base.reports import SourceReport
from allin_hub.http.client import FetchLimits, Http
from allin_hub.hub import Hub
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store.tables import STAGING

CLOCK = dt.datetime(2026, 9, 21, 9, 0, tzinfo=dt.UTC)
PATHS = {"vereine": "/vereine.csv", "anmeldungen": "/anmeldungen.json", "termine": "/termine.ics"}
SETTINGS = """
[hub]
title = "Test"
languages = ["{language}"]

[sources.vereine]
plugin = "spreadsheet"
url = "http://{host}/vereine.csv"
kind = "organisation"
key = "Nr."
allow_hosts = ["{host}"]

[sources.anmeldungen]
plugin = "form"
url = "http://{host}/anmeldungen.json"
kind = "organisation"
allow_hosts = ["{host}"]

[sources.termine]
plugin = "ical"
url = "http://{host}/termine.ics"
holds = "all"
allow_hosts = ["{host}"]
"""
BOOKKEEPING = {"run", "lease", "source_state", "problem", "counter", "hub_fact"} | {
    table.name for table in STAGING
}
"""What a sync writes about itself; all else is what the hub holds."""
COUNT = 30


def vereine(numbers: range = range(COUNT), *, key: int = 0, town: str = "Kassel") -> bytes:
    """A list of associations."""
    rows = [f"{n + key};Kulturverein Nummer {n} e. V.;info@verein-{n}.example;34127;{town}" for n in numbers]
    return "\r\n".join(["Nr.;Name;E-Mail;PLZ;Ort", *rows, ""]).encode()


def anmeldungen(numbers: range = range(COUNT), *, key: int = 0, town: str = "Kassel") -> bytes:
    """The answers to a form."""
    return json.dumps(
        [
            {"id": n + key, "Name des Vereins": f"Sprachverein {n} e. V.", "PLZ": "34127", "Ort": town}
            for n in numbers
        ]
    ).encode()


def termine(numbers: range = range(COUNT), *, key: int = 0, town: str = "Kassel") -> bytes:
    """A calendar."""
    return calendars.wrapped(
        "".join(
            calendars.bare(
                f"UID:{n + key}@verein.example",
                "DTSTAMP:20260901T100000Z",
                f"DTSTART;TZID=Europe/Berlin:202611{n % 28 + 1:02}T180000",
                f"SUMMARY:Sprachcafé {n}",
                f"LOCATION:Haus {n}, {town}",
            )
            for n in numbers
        )
    )


GOOD: dict[str, Callable[..., bytes]] = {
    "vereine": vereine,
    "anmeldungen": anmeldungen,
    "termine": termine,
}


class Office:
    """A hub that has read all its sources once, and is asked again while their server fails."""

    def __init__(self, folder: Path, server: FaultServer, language: str) -> None:
        self.server = server
        self.naps: list[float] = []
        self.seconds = PATIENT
        self._folder = folder
        settings = SETTINGS.format(host=server.host, language=language)
        (folder / "hub.toml").write_text(settings, encoding="utf-8")
        for name, good in GOOD.items():
            server.play(None, good())
            assert self.sync(name).status == "done"

    def sync(self, name: str) -> SourceReport:
        """Sync one source as a command does, without waiting."""
        opened = open_hub(self._folder, clock=lambda: CLOCK)
        hub = dataclasses.replace(opened, network=self._network)
        self.naps.clear()
        try:
            return sync(hub, [name]).sources[name]
        finally:
            hub.close()

    def change(self, written: str, instead: str) -> None:
        """Change hub.toml."""
        path = self._folder / "hub.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(written, instead, 1), encoding="utf-8")

    def held(self) -> dict[str, list[str]]:
        """Every row of what the hub holds."""
        hub = open_hub(self._folder, clock=lambda: CLOCK)
        try:
            return _rows(hub)
        finally:
            hub.close()

    def _network(self) -> Http:
        return door(self.server, self.naps, self.seconds)


def door(server: FaultServer, naps: list[float], seconds: dict[str, float] = PATIENT, **options: Any) -> Http:
    """The hub's own door to the network, which may call the fault server and sleeps without sleeping."""
    allowed = options.pop("allow_hosts", [server.host])
    return Http(
        allow_hosts=allowed,
        limits=FetchLimits(compressed=MOST_COMPRESSED, inflated=MOST_INFLATED, **seconds),
        sleep=naps.append,
        clock=time.monotonic,
        now=lambda: NOW,
        **options,
    )


def _rows(hub: Hub) -> dict[str, list[str]]:
    with hub.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
            for name in inspect(hub.engine).get_table_names()
            if name not in BOOKKEEPING
        }


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    """The server that fails, and the one beside it that nobody may call."""
    with running() as canary, running() as server:
        server.canary = canary
        yield server


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, server: FaultServer) -> Office:
    """A hub in German, already synced."""
    return Office(tmp_path_factory.mktemp("office"), server, "de")
