"""Rules of recurring events, from harmless to hostile."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest

from allin_hub.dates.rrule import is_refused, wall_times

BERLIN = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 10, 5, 18, 0)  # noqa: DTZ001 - wall time
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
