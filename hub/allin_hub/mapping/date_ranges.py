"""One start and one end from the columns and cells that people spread them over."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_TIME = re.compile(
    r"\s*(?:um|ab|von|at|from)?\s*([01]?\d|2[0-4])(?:[:.h]([0-5]\d))?(?::[0-5]\d(?:\.0+)?)?\s*(?:uhr|h)?\s*\Z",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\s*(?:von|from)?\s*([01]?\d|2[0-4])(?:[:.h]([0-5]\d))?\s*(?:uhr|h)?\s*(?:-|–|—|bis|to)\s*"
    r"([01]?\d|2[0-4])(?:[:.h]([0-5]\d))?\s*(?:uhr|h)?\s*\Z",
    re.IGNORECASE,
)
_DAY_THEN_SPAN = re.compile(
    r"(?P<day>.*?\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zäÄ]{3,9}\.?)\s?(?:\d{4})?|\d{4}-\d\d-\d\d)"
    r"(?:\s*,\s*|\s+)(?P<span>(?:von\s+)?\d{1,2}(?:[:.h]\d\d)?\s*(?:uhr)?\s*(?:-|–|—|bis)\s*\d{1,2}(?:[:.h]\d\d)?\s*(?:uhr|h)?)\s*\Z",
    re.IGNORECASE,
)
_PART_OF_DAY = re.compile(r"\s*0[.,](\d{1,17})\s*\Z", re.ASCII)
_GERMAN_DAY = re.compile(r"\D*?(\d{1,2})\.(\d{1,2})\.(\d{4})\s*\Z")
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)\s*\Z")
_EXCEL_DAYS = range(20_000, 80_000)
_EXCEL_EPOCH = dt.date(1899, 12, 30)


class Clock(NamedTuple):
    """A time of day as people write it, and the second one where they write a span."""

    starts: str
    ends: str | None = None
    written: str | None = None
    """The cell itself where its reader has to tell people what it became."""


def span(starts: Sequence[Any], ends: Sequence[Any]) -> tuple[Any, Any]:
    """Say the start and the end that these cells hold together: `05.10.2026 18:00`; None where there is none.

    Cells that are alone stay as they are.
    """
    if len(starts) == 1 and isinstance(starts[0], str):
        split = _DAY_THEN_SPAN.match(starts[0])
        if split is not None:
            starts = [split["day"], split["span"]]
    day, clock = _sorted(starts)
    end_day, end_clock = _sorted(ends)
    start = _joined(day, clock.written or clock.starts if clock else None)
    until = end_clock.starts if end_clock else clock.ends if clock else None
    if end_day is None and until is None:
        return start, None
    if end_day is None and _is_impossible(day):
        return start, None
    if end_day is None and day is not None:
        overnight = clock is not None and until is not None and _minutes(until) <= _minutes(clock.starts)
        end_day = _next(day) if overnight else _plain_day(day)
    return start, _joined(end_day, end_clock.written or until if end_clock else until)


def _sorted(cells: Sequence[Any]) -> tuple[Any, Clock | None]:
    """Find the first cell that holds a day, or whatever else, and the first that holds only a time."""
    day: Any = None
    clock: Clock | None = None
    for cell in cells:
        found = clock_of(cell)
        if found is None:
            day = cell if day is None else day
        else:
            clock = found if clock is None else clock
    return day, clock


def clock_of(cell: Any) -> Clock | None:
    """Read the time of day in a cell that holds nothing else."""
    if isinstance(cell, str):
        found = _SPAN.match(cell)
        if found:
            return Clock(_written(found[1], found[2]), _written(found[3], found[4]))
        found = _TIME.match(cell)
        if found:
            return Clock(_written(found[1], found[2]))
        found = _PART_OF_DAY.match(cell)
        return Clock(_part_of_day(float(f"0.{found[1]}")), written=cell.strip()) if found else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    if 0 <= cell < 1:
        return Clock(_part_of_day(cell))
    return Clock(f"{cell:02}:00") if isinstance(cell, int) and cell <= 24 else None


def _part_of_day(part: float) -> str:
    minutes = round(part * 24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _written(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _joined(day: Any, clock: str | None) -> Any:
    if clock is None:
        return day
    if day is None:
        return clock
    text = str(_plain_day(day)).strip()
    return text if ":" in text else f"{text} {clock}"


def _plain_day(day: Any) -> Any:
    """Write a day that a spreadsheet gives as its number as a date."""
    if isinstance(day, int | float) and not isinstance(day, bool) and int(day) in _EXCEL_DAYS:
        return (_EXCEL_EPOCH + dt.timedelta(days=int(day))).isoformat()
    return day


def _is_impossible(day: Any) -> bool:
    """Whether no calendar has this day; said once about the start, it needs no second problem at the end."""
    text = str(day)
    german, iso = _GERMAN_DAY.match(text), _ISO_DAY.match(text)
    parts = (german[3], german[2], german[1]) if german else iso.groups() if iso else None
    if parts is None:
        return False
    try:
        dt.date(*map(int, parts))
    except ValueError:
        return True
    return False


def _next(day: Any) -> Any:
    """Give the day after, for what ends past midnight; the same day where it is not written in full."""
    text = str(_plain_day(day))
    try:
        if found := _GERMAN_DAY.match(text):
            return (dt.date(int(found[3]), int(found[2]), int(found[1])) + dt.timedelta(days=1)).isoformat()
        if found := _ISO_DAY.match(text):
            return (dt.date(int(found[1]), int(found[2]), int(found[3])) + dt.timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return day
    return day
