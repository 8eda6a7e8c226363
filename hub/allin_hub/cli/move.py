"""The command move: the hub in another database."""

from __future__ import annotations

from pathlib import Path

from allin_hub.backup.move_database import go_back, move, moved_there, switch
from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import opened, print_json, progress
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import line
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.i18n.translator import Voice, voice_for


def run_move(call: Call, to: str | None, *, switching: bool, back: bool) -> None:
    """`allin move`."""
    if back == (to is not None):
        raise ConfigError(
            "Name an empty database, or write --back alone.",
            hint="Examples: allin move env:ALLIN_DATABASE --switch, allin move --back",
        )
    if to is None:
        go_back(Path(call.folder))
        if call.json:
            print_json({"back": True})
            return
        say = voice_for(Path(call.folder))
        line(say("The hub goes on in this database. What has come into the other one since is not in it."))
        line(say("See that all is well: {command}", command=call.command("status")))
        return
    line_there = moved_there(Path(call.folder), to) if switching else None
    if line_there is None:
        _move(call, to, switching)
    else:
        _lead(call, line_there)


def _lead(call: Call, written: str) -> None:
    """Write the line of a move that is done into hub.toml."""
    kept = switch(Path(call.folder), written)
    if call.json:
        print_json({"rows": 0, "tables": {}, "line": written, "switched": True})
        return
    say = voice_for(Path(call.folder))
    line(say("The hub had moved there already; nothing was copied."))
    _end(call, say, kept)


def _end(call: Call, say: Voice, kept: Path) -> None:
    line(say("{file} leads there now. The old one is kept as {old}.", file=CONFIG_NAME, old=kept.name))
    _look_around(call, say)


def _look_around(call: Call, say: Voice) -> None:
    line(say("The old database stays, and takes nothing more. Back to it: docs/postgresql.md"))
    line(say("See that all is well: {command}", command=call.command("status")))


def _move(call: Call, to: str, switching: bool) -> None:
    with opened(call) as (hub, say), progress(say, call.json) as told:
        moved = move(hub, to, told)
    kept = switch(Path(call.folder), moved.line) if switching else None
    if call.json:
        tables = {name: one._asdict() for name, one in sorted(moved.sums.items())}
        print_json({"rows": moved.rows, "tables": tables, "line": moved.line, "switched": switching})
        return
    count = len(moved.sums)
    line(
        say(
            "{rows} rows are in the new database; all {count} tables are equal.",
            rows=say.number(moved.rows),
            count=count,
        )
    )
    if kept is not None:
        _end(call, say, kept)
        return
    if moved.at is not None:
        line(say("Now change line {number} of {file} to:", number=moved.at, file=CONFIG_NAME))
        line(f"  {moved.line}")
    else:
        line(say("Now write this line below [hub] in {file}:", file=CONFIG_NAME))
        line(f"  {moved.line}")
    _look_around(call, say)
