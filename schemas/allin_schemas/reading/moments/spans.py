"""Reads from when to when something lasts, from all the cells that people spread it over.

People write the last day ('Bis 6.12.'), the model holds the day after it: this is the one place that turns the one
into the other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from allin_schemas.reading.cleaning import cells_of
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding
from allin_schemas.reading.moments.resolve import shown
from allin_schemas.reading.moments.sides import Dated, Side, side_of
from allin_schemas.reading.moments.times import written
from allin_schemas.reading.moments.tokens import MIDNIGHT, Time

_DAY = dt.timedelta(days=1)
_LONGEST_NIGHT = MIDNIGHT // 2
"""An end by the clock before the start is the next day's, where the span is not longer than this."""
_LONGEST_NOTE = 300
_GERMAN = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:um\s+)?(\d{1,2}):(\d{2})(?:\s*Uhr)?)?", re.ASCII
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|(?<=\d)[+]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d)(?: ?Uhr)?|(?:\.([0-5]\d))? ?Uhr)", re.ASCII)


class Span(NamedTuple):
    """What cells say of a time: a start, an end as the model holds it, and further starts of the same length."""

    start: str | None = None
    end: str | None = None
    rdates: tuple[str, ...] = ()
    all_day: bool = False
    note: str = ""
    findings: tuple[Finding, ...] = ()
    """Each with `start` or `end` as its part."""


