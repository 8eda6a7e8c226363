"""Hubs for tests: a folder with a hub.toml, files as people send them, and a clock that stands still."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.databases import with_database

from allin_hub.hub import Hub
from allin_hub.open_hub import open_hub

COLLECTED = pytest.StashKey[dict[str, set[str | None]]]()
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "PLZ", "Ort", "Straße", "Sprachen", "Webseite"]


ON_ONE: dict[str, str] = {}
"""Tests of the core that run on one database only, each with its reason: none so far."""
RARELY_ON_POSTGRESQL = {
    "test_forged_backup.py": "a file is judged before any database is opened",
    "test_guard.py": "counts are compared in Python",
    "test_later.py": "what is fetched, mapped and replayed does not depend on where it lies",
    "test_maps.py": "plugins are called before anything is written",
    "test_matching.py": "pairs are judged and merged in Python",
    "test_notifying.py": "messages are made of a status that other tests read on both",
    "test_one_stops_no_other.py": "settings are wrong before a database is asked",
    "test_quarantine.py": "rows are judged in Python; that they lie and wait is seen by the backups of both",
    "test_settings_change.py": "settings are compared in Python",
}
"""Modules on what no database decides: in `make test` on SQLite, with `make proof-postgresql` on both. None is about
persons, consent, privacy, atomicity or crashes."""
ON_BOTH = {
    "test_moving.py": "a move has one of each sort at its ends",
    "test_backup.py": "a backup holds every database as a SQLite file",
    "test_forged_backup.py": "as above",
    "test_retention.py": "upkeep makes a backup",
    "test_doctor.py": "the age of a backup is looked at",
}
"""Modules whose every test opens both databases."""


@pytest.fixture(scope="session", autouse=True)
def _private() -> Iterator[None]:
    """Make files as the hub's commands do, which a test of the core does not go through."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def _true_to_its_name(
    request: pytest.FixtureRequest, database: str, databases_used: set[str]
) -> Iterator[None]:
    """Run each test of the core once per database, and fail one that opened another than its name says."""
    yield
    if request.path.name not in ON_BOTH:
        named = "sqlite" if database.startswith("sqlite") else "postgresql"

        assert databases_used <= {named}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Remember every test of the core, before a choice on the command line drops some."""
    known = item.config.stash.setdefault(COLLECTED, {})
    sorts = known.setdefault(item.nodeid.partition("[")[0], set())
    database = item.callspec.params.get("database") if hasattr(item, "callspec") else None
    sorts.add(database)
    if database == "postgresql" and item.path.name in RARELY_ON_POSTGRESQL:
        item.add_marker(pytest.mark.slow)


class Office:
    """A hub's folder that a test fills and syncs."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.now = NOW
        folder.chmod(0o711)
        (folder / "data").mkdir()

    def settings(self, text: str) -> None:
        """Write hub.toml, with the database of this test."""
        if self.database not in text:
            text = with_database(text, self.database)
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")

    def sheet(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
        """Write a CSV as a German spreadsheet program does."""
        path = self.folder / "data" / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])
        return path

    def open(self) -> Hub:
        """Open the hub anew, as each command does."""
        return open_hub(self.folder, clock=lambda: self.now)

    def stored_bytes(self) -> bytes:
        """Every byte that the database keeps of the hub's tables."""
        if self.database.startswith("sqlite"):
            return b"".join(path.read_bytes() for path in sorted(self.folder.glob("hub.db*")))
        from allin_hub.store.tables import metadata

        hub = self.open()
        try:
            with hub.engine.connect() as connection:
                cursor = connection.connection.cursor()
                found = []
                for name in metadata.tables:
                    with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as rows:  # type: ignore[attr-defined]
                        found += [bytes(row) for row in rows]
                return b"".join(found)
        finally:
            hub.close()

    def rows(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of tables, or of every table that holds data."""
        from sqlalchemy import inspect, text

        hub = self.open()
        try:
            with hub.engine.connect() as connection:
                names = tables or tuple(sorted(inspect(hub.engine).get_table_names()))
                return {
                    name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
                    for name in names
                }  # type: ignore[misc]
        finally:
            hub.close()


@pytest.fixture
def collected(request: pytest.FixtureRequest) -> dict[str, set[str | None]]:
    """Each test of the core, and the databases that it was collected for."""
    return request.config.stash[COLLECTED]


@pytest.fixture
def on_one() -> dict[str, str]:
    """The tests that need not run on both databases, with the reason."""
    return ON_ONE


@pytest.fixture
def office(tmp_path: Path, database: str, empty_file: Callable[[Path], None]) -> Office:
    """An empty office, once on each database."""
    if database.startswith("sqlite"):
        empty_file(tmp_path)
    return Office(tmp_path, database)


def associations(count: int, first: int = 1) -> list[list[Any]]:
    """Rows of invented associations under HEADER."""
    return [
        [
            n,
            f"Kulturverein Nummer {n} e. V.",
            f"info@verein-{n}.example",
            f"0561 9{n:05}",
            "34127",
            "Kassel",
            f"Holländische Straße {n}",
            "Türkisch, Arabisch",
            f"www.verein-{n}.example",
        ]
        for n in range(first, first + count)
    ]


SHEET_SETTINGS = """
[hub]
title = "Test"

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
"""


@pytest.fixture
def sheet_office(office: Office) -> Office:
    """An office with a sheet of 100 associations."""
    office.settings(SHEET_SETTINGS)
    office.sheet("vereine.csv", HEADER, associations(100))
    return office


@pytest.fixture
def rows_of() -> Callable[..., list[list[Any]]]:
    """Makes rows of invented associations."""
    return associations


@pytest.fixture
def header() -> list[str]:
    """The header of those rows."""
    return list(HEADER)


@pytest.fixture
def synced() -> Callable[..., Mapping[str, Any]]:
    """Syncs an office as a command would, and gives the reports by source."""
    from allin_hub.ingest.hold import accept
    from allin_hub.ingest.sync import sync

    def run(
        office: Office, *names: str, replay: bool = False, accepting: str | None = None
    ) -> Mapping[str, Any]:
        hub = office.open()
        try:
            report = accept(hub, accepting) if accepting else sync(hub, names or None, replay=replay)
        finally:
            hub.close()
        return report.sources

    return run


@pytest.fixture
def exported() -> Callable[..., list[dict[str, Any]]]:
    """All entities of a kind as staff see them."""
    from allin_hub.store import entities
    from allin_hub.store.engine import reading
    from allin_schemas import Kind

    def run(office: Office, kind: str = "organisation") -> list[dict[str, Any]]:
        hub = office.open()
        try:
            with reading(hub.engine) as connection:
                return [
                    {"id": one.id, "slug": one.slug, "provenance": one.provenance, **one.data}
                    for one in entities.everything(connection, Kind(kind), hub.sealer)
                ]
        finally:
            hub.close()

    return run


@pytest.fixture
def published() -> Callable[..., Mapping[str, Any]]:
    """Publishes an office's outputs, and gives the reports by output."""
    from allin_hub.publish.publish import publish

    def run(office: Office, *names: str) -> Mapping[str, Any]:
        hub = office.open()
        try:
            return publish(hub, names or None)
        finally:
            hub.close()

    return run
