"""Commands that do the work: check, sync, publish, run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from allin_hub.cli.terminal import Voice, err, line, opened, print_json, progress, state, table
from allin_hub.hub import Hub
from allin_hub.pipeline import accept as accept_run
from allin_hub.pipeline import sync
from allin_hub.publishing import publish
from allin_hub.report import OutputReport, SourceReport, SyncReport

FEW = 5


def run_sync(folder: str, sources: Sequence[str], accept: str | None, replay: bool, as_json: bool) -> None:
    """`allin sync`."""
    with opened(folder) as (hub, say):
        with progress(say, as_json) as told:
            report = accept_run(hub, accept) if accept else sync(hub, sources or None, replay=replay, told=told)
        if as_json:
            print_json(report.to_json(say.language))
        else:
            show_sync(say, report)
    raise typer.Exit(0 if report.ok else 1)


def run_publish(folder: str, outputs: Sequence[str], as_json: bool) -> None:
    """`allin publish`."""
    with opened(folder) as (hub, say):
        with progress(say, as_json) as told:
            reports = publish(hub, outputs or None, told)
        if as_json:
            print_json({"outputs": {name: report.to_json() for name, report in reports.items()}})
        else:
            show_publish(say, reports)
    raise typer.Exit(0 if all(report.ok for report in reports.values()) else 1)


def run_all(folder: str, as_json: bool) -> None:
    """`allin run`."""
    with opened(folder) as (hub, say):
        report, reports = everything(hub, say, as_json)
        if as_json:
            print_json({**report.to_json(say.language), "outputs": {name: one.to_json() for name, one in reports.items()}})
        else:
            show_sync(say, report)
            line()
            show_publish(say, reports)
    raise typer.Exit(0 if report.ok and all(one.ok for one in reports.values()) else 1)


def everything(hub: Hub, say: Voice, quiet: bool) -> tuple[SyncReport, dict[str, OutputReport]]:
    """Sync all, then publish all."""
    with progress(say, quiet) as told:
        report = sync(hub, told=told)
    with progress(say, quiet) as told:
        return report, publish(hub, told=told)


def run_check(folder: str, word: str | None, kind: str | None, as_json: bool) -> None:
    """`allin check`."""
    from allin_hub.checking import check, hub_for_file, is_file

    if word is not None and is_file(folder, word):
        report, language = hub_for_file(word, kind)
        say = Voice(language)
    else:
        with opened(folder) as (hub, say):
            with progress(say, as_json) as told:
                report = check(hub, [word] if word else None, told)
    if as_json:
        print_json(report.to_json(say.language))
    else:
        show_sync(say, report, dry=True)
        for one in report.sources.values():
            show_problems(say, [(one.source, problem) for problem in one.problems])
    raise typer.Exit(0 if report.ok else 1)


def show_sync(say: Voice, report: SyncReport, *, dry: bool = False) -> None:
    """What a sync did, and what to do next."""
    rows = [_sync_row(say, one) for one in report.sources.values()]
    columns = ("Source", "State", "Read", "New", "Changed", "Gone", "Waiting", "Skipped", "Problems")
    table([say(column) for column in columns], rows, right=range(2, 9))
    for one in report.sources.values():
        _remarks(say, one)
    if dry:
        line(say("Nothing was written. To take it over: allin sync"))
    elif any(one.problems_total for one in report.sources.values()):
        line(say("What partners can mend: allin problems"))


def _sync_row(say: Voice, one: SourceReport) -> list[Any]:
    word = say("nothing new") if one.status == "done" and not (one.new or one.changed or one.withdrawn or one.renamed) else say(one.status)
    figures = (one.fetched, one.new, one.changed + one.renamed, one.withdrawn, one.quarantined, one.skipped, one.problems_total)
    return [one.source, state(one.status, word), *(f"{figure:,}" if figure else "–" for figure in figures)]


def _remarks(say: Voice, one: SourceReport) -> None:
    if one.message:
        err.print(f"{one.source}: {one.message} {one.hint or ''}".rstrip(), style="yellow" if one.ok else "red", soft_wrap=True, markup=False)
    if one.status == "held":
        texts = {
            "empty": say("the feed is empty"),
            "lost": say("records would be lost"),
            "changed": say("records would change"),
            "new": say("records are under new keys"),
            "columns": say("columns are missing"),
        }
        why = ", ".join(f"{reason.count}/{reason.of} {texts[reason.code]}" if reason.count else texts[reason.code] for reason in one.held)
        line(say("{source} is held: {why}. What is published stays as it is.", source=one.source, why=why))
        line(say("  See the difference: allin held {source}   Apply it: allin sync --accept {source}", source=one.source))


def show_publish(say: Voice, reports: Mapping[str, OutputReport]) -> None:
    """What a publish did, and where to look."""
    rows = []
    for one in reports.values():
        word = say("nothing new") if one.status == "done" and not (one.written or one.removed) else say(one.status)
        rows.append([one.output, state(one.status, word), *(f"{n:,}" if n else "–" for n in (one.written, one.unchanged, one.removed)), one.path])
    columns = ("Output", "State", "Written", "Unchanged", "Removed", "Folder")
    table([say(column) for column in columns], rows, right=(2, 3, 4))
    for one in reports.values():
        if one.message:
            err.print(f"{one.output}: {one.message} {one.hint or ''}".rstrip(), style="red", soft_wrap=True, markup=False)
        for note in one.notes:
            line(f"{one.output}: {note}")


def show_problems(say: Voice, problems: Sequence[tuple[str, Any]], most: int | None = None) -> None:
    """Problems with place and remedy, errors first."""
    shown = problems[:most] if most else problems
    rows = [
        [state(str(problem.severity), say(str(problem.severity))), source, problem.message(say.language) + " " + problem.hint(say.language)]
        for source, problem in shown
    ]
    if rows:
        line()
        table([say("Weight"), say("Source"), say("Problem")], rows, flexible=2)
    if len(problems) > len(shown):
        line(say("… and {count} more. All of them: allin problems", count=len(problems) - len(shown)))
