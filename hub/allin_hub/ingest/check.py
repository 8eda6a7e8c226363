"""Checks sources and files: the way of a sync as far as the guard, staged in a database that is thrown away."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from allin_hub.api import registry
from allin_hub.api.plugin import Source
from allin_hub.base.bindings import of_problem
from allin_hub.base.errors import ConfigError, HubError, refuse_if_none_can_work, refused
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, problem_of
from allin_hub.base.reports import SourceReport, SyncReport
from allin_hub.base.time_limits import supervisor
from allin_hub.config.load import load
from allin_hub.config.settings import chosen
from allin_hub.config.toml_blocks import CONFIG_NAME, unknown
from allin_hub.hub import Hub, hub_in_memory
from allin_hub.i18n.translator import voice_of
from allin_hub.ingest.entry_changes import changed_entries
from allin_hub.ingest.fetch import Fetch
from allin_hub.ingest.headings import headings_of
from allin_hub.ingest.hold import reasons_to_hold
from allin_hub.ingest.partner_file import is_absent, written
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.repeats import taken_back_before
from allin_hub.ingest.run_context import Progress, SyncRun
from allin_hub.ingest.run_report import notices
from allin_hub.ingest.stage import Stager
from allin_hub.ingest.sync import prepared_or_fault
from allin_hub.ingest.sync_source import reread_changed_map
from allin_hub.store import partner_files, runs, staging
from allin_hub.store import problems as problem_table
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import open_engine, reading
from allin_hub.store.retention import whole_since
from allin_schemas import Kind

_SEVEREST_FIRST = ("error", "warning", "hint")


def check(
    hub: Hub, names: Sequence[str] | None, progress: Progress | None = None, *, past: Collection[str] = ()
) -> SyncReport:
    """Tell what a sync of these sources would read and change, and every problem; the hub stays as it is.

    `past` names the sources that an earlier process of the same check has done; they are left out.
    """
    report = SyncReport("")
    names = [name for name in chosen(hub.config, "sources", names) if name not in past]
    wanted = prepared_or_fault(hub, names)
    if not past:
        refuse_if_none_can_work(wanted.values())
    for name, prepared in wanted.items():
        began = time.perf_counter()
        supervisor().began(name)
        if isinstance(prepared, ConfigError):
            one = fail_check(hub, name, prepared)
        else:
            try:
                one = _check(hub, prepared, progress)
            except HubError as error:
                one = fail_check(hub, name, error)
        one.seconds = time.perf_counter() - began
        report.sources[name] = one
        supervisor().ended(one)
    return report


def fail_check(hub: Hub, name: str, error: HubError) -> SourceReport:
    """Report a source that could not be read."""
    message, hint = voice_of(hub.config).error(error)
    problems = [Problem(error.code, params=error.params)] if error.code else []
    return SourceReport(
        name,
        "failed",
        message=message,
        hint=hint,
        cause=error,
        problems=problems,
        problems_total=len(problems),
    )


@contextmanager
def _thrown_away(hub: Hub) -> Iterator[Engine]:
    """A database for the staging of a check, and nothing else; its ids begin behind those of the hub."""
    with reading(hub.engine) as connection:
        counters = staging.counters(connection)
    with tempfile.TemporaryDirectory(prefix="allin-check-") as folder:
        engine = open_engine(f"sqlite:///{folder}/staging.db")
        try:
            staging.create(engine, counters)
            yield engine
        finally:
            engine.dispose()


def _check(hub: Hub, prepared: Prepared, progress: Progress | None) -> SourceReport:
    name, source = prepared.name, prepared.source
    with reading(hub.engine) as connection:
        row = runs.source_row(connection, name)
        known_file = partner_files.read_file(connection, name)
    run = SyncRun(hub, name, new_id(), 0, progress)
    whole = whole_since(row, prepared.fingerprint(hub))
    lent = LentRun(
        hub,
        prepared.settings.allow_hosts,
        source.columns,
        row.get("cursor"),
        run.progress,
        source,
        prepared.settings.limits,
    )
    if known_file is not None and known_file.taken and is_absent(source.config, lent):
        raise refused("FILE_TAKEN_AWAY", file=written(source.config))
    with _thrown_away(hub) as engine:
        stager = Stager(run, prepared, engine)
        try:
            result = Fetch(stager, lent, renew=whole is not None).read()
        finally:
            lent.close()
        reread_changed_map(stager, result, row)
        held = [*reasons_to_hold(prepared, result, row), *taken_back_before(stager, result, row)]
        entries = changed_entries(hub, run.id, headings_of(hub, name), stager.reread, engine, most=None)
        stager.stage_problems([*result.problems, *notices(result, source.key_column)])
        with reading(engine) as connection:
            counts = staging.counts(connection, run.id)
            touched = staging.raw_ids(connection, run.id)
            found = [
                problem_of(hub.sealer.unseal(sealed, of_problem(id)))
                for id, sealed in staging.problems_of(connection, run.id)
            ]
    with reading(hub.engine) as connection:
        known = problem_table.problems(connection, name)
    found += [
        problem_of(hub.sealer.unseal(one.sealed, of_problem(one.id)))
        for one in known
        if one.raw_id is not None and one.raw_id not in touched
    ]
    found.sort(key=lambda problem: (_SEVEREST_FIRST.index(str(problem.severity)), problem.row or 0))
    message, hint = voice_of(hub.config).error(result.error) if result.error else (None, None)
    return SourceReport(
        name,
        "done" if result.complete else "partial",
        message=message,
        hint=hint,
        fetched=result.fetched,
        unchanged=result.unchanged,
        new=result.new,
        new_waiting=counts.get((staging.NEW, raws.QUARANTINED), 0),
        changed=result.changed,
        renamed=result.renamed,
        withdrawn=result.gone,
        reread=result.reread,
        quarantined=result.waiting
        + sum(count for (_, status), count in counts.items() if status == raws.QUARANTINED),
        skipped=sum(result.skipped.values()),
        skipped_kinds=result.skipped,
        held=held,
        entries=entries,
        problems=found,
        problems_total=len(found),
    )


def is_file(word: str) -> bool:
    """Whether a word of the command line means a file and no source."""
    return Path(word).is_file() or "/" in word or _ending(word) in readers_of_files()


def readers_of_files() -> dict[str, str]:
    """Ending of a file -> the plugin that says it can read such a file; the first one by name where several do."""
    found: dict[str, str] = {}
    for name in registry.announced(registry.SOURCES):
        try:
            plugin = registry.plugin_class(registry.SOURCES, name)
        except HubError:
            continue
        for ending in plugin.reads_files if issubclass(plugin, Source) else ():
            found.setdefault(ending, name)
    return found


def _ending(word: str) -> str:
    return Path(word).suffix.lower()


def check_file(
    word: str, kind: str | None, checking: Callable[[Hub, None], SyncReport] = check
) -> SyncReport:
    """Check one file as a hub of its own would, and leave nothing behind; `checking` checks that hub.

    Raises ConfigError where there is no such file, no plugin reads it, or it is not clear what it holds.
    """
    path = Path(word)
    if not path.is_file():
        raise ConfigError("There is no file '{file}'.", hint="Check the path.", file=word)
    readers = readers_of_files()
    plugin = readers.get(_ending(word), readers.get(".csv"))
    if plugin is None:
        raise ConfigError(
            "No plugin reads files like '{file}'.", hint="See what there is: allin plugins", file=path.name
        )
    made = registry.plugin_class(registry.SOURCES, plugin)
    produces = made.produces if issubclass(made, Source) else None
    if kind is None and produces is None:
        raise ConfigError("What does the file hold?", hint="Say it, for example: --kind organisation")
    if kind is not None and kind not in {one.value for one in Kind}:
        raise unknown("There is no kind '{word}'.", kind, [one.value for one in Kind])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = ["[sources.file]", f"plugin = {plugin!r}", f"path = '''{path.resolve()}'''"]
        if produces is None:
            lines.append(f"kind = {kind!r}")
        (folder / CONFIG_NAME).write_text("\n".join(lines), encoding="utf-8")
        hub = hub_in_memory(load(folder))
        try:
            report = checking(hub, None)
        finally:
            hub.close()
    one = report.sources["file"]
    return replace(report, sources={path.name: replace(one, source=path.name)})
