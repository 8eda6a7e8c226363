"""Held runs: why a sync was held, how it is kept, and how `--accept` applies it unchanged."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from allin_hub.api.plugin import Holds
from allin_hub.base.bindings import of_problem
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Problem, problem_values
from allin_hub.base.reports import EntryChange, SourceReport, SyncReport
from allin_hub.base.types import Reason
from allin_hub.hub import Hub
from allin_hub.i18n.translator import text, voice_of
from allin_hub.ingest import held_staging
from allin_hub.ingest.apply import apply, end_held, keep_map
from allin_hub.ingest.diff import SHOWN, Difference, differences
from allin_hub.ingest.entry_changes import changed_entries
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.guard import Extent, reasons
from allin_hub.ingest.headings import headings_of
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.run_report import complete_report
from allin_hub.ingest.source_lease import source_lease
from allin_hub.privacy.quoting import without_persons
from allin_hub.store import leases, problems, runs, staging
from allin_hub.store.corrections import replaced
from allin_hub.store.engine import reading, writing

ENDED_BY_UPGRADE = (
    text("A newer release of the hub cannot apply what this run had staged."),
    text("Nothing was lost; run the sync again."),
)
"""How the second migration tells that it ended the held runs of a release whose staging held no claims."""


@dataclass(frozen=True, slots=True)
class HeldCounts:
    """How many records a held run would change, by what would become of them."""

    new: int
    changed: int
    renamed: int
    withdrawn: int
    reread: int


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A run that waits for a person: why, since when, and what it would do; `rows` only where they were asked for."""

    run: str
    source: str
    since: dt.datetime
    reasons: tuple[Reason, ...]
    counts: HeldCounts
    rows: tuple[Difference, ...]
    undone_at: dt.datetime | None = None
    """When the office took back what this run would do again; None where it would not."""


def held_runs(hub: Hub, word: str | None = None, *, with_rows: bool) -> list[HeldRun]:
    """Find the runs that wait for a person; `word` is a run's id or its end, an invocation or a source.

    Raises ConfigError when a word is given and no held run is called so.
    """
    with reading(hub.engine) as connection:
        waiting = runs.find_held(connection, word) if word else runs.held_runs(connection)
        undone = {row["target"]: replaced.undone_at(connection, row["target"]) for row in waiting}
    if word and not waiting:
        raise ConfigError("No held run is called '{run}'.", hint="See what waits: allin held", run=word)
    return [_held_run(hub, row, undone[row["target"]], with_rows=with_rows) for row in waiting]


def _held_run(hub: Hub, row: Any, undone_at: dt.datetime | None, *, with_rows: bool) -> HeldRun:
    counts = orjson.loads(row["counts"])
    rows = list(_intact_differences(hub, row["id"], row["target"])) if with_rows else []
    return HeldRun(
        row["id"],
        row["target"],
        row["started_at"],
        tuple(Reason(code, count, of) for code, count, of in counts.get("held", [])),
        HeldCounts(**{name: counts.get(name, 0) for name in HeldCounts.__dataclass_fields__}),
        tuple(sorted(rows, key=lambda one: (SHOWN.index(one.op), one.sheet or "", one.row or 0))),
        undone_at if any(code == "undone" for code, *_ in counts.get("held", ())) else None,
    )


def _intact_differences(hub: Hub, run_id: str, source: str) -> Iterator[Difference]:
    """Compare what was held with what is known; nothing of rows that were changed since is shown."""
    with reading(hub.engine) as connection:
        held_staging.kept(connection, hub.sealer, run_id)
    return differences(hub, run_id, headings=headings_of(hub, source))


def reasons_to_hold(prepared: Prepared, result: FetchResult, row: dict[str, Any]) -> list[Reason]:
    """Say why a run has to wait for a person; an empty list lets it go on.

    The guard compares claims: a record changes when it would be stored otherwise, or is refused now.
    A source is never held before a first complete read of it was accepted: until then there is nothing to compare with,
    and all of it is new. A read that was cut off does not count as that first one.
    """
    if not row.get("accepted_runs"):
        return []
    is_whole = result.read and result.complete
    lost_columns = (
        _lost_columns(prepared, result, orjson.loads(row.get("headers") or "[]")) if is_whole else []
    )
    extent = Extent(
        before=result.before,
        fetched=result.unchanged + result.new + result.changed + result.renamed,
        lost=result.gone + result.renamed - result.rekeyed,
        changed=result.differing,
        new=result.new + result.renamed - result.rekeyed,
    )
    is_news = is_whole and prepared.source.holds is not Holds.CHANGES
    found = reasons(extent, prepared.settings.limits, empty_is_news=is_news)
    if lost_columns:
        found.append(Reason("columns", len(lost_columns), len(result.headers)))
        result.problems += [
            without_persons(Problem("COLUMN_LOST", column=column, params={"value": column}))
            for column in lost_columns
        ]
    return found


