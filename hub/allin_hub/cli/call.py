"""How a command was called, and what becomes of whatever stops it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

HERE = "."


@dataclass(frozen=True, slots=True)
class Call:
    """The hub's folder, and how the person wants to be answered."""

    folder: str = HERE
    json: bool = False
    debug: bool = False

    def command(self, words: str) -> str:
        """A command as the person can type it where she is."""
        known = os.environ.get("ALLIN_HUB", HERE)
        return f"allin {words}" if self.folder == known else f"allin {words} --hub {shlex.quote(self.folder)}"


@contextmanager
def guarded(call: Call) -> Iterator[Call]:
    """Run a command; whatever stops it becomes a sentence and an exit code, never a traceback without `--debug`."""
    try:
        yield call
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        from allin_hub.cli.failing import explain

        raise typer.Exit(explain(error, call)) from error
