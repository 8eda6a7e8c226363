"""Commands that look at what needs a person: problems, held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from allin_hub.base.errors import ConfigError
from allin_hub.cli import problem_list
from allin_hub.cli.console import moment, opened, print_json, table
from allin_hub.cli.documents import HeldDocument, PrintedProblem, ProblemsDocument
from allin_hub.cli.invocation import Call
from allin_hub.cli.status_document import worded
from allin_hub.cli.sync_publish import CHANGES, HELD_BECAUSE, place_words
from allin_hub.cli.tables import EMPTY, Column, line, readable
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.ingest.diff import Difference
from allin_hub.ingest.hold import HeldRun, held_runs
from allin_hub.operations.held_texts import person_problems
from allin_hub.operations.partner_list import partner_list
from allin_hub.operations.quarantine import OpenProblem, quarantine
from allin_hub.operations.unknown_hosts import unknown_hosts

SHORT = 40
"""How much of a value a list of changes shows."""


def run_problems(call: Call, source: str | None, every: bool) -> None:
    """`allin problems`."""
    with opened(call) as (hub, say):
        names = [source] if source else None
        found = quarantine(hub, names)
        found = replace(
            found, problems=(*found.problems, *person_problems(hub, names), *unknown_hosts(hub, names))
        )
        if call.json:
            ordered = sorted(found.problems, key=lambda one: problem_list.weight(one.source, one.problem))
            printed = tuple(_printed(say, one) for one in ordered)
            print_json(ProblemsDocument(printed, found.waiting))
        elif not found.problems:
            line(say("There are no open problems."))
        else:
            more = call.command(f"problems {source} --all" if source else "problems --all")
            listed = [(one.source, one.problem) for one in found.problems]
            problem_list.show(say, listed, more, every=every)
            again = call.command(f"sync {source}" if source else "sync")
            line(say("Once the partner has mended the file: {command}", command=again))


def run_partner_list(call: Call, source: str | None, csv: str | None, xlsx: str | None) -> None:
    """`allin problems --csv` and `--xlsx`."""
    files = [Path(name) for name in (csv, xlsx) if name]
    for file, ending in ((csv, ".csv"), (xlsx, ".xlsx")):
        if file and not file.lower().endswith(ending):
            raise ConfigError(
                "The name '{file}' does not end with {ending}.", hint="Office programs go by the ending.",
                file=file, ending=ending,
            )  # fmt: skip
    with opened(call) as (hub, say):
        count = partner_list(hub, source, files)
        if call.json:
            print_json({"files": [str(file) for file in files], "problems": count})
            return
        for path in files:
            line(
                say(
                    "{count} problems are in {file}. It names no person.",
                    count=say.number(count),
                    file=str(path),
                )
            )


def _printed(say: Voice, one: OpenProblem) -> PrintedProblem:
    problem = one.problem
    return worded(PrintedProblem, one, message=problem.message(say.language), hint=problem.hint(say.language))


def run_held(call: Call, word: str | None) -> None:
    """`allin held`."""
    with opened(call) as (hub, say):
        found = held_runs(hub, word, with_rows=bool(word) or call.json)
        if call.json:
            print_json(HeldDocument(tuple(found)))
        elif not found:
            line(say("No run waits for a decision."))
        else:
            _show_held(call, say, hub, found, detailed=bool(word))


def _show_held(call: Call, say: Voice, hub: Hub, found: Sequence[HeldRun], *, detailed: bool) -> None:
    columns = [
        Column(say("Source")),
        Column(say("Since")),
        Column(say("Run")),
        Column(say("What would happen"), wraps=True),
    ]
    table(
        columns,
        [[one.source, moment(hub, say, one.since), one.run[-8:], _effect(say, one)] for one in found],
    )
    if detailed:
        for one in found:
            line()
            if one.undone_at is not None:
                line(say("This was taken back on {day}.", day=moment(hub, say, one.undone_at)))
            _show_rows(say, one.rows)
    line()
    line(say("Nothing of it is published. If it is a mistake, mend the source and sync again."))
    name = found[0].source
    if detailed:
        line(
            say(
                "If it is right, apply exactly this: {command}", command=call.command(f"sync --accept {name}")
            )
        )
    else:
        line(say("See it row by row: {command}", command=call.command(f"held {name}")))


def _show_rows(say: Voice, rows: Sequence[Difference]) -> None:
    columns = [
        Column(say("What")),
        Column(say("Row"), right=True, spare=True),
        Column(say("Entry")),
        Column(say("Change"), wraps=True, spare=True),
    ]
    table(
        columns,
        [[say(CHANGES[row.op]), row.row or EMPTY, _named(say, row), changes_of(say, row)] for row in rows],
    )


def _named(say: Voice, row: Difference) -> str:
    """A record by its title, else by where it stands; a key by itself tells nobody which one is meant."""
    if row.title:
        return row.title
    if place := place_words(say, row.sheet, row.row):
        return place
    return say("the record with the key {key}", key=row.key) if row.key else say("an entry without a title")


def _effect(say: Voice, one: HeldRun) -> str:
    counts = [
        f"{say.number(count)} {say(CHANGES[name])}" for name, count in asdict(one.counts).items() if count
    ]
    reasons = [
        say(HELD_BECAUSE[reason.code])
        for reason in one.reasons
        if reason.code in {"empty", "columns", "undone"}
    ]
    return ", ".join([*counts, *reasons])


def changes_of(say: Voice, row: Difference) -> str:
    """What of a record would change, field by field."""
    changes = [f"{one.field}: {_short(one.old)} → {_short(one.new)}" for one in row.fields]
    if row.waits:
        errors = [replace(one, sheet=None, row=None).message(say.language) for one in row.why]
        changes.insert(
            0, ": ".join([say("would wait to be mended"), *([" ".join(errors)] if errors else [])])
        )
    return "; ".join(changes) or EMPTY


def _short(value: Any) -> str:
    shown = readable(value)
    return shown if len(shown) <= SHORT else shown[: SHORT - 1] + "…"
