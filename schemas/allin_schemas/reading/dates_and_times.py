"""Reads days and moments. Days come out as '2026-10-05', moments as '2026-10-05T16:00:00Z'."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from allin_schemas.reading.cleaning import first, tidy
from allin_schemas.reading.days import Found, find_day, serial_day, shown
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable

_GERMAN = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:um\s+)?(\d{1,2})(?:[:.](\d{2}))?(\s*Uhr)?)?", re.ASCII
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_TIME = re.compile(
    r"(?<![\d.,])(\d{1,2})(?:[:.](\d{2}))?(?:[:](\d{2}))?\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?(?!\d)", re.I
)
_TIME_SPAN = re.compile(
    r"(?<![\d.,])(\d{1,2}(?:[:.]\d{2})?)\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?\s*(?:-|–|—|bis|to"
    r"|until)\s*\d{1,2}(?:[:.]\d{2})?\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?(?!\d)",
    re.I,
)
_FILLER = re.compile(r"\b(?:um|ab|von|at|from|gegen|uhr|den|am|t)\b|[,;|@\s()–-]", re.I)
_PART_OF_DAY = re.compile(r"0(?:,|\.(?![0-5]\d\Z))(\d{1,17})", re.ASCII)
"""0,75 is three quarters of a day; 0.45 is a quarter to one."""
_EPOCHS = (946_684_800, 4_133_980_800)
UTC = dt.UTC


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def read_date(cell: Any, context: Context) -> Reading:
    """A day."""
    if isinstance(cell, str):
        match = _GERMAN.fullmatch(cell)
        if match and match[4] is None:
            try:
                return Reading(dt.date(int(match[3]), int(match[2]), int(match[1])).isoformat())
            except ValueError:
                return unreadable("DATE_UNREADABLE", cell)
        if len(cell) == 10 and (match := _ISO.fullmatch(cell)):
            return _quick(cell, context) or unreadable("DATE_UNREADABLE", cell)
    elif isinstance(cell, list | tuple):
        return first(read_date, cell, context)
    reading = read_moment(cell, context)
    if reading.value is None:
        return reading
    findings = tuple(one for one in reading.findings if not one.code.startswith("TIME_"))
    if len(reading.value) == 10:
        return Reading(reading.value, findings)
    local = dt.datetime.fromisoformat(reading.value).astimezone(_zone(context.zone))
    return Reading(local.date().isoformat(), findings)


def read_moment(cell: Any, context: Context) -> Reading:
    """A day with its time, which is meant in the context's zone, or a whole day where no time was written."""
    if isinstance(cell, str):
        quick = _quick(cell, context)
        if quick:
            return quick
    elif isinstance(cell, list | tuple):
        return first(read_moment, cell, context)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number(cell, context)
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    quick = _quick(text, context)
    if quick:
        return quick
    if text.isdecimal() and text.isascii() and len(text) == 5:
        return _number(int(text), context)
    found = find_day(text, context)
    if found is None:
        return unreadable("DATE_UNREADABLE", text)
    return _timed(found, text, context)


def _quick(text: str, context: Context) -> Reading | None:
    """The two forms that nearly everybody writes; None when it is neither."""
    match = _GERMAN.fullmatch(text)
    try:
        if match:
            day, month, year, hour, minute, unit = match.groups()
            if hour is None:
                return Reading(dt.date(int(year), int(month), int(day)).isoformat())
            if minute is None and unit is None:
                return None
            zone = _zone(context.zone)
            wall = dt.datetime(int(year), int(month), int(day), int(hour), int(minute or 0), tzinfo=zone)
            return _local(wall, text)
        match = _ISO.fullmatch(text)
        if not match:
            return None
        if match[4] is None:
            return Reading(dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat())
        if match[7]:
            moment = dt.datetime.fromisoformat(text.replace(" Z", "Z").replace(" +", "+"))
            return _utc(moment.astimezone(UTC))
        if text.endswith("00:00:00"):
            return Reading(text[:10])
        clock = dt.time(int(match[4]), int(match[5]), int(match[6] or 0), tzinfo=_zone(context.zone))
        return _local(dt.datetime.combine(dt.date(int(match[1]), int(match[2]), int(match[3])), clock), text)
    except (ValueError, OverflowError):
        return None


