"""`allin undo`: takes the last run of a source back, after it has shown what becomes of each record."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.cli.allow import YES
from allin_hub.cli.console import moment, opened, print_json, progress, table
from allin_hub.cli.documents import UndoDocument
from allin_hub.cli.invocation import Call
from allin_hub.cli.notify import tell_at_the_end
from allin_hub.cli.problems_held import changes_of
from allin_hub.cli.tables import EMPTY, Column, command_line, line, tell
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.ingest.undo import UndoableRun, undo, undoable_run, undoable_runs

BECOMES = {"gone": text("goes"), "reread": text("comes back"), "changed": text("as before")}


def run_undo(call: Call, word: str | None, *, yes: bool) -> None:
    """`allin undo`."""
    with opened(call) as (hub, say):
        if word is None:
            found = undoable_runs(hub)
            if call.json:
                print_json(UndoDocument(tuple(found), undone=False))
            else:
                _list(call, hub, say, found)
            return
        with progress(say, call.json) as told:
            told(word, 0, None)
            shown = undoable_run(hub, word)
        if not call.json:
            _show(hub, say, shown)
        if not yes and (call.json or not _confirmed(call, say, shown)):
            if call.json:
                print_json(UndoDocument((shown,), undone=False))
            else:
                line(say("Nothing was changed."))
            raise typer.Exit(0)
        with progress(say, call.json) as told:
            told(shown.source, 0, None)
            undo(hub, shown.run)
        if call.json:
            print_json(UndoDocument((shown,), undone=True))
        else:
            _done(call, say, shown)
        tell_at_the_end(hub, say)


def _list(call: Call, hub: Hub, say: Voice, found: Sequence[UndoableRun]) -> None:
    if not found:
        line(say("There is no run that can be taken back."))
        return
    columns = [
        Column(say("Source")),
        Column(say("When")),
        Column(say("What it did"), wraps=True),
        Column(say("Run")),
    ]
    rows = [[one.source, moment(hub, say, one.at), _did(say, one), one.run[-8:]] for one in found]
    table(columns, rows)
    line()
    line(
        say(
            "See what would change, and take it back: {command}",
            command=call.command(f"undo {found[0].source}"),
        )
    )


def _did(say: Voice, one: UndoableRun) -> str:
    counts = (
        (text("{count} new"), one.new),
        (text("{count} changed"), one.changed),
        (text("{count} gone"), one.withdrawn),
    )
    return ", ".join(say(words, count=say.number(count)) for words, count in counts if count) or EMPTY


def _show(hub: Hub, say: Voice, shown: UndoableRun) -> None:
    line(
        say(
            "The run of {source} from {day}: {what}.",
            source=shown.source,
            day=moment(hub, say, shown.at),
            what=_did(say, shown),
        )
    )
    line(say("Taken back, this becomes of its records:"))
    line()
    columns = [
        Column(say("What")),
        Column(say("Row"), right=True, spare=True),
        Column(say("Entry")),
        Column(say("Change"), wraps=True, spare=True),
    ]
    rows = [
        [
            say(BECOMES.get(one.op, BECOMES["changed"])),
            one.row or EMPTY,
            one.title or one.key,
            EMPTY if one.op == "reread" else changes_of(say, one),
        ]
        for one in shown.rows
    ]
    table(columns, rows)
    line()
    line(say("A yes to be shown that came with this run ends; a no stays."))


def _confirmed(call: Call, say: Voice, shown: UndoableRun) -> bool:
    if not _asks():
        raise ConfigError(
            "A person has to confirm it.",
            hint="Add --yes where nobody can be asked: {command}",
            command=call.command(f"undo {shown.source} --yes"),
        )
    tell(say("Take it back? y = yes, only Enter leaves all as it is:"))
    return sys.stdin.readline().strip().casefold() in YES


def _asks() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _done(call: Call, say: Voice, shown: UndoableRun) -> None:
    line(say("{source} is as it was before this run. It shows with the next publish:", source=shown.source))
    command_line(call.command("publish"))
    line(
        say(
            "The same sheet is held when it is read again. Was it right after all: {command}",
            command=call.command(f"sync --accept {shown.source}"),
        )
    )
