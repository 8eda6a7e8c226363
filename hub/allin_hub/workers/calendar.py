"""Reads iCalendar files: plain data for each VEVENT, so that one bad event costs one event.

Messages: `["zones", {…}]` and `["calendar", {…}]`, then `["zones", {…}]` and `["events", […]]` for each batch
of it. ATTENDEE, COMMENT and alarms are never looked at. What icalendar would be slow at (plain lines, dates)
is read here; the rest by icalendar.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import dateutil.parser  # tzical imports it when it runs; by then no file may be opened
import dateutil.tz
from icalendar.parser import Contentline
from icalendar.prop import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from allin_hub.workers.calendar_lines import Calendar, Line, Part, Text, calendars

_BATCH = 500
_LONGEST = 100_000
_LONGEST_ZONE = 100_000
_MOST_DATES = 5_000
_MOST_FAULTS = 20
_PLAIN = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=[^;:,\"^]*)*):(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_DATE = re.compile(
    r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})"
    r"(?:[Tt ]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?(?:\.0+)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMA = re.compile(r"(?<!\\),")
_GEO = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)[;,]([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)")
_NOT_YEARLY = re.compile(r"^RRULE[^:]*:(?!.*FREQ=YEARLY)", re.MULTILINE | re.IGNORECASE)
_RULES = re.compile(r"(?:BEGIN|END|TZID|DTSTART|TZOFFSETFROM|TZOFFSETTO|RRULE|RDATE)[;:]", re.IGNORECASE)
_OLD = re.compile(r"^(DTSTART[^:]*:)1[0-8][0-9]{2}", re.MULTILINE | re.IGNORECASE)
_LOCATION = re.compile(r"^X-LIC-LOCATION[^:]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1900, 2999

_TEXTS = (
    "UID",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "STATUS",
    "CONTACT",
    "URL",
    "CLASS",
    "X-COST",
    "X-COST-TYPE",
)
_MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID", "LAST-MODIFIED", "DTSTAMP")
_MANY = ("RRULE", "EXRULE", "RDATE", "EXDATE", "CATEGORIES", "CONFERENCE", "IMAGE")
_KEPT = frozenset(
    (*_TEXTS, *_MOMENTS, *_MANY, "SEQUENCE", "DURATION", "GEO", "ORGANIZER", "X-GOOGLE-CONFERENCE")
)
_HEAD = frozenset({"X-WR-CALNAME", "NAME", "X-WR-TIMEZONE"})
_LANGUAGES = ("SUMMARY", "DESCRIPTION")

_NO_PARAMETERS: dict[str, str] = {}

Property = tuple[str, dict[str, str], str]


def read(data: bytes, params: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the calendars of a file and their events."""
    warnings.simplefilter("ignore")
    text = Text(data)
    samples = [dt.datetime.fromisoformat(moment) for moment in params["samples"]]
    for calendar in calendars(text, params["components"]):
        head = _head(calendar)
        zones = _Zones(calendar, samples, frozenset(params["zones"]))
        yield ["zones", zones.named([head])]
        yield ["calendar", head | {"guessed": text.guessed}]
        for at in range(0, len(calendar.parts), _BATCH):
            events = [
                _component(part) for part in calendar.parts[at : at + _BATCH] if part.name != "VTIMEZONE"
            ]
            yield ["zones", zones.named(events)]
            yield ["events", events]


def _head(calendar: Calendar) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _, value in _properties(calendar.lines, _HEAD, []):
        found.setdefault(name.lower(), _text(value))
    return {"name": found.get("name") or found.get("x-wr-calname"), "zone": found.get("x-wr-timezone")}


def _component(part: Part) -> dict[str, Any]:
    if part.name != "VEVENT":
        return {"kind": part.name, "line": part.number}
    faults: list[list[Any]] = []
    if not part.whole:
        faults.append(["CALENDAR_EVENT_BROKEN", {}])
    if part.outside:
        faults.append(["CALENDAR_EVENT_OUTSIDE", {}])
    event: dict[str, Any] = {"kind": part.name, "line": part.number, "faults": faults}
    for name, parameters, value in _properties(part.lines, _KEPT, faults):
        try:
            first = name in _MANY or name.lower() not in event
            if not first and name == "CONTACT":
                continue
            if not first or not _take(event, name, parameters, value):
                faults.append(["CALENDAR_LINE_UNREAD", {"name": name}])
        except ValueError:
            faults.append(["CALENDAR_LINE_UNREAD", {"name": name}])
    event["faults"] = [fault for at, fault in enumerate(faults) if fault not in faults[:at]][:_MOST_FAULTS]
    return event