def _lost_columns(prepared: Prepared, result: FetchResult, before: list[str]) -> list[str]:
    """List the columns that led somewhere when the source was read last, and that are no longer there."""
    now = set(result.headers)
    paths = {prepared.source.columns.path(column) for column in now}
    return [
        column
        for column in before
        if now
        and column not in now
        and (path := prepared.source.columns.path(column)) is not None
        and path not in paths
    ]


def _is_same(row: Any, report: SourceReport) -> bool:
    """Whether an earlier held run would do what this one would; raws that are new have other ids each time."""

    def extent(counts: Mapping[str, Any]) -> Any:
        entries = [[op, list(fields), waits] for op, _, fields, waits in counts.get("entries", ())]
        return entries, counts.get("held"), [counts.get(name) for name in HeldCounts.__dataclass_fields__]

    return bool(extent(orjson.loads(row["counts"])) == extent(report.counts()))


def _code(reason: Reason) -> str:
    """The code of the problem that says a reason; missing columns have a problem each."""
    return f"HELD_{reason.code.upper()}"


def hold(
    run: SyncRun, result: FetchResult, held: list[Reason], entries: Sequence[EntryChange]
) -> SourceReport:
    """Keep a run's staging until a person decides; an earlier held run of the source is overtaken.

    Why it is held stands among the source's open problems until then, with what was found about its file.
    """
    hub = run.hub
    report = SourceReport(
        run.source, "held", run=run.id, fetched=result.fetched, unchanged=result.unchanged, new=result.new,
        changed=result.changed, renamed=result.renamed, withdrawn=result.gone, reread=result.reread, held=held,
        skipped=sum(result.skipped.values()), skipped_kinds=result.skipped, entries=entries,
    )  # fmt: skip
    with writing(hub.engine, Point.SYNC_HELD) as connection:
        leases.refuse_overtaken(connection, run.source, run.fence)
        report.held_before = any(_is_same(row, report) for row in runs.held_of(connection, run.source))
        end_held(connection, run.source)
        held_staging.keep(connection, hub.sealer, run.id, result)
        why = [
            Problem(code, params={"count": one.count, "of": one.of})
            for one in held
            if (code := _code(one)) in problems.HELD
        ]
        first = staging.reserve(connection, "problem", len(why)) if why else 0
        rows = [
            (
                id,
                run.source,
                None,
                run.id,
                str(one.severity),
                one.code,
                hub.sealer.seal(problem_values(one), of_problem(id)),
            )
            for id, one in enumerate(why, first)
        ]
        problems.show_held(connection, run.source, run.id, rows, of_file=result.read)
        complete_report(connection, hub, report)
        runs.end_run(connection, run.id, "held", report.counts(), None, hub.clock())
        runs.save_source(
            connection,
            run.source,
            last_status="held",
            last_attempt_at=hub.clock(),
            message=None,
            last_run=run.id,
        )
    return report


def accept(hub: Hub, word: str) -> SyncReport:
    """Apply exactly what a held run staged, whatever has become of its plugin, its map or its settings.

    Raises ConfigError when no held run is called so, or when more than one is.
    """
    with reading(hub.engine) as connection:
        rows = runs.find_held(connection, word)
    if not rows:
        raise ConfigError("No held run is called '{run}'.", hint="See what waits: allin held", run=word)
    report = SyncReport(rows[0]["invocation"])
    for row in rows:
        report.sources[row["target"]] = _accept(hub, row)
    return report


def _accept(hub: Hub, row: Any) -> SourceReport:
    began = time.perf_counter()
    name, run_id = row["target"], row["id"]
    with source_lease(hub, name, run_id) as fence:
        if fence is None:
            say = voice_of(hub.config)
            message = say("Another sync of this source is running.")
            return SourceReport(
                name, "busy", message=message, hint=say("Wait for its end, then look again: allin held")
            )
        with reading(hub.engine) as connection:
            result = held_staging.kept(connection, hub.sealer, run_id)
        if result is None:
            raise ConfigError(
                "This held run was overtaken by a newer one.", hint="See what waits now: allin held"
            )
        run = SyncRun(hub, name, run_id, fence)
        reread = [
            raw for op, raw, _, _ in orjson.loads(row["counts"]).get("entries", ()) if op == staging.REREAD
        ]
        entries = changed_entries(hub, run_id, headings_of(hub, name), reread)
        keep_map(run, result)
        with writing(hub.engine, Point.ACCEPT_APPLIED) as connection:
            report = apply(connection, run, result, entries)
            replaced.forget_undone(connection, name)
            hub.note(connection, "accept", name, {"run": run_id})
            leases.give_lease_back(connection, name, fence)  # there is nothing left to accept again
    report.seconds = time.perf_counter() - began
    return report
