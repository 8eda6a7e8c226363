"""Makes days of the calendar of days as people write them: missing years, shortened ones, the order of day and month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from allin_schemas.reading.calendar_words import WEEKDAY_NAMES, WEEKDAYS
from allin_schemas.reading.findings import Context, Finding, finding
from allin_schemas.reading.moments.tokens import Day

EARLIEST, LATEST = dt.date(1800, 1, 1), dt.date(2100, 12, 31)
NO_DAY = "DATE_UNREADABLE"


class Unresolved(Exception):
    """No day, or more than one, can be meant."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def shown(day: dt.date) -> str:
    """A day as German readers see it."""
    return f"{day.day:02}.{day.month:02}.{day.year}"


def resolved(
    written: Sequence[Day],
    joints: Sequence[str],
    weekdays: Sequence[str],
    text: str,
    context: Context,
    after: dt.date | None,
    findings: list[Finding],
) -> list[dt.date]:
    """The days of a text, in the order in which they are written.

    Raises Unresolved where one does not exist, or could be another.
    """
    lone = weekdays[0] if len(weekdays) == 1 and len(written) == 1 else None
    days = [_ordered(day, lone, text, context, findings) for day in written]
    for at in range(len(days) - 2, -1, -1):  # '5., 12. und 19. Dezember': the last one says the month
        if days[at].month is None:
            days[at] = _completed_by(days[at], days[at + 1])
    if any(day.month is None for day in days):
        raise Unresolved(NO_DAY)
    for at in range(len(days) - 2, -1, -1):
        following = days[at + 1]
        if days[at].year is None and following.year is not None:
            days[at] = _year_before(days[at], following)
    found: list[dt.date] = []
    for number, day in enumerate(days):
        earliest = found[-1] if found else after
        made = _dated(day, earliest, context)
        if day.year is None and earliest is None:
            findings.append(finding("DATE_YEAR_ADDED", text, became=shown(made)))
        if day.short and number == len(days) - 1:
            findings.append(finding("DATE_CENTURY_ADDED", text, became=shown(made)))
        if day.code:
            findings.append(finding(day.code, text, became=shown(made)))
        found.append(made)
    if any(
        later < earlier
        for (earlier, later), joint in zip(pairwise(found), joints, strict=True)
        if joint == "-"
    ):
        raise Unresolved("DATE_UNDECIDED")
    _check_weekdays(found, joints, weekdays, context)
    return found


def _ordered(day: Day, weekday: str | None, text: str, context: Context, findings: list[Finding]) -> Day:
    """The day with what comes first decided: by the numbers, the column, or the weekday."""
    if not day.either or day.month is None or day.month == day.day:
        return day
    turned = day._replace(day=day.month, month=day.day)
    if day.day > 12:
        return day
    if day.month > 12:
        _tell_order("DATE_MONTH_FIRST", turned, text, context, findings)
        return turned
    if weekday is not None:
        right = [one for one in (day, turned) if _falls_on(one, weekday)]
        if len(right) == 1:
            return right[0]
        raise Unresolved("DATE_ORDER_UNCLEAR")
    if context.order is None:
        raise Unresolved("DATE_ORDER_UNCLEAR")
    return day if context.order == "day first" else turned


def _tell_order(code: str, day: Day, text: str, context: Context, findings: list[Finding]) -> None:
    if context.order is None and day.year is not None and day.month is not None:
        made = _real(day.year, day.month, day.day)
        if made is not None:
            findings.append(finding(code, text, became=shown(made)))


def _falls_on(day: Day, weekday: str) -> bool:
    made = _real(day.year or 0, day.month or 0, day.day)
    return made is not None and made.weekday() == WEEKDAYS[weekday]


def _completed_by(day: Day, following: Day) -> Day:
    month, year = following.month, following.year
    if month is None:
        return day
    if day.day > following.day:  # '30.-2.1.': the month before
        month, year = (month - 1, year) if month > 1 else (12, None if year is None else year - 1)
    return day._replace(month=month, year=year)


def _year_before(day: Day, following: Day) -> Day:
    """The year of a day that comes before another, which has one."""
    year = following.year or 0
    is_later = (day.month or 0, day.day) > (following.month or 0, following.day)
    return day._replace(year=year - 1 if is_later else year)


def _dated(day: Day, earliest: dt.date | None, context: Context) -> dt.date:
    month = day.month or 0
    if day.year is not None:
        made = _real(day.year, month, day.day)
        if made is None or not EARLIEST <= made <= LATEST:
            raise Unresolved(NO_DAY)
        return made
    first = earliest if earliest is not None else context.today
    for later in range(9):
        made = _real(first.year + later, month, day.day)
        if made is not None and made >= first:
            return made
    raise Unresolved(NO_DAY)


def _check_weekdays(
    days: Sequence[dt.date], joints: Sequence[str], weekdays: Sequence[str], context: Context
) -> None:
    """A weekday that is written must be the day's; nobody knows which of the two is wrong.

    Raises Unresolved where it is not.
    """
    if not weekdays:
        return
    if len(weekdays) == len(days):
        pairs = list(zip(days, weekdays, strict=True))
    elif len(weekdays) == 1:
        among = days[:1] if "-" in joints else days
        pairs = [(day, weekdays[0]) for day in among]
    else:
        pairs = [(day, name) for day in days[:1] for name in weekdays[:1]]
    for day, name in pairs:
        if day.weekday() != WEEKDAYS[name]:
            names = WEEKDAY_NAMES.get(context.language, WEEKDAY_NAMES["en"])
            raise Unresolved("DATE_WEEKDAY", became=shown(day), weekday=names[day.weekday()])


def _real(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
