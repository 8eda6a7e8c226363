"""The dates of an event: derived from the series and its exceptions each time, never stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from allin_hub.dates.rrule import is_refused, rule, wall_times
from allin_schemas import Event, EventStatus, Override, Place

MOST = 1_000
_Moment = dt.datetime | dt.date
_DAY = dt.timedelta(days=1)
_LONGEST = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of an event, in local time; `end` is exclusive, and None where none is known.

    What lasts all day begins and ends at midnight.
    """

    start: dt.datetime
    end: dt.datetime | None
    all_day: bool
    status: EventStatus
    title: str
    location: Place | None
    overridden: bool = False


class _Series(NamedTuple):
    """What the dates of an event follow from; hashable, so that they are derived once."""

    start: dt.datetime
    """Naive wall time; midnight for what lasts all day."""
    zone: str
    rrule: str | None
    rdates: tuple[dt.datetime, ...]
    exdates: frozenset[dt.datetime]
    exdays: frozenset[dt.date]


def event_dates(
    event: Event, since: dt.datetime, until: dt.datetime, *, most: int = MOST, zone: str | None = None
) -> list[Occurrence]:
    """List the dates that touch the window from `since` to `until`, in order, at most `most` of them.

    A series keeps its wall time when the clocks change. Dates are in the event's own time zone, or in `zone`.
    A cancelled date is listed as cancelled; an excluded one is not.
    """
    local = ZoneInfo(event.zone)
    all_day = not isinstance(event.start, dt.datetime)
    series = _Series(
        _wall(event.start, local),
        event.zone,
        event.rrule,
        tuple(_wall(moment, local) for moment in event.rdates),
        frozenset(_instant(moment, local) for moment in event.exdates),
        frozenset(moment for moment in event.exdates if not isinstance(moment, dt.datetime)),
    )
    length = _length(event, series.start, local)
    changed = {_instant(override.recurrence_id, local): override for override in event.overrides}
    changed_days = {
        override.recurrence_id
        for override in event.overrides
        if not (all_day or isinstance(override.recurrence_id, dt.datetime))
    }
    margin = max(length or _DAY, _DAY)
    first, last = _wall(since, local) - margin, _wall(until, local) + _DAY
    found = [
        _overridden(event, override, series.start, length, local)
        for instant, override in changed.items()
        if not (override.cancelled and instant in series.exdates)
    ]
    taken = {*changed, *(_utc(occurrence.start) for occurrence in found)}
    found += [
        _regular(event, wall, series.start, length, local)
        for wall in _starts(series, first, last, most + len(changed))
        if _utc(wall, local) not in taken and wall.date() not in changed_days
    ]
    seen = [occurrence for occurrence in found if _touches(occurrence, since, until)]
    seen.sort(key=lambda occurrence: (occurrence.start.astimezone(dt.UTC), occurrence.title))
    return [_shown(occurrence, ZoneInfo(zone)) for occurrence in seen[:most]] if zone else seen[:most]


@lru_cache(maxsize=20_000)
def _starts(series: _Series, first: dt.datetime, last: dt.datetime, most: int) -> tuple[dt.datetime, ...]:
    """Wall times of the series from `first` to before `last`, without what is excluded."""
    zone = ZoneInfo(series.zone)
    found: set[dt.datetime] = set()
    for wall in _all_starts(series, zone, last):
        if not first <= wall < last or wall.date() in series.exdays or _utc(wall, zone) in series.exdates:
            continue
        found.add(wall)
        if len(found) > most + len(series.rdates):
            break
    return tuple(sorted(found))


def _all_starts(series: _Series, zone: ZoneInfo, last: dt.datetime) -> Iterator[dt.datetime]:
    yield from series.rdates
    if not series.rrule or is_refused(series.rrule):
        yield series.start
        return
    ends = rule(series.rrule).last(zone)
    # UNTIL before the start is how calendar programs write a series that was deleted as a whole.
    if ends is None or ends >= series.start:
        yield series.start
    yield from wall_times(series.rrule, series.start, zone, last)


