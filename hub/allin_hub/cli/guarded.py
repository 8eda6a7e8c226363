"""Runs a command and turns its exceptions into sentences and exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from allin_hub.cli.invocation import Call


@contextmanager
def guarded(call: Call) -> Iterator[Call]:
    """Run a command. Any exception becomes a sentence and an exit code; a traceback shows with `--debug` only."""
    try:
        yield call
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        from allin_hub.cli.errors import explain

        raise typer.Exit(explain(error, call)) from error
