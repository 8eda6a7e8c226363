"""The door for iCalendar files: plain data for each event, read in a confined child.

Zones come out as names of the IANA database. Attendees, alarms and comments never come through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict, cast

from allin_hub.base.errors import Refused, refused
from allin_hub.dates.rrule import is_refused
from allin_hub.readers import sandbox, timezones
from allin_hub.readers.file_rules import FileRules

LARGEST = 20 * 2**20
MOST_COMPONENTS = 50_000
SECONDS = 10.0
MEMORY = 500 * 2**20

_OF_A_CALENDAR = {
    "FILE_BROKEN": "CALENDAR_BROKEN",
    "FILE_TOO_BIG": "CALENDAR_TOO_BIG",
    "FILE_TOO_SLOW": "CALENDAR_TOO_SLOW",
}
_UTC = "UTC"
_SINGLE = ("dtstart", "dtend", "recurrence-id")
_SKIP = re.compile(r"(?:^|;)\s*(SKIP=(?:BACKWARD|FORWARD))", re.IGNORECASE)
_RULES = FileRules()


class Moment(TypedDict):
    """A point in time as it was written: the wall time and the zone that it belongs to.

    `tzid` is an IANA name for `local`. Nobody said the zone of what is `floating`; the zone of `unknown`
    is none that can be found.
    """

    value: str
    kind: Literal["date", "local", "utc", "floating", "unknown"]
    tzid: NotRequired[str]


class Period(TypedDict):
    """A date that has its own end, or its own length."""

    dtstart: Moment
    dtend: NotRequired[Moment]
    duration: NotRequired[Mapping[str, int]]


class Fault(NamedTuple):
    """A finding about a component: a code of the catalogue and what fills its texts."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Component:
    """One component of a calendar. Only a VEVENT has content; of others only the `kind` is told.

    A VCALENDAR is told when there is a finding about the file as a whole.
    """

    kind: str
    line: int | None = None
    faults: tuple[Fault, ...] = ()
    uid: str | None = None
    recurrence_id: Moment | None = None
    and_following: bool = False
    """Whether what it says is true of all later dates of the series too (RANGE=THISANDFUTURE)."""
    sequence: int = 0
    dtstamp: Moment | None = None
    last_modified: Moment | None = None
    status: str | None = None
    visibility: str | None = None
    """CLASS: PUBLIC, PRIVATE, CONFIDENTIAL, or any other, which counts as PRIVATE (RFC 5545, 3.8.1.3)."""
    summary: str | None = None
    description: str | None = None
    location: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ()
    geo: tuple[float, float] | None = None
    organizer: Mapping[str, str] | None = None
    contact: str | None = None
    conferences: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    cost: str | None = None
    dtstart: Moment | None = None
    dtend: Moment | None = None
    duration: Mapping[str, int] | None = None
    rrule: str | None = None
    rdates: tuple[Moment, ...] = ()
    periods: tuple[Period, ...] = ()
    """Those of `rdates` that have an end of their own."""
    exdates: tuple[Moment, ...] = ()
    languages: Mapping[str, str] | None = None
    """The LANGUAGE parameters of `summary` and `description`."""
    calendar_name: str | None = None
    calendar_zone: str | None = None
    """X-WR-TIMEZONE: the zone that the calendar is read in."""

    @property
    def problem(self) -> str | None:
        """The code of its first finding."""
        return self.faults[0].code if self.faults else None

    def __repr__(self) -> str:
        return f"Component({self.kind!r}, line={self.line}, problem={self.problem!r})"


def open_calendar(
    data: Path | bytes,
    name: str,
    *,
    zone: str = "Europe/Berlin",
    rules: FileRules = _RULES,
) -> Iterator[Component]:
    """Yield the events of an iCalendar file in order; what is none, or was cut off, is refused.

    `zone` is the office's own: of several zones that fit a calendar's definition, it is the one meant.
    """
    try:
        rules.refuse_large(data, name)
    except Refused as refusal:
        raise _in_calendar_words(refusal) from None
    _checked(data)
    params = {
        "components": MOST_COMPONENTS,
        "samples": [moment.isoformat() for moment in timezones.SAMPLES],
        "zones": timezones.names(),
    }
    reading = _Reading(zone)
    try:
        messages = sandbox.run(
            "calendar",
            data,
            params=params,
            seconds=SECONDS,
            memory=MEMORY,
            jail_required=rules.jail_required,
        )
        for message, content in messages:
            if message == "zones":
                reading.learn(content)
            elif message == "calendar":
                yield from reading.begin(content)
            else:
                for item in content:
                    yield reading.component(item)
    except Refused as refusal:
        raise _in_calendar_words(refusal) from None


def _checked(data: Path | bytes) -> None:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > LARGEST:
        raise refused("CALENDAR_TOO_BIG")
    if size == 0:
        raise refused("FILE_EMPTY")


def _in_calendar_words(refusal: Refused) -> Refused:
    code = _OF_A_CALENDAR.get(refusal.code)
    return refused(code, **refusal.params) if code else refusal