NOTHING = Span()


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of this name."""
    return ZoneInfo(name)


@lru_cache(maxsize=500)
def is_zone(name: Any) -> bool:
    """Whether a zone of the IANA database has this name."""
    try:
        return isinstance(name, str) and bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):  # not found, or no name at all
        return False


def quick(text: str, context: Context) -> str | None:
    """The two forms that nearly everybody writes; None when it is neither, or no such moment exists."""
    match = _GERMAN.fullmatch(text)
    try:
        if match:
            day, month, year, hour, minute = match.groups()
            if hour is None:
                return dt.date(int(year), int(month), int(day)).isoformat()
            wall = dt.datetime(int(year), int(month), int(day), int(hour), int(minute))  # noqa: DTZ001
            return _sure(wall, context)
        match = _ISO.fullmatch(text)
        if not match:
            return None
        if match[4] is None:
            return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if match[7]:
            return _utc(dt.datetime.fromisoformat(text).astimezone(dt.UTC))
        if text.endswith("00:00:00"):
            return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        clock = dt.time(int(match[4]), int(match[5]), int(match[6] or 0))
        return _sure(
            dt.datetime.combine(dt.date(int(match[1]), int(match[2]), int(match[3])), clock), context
        )
    except (ValueError, OverflowError):
        return None


def _sure(wall: dt.datetime, context: Context) -> str | None:
    """A wall time that exists once, as UTC."""
    local = wall.replace(tzinfo=zone_of(context.zone))
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    return _utc(wall - before) if before is not None and before == after else None


def _utc(moment: dt.datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"


def read_span(
    starts: Any,
    ends: Any,
    context: Context,
    *,
    all_day: bool | None = None,
    ending: Context | None = None,
) -> Span:
    """From when to when it lasts, as the cells of the start and of the end say together.

    `ending` is the context of the end's columns, where it is another.
    """
    starts = _cells(starts)
    ends = _cells(ends)
    found = _quick_start(starts, context)
    if found is not None and not (all_day and len(found) > 10):
        if not ends:
            return Span(found, all_day=len(found) == 10 and all_day is not False)
        until = _quick_end(ends, found, starts, context)
        if until is not None:
            return Span(found, until, all_day=len(found) == 10 and all_day is not False)
    start = side_of(starts, context)
    first = start.days[0].day if start.days else None
    end = side_of(ends, ending or context, after=first, ends=True) if ends else Side()
    return _Spanned(start, end, context, all_day).span()


def _cells(cell: Any) -> list[Any]:
    return [one for one in cells_of(cell) if one != ""] if cell.__class__ is not str else [cell]


def _quick_start(cells: Sequence[Any], context: Context) -> str | None:
    if len(cells) == 1 and cells[0].__class__ is str:
        return quick(cells[0], context)
    if len(cells) == 2 and cells[0].__class__ is str and cells[1].__class__ is str:
        day, clock = cells
        time = _CLOCK.fullmatch(clock)
        found = quick(day, context) if time and len(day) <= 10 else None
        if time and found is not None and len(found) == 10:
            return _sure(
                dt.datetime.combine(
                    dt.date.fromisoformat(found), dt.time(int(time[1]), int(time[2] or time[3] or 0))
                ),
                context,
            )
    return None


def _quick_end(cells: Sequence[Any], start: str, starts: Sequence[Any], context: Context) -> str | None:
    """An end that is a moment, a time later on the same day, or of whole days a later one."""
    if len(cells) > 2:
        return None
    if len(start) == 10:
        last = _quick_start(cells, context)
        if last is None or len(last) > 10 or last <= start:
            return None
        return (dt.date.fromisoformat(last) + _DAY).isoformat()
    if len(cells) == 1 and cells[0].__class__ is str and _CLOCK.fullmatch(cells[0]):
        cells = [starts[0].partition(" ")[0].rstrip(","), cells[0]]
    ending = _quick_start(cells, context)
    return ending if ending is not None and len(ending) > 10 and ending > start else None


class _Spanned:
    """Puts the start and the end together."""

    def __init__(self, start: Side, end: Side, context: Context, all_day: bool | None) -> None:
        self._start = start
        self._end = end
        self._context = context
        self._all_day = all_day
        self._findings: list[Finding] = []

    def span(self) -> Span:
        start, end = self._start, self._end
        if start.is_blank and end.is_blank:
            return NOTHING
        if start.fault is not None or not start.days:
            if not start.is_blank:
                self._told(start.fault or "DATE_UNREADABLE", start, "start", **start.params)
            if end.fault == "DATE_ORDER_UNCLEAR":  # what is asked about is asked at once
                self._told(end.fault, end, "end")
            return Span(findings=tuple(self._findings))
        self._findings += [one._replace(part="start") for one in start.findings]
        note = self._noted()
        if self._all_day and not start.time_bad and any(one.starts is not None for one in start.days):
            if all(one.starts is None or _is_midnight(one.starts) for one in start.days):
                start.days = [Dated(one.day) for one in start.days]
            else:
                self._told("ALL_DAY_WITH_TIME", start, "all_day")
        self._drop_quiet()
        moments = [self._moment(one.day, one.starts, start, "start") for one in start.days]
        if start.time_bad and not any(one.code == "TIME_SKIPPED" for one in self._findings):
            told = start.time_text or start.text
            self._findings.append(
                finding("TIME_UNREADABLE", told, became=shown(start.days[0].day))._replace(part="start")
            )
        first = moments[0]
        if len(first) == 10 and any(len(one) > 10 for one in moments):
            moments = [one.day.isoformat() for one in start.days]
            first = moments[0]
        ending = self._ending(first)
        rdates = () if start.is_range else tuple(dict.fromkeys(moments[1:]))
        timed = len(first) > 10
        all_day = not timed and not start.time_bad and self._all_day is not False and not end.time_bad
        if start.all_day and not timed:
            all_day = True
        return Span(first, ending, rdates, all_day, note, tuple(self._findings))

    def _noted(self) -> str:
        """The words beside the times; those of an end that cannot be read are told, not kept."""
        notes = [self._start.note, self._end.note if self._end.fault is None else ""]
        return ", ".join(dict.fromkeys(filter(None, notes)))[:_LONGEST_NOTE].strip()

    def _drop_quiet(self) -> None:
        """Midnight that a program wrote beside a day is no time."""
        self._start.days = [
            one._replace(starts=None)
            if one.starts is not None and one.starts.quiet and one.ends is None
            else one
            for one in self._start.days
        ]

    def _told(self, code: str, side: Side, part: str, **params: str) -> None:
        self._findings.append(finding(code, side.text, **params)._replace(part=part))

    def _ending(self, first: str) -> str | None:
        """The end as the model holds it: a moment, or the day after the last."""
        start, end = self._start, self._end
        own = self._own_end()
        if end.is_blank:
            return self._later(own, first, start)
        if end.fault is not None:
            self._told(end.fault, end, "end", **end.params)
            return self._later(own, first, start)
        self._findings += [one._replace(part="end") for one in end.findings]
        if len(end.days) > 1 or end.ends is not None or any(one.ends is not None for one in end.days):
            self._told("DATE_UNDECIDED" if len(end.days) > 1 else "TIME_UNREADABLE", end, "end", became="–")
            return self._later(own, first, start)
        if end.time_bad:
            if end.days:
                became = shown(end.days[0].day)
                self._told("TIME_UNREADABLE", end, "end", became=became)
                return self._by_day(end.days[0].day)
            if re.search(r"\d", end.text):
                self._told("TIME_UNREADABLE", end, "end", became=shown(start.days[-1].day))
            return self._later(own, first, start)
        if not end.days and end.starts is None:
            return self._later(own, first, start)
        if end.days:
            return self._dated_end(end.days[0], own, first)
        return self._clock_end(end.starts)

    def _dated_end(self, last: Dated, own: Any, first: str) -> str | None:
        start, end = self._start, self._end
        if start.is_range and start.days[-1].day != last.day:
            self._told("DATE_UNDECIDED", end, "end")
            return None
        time = last.starts
        if time is not None and time.quiet:
            time = None
        begins = start.days[0]
        if time is None and begins.ends is not None:
            if last.day == begins.day:
                return self._later(own, first, start)
            self._told("TIME_UNREADABLE", end, "end", became=shown(last.day))
            return self._by_day(last.day)
        if time is not None and begins.starts is None:
            if not start.time_bad:
                self._told("START_TIME_MISSING", end, "end", became=shown(begins.day))
            return self._by_day(last.day)
        if time is None:
            return self._by_day(last.day)
        if len(start.days) > 1 and not start.is_range:
            self._told("DATE_UNDECIDED", end, "end")
            return None
        return self._later(self._moment(last.day, time, end, "end"), first, end)

    def _clock_end(self, time: Time | None) -> str | None:
        start, end = self._start, self._end
        begins = start.days[0]
        if time is None:
            return None
        if time.quiet:  # '00:00:00' may be an empty cell
            self._told("TIME_UNREADABLE", end, "end", became=shown(begins.day))
            return None
        if begins.starts is None:
            if not start.time_bad:
                self._told("START_TIME_MISSING", end, "end", became=shown(begins.day))
            return self._by_day(start.days[-1].day) if start.is_range else None
        if start.is_range:
            if start.days[1].starts is not None:
                self._told("TIME_UNREADABLE", end, "end", became=shown(start.days[1].day))
            else:  # from the first day's time to the last day's
                self._told("TIME_UNREADABLE", end, "end", became=shown(start.days[1].day))
            return self._by_day(start.days[1].day)
        if begins.ends is not None and begins.ends.minutes != time.minutes:
            self._told("TIME_UNREADABLE", end, "end", became=shown(begins.day))
            return None
        return self._by_clock(begins, time, end)

    def _own_end(self) -> str | None:
        """The end that the cells of the start say."""
        start = self._start
        if start.is_range:
            last = start.days[-1]
            if last.starts is None or start.days[0].starts is None:
                return self._by_day(last.day)
            return self._moment(last.day, last.starts, start, "start")
        one = start.days[0]
        return None if one.ends is None or one.starts is None else self._by_clock(one, one.ends, start)

    def _by_clock(self, begins: Dated, time: Time, side: Side) -> str | None:
        """An end by the clock: the same day's, or the next one's for a night."""
        if begins.starts is None or time.minutes == begins.starts.minutes:
            return None
        length = (time.minutes - begins.starts.minutes) % MIDNIGHT
        day = begins.day
        if time.minutes < begins.starts.minutes:
            if length > _LONGEST_NIGHT:
                self._told("END_BEFORE_START", side, "end")
                return None
            day += _DAY
        if time.ahead is None:
            time = time._replace(ahead=begins.starts.ahead)
        made = self._moment(day, time, side, "end")
        return made if len(made) > 10 else None

    def _by_day(self, last: dt.date) -> str | None:
        """The day after the last one; nothing where the last is the first."""
        begins = self._start.days[0].day
        if last == begins:
            return None
        if last < begins:
            self._told("END_BEFORE_START", self._end, "end")
            return None
        return (last + _DAY).isoformat()

    def _later(self, ending: str | None, first: str, side: Side) -> str | None:
        if ending is None or ending == first:
            return None
        if len(ending) > 10 and len(first) > 10 and ending < first:
            self._told("END_BEFORE_START", side, "end")
            return None
        return ending

    def _moment(self, day: dt.date, time: Time | None, side: Side, part: str) -> str:
        """A day and a time as UTC; the day alone where no time is known, or none such exists."""
        if time is None:
            return day.isoformat()
        try:
            wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(
                minutes=time.minutes, seconds=time.seconds
            )
            if time.code:
                self._findings.append(finding(time.code, side.text, became=written(time))._replace(part=part))
            if time.ahead is not None:
                return _utc(wall - dt.timedelta(minutes=time.ahead))
            local = wall.replace(tzinfo=zone_of(self._context.zone))
            before, after = (
                local.utcoffset() or dt.timedelta(),
                local.replace(fold=1).utcoffset() or dt.timedelta(),
            )
            if before < after:
                side.time_bad = True
                code = finding("TIME_SKIPPED", side.text, became=shown(day))
                self._findings.append(code._replace(part=part))
                return day.isoformat()
            if before > after:
                code = finding("TIME_TWICE", side.text, became=written(time))
                self._findings.append(code._replace(part=part))
            return _utc(wall - before)
        except OverflowError:
            return day.isoformat()


def _is_midnight(time: Time) -> bool:
    return not time.minutes % MIDNIGHT and not time.seconds


def read_when(
    cells: Mapping[str, Any],
    context: Context,
    *,
    all_day: bool | None = None,
    ending: Context | None = None,
) -> Reading:
    """`start`, `end`, `rdates`, `all_day` and `time_note` of an event, from the cells of its start and its end."""
    span = read_span(cells.get("start"), cells.get("end"), context, all_day=all_day, ending=ending)
    if span is NOTHING:
        return BLANK
    value: dict[str, Any] = {}
    if span.start is not None:
        value["start"] = span.start
        if span.end is not None:
            value["end"] = span.end
        if span.rdates:
            value["rdates"] = list(span.rdates)
        if span.all_day or all_day is not None:
            value["all_day"] = span.all_day
        if span.note:
            value["time_note"] = span.note
    return Reading(value or None, span.findings)
