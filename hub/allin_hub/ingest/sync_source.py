"""Syncs one source from start to end: fetch and stage, guard, then all the rest in one transaction."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection

from allin_hub.base.bindings import of_problem
from allin_hub.base.errors import HubError, StoreError, Unavailable
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, catalogue, problem_values
from allin_hub.base.reports import SourceReport
from allin_hub.base.time_limits import Bounds, supervisor
from allin_hub.hub import Hub
from allin_hub.i18n.translator import noted, voice_of
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.partner_file import file_now, is_absent
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.ingest.prepare import Prepared, foreign, merge_mark
from allin_hub.ingest.run_context import Progress, SyncRun
from allin_hub.ingest.run_report import complete_report, notices
from allin_hub.ingest.source_lease import source_lease
from allin_hub.sources.feeds import is_same
from allin_hub.store import leases, partner_files, runs, staging
from allin_hub.store import problems as problem_table
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading, writing
from allin_hub.store.retention import whole_since

if TYPE_CHECKING:
    from allin_hub.ingest.stage import Stager


def sync_source(
    hub: Hub, prepared: Prepared, invocation: str, *, replay: bool = False, progress: Progress | None = None
) -> SourceReport:
    """Sync one source. Its faults become a report with status `failed`, never an exception."""
    began = time.perf_counter()
    name, run_id = prepared.name, new_id()
    supervisor().began(name, run_id)

    def begin(connection: Connection) -> None:
        held = [row["id"] for row in runs.held_runs(connection)]
        staging.drop_stale(connection, name, [*held, run_id])
        hub.begin_run(connection, run_id, "sync", name, invocation)

    with source_lease(hub, name, run_id, begin) as fence:
        if fence is None:
            say = voice_of(hub.config)
            message = say("Another sync of this source is running.")
            return SourceReport(
                name, "busy", message=message, hint=say("It will end by itself; see: allin status")
            )
        run = SyncRun(hub, name, run_id, fence, progress)
        try:
            report = (_replay if replay else _read)(run, prepared)
        except HubError as error:
            report = _failed(run, error)
        except Exception as error:
            report = _failed(run, _unforeseen(error))
    report.run, report.seconds = run_id, time.perf_counter() - began
    return report


def unprepared(hub: Hub, name: str, invocation: str, error: HubError) -> SourceReport:
    """Report a source whose plugin or settings cannot be used: what was known stays, and other sources go on."""
    run_id = new_id()
    report = _report_of(hub, name, error)
    with writing(hub.engine, Point.SYNC_FAILED) as connection:
        hub.begin_run(connection, run_id, "sync", name, invocation)
        _record_failure(connection, hub, report, run_id, error, {})
    report.run = run_id
    return report


def _replay(run: SyncRun, prepared: Prepared, *, though_cut: bool = False) -> SourceReport:
    """Map again what is kept, without asking the source; with `though_cut`, records too that were cut down since."""
    with reading(run.hub.engine) as connection:
        row = runs.source_row(connection, prepared.name)
        known = raws.counts(connection, prepared.name)
    from allin_hub.ingest.stage import Stager

    stager = Stager(run, prepared)
    result = replayed(stager, {**row, "trimmed": None} if though_cut else row)
    result.before = known.get(raws.LIVE, 0) + known.get(raws.QUARANTINED, 0)
    return _decide(run, prepared, stager, result, row)


def replayed(stager: Stager, row: dict[str, Any], withdrawn_by: str | None = None) -> FetchResult:
    """Stage what kept raws say now; with `withdrawn_by`, those that one run withdrew."""
    prepared, hub = stager.prepared, stager.run.hub
    fingerprint = prepared.fingerprint(hub)
    stager.replay(whole_since(row, fingerprint), withdrawn_by)
    return FetchResult(
        read=False,
        fingerprint=fingerprint,
        method=prepared.source.consent_method,
        language=prepared.settings.language,
        reread=len(stager.reread),
        differing=len(stager.differing),
    )


def _read(run: SyncRun, prepared: Prepared) -> SourceReport:
    """Read the source; where the map has changed, map again what is kept too."""
    hub, source = run.hub, prepared.source
    with reading(hub.engine) as connection:
        row = runs.source_row(connection, prepared.name)
        known_file = partner_files.read_file(connection, prepared.name)
    lent = LentRun(
        hub,
        prepared.settings.allow_hosts,
        source.columns,
        row.get("cursor"),
        run.progress,
        source,
        prepared.settings.limits,
    )
    limits = prepared.settings.limits
    fingerprint = prepared.fingerprint(hub)
    whole = whole_since(row, fingerprint)
    if known_file is not None and known_file.taken and is_absent(source.config, lent):
        return _without_file(run, prepared, row)
    found = file_now(hub.config, source.config, lent)
    file = None if found is None else found[1]
    if (
        f"{fingerprint}|{merge_mark(hub, prepared.settings)}" == row.get("fingerprint")
        and row.get("last_status") == "done"
        and whole is None
    ):
        lent.mark = row.get("mark")
    try:
        mark = foreign(
            prepared.settings, lambda: Bounds(limits.records, limits.minutes).call(lambda: source.state(lent))
        )
        if mark is not None and is_same(mark, lent.mark):
            return _nothing_new(run, row, mark, file)
        from allin_hub.ingest.fetch import Fetch  # what an unchanged source need not load
        from allin_hub.ingest.stage import Stager

        stager = Stager(run, prepared)
        result = Fetch(stager, lent, renew=whole is not None).read()
    finally:
        lent.close()
    result.mark = mark
    result.file = None if file is None else asdict(file)
    reread_changed_map(stager, result, row)
    return _decide(run, prepared, stager, result, row)


def reread_changed_map(stager: Stager, result: FetchResult, row: dict[str, Any]) -> None:
    """Map kept raws again that were mapped by another map than that of this read."""
    result.fingerprint = stager.prepared.fingerprint(stager.run.hub)
    before = str(row.get("fingerprint") or "").partition("|")[0]
    if before and before != result.fingerprint:
        stager.replay(whole_since(row, result.fingerprint))
    result.reread, result.differing = len(stager.reread), len(stager.differing)
    result.waiting = len(stager.waiting)


def _decide(
    run: SyncRun, prepared: Prepared, stager: Stager, result: FetchResult, row: dict[str, Any]
) -> SourceReport:
    """Hold what a person must see first; apply all else."""
    from allin_hub.ingest.apply import apply, keep_map
    from allin_hub.ingest.entry_changes import changed_entries
    from allin_hub.ingest.headings import headings_of
    from allin_hub.ingest.hold import hold, reasons_to_hold
    from allin_hub.ingest.repeats import taken_back_before

    held = [*reasons_to_hold(prepared, result, row), *taken_back_before(stager, result, row)]
    stager.stage_problems([*result.problems, *notices(result, prepared.source.key_column)])
    entries = changed_entries(run.hub, run.id, headings_of(run.hub, run.source), stager.reread)
    if held:
        return hold(run, result, held, entries)
    keep_map(run, result)
    with writing(run.hub.engine, Point.SYNC_APPLIED) as connection:
        report = apply(connection, run, result, entries)
    if result.error is not None:
        report.message, report.hint = voice_of(run.hub.config).error(result.error)
        report.retry_after = getattr(result.error, "retry_after", None)
    return report


def _without_file(run: SyncRun, prepared: Prepared, row: dict[str, Any]) -> SourceReport:
    """Report a source whose file upkeep took away: what was read of it stays, under the map of today."""
    mapped_by = str(row.get("fingerprint") or "").partition("|")[0]
    if mapped_by != prepared.fingerprint(run.hub):
        return _replay(run, prepared, though_cut=True)  # nothing will bring them whole again
    return _nothing_new(run, row, row.get("mark"), None)


def _nothing_new(
    run: SyncRun, row: dict[str, Any], mark: str | None, file: partner_files.ReadFile | None
) -> SourceReport:
    """Report a feed that is, byte for byte, what was read last."""
    hub = run.hub
    last = orjson.loads(row["report"] or "{}")
    report = SourceReport(
        run.source, "done", run=run.id, fetched=last.get("fetched", 0), skipped=last.get("skipped", 0)
    )
    with writing(hub.engine, Point.SYNC_UNCHANGED) as connection:
        leases.refuse_overtaken(connection, run.source, run.fence)
        report.unchanged = report.fetched - report.skipped
        complete_report(connection, hub, report)
        now = hub.clock()
        runs.end_run(connection, run.id, report.status, report.counts(), None, now)
        if file is not None:
            partner_files.applied(connection, run.source, file, now)
        runs.save_source(
            connection,
            run.source,
            last_run=run.id,
            last_attempt_at=now,
            last_success_at=now,
            last_status="done",
            message=None,
            failing_since=None,
            mark=mark,
            report=orjson.dumps(report.counts()).decode(),
        )
    return report


def _unforeseen(error: Exception) -> HubError:
    if isinstance(error, OSError):
        return StoreError(
            "A file in the hub's folder could not be written ({fault}).",
            hint="Free some space or mend the permissions, then run the sync again. What was known stays.",
            fault=error.strerror or type(error).__name__,
        )
    made = HubError(
        "The sync stopped with {kind}.",
        hint="What was known stays. Run it again with --debug and report what it shows.",
        kind=type(error).__name__,
    )
    made.__cause__ = error
    return made


def _report_of(hub: Hub, name: str, error: HubError) -> SourceReport:
    message, hint = voice_of(hub.config).error(error)
    return SourceReport(
        name,
        "failed",
        message=message,
        hint=hint,
        again=isinstance(error, Unavailable),
        retry_after=error.retry_after if isinstance(error, Unavailable) else None,
        cause=error,
    )


def fail_source(hub: Hub, name: str, invocation: str, run_id: str, error: HubError) -> SourceReport:
    """Note that a source failed whose process was ended; `run_id` is the run's, or empty when none had begun."""
    if not run_id:
        return unprepared(hub, name, invocation, error)
    with source_lease(hub, name, run_id) as fence:
        if fence is not None:
            return _failed(SyncRun(hub, name, run_id, fence), error)
        report = _report_of(hub, name, error)
        report.run = run_id
        return report


