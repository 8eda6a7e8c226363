"""Events as an iCalendar file that people add to their own calendar."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from allin_hub.dates.rrule import is_refused
from allin_schemas import Event, EventStatus, Override, Place

if TYPE_CHECKING:
    import icalendar

_NOBODY: Mapping[UUID, str] = {}
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_STATUS = {
    EventStatus.SCHEDULED: "CONFIRMED",
    EventStatus.TENTATIVE: "TENTATIVE",
    EventStatus.MOVED: "CONFIRMED",
    EventStatus.POSTPONED: "TENTATIVE",
    EventStatus.CANCELLED: "CANCELLED",
}


def calendar(
    events: Sequence[Event],
    *,
    name: str,
    language: str = "de",
    organisers: Mapping[UUID, str] = _NOBODY,
    links: Mapping[UUID, str] = _NOBODY,
) -> bytes:
    """Write events as RFC 5545, byte for byte the same while nothing changes.

    `organisers` are names of organisations, `links` addresses of pages about events, both by their ids.
    """
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", "-//ALL IN//allin-hub//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("name", icalendar.vText(_line(name)))
    book.add("x-wr-calname", icalendar.vText(_line(name)))
    book.add("refresh-interval", dt.timedelta(days=1), parameters={"VALUE": "DURATION"})
    for event in events:
        book.add_component(_event(event, language, organisers, links))
        for override in sorted(event.overrides, key=lambda one: str(one.recurrence_id)):
            book.add_component(_exception(event, override))
    book.add_missing_timezones(first_date=dt.date(2020, 1, 1), last_date=dt.date(2038, 1, 1))
    content: bytes = book.to_ical()
    return content


def _event(
    event: Event, language: str, organisers: Mapping[UUID, str], links: Mapping[UUID, str]
) -> icalendar.Event:
    zone = ZoneInfo(event.zone)
    entry = _entry(event)
    entry.add("dtstart", _local(event.start, zone))
    if event.end is not None:
        entry.add("dtend", _alike(event.end, event.start, zone))
    entry.add("summary", _line(event.title))
    text = event.description.best(language) if event.description else None
    if text is not None:
        entry.add("description", _clean(text[1]), parameters={"LANGUAGE": text[0]})
    _add_place(entry, event.location)
    entry.add("status", _STATUS[event.status])
    link = links.get(event.id) or event.registration_url
    if link:
        entry.add("url", link)
    organiser = organisers.get(event.organiser_org_id) if event.organiser_org_id else event.organiser_name
    if organiser:
        entry.add("contact", _line(organiser))
    if event.topics:
        entry.add("categories", [_line(topic) for topic in event.topics])
    _add_series(entry, event, zone)
    return entry


def _add_series(entry: icalendar.Event, event: Event, zone: ZoneInfo) -> None:
    import icalendar

    timed = isinstance(event.start, dt.datetime)
    if event.rrule and not is_refused(event.rrule):
        entry.add("rrule", icalendar.vRecur.from_ical(event.rrule.strip().upper().removeprefix("RRULE:")))
    for name, moments in (("rdate", event.rdates), ("exdate", event.exdates)):
        for moment in moments:
            at = _local(moment, zone)
            if timed and not isinstance(at, dt.datetime):
                start = _local(event.start, zone)
                assert isinstance(start, dt.datetime)  # noqa: S101 - the start of a timed event
                at = dt.datetime.combine(at, start.timetz())
            elif not timed and isinstance(at, dt.datetime):
                at = at.date()
            parameters = {} if timed else {"VALUE": "DATE"}
            entry.add(name, at, parameters=parameters)


def _exception(event: Event, override: Override) -> icalendar.Event:
    zone = ZoneInfo(event.zone)
    entry = _entry(event)
    start = override.start if override.start is not None else override.recurrence_id
    entry.add("recurrence-id", _local(override.recurrence_id, zone))
    entry.add("dtstart", _local(start, zone))
    end = override.end if override.end is not None else _ending(event, start)
    if end is not None:
        entry.add("dtend", _alike(end, start, zone))
    entry.add("summary", _line(override.title or event.title))
    _add_place(entry, override.location or event.location)
    cancelled = override.cancelled or event.status is EventStatus.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else _STATUS[event.status])
    return entry


def _alike(end: dt.datetime | dt.date, start: dt.datetime | dt.date, zone: ZoneInfo) -> dt.datetime | dt.date:
    """Give an end in the form of its start (RFC 5545, 3.8.2.2); the end of a last day is its midnight."""
    local = _local(end, zone)
    if isinstance(start, dt.datetime) and not isinstance(local, dt.datetime):
        return dt.datetime.combine(local, dt.time(), zone)
    if not isinstance(start, dt.datetime) and isinstance(local, dt.datetime):
        return local.date() + (dt.timedelta(days=1) if local.time() != dt.time() else dt.timedelta())
    return local


def _ending(event: Event, start: dt.datetime | dt.date) -> dt.datetime | dt.date | None:
    if event.end is None or type(event.end) is not type(event.start) or type(start) is not type(event.start):
        return None
    return start + (event.end - event.start)


def _entry(event: Event) -> icalendar.Event:
    """Begin an entry: its UID names no host, and DTSTAMP is its last change, not now."""
    import icalendar

    entry = icalendar.Event()
    entry.add("uid", str(event.id))
    entry.add("dtstamp", event.updated_at.astimezone(dt.UTC).replace(microsecond=0))
    entry.add("last-modified", event.updated_at.astimezone(dt.UTC).replace(microsecond=0))
    entry.add("sequence", event.version)
    return entry


def _add_place(entry: icalendar.Event, place: Place | None) -> None:
    if place is None:
        return
    street = " ".join(filter(None, (place.street, place.house_number)))
    city = " ".join(filter(None, (place.postal_code, place.city)))
    parts = (place.name, place.room, street, place.extra, city)
    text = ", ".join(filter(None, parts)) or place.raw or place.district
    if text:
        entry.add("location", _line(text))
    if place.lat is not None and place.lon is not None:
        entry.add("geo", (place.lat, place.lon))


def _local(moment: dt.datetime | dt.date, zone: ZoneInfo) -> dt.datetime | dt.date:
    return moment.astimezone(zone) if isinstance(moment, dt.datetime) else moment


def _clean(text: str) -> str:
    """Keep line ends that hide in a text from ending its line."""
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