def _properties(lines: list[Line], kept: frozenset[str], faults: list[list[Any]]) -> Iterator[Property]:
    for _, line in lines:
        head, _, value = line.partition(":")
        if head in kept and len(line) <= _LONGEST:
            yield head, _NO_PARAMETERS, value
            continue
        named = _NAME.match(line)
        if named is None:
            faults.append(["CALENDAR_LINE_UNREAD", {"name": "?"}])
            continue
        name = named[0].upper()
        if name not in kept:
            continue
        if len(line) > _LONGEST:
            faults.append(["CALENDAR_LINE_TOO_LONG", {"name": name}])
            continue
        plain = _PLAIN.fullmatch(line)
        try:
            yield _plain(plain) if plain else _quoted(line)
        except ValueError:
            faults.append(["CALENDAR_LINE_UNREAD", {"name": name}])


def _plain(found: re.Match[str]) -> Property:
    parameters = dict(part.split("=", 1) for part in found[2].split(";")[1:]) if found[2] else {}
    return found[1].upper(), {name.upper(): value for name, value in parameters.items()}, found[3]


def _quoted(line: str) -> Property:
    """Read a line with quoted or escaped parameters, as icalendar does."""
    name, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    flat = {
        key.upper(): ",".join(one) if isinstance(one, list) else str(one) for key, one in parameters.items()
    }
    return name.upper(), flat, value


def _take(event: dict[str, Any], name: str, parameters: dict[str, str], value: str) -> bool:
    """Put one property into the event; False: it cannot be read."""
    key = name.lower()
    if name in _TEXTS:
        event[key] = value.strip() if name == "URL" else _text(value).strip()
        if name in _LANGUAGES and parameters.get("LANGUAGE"):
            event.setdefault("languages", {})[key] = parameters["LANGUAGE"]
    elif name in _MOMENTS:
        moment = _moment(value, parameters.get("TZID", ""))
        if moment is None:
            return False
        event[key] = moment
        if name == "RECURRENCE-ID" and parameters.get("RANGE"):
            event["range"] = parameters["RANGE"].strip().upper()
            if event["range"] != "THISANDFUTURE":
                event["faults"].append(["RANGE_UNREAD", {}])
    elif name in ("RDATE", "EXDATE"):
        if len(event.get(key, ())) >= _MOST_DATES:
            return False
        zone = parameters.get("TZID", "")
        written = [one.partition("/") for one in value.split(",") if one.strip()]
        moments = [_moment(start, zone) for start, _, _ in written]
        event.setdefault(key, []).extend(moment for moment in moments if moment)
        periods = [
            _period(moment, end, zone)
            for moment, (_, _, end) in zip(moments, written, strict=True)
            if moment and end
        ]
        event.setdefault("period", []).extend(filter(None, periods))
        return None not in (*moments, *periods)
    elif name == "CATEGORIES":
        event.setdefault(key, []).extend(filter(None, (_text(one).strip() for one in _COMMA.split(value))))
    elif name in ("RRULE", "EXRULE", "CONFERENCE", "IMAGE"):
        event.setdefault(key, []).append(value.strip())
    elif name == "SEQUENCE":
        event[key] = int(value)
    elif name == "DURATION":
        event[key] = _length(value)
    elif name == "GEO":
        found = _GEO.fullmatch(value.strip())
        if found is None:
            return False
        event[key] = [float(found[1]), float(found[2])]
    elif name == "ORGANIZER":
        mail = (
            value.strip()[7:] if value.strip().lower().startswith("mailto:") else parameters.get("EMAIL", "")
        )
        event[key] = {"name": parameters.get("CN", "").strip(), "email": mail.strip()}
    elif name == "X-GOOGLE-CONFERENCE":
        event.setdefault("conference", []).append(value.strip())
    return True


