"""Moments of a calendar as drafts hold them: UTC for times, the day itself for what lasts all day."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

_DAY = 86_400


def moment(written: Mapping[str, Any] | None, home: str) -> str | None:
    """Turn wall time into UTC; what names no zone is in `home`, and what names an unknown one is nothing.

    Nor is a time in the first or last hours of the calendar, which in UTC lie outside it.
    """
    if written is None or written["kind"] == "unknown":
        return None
    if written["kind"] == "date":
        return str(written["value"])
    try:
        return _text(_utc(written, home))
    except OverflowError:
        return None


def is_day(written: Mapping[str, Any] | None) -> bool:
    """Whether a whole day is written, without a time."""
    return written is not None and written["kind"] == "date"


def day(written: Mapping[str, Any] | None, home: str) -> str | None:
    """Give the day of an all-day series that a moment names, as some programs write it.

    Midnight of `home` in UTC is the day that begins there; else the day is the one that is written.
    """
    if written is None:
        return None
    local = None
    if written["kind"] == "utc":
        with contextlib.suppress(OverflowError):
            local = _utc(written, home).astimezone(ZoneInfo(home))
    if local is not None and local.time() == dt.time():
        return local.date().isoformat()
    return str(written["value"])[:10]


def before(written: Mapping[str, Any], home: str, *, all_day: bool) -> str:
    """Give UNTIL of a series that ends before this moment: the day, or the second."""
    if all_day or is_day(written):
        last = dt.date.fromisoformat(day(written, home) or "") - dt.timedelta(days=1)
        return f"{last:%Y%m%d}"
    return f"{_utc(written, home) - dt.timedelta(seconds=1):%Y%m%dT%H%M%SZ}"


def ending(payload: Mapping[str, Any], home: str) -> tuple[str | None, str | None]:
    """Give the exclusive end of an event, and the code of what is wrong with it."""
    start, end, length = payload.get("dtstart"), payload.get("dtend"), payload.get("duration")
    if start is None or start["kind"] == "unknown" or (end is None and length is None):
        return None, None
    if end is None:
        assert length is not None  # noqa: S101 - one of both is there
        return _after(start, length, home)
    if end["kind"] == "unknown":
        return None, None
    if (start["kind"] == "date") != (end["kind"] == "date"):
        return None, "END_BEFORE_START"
    begins, ends = moment(start, home), moment(end, home)
    if begins is None or ends is None or begins == ends:
        # One day, or a moment: many programs write it so.
        return None, None
    return (ends, None) if begins < ends else (None, "END_BEFORE_START")


def last_day(end: str | None) -> str | None:
    """Say an end as drafts do: of whole days the last one, not the day after it."""
    if end is None or "T" in end:
        return end
    return (dt.date.fromisoformat(end) - dt.timedelta(days=1)).isoformat()


def _after(start: Mapping[str, Any], length: Mapping[str, int], home: str) -> tuple[str | None, str | None]:
    days, seconds = length["days"], length["seconds"]
    if days * _DAY + seconds <= 0:
        return None, "END_BEFORE_START" if days * _DAY + seconds < 0 else None
    try:
        if start["kind"] == "date":
            day = dt.date.fromisoformat(start["value"]) + dt.timedelta(days=days + math.ceil(seconds / _DAY))
            return day.isoformat(), None
        # Days are counted on the wall, hours by the clock that never changes (RFC 5545, 3.8.2.5).
        wall = dt.datetime.fromisoformat(start["value"]) + dt.timedelta(days=days)
        end = _utc({**start, "value": wall.isoformat()}, home) + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None, "END_BEFORE_START"
    return _text(end), None


def _utc(written: Mapping[str, Any], home: str) -> dt.datetime:
    """Take the first of two equal wall times, and a skipped one as before the gap (RFC 5545, 3.3.5)."""
    zone = {"utc": "UTC", "local": written.get("tzid")}.get(written["kind"]) or home
    wall = dt.datetime.fromisoformat(written["value"])
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def _text(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
