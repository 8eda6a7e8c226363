"""One date of a series that is a person's party does not say whose."""

from __future__ import annotations

from pathlib import Path

from tests.hub.cases.test_hosts import SETTINGS, Office

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:a
DTSTAMP:20261101T000000Z
SUMMARY:Offener Treff
DTSTART;TZID=Europe/Berlin:20261205T180000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:a
DTSTAMP:20261101T000000Z
RECURRENCE-ID;TZID=Europe/Berlin:20261212T180000
SUMMARY:Geburtstag von Zelmira
DTSTART;TZID=Europe/Berlin:20261212T190000
END:VEVENT
END:VCALENDAR
"""


def test_the_party_of_one_date_is_masked_and_the_series_stays(tmp_path: Path) -> None:
    """A whole event with such a title waits for an answer; of a series only that title is left out."""
    office = Office(tmp_path)
    (tmp_path / "k.ics").write_text(CALENDAR.replace("\n", "\r\n"), encoding="utf-8", newline="")
    source = '[sources.k]\nplugin = "ical"\npath = "k.ics"\n'
    (tmp_path / "hub.toml").write_text(SETTINGS + source, encoding="utf-8")
    office.run()
    assert office.shows("Offener Treff")
    assert office.shows("Zelmira") == []
