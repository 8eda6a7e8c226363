"""Rules of recurring events, from harmless to hostile."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allin_hub.dates.occurrences import event_dates
from allin_hub.dates.rrule import is_refused, plain_rule, wall_times
from allin_schemas import Event

BERLIN = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 10, 5, 18, 0)  # noqa: DTZ001 - wall time
FIRST, LAST = dt.datetime(1900, 2, 1, tzinfo=dt.UTC), dt.datetime(2400, 1, 1, tzinfo=dt.UTC)
BEFORE = dt.datetime(2027, 12, 1)  # noqa: DTZ001 - wall time
HOURS = ",".join(str(hour) for hour in range(24))
SIXTY = ",".join(str(minute) for minute in range(60))

REFUSED = [
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;BYHOUR=1;BYMINUTE=2;BYSECOND=3",
    "FREQ=MINUTELY",
    "FREQ=MINUTELY;INTERVAL=1440",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=999999999999",
    f"FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY}",
    f"FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}",
    f"FREQ=HOURLY;BYMINUTE={SIXTY}",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=99MO",
    "FREQ=HOURLY;BYHOUR=25",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;UNTIL=20261399",
    "FREQ=DAILY;UNTIL=00010101T000000Z",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=YEARLY;BYEASTER=0",
    "RSCALE=HEBREW;FREQ=YEARLY",
    "jeden Montag",
    "",
    "FREQ=DAILY;BYMONTH=" + "1," * 400 + "1",
    "FREQ=DAILY;INTERVAL=٣",
]
ENDLESS = [
    "FREQ=HOURLY",
    "FREQ=DAILY;COUNT=100000000",
    "FREQ=DAILY;UNTIL=99991231T235959Z",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=YEARLY;BYWEEKNO=1;BYMONTHDAY=20",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;INTERVAL=9999",
    "FREQ=HOURLY;BYHOUR=1;INTERVAL=24",
    "FREQ=YEARLY;INTERVAL=9999",
    "FREQ=MONTHLY;BYSETPOS=366;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYYEARDAY=366;BYMONTH=1",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_rule_that_is_none_or_too_frequent_is_refused(text: str) -> None:
    """The event lives with its first date, and the partner is told."""
    assert is_refused(text)
    assert list(wall_times(text, START, BERLIN, BEFORE)) == []


def test_hostile_rules_cost_little() -> None:
    """Rules that never hit a day, or hit too many, end after a bounded number of steps."""
    began = time.process_time()
    dates = {text: sum(1 for _ in wall_times(text, START, BERLIN, BEFORE)) for text in REFUSED + ENDLESS}

    assert time.process_time() - began < 5
    assert max(dates.values()) <= 100_000
    assert dates["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] == 0
    assert dates["FREQ=DAILY;COUNT=100000000"] == 422


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=MO",
        "RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=MO,WE",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "freq=weekly;byday=mo;",
        "FREQ=WEEKLY;COUNT=-1",
        "FREQ=DAILY;COUNT=5;UNTIL=20271005",
        "RSCALE=GREGORIAN;FREQ=YEARLY",
    ],
)
def test_rules_as_programs_write_them_are_taken(text: str) -> None:
    """Prefixes, small letters, a stray semicolon and COUNT=-1 are met in the wild."""
    assert not is_refused(text)
    assert next(wall_times(text, START, BERLIN, BEFORE)) >= START


RULES = Path(__file__).parent / "rules.csv"
WHY = {
    "start": "DTSTART is a date in any case, and COUNT counts it (RFC 5545, 3.3.10 and 3.8.5.3); libical leaves it out",
    "too frequent": "no office has an event each minute",
    "week year": "INTERVAL counts years of the calendar (RFC 5545, 3.3.10); libical counts years of ISO weeks",
}
"""Why the hub gives other dates than libical."""


def rules() -> list[dict[str, str]]:
    """Give rules with the first six dates that libical's own tests expect, and ours where they differ."""
    with RULES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("row", rules(), ids=[f"{row['rule']} {row['start']}" for row in rules()])
