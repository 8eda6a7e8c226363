"""Rules of recurring events (RFC 5545 RRULE): which are taken, and their wall times with bounded work."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, SupportsIndex
from zoneinfo import ZoneInfo

MOST_STEPS = 100_000
"""How many days (hours, for hourly rules) a rule may look at, and how many dates it may give."""
LONGEST = 500
"""Characters of a rule; a longer one is refused."""
_MOST_TIMES_A_DAY = 100
_FIRST_YEAR, _LAST_YEAR = 1000, 9000

_DAYS_LOOKED_AT = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7, "DAILY": 1, "HOURLY": 1}
_BOUNDS = {
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_OF_TIME = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_OF_DAY = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")


class RuleRefusedError(ValueError):
    """The rule is not one, or would give more dates than anyone can attend."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was taken."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    week_start: str = "MO"
    by: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_day: tuple[tuple[int | None, str], ...] = ()

    def last(self, zone: ZoneInfo, *, all_day: bool = False) -> dt.datetime | None:
        """Give the last wall time that UNTIL admits; a plain day is admitted to its end.

        Of what lasts all day, UNTIL names the last day (RFC 5545, 3.3.10): the local one where it is midnight there,
        else the one that is written.
        """
        found = _UNTIL.fullmatch(self.until or "")
        if found is None:
            return None
        day, time, utc = found.groups()
        if all_day and time is not None:
            day = f"{_last_day(found, zone):%Y%m%d}"
        if all_day or time is None:
            return dt.datetime.combine(_day(day), dt.time(23, 59, 59))
        moment = dt.datetime.combine(
            _day(day), dt.time(int(time[:2]), int(time[2:4]), min(int(time[4:]), 59))
        )
        if not utc:
            return moment
        return moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)


