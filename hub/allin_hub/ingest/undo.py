"""Takes the last run of a source back: its records and claims are as before it, and the next read holds what it would repeat.

It begins at step 6, with a staging that is made of what the run replaced; no other source's claims change.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from allin_hub.base.bindings import of_claim
from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.base.reports import SourceReport
from allin_hub.hub import Hub
from allin_hub.ingest.apply import apply
from allin_hub.ingest.diff import Difference, differences
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.source_lease import source_lease
from allin_hub.privacy.undone_consents import end_yes_of
from allin_hub.store import leases, runs, staging
from allin_hub.store.corrections import replaced
from allin_hub.store.corrections.replaced import Undoable
from allin_hub.store.engine import open_engine, reading, writing
from allin_hub.store.raw_records import WITHDRAWN
from allin_hub.store.tables import iso


@dataclass(frozen=True, slots=True)
class UndoableRun:
    """The last run of a source that changed something, and what it did then; `rows` only where they were asked for.

    `rows` say what would become of each record: `gone` what it brought, `changed` what it changed, `reread` what is back.
    """

    run: str
    source: str
    at: dt.datetime
    new: int
    changed: int
    withdrawn: int
    rows: tuple[Difference, ...] = ()


def undoable_runs(hub: Hub) -> list[UndoableRun]:
    """The runs that can be taken back, the newest first."""
    with reading(hub.engine) as connection:
        return [_shown(one) for one in replaced.undoable(connection)]


def undoable_run(hub: Hub, word: str) -> UndoableRun:
    """What would be taken back, record by record; `word` is a run's id, its end, or a source.

    Raises ConfigError when no such run can be taken back: it says why.
    """
    with reading(hub.engine) as connection:
        found = _named(connection, word)
        run_id = new_id()
        rows = _staged(connection, hub, found, run_id)
    with _thrown_away() as engine:
        with writing(engine, Point.RAWS_STAGED) as staged_in:
            staging.add(staged_in, rows)
        return _shown(found, tuple(differences(hub, run_id, engine)))


def undo(hub: Hub, word: str) -> SourceReport:
    """Take a run back, in one transaction.

    Raises ConfigError when no such run can be taken back, StoreError while another run works on its source.
    """
    began = time.perf_counter()
    with reading(hub.engine) as connection:
        name = _named(connection, word).source
    run_id = new_id()

    def begin(connection: Connection) -> None:
        held = [row["id"] for row in runs.held_runs(connection)]
        staging.drop_stale(connection, name, [*held, run_id])
        hub.begin_run(connection, run_id, "undo", name)

    with source_lease(hub, name, run_id, begin) as fence:
        if fence is None:
            raise StoreError(
                "A run works on this source just now.", hint="Wait for its end, then run this again."
            )
        with writing(hub.engine, Point.RUN_UNDONE) as connection:
            report = _undo(connection, SyncRun(hub, name, run_id, fence), _named(connection, word))
            leases.give_lease_back(connection, name, fence)
    report.seconds = time.perf_counter() - began
    return report


def _undo(connection: Connection, run: SyncRun, undone: Undoable) -> SourceReport:
    hub, name = run.hub, run.source
    rows = _staged(connection, hub, undone, run.id)
    row = runs.source_row(connection, name)
    made = _made(connection, undone)
    map_then = str(undone.state["fingerprint"] or "").partition("|")[0]
    map_now = str(row.get("fingerprint") or "").partition("|")[0]
    if any(problem[2] is None for problem in rows.problems):
        replaced.drop_file_problems(connection, name)
    staging.add(connection, rows)
    result = FetchResult(read=False, fingerprint=map_then)
    report = apply(connection, run, result, undoable=False, undoes=undone)
    end_yes_of(connection, hub.sealer, undone.run_id, run.id, hub.clock())
    runs.save_source(
        connection,
        name,
        mark=None,
        last_status="done",
        message=None,
        accepted_runs=undone.state["accepted_runs"] or 0,
        cursor=undone.state["cursor"],
        headers=undone.state["headers"],
    )
    if not map_then:
        runs.save_source(connection, name, fingerprint=None)
    state = {"run": undone.run_id, "at": iso(hub.clock()), "map": map_now if map_now != map_then else ""}
    replaced.remember_undone(connection, name, made, state)
    replaced.forget(connection, name)
    replaced.mark_undone(connection, undone.run_id)
    hub.note(connection, "undo", name, {"run": undone.run_id})
    return report


def _shown(one: Undoable, rows: tuple[Difference, ...] = ()) -> UndoableRun:
    counts = one.counts
    return UndoableRun(
        one.run_id,
        one.source,
        one.started_at,
        counts.get("new", 0),
        counts.get("changed", 0) + counts.get("renamed", 0) + counts.get("reread", 0),
        counts.get("withdrawn", 0),
        rows,
    )


def _named(connection: Connection, word: str) -> Undoable:
    """The run that is meant.

    Raises ConfigError when it cannot be taken back, any more or at all.
    """
    known = replaced.undoable(connection)
    found = [one for one in known if word == one.source or _is_called(one.run_id, word)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError("Several runs end with '{run}'.", hint="Write more of the id.", run=word)
    rows = [
        row
        for row in runs.finished(connection, "undone")
        if word == row["target"] or _is_called(row["id"], word)
    ]
    if rows:
        raise ConfigError(
            "This run was taken back already, on {day}.",
            hint="What it brought is held when it comes again: allin sync {source}. Then it can be accepted after all.",
            day=str(rows[0]["finished_at"])[:10],
            source=rows[0]["target"],
        )
    raise ConfigError(
        "'{run}' is no run that can be taken back.",
        hint="Only the last run of a source that changed something can be, for as long as it is kept: allin undo",
        run=word,
    )


def _is_called(run_id: str, word: str) -> bool:
    return len(word) >= 4 and (run_id.startswith(word) or run_id.endswith(word))


def _staged(connection: Connection, hub: Hub, undone: Undoable, run_id: str) -> staging.Rows:
    """The rows that put back what a run replaced, and let go what it brought."""
    name, sealer = undone.source, hub.sealer
    rows = staging.Rows()
    for id, key, digest, day in replaced.new_records(connection, undone.run_id, name):
        rows.raws.append((run_id, id, staging.GONE, key, digest, WITHDRAWN, None, None, day))
    for one in replaced.records_before(connection, undone.run_id, name):
        op = staging.REREAD if one.sealed is None else staging.CHANGED
        if op == staging.REREAD and one.status == WITHDRAWN:
            op = staging.GONE
        moment = replaced.moment(one.updated_at)
        rows.raws.append(
            (run_id, one.id, op, one.key, one.digest, one.status, one.sealed, moment, one.arrived_on)
        )
    for id, raw_id, slot, kind in replaced.new_claims(connection, undone.run_id, name):
        rows.claims.append((run_id, id, raw_id, staging.GONE, slot, kind, *[None] * 8))
    back = set()
    for claim in replaced.claims_before(connection, undone.run_id):
        if not claim.live:
            rows.claims.append(
                (run_id, claim.id, claim.raw_id, staging.GONE, claim.slot, claim.kind, *[None] * 8)
            )
            continue
        back.add(claim.id)
        version = claim.version_now + 1
        sealed = claim.sealed
        if sealed is not None:
            sealed = sealer.rebind(sealed, of_claim(claim.id, claim.version), of_claim(claim.id, version))
        rows.claims.append(
            (run_id, claim.id, claim.raw_id, staging.CHANGED, claim.slot, claim.kind, None, claim.data, sealed,
             claim.digest, claim.match_keys, replaced.moment(claim.updated_at), version, claim.person_keys)
        )  # fmt: skip
    keys = replaced.match_keys(connection, undone.run_id)
    rows.match_keys = [(run_id, *one) for one in keys if one[0] in back]
    rows.references = [
        (run_id, *one) for one in replaced.references(connection, undone.run_id) if one[0] in back
    ]
    rows.reference_keys = [
        (run_id, *one) for one in replaced.reference_keys(connection, undone.run_id) if one[0] in back
    ]
    rows.problems = [
        (run_id, id, raw_id, severity, code, sealed)
        for id, raw_id, severity, code, sealed in replaced.problems_before(connection, undone.run_id)
    ]
    known = {row[1] for row in rows.raws}
    touched = {row[2] for row in rows.claims} | {row[2] for row in rows.problems if row[2] is not None}
    rows.raws += replaced.as_they_are(connection, run_id, sorted(touched - known))
    return rows


def _made(connection: Connection, undone: Undoable) -> list[tuple[bytes, bytes | None]]:
    """What the run had made of records: the key and the digest, none of one that was gone."""
    new = replaced.new_records(connection, undone.run_id, undone.source)
    found: list[tuple[bytes, bytes | None]] = [(key, digest) for _, key, digest, _ in new]
    for one in replaced.records_before(connection, undone.run_id, undone.source):
        if one.status_now == WITHDRAWN and one.status != WITHDRAWN:
            found.append((bytes(one.key_now), None))
        elif one.sealed is not None:
            found.append((bytes(one.key_now), bytes(one.digest_now)))
    return found


@contextmanager
def _thrown_away() -> Iterator[Engine]:
    """A database for a staging that is only looked at."""
    with tempfile.TemporaryDirectory(prefix="allin-undo-") as folder:
        engine = open_engine(f"sqlite:///{folder}/staging.db")
        try:
            staging.create(engine, {})
            yield engine
        finally:
            engine.dispose()
