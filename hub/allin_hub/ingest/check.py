"""A sync without consequences: reads, maps and checks, writes nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from allin_hub.api.plugin import Raw
from allin_hub.base.errors import ConfigError, HubError, refuse_if_none_can_work
from allin_hub.base.problems import Problem
from allin_hub.base.reports import SourceReport, SyncReport
from allin_hub.base.time_limits import Bounds
from allin_hub.config.load import load
from allin_hub.config.toml_blocks import CONFIG_NAME, unknown
from allin_hub.entities.record_keys import derive_keys
from allin_hub.hub import Hub, hub_in_memory
from allin_hub.i18n.translator import voice_of
from allin_hub.ingest.prepare import Prepared, foreign, prepare
from allin_hub.ingest.raw_codec import Envelope
from allin_hub.ingest.source_run import LentRun
from allin_hub.ingest.sync import Told, chosen, notices
from allin_hub.ingest.write_claims import checked
from allin_hub.store import raw_records as raws
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import reading
from allin_schemas import Kind

PAGE = 4000
PLUGINS = {".ics": "ical", ".ical": "ical", ".json": "form"}


def check(hub: Hub, names: Sequence[str] | None, told: Told | None = None) -> SyncReport:
    """What a sync of these sources would read, and every problem."""
    report = SyncReport("")
    wanted: dict[str, Prepared | ConfigError] = {}
    for name in chosen(hub, names):
        try:
            wanted[name] = prepare(hub, hub.config.sources[name])
        except ConfigError as error:
            wanted[name] = error
    refuse_if_none_can_work(wanted.values())
    for name, prepared in wanted.items():
        began = time.perf_counter()
        if isinstance(prepared, ConfigError):
            one = _failed(hub, name, prepared)
        else:
            try:
                one = _check(hub, prepared, told)
            except HubError as error:
                one = _failed(hub, name, error)
        one.seconds = time.perf_counter() - began
        report.sources[name] = one
    return report


def _failed(hub: Hub, name: str, error: HubError) -> SourceReport:
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


def _check(hub: Hub, prepared: Prepared, told: Told | None) -> SourceReport:
    name, source = prepared.name, prepared.source
    with reading(hub.engine) as connection:
        known = {one.key: one for one in raws.known(connection, name)}
        row = bookkeeping.source_row(connection, name)

    def tell(done: int, total: int | None) -> None:
        if told is not None:
            told(name, done, total)

    run = LentRun(hub, prepared.settings.allow_hosts, source.columns, row.get("cursor"), tell)
    report = SourceReport(name, "done")
    digests = {one.digest for one in known.values() if one.status != raws.WITHDRAWN}
    seen: set[bytes] = set()
    nameless = False
    for page in _pages(prepared, run):
        reported = run.take_record_problems()
        envelopes = []
        are_new = []
        for raw, key in zip(page, _keys(hub, prepared, page), strict=True):
            before = report.new
            nameless = nameless or raw.key is None
            own = reported.get((raw.sheet, raw.row)) or reported.get(raw.key) or []
            if _count(hub, prepared, raw, key, known, digests, seen, report):
                shown = raw.key if len(raw.key or "") < 80 else "…"
                own = [
                    *own,
                    Problem("KEY_DUPLICATE", raw.key, raw.sheet, raw.row, params={"value": shown}),
                ]
            envelopes.append(Envelope(raw, tuple(own)))
            are_new.append(report.new > before)
        outcomes = checked(source, prepared.kind, prepared.validator(hub), envelopes)
        for outcome, is_new in zip(outcomes, are_new, strict=True):
            report.quarantined += outcome.refused
            report.new_waiting += outcome.refused and is_new
            report.problems += outcome.problems
        tell(report.fetched, None)
    report.skipped_kinds = run.skipped
    report.skipped = sum(run.skipped.values())
    report.fetched += report.skipped
    report.problems[:0] = [*run.file_problems, *notices(run.skipped, nameless, source.key_column)]
    report.problems_total = len(report.problems)
    report.problems.sort(key=lambda problem: ["error", "warning", "hint"].index(str(problem.severity)))
    return report


def _pages(prepared: Prepared, run: LentRun) -> Iterator[list[Raw]]:
    """What a source fetches, page by page, within the bounds of a sync; a plugin that breaks is a HubError."""
    settings = prepared.settings
    bounds = Bounds(settings.limits.records, settings.limits.minutes)
    stream = foreign(settings, lambda: bounds.call(lambda: iter(prepared.source.fetch(run))))
    while True:
        page: list[Raw] = []
        foreign(settings, partial(bounds.take, stream, page, PAGE))
        if not page:
            return
        yield page


def _keys(hub: Hub, prepared: Prepared, page: Sequence[Raw]) -> Iterator[bytes]:
    """The hashed key of each raw, its own or the derived one."""
    nameless = [raw for raw in page if raw.key is None]
    context = prepared.validator(hub).context
    derived = iter(derive_keys(prepared.source, prepared.kind, nameless, context) if nameless else ())
    for raw in page:
        if raw.key is None:
            yield hub.sealer.hash_text("derived", next(derived))
        else:
            yield hub.sealer.hash_text("key", raw.key)


def _count(
    hub: Hub,
    prepared: Prepared,
    raw: Raw,
    key: bytes,
    known: dict[bytes, raws.KnownRaw],
    digests: set[bytes],
    seen: set[bytes],
    report: SourceReport,
) -> bool:
    """Count a raw as a sync would; whether its key was there before in this very read."""
    report.fetched += 1
    key_column = prepared.source.key_column
    payload = {name: cell for name, cell in raw.payload.items() if name != key_column}
    digest = hub.sealer.digest(payload)
    if raw.key is None and digest in digests:
        report.unchanged += 1
        return False
    prior = known.get(key)
    if prior is None or key in seen:
        report.new += 1
    elif prior.digest == digest:
        report.unchanged += 1
    else:
        report.changed += 1
    again = raw.key is not None and key in seen
    seen.add(key)
    return again


def is_file(word: str) -> bool:
    """Whether a word of the command line means a file and no source."""
    return (
        Path(word).is_file()
        or "/" in word
        or Path(word).suffix.lower() in {".csv", ".xlsx", ".ods", ".xls", ".ics", ".json", ".tsv"}
    )


def check_file(word: str, kind: str | None) -> SyncReport:
    """Check one file as a hub of its own would, and leave nothing behind."""
    path = Path(word)
    if not path.is_file():
        raise ConfigError("There is no file '{file}'.", hint="Check the path.", file=word)
    plugin = PLUGINS.get(path.suffix.lower(), "spreadsheet")
    if kind is None and plugin != "ical":
        raise ConfigError("What does the file hold?", hint="Say it, for example: --kind organisation")
    if kind is not None and kind not in {one.value for one in Kind}:
        raise unknown("There is no kind '{word}'.", kind, [one.value for one in Kind])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = ["[sources.file]", f"plugin = {plugin!r}", f"path = '''{path.resolve()}'''"]
        if plugin != "ical":
            lines.append(f"kind = {kind!r}")
        (folder / CONFIG_NAME).write_text("\n".join(lines), encoding="utf-8")
        hub = hub_in_memory(load(folder))
        try:
            report = check(hub, None)
        finally:
            hub.close()
    one = report.sources.pop("file")
    one.source = path.name
    report.sources[path.name] = one
    return report
