"""The calendars that recurring-ical-events is tested with: each start agrees with the library, or the difference is named."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]

from allin_hub.dates.occurrences import event_dates
from allin_hub.entities.merge import SourcedClaim, merge
from allin_hub.ingest.validate import Validator
from allin_hub.mapping.drafts import take_apart
from allin_hub.readers.ical_reader import open_calendar
from allin_plugins.ical import Calendar, CalendarConfig
from allin_schemas import Event, Kind
from allin_schemas.reading import Context

CALENDARS = Path(recurring_ical_events.__file__).parent / "test" / "calendars"
TODAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BEFORE, AFTER = dt.timedelta(days=5), dt.timedelta(days=800)
DIFFERENT = {
    "bad_rrule_missing_until_event.ics": "UNTIL without a date: refused and told, the event stands on its first day (3.3.10)",
    "end_before_start_event.ics": "an end before the start is left out and told; the library swaps them (3.8.2.2)",
    "issue_132_swapped_start_and_end.ics": "an end before the start is left out and told; the library swaps them (3.8.2.2)",
    "issue_201_mixed_datetime_and_date.ics": "DTEND of another kind than DTSTART is left out and told (3.8.2.2)",
    "issue_201_test_matrix.ics": "DTEND of another kind than DTSTART is left out and told (3.8.2.2)",
    "issue_75_range_parameter.ics": "UNTIL as a day of a series with times admits that day (3.3.10 asks for UTC)",
    "multiple_rrule.ics": "two different rules are refused and told, the event stands on its first day (3.8.5.3)",
    "same_event_recurring_at_same_time.ics": "two dates of one title at one time are shown once",
}
"""Where the hub gives other starts, and the paragraph of RFC 5545."""


class Run:
    """As much of a run as a calendar needs."""

    zone = "Europe/Berlin"

    def path(self, written: str) -> Path:
        """Give a calendar of the library."""
        return CALENDARS / written

    def open_calendar(self, data: Path, name: str) -> Any:
        """Open the real door."""
        return open_calendar(data, name)

    def problem(self, *_: Any, **__: Any) -> None:
        """Hear of a finding."""

    def skip(self, *_: Any) -> None:
        """Hear of what was no record."""

    def progress(self, *_: Any) -> None:
        """Hear how far the read is."""


def ours(file: Path, since: dt.datetime, until: dt.datetime) -> Counter[str]:
    """Give the starts as the hub reads, checks and merges them."""
    source = Calendar("x", CalendarConfig(path=file.name))
    raws = list(source.fetch(Run()))  # type: ignore[arg-type]
    validator = Validator(Context(today=TODAY.date()), None, "de", str)
    outcomes = validator.check([(take_apart(Kind.EVENT, source.map(raw)), raw) for raw in raws])
    by_uid: dict[str, list[SourcedClaim]] = {}
    for number, (raw, outcome) in enumerate(zip(raws, outcomes, strict=True)):
        claim = SourcedClaim(number, outcome.data, 1, "", "x", {})
        by_uid.setdefault(str(raw.key).split("\x1f")[0], []).append(claim)
    found: Counter[str] = Counter()
    for claims in by_uid.values():
        fields = {"id": UUID(int=1), "slug": "x", "created_at": TODAY, "updated_at": TODAY, "title": "…"}
        event = Event.model_validate(fields | merge(Kind.EVENT, claims)[0])
        for one in event_dates(event, since, until, most=5_000):
            found[in_utc(one.start.date() if one.all_day else one.start)] += 1
    return found


def in_utc(moment: dt.datetime | dt.date) -> str:
    """Write a moment in UTC; what names no zone is in Berlin, as the hub reads it."""
    if not isinstance(moment, dt.datetime):
        return moment.isoformat()
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"


def theirs(books: list[Any], since: dt.datetime, until: dt.datetime) -> Counter[str]:
    """Give the starts as the library reads them."""
    found: Counter[str] = Counter()
    for book in books:
        for one in recurring_ical_events.of(book, skip_bad_series=True).between(since, until):
            start = one["DTSTART"].dt
            if isinstance(start, dt.datetime) and start.tzinfo is None:
                start = start.replace(tzinfo=ZoneInfo("Europe/Berlin"))
            found[in_utc(start)] += 1
    return found


def test_the_library_and_the_hub_give_the_same_starts() -> None:
    """Over eight hundred days from the first event of each calendar, the last day left out."""
    compared, different = 0, set()
    for file in sorted(CALENDARS.glob("*.ics")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            books = icalendar.Calendar.from_ical(file.read_bytes(), multiple=True)
            first = [
                entry["DTSTART"].dt for book in books for entry in book.walk("VEVENT") if "DTSTART" in entry
            ]
            if not first:
                continue
            day = min(one.date() if isinstance(one, dt.datetime) else one for one in first)
            begins = dt.datetime.combine(day, dt.time(), dt.UTC)
            since, until = begins - BEFORE, begins + AFTER
            last = f"{until - dt.timedelta(days=1):%Y-%m-%d}"
            ends = [
                Counter({start: count for start, count in found.items() if start < last})
                for found in (ours(file, since, until), theirs(books, since, until))
            ]
        compared += sum(ends[0].values())
        if ends[0] != ends[1]:
            different.add(file.name)

    assert compared > 2_000
    assert different == set(DIFFERENT)