def _utc(moment: dt.datetime, findings: tuple[Finding, ...] = ()) -> Reading:
    if moment.microsecond >= 500_000:
        moment += dt.timedelta(seconds=1)
    return Reading(f"{moment.isoformat()[:19]}Z", findings)


def _local(wall: dt.datetime, text: str, findings: tuple[Finding, ...] = ()) -> Reading:
    """A wall time of its zone as UTC, with a hint where the clocks are changed."""
    before, after = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    if before is not None and after is not None and before != after:
        code = "TIME_SKIPPED" if before < after else "TIME_TWICE"
        meant = wall.astimezone(UTC).astimezone(wall.tzinfo)
        findings = (*findings, finding(code, text, became=f"{meant:%H:%M}"))
    if before is None:
        before = dt.timedelta()
    return _utc(wall.replace(tzinfo=None) - before, findings)


def _number(number: float, context: Context) -> Reading:
    """A spreadsheet's serial number, a date without separators, or seconds since 1970."""
    text = str(number)
    if not math.isfinite(number):
        return unreadable("DATE_UNREADABLE", text)
    day = serial_day(number)
    if day:
        seconds = round(math.modf(number)[0] * 86_400)
        hint = finding("DATE_SERIAL", text, became=shown(day))
        if not seconds:
            return Reading(day.isoformat(), (hint,))
        wall = dt.datetime.combine(day, dt.time(tzinfo=_zone(context.zone))) + dt.timedelta(seconds=seconds)
        return _local(wall, text, (hint,))
    if number == int(number) and 18_000_101 <= number <= 21_001_231:
        found = find_day(str(int(number)), context)
        if found:
            return Reading(found.day.isoformat())
    for unit in (1, 1000):
        if _EPOCHS[0] * unit <= number <= _EPOCHS[1] * unit:
            return _utc(dt.datetime.fromtimestamp(number / unit, UTC))
    return unreadable("DATE_UNREADABLE", text)


def _timed(found: Found, text: str, context: Context) -> Reading:
    """The day together with the time that stands beside it."""
    rest = found.rest.strip(" ,;|")
    if not rest or not _FILLER.sub("", rest):
        return Reading(found.day.isoformat(), found.findings)
    if part := _PART_OF_DAY.fullmatch(rest):
        return _local(*_serial_time(found, text, f"0.{part[1]}", _zone(context.zone)))
    span = _TIME_SPAN.search(rest)
    if span and not _TIME.fullmatch(span.group()):
        match = _TIME.search(f"{span[1]} {span[3] or span[2] or 'Uhr'}")
        before, after = rest[: span.start()], rest[span.end() :]
    else:
        found_times = [one for one in _TIME.finditer(rest) if one[2] or one[4]]
        match = found_times[0] if found_times else None
        before, after = (rest[: match.start()], rest[match.end() :]) if match else ("", "")
        span = None
    wall = _wall(found.day, match, _zone(context.zone)) if match else None
    if wall is None:
        return Reading(
            found.day.isoformat(),
            (*found.findings, finding("TIME_UNREADABLE", text, became=shown(found.day))),
        )
    findings = found.findings
    if span:
        findings = (*findings, finding("TIME_RANGE", text, became=f"{wall:%H:%M}"))
    elif _FILLER.sub("", f"{before} {after}"):
        findings = (*findings, finding("TIME_REST", text, became=f"{shown(found.day)}, {wall:%H:%M}"))
    return _local(wall, text, findings)


def _serial_time(
    found: Found, text: str, part: str, zone: ZoneInfo
) -> tuple[dt.datetime, str, tuple[Finding, ...]]:
    """The moment that a spreadsheet means by a part of a day."""
    minutes = min(round(float(part) * 24 * 60), 24 * 60 - 1)
    wall = dt.datetime.combine(found.day, dt.time(minutes // 60, minutes % 60, tzinfo=zone))
    return wall, text, (*found.findings, finding("TIME_SERIAL", text, became=f"{wall:%H:%M}"))


def _wall(day: dt.date, match: re.Match[str], zone: ZoneInfo) -> dt.datetime | None:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "").casefold().replace(".", "")
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour == 24 and not minute and not second:
        day, hour = day + dt.timedelta(days=1), 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return dt.datetime.combine(day, dt.time(hour, minute, second, tzinfo=zone))
