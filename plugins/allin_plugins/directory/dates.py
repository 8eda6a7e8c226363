"""The coming dates of an event; a series is expanded by the hub, a single date costs nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allin_hub import Occurrence, event_dates
from allin_schemas import Event, EventStatus, LocalizedText, Place

AHEAD = dt.timedelta(days=400)
MOST = 60


@dataclass(frozen=True, slots=True)
class Date:
    """One date of an event: its own title, place, text, link and status, else those of its series."""

    start: dt.datetime | dt.date
    end: dt.datetime | dt.date | None
    status: EventStatus = EventStatus.SCHEDULED
    title: str = ""
    place: Place | None = None
    text: LocalizedText | None = None
    url: str | None = None

    @property
    def cancelled(self) -> bool:
        """Whether this date does not take place."""
        return self.status is EventStatus.CANCELLED

    @property
    def sort(self) -> str:
        """Orders dates, whole days first."""
        return _utc(self.start).isoformat() if isinstance(self.start, dt.datetime) else self.start.isoformat()

    def before(self, moment: dt.datetime) -> bool:
        """Whether it begins before this moment."""
        return self.sort < _utc(moment).isoformat()


def coming(event: Event, now: dt.datetime) -> tuple[Date, ...]:
    """The dates that are not over yet, at most sixty; none for an event that is past."""
    if not event.rrule and not event.rdates and not event.overrides:
        date = of_series(event)
        return () if _over(date, event.zone, now) else (date,)
    found = event_dates(event, now - dt.timedelta(days=1), now + AHEAD, most=MOST)
    dates = [
        Date(*_span(one), one.status, one.title, one.location, one.description, one.url) for one in found
    ]
    return tuple([date for date in dates if not _over(date, event.zone, now)][:MOST])


def of_series(event: Event) -> Date:
    """The date that an event gives itself: its only one, or the first of its series."""
    return Date(
        event.start, event.end, event.status, event.title, event.location, event.description, event.url
    )


def written(moment: dt.datetime | dt.date | None, zone: str) -> str | None:
    """The moment in ISO 8601, on the clocks of the event's own place; a whole day as a day."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(ZoneInfo(zone)).isoformat()
    return moment.isoformat() if moment else None


def written_end(start: dt.datetime | dt.date, end: dt.datetime | dt.date | None, zone: str) -> str | None:
    """The end as others write it: of whole days, the last one, not the day after it."""
    if end is None or isinstance(end, dt.datetime):
        return written(end, zone)
    first = start.astimezone(ZoneInfo(zone)).date() if isinstance(start, dt.datetime) else start
    return written(max(first, end - dt.timedelta(days=1)), zone)


def _over(date: Date, zone: str, now: dt.datetime) -> bool:
    end = date.end or date.start
    if isinstance(end, dt.datetime):
        return end + (dt.timedelta(0) if date.end else dt.timedelta(hours=2)) < now
    return (end if date.end else end + dt.timedelta(days=1)) <= now.astimezone(ZoneInfo(zone)).date()


def _span(one: Occurrence) -> tuple[dt.datetime | dt.date, dt.datetime | dt.date | None]:
    if not one.all_day:
        return one.start, one.end
    return one.start.date(), one.end.date() if one.end else None


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)
