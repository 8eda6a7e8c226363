"""Steps 3 to 7 of one run in one write transaction: the records, the cursor, the changes and the report, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.base.problems import Problem, problem_of, problem_values
from allin_hub.base.reports import SourceReport
from allin_hub.entities.link import Linker
from allin_hub.entities.source_snapshot import kept, with_left
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.raw_codec import opened
from allin_hub.ingest.write_claims import Arrival, Writer
from allin_hub.store import claims, leases
from allin_hub.store import problems as findings
from allin_hub.store import raw_records as raws
from allin_hub.store import runs as bookkeeping
from allin_hub.store.retention import whole_since

BATCH = 4000
SHOWN = 1000


def apply(
    connection: Connection,
    hub: Hub,
    prepared: Prepared,
    run_id: str,
    fence: int,
    *,
    pending: Mapping[str, Any],
    file_problems: list[Problem],
    replay: bool,
    told: Callable[[int, int | None], None] | None = None,
) -> SourceReport:
    """Make of a run's staging, and of kept raws when they are to be mapped again, what the hub knows.

    Raises StoreError when another run has taken the source over meanwhile.
    """
    name = prepared.name
    leases.refuse_overtaken(connection, name, fence)
    row = bookkeeping.source_row(connection, name)
    writer = Writer(
        connection, hub, prepared.settings, prepared.source, prepared.kind, run_id, prepared.validator(hub)
    )
    linker = Linker(connection, with_left(connection, hub), run_id, writer.first_claim)
    counts = raws.staged_counts(connection, run_id)
    whole = whole_since(row, prepared.fingerprint(hub))
    done = 0
    for batch in _arrivals(connection, hub, name, run_id, replay, whole):
        linker.ahead(writer.write(batch), name)
        done += len(batch)
        if told is not None:
            told(done, None)
    _withdraw(connection, name, run_id)
    standing = prepared.standing(hub)
    fingerprint = f"{prepared.fingerprint(hub)}|{standing}"
    if row.get("fingerprint") and row["fingerprint"].partition("|")[2] != standing:
        claims.touch_source(connection, name, run_id)
    linked = linker.link(writer.keys)
    sealed = [
        (name, None, run_id, str(problem.severity), problem.code, hub.sealer.seal(problem_values(problem)))
        for problem in file_problems
    ]
    if pending.get("read", True):
        findings.replace_problems(connection, name, None, sealed)
    report = SourceReport(
        name,
        "done" if pending.get("complete", True) else "partial",
        run=run_id,
        fetched=int(pending["fetched"]),
        unchanged=int(pending["unchanged"]),
        new=counts.get("new", 0),
        new_waiting=writer.refused_new,
        changed=counts.get("changed", 0),
        renamed=counts.get("renamed", 0),
        withdrawn=counts.get("gone", 0),
        skipped=sum(pending["skipped"].values()),
        skipped_kinds=pending["skipped"],
        created=linked.created,
        updated=linked.updated,
        questions=linked.questions,
    )
    complete_report(connection, hub, report)
    if not pending.get("counts_all", True):
        report.quarantined = int(pending["waiting"]) + writer.refused
    raws.drop_staging(connection, run_id)
    if pending.get("read", True):
        for held in bookkeeping.held_of(connection, name):
            raws.drop_staging(connection, held["id"])
        bookkeeping.close_held(connection, name, "overtaken")
    bookkeeping.end_run(connection, run_id, report.status, report.counts(), None, hub.clock())
    _remember(connection, hub, prepared, run_id, fingerprint, pending, report, row)
    return report


def _remember(
    connection: Connection,
    hub: Hub,
    prepared: Prepared,
    run_id: str,
    fingerprint: str,
    pending: Mapping[str, Any],
    report: SourceReport,
    row: Mapping[str, Any],
) -> None:
    now = hub.clock()
    values: dict[str, Any] = {"fingerprint": fingerprint, "last_run": run_id}
    values["standing"] = kept(prepared.settings)
    if pending.get("read", True):
        values |= {
            "last_status": report.status,
            "last_attempt_at": now,
            "last_success_at": now,
            "message": None,
            "failing_since": None,
            "report": orjson.dumps(report.counts()).decode(),
        }
        if report.status == "done":
            values["accepted_runs"] = (row.get("accepted_runs") or 0) + 1
            values["mark"] = pending["mark"]
            values["headers"] = orjson.dumps(pending["headers"]).decode()
            if pending.get("renewed"):
                values["trimmed"] = None
            if pending["cursor"] is not None:
                values["cursor"] = pending["cursor"]
    bookkeeping.save_source(connection, prepared.name, **values)


def complete_report(connection: Connection, hub: Hub, report: SourceReport) -> None:
    """What a report says of the source as a whole: its quarantine, and all its open problems."""
    report.quarantined = raws.counts(connection, report.source).get(raws.QUARANTINED, 0)
    rows = findings.problems(connection, report.source)
    report.problems_total = len(rows)
    report.problems = [problem_of(hub.sealer.unseal(row.sealed)) for row in rows[:SHOWN]]
    codes: dict[str, int] = {}
    for row in rows:
        codes[row.code] = codes.get(row.code, 0) + 1
    report.codes = codes


def _arrivals(
    connection: Connection, hub: Hub, name: str, run_id: str, replay: bool, whole: str | None
) -> Iterator[list[Arrival]]:
    """Everything that is to be mapped, in the order of arrival: kept raws first when they are mapped again.

    Raws read before `whole` may lack what the map needs now: they stay as they were mapped, until they are read again.
    """
    if replay:
        waiting = _staged_keys(connection, name, run_id)
        for kept in raws.kept_batches(connection, name, BATCH, run_id, whole):
            yield [
                Arrival(raw.id, _open(hub, raw.sealed, raw.updated_at), False)
                for raw in kept
                if raw.id not in waiting
            ]
    first = raws.next_raw_id(connection)
    raws.copy_new(connection, run_id, name, first)
    for staged in raws.staged_batches(connection, run_id, ("new",), BATCH):
        yield [
            Arrival(first + n, _open(hub, one.sealed, one.updated_at), True) for n, one in enumerate(staged)
        ]
        first += len(staged)
    for staged in raws.staged_batches(connection, run_id, ("changed", "renamed", "moved"), BATCH):
        ids = raws.ids_by_key(connection, name, [one.old_key or one.key for one in staged])
        rows = [
            (one.digest, one.sealed, one.updated_at, run_id, one.key, ids[bytes(one.old_key or one.key)])
            for one in staged
        ]
        raws.renew(connection, rows)
        yield [
            Arrival(ids[bytes(one.old_key or one.key)], _open(hub, one.sealed, one.updated_at), False)
            for one in staged
        ]


def _staged_keys(connection: Connection, name: str, run_id: str) -> set[int]:
    """Kept raws that this run brings anew or takes away: they are not mapped as they were."""
    keys: list[bytes] = []
    for batch in raws.staged_batches(connection, run_id, ("changed", "renamed", "moved", "gone"), BATCH):
        keys += [bytes(one.old_key or one.key) for one in batch]
    return set(raws.ids_by_key(connection, name, keys).values())


def _open(hub: Hub, sealed: bytes | None, updated_at: dt.datetime | str | None) -> Any:
    return opened(hub.sealer.unseal(sealed or b""), updated_at)


def _withdraw(connection: Connection, name: str, run_id: str) -> None:
    """Records that are gone, and what they claimed: a state, never a deletion."""
    for batch in raws.staged_batches(connection, run_id, ("gone",), BATCH):
        ids = list(raws.ids_by_key(connection, name, [bytes(one.key) for one in batch]).values())
        raws.settle(connection, [(raws.WITHDRAWN, id) for id in ids])
        made = claims.of_raws(connection, ids)
        claims.withdraw(
            connection,
            [known.id for slots in made.values() for known in slots.values() if known.live],
            run_id,
        )
        findings.drop_problems(connection, ids)