def test_rules_give_the_dates_that_libical_expects(event: Callable[..., Event], row: dict[str, str]) -> None:
    """Or those that stand beside them, with the reason."""
    written = row["start"]
    start: dt.date = dt.datetime.strptime(written[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    if "T" in written:
        start = dt.datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
    expected = row["ours"] or row["libical"]

    found = event_dates(event(start=start, zone="UTC", rrule=row["rule"]), FIRST, LAST)

    form = "%Y%m%dT%H%M%S" if "T" in written else "%Y%m%d"
    starts = [f"{one.start:{form}}" for one in found]
    shown = "refused" if is_refused(row["rule"]) else " ".join(starts[:6]) + " …" * (len(starts) > 6)
    assert shown == expected
    assert bool(row["ours"]) == (row["why"] in WHY)


@pytest.mark.parametrize(
    ("text", "start", "dates"),
    [
        ("FREQ=YEARLY;BYWEEKNO=20;COUNT=3", "2027-05-17", ["17.05.2027", "15.05.2028", "14.05.2029"]),
        ("FREQ=YEARLY;BYMONTHDAY=15;COUNT=3", "2027-01-15", ["15.01.2027", "15.01.2028", "15.01.2029"]),
        (
            "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR;COUNT=3",
            "2026-11-13",
            ["13.11.2026", "13.08.2027", "13.10.2028"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1;COUNT=3",
            "2027-01-08",
            ["08.01.2027", "15.01.2027", "22.01.2027"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3;COUNT=3",
            "2024-10-23",
            ["23.10.2024", "28.10.2024", "30.10.2024"],
        ),
        ("FREQ=DAILY;BYHOUR=9,18;COUNT=2", "2027-01-08", ["08.01.2027", "09.01.2027"]),
        ("FREQ=WEEKLY;BYDAY=TH;COUNT=2", "2026-12-01", ["01.12.2026", "03.12.2026"]),
    ],
)
def test_parts_of_rules_mean_what_the_rfc_says(
    event: Callable[..., Event], text: str, start: str, dates: list[str]
) -> None:
    """RFC 5545, 3.3.10: what a rule does not say comes from the start; positions count in the whole week."""
    weekly = event(start=dt.date.fromisoformat(start), rrule=text, all_day=True)

    assert [f"{one.start:%d.%m.%Y}" for one in event_dates(weekly, FIRST, LAST)] == dates


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=MONTHLY;BYWEEKNO=20",
        "FREQ=DAILY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO",
    ],
)
def test_parts_that_must_not_stand_together_are_refused(text: str) -> None:
    """RFC 5545, 3.3.10 forbids them, and each program reads them in its own way."""
    assert is_refused(text)


@pytest.mark.parametrize(
    ("text", "all_day", "plain"),
    [
        ("FREQ=DAILY;UNTIL=20261007T235959Z", True, "FREQ=DAILY;UNTIL=20261007"),
        ("FREQ=DAILY;UNTIL=20261007", False, "FREQ=DAILY;UNTIL=20261007T215959Z"),
        ("FREQ=DAILY;COUNT=3;X-FOO=1;SKIP=OMIT", False, "FREQ=DAILY;COUNT=3"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", False, "FREQ=WEEKLY;UNTIL=20261006T160000Z;BYDAY=TU"),
        ("FREQ=YEARLY;BYWEEKNO=41", True, "FREQ=YEARLY;BYWEEKNO=41;BYDAY=MO"),
        ("FREQ=YEARLY;BYMONTHDAY=5", True, "FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=10"),
    ],
)
def test_a_rule_is_written_so_that_all_programs_read_the_same(text: str, all_day: bool, plain: str) -> None:
    """UNTIL is of the start's own kind (RFC 5545, 3.3.10); what libraries read differently is said in full."""
    start = dt.datetime.combine(START.date(), dt.time()) if all_day else START

    assert plain_rule(text, start, BERLIN, all_day=all_day) == plain
