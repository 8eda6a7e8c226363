"""Events as an iCalendar file that people add to their own calendar."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from allin_hub.dates.occurrences import Occurrence, changed_dates, event_dates, meant
from allin_hub.dates.rrule import is_refused, plain_rule
from allin_schemas import Event, EventStatus, Place

if TYPE_CHECKING:
    import icalendar

_FIRST, _LAST = dt.datetime(1900, 1, 2, tzinfo=dt.UTC), dt.datetime(2999, 12, 30, tzinfo=dt.UTC)
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
        for entry in _entries(event, language, organisers, links):
            book.add_component(entry)
    book.add_missing_timezones(first_date=dt.date(2020, 1, 1), last_date=dt.date(2038, 1, 1))
    content: bytes = book.to_ical()
    return content


def _entries(
    event: Event, language: str, organisers: Mapping[UUID, str], links: Mapping[UUID, str]
) -> Iterator[icalendar.Event]:
    """Write a series and its changed dates, or each date of what is no series as an event of its own."""
    organiser = organisers.get(event.organiser_org_id) if event.organiser_org_id else event.organiser_name
    organiser = organiser or event.host_name
    page = links.get(event.id)
    if event.rrule or event.rdates:
        yield _series(event, language, organiser, page)
        for changed in changed_dates(event):
            entry = _of_date(event, changed.date, language, organiser, page)
            ranged = {"RANGE": "THISANDFUTURE"} if changed.and_following else {}
            named = _moment(changed.named, all_day=not isinstance(event.start, dt.datetime))
            entry.add("recurrence-id", named, parameters=ranged)
            yield entry
    elif event.overrides:
        for number, date in enumerate(event_dates(event, _FIRST, _LAST)):
            name = f"{event.id}-{date.start:%Y%m%dT%H%M}" if number else str(event.id)
            yield _of_date(event, date, language, organiser, page, name)
    else:
        yield _series(event, language, organiser, page)


def _series(event: Event, language: str, organiser: str | None, page: str | None) -> icalendar.Event:
    zone = ZoneInfo(event.zone)
    entry = _entry(event)
    entry.add("dtstart", _local(event.start, zone))
    if event.end is not None:
        entry.add("dtend", _alike(event.end, event.start, zone))
    _add_words(entry, event, language)
    _add_more(entry, event, organiser, page or event.url or event.registration_url)
    _add_rule(entry, event, zone)
    return entry


def _of_date(
    event: Event,
    date: Occurrence,
    language: str,
    organiser: str | None,
    page: str | None,
    uid: str | None = None,
) -> icalendar.Event:
    """Write one date with all that it says: calendar programs take nothing from its series."""
    entry = _entry(event, uid)
    entry.add("dtstart", _moment(date.start, all_day=date.all_day))
    if date.end is not None:
        entry.add("dtend", _moment(date.end, all_day=date.all_day))
    _add_words(entry, date, language)
    own = date.url if date.url != event.url else None
    _add_more(entry, event, organiser, own or page or event.url or event.registration_url)
    return entry


def _add_words(entry: icalendar.Event, said: Event | Occurrence, language: str) -> None:
    entry.add("summary", _line(said.title))
    text = said.description.best(language) if said.description else None
    if text is not None:
        entry.add("description", _clean(text[1]), parameters={"LANGUAGE": text[0]})
    _add_place(entry, said.location)
    entry.add("status", _STATUS[said.status])


def _add_more(entry: icalendar.Event, event: Event, organiser: str | None, link: str | None) -> None:
    if link:
        entry.add("url", link)
    if organiser:
        entry.add("contact", _line(organiser))
    if event.topics:
        entry.add("categories", [_line(topic) for topic in event.topics])


def _add_rule(entry: icalendar.Event, event: Event, zone: ZoneInfo) -> None:
    import icalendar

    start = _local(event.start, zone)
    timed = isinstance(start, dt.datetime)
    if event.rrule and not is_refused(event.rrule):
        wall = start.replace(tzinfo=None) if isinstance(start, dt.datetime) else _midnight(start)
        rule = plain_rule(event.rrule, wall, zone, all_day=not timed)
        entry.add("rrule", icalendar.vRecur.from_ical(rule))
    changed = {_moment(one.named, all_day=not timed) for one in changed_dates(event)}
    for name, moments in (("rdate", event.rdates), ("exdate", event.exdates)):
        for moment in moments:
            at = _local(moment, zone) if timed else meant(moment, zone)
            if isinstance(start, dt.datetime) and not isinstance(at, dt.datetime):
                at = dt.datetime.combine(at, start.timetz())
            if name == "exdate" and at in changed:
                # An exception that came later than the exclusion: programs would drop it.
                continue
            parameters = {} if timed else {"VALUE": "DATE"}
            entry.add(name, at, parameters=parameters)


def _alike(end: dt.datetime | dt.date, start: dt.datetime | dt.date, zone: ZoneInfo) -> dt.datetime | dt.date:
    """Give an end in the form of its start (RFC 5545, 3.8.2.2); the end of a last day is its midnight."""
    local = _local(end, zone)
    if isinstance(start, dt.datetime) and not isinstance(local, dt.datetime):
        return dt.datetime.combine(local, dt.time(), zone)
    if not isinstance(start, dt.datetime) and isinstance(local, dt.datetime):
        return local.date() + (dt.timedelta(days=1) if local.time() != dt.time() else dt.timedelta())
    return local


def _entry(event: Event, uid: str | None = None) -> icalendar.Event:
    """Begin an entry: its UID names no host, and DTSTAMP is its last change, not now."""
    import icalendar

    entry = icalendar.Event()
    entry.add("uid", uid or str(event.id))
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


def _moment(moment: dt.datetime, *, all_day: bool) -> dt.datetime | dt.date:
    return moment.date() if all_day else moment


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def _clean(text: str) -> str:
    """Keep line ends that hide in a text from ending its line."""
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
