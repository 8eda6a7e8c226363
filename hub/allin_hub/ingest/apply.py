"""Steps 6 and 7 of one run in one write transaction: the records, the cursor, the changes and the report, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.base.bindings import of_answers
from allin_hub.base.reports import EntryChange, SourceReport
from allin_hub.entities.link import Linker
from allin_hub.entities.source_snapshot import kept, with_left
from allin_hub.i18n.translator import Voice
from allin_hub.ingest.edit_hints import tell_of_edits
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.prepare import merge_mark
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.run_report import complete_report
from allin_hub.mapping import learned as learned_maps
from allin_hub.mapping.values import merged
from allin_hub.privacy.consent_ledger import AnswerRead, entries
from allin_hub.privacy.released import subjects_of, voices
from allin_hub.store import claims, consents, leases, partner_files, problems, runs, staging
from allin_hub.store import raw_records as raws
from allin_hub.store.corrections import replaced
from allin_hub.store.corrections.replaced import Undoable

UNCHANGED = frozenset({staging.RENAMED, staging.MOVED, staging.REREAD})
"""What a run does with a record whose cells are those that it had before."""


def apply(
    connection: Connection,
    run: SyncRun,
    result: FetchResult,
    entries: Sequence[EntryChange] = (),
    *,
    undoable: bool = True,
    undoes: Undoable | None = None,
) -> SourceReport:
    """Move a run's staging into the tables, and make of it the entities that the hub knows.

    `entries` are those that its report names. What an `undoable` run replaces is kept until the next one of its source
    that changes something; one that `undoes` another ties claims to the entities to which they were tied before it.
    Neither the plugin nor its settings are asked: what was staged is written as it was shown.
    Raises StoreError when another run has taken the source over meanwhile.
    """
    hub, name = run.hub, run.source
    leases.refuse_overtaken(connection, name, run.fence)
    row = runs.source_row(connection, name)
    counts = staging.counts(connection, run.id)
    if undoable:
        replaced.keep(connection, run.id, name, row, of_file=result.read)
    staging.move_raws(connection, run.id, name)
    claims.forget_keys(connection, staging.replaced_claims(connection, run.id))
    staging.move_claims(connection, run.id, name)
    staging.move_problems(connection, run.id, name, of_file=result.read)
    settings = hub.config.sources.get(name)
    standing = merge_mark(hub, settings) if settings else _merge_mark_of(row)
    if row.get("fingerprint") and _merge_mark_of(row) != standing:
        claims.touch_source(connection, name, run.id)
    linker = Linker(connection, with_left(connection, hub), run.id, undoable=undoable)
    if undoes is not None:
        linker.put_back(undoes.run_id)
    matching = undoes is None or not replaced.is_last_linking(connection, undoes.state)
    linked = linker.link(progress=run.progress, matching=matching)
    tell_of_edits(connection, run)
    _write_answers(connection, run, result)
    report = SourceReport(
        name,
        "done" if result.complete else "partial",
        run=run.id,
        fetched=result.fetched,
        unchanged=result.unchanged,
        new=_count(counts, staging.NEW),
        new_waiting=counts.get((staging.NEW, raws.QUARANTINED), 0),
        changed=_count(counts, staging.CHANGED),
        renamed=_count(counts, staging.RENAMED),
        withdrawn=_count(counts, staging.GONE),
        reread=result.reread,
        skipped=sum(result.skipped.values()),
        skipped_kinds=result.skipped,
        created=linked.created,
        updated=linked.updated,
        questions=linked.questions,
        entries=entries,
    )
    overtaken = end_held(connection, name, but=run.id)
    complete_report(connection, hub, report)
    if result.read and not (result.complete and result.counts_all):
        refused = sum(count for (_, status), count in counts.items() if status == raws.QUARANTINED)
        report.quarantined = result.waiting + refused
    staging.drop(connection, [run.id])
    runs.end_run(connection, run.id, report.status, report.counts(), None, hub.clock())
    _remember(connection, run, result, report, row, f"{result.fingerprint}|{standing}")
    if overtaken and not result.read:
        runs.save_source(connection, name, mark=None)
    return report


def keep_map(run: SyncRun, result: FetchResult) -> None:
    """Write what a read learned of the source's columns to `maps/<source>.toml`."""
    if result.learned is not None:
        config = run.hub.config
        say = Voice(config.hub.languages[0])
        given = config.sources[run.source].values if run.source in config.sources else {}
        values = merged(learned_maps.learned_values(config.folder, run.source), given)
        learned_maps.keep(
            config.folder, run.source, result.learned, result.unused, say, values, orders=result.orders
        )


def end_held(connection: Connection, source: str, but: str | None = None) -> int:
    """End the runs of a source that wait for a person: what they were compared with is no more. How many."""
    held = [one["id"] for one in runs.held_of(connection, source) if one["id"] != but]
    staging.drop(connection, held)
    problems.forget_held(connection, source)
    runs.close_held(connection, source, "overtaken")
    return len(held)


def _count(counts: Mapping[tuple[str, str], int], op: str) -> int:
    return sum(count for (one, _), count in counts.items() if one == op)


def _merge_mark_of(row: Mapping[str, Any]) -> str:
    return str(row.get("fingerprint") or "").partition("|")[2]


def _write_answers(connection: Connection, run: SyncRun, result: FetchResult) -> None:
    """Append to the ledger what persons answered, after what it holds at this moment.

    It comes after the linking: the keys of a person name the organisation that she belongs to.
    """
    sealer = run.hub.sealer
    said = [
        AnswerRead(claim, raw, sealer.unseal(sealed, of_answers(claim, run.id)), updated_at, op in UNCHANGED)
        for claim, raw, sealed, updated_at, op in staging.answers(connection, run.id)
    ]
    if not said:
        return
    ids = [one.claim_id for one in said]
    events, wordings = entries(
        said,
        *voices(connection, ids),
        method=result.method,
        language=result.language,
        now=run.hub.clock(),
        run_id=run.id,
        hashed=lambda words: sealer.hash_text("answer", words),
    )
    subjects = subjects_of(connection, sealer, sorted({one["claim_id"] for one in events}))
    for one in events:
        one["subject"] = subjects.get(one["claim_id"])
    consents.add_consents(connection, sealer, events, wordings)


def _remember(
    connection: Connection,
    run: SyncRun,
    result: FetchResult,
    report: SourceReport,
    row: Mapping[str, Any],
    fingerprint: str,
) -> None:
    now = run.hub.clock()
    values: dict[str, Any] = {"fingerprint": fingerprint, "last_run": run.id}
    settings = run.hub.config.sources.get(run.source)
    if settings is not None:
        values["standing"] = kept(settings)
    if result.read:
        values |= {
            "last_status": report.status,
            "last_attempt_at": now,
            "last_success_at": now,
            "message": None,
            "failing_since": None,
            "report": orjson.dumps(report.counts()).decode(),
        }
    if result.read and result.complete:
        values["accepted_runs"] = (row.get("accepted_runs") or 0) + 1
        values["mark"] = result.mark
        if result.file is not None:
            file = partner_files.ReadFile(result.file["place"], tuple(result.file["id"]))
            partner_files.applied(connection, run.source, file, now)
        values["headers"] = orjson.dumps(result.headers).decode()
        if result.renewed:
            values["trimmed"] = None
        if result.cursor is not None:
            values["cursor"] = result.cursor
    runs.save_source(connection, run.source, **values)
