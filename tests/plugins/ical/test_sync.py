"""A partner's calendar through the whole hub."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from allin_hub.dates.occurrences import event_dates
from allin_hub.hub import Hub
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Event, Kind

FIXTURE = Path(__file__).parent / "fixtures" / "kulturverein.ics"
SETTINGS = """
[hub]
title = "Test"

[sources.termine]
plugin = "ical"
path = "termine.ics"
language = "de"
"""
NOW = dt.datetime(2026, 10, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a hub's folder with a partner's calendar."""
    (tmp_path / "hub.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copy(FIXTURE, tmp_path / "termine.ics")
    return tmp_path


def opened(folder: Path) -> Hub:
    """Open the hub on a fixed day."""
    return open_hub(folder, clock=lambda: NOW)


def synced(folder: Path) -> Any:
    """Sync and give the report."""
    hub = opened(folder)
    try:
        return sync(hub, None).sources["termine"]
    finally:
        hub.close()


def stored(folder: Path) -> dict[str, Event]:
    """Give all events by title."""
    hub = opened(folder)
    try:
        with reading(hub.engine) as connection:
            found = entities.everything(connection, Kind.EVENT, hub.sealer)
            events = [_event(one) for one in found]
    finally:
        hub.close()
    return {event.title: event for event in events}


def _event(one: Any) -> Event:
    times = {"created_at": NOW, "updated_at": NOW}
    return Event.model_validate({**times, "id": one.id, "slug": one.slug, **one.data})


def test_a_series_and_its_exceptions_become_one_event(folder: Path) -> None:
    """Five raws, three events: the exceptions join their series by its UID."""
    report = synced(folder)
    events = stored(folder)

    assert (report.status, report.fetched, report.quarantined, report.skipped) == ("done", 6, 0, 1)
    assert set(events) == {"Sprachcafé für alle", "Herbstfest", "Vorstandssitzung"}
    dates = event_dates(
        events["Sprachcafé für alle"],
        dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    )
    assert [(f"{one.start:%d.%m. %H:%M}", one.title, str(one.status)) for one in dates] == [
        ("19.10. 18:00", "Sprachcafé für alle", "scheduled"),
        ("27.10. 17:00", "Sprachcafé: Ausflug", "scheduled"),
        ("09.11. 18:00", "Sprachcafé für alle", "cancelled"),
        ("16.11. 18:00", "Sprachcafé für alle", "scheduled"),
    ]


def test_a_feed_with_new_fetch_times_changes_nothing(folder: Path) -> None:
    """DTSTAMP is no content."""
    synced(folder)
    content = (folder / "termine.ics").read_bytes()
    (folder / "termine.ics").write_bytes(content.replace(b"DTSTAMP:20260901", b"DTSTAMP:20261001"))

    again = synced(folder)

    assert (again.new, again.changed, again.withdrawn) == (0, 0, 0)


def test_a_past_event_that_drops_out_of_the_feed_stays(folder: Path) -> None:
    """A rolling feed withdraws only what would still lie ahead."""
    text = (folder / "termine.ics").read_text(encoding="utf-8")
    past = text.replace("DTSTART:20261005T180000", "DTSTART:20260905T180000")
    (folder / "termine.ics").write_text(past, encoding="utf-8")
    synced(folder)
    blocks = past.split("BEGIN:VEVENT")
    kept = [block for block in blocks if "UID:vorstand" not in block and "UID:fest" not in block]
    tail = "END:VCALENDAR\n" if "END:VCALENDAR" not in kept[-1] else ""
    (folder / "termine.ics").write_text("BEGIN:VEVENT".join(kept) + tail, encoding="utf-8")

    report = synced(folder)

    assert report.withdrawn == 1
    assert {"Vorstandssitzung", "Sprachcafé für alle"} <= set(stored(folder))
    assert "Herbstfest" not in stored(folder)


def test_guests_alarms_and_comments_are_in_no_byte_of_the_hub(folder: Path) -> None:
    """Minimisation: what comes with a calendar and is not needed is never held."""
    synced(folder)

    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".ics":
            content = path.read_bytes().lower()
            assert b"geheim" not in content, path.name
            assert b"mina.muster" not in content, path.name
