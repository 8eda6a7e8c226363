"""Which components of a calendar count: of one event the latest word, of a series only what is public. Pure.

The later word is that of the higher SEQUENCE, then the newer LAST-MODIFIED, then DTSTAMP (RFC 5545, 3.8.7).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from allin_hub import Component, event_dates
from allin_plugins.ical.drafts import event, payload
from allin_plugins.ical.moments import before, day, is_day, moment
from allin_schemas import Event

_LONGEST_KEY = 250
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_ANY = {"id": UUID(int=0), "slug": "x", "title": "x", "created_at": _LONG_AGO, "updated_at": _LONG_AGO}


class Kept(NamedTuple):
    """A component that counts, its key, and the code of what is odd about its UID."""

    key: str
    component: Component
    odd: str | None = None


class Told(NamedTuple):
    """What is to be told about a component that does not count."""

    code: str
    key: str
    component: Component
    params: dict[str, Any]


@dataclass
class Versions:
    """What counts of a calendar, and what was left out."""

    kept: list[Kept] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def versions(components: Iterable[Component], home: str) -> Versions:
    """Sort the events of a calendar; `home` is the zone of what names none."""
    found = Versions()
    by_uid: dict[str, list[Component]] = {}
    for component in components:
        by_uid.setdefault(_known_as(component), []).append(component)
    for key, alike in by_uid.items():
        series = _series(key, [one for one in alike if one.recurrence_id is None], home, found)
        exceptions = [one for one in alike if one.recurrence_id is not None]
        if exceptions:
            series = _exceptions(key, series, exceptions, home, found)
        if series is not None:
            odd = None if series.uid is not None else "UID_MISSING"
            found.kept.append(Kept(key, series, odd))
    found.kept.sort(key=lambda kept: kept.component.line or 0)
    return found


def is_private(component: Component) -> bool:
    """Whether a component is not for everybody; an unknown class counts as PRIVATE (RFC 5545, 3.8.1.3)."""
    return component.visibility not in (None, "", "PUBLIC")


def _series(key: str, written: Sequence[Component], home: str, found: Versions) -> Component | None:
    """Give the latest version of an event; different events under one UID are kept as events of their own.

    Two versions differ in SEQUENCE or LAST-MODIFIED, or have their title or start in common.
    """
    if not written:
        return None
    latest = max(_version(one) for one in written)
    newest: list[Component] = []
    for one in sorted(written, key=_age)[::-1]:
        twin = next((known for known in newest if _looks_like(known, one, home)), None)
        if _version(one) == latest and twin is None:
            newest.append(one)
        else:
            found.told.append(Told("UID_DOUBLE", key, one, {}))
            found.skipped["double"] += 1
    if len(newest) == 1:
        return newest[0]
    repeated = [one for one in newest if one.rrule or one.rdates]
    own = repeated[0] if len(repeated) == 1 else None
    for one in newest:
        if one is not own:
            alone = replace(one, uid=None)
            found.kept.append(Kept(_known_as(alone), alone, "UID_SHARED"))
    return own


def _exceptions(
    key: str, series: Component | None, written: Sequence[Component], home: str, found: Versions
) -> Component | None:
    """Keep the latest exception of each date, unless the series has struck out the date since, or it is private.

    A private date is left out of a public series as if it were excluded. Gives the series, without those dates.
    """
    newest: dict[str, Component] = {}
    all_day = series is not None and is_day(series.dtstart)
    for one in written:
        name = f"{key}\x1f{_named(one, home)}"
        known = newest.get(name)
        if known is not None:
            found.told.append(Told("UID_DOUBLE", name, min(known, one, key=_age), {}))
            found.skipped["double"] += 1
        if known is None or _age(one) >= _age(known):
            newest[name] = one
    for name, one in newest.items():
        assert one.recurrence_id is not None  # noqa: S101 - these have one
        if is_private(one) and (series is None or not is_private(series)):
            found.skipped["private"] += 1
            if series is not None:
                series = _without(series, one, home)
        elif series is not None and (_struck_out(series, one, home) or _left_behind(series, one, home)):
            found.told.append(Told("EXCEPTION_OUTDATED", name, one, {"value": day(one.recurrence_id, home)}))
            found.skipped["double"] += 1
        else:
            if all_day:
                of_day: Any = {"value": day(one.recurrence_id, home) or "", "kind": "date"}
                one = replace(one, recurrence_id=of_day)  # noqa: PLW2901 - named as its series names it
            found.kept.append(Kept(name, one, "UID_MISSING" if one.uid is None else None))
            if series is not None and series.periods:
                # The exception says its end itself.
                named = _named(one, home)
                periods = [period for period in series.periods if moment(period["dtstart"], home) != named]
                series = replace(series, periods=tuple(periods))
    return series


def _struck_out(series: Component, exception: Component, home: str) -> bool:
    """Whether the series excludes a date, and said so later than the exception, or at the same time.

    Of equally old words EXDATE counts: what is excluded is in no recurrence set (RFC 5545, 3.8.5.1).
    """
    if (exception.status or "").upper() in ("CANCELLED", "CANCELED") or _age(series) < _age(exception):
        return False
    named = exception.recurrence_id
    days = is_day(series.dtstart)
    return any(
        day(excluded, home) == day(named, home)
        if days or is_day(excluded) or is_day(named)
        else moment(excluded, home) == moment(named, home)
        for excluded in series.exdates
    )


def _left_behind(series: Component, exception: Component, home: str) -> bool:
    """Whether a later SEQUENCE of the series has no date any more near the one that the exception changes."""
    if series.sequence <= exception.sequence or not series.rrule:
        return False
    draft = event(payload(series, home, None))
    fields = {name: draft[name] for name in ("start", "zone", "rrule", "rdates") if name in draft}
    named = exception.recurrence_id
    of_day = is_day(series.dtstart)
    written = day(named, home) if of_day else moment(named, home)
    if written is None or "start" not in fields:
        return False
    middle = dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)
    middle += dt.timedelta(hours=12 if of_day else 0)
    near = dt.timedelta(hours=1 if of_day else 24)
    with contextlib.suppress(ValidationError):
        return not event_dates(Event.model_validate({**_ANY, **fields}), middle - near, middle + near)
    return False


def _without(series: Component, private: Component, home: str) -> Component:
    """Exclude a private date from its series; with all that follow it, the series ends before it."""
    named = private.recurrence_id
    assert named is not None  # noqa: S101 - it is an exception
    if not private.and_following:
        return replace(series, exdates=(*series.exdates, named))
    ends = before(named, home, all_day=is_day(series.dtstart))
    rrule = f"{_without_until(series.rrule)};UNTIL={ends}" if series.rrule else None
    rdates = [one for one in series.rdates if (moment(one, home) or "") < (moment(named, home) or "")]
    return replace(series, rrule=rrule, rdates=tuple(rdates))


def _without_until(rrule: str) -> str:
    return ";".join(part for part in rrule.split(";") if part and not part.upper().startswith("UNTIL="))


def _known_as(component: Component) -> str:
    """Give the UID; without a usable one, what is made of title and start."""
    uid = component.uid
    if uid is not None and len(uid) <= _LONGEST_KEY:
        return uid
    start = component.dtstart["value"] if component.dtstart else ""
    told = uid if uid is not None else f"{component.summary}\x1f{start}"
    return "~" + hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _named(component: Component, home: str) -> str:
    named = component.recurrence_id
    return (moment(named, home) or named["value"]) if named else ""


def _looks_like(one: Component, other: Component, home: str) -> bool:
    titles = {" ".join((component.summary or "").casefold().split()) for component in (one, other)}
    starts = {moment(component.dtstart, home) for component in (one, other)}
    return len(titles) == 1 or (len(starts) == 1 and None not in starts)


def _version(component: Component) -> tuple[int, str]:
    return component.sequence, stamp(component.last_modified)


def _age(component: Component) -> tuple[int, str, str]:
    return *_version(component), stamp(component.dtstamp)


def stamp(written: Any) -> str:
    """Give a moment of LAST-MODIFIED or DTSTAMP in UTC, or nothing."""
    return moment(written, "UTC") or "" if written else ""
