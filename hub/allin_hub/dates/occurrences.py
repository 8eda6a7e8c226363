"""The dates of an event: derived from the series and its exceptions each time, never stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from allin_hub.dates.rrule import is_refused, rule, wall_times
from allin_schemas import Event, EventStatus, Localized, LocalizedText, Origin, Override, Place

MOST = 1_000
_Moment = dt.datetime | dt.date
_DAY = dt.timedelta(days=1)
_LONGEST = dt.timedelta(days=400)
_NONE = dt.timedelta(0)
_MOST_FOLLOWING = 366
_FOLLOWING = dt.timedelta(days=10 * 366)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of an event, in local time; `end` is exclusive, and None where none is known.

    What lasts all day begins and ends at midnight. Title, place, text, link and status are this date's own
    where it has some, else those of its series.
    """

    start: dt.datetime
    end: dt.datetime | None
    all_day: bool
    status: EventStatus
    title: str
    location: Place | None
    overridden: bool = False
    description: LocalizedText | None = None
    url: str | None = None
    """The page about this date."""


class ChangedDate(NamedTuple):
    """A date of a series that differs from it, and the moment that names it: its start by the rule, in local time.

    `and_following` says that all later dates differ in the same way.
    """

    named: dt.datetime
    date: Occurrence
    and_following: bool = False


class _Series(NamedTuple):
    """What the dates of an event follow from; hashable, so that they are derived once."""

    start: dt.datetime
    """Naive wall time; midnight for what lasts all day."""
    zone: str
    all_day: bool
    rrule: str | None
    rdates: tuple[dt.datetime, ...]
    exdates: frozenset[dt.datetime]
    exdays: frozenset[dt.date]


@dataclass(frozen=True, slots=True)
class _Look:
    """What the dates of a series say and how they stand to its rule, from one of them on."""

    shift: dt.timedelta
    """How much later than by the rule a date begins, by the clock on the wall."""
    length: dt.timedelta | None
    all_day: bool
    status: EventStatus
    title: str
    location: Place | None
    description: LocalizedText | None
    url: str | None


def event_dates(
    event: Event, since: dt.datetime, until: dt.datetime, *, most: int = MOST, zone: str | None = None
) -> list[Occurrence]:
    """List the dates that touch the window from `since` to `until`, in order, at most `most` of them.

    A series keeps its wall time when the clocks change. Dates are in the event's own time zone, or in `zone`.
    A cancelled date is listed as cancelled; an excluded one is not.
    """
    dates = _Dates(event)
    found = [changed.date for changed in dates.changed()]
    regular = dates.regular(since, until, most)
    if found:
        taken = {(_utc(date.start), date.title) for date in found}
        regular = [date for date in regular if (_utc(date.start), date.title) not in taken]
    first, last = _utc(since), _utc(until)
    seen = [occurrence for occurrence in (*found, *regular) if _touches(occurrence, first, last)]
    seen.sort(key=lambda occurrence: (occurrence.start.astimezone(dt.UTC), occurrence.title))
    return [_shown(occurrence, ZoneInfo(zone)) for occurrence in seen[:most]] if zone else seen[:most]


def changed_dates(event: Event) -> list[ChangedDate]:
    """List the dates that differ from their series, in order, for calendars.

    Many calendar programs know no change of all following dates: the next 366 of them are listed one by one.
    """
    dates = _Dates(event)
    found = dates.changed()
    for changed in found.copy():
        if changed.and_following:
            found += dates.following(changed.named)
    return sorted(found, key=lambda changed: (_utc(changed.named), not changed.and_following))


