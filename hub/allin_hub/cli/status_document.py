"""Documents about how sources and outputs stand, apart from the others: `allin status` is called often, and loads little."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from allin_hub.operations.status import OutputStanding, SourceStanding, Todo

T = TypeVar("T")


def worded(made: type[T], plain: Any, **words: Any) -> T:
    """Make a printed object of a plain one and of the words that it lacks."""
    return made(**{one.name: getattr(plain, one.name) for one in fields(plain)}, **words)


@dataclass(frozen=True, slots=True)
class PrintedSource(SourceStanding):
    """How a source stands; `message` says its failure and the remedy."""

    message: str | None


@dataclass(frozen=True, slots=True)
class PrintedOutput(OutputStanding):
    """How an output stands; `message` says its failure and the remedy."""

    message: str | None


@dataclass(frozen=True, slots=True)
class PrintedTodo(Todo):
    """One thing to do: why, and the command for it."""

    why: str
    command: str


@dataclass(frozen=True, slots=True)
class StatusDocument:
    """`allin status --json`."""

    ok: bool
    verdict: str
    sources: dict[str, PrintedSource]
    outputs: dict[str, PrintedOutput]
    todo: tuple[PrintedTodo, ...]


@dataclass(frozen=True, slots=True)
class SourcesDocument:
    """`allin source list --json`."""

    sources: tuple[PrintedSource, ...]
