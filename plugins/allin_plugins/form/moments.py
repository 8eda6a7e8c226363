"""When an answer was sent, as services write it; what could be two dates is none."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_GERMAN = re.compile(
    r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:um\s+)?(\d{1,2}):(\d\d)(?::(\d\d))?)?(?:\s*Uhr)?\s*\Z"
)
_SLASHED = re.compile(
    r"\s*(\d{1,4})/(\d{1,2})/(\d{1,4})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?"
    r"(?:\s+(?:GMT|UTC|(?:MEZ|CET)|(?:MESZ|CEST))?([+-]\d{1,2})?(?::?(\d\d))?)?\s*\Z"
)
_ENGLISH = re.compile(
    r"\s*\w+,\s+(\w+)\s+(\d{1,2}),\s+(\d{4})\s+at\s+(\d{1,2}):(\d\d):(\d\d)\s*([AP]M)\s+GMT([+-]\d{1,2})(?::(\d\d))?\s*\Z"
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_EPOCH = range(946_684_800, 4_102_444_800)
"""Seconds from the year 2000 to 2100."""

_EXCEL_DAYS = range(36_526, 73_051)
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
_NEVER = 1980
"""LimeSurvey writes 1980-01-01 where it keeps no dates."""


def moment(written: Any, zone: dt.tzinfo | None) -> dt.datetime | None:
    """Read a point in time; `zone` holds where none is written, and without it such a time is none."""
    try:
        found = _read(written)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None or found.year <= _NEVER:
        return None
    if found.tzinfo is None:
        return found.replace(tzinfo=zone).astimezone(dt.UTC) if zone is not None else None
    return found.astimezone(dt.UTC)


def _read(written: Any) -> dt.datetime | None:
    if isinstance(written, bool) or written is None:
        return None
    if isinstance(written, int | float):
        return _number(written)
    if not isinstance(written, str):
        return None
    text = written.strip()
    if text.isdigit():
        return _number(int(text))
    if found := _GERMAN.match(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller knows the zone
    if found := _ENGLISH.match(text):
        return _english(found)
    if found := _SLASHED.match(text):
        return _slashed(found)
    return dt.datetime.fromisoformat(text)


def _number(number: float) -> dt.datetime | None:
    if int(number) in _EPOCH:
        return dt.datetime.fromtimestamp(number, dt.UTC)
    if int(number) // 1000 in _EPOCH:
        return dt.datetime.fromtimestamp(number / 1000, dt.UTC)
    if int(number) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + dt.timedelta(seconds=round(number * 86_400))
    return None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half.casefold() == "pm" else 0)


def _offset(hours: str | None, minutes: str | None) -> dt.timezone | None:
    if hours is None:
        return None
    ahead = dt.timedelta(hours=abs(int(hours)), minutes=int(minutes or 0))
    return dt.timezone(-ahead if hours.startswith("-") else ahead)


def _english(found: re.Match[str]) -> dt.datetime | None:
    month, day, year, hour, minute, second, half, ahead, rest = found.groups()
    if month.casefold() not in _MONTHS:
        return None
    at = _MONTHS.index(month.casefold()) + 1
    clock = (_hour(int(hour), half), int(minute), int(second))
    return dt.datetime(int(year), at, int(day), *clock, tzinfo=_offset(ahead, rest))


def _slashed(found: re.Match[str]) -> dt.datetime | None:
    """Read 2026/10/05, or 10/25/2026 where only one order is possible."""
    one, two, three, hour, minute, second, half, ahead, rest = found.groups()
    if len(one) == 4:
        year, month, day = int(one), int(two), int(three)
    elif len(three) == 4 and (int(one) > 12 or int(two) > 12 or one == two):
        year = int(three)
        day, month = (int(one), int(two)) if int(one) > 12 else (int(two), int(one))
    else:
        return None
    clock = (_hour(int(hour or 0), half), int(minute or 0), int(second or 0))
    return dt.datetime(year, month, day, *clock, tzinfo=_offset(ahead, rest))
