"""Checks that a publish which renders only what changed gives every byte of a publish from nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from allin_hub.store.engine import writing
from allin_hub.store.tables import artifact, output_state

HEADER = [
    "Nr.",
    "Name",
    "Kurzbeschreibung",
    "Ansprechperson",
    "E-Mail Ansprechperson",
    "Darf ins Verzeichnis?",
]
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "ar"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""
DATED = """
[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."
columns = { "Beginn" = "start", "Ende" = "end" }

[sources.helfen]
plugin = "spreadsheet"
path = "data/helfen.csv"
kind = "opportunity"
key = "Nr."
columns = { "Bis" = "publish_until" }
"""
DIRECTORY = """
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
Change = Callable[[list[list[Any]]], None]


def _rows() -> list[list[Any]]:
    return [
        [n, f"Kulturverein Nummer {n} e. V.", f"Begegnung {n}.", f"Fatma Probe{n}", f"fatma{n}@verein-{n}.example", "ja"]
        for n in range(1, 31)
    ]  # fmt: skip


@pytest.fixture
def public(office: Any, synced: Any, published: Any) -> Any:
    """An office whose 30 associations, each with a person who may be named, are synced and published."""
    office.settings(SETTINGS + DIRECTORY)
    office.sheet("vereine.csv", HEADER, _rows())
    synced(office)
    assert published(office)["verzeichnis"].status == "done"
    return office


@pytest.fixture
def resynced(public: Any, synced: Any) -> Callable[[Change], None]:
    """Changes the partner's file, and syncs it."""

    def run(change: Change) -> None:
        rows = _rows()
        change(rows)
        public.sheet("vereine.csv", HEADER, rows)
        synced(public)

    return run


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _from_nothing(office: Any, published: Any) -> dict[str, bytes]:
    """Publish without a manifest into an empty folder, and give the files."""
    hub = office.open()
    try:
        with writing(hub.engine) as connection:
            connection.execute(delete(artifact))
            connection.execute(update(output_state).values(fingerprint=None))
    finally:
        hub.close()
    shutil.rmtree(office.folder / "public")
    assert published(office)["verzeichnis"].status == "done"
    return _files(office.folder / "public")


def _describe(rows: list[list[Any]]) -> None:
    rows[4][2] = "Ein <b>neuer</b> Satz."


def _rename(rows: list[list[Any]]) -> None:
    rows[4][1] = "Zuletzt e. V."


def _name_another(rows: list[list[Any]]) -> None:
    rows[4][3:5] = ["Leyla Beispiel", "leyla@verein-5.example"]


def _take_back(rows: list[list[Any]]) -> None:
    rows[4][5] = "nein"


def _leave(rows: list[list[Any]]) -> None:
    del rows[4]


@pytest.mark.parametrize("change", [_describe, _rename, _name_another, _take_back, _leave])
def test_a_publish_after_a_change_makes_the_bytes_of_one_from_nothing(
    public: Any, resynced: Any, published: Any, change: Change
) -> None:
    """A changed text, name or contact, a consent taken back, an association that left: in every page, list and table."""
    resynced(change)

    report = published(public)["verzeichnis"]
    after = _files(public.folder / "public")

    assert report.status == "done"
    assert report.written > 0
    assert after == _from_nothing(public, published)


def test_another_licence_of_the_hub_is_told_by_the_next_publish(public: Any, published: Any) -> None:
    """Sources without one of their own have it: no page may tell the old one until somebody syncs."""
    public.settings(SETTINGS.replace('title = "Test"', 'title = "Test"\nlicence = "CC BY 4.0"') + DIRECTORY)

    published(public)
    after = _files(public.folder / "public")

    assert b"CC BY 4.0" in after["de/downloads.html"]
    assert after == _from_nothing(public, published)


def test_what_the_clock_alone_ends_is_no_more_announced_on_the_same_day(
    public: Any, synced: Any, published: Any
) -> None:
    """No source says anything new when an event is over, nor when midnight comes to the office before Greenwich."""
    public.settings(SETTINGS + DATED + DIRECTORY)
    event = [1, "Lesung", "05.10.2026 12:00", "05.10.2026 14:00", "Kassel"]
    public.sheet("termine.csv", ["Nr.", "Titel", "Beginn", "Ende", "Ort"], [event])
    public.sheet("helfen.csv", ["Nr.", "Titel", "Bis"], [[1, "Äpfel ernten", "05.10.2026"]])
    synced(public)
    published(public)

    for hours in (4, 10):
        before = _files(public.folder / "public")
        public.now += dt.timedelta(hours=hours)
        published(public)
        after = _files(public.folder / "public")

        assert public.now.date() == dt.date(2026, 10, 5)
        assert after != before
        assert after == _from_nothing(public, published)