def _text(value: str) -> str:
    r"""Undo the escapes of RFC 5545: \n \, \; \\."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


@lru_cache(maxsize=4096)
def _moment(value: str, zone: str) -> dict[str, Any] | None:
    """Read a date or time with what is said about its zone; dates with dashes are unmistakable too."""
    found = _DATE.fullmatch(value.strip())
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    day = dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return {"value": day.isoformat(), "kind": "date"}
    moment = dt.datetime.combine(day, dt.time(int(found[4]), int(found[5]), min(int(found[6] or 0), 59)))
    offset = (found[7] or "").upper()
    if offset not in ("", "Z"):
        east = int(offset[1:3]) * 60 + int(offset[-2:])
        moment -= dt.timedelta(minutes=-east if offset[0] == "-" else east)
    if offset:
        return {"value": moment.isoformat(), "kind": "utc"}
    if zone.strip():
        return {"value": moment.isoformat(), "kind": "local", "tzid": zone.strip()[:200]}
    return {"value": moment.isoformat(), "kind": "floating"}


def _length(value: str) -> dict[str, int]:
    length = vDuration.from_ical(value.strip())  # type: ignore[no-untyped-call]
    return {"days": length.days, "seconds": length.seconds}


def _period(start: dict[str, Any], end: str, zone: str) -> dict[str, Any] | None:
    """Read what stands behind the slash of a period (RFC 5545, 3.3.9): its end, or how long it lasts."""
    if end.strip()[:1] in "Pp+-":
        return {"dtstart": start, "duration": _length(end.upper())}
    moment = _moment(end, zone)
    return {"dtstart": start, "dtend": moment} if moment else None


class _Zones:
    """What the file says about the zones that its events name; each is told once."""

    def __init__(self, calendar: Calendar, samples: list[dt.datetime], known: frozenset[str]) -> None:
        self._samples = samples
        self._known = known
        """Names that need no definition, in small letters."""
        self._told: set[str] = set()
        self._rules: dict[str, dt.tzinfo | None] = {}
        self._definitions: dict[str, str] = {}
        for definition in calendar.zones:
            for name, _, value in _properties(
                list(enumerate(definition.split("\r\n"))), frozenset({"TZID"}), []
            ):
                self._definitions.setdefault(_text(value).strip() if name else "", definition)

    def named(self, events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Tell of the zones in these events that were not told of before."""
        names = {moment["tzid"] for event in events for moment in _all_moments(event) if "tzid" in moment}
        names |= {event["zone"] for event in events if event.get("zone")}
        own = {name for name in names & self._definitions.keys() if not self._is_known(name)}
        if own:
            for event in events:
                _replace_moments(event, lambda moment: self._defined(moment, own))
        fresh = names - self._told
        self._told |= fresh
        return {name: self._about(name) for name in sorted(fresh)}

    def _about(self, name: str) -> dict[str, Any]:
        about: dict[str, Any] = {"windows": _WINDOWS.get(name.strip().strip('"').casefold())}
        definition = self._definitions.get(name)
        if definition is not None:
            location = _LOCATION.search(definition)
            about["location"] = location[1].strip() if location else None
            about["offsets"] = self._offsets(definition)
        return about

    def _offsets(self, definition: str) -> list[int]:
        zone = self._by_rules(definition)
        try:
            offsets = [moment.astimezone(zone).utcoffset() for moment in self._samples] if zone else []
        except _BROKEN:
            return []
        return [int(offset.total_seconds()) if offset is not None else 0 for offset in offsets]

    def _is_known(self, name: str) -> bool:
        plain = name.strip().strip("\"'").casefold()
        return plain in self._known or plain in _WINDOWS or "/" in plain

    def _defined(self, moment: dict[str, Any], own: set[str]) -> dict[str, Any]:
        """Add the moment in UTC by the file's own rules, for a zone that may be none of the database."""
        if moment.get("tzid") not in own:
            return moment
        zone = self._by_rules(self._definitions[moment["tzid"]])
        try:
            wall = dt.datetime.fromisoformat(moment["value"]).replace(tzinfo=zone)
            return (
                {**moment, "utc": wall.astimezone(dt.UTC).replace(tzinfo=None).isoformat()}
                if zone
                else moment
            )
        except _BROKEN:
            return moment

    def _by_rules(self, definition: str) -> dt.tzinfo | None:
        """Build a zone from the rules of its definition; whatever is wrong with those, they define nothing."""
        if definition not in self._rules:
            zone = None
            if len(definition) <= _LONGEST_ZONE and not _NOT_YEARLY.search(definition):
                rules = "\r\n".join(line for line in definition.split("\r\n") if _RULES.match(line))
                with contextlib.suppress(*_BROKEN):
                    # dateutil counts from the first year: Outlook's is 1601.
                    zone = dateutil.tz.tzical(io.StringIO(_OLD.sub(r"\g<1>1970", rules))).get()
            self._rules[definition] = zone
        return self._rules[definition]


_BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError)
_SINGLE = ("dtstart", "dtend", "recurrence-id")
_SEVERAL = ("rdate", "exdate")


def _all_moments(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in (event, *event.get("period", ())):
        for name in _SINGLE:
            if name in one:
                yield one[name]
    for name in _SEVERAL:
        yield from event.get(name, ())


def _replace_moments(event: dict[str, Any], of: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Replace the moments of an event; they are shared between events, so none is changed."""
    for one in (event, *event.get("period", ())):
        one.update({name: of(one[name]) for name in _SINGLE if name in one})
    event.update({name: [*map(of, event[name])] for name in _SEVERAL if name in event})


_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
