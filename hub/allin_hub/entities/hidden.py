"""Hides entries from every output until the office shows them again, and lists what is hidden."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allin_hub.base.bindings import of_hidden
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.store import entities, hidden_entries, runs
from allin_hub.store.engine import reading, writing
from allin_schemas import ENTITIES, Kind


@dataclass(frozen=True, slots=True)
class HiddenEntry:
    """An entry that no output shows. `title` is empty for a person. It is hidden until the end of the day `until`, if any."""

    id: str
    kind: Kind
    title: str
    hidden_at: dt.datetime
    until: dt.date | None
    reason: str


def hide_entry(hub: Hub, word: str, reason: str = "", until: dt.date | None = None) -> HiddenEntry:
    """Hide an entry by its id, the beginning of that, or its slug; it is gone from the outputs with their next publish.

    Raises ConfigError when no entry or several are called so, or the day is over.
    """
    if until is not None and until < today(hub):
        raise ConfigError("The day {day} is over.", hint="Name a day that is to come.", day=until.isoformat())
    with reading(hub.engine) as connection:
        kind, entity = entities.the_one(connection, word)
    sealed = hub.sealer.seal({"reason": reason}, of_hidden(entity)) if reason else None
    run_id, now = new_id(), hub.clock()
    with writing(hub.engine, Point.ENTRY_HIDDEN) as connection:
        hidden_entries.hide(connection, kind, entity, now, until, sealed)
        hub.begin_run(connection, run_id, "hide", entity)
        runs.end_run(connection, run_id, "done", {}, None, now)
    return next(one for one in hidden_list(hub) if one.id == entity)


def show_entry(hub: Hub, word: str) -> str:
    """Let the outputs have an entry again; its id.

    Raises ConfigError when no such entry is hidden.
    """
    with reading(hub.engine) as connection:
        _, entity = entities.the_one(connection, word)
        rows = hidden_entries.hidden(connection, dt.date.min)
        held_by = [one.entity for one in rows if entity in hidden_entries.reached(connection, one)]
    if not held_by:
        raise ConfigError("'{word}' is not hidden.", hint="What is hidden: allin hide", word=word)
    run_id, now = new_id(), hub.clock()
    with writing(hub.engine, Point.ENTRY_SHOWN) as connection:
        hidden_entries.show(connection, held_by)
        hub.begin_run(connection, run_id, "unhide", entity)
        runs.end_run(connection, run_id, "done", {}, None, now)
    return entity


def hidden_list(hub: Hub) -> list[HiddenEntry]:
    """What is hidden today, the first hidden first."""
    with reading(hub.engine) as connection:
        rows = hidden_entries.hidden(connection, today(hub))
        found = []
        for one in rows:
            stored = entities.load(connection, one.kind, [one.entity], hub.sealer).get(one.entity)
            named = stored is not None and one.kind is not Kind.PERSON
            title = str(stored.data.get(ENTITIES[one.kind].title_field) or "") if stored and named else ""
            reason = hub.sealer.unseal(one.sealed, of_hidden(one.entity))["reason"] if one.sealed else ""
            found.append(HiddenEntry(one.entity, one.kind, title, one.at, one.until, reason))
    return found


def today(hub: Hub) -> dt.date:
    """The day in the hub's time zone."""
    return hub.clock().astimezone(ZoneInfo(hub.config.hub.zone)).date()
