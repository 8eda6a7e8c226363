"""What an issue tells: chosen from the view, the same in every language. It names no person."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from allin_hub import Change, View, event_dates
from allin_schemas import (
    Event,
    EventStatus,
    Opportunity,
    OpportunityStatus,
    Organisation,
    Place,
    Service,
    ServiceStatus,
)

if TYPE_CHECKING:
    from allin_hub import Occurrence
    from allin_plugins.newsletter.issue import Issue

FEWEST = 3
"""Opportunities are filled up to this number with those that are still open."""
_TIMES = frozenset({"start", "end", "status", "previous_start", "overrides", "exdates", "rdates", "rrule"})
_PLACES = frozenset({"location", "places", "mode"})
_UNIT = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Dates:
    """An event and its dates within the issue's window, the next one first."""

    event: Event
    when: tuple[Occurrence, ...]
    organiser: Organisation | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Move:
    """An event or an organisation of which the time or the place is another one now."""

    record: Event | Organisation
    time: bool
    place: Place | None
    when: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """Everything that an issue could tell, each list in the order of its importance."""

    joined: Sequence[Organisation] = ()
    services: Sequence[Service] = ()
    dates: Sequence[Dates] = ()
    chances: Sequence[Opportunity] = ()
    moves: Sequence[Move] = ()
    organisers: dict[UUID, Organisation] = field(default_factory=dict)


def gather(view: View, issue: Issue, now: dt.datetime, zone: str, weeks: int) -> News:
    """What is new, changed and coming, as far as the view shows it."""
    new, changed = _told(view.changes(issue.since))
    today = dt.datetime.combine(now.astimezone(ZoneInfo(zone)).date(), dt.time(), ZoneInfo(zone))
    end = dt.datetime.combine(issue.last, dt.time(), ZoneInfo(zone)) + dt.timedelta(days=1, weeks=weeks)
    # In the very first issue everything is new, so the word would say nothing.
    dates = _dates(view, today, end, new if issue.since else {})
    chances = _chances(view, today.date(), new)
    return News(
        joined=_joined(view, new),
        services=_new_services(view, new),
        dates=dates,
        chances=chances,
        moves=_moves(view, changed, {one.event.id: one.when for one in dates}, today),
        organisers={
            one.id: found
            for one, owner in [
                *((chance, chance.org_id) for chance in chances),
                *((service, service.provider_org_id) for service in view.all(Service)),
            ]
            if (found := view.get(Organisation, owner)) is not None
        },
    )


def _told(changes: Sequence[Change]) -> tuple[dict[UUID, int], dict[UUID, set[str]]]:
    """Entities that are new, with the order in which they came; and those that changed, with the fields."""
    new: dict[UUID, int] = {}
    changed: dict[UUID, set[str]] = {}
    for change in changes:
        if change.op == "new":
            new[change.entity] = change.seq
        elif change.op == "withdrawn":
            new.pop(change.entity, None)
            changed.pop(change.entity, None)
        elif change.entity not in new:
            fields = {found[0] for unit in change.units if (found := _UNIT.match(unit))}
            changed.setdefault(change.entity, set()).update(fields)
    return new, changed


def _joined(view: View, new: dict[UUID, int]) -> list[Organisation]:
    return sorted(
        (one for one in view.all(Organisation) if one.id in new),
        key=lambda one: (-new[one.id], one.name.casefold()),
    )


def _new_services(view: View, new: dict[UUID, int]) -> list[Service]:
    """Help and courses that one can come to and that the issue before did not tell of."""
    return sorted(
        (one for one in view.all(Service) if one.id in new and one.status is ServiceStatus.ACTIVE),
        key=lambda one: (-new[one.id], one.name.casefold()),
    )


def _dates(view: View, since: dt.datetime, until: dt.datetime, new: dict[UUID, int]) -> list[Dates]:
    found = []
    for event in view.all(Event):
        when = tuple(event_dates(event, since, until))
        if when:
            found.append(Dates(event, when, view.get(Organisation, event.organiser_org_id), event.id in new))
    return sorted(
        found, key=lambda one: (_moment(one.when[0].start), one.event.title.casefold(), one.event.id)
    )


def _chances(view: View, today: dt.date, new: dict[UUID, int]) -> list[Opportunity]:
    """What is new, then what ends soonest, until there are enough."""
    open_ones = [one for one in view.all(Opportunity) if _can_be_joined(one, today)]
    fresh = sorted(
        (one for one in open_ones if one.id in new), key=lambda one: (_ends(one), one.title.casefold())
    )
    others = sorted(
        (one for one in open_ones if one.id not in new), key=lambda one: (_ends(one), one.title.casefold())
    )
    return fresh + others[: max(0, FEWEST - len(fresh))]


def _can_be_joined(one: Opportunity, today: dt.date) -> bool:
    begun = one.publish_from is None or one.publish_from <= today
    return one.status is OpportunityStatus.OPEN and begun and _ends(one) >= today


def _ends(one: Opportunity) -> dt.date:
    """The last day on which people can join."""
    return min(
        (day for day in (one.publish_until, one.apply and one.apply.deadline) if day), default=dt.date.max
    )


def _moves(
    view: View, changed: dict[UUID, set[str]], dates: dict[UUID, tuple[Occurrence, ...]], today: dt.datetime
) -> list[Move]:
    moves = []
    for id_, fields in changed.items():
        event = view.get(Event, id_)
        if event is not None:
            place = event.location if fields & _PLACES else None
            time = bool(fields & _TIMES)
            if (time or place) and (id_ in dates or _was_ahead(event, today)):
                moves.append(Move(event, time, place, dates.get(id_, ())))
            continue
        organisation = view.get(Organisation, id_)
        if organisation is not None and "places" in fields and organisation.places:
            moves.append(Move(organisation, time=False, place=organisation.places[0]))
    return sorted(moves, key=lambda move: (_first(move), str(move.record.slug)))


def _was_ahead(event: Event, today: dt.datetime) -> bool:
    """Whether an event that does not take place was still to come."""
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    return off and _moment(event.start) >= today


def _first(move: Move) -> dt.datetime:
    if move.when:
        return _moment(move.when[0].start)
    return (
        _moment(move.record.start)
        if isinstance(move.record, Event)
        else dt.datetime.max.replace(tzinfo=dt.UTC)
    )


def _moment(when: dt.datetime | dt.date) -> dt.datetime:
    """A moment to sort by; a whole day sorts as its beginning."""
    return when if isinstance(when, dt.datetime) else dt.datetime.combine(when, dt.time(), dt.UTC)
