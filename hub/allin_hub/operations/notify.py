"""Tells the office once when a source or an output goes away, and once when it is back, by mail or any apprise address.

What was told stands in the database. It is noted after a message was taken, so a process that is killed between the
two tells it again: an alert twice is a nuisance, one that never came is a directory that grows old unseen. A lease keeps
two processes from telling the same at once, and who holds it looks again before giving it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_of
from allin_hub.operations import status
from allin_hub.operations.notify_messages import AWAY, BACK, ENDING, HELD, News, message
from allin_hub.operations.notify_send import Fault, post
from allin_hub.operations.status import MESSAGE_FAULT, is_late
from allin_hub.store import leases, runs
from allin_hub.store.engine import writing

LEASE = "telling the office"
"""With spaces, as no source is called."""
OK_AGAIN = frozenset({"done", "behind"})
FORGOTTEN = frozenset({"off", "offline", status.LEFT})
"""What the office switched off itself is nothing to tell."""
ROUNDS = 5
"""How often one process tells what came up while it was telling."""


@dataclass(slots=True)
class Told:
    """What was told, and to whom it could not be told."""

    news: list[News] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every address took every message."""
        return not self.faults


def tell(hub: Hub) -> Told:
    """Tell what is new since the last time; never raises for an address that does not take it."""
    told = Told()
    if not hub.config.notify.to or not (due(hub) or forgotten(hub)):
        return told
    with writing(hub.engine, Point.TELLING_BEGUN) as connection:
        fence = leases.take_lease(connection, LEASE, new_id(), hub.clock())
    if fence is None:
        return told
    try:
        for _ in range(ROUNDS):
            with writing(hub.engine, Point.TELLING_EXTENDED) as connection:
                if not leases.extend_lease(connection, LEASE, fence, hub.clock()):
                    return told
                for part, name in forgotten(hub):
                    _note(connection, part, name, None)
                news = due(hub)
                if not news or told.faults:
                    leases.give_lease_back(connection, LEASE, fence)
                    return told
            _send(hub, news, fence, told)
        return told
    finally:
        with writing(hub.engine, Point.TELLING_ENDED) as connection:
            leases.give_lease_back(connection, LEASE, fence)


def _send(hub: Hub, news: Sequence[News], fence: int, told: Told) -> None:
    """Send one message of all news; it counts as told when at least one address took it."""
    subject, body = message(hub, news, voice_of(hub.config))
    faults = post(hub, subject, body)
    told.faults += faults
    taken = len(faults) < len(hub.config.notify.to)
    note_outcome(hub, faults)
    with writing(hub.engine, Point.TOLD_NOTED) as connection:
        if taken and leases.holds_lease(connection, LEASE, fence):
            for one in news:
                _note(connection, one.part, one.name, None if one.what == BACK else one.what)
    if taken:
        told.news += news


def _note(connection: Connection, part: str, name: str, what: str | None) -> None:
    save = runs.save_source if part == "source" else runs.save_output
    save(connection, name, told=what)


def note_outcome(hub: Hub, faults: Sequence[Fault]) -> None:
    """Remember whether messages reach the office, so that `allin status` can say it."""
    with writing(hub.engine, Point.TELLING_NOTED) as connection:
        runs.save_fact(connection, MESSAGE_FAULT, hub.clock().isoformat() if faults else "")


def due(hub: Hub) -> list[News]:
    """What the office does not know yet."""
    found = []
    for part, name, one, schedule in _all(hub):
        what = _what(hub, one, schedule)
        if what is not None and what != one.told and (what != BACK or one.told is not None):
            found.append(News(part, name, what, one))
    return found


def forgotten(hub: Hub) -> list[tuple[str, str]]:
    """What was told to be away, and is switched off meanwhile."""
    return [
        (part, name)
        for part, name, one, schedule in _all(hub)
        if one.told is not None and one.state in FORGOTTEN and _what(hub, one, schedule) != ENDING
    ]


def _all(hub: Hub) -> list[tuple[str, str, status.SourceStanding | status.OutputStanding, str | None]]:
    found: list[tuple[str, str, status.SourceStanding | status.OutputStanding, str | None]] = []
    for name, source in status.sources(hub, counted=False).items():
        settings = hub.config.sources.get(name)
        found.append(("source", name, source, settings.schedule if settings else None))
    for name, output in status.outputs(hub, counted=False).items():
        found.append(("output", name, output, hub.config.outputs[name].schedule))
    return found


def _what(hub: Hub, one: status.SourceStanding | status.OutputStanding, schedule: str | None) -> str | None:
    """Away, held, or as it should be; None while nothing certain is to be said."""
    if isinstance(one, status.SourceStanding) and one.consents_end_at is not None:
        return ENDING
    if one.state == "held":
        return HELD
    if one.state == "late":
        return AWAY
    if one.state == "failed":
        last = one.last_success_at
        office = hub.config.hub
        late = last is not None and is_late(schedule, last, office.zone, hub.clock(), office.late_after)
        return AWAY if late or one.failures >= hub.config.notify.after else None
    return BACK if one.state in OK_AGAIN else None
