"""Partners' files go when their time is over, never before what they say was applied, and are missed by nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from allin_hub.doctor.checks import examine
from allin_hub.i18n.translator import Voice
from allin_hub.ingest.check import check
from allin_hub.ingest.sync import sync
from allin_hub.manage.rename_source import rename
from allin_hub.operations.maintenance import UpkeepReport, upkeep

HEADER = ["Nr.", "Verein", "Ort"]
SETTINGS = """
[hub]
title = "Test"
backups = 0
{period}

[sources.vereine]
plugin = "spreadsheet"
path = "{path}"
kind = "organisation"
key = "Nr."
{more}
"""
LATER = dt.timedelta(days=31)


def rows(count: int = 3) -> list[list[Any]]:
    """Invented associations."""
    return [[n, f"Verein {n} e. V.", "Kassel"] for n in range(1, count + 1)]


@pytest.fixture
def settle(office: Any) -> Callable[..., Any]:
    """Make an office that keeps files for thirty days."""

    def make(path: str = "data/vereine.csv", period: str = "keep_files_days = 30", more: str = "") -> Any:
        office.settings(SETTINGS.format(path=path, period=period, more=more))
        office.sheet("vereine.csv", HEADER, rows())
        return office

    return make


def with_hub(office: Any, work: Callable[[Any], Any]) -> Any:
    """Do something with the hub, opened anew."""
    hub = office.open()
    try:
        return work(hub)
    finally:
        hub.close()


def synced(office: Any, name: str = "vereine") -> Any:
    """Sync all, and give one source's report."""
    return with_hub(office, lambda hub: sync(hub).sources[name])


def housekept(office: Any) -> UpkeepReport:
    """The nightly upkeep."""
    return with_hub(office, upkeep)


def test_a_file_goes_after_its_time_and_upkeep_says_so(settle: Any) -> None:
    """Not a day before; what it said stays, and no later sync misses it."""
    office = settle()
    synced(office)
    file = office.folder / "data/vereine.csv"
    office.now += dt.timedelta(days=29)
    synced(office)
    assert [] == housekept(office).taken
    assert file.exists()
    office.now += dt.timedelta(days=2)
    told = housekept(office)

    assert ["data/vereine.csv"] == told.taken
    assert any("data/vereine.csv" in sentence for sentence in told.sentences(Voice("de")))
    assert not file.exists()
    assert [] == list(file.parent.iterdir())
    for _ in range(2):
        report = synced(office)
        assert ("done", 3, 3, 0) == (report.status, report.fetched, report.unchanged, report.withdrawn)
    assert [] == housekept(office).taken
    assert "source_file" not in {
        one.code for one in examine(office.folder, clock=lambda: office.now).findings
    }
    checked = with_hub(office, lambda hub: check(hub, None)).sources["vereine"]
    assert ["FILE_TAKEN_AWAY"] == [problem.code for problem in checked.problems]


def test_the_next_version_is_read_as_ever(settle: Any) -> None:
    """It lies in the same place, and is kept for its own time."""
    office = settle()
    synced(office)
    office.now += LATER
    housekept(office)
    office.sheet("vereine.csv", HEADER, rows(4))
    report = synced(office)

    assert ("done", 1, 3) == (report.status, report.new, report.unchanged)
    assert [] == housekept(office).taken
    office.now += LATER
    assert ["data/vereine.csv"] == housekept(office).taken


def test_a_map_that_changes_later_maps_what_is_kept(settle: Any) -> None:
    """There is no file to read again."""
    office = settle()
    synced(office)
    office.now += LATER
    housekept(office)
    settle(more='columns = { "Ort" = "-" }')
    (office.folder / "data/vereine.csv").unlink()
    report = synced(office)

    assert ("done", 3, 0) == (report.status, report.reread, report.withdrawn)
    assert ("done", 3) == (synced(office).status, synced(office).unchanged)


def test_a_renamed_source_misses_it_no_more_than_before(settle: Any) -> None:
    """What is known of its file goes along."""
    office = settle()
    synced(office)
    office.now += LATER
    housekept(office)
    with_hub(office, lambda hub: rename(hub, "vereine", "bund"))

    assert ("done", 3) == (synced(office, "bund").status, synced(office, "bund").unchanged)


def test_without_the_setting_nothing_is_taken(settle: Any) -> None:
    """It is off by default."""
    office = settle(period="")
    synced(office)
    office.now += LATER
    synced(office)

    assert [] == housekept(office).taken


def test_what_was_not_applied_stays(settle: Any) -> None:
    """Never read; changed since; held for a person; failed."""
    office = settle()
    file = office.folder / "data/vereine.csv"
    office.now += LATER
    assert [] == housekept(office).taken
    synced(office)
    office.now += LATER
    office.sheet("vereine.csv", HEADER, rows(60))
    assert [] == housekept(office).taken
    assert "held" == synced(office).status
    office.now += LATER
    assert [] == housekept(office).taken
    file.write_bytes(b"\x00\x01\x02")
    assert "failed" == synced(office).status
    office.now += LATER
    assert [] == housekept(office).taken
    assert file.exists()


def test_of_several_files_none_is_taken(settle: Any) -> None:
    """Those that stayed would be all that there is, and the records of the others would be withdrawn."""
    office = settle(path="data/*.csv")
    office.sheet("weitere.csv", HEADER, [[9, "Verein 9 e. V.", "Kassel"]])
    synced(office)
    office.now += LATER
    synced(office)

    assert [] == housekept(office).taken


def test_a_file_of_two_sources_waits_for_both(settle: Any) -> None:
    """One that is switched off, or has not read it, still needs it."""
    other = '\n[sources.andere]\nplugin = "spreadsheet"\npath = "data/vereine.csv"\nkind = "organisation"\nkey = "Nr."\n'
    office = settle(more=f"{other}enabled = false\n")
    synced(office)
    office.now += LATER
    synced(office)
    assert [] == housekept(office).taken
    settle(more=other)
    synced(office)
    office.now += LATER
    assert ["data/vereine.csv"] == housekept(office).taken
    assert "done" == synced(office, "andere").status


def test_a_file_outside_the_hubs_folder_is_never_taken(settle: Any, tmp_path_factory: Any) -> None:
    """It is somebody else's."""
    path = tmp_path_factory.mktemp("share") / "vereine.csv"
    office = settle(path=str(path))
    (office.folder / "data/vereine.csv").rename(path)
    synced(office)
    office.now += LATER
    synced(office)

    assert [] == housekept(office).taken
    assert path.exists()
