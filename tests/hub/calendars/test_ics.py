"""Calendar files that outputs give away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]

from allin_hub.dates.ical_writer import calendar
from allin_hub.dates.occurrences import event_dates
from allin_hub.readers.ical_reader import open_calendar
from allin_schemas import Event

MakeEvent = Callable[..., Event]
BERLIN = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 10, 19, 16, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OWNER = UUID("019a0000-0000-7000-8000-00000000000a")


@pytest.fixture
def series(event: MakeEvent) -> Event:
    """Make a weekly series with everything that a series can have."""
    return event(
        start=START,
        end=START + 2 * HOUR,
        rrule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207T170000Z",
        exdates=[dt.datetime(2026, 11, 9, 17, 0, tzinfo=dt.UTC)],
        rdates=[dt.datetime(2026, 10, 21, 16, 0, tzinfo=dt.UTC)],
        overrides=[
            {
                "recurrence_id": dt.datetime(2026, 10, 26, 17, 0, tzinfo=dt.UTC),
                "start": dt.datetime(2026, 10, 27, 16, 0, tzinfo=dt.UTC),
                "title": "Ausflug",
            },
            {"recurrence_id": dt.datetime(2026, 11, 2, 17, 0, tzinfo=dt.UTC), "cancelled": True},
        ],
        description={"de": {"text": "Wir üben Deutsch.\nKommen Sie!"}, "en": {"text": "We practise German."}},
        location={
            "name": "Stadtteiltreff",
            "street": "Weg",
            "house_number": "3",
            "city": "Kassel",
            "lat": 51.3,
            "lon": 9.5,
        },
        organiser_org_id=OWNER,
        topics=["Sprache, Kultur"],
        version=3,
        registration_url="https://verein.example/cafe",
    )


def read(content: bytes) -> tuple[icalendar.Calendar, list[icalendar.Event]]:
    """Read a calendar file again, as a calendar program would."""
    book = icalendar.Calendar.from_ical(content)
    assert isinstance(book, icalendar.Calendar)
    return book, [entry for entry in book.walk("VEVENT") if isinstance(entry, icalendar.Event)]


def test_a_calendar_reads_back_as_it_was(series: Event) -> None:
    """What a calendar program finds in the file is what the hub holds."""
    book, (entry, moved, cancelled) = read(
        calendar([series], name="Termine", language="en", organisers={OWNER: "Kulturverein"})
    )

    assert str(book["X-WR-CALNAME"]) == "Termine"
    assert str(entry["UID"]) == str(series.id)
    assert entry["DTSTART"].dt == START.astimezone(BERLIN)
    assert entry["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert entry["DTSTAMP"].dt == series.updated_at
    assert (entry["SEQUENCE"], str(entry["STATUS"])) == (3, "CONFIRMED")
    assert (str(entry["DESCRIPTION"]), entry["DESCRIPTION"].params["LANGUAGE"]) == (
        "We practise German.",
        "en",
    )
    assert (str(entry["LOCATION"]), str(entry["CONTACT"])) == (
        "Stadtteiltreff, Weg 3, Kassel",
        "Kulturverein",
    )
    assert entry["CATEGORIES"].to_ical() == b"Sprache\\, Kultur"
    assert str(entry["URL"]) == "https://verein.example/cafe"
    assert (str(moved["SUMMARY"]), moved["DTEND"].dt - moved["DTSTART"].dt) == ("Ausflug", 2 * HOUR)
    assert str(cancelled["STATUS"]) == "CANCELLED"


def test_another_program_sees_the_dates_that_the_hub_sees(series: Event) -> None:
    """The rule, its exceptions and its zone survive the file."""
    since, until = dt.datetime(2026, 10, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    book, _ = read(calendar([series], name="Termine"))

    theirs = sorted(
        (one["DTSTART"].dt.astimezone(dt.UTC), str(one["SUMMARY"]), str(one["STATUS"]) == "CANCELLED")
        for one in recurring_ical_events.of(book).between(since, until)
    )

    assert theirs == [
        (one.start.astimezone(dt.UTC), one.title, one.status == "cancelled")
        for one in event_dates(series, since, until)
    ]


def test_our_own_door_takes_the_file(series: Event) -> None:
    """One hub can read what another one publishes."""
    entry, moved, _ = (
        one for one in open_calendar(calendar([series], name="Termine"), "x.ics") if one.kind == "VEVENT"
    )

    assert (entry.problem, entry.summary, entry.rrule) == (
        None,
        "Sprachcafé",
        "FREQ=WEEKLY;UNTIL=20261207T170000Z;BYDAY=MO",
    )
    assert entry.dtstart == {"value": "2026-10-19T18:00:00", "kind": "local", "tzid": "Europe/Berlin"}
    assert moved.recurrence_id == {"value": "2026-10-26T18:00:00", "kind": "local", "tzid": "Europe/Berlin"}


def test_days_stay_days(event: MakeEvent) -> None:
    """All-day events have no time and no zone; their end is exclusive."""
    fest = event(
        start=dt.date(2026, 10, 24),
        end=dt.date(2026, 10, 26),
        all_day=True,
        rrule="FREQ=YEARLY",
        exdates=[dt.date(2027, 10, 24)],
        overrides=[{"recurrence_id": dt.date(2028, 10, 24), "cancelled": True}],
    )

    content = calendar([fest], name="Termine")

    assert b"DTSTART;VALUE=DATE:20261024\r\nDTEND;VALUE=DATE:20261026" in content
    assert b"EXDATE;VALUE=DATE:20271024\r\n" in content
    assert b"RECURRENCE-ID;VALUE=DATE:20281024\r\n" in content
    assert b"VTIMEZONE" not in content


def test_equal_events_give_equal_bytes(series: Event) -> None:
    """Only what changed is written again."""
    assert calendar([series], name="Termine") == calendar([series.model_copy()], name="Termine")


def test_lines_are_folded_and_end_in_crlf(event: MakeEvent) -> None:
    """75 octets at most, never in the middle of a letter."""
    long = event(start=START, title="Слово " * 40 + "ግዕዝ " * 10)

    content = calendar([long], name="Termine")

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        line.decode()
    assert str(read(content)[1][0]["SUMMARY"]) == long.title.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Fest\r\nATTENDEE:mailto:x@example.org",
        "Fest\nEND:VEVENT\nBEGIN:VEVENT",
        "Fest\rUID:2",
        "Fest\u2028UID:2",
        "Fest\x85UID:2",
        "Fest;X=1:2",
        "Fest\\nEND:VEVENT",
        'Fest"',
    ],
)
def test_a_hostile_text_stays_text(event: MakeEvent, text: str) -> None:
    """No title can end its line and begin another property."""
    hostile: dict[str, Any] = {
        "start": START,
        "title": text,
        "description": {"de": {"text": text}},
        "topics": [text],
    }
    content = calendar([event(**hostile)], name=text)
    _, (entry,) = read(content)

    assert {"ATTENDEE", "X"}.isdisjoint(entry.keys())
    assert content.count(b"\r\nUID:") == 1
    assert str(entry["UID"]) == "019a0000-0000-7000-8000-000000000001"
    assert str(entry["SUMMARY"]).startswith("Fest")


def test_links_for_the_registered_are_not_given_away(event: MakeEvent) -> None:
    """`online_url` is internal."""
    online = event(start=START, online_url="https://video.example/raum")

    assert b"video.example" not in calendar([online], name="Termine")
