"""Takes a source away: all that it brought is withdrawn as if its feed had said so, and can be brought back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.types import PendingEdit
from allin_hub.config import toml_edit
from allin_hub.config.load import load
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.link import Linker
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_of
from allin_hub.ingest.apply import apply, end_held
from allin_hub.ingest.prepare import prepare
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.stage import Stager
from allin_hub.ingest.sync_source import replayed
from allin_hub.manage.pending_edits import REMOVE, finish, note
from allin_hub.manage.source_lock import reserved
from allin_hub.privacy.consent_ledger import LIVE
from allin_hub.store import consents, raw_records, runs, sources, staging
from allin_hub.store.corrections import replaced
from allin_hub.store.engine import reading, writing
from allin_schemas import ConsentEvent

REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would go with a source: its records, entities that only it supports, and consents that it brought."""

    source: str
    live: int
    waiting: int
    gone: dict[str, int]
    """Kind -> entities that nobody else supports."""
    stay: dict[str, int]
    """Kind -> entities that another source supports too."""
    consents: int

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def leaving(hub: Hub, name: str) -> Leaving:
    """Look at what would go; nothing is changed.

    Raises ConfigError for a source that neither hub.toml nor the database knows.
    """
    with reading(hub.engine) as connection:
        if not sources.known(connection, name) and name not in hub.config.sources:
            raise unknown("There is no source '{word}'.", name, hub.config.sources)
        counts = raw_records.counts(connection, name)
        entities = sources.entities_of(connection, name)
        states, _ = consents.consent_voices(connection, sources.live_claim_ids(connection, name))
    return Leaving(
        name,
        counts.get(raw_records.LIVE, 0),
        counts.get(raw_records.QUARANTINED, 0),
        {kind: alone for kind, (alone, _) in sorted(entities.items()) if alone},
        {kind: both for kind, (_, both) in sorted(entities.items()) if both},
        sum(ConsentEvent(event) in LIVE for event, *_ in states.values()),
    )


def remove(hub: Hub, name: str) -> Leaving:
    """Withdraw all that a source brought, in one transaction, and turn its block in hub.toml into remarks.

    Raises ConfigError where the block has to be changed by hand first, StoreError while a run holds the source.
    """
    found = leaving(hub, name)
    folder, say = hub.config.folder, voice_of(hub.config)
    remark = say("Removed. It comes back with: allin source restore {name}", name=name)
    text = toml_edit.read(folder)
    if name in hub.config.sources and toml_edit.taken_out(text, name, remark) is None:
        hint = (
            "Put a # before each line of its block yourself, then run this again: allin source remove {name}"
        )
        raise toml_edit.by_hand(text, ("sources", name), hint, name=name)
    with reserved(hub, name) as reservation, writing(hub.engine, Point.SOURCE_REMOVED) as connection:
        reservation.refuse_overtaken(connection)
        run_id, now = reservation.run_id, hub.clock()
        hub.begin_run(connection, run_id, "remove", name)
        gone = sources.withdraw(connection, name, run_id)
        sources.drop_problems(connection, name)
        replaced.forget(connection, name)
        end_held(connection, name)
        Linker(connection, with_left(connection, hub), run_id).link()
        runs.end_run(connection, run_id, "done", {"withdrawn": gone}, None, now)
        if gone or runs.source_row(connection, name).get("last_status") != REMOVED:
            runs.save_source(
                connection,
                name,
                last_status=REMOVED,
                last_run=run_id,
                last_attempt_at=now,
                accepted_runs=0,
                mark=None,
                cursor=None,
                message=None,
                failing_since=None,
                told=None,
            )
        note(connection, PendingEdit(REMOVE, name, remark))
        reservation.end(connection)
    finish(hub.engine, folder)
    return found


def restore(folder: Path, name: str, hub: Hub) -> int:
    """Bring a removed source back: its block in hub.toml, then its records as they were; how many those are.

    Raises ConfigError where it was not removed, or its block has to be put back by hand first.
    """
    with reading(hub.engine) as connection:
        row = runs.source_row(connection, name)
    if row.get("last_status") != REMOVED:
        raise ConfigError(
            "The source '{name}' was not removed.", hint="See all sources: allin source list", name=name
        )
    if name not in hub.config.sources:
        changed = toml_edit.brought_back(toml_edit.read(folder), name)
        if changed is None:
            raise ConfigError(
                "The block of '{name}' in hub.toml is no longer there as remarks.",
                hint="Write [sources.{name}] anew, then run this again: allin source restore {name}",
                name=name,
            )
        toml_edit.write(folder, changed)
    again = replace(hub, config=load(folder))
    return _bring_back(again, name, str(row["last_run"]))


def _bring_back(hub: Hub, name: str, removal: str) -> int:
    prepared = prepare(hub, hub.config.sources[name])

    def begin(connection: Connection, run_id: str) -> None:
        staging.drop_stale(connection, name, [run_id])
        hub.begin_run(connection, run_id, "restore", name)

    with reserved(hub, name, begin=begin) as reservation:
        run = SyncRun(hub, name, reservation.run_id, reservation.fence(name))
        with reading(hub.engine) as connection:
            row = runs.source_row(connection, name)
        result = replayed(Stager(run, prepared), row, withdrawn_by=removal)
        with writing(hub.engine, Point.SOURCE_BROUGHT_BACK) as connection:
            reservation.refuse_overtaken(connection)
            count = sum(staging.counts(connection, run.id).values())
            apply(connection, run, result, undoable=False)
            runs.save_source(
                connection, name, last_status="done" if count else None, accepted_runs=1 if count else 0
            )
            reservation.end(connection)
    return count