class _Reading:
    """The calendar that is being read, and the zones that its names were found to mean."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._zones: dict[str, timezones.Found] = {}
        self._name: str | None = None
        self._zone: str | None = None

    def learn(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        for name, about in told.items():
            definition = timezones.Definition(
                about.get("windows"), about.get("location"), tuple(about.get("offsets") or ())
            )
            self._zones[name] = timezones.find(name, definition, self._home)

    def begin(self, head: Mapping[str, Any]) -> Iterator[Component]:
        self._name, self._zone = head["name"], None
        faults = [Fault("CALENDAR_ENCODING", {})] if head["guessed"] else []
        if head["zone"]:
            self._zone = self._zones[head["zone"]].zone
            faults += self._zone_faults({head["zone"]}, unknown="CALENDAR_ZONE_UNKNOWN")
        if faults:
            yield Component("VCALENDAR", faults=tuple(faults), calendar_name=self._name)

    def component(self, item: Mapping[str, Any]) -> Component:
        if item["kind"] != "VEVENT":
            return Component(item["kind"], item["line"])
        faults = [Fault(code, params) for code, params in item["faults"]]
        faults += self._zone_faults(*_zones_in(item), unknown="ZONE_UNKNOWN")
        rrule = self._rule(item, faults)
        return Component(
            kind="VEVENT",
            line=item["line"],
            faults=tuple(faults),
            uid=item.get("uid") or None,
            recurrence_id=self._moment(item.get("recurrence-id")),
            and_following=item.get("range") == "THISANDFUTURE",
            sequence=item.get("sequence", 0),
            dtstamp=self._moment(item.get("dtstamp")),
            last_modified=self._moment(item.get("last-modified")),
            status=item.get("status") or None,
            visibility=(item.get("class") or "").upper() or None,
            summary=item.get("summary") or None,
            description=item.get("description") or None,
            location=item.get("location") or None,
            url=item.get("url") or None,
            categories=tuple(item.get("categories", ())),
            geo=tuple(item["geo"]) if "geo" in item else None,
            organizer=item.get("organizer"),
            contact=item.get("contact") or None,
            conferences=tuple(item.get("conference", ())),
            images=tuple(item.get("image", ())),
            cost="0" if (item.get("x-cost-type") or "").lower() == "free" else item.get("x-cost") or None,
            dtstart=self._moment(item.get("dtstart")),
            dtend=self._moment(item.get("dtend")),
            duration=item.get("duration"),
            rrule=rrule,
            rdates=self._moments(item.get("rdate", ())),
            periods=tuple(map(self._period, item.get("period", ()))),
            exdates=self._moments(item.get("exdate", ())),
            languages=item.get("languages"),
            calendar_name=self._name,
            calendar_zone=self._zone,
        )

    def _moments(self, written: list[dict[str, Any]]) -> tuple[Moment, ...]:
        return tuple(moment for one in written if (moment := self._moment(one)))

    def _moment(self, written: Mapping[str, Any] | None) -> Moment | None:
        if written is None:
            return None
        value, kind = written["value"], written["kind"]
        zone = self._zones[written["tzid"]].zone if kind == "local" else self._zone
        if kind == "local" and zone is None and "utc" in written:
            return {"value": written["utc"], "kind": "utc"}
        if kind == "local" and zone is None:
            return {"value": value, "kind": "unknown"}
        if kind in ("local", "floating") and zone == _UTC:
            return {"value": value, "kind": "utc"}
        if kind in ("local", "floating") and zone is not None:
            return {"value": value, "kind": "local", "tzid": zone}
        return {"value": value, "kind": kind}

    def _period(self, written: Mapping[str, Any]) -> Period:
        period = dict(written)
        for name in ("dtstart", "dtend"):
            if name in written:
                period[name] = self._moment(written[name])
        return cast("Period", period)

    def _zone_faults(
        self, written: set[str], defined: frozenset[str] = frozenset(), *, unknown: str
    ) -> list[Fault]:
        """Tell of zones that are unknown or guessed; `defined` are those that the file itself describes."""
        faults = []
        for name in sorted(written):
            found = self._zones[name]
            if found.zone is None and name in defined:
                faults.append(Fault("ZONE_BY_RULES", {"value": name[:80]}))
            elif found.zone is None:
                faults.append(Fault(unknown, {"value": name[:80]}))
            elif found.guessed:
                faults.append(Fault("ZONE_GUESSED", {"value": name[:80], "zone": found.zone}))
        return faults

    def _rule(self, item: Mapping[str, Any], faults: list[Fault]) -> str | None:
        """Give the one rule; several, excluding ones or refused ones are none: wrong dates help nobody.

        The same rule written twice is one.
        """
        rules = [*{_in_order(rule): rule for rule in item.get("rrule", ()) if rule}.values()]
        if not rules:
            return None
        if len(rules) > 1 or item.get("exrule") or is_refused(rules[0]):
            faults.append(Fault("RRULE_REFUSED", {"value": rules[0][:80]}))
            return None
        rule: str = rules[0]
        skip = _SKIP.search(rule)
        if skip is not None:
            faults.append(Fault("RRULE_PART_UNREAD", {"value": skip[1].upper()}))
        return rule


def _in_order(rule: str) -> tuple[str, ...]:
    """What makes two rules one: their parts in any order."""
    return tuple(sorted(filter(None, rule.upper().split(";"))))


def _zones_in(item: Mapping[str, Any]) -> tuple[set[str], frozenset[str]]:
    """Give the zones that a component names, and those of them that the file describes itself."""
    single = [one[name] for one in (item, *item.get("period", ())) for name in _SINGLE if name in one]
    zoned = [
        moment for moment in (*single, *item.get("rdate", ()), *item.get("exdate", ())) if "tzid" in moment
    ]
    return {moment["tzid"] for moment in zoned}, frozenset(
        moment["tzid"] for moment in zoned if "utc" in moment
    )
