"""How commands speak: results on stdout, progress and trouble on stderr; with `--json` one object and nothing else."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from rich.console import Console
from rich.text import Text

from allin_hub.base.types import SchemaUpgrade
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, laid_out, tell
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text, voice_of
from allin_hub.open_hub import open_dry, open_hub

PATIENCE = 1.0
"""Seconds without a bar: what is quicker needs none."""
STATES = {
    text("done"): "green", text("nothing new"): "green", text("held"): "yellow", text("partial"): "yellow",
    text("busy"): "yellow", text("failed"): "red", text("late"): "yellow", text("never"): "yellow", text("off"): "dim",
    text("offline"): "dim", text("behind"): "yellow", text("left"): "yellow", text("restored"): "yellow",
    text("running"): "cyan", text("killed"): "red", text("accepted"): "green", text("overtaken"): "dim",
    text("expired"): "dim", text("undone"): "dim",
    text("error"): "red", text("warning"): "yellow", text("hint"): "cyan",
}  # fmt: skip


@contextmanager
def opened(call: Call, *, dry: bool = False) -> Iterator[tuple[Hub, Voice]]:
    """Open the hub of a folder, and its voice. Tell of a key that was made and of a database that was upgraded.

    A dry look makes no key and no database.
    """
    hub = (open_dry if dry else open_hub)(Path(call.folder))
    say = voice_of(hub.config)
    if hub.new_key is not None and not call.json:
        tell(
            say(
                "A new key was made: {path}. Keep a copy of it elsewhere: without it nothing sealed can be read.",
                path=hub.new_key.name,
            )
        )
    if hub.upgraded is not None and not call.json:
        tell(upgraded(say, hub.upgraded))
    try:
        yield hub, say
    finally:
        hub.close()


def upgraded(say: Voice, done: SchemaUpgrade) -> str:
    """Tell from which schema to which a database was brought, and where the backup from before lies."""
    return say(
        "The database was brought from schema {before} to {after}. A backup from before lies at {file}.",
        before=done.before,
        after=done.after,
        file=str(done.backup),
    )


def print_json(value: Any) -> None:
    """Print one object on stdout: a document of the command, or a dict."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def state(say: Voice, word: str) -> Text:
    """A state in its colour, and in words."""
    return Text(say(word), style=STATES.get(word, ""))


def moment(hub: Hub, say: Voice, at: dt.datetime) -> str:
    """A moment on the clocks of the office."""
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(ZoneInfo(hub.config.hub.zone)), "short", locale=say.locale)


def figured(say: Voice, figures: Sequence[int]) -> list[str]:
    """Figures for a table; none is a dash."""
    return [say.number(figure) if figure else EMPTY for figure in figures]


def table(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
    """Rows under their headings, aligned and cut to the width of the terminal; whole in a pipe."""
    out = Console(highlight=False)
    for row in laid_out(columns, rows, out.width if out.is_terminal else None):
        out.print(row, soft_wrap=True)


@contextmanager
def progress(say: Voice, quiet: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    """A line with name, count and rate for anything that takes longer than a moment."""
    err = Console(stderr=True, highlight=False)
    if quiet or not err.is_terminal or err.is_dumb_terminal:
        yield lambda _name, _done, _total: None
        return
    from rich.progress import (
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    class Count(ProgressColumn):
        def render(self, task: Task) -> Text:
            rate = f"  {say.number(task.speed)}/s" if task.speed else ""
            total = f"/{say.number(task.total)}" if task.total else ""
            return Text(f"{say.number(task.completed)}{total}{rate}")

    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        Count(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
    began = time.monotonic()
    tasks: dict[str, TaskID] = {}

    def told(name: str, done: int, total: int | None) -> None:
        if name not in tasks:
            tasks[name] = shown.add_task(name, total=total)
        shown.update(tasks[name], completed=done, total=total)
        if not shown.live.is_started and time.monotonic() - began > PATIENCE:
            shown.start()

    try:
        yield told
    finally:
        shown.stop()
