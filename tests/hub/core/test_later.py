"""What happens later: calendars that empty, fetches that are cut, maps that are replayed, kinds and folders that change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError

CALENDAR = """
[sources.termine]
plugin = "ical"
path = "data/termine.ics"
"""
SHEET = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
"""


def _calendar(office: Any, days: list[str]) -> None:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}@test.example\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART:{day}T150000Z\r\nSUMMARY:Treffen {day}\r\nEND:VEVENT\r\n"
        for day in days
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{events}END:VCALENDAR\r\n"
    (office.folder / "data/termine.ics").write_text(text, encoding="utf-8", newline="")


PAST = [f"2025{month:02}{day:02}" for month in range(1, 13) for day in range(1, 26)]
AHEAD = [f"202612{day:02}" for day in range(1, 26)]


def test_an_emptied_calendar_waits_although_most_of_it_is_past(
    office: Any, synced: Any, exported: Any
) -> None:
    """What counts is what lies ahead: all of it would be gone."""
    office.settings(CALENDAR)
    _calendar(office, PAST + AHEAD)
    synced(office)
    _calendar(office, [])

    report = synced(office)["termine"]

    assert report.status == "held"
    assert len(exported(office, "event")) == len(PAST) + len(AHEAD)


def test_a_rolling_calendar_loses_its_past_without_a_question(
    office: Any, synced: Any, exported: Any
) -> None:
    """A past event that drops out stays, as past."""
    office.settings(CALENDAR)
    _calendar(office, PAST + AHEAD)
    synced(office)
    _calendar(office, AHEAD)

    report = synced(office)["termine"]

    assert (report.status, report.withdrawn) == ("done", 0)
    assert len(exported(office, "event")) == len(PAST) + len(AHEAD)


def test_a_replay_changes_neither_counts_nor_what_is_known_of_the_last_read(
    sheet_office: Any, synced: Any
) -> None:
    """The next sync of the same file says what the last one said."""
    first = synced(sheet_office)["vereine"]
    synced(sheet_office, replay=True)

    again = synced(sheet_office)["vereine"]

    assert (again.fetched, again.unchanged) == (first.fetched, 100)


def test_a_replay_does_not_hide_that_a_source_fails(sheet_office: Any, synced: Any) -> None:
    """Nothing was read, so nothing is known to be well again."""
    synced(sheet_office)
    (sheet_office.folder / "data/vereine.csv").unlink()
    synced(sheet_office)

    synced(sheet_office, replay=True)

    assert "'failed'" in sheet_office.rows("source_state")["source_state"][0]


def test_a_source_may_change_its_kind(sheet_office: Any, synced: Any, exported: Any) -> None:
    """The old entries are withdrawn, the new ones made."""
    synced(sheet_office)
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text.replace('"organisation"', '"service"'))

    report = synced(sheet_office)["vereine"]

    assert report.status == "done"
    assert (len(exported(sheet_office)), len(exported(sheet_office, "service"))) == (0, 100)


def test_a_killed_run_does_not_block_the_next(sheet_office: Any, synced: Any, exported: Any) -> None:
    """Its process is gone from this machine, so its lease counts no longer."""
    code = (
        "import datetime, sys, time; from pathlib import Path\n"
        "from allin_hub.ingest import hold, sync; from allin_hub.open_hub import open_hub\n"
        "now = datetime.datetime.fromisoformat(sys.argv[2])\n"
        "def stop(*a, **k):\n    print('staged', flush=True); time.sleep(60)\n"
        "hold.reasons_to_hold = stop\n"
        "sync.sync(open_hub(Path(sys.argv[1]), clock=lambda: now))\n"
    )
    command = [sys.executable, "-c", code, str(sheet_office.folder), sheet_office.now.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        running = synced(sheet_office)["vereine"]
        os.kill(child.pid, signal.SIGKILL)

    report = synced(sheet_office)["vereine"]

    assert (running.status, report.status, len(exported(sheet_office))) == ("busy", "done", 100)
    assert any("'killed'" in row for row in sheet_office.rows("run")["run"])


@pytest.mark.parametrize("path", [".", "data", "../elsewhere", "public/../.."])
def test_an_output_may_not_publish_the_hubs_own_files(path: str, office: Any) -> None:
    """Whoever uploads the folder would upload the key, the database or partners' files."""
    office.settings(SHEET + f'\n[outputs.v]\nplugin = "directory"\npath = "{path}"\n')

    with pytest.raises(ConfigError, match=r"outputs\.v"):
        office.open()


OUTPUT = """
[outputs.v]
plugin = "directory"
path = "{path}"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"
"""


def test_an_output_that_moves_takes_its_old_files_away(
    sheet_office: Any, synced: Any, published: Any
) -> None:
    """Nobody would keep the old copy true."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text + OUTPUT.format(path="public"))
    synced(sheet_office)
    published(sheet_office)
    sheet_office.settings(text + OUTPUT.format(path="www"))

    published(sheet_office)

    assert (sheet_office.folder / "www/index.html").is_file()
    assert not list((sheet_office.folder / "public").rglob("*.html"))


@pytest.mark.parametrize("line", ['languages = ["deutsch"]', 'court = "Kassel"', "languages = []"])
def test_settings_that_no_page_could_follow_are_refused(line: str, office: Any) -> None:
    """Before a whole site is written in a language that does not exist."""
    office.settings(f"[hub]\n{line}\n" + SHEET)

    with pytest.raises(ConfigError, match=r"hub\.(languages|court)"):
        office.open()