def _failed(run: SyncRun, error: HubError) -> SourceReport:
    """Report a source that could not be read: what was known stays."""
    hub, name = run.hub, run.source
    report = _report_of(hub, name, error)
    with writing(hub.engine, Point.SYNC_FAILED) as connection:
        if not leases.holds_lease(connection, name, run.fence):
            runs.end_run(connection, run.id, "failed", {}, noted(error, report.message or ""), hub.clock())
            return report
        held = [row["id"] for row in runs.held_runs(connection)]
        staging.drop_stale(connection, name, held)
        if error.code in catalogue():
            problem = Problem(error.code, params=error.params)
            id = staging.reserve(connection, "problem", 1)
            sealed = hub.sealer.seal(problem_values(problem), of_problem(id))
            problem_table.replace_of_source(
                connection, name, [(id, name, None, run.id, str(problem.severity), problem.code, sealed)]
            )
        complete_report(connection, hub, report)
        _record_failure(connection, hub, report, run.id, error, report.counts())
    return report


def _record_failure(
    connection: Any, hub: Hub, report: SourceReport, run_id: str, error: HubError, counts: dict[str, Any]
) -> None:
    """Note that a source failed, and since when it fails."""
    now, said = hub.clock(), f"{report.message} {report.hint}".strip()
    kept = noted(error, said)
    runs.end_run(connection, run_id, "failed", counts, kept, now)
    runs.save_source(
        connection,
        report.source,
        last_status="failed",
        last_attempt_at=now,
        message=kept,
        failing_since=runs.source_row(connection, report.source).get("failing_since") or now,
        last_run=run_id,
    )
