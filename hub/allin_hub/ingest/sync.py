"""Strings the steps together for one source: fetch, stage, guard; then all the rest in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from allin_hub.base.errors import ConfigError, HubError, StoreError, Unavailable, refuse_if_none_can_work
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, catalogue, problem_values
from allin_hub.base.reports import SourceReport, SyncReport
from allin_hub.base.time_limits import Bounds
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.record_keys import derive_keys, lies_ahead, opened_fields
from allin_hub.fetched import Fetched
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, noted, voice_of
from allin_hub.ingest.apply import apply, complete_report
from allin_hub.ingest.hold import hold, reasons_to_hold
from allin_hub.ingest.prepare import Prepared, foreign, prepare
from allin_hub.ingest.source_run import LentRun
from allin_hub.ingest.stage import Stager
from allin_hub.mapping import learned as maps
from allin_hub.sources.feeds import is_same
from allin_hub.store import claims, leases
from allin_hub.store import problems as findings
from allin_hub.store import raw_records as raws
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import reading, writing
from allin_hub.store.retention import whole_since

Told = Callable[[str, int, int | None], None]
"""Told of progress: source, records so far, of how many."""
UNREAD = {
    "fetched": 0,
    "unchanged": 0,
    "skipped": {},
    "mark": None,
    "cursor": None,
    "headers": [],
    "complete": True,
    "read": False,
    "waiting": 0,
}


def chosen(hub: Hub, names: Sequence[str] | None) -> list[str]:
    """The sources to work on: those named, else all that are enabled.

    Raises ConfigError for a name that hub.toml does not know, and when there is none.
    """
    known = hub.config.sources
    for name in names or ():
        if name not in known:
            raise unknown("There is no source '{word}' in hub.toml.", name, known)
    if not known:
        hint = "An example stands in it: take away the # before [sources.vereine] and the lines below."
        raise ConfigError("hub.toml has no source yet.", hint=hint)
    return (
        list(dict.fromkeys(names))
        if names
        else [name for name, settings in known.items() if settings.enabled]
    )


def sync(
    hub: Hub, names: Sequence[str] | None = None, *, replay: bool = False, told: Told | None = None
) -> SyncReport:
    """Sync sources one after the other; one that fails never stops another. With `replay`, map again what is kept.

    Raises ConfigError for a source that is named and is switched off: nothing new of it may be read.
    """
    wanted: dict[str, Prepared | ConfigError] = {}
    for name in chosen(hub, names):
        if not (hub.config.sources[name].enabled or replay):
            raise ConfigError(
                "The source '{name}' is switched off; nothing new of it is read.",
                hint="Switch it on first: allin source enable {name}",
                name=name,
            )
        try:
            wanted[name] = prepare(hub, hub.config.sources[name])
        except ConfigError as error:
            wanted[name] = error
    report = SyncReport(new_id())
    for name, prepared in wanted.items():
        report.sources[name] = (
            unprepared(hub, name, report.run, prepared)
            if isinstance(prepared, ConfigError)
            else sync_source(hub, prepared, report.run, replay=replay, told=told)
        )
    refuse_if_none_can_work(wanted.values())
    return report


def unprepared(hub: Hub, name: str, invocation: str, error: HubError) -> SourceReport:
    """The source's plugin or settings cannot be used: what was known stays, and other sources go on."""
    message, hint = voice_of(hub.config).error(error)
    run_id, now, said = new_id(), hub.clock(), f"{message} {hint}".strip()
    with writing(hub.engine, Point.SYNC_FAILED) as connection:
        bookkeeping.begin_run(
            connection,
            {
                "id": run_id,
                "invocation": invocation,
                "job": "sync",
                "target": name,
                "started_at": now,
                "config_digest": hub.config.digest,
            },
        )
        bookkeeping.end_run(connection, run_id, "failed", {}, said, now)
        bookkeeping.save_source(
            connection,
            name,
            last_status="failed",
            last_attempt_at=now,
            message=noted(error, said),
            failing_since=bookkeeping.source_row(connection, name).get("failing_since") or now,
            last_run=run_id,
        )
    return SourceReport(name, "failed", run=run_id, message=message, hint=hint, cause=error)