@lru_cache(maxsize=4096)
def rule(text: str) -> Rule:
    """Read a rule, or raise RuleRefusedError: it is too frequent, endless work, or not RFC 5545."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency not in _DAYS_LOOKED_AT:
        raise RuleRefusedError
    interval = _whole(parts.pop("INTERVAL", "1"), 1, 9_999)
    count = parts.pop("COUNT", None)
    until = parts.pop("UNTIL", None)
    week_start = parts.pop("WKST", "MO")
    if week_start not in _WEEKDAYS or parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise RuleRefusedError
    if until is not None and _year_of_until(until) > _LAST_YEAR:
        until = None
    by_day = tuple(_weekday(item) for item in parts.pop("BYDAY", "").split(",") if item)
    by: dict[str, tuple[int, ...]] = {}
    for name, value in parts.items():
        if name == "SKIP" or name.startswith("X-"):
            # SKIP only matters to days that a month does not have; X- parts are a program's own.
            continue
        if name not in _BOUNDS:
            raise RuleRefusedError
        by[name] = tuple(sorted({_whole(item, *_BOUNDS[name]) for item in value.split(",")}))
        if name in ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS") and 0 in by[name]:
            raise RuleRefusedError
    if _times_a_day(frequency, by) > _MOST_TIMES_A_DAY or _is_forbidden(frequency, by, by_day):
        raise RuleRefusedError
    return Rule(frequency, interval, _count(count), until, week_start, by, by_day)


def is_refused(text: str) -> bool:
    """Whether the hub takes this rule."""
    try:
        rule(text)
    except RuleRefusedError:
        return True
    return False


def wall_times(
    text: str, start: dt.datetime, zone: ZoneInfo, before: dt.datetime, *, all_day: bool = False
) -> Iterator[dt.datetime]:
    """Yield the rule's naive wall times from `start` on, in order, up to `before`; a refused rule gives none.

    `start` itself comes only where the rule hits it, yet COUNT counts it as the first date in any case.
    After MOST_STEPS the rule ends.
    """
    try:
        taken = rule(text)
    except RuleRefusedError:
        return
    last = taken.last(zone, all_day=all_day)
    number = 0
    try:
        for moment in islice(_expanded(taken, start, all_day=all_day), MOST_STEPS):
            number += 1 if number or moment == start else 2
            if moment >= before or (last is not None and moment > last):
                return
            if taken.count is not None and number > taken.count:
                return
            yield moment
    except (_EnoughError, ValueError):
        # dateutil says by ValueError that the hours of the rule are never met.
        return


def _expanded(taken: Rule, start: dt.datetime, *, all_day: bool = False) -> Iterator[dt.datetime]:
    from dateutil import rrule as dateutil

    by = _completed(taken, start, all_day=all_day)
    arguments: dict[str, Any] = {name.lower(): values for name, values in by.items()}
    by_day = days_of(taken, start)
    if by_day:
        arguments["byweekday"] = [
            getattr(dateutil, day) if number is None else getattr(dateutil, day)(number)
            for number, day in by_day
        ]
    week_start, first = _WEEKDAYS.index(taken.week_start), start
    if taken.frequency == "WEEKLY" and "BYSETPOS" in by:
        # Positions count from the first day of the week; dateutil counts them from the start.
        first -= dt.timedelta(days=(start.weekday() - week_start) % 7)
        arguments.setdefault("byweekday", start.weekday())
    found = dateutil.rrule(
        getattr(dateutil, taken.frequency),
        dtstart=first,
        interval=_Interval(taken.interval, _DAYS_LOOKED_AT[taken.frequency]),
        wkst=week_start,
        cache=False,
        **arguments,
    )
    return (moment for moment in found if moment >= start)


def _completed(taken: Rule, start: dt.datetime, *, all_day: bool) -> dict[str, tuple[int, ...]]:
    """Add the month of the start to days of a year that name none, and leave times out of whole days (RFC 5545, 3.3.10)."""
    by = {name: values for name, values in taken.by.items() if not (all_day and name in _OF_TIME)}
    if taken.frequency == "YEARLY" and by.keys() & _OF_DAY == {"BYMONTHDAY"} and not taken.by_day:
        by["BYMONTH"] = (start.month,)
    return by


def days_of(taken: Rule, start: dt.datetime) -> tuple[tuple[int | None, str], ...]:
    """Give the weekdays of a rule; weeks alone mean the weekday of the start (RFC 5545, 3.3.10), not all seven."""
    if taken.by_day or "BYWEEKNO" not in taken.by or {"BYMONTHDAY", "BYYEARDAY"} & taken.by.keys():
        return taken.by_day
    return ((None, _WEEKDAYS[start.weekday()]),)


def plain_rule(text: str, start: dt.datetime, zone: ZoneInfo, *, all_day: bool) -> str:
    """Write a rule so that every calendar program reads the same dates from it; `start` is wall time.

    UNTIL is a day for what lasts all day, else UTC. A COUNT whose first date is not on the rule becomes UNTIL,
    since programs count that date or do not. What the hub reads into a rule or leaves out of it is written so.
    """
    taken = rule(text)
    parts = [f"FREQ={taken.frequency}"]
    if taken.interval > 1:
        parts.append(f"INTERVAL={taken.interval}")
    last, count = taken.last(zone, all_day=all_day), taken.count
    counted = count is not None and count <= MOST_STEPS
    if counted and (last is not None or next(_expanded(taken, start, all_day=all_day), start) != start):
        *_, last = start, *wall_times(text, start, zone, dt.datetime.max, all_day=all_day)  # noqa: DTZ901 - wall time
        count = None
    if count is not None:
        parts.append(f"COUNT={count}")
    elif last is not None and all_day:
        parts.append(f"UNTIL={last:%Y%m%d}")
    elif last is not None:
        parts.append(f"UNTIL={last.replace(tzinfo=zone).astimezone(dt.UTC):%Y%m%dT%H%M%SZ}")
    by = _completed(taken, start, all_day=all_day)
    parts += [f"{name}={','.join(map(str, values))}" for name, values in by.items()]
    days = days_of(taken, start)
    if days:
        parts.append("BYDAY=" + ",".join(f"{'' if number is None else number}{day}" for number, day in days))
    if taken.week_start != "MO":
        parts.append(f"WKST={taken.week_start}")
    return ";".join(parts)


class _EnoughError(Exception):
    """The rule has looked at as many days as it may."""


class _Interval(int):
    """The interval of a rule, which is added once a step: counting that bounds rules that never hit a day."""

    _left: int
    _price: int

    def __new__(cls, value: int, price: int) -> _Interval:
        interval = super().__new__(cls, value)
        interval._left, interval._price = MOST_STEPS, price
        return interval

    def _pay(self) -> None:
        self._left -= self._price
        if self._left < 0:
            raise _EnoughError

    def __radd__(self, other: int) -> int:
        self._pay()
        return int(self) + other

    def __mul__(self, other: SupportsIndex) -> int:
        self._pay()
        return int(self) * int(other)


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise RuleRefusedError
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if not value.strip():
            continue
        if name.strip() in parts:
            raise RuleRefusedError
        parts[name.strip()] = value.strip()
    return parts


def _count(written: str | None) -> int | None:
    """Read COUNT; some programs write -1 for a series without an end."""
    if written is None or re.fullmatch(r"-[0-9]{1,9}", written):
        return None
    return _whole(written, 1, 10**9)


def _weekday(written: str) -> tuple[int | None, str]:
    found = _WEEKDAY.fullmatch(written.strip())
    if found is None:
        raise RuleRefusedError
    number = int(found[1]) if found[1] else None
    if number == 0 or abs(number or 1) > 53:
        raise RuleRefusedError
    return number, found[2]


def _whole(written: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", written.strip(), re.ASCII):
        raise RuleRefusedError
    value = int(written)
    if not least <= value <= most:
        raise RuleRefusedError
    return value


def _year_of_until(written: str) -> int:
    found = _UNTIL.fullmatch(written)
    if found is None:
        raise RuleRefusedError
    try:
        day = _day(found[1])
        if found[2]:
            dt.time(int(found[2][:2]), int(found[2][2:4]), min(int(found[2][4:]), 59))
    except ValueError:
        raise RuleRefusedError from None
    if day.year < _FIRST_YEAR:
        raise RuleRefusedError
    return day.year


def _last_day(found: re.Match[str], zone: ZoneInfo) -> dt.date:
    day, time, utc = _day(found[1]), found[2], found[3]
    if not utc:
        return day
    moment = dt.datetime.combine(day, dt.time(int(time[:2]), int(time[2:4]), min(int(time[4:]), 59)), dt.UTC)
    local = moment.astimezone(zone)
    return local.date() if local.time() == dt.time() else day


def _is_forbidden(
    frequency: str, by: dict[str, tuple[int, ...]], by_day: tuple[tuple[int | None, str], ...]
) -> bool:
    """Whether RFC 5545, 3.3.10 says of these parts that they MUST NOT stand together: programs read them differently."""
    numbered = any(number is not None for number, _ in by_day)
    return (
        (frequency != "YEARLY" and "BYWEEKNO" in by)
        or (frequency in ("DAILY", "WEEKLY", "MONTHLY") and "BYYEARDAY" in by)
        or (frequency == "WEEKLY" and "BYMONTHDAY" in by)
        or (numbered and (frequency not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in by))
    )


def _day(written: str) -> dt.date:
    return dt.date(int(written[:4]), int(written[4:6]), int(written[6:8]))


def _times_a_day(frequency: str, by: dict[str, tuple[int, ...]]) -> int:
    hours = len(by.get("BYHOUR", ())) or (24 if frequency == "HOURLY" else 1)
    return hours * (len(by.get("BYMINUTE", ())) or 1) * (len(by.get("BYSECOND", ())) or 1)