class _Dates:
    """The dates of one event: those that follow its rule, and those that were changed."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._zone = zone = ZoneInfo(event.zone)
        self._all_day = all_day = not isinstance(event.start, dt.datetime)
        exdates = [meant(moment, zone) if all_day else moment for moment in event.exdates]
        self._series = _Series(
            _wall(event.start, zone),
            event.zone,
            all_day,
            event.rrule,
            tuple(_wall(meant(moment, zone) if all_day else moment, zone) for moment in event.rdates),
            frozenset(_instant(moment, zone) for moment in exdates),
            frozenset(moment for moment in exdates if not isinstance(moment, dt.datetime)),
        )
        self._own = _Look(
            _NONE,
            _length(event, self._series.start, zone),
            all_day,
            event.status,
            event.title,
            event.location,
            event.description,
            event.url,
        )
        self._overrides = {self._named(one.recurrence_id): one for one in event.overrides}
        self._days = {
            one.recurrence_id
            for one in event.overrides
            if not (all_day or isinstance(one.recurrence_id, dt.datetime))
        }
        self._looks: list[tuple[dt.datetime, _Look]] = []
        for named, override in sorted(self._overrides.items()):
            if override.and_following:
                self._looks.append((named, self._changed(named, override)))

    def changed(self) -> list[ChangedDate]:
        """Give each date that has an exception, unless it is cancelled and excluded at once."""
        return [
            ChangedDate(named.astimezone(self._zone), self._overridden(named, one), one.and_following)
            for named, one in self._overrides.items()
            if not (one.cancelled and named in self._series.exdates)
        ]

    def regular(self, since: dt.datetime, until: dt.datetime, most: int) -> list[Occurrence]:
        """Give the dates without an exception of their own."""
        walls = self._walls(since, until, most)
        if not self._overrides:
            return [self._following(wall, self._own) for wall in walls]
        return [self._following(wall, self._look(named)) for wall, named in self._without_own(walls)]

    def following(self, since: dt.datetime) -> list[ChangedDate]:
        """Give the next dates that are as the change of all dates from `since` on says."""
        found, first = [], _utc(since)
        for wall, named in self._without_own(self._walls(since, since + _FOLLOWING, _MOST_FOLLOWING)):
            last = max((start for start, _ in self._looks if start <= named), default=None)
            if last == first < named:
                found.append(
                    ChangedDate(
                        named.astimezone(self._zone),
                        self._following(wall, self._look(named)),
                    )
                )
        return found

    def _walls(self, since: dt.datetime, until: dt.datetime, most: int) -> tuple[dt.datetime, ...]:
        looks = [self._own, *(look for _, look in self._looks)]
        margin = max(*(look.length or _DAY for look in looks), _DAY)
        first = _wall(since, self._zone) - margin - max(look.shift for look in looks)
        last = _wall(until, self._zone) + _DAY - min(look.shift for look in looks)
        return _starts(self._series, first, last, most + len(self._overrides))

    def _without_own(self, walls: tuple[dt.datetime, ...]) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Give the wall times without an exception, each with its moment."""
        for wall in walls:
            named = _utc(wall, self._zone)
            if named not in self._overrides and wall.date() not in self._days:
                yield wall, named

    def _named(self, moment: _Moment) -> dt.datetime:
        """Give the start by the rule that a moment names; a day alone names the date of that day."""
        if self._all_day:
            moment = meant(moment, self._zone)
        if not isinstance(moment, dt.datetime):
            moment = _local(dt.datetime.combine(moment, self._series.start.time()), self._zone)
        return _utc(moment)

    def _look(self, named: dt.datetime) -> _Look:
        found = self._own
        for since, look in self._looks:
            if since > named:
                break
            found = look
        return found

    def _changed(self, named: dt.datetime, override: Override) -> _Look:
        """Give the look of a date that was changed; what the change does not say is as before."""
        before = self._look(named)
        wall = _wall(named, self._zone)
        shift, all_day, length = before.shift, before.all_day, before.length
        if override.start is not None:
            all_day = not isinstance(override.start, dt.datetime)
            shift = _wall(override.start, self._zone) - wall
            if all_day != before.all_day:
                length = _DAY if all_day else None
        if override.end is not None and (lasts := _wall(override.end, self._zone) - wall - shift) > _NONE:
            length = min(lasts, _LONGEST)
        cancelled = override.cancelled or self._event.status is EventStatus.CANCELLED
        tentative = EventStatus.TENTATIVE if override.tentative else self._event.status
        return _Look(
            shift,
            length,
            all_day,
            EventStatus.CANCELLED if cancelled else tentative,
            override.title or before.title,
            override.location or before.location,
            _described(override.description, self._event.description) or before.description,
            override.url or before.url,
        )

    def _overridden(self, named: dt.datetime, override: Override) -> Occurrence:
        """Give a changed date; start and end are exactly what was written."""
        look = self._changed(named, override)
        found = self._following(_wall(named, self._zone), look, overridden=True)
        start = _at(override.start, self._zone) if override.start is not None else found.start
        end = _at(override.end, self._zone) if override.end is not None else None
        if end is None or _utc(end) <= _utc(start):
            end = _end(_wall(start, self._zone), start, look.length, self._zone)
        return replace(found, start=start, end=end)

    def _following(self, wall: dt.datetime, look: _Look, *, overridden: bool = False) -> Occurrence:
        """Give the date that the rule has at this wall time."""
        exact = (
            look is self._own and wall == self._series.start and isinstance(self._event.start, dt.datetime)
        )
        start = _at(self._event.start, self._zone) if exact else _local(wall + look.shift, self._zone)
        end = _at(self._event.end, self._zone) if exact and self._event.end is not None else None
        if end is None or _utc(end) <= _utc(start):
            end = _end(wall + look.shift, start, look.length, self._zone)
        return Occurrence(
            start,
            end,
            look.all_day,
            look.status,
            look.title,
            look.location,
            overridden,
            look.description,
            look.url,
        )


def meant(moment: _Moment, zone: ZoneInfo) -> dt.date:
    """Give the day of an all-day series that a moment names: the local day at midnight, else the day as written.

    Programs write such days as midnight in UTC, or as midnight of the place in UTC (RFC 5545, 3.8.5.1 asks for a DATE).
    """
    if not isinstance(moment, dt.datetime):
        return moment
    local = moment.astimezone(zone)
    return local.date() if local.time() == dt.time() else moment.astimezone(dt.UTC).date()


def _described(text: str | None, of_series: LocalizedText | None) -> LocalizedText | None:
    """Put a date's own text into the language in which its series was written."""
    if not text:
        return None
    known = of_series.root if of_series is not None else {}
    written = [language for language, one in known.items() if one.origin is Origin.PARTNER]
    return LocalizedText({next(iter([*written, *known, "de"])): Localized(text=text)})


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
    ends = rule(series.rrule).last(zone, all_day=series.all_day)
    # UNTIL before the start is how calendar programs write a series that was deleted as a whole.
    if ends is None or ends >= series.start:
        yield series.start
    yield from wall_times(series.rrule, series.start, zone, last, all_day=series.all_day)


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
    return start < until and (start >= since or (end is not None and _utc(end) > since))


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
