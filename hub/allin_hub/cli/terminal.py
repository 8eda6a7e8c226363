"""How commands speak: tables without boxes, progress on stderr, one JSON object on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from allin_hub.hub import Hub, open_hub
from allin_hub.wording import words

LOCALE = Path(__file__).parent.parent / "locale"
STATES = {
    "done": "green", "unchanged": "green", "held": "yellow", "partial": "yellow", "busy": "yellow", "failed": "red",
    "error": "red", "warning": "yellow", "hint": "cyan", "late": "yellow",
}  # fmt: skip
err = Console(stderr=True, highlight=False)


class Voice:
    """Speaks the office's language: German when the hub's first language is, else English."""

    def __init__(self, language: str) -> None:
        self.language = "de" if language.startswith("de") else "en"
        self._texts = words(LOCALE, self.language)

    def __call__(self, text: str, **params: Any) -> str:
        """A text in the office's language."""
        return self._texts.gettext(text).format(**params)

    def several(self, one: str, many: str, count: int, **params: Any) -> str:
        """A text for one or many."""
        return self._texts.ngettext(one, many, count).format(count=count, **params)


@contextmanager
def opened(folder: str) -> Iterator[tuple[Hub, Voice]]:
    """The hub of a folder and its voice; says when a key was made."""
    hub = open_hub(Path(folder))
    say = Voice(hub.config.hub.languages[0])
    if hub.new_key is not None:
        err.print(say("A new key was made: {path}. Keep a copy of it elsewhere: without it nothing sealed can be read.", path=hub.new_key.name))
    try:
        yield hub, say
    finally:
        hub.close()


def print_json(value: Any) -> None:
    """One object on stdout."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def state(word: str, shown: str | None = None) -> Text:
    """A state in its colour, and in words."""
    return Text(shown or word, style=STATES.get(word, ""))


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = (), flexible: int | None = None) -> None:
    """Rows under their headings, aligned and cut to the width of the terminal."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=True)
    for number, column in enumerate(columns):
        made.add_column(
            column,
            justify="right" if number in right else "left",
            overflow="fold" if number == flexible else "ellipsis",
            no_wrap=number != flexible,
            ratio=1 if number == flexible else None,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    out().print(made)


def out() -> Console:
    """Where results go: stdout; wide when it is no terminal, so that nothing is cut in a pipe."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


def line(text: str = "") -> None:
    """One line of a result."""
    out().print(Text(text), soft_wrap=True)


@contextmanager
def progress(say: Voice, quiet: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    """A line with name, count and rate for anything that takes longer than a moment."""
    if quiet or not err.is_terminal:
        yield lambda _name, _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        tasks: dict[str, TaskID] = {}

        def told(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=total)
            shown.update(tasks[name], completed=done, total=total)

        yield told