def sync_source(
    hub: Hub, prepared: Prepared, invocation: str, *, replay: bool = False, told: Told | None = None
) -> SourceReport:
    """One source from start to end. Its faults become a report with status `failed`, never an exception."""
    began = time.perf_counter()
    name, run_id = prepared.name, new_id()
    with writing(hub.engine, Point.SYNC_BEGUN) as connection:
        fence = leases.take_lease(connection, name, run_id, hub.clock())
        if fence is not None:
            held = [row["id"] for row in bookkeeping.held_runs(connection)]
            raws.drop_stale_staging(connection, name, [*held, run_id])
            bookkeeping.begin_run(
                connection,
                {
                    "id": run_id,
                    "invocation": invocation,
                    "job": "sync",
                    "target": name,
                    "started_at": hub.clock(),
                    "config_digest": hub.config.digest,
                },
            )
    if fence is None:
        say = voice_of(hub.config)
        message = say("Another sync of this source is running.")
        return SourceReport(
            name, "busy", message=message, hint=say("It will end by itself; see: allin status")
        )
    try:
        report = (_replay if replay else _read)(hub, prepared, run_id, fence, told)
    except HubError as error:
        report = _failed(hub, prepared, run_id, fence, error)
    except Exception as error:
        report = _failed(hub, prepared, run_id, fence, _unforeseen(error))
    finally:
        with writing(hub.engine, Point.SYNC_ENDED) as connection:
            leases.give_lease_back(connection, name, fence)
    report.run, report.seconds = run_id, time.perf_counter() - began
    return report


def _replay(hub: Hub, prepared: Prepared, run_id: str, fence: int, told: Told | None) -> SourceReport:
    def tell(done: int, total: int | None) -> None:
        if told is not None:
            told(prepared.name, done, total)

    with writing(hub.engine, Point.SYNC_REPLAYED) as connection:
        return apply(
            connection,
            hub,
            prepared,
            run_id,
            fence,
            pending=UNREAD,
            file_problems=[],
            replay=True,
            told=tell,
        )


def _read(hub: Hub, prepared: Prepared, run_id: str, fence: int, told: Told | None) -> SourceReport:
    name, source = prepared.name, prepared.source
    with reading(hub.engine) as connection:
        row = bookkeeping.source_row(connection, name)

    def tell(done: int, total: int | None) -> None:
        if told is not None:
            told(name, done, total)

    run = LentRun(hub, prepared.settings.allow_hosts, source.columns, row.get("cursor"), tell, source)
    limits = prepared.settings.limits
    fingerprint = f"{prepared.fingerprint(hub)}|{prepared.standing(hub)}"
    if (
        fingerprint == row.get("fingerprint")
        and row.get("last_status") == "done"
        and whole_since(row, prepared.fingerprint(hub)) is None
    ):
        run.mark = row.get("mark")
    mark = foreign(
        prepared.settings, lambda: Bounds(limits.records, limits.minutes).call(lambda: source.state(run))
    )
    if mark is not None and is_same(mark, run.mark):
        return _nothing_new(hub, prepared, run_id, fence, row, mark)
    context = prepared.validator(hub).context
    stager = Stager(
        hub, source, run, run_id, fence,
        lambda nameless: derive_keys(source, prepared.kind, nameless, context),
        lambda ids: _ahead(hub, ids),
        renew=whole_since(row, prepared.fingerprint(hub)) is not None,
    )  # fmt: skip
    try:
        fetched: Fetched = foreign(prepared.settings, stager.stage)
    finally:
        run.close()
    del stager  # what it knows of every row is let go before the rest takes its memory
    fetched.mark = mark
    replay = (
        bool(row.get("fingerprint"))
        and prepared.fingerprint(hub) != str(row["fingerprint"]).partition("|")[0]
    )
    held = reasons_to_hold(hub, prepared, run_id, fetched, row)
    problems = [
        *fetched.problems,
        *notices(fetched.skipped, fetched.derived_keys, prepared.source.key_column),
    ]
    if held:
        return hold(hub, prepared, run_id, fence, fetched, held, problems)
    headers = list(source.columns.headers)
    if headers:
        maps.keep(
            hub.config.folder,
            name,
            source.columns.learned_from(headers),
            len(set(source.columns.unknown(headers)) - {source.key_column}),
            Voice(hub.config.hub.languages[0]),
        )
    with writing(hub.engine, Point.SYNC_APPLIED) as connection:
        report = apply(
            connection,
            hub,
            prepared,
            run_id,
            fence,
            pending=fetched.pending(),
            file_problems=problems,
            replay=replay,
            told=tell,
        )
    if fetched.error is not None:
        report.message, report.hint = voice_of(hub.config).error(fetched.error)
        report.retry_after = getattr(fetched.error, "retry_after", None)
    return report


