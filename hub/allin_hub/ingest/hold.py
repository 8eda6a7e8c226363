"""Runs that wait for a person: why, kept as they are, and applied exactly when she says so."""

from __future__ import annotations

import time
from typing import Any

import orjson

from allin_hub.api.plugin import Holds
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Problem, problem_of, problem_values
from allin_hub.base.reports import SourceReport, SyncReport
from allin_hub.base.types import Reason
from allin_hub.fetched import Fetched
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_of
from allin_hub.ingest.apply import apply, complete_report
from allin_hub.ingest.diff import really_changed
from allin_hub.ingest.guard import Extent, reasons
from allin_hub.ingest.prepare import Prepared, prepare
from allin_hub.store import leases
from allin_hub.store import raw_records as raws
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import reading, writing


def reasons_to_hold(
    hub: Hub, prepared: Prepared, run_id: str, fetched: Fetched, row: dict[str, Any]
) -> list[Reason]:
    """Why this sync has to wait; none before a first complete one."""
    if not row.get("accepted_runs"):
        return []
    limits = prepared.settings.limits
    lost_columns = (
        _lost_columns(prepared, fetched, orjson.loads(row.get("headers") or "[]")) if fetched.complete else []
    )
    changed = fetched.changed
    if changed > max(limits.changed, limits.changed_share * fetched.before):
        changed = really_changed(hub, prepared, run_id)
    extent = Extent(
        before=fetched.before,
        fetched=fetched.unchanged + fetched.new + fetched.changed + fetched.renamed,
        lost=fetched.gone + fetched.renamed,
        changed=changed,
        new=fetched.new + fetched.renamed,
    )
    found = reasons(
        extent, limits, empty_is_news=fetched.complete and prepared.source.holds is not Holds.CHANGES
    )
    if lost_columns:
        found.append(Reason("columns", len(lost_columns), len(fetched.headers)))
        fetched.problems += [
            Problem("COLUMN_LOST", column=column, params={"value": column}) for column in lost_columns
        ]
    return found


def _lost_columns(prepared: Prepared, fetched: Fetched, before: list[str]) -> list[str]:
    """Columns that led somewhere when the source was read last, and that are no longer there."""
    now = set(fetched.headers)
    paths = {prepared.source.columns.path(column) for column in now}
    return [
        column
        for column in before
        if now
        and column not in now
        and (path := prepared.source.columns.path(column)) is not None
        and path not in paths
    ]


def hold(
    hub: Hub,
    prepared: Prepared,
    run_id: str,
    fence: int,
    fetched: Fetched,
    held: list[Reason],
    problems: list[Problem],
) -> SourceReport:
    """Keep a run's staging until a person decides; an earlier held run of the source is overtaken."""
    report = SourceReport(
        prepared.name, "held", run=run_id, fetched=fetched.fetched, unchanged=fetched.unchanged, new=fetched.new,
        changed=fetched.changed, renamed=fetched.renamed, withdrawn=fetched.gone, held=held,
        skipped=sum(fetched.skipped.values()), skipped_kinds=fetched.skipped,
    )  # fmt: skip
    kept = {
        **fetched.pending(),
        "problems": [problem_values(problem) for problem in problems],
        "fingerprint": prepared.fingerprint(hub),
    }
    with writing(hub.engine, Point.SYNC_HELD) as connection:
        leases.refuse_overtaken(connection, prepared.name, fence)
        for earlier in bookkeeping.held_of(connection, prepared.name):
            raws.drop_staging(connection, earlier["id"])
        bookkeeping.close_held(connection, prepared.name, "overtaken")
        raws.stage(connection, [(run_id, 0, "meta", None, None, None, hub.sealer.seal(kept), None)])
        complete_report(connection, hub, report)
        bookkeeping.end_run(connection, run_id, "held", report.counts(), None, hub.clock())
        bookkeeping.save_source(
            connection,
            prepared.name,
            last_status="held",
            last_attempt_at=hub.clock(),
            message=None,
            last_run=run_id,
        )
    return report


def accept(hub: Hub, word: str) -> SyncReport:
    """Apply exactly what a held run staged.

    Raises ConfigError when no held run is called so, or when more than one is.
    """
    with reading(hub.engine) as connection:
        rows = bookkeeping.find_held(connection, word)
    if not rows:
        raise ConfigError("No held run is called '{run}'.", hint="See what waits: allin held", run=word)
    report = SyncReport(rows[0]["invocation"])
    for row in rows:
        report.sources[row["target"]] = _accept(hub, row["target"], row["id"])
    return report


def _accept(hub: Hub, name: str, run_id: str) -> SourceReport:
    if name not in hub.config.sources:
        raise ConfigError(
            "The source '{name}' of this run is no longer in hub.toml.",
            hint="Put its block back, then accept again.",
            name=name,
        )
    prepared = prepare(hub, hub.config.sources[name])
    began = time.perf_counter()
    with writing(hub.engine, Point.ACCEPT_BEGUN) as connection:
        fence = leases.take_lease(connection, name, run_id, hub.clock())
        meta = next(iter(raws.staged_batches(connection, run_id, ("meta",), 1)), None)
    if fence is None:
        say = voice_of(hub.config)
        message = say("Another sync of this source is running.")
        return SourceReport(
            name, "busy", message=message, hint=say("Wait for its end, then look again: allin held")
        )
    try:
        if meta is None:
            raise ConfigError(
                "This held run was overtaken by a newer one.", hint="See what waits now: allin held"
            )
        pending = hub.sealer.unseal(meta[0].sealed or b"")
        prepared.source.columns = prepared.source.columns.within(pending["headers"])
        with reading(hub.engine) as connection:
            row = bookkeeping.source_row(connection, name)
        replay = prepared.fingerprint(hub) != str(row.get("fingerprint")).partition("|")[0]
        problems = [problem_of(values) for values in pending["problems"]]
        with writing(hub.engine, Point.ACCEPT_APPLIED) as connection:
            report = apply(
                connection,
                hub,
                prepared,
                run_id,
                fence,
                pending=pending,
                file_problems=problems,
                replay=replay,
            )
            leases.give_lease_back(connection, name, fence)  # there is nothing left to accept again
    finally:
        with writing(hub.engine, Point.ACCEPT_ENDED) as connection:
            leases.give_lease_back(connection, name, fence)
    report.seconds = time.perf_counter() - began
    return report
