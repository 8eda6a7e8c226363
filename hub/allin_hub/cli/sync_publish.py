"""Commands that do the work: check, sync, publish, run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from allin_hub.base.errors import ConfigError, trace
from allin_hub.base.problems import HIDDEN, Problem
from allin_hub.base.reports import EntryChange, OutputReport, SourceReport, SyncReport
from allin_hub.base.types import Reason
from allin_hub.cli import problem_list
from allin_hub.cli.console import figured, opened, print_json, progress, state, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.notify import tell_at_the_end
from allin_hub.cli.tables import EMPTY, Column, line, tell
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text, voice_for
from allin_hub.operations import child_process, status

HELD_BECAUSE = {
    "empty": text("the feed is empty"),
    "lost": text("records would be lost"),
    "changed": text("records would change"),
    "new": text("records are under new keys"),
    "columns": text("columns are missing"),
    "undone": text("it was taken back before"),
}
CHANGES = {
    "new": text("new"),
    "changed": text("changed"),
    "renamed": text("under a new key"),
    "reread": text("read otherwise"),
    "moved": text("read otherwise"),
    "withdrawn": text("gone"),
    "gone": text("gone"),
}
_COUNTS = {"new": "new", "changed": "changed", "renamed": "renamed", "reread": "reread", "gone": "withdrawn"}
"""What happens to an entry, and the figure of a report that counts it."""
LISTED = 10
"""How many entries of each sort a check names."""
IN_A_LINE = 5
"""How many entries of each sort a sync names."""


def run_sync(call: Call, sources: Sequence[str], accept: str | None, replay: bool) -> None:
    """`allin sync`."""
    if accept and (sources or replay):
        raise ConfigError(
            "A held run is applied by itself.",
            hint="Leave the other words out: allin sync --accept {run}",
            run=accept,
        )
    with opened(call) as (hub, say):
        from allin_hub.ingest.hold import accept as accept_run

        with progress(say, call.json) as told:
            report = (
                accept_run(hub, accept)
                if accept
                else child_process.sync(hub, sources or None, replay=replay, progress=told)
            )
        if call.json:
            print_json(report.to_json(say.language))
        else:
            show_sync(call, say, report)
            line(_after_sync(call, say, report, unpublished=_waits_to_be_published(hub)))
        tell_at_the_end(hub, say)
    raise typer.Exit(report.exit_code)


@dataclass(frozen=True, slots=True)
class PublishWish:
    """What else `allin publish` may be asked for: an output to forget, one to take offline, or a look beforehand."""

    forgotten: str | None = None
    offline: str | None = None
    dry_run: bool = False


def run_publish(call: Call, outputs: Sequence[str], wish: PublishWish) -> None:
    """`allin publish`."""
    forgotten = wish.forgotten
    if forgotten and outputs:
        raise ConfigError("Name one output, or write --forget alone.", hint="See: allin publish --help")
    if wish.offline and (outputs or wish.dry_run or forgotten):
        raise ConfigError("Name one output, or write --offline alone.", hint="See: allin publish --help")
    if wish.dry_run:
        _show_preview(call, outputs)
    with opened(call) as (hub, say):
        if forgotten:
            from allin_hub.publish.orphans import forget

            path = forget(hub, forgotten)
            if call.json:
                print_json({"forgotten": forgotten, "path": path})
            else:
                line(
                    say(
                        "The hub no longer looks after the files of {name} at {target}.",
                        name=forgotten,
                        target=path,
                    )
                )
            return
        if wish.offline:
            from allin_hub.publish.publish import take_offline

            reports = {wish.offline: take_offline(hub, wish.offline)}
        else:
            with progress(say, call.json) as told:
                reports = child_process.publish(hub, outputs or None, told, online=True)
        if call.json:
            print_json({"outputs": {name: report.to_json() for name, report in reports.items()}})
        else:
            show_publish(call, say, reports)
            line(after_publish(call, say, reports))
        tell_at_the_end(hub, say)
    raise typer.Exit(0 if all(report.ok for report in reports.values()) else 1)


MOST_PATHS = 20
"""How many files of each sort a preview names on the screen."""


def _show_preview(call: Call, outputs: Sequence[str]) -> None:
    """`allin publish --dry-run`."""
    with opened(call, dry=True) as (hub, say):
        with progress(say, call.json) as told:
            reports = child_process.preview(hub, outputs or None, told)
        if call.json:
            print_json({"outputs": {name: report.to_json() for name, report in reports.items()}})
        else:
            for name, one in reports.items():
                _preview_lines(say, name, one)
    raise typer.Exit(0 if all(report.ok for report in reports.values()) else 1)


def _preview_lines(say: Voice, name: str, one: OutputReport) -> None:
    if one.preview is None:
        line(f"{name}: {one.message} {one.hint or ''}".rstrip())
        return
    found = one.preview
    line(
        say(
            "{name}: {new} files would appear, {changed} change, {gone} go, {same} stay.",
            name=name,
            new=say.number(len(found.appear)),
            changed=say.number(len(found.change)),
            gone=say.number(len(found.go)),
            same=say.number(len(found.same)),
        )
    )
    for sign, paths in (("+", found.appear), ("~", found.change), ("-", found.go)):
        for path in paths[:MOST_PATHS]:
            line(f"  {sign} {path}")
        if len(paths) > MOST_PATHS:
            line(
                f"  {sign} " + say("and {count} more; all: --json", count=say.number(len(paths) - MOST_PATHS))
            )
    for hidden in found.masked:
        line("  " + say("masked: {what}", what=hidden))


def run_all(call: Call) -> None:
    """`allin run`."""
    with opened(call) as (hub, say):
        report, reports = everything(call, hub, say)
        if call.json:
            outputs = {name: one.to_json() for name, one in reports.items()}
            print_json({**report.to_json(say.language), "outputs": outputs})
        else:
            line(after_publish(call, say, reports))
        tell_at_the_end(hub, say)
    raise typer.Exit(report.exit_code if all(one.ok for one in reports.values()) else 1)


def everything(call: Call, hub: Hub, say: Voice) -> tuple[SyncReport, dict[str, OutputReport]]:
    """Sync all, then publish all, and show each when it is done."""
    with progress(say, call.json) as told:
        report = child_process.sync(hub, progress=told)
    if not call.json:
        show_sync(call, say, report)
        if decided := _to_decide(call, say, report):
            line(decided)
        elif any(one.problems_total for one in report.sources.values()):
            line(say("What partners can mend: {command}", command=call.command("problems")))
        line()
    with progress(say, call.json) as told:
        reports = child_process.publish(hub, progress=told)
    if not call.json:
        show_publish(call, say, reports)
    return report, reports


def run_check(call: Call, word: str | None, kind: str | None, every: bool) -> None:
    """`allin check`."""
    from allin_hub.ingest.check import check_file, is_file

    of_file = word is not None and is_file(word)
    if word is not None and of_file:
        report = check_file(word, kind, child_process.check)
        say = voice_for(Path(call.folder))
    else:
        with opened(call, dry=True) as (hub, say), progress(say, call.json) as told:
            report = child_process.check(hub, [word] if word else None, told)
    if call.json:
        print_json(report.to_json(say.language))
    else:
        show_sync(call, say, report, listed=False)
        for one in report.sources.values():
            _list_entries(say, one, None if every else LISTED)
        problems = [(one.source, problem) for one in report.sources.values() for problem in one.problems]
        if problems:
            line()
            again = f"check {word} --kind {kind}" if kind else f"check {word}" if word else "check"
            problem_list.show(say, problems, call.command(f"{again} --all"), every=every)
        line(_after_check(call, say, report, of_file, word))
    raise typer.Exit(0 if report.ok else 1)


def show_sync(call: Call, say: Voice, report: SyncReport, *, listed: bool = True) -> None:
    """What a sync did, source by source; with `listed`, the first entries that came, changed and went."""
    columns = [
        Column(say("Source")),
        Column(say("State")),
        Column(say("Read"), right=True, spare=True),
        Column(say("New"), right=True, spare=True),
        Column(say("Changed"), right=True, spare=True),
        Column(say("Gone"), right=True, spare=True),
        Column(say("Waiting"), right=True),
        Column(say("Skipped"), right=True, spare=True),
        Column(say("Problems"), right=True, spare=True),
    ]
    if not report.sources:
        line(say("Every source is switched off in hub.toml."))
        return
    table(columns, [_sync_row(say, one) for one in report.sources.values()])
    for one in report.sources.values():
        _remarks(call, say, one)
        for op in _COUNTS if listed and not one.held_before else ():
            if names := first_entries(
                say, [entry for entry in one.entries if entry.op == op], _count(one, op)
            ):
                line(
                    say(
                        "{source}, {what}: {entries}", source=one.source, what=say(CHANGES[op]), entries=names
                    )
                )


def _count(one: SourceReport, op: str) -> int:
    return int(getattr(one, _COUNTS[op]))


def first_entries(say: Voice, entries: Sequence[EntryChange], count: int, most: int = IN_A_LINE) -> str:
    """The first of several entries in one line, and how many more there are."""
    named = "; ".join(entry_words(say, one) for one in entries[:most])
    rest = count - min(len(entries), most)
    return (
        say("{entries} and {count} more", entries=named, count=say.number(rest))
        if named and rest > 0
        else named
    )


def _list_entries(say: Voice, one: SourceReport, most: int | None) -> None:
    """The entries that a sync would bring, change and take away, each on its line."""
    for op, what in CHANGES.items():
        entries = [entry for entry in one.entries if entry.op == op]
        if not entries:
            continue
        line()
        line(f"{one.source}, {say(what)}: {say.number(len(entries))}")
        for entry in entries[:most]:
            line(f"  {entry_words(say, entry)}")
        if most is not None and len(entries) > most:
            line("  " + say("and {count} more; all: --all", count=say.number(len(entries) - most)))


def entry_words(say: Voice, one: EntryChange) -> str:
    """An entry by its title and place, the fields that differ, and whether it waits."""
    place = place_words(say, one.sheet, one.row)
    named = one.title if one.title != HIDDEN else ""
    if named and place:
        named = f"{named} ({place})"
    said = named or place or say("an entry without a title")
    if one.fields:
        said = f"{said}: {', '.join(one.fields)}"
    return f"{said}, {say('waits to be mended')}" if one.waits else said


def place_words(say: Voice, sheet: str | None, row: int | None) -> str:
    """Sheet and row as people look them up."""
    return Problem("NAME_MISSING", sheet=sheet, row=row).where(say.language)


def _sync_row(say: Voice, one: SourceReport) -> list[Any]:
    new, changed = one.taken_in, one.changed + one.renamed
    if not (one.new or changed or one.withdrawn):  # no row is new: what came of those that waited
        new, changed = one.created, one.updated
    still = one.status == "done" and not (one.new or new or changed or one.withdrawn)
    figures = (one.fetched, new, changed, one.withdrawn, one.quarantined, one.skipped, one.problems_total)
    return [one.source, state(say, "nothing new" if still else one.status), *figured(say, figures)]


def _remarks(call: Call, say: Voice, one: SourceReport) -> None:
    if one.message:
        said = call.placed(f"{one.source}: {one.message} {one.hint or ''}".rstrip())
        tell(said, "yellow" if one.ok else "red")
    if call.debug and one.cause is not None:
        tell(trace(one.cause))
    why = "; ".join(_why(say, reason) for reason in one.held)
    if one.held and one.status != "held":
        line(say("A sync of {source} would be held: {why}.", source=one.source, why=why))
    if one.status == "held":
        why = why[:1].upper() + why[1:]
        said = (
            say(
                "{source} is still held. {why}. What is published stays as it is.", source=one.source, why=why
            )
            if one.held_before
            else say("{source} is held. {why}. What is published stays as it is.", source=one.source, why=why)
        )
        line(said)


def _why(say: Voice, reason: Reason) -> str:
    """Why a run waits, with its figures; new keys may be more than the records that were known."""
    what = say(HELD_BECAUSE[reason.code])
    if not reason.count:
        return what
    figures = {"count": say.number(reason.count), "of": say.number(reason.of)}
    return say("{what}: {count} (known: {of})", what=what, **figures)


def _waits_to_be_published(hub: Hub) -> bool:
    """Whether an output does not show yet what the hub knows; where there is none, nobody can publish."""
    outputs = status.outputs(hub).values()
    return any(one.state != "off" and (one.state != "done" or one.waiting > 0) for one in outputs)


def _to_decide(call: Call, say: Voice, report: SyncReport) -> str | None:
    """What a person has to look at first: a held run, else a source that failed."""
    held = [one.source for one in report.sources.values() if one.status == "held"]
    failed = [one.source for one in report.sources.values() if not one.ok]
    if held:
        return say(
            "See the difference: {look}\nApply it: {apply}",
            look=call.command(f"held {held[0]}"),
            apply=call.command(f"sync --accept {held[0]}"),
        )
    if failed:
        return say("Once it is mended: {command}", command=call.command(f"sync {failed[0]}"))
    return None


def _after_sync(call: Call, say: Voice, report: SyncReport, *, unpublished: bool) -> str:
    if decided := _to_decide(call, say, report):
        return decided
    if any(one.problems_total for one in report.sources.values()):
        if not unpublished:
            return say("What partners can mend: {command}", command=call.command("problems"))
        return say(
            "What partners can mend: {problems}\nPublish the rest: {publish}",
            problems=call.command("problems"),
            publish=call.command("publish"),
        )
    if not (report.sources and unpublished):
        return say("How all stands: {command}", command=call.command("status"))
    return say("Publish it: {command}", command=call.command("publish"))


def _after_check(call: Call, say: Voice, report: SyncReport, of_file: bool, word: str | None) -> str:
    if not report.ok:
        return say("Nothing was written. What the hub knew before stays.")
    if of_file:
        return say("Nothing was written. To take the file over, name it as a source in hub.toml.")
    return say(
        "Nothing was written. To take it over: {command}",
        command=call.command(f"sync {word}" if word else "sync"),
    )


def show_publish(call: Call, say: Voice, reports: Mapping[str, OutputReport]) -> None:
    """What a publish did, output by output."""
    rows = []
    for one in reports.values():
        still = one.status == "done" and not (one.written or one.removed)
        figures = figured(say, (one.written, one.unchanged, one.removed))
        rows.append(
            [one.output, state(say, "nothing new" if still else one.status), *figures, one.path or EMPTY]
        )
    columns = [
        Column(say("Output")),
        Column(say("State")),
        Column(say("Written"), right=True),
        Column(say("Unchanged"), right=True, spare=True),
        Column(say("Removed"), right=True, spare=True),
        Column(say("Folder"), spare=True),
    ]
    if not reports:
        line(say("Every output is switched off in hub.toml."))
        return
    table(columns, rows)
    for one in reports.values():
        if one.message:
            said = call.placed(f"{one.output}: {one.message} {one.hint or ''}".rstrip())
            tell(said, "yellow" if one.ok else "red")
        if call.debug and one.cause is not None:
            tell(trace(one.cause))
        for note in one.notes:
            line(f"{one.output}: {note}")


def after_publish(call: Call, say: Voice, reports: Mapping[str, OutputReport]) -> str:
    """Where to look now."""
    failed = [name for name, one in reports.items() if not one.ok]
    if failed:
        return say("Once it is mended: {command}", command=call.command(f"publish {failed[0]}"))
    pages = [place for one in reports.values() if (place := first_page(one)) is not None]
    if pages:
        return say("Look at it: {place}", place=pages[0])
    return say("How all stands: {command}", command=call.command("status"))


def first_page(report: OutputReport) -> str | None:
    """The address of an output's first page for a browser on this machine."""
    page = Path(report.path) / "index.html"
    return page.resolve().as_uri() if report.ok and page.is_file() else None