def _nothing_new(
    hub: Hub, prepared: Prepared, run_id: str, fence: int, row: dict[str, Any], mark: str
) -> SourceReport:
    """The feed is, byte for byte, what was read last."""
    last = orjson.loads(row["report"] or "{}")
    report = SourceReport(
        prepared.name, "done", run=run_id, fetched=last.get("fetched", 0), skipped=last.get("skipped", 0)
    )
    with writing(hub.engine, Point.SYNC_UNCHANGED) as connection:
        leases.refuse_overtaken(connection, prepared.name, fence)
        report.unchanged = report.fetched - report.skipped
        complete_report(connection, hub, report)
        bookkeeping.end_run(connection, run_id, report.status, report.counts(), None, hub.clock())
        now = hub.clock()
        bookkeeping.save_source(
            connection,
            prepared.name,
            last_run=run_id,
            last_attempt_at=now,
            last_success_at=now,
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


def _failed(hub: Hub, prepared: Prepared, run_id: str, fence: int, error: HubError) -> SourceReport:
    """The source could not be read: what was known stays."""
    name = prepared.name
    problem = Problem(error.code, params=error.params) if error.code in catalogue() else None
    message, hint = voice_of(hub.config).error(error)
    report = SourceReport(
        name,
        "failed",
        run=run_id,
        message=message,
        hint=hint,
        again=isinstance(error, Unavailable),
        retry_after=error.retry_after if isinstance(error, Unavailable) else None,
        cause=error,
    )
    with writing(hub.engine, Point.SYNC_FAILED) as connection:
        if not leases.holds_lease(connection, name, fence):
            bookkeeping.end_run(connection, run_id, "failed", {}, message, hub.clock())
            return report
        held = [row["id"] for row in bookkeeping.held_runs(connection)]
        raws.drop_stale_staging(connection, name, held)
        if problem is not None:
            sealed = hub.sealer.seal(problem_values(problem))
            findings.replace_problems(
                connection, name, None, [(name, None, run_id, str(problem.severity), problem.code, sealed)]
            )
        complete_report(connection, hub, report)
        bookkeeping.end_run(connection, run_id, "failed", report.counts(), message, hub.clock())
        since = bookkeeping.source_row(connection, name).get("failing_since") or hub.clock()
        bookkeeping.save_source(
            connection,
            name,
            last_status="failed",
            last_attempt_at=hub.clock(),
            message=noted(error, f"{message} {hint}".strip()),
            failing_since=since,
            last_run=run_id,
        )
    return report


def passed_over(skipped: Mapping[str, int]) -> list[Problem]:
    """Why rows were skipped, each kind counted."""
    return [
        Problem(
            f"SKIPPED_{what.upper()}" if f"SKIPPED_{what.upper()}" in catalogue() else "SKIPPED_ROWS",
            params={"count": count, "value": what},
        )
        for what, count in sorted(skipped.items())
    ]


def notices(skipped: Mapping[str, int], derived_keys: bool, key_column: str | None) -> list[Problem]:
    """What a report says of the whole file."""
    found = passed_over(skipped)
    if derived_keys and key_column is None:
        found.append(Problem("KEY_DERIVED"))
    return found


def _ahead(hub: Hub, raw_ids: list[int]) -> set[int]:
    with reading(hub.engine) as connection:
        found = claims.fields_of_raws(connection, raw_ids)
    now = hub.clock()
    return {
        raw_id for raw_id, data, sealed in found if lies_ahead(opened_fields(data, sealed, hub.sealer), now)
    }
