"""A raw as it is sealed: its key, its cells, its place, and what the source reported about it."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from allin_hub.api.plugin import Raw
from allin_hub.base.problems import Problem


class Envelope(NamedTuple):
    """An opened raw, and the problems that its source had with it."""

    raw: Raw
    problems: tuple[Problem, ...]


def packed(raw: Raw, key: str, problems: list[Problem]) -> dict[str, Any]:
    """What is sealed of a raw."""
    content: dict[str, Any] = {"k": key, "p": raw.payload}
    if raw.sheet is not None:
        content["s"] = raw.sheet
    if raw.row is not None:
        content["r"] = raw.row
    if problems:
        content["x"] = [
            {"code": problem.code, "column": problem.column, "params": dict(problem.params)}
            for problem in problems
        ]
    return content


def opened(content: dict[str, Any], updated_at: dt.datetime | str | None) -> Envelope:
    """The raw and its problems again."""
    moment = dt.datetime.fromisoformat(updated_at) if isinstance(updated_at, str) else updated_at
    raw = Raw(content["k"], content["p"], moment, content.get("s"), content.get("r"))
    problems = tuple(
        Problem(key=raw.key, sheet=raw.sheet, row=raw.row, **_named(found)) for found in content.get("x", ())
    )
    return Envelope(raw, problems)


def _named(found: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """A problem's code, column and params by name; hubs of schema 0001 sealed them by position."""
    return found if isinstance(found, dict) else dict(zip(("code", "column", "params"), found, strict=True))