def _regular(
    event: Event, wall: dt.datetime, first: dt.datetime, length: dt.timedelta | None, zone: ZoneInfo
) -> Occurrence:
    exact = wall == first and isinstance(event.start, dt.datetime)
    start = _at(event.start, zone) if exact else _local(wall, zone)
    end = _at(event.end, zone) if exact and event.end is not None else None
    return Occurrence(
        start,
        end if end is not None and _utc(end) > _utc(start) else _end(wall, start, length, zone),
        not isinstance(event.start, dt.datetime),
        event.status,
        event.title,
        event.location,
    )


def _overridden(
    event: Event, override: Override, first: dt.datetime, length: dt.timedelta | None, zone: ZoneInfo
) -> Occurrence:
    given = override.start if override.start is not None else override.recurrence_id
    timed = isinstance(event.start, dt.datetime)
    all_day = not isinstance(given, dt.datetime)
    if all_day and timed and override.start is None:
        # A date that is named by its day alone keeps the time of the series.
        given, all_day = _local(dt.datetime.combine(given, first.time()), zone), False
    if all_day == timed:
        length = _DAY if all_day else None
    start = _at(given, zone)
    end = _at(override.end, zone) if override.end is not None else None
    cancelled = override.cancelled or event.status is EventStatus.CANCELLED
    return Occurrence(
        start,
        end if end is not None and _utc(end) > _utc(start) else _end(_wall(given, zone), start, length, zone),
        all_day,
        EventStatus.CANCELLED if cancelled else event.status,
        override.title or event.title,
        override.location or event.location,
        overridden=True,
    )


def _length(event: Event, start: dt.datetime, zone: ZoneInfo) -> dt.timedelta | None:
    """How long each date lasts by the clock on the wall; None where no end is known."""
    least = _DAY if not isinstance(event.start, dt.datetime) else None
    if event.end is None:
        return least
    length = _wall(event.end, zone) - start
    return min(length, _LONGEST) if length > dt.timedelta(0) else least


def _end(
    wall: dt.datetime, start: dt.datetime, length: dt.timedelta | None, zone: ZoneInfo
) -> dt.datetime | None:
    if length is None:
        return None
    end = _local(wall + length, zone)
    # Where the clock skips or repeats an hour, the wall would give nothing or less than nothing.
    return end if _utc(end) > _utc(start) else (_utc(start) + length).astimezone(zone)


def _touches(occurrence: Occurrence, since: dt.datetime, until: dt.datetime) -> bool:
    start, end = _utc(occurrence.start), occurrence.end
    return start < _utc(until) and (start >= _utc(since) or (end is not None and _utc(end) > _utc(since)))


def _shown(occurrence: Occurrence, zone: ZoneInfo) -> Occurrence:
    if occurrence.all_day:
        return occurrence
    end = occurrence.end.astimezone(zone) if occurrence.end is not None else None
    return replace(occurrence, start=occurrence.start.astimezone(zone), end=end)


def _at(moment: _Moment, zone: ZoneInfo) -> dt.datetime:
    """Show the moment in local time; midnight for a day."""
    return moment.astimezone(zone) if isinstance(moment, dt.datetime) else _local(_wall(moment, zone), zone)


def _wall(moment: _Moment, zone: ZoneInfo) -> dt.datetime:
    """Read the clock and the calendar on the wall, naive; midnight for a day."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone.")
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _local(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Take the first of two moments of a wall time, and a later one where the clock skips it (RFC 5545)."""
    return wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)


def _instant(moment: _Moment, zone: ZoneInfo) -> dt.datetime:
    return _utc(_at(moment, zone))


def _utc(moment: dt.datetime, zone: ZoneInfo | None = None) -> dt.datetime:
    """Turn to UTC, where `datetime` compares moments and not clocks; a wall time needs its zone."""
    return (moment if zone is None else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
