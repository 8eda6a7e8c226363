"""Gives a source another name: its raws, claims, questions, map and settings go along; entities, consents and history stay."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.types import OFFICE, PendingEdit
from allin_hub.config import toml_edit
from allin_hub.config.settings import is_name
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.link import Linker
from allin_hub.entities.match_keys import marked, member_clues, record_clue
from allin_hub.entities.record_keys import opened_fields
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.manage.pending_edits import RENAME, finish, note
from allin_hub.manage.source_lock import Reservation, reserved
from allin_hub.store import claims, runs, sources
from allin_hub.store.engine import reading, writing
from allin_schemas import Kind


def rename(hub: Hub, old: str, new: str) -> None:
    """Rename a source everywhere, in hub.toml too; where its block was renamed by hand already, only the rest.

    Raises ConfigError where a name does not fit, or the block has to be changed by hand first.
    """
    if hub.ended == PendingEdit(RENAME, old, new):
        return
    _refuse(hub, old, new)
    text = toml_edit.read(hub.config.folder)
    if old in hub.config.sources and toml_edit.renamed(text, old, new) is None:
        hint = "Write [sources.{new}] there yourself, then run this again: allin source rename {name} {new}"
        raise toml_edit.by_hand(text, ("sources", old), hint, name=old, new=new)
    with reserved(hub, old, new) as reservation:
        _move(hub, old, new, reservation)
    finish(hub.engine, hub.config.folder)


def _refuse(hub: Hub, old: str, new: str) -> None:
    settings = hub.config.sources
    if not is_name(new) or new == OFFICE:
        raise ConfigError(
            "'{name}' is not a usable name.", hint="Use a-z, 0-9, - and _, at most 60 characters.", name=new
        )
    with reading(hub.engine) as connection:
        knows_old, knows_new = sources.known(connection, old), sources.known(connection, new)
    if not knows_old and old not in settings:
        raise unknown("There is no source '{word}'.", old, settings)
    if old in settings and new in settings:
        raise ConfigError(
            "hub.toml has a source '{name}' already.", hint="Choose a name that is free.", name=new
        )
    if knows_new:
        raise ConfigError(
            "The hub holds records of a source '{name}' already.",
            hint="Choose a name that is free. Two sources cannot become one.",
            name=new,
        )
    if old not in settings and new not in settings:
        raise ConfigError(
            "Neither '{old}' nor '{name}' is in hub.toml.",
            hint="Put the block back under one of the names, then run this again.",
            old=old,
            name=new,
        )


def _move(hub: Hub, old: str, new: str, reservation: Reservation) -> None:
    """All rows in one transaction; what is to be done to files is noted in it, so that a kill leaves nothing half done."""
    settings = {
        new if name == old else name: one.model_copy(update={"name": new}) if name == old else one
        for name, one in hub.config.sources.items()
    }
    under_new = replace(hub, config=hub.config.model_copy(update={"sources": settings}))
    with writing(hub.engine, Point.SOURCE_RENAMED) as connection:
        reservation.refuse_overtaken(connection)
        sources.rename(connection, old, new)
        keys = _exchange_keys(connection, hub, old, new)
        hub.begin_run(connection, reservation.run_id, "rename", new)
        claims.touch_source(connection, new, reservation.run_id)
        Linker(connection, with_left(connection, under_new), reservation.run_id).link(keys)
        runs.end_run(connection, reservation.run_id, "done", {}, None, hub.clock())
        note(connection, PendingEdit(RENAME, old, new))
        reservation.end(connection)


def _exchange_keys(connection: Connection, hub: Hub, old: str, new: str) -> list[int]:
    """Match keys that hold only within one source hold its name: they are made again; the new ones."""
    sealer, made = hub.sealer, []
    for batch in sources.own_claims(connection, new):
        records = {one.raw_id: one for one in batch if not one.slot}
        clues = {}
        for raw_id, one in records.items():
            data = opened_fields(one.id, one.version, one.data, one.sealed, sealer)
            before, after = (record_clue(Kind(one.kind), name, data) for name in (old, new))
            if before and after:
                clues[raw_id] = before, after
        exchanged = []
        for one in batch:
            found = clues.get(one.raw_id)
            if found is None:
                continue
            if one.slot:
                data = opened_fields(one.id, one.version, one.data, one.sealed, sealer)
                found_of_member = [list(member_clues(data, [clue])) for clue in found]
                pairs = list(zip(*found_of_member, strict=True))
            else:
                pairs = [found]
            for before, after in pairs:
                was, now = sealer.numbers(marked(one.kind, rule, text) for rule, text in (before, after))
                exchanged.append((now, was, one.id))
        sources.exchange_keys(connection, exchanged)
        made += [now for now, _, _ in exchanged]
    return made
