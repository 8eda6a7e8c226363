"""Findings about partners' data: values with a code, a place and a hint, never exceptions.

The texts of all codes stand in `catalogue.toml`, in German and English; docs/partners.md explains each.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

HIDDEN = "…"
"""What stands in the place of a quotation that may show a person."""
_SETTINGS = frozenset(
    {
        "url",
        "file",
        "folder",
        "pattern",
        "scheme",
        "plugin",
        "zone",
        "words",
        "codes",
        "organisation",
        "entry",
    }
)
"""Parameters that come from hub.toml or the hub itself, never from a cell."""


class Severity(StrEnum):
    """What a problem means for its record."""

    ERROR = "error"
    """The record waits in quarantine."""
    WARNING = "warning"
    """The record lives without that field."""
    HINT = "hint"
    """A guess was made, and is shown."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `params` fill the texts of the catalogue; what may show a person is neither kept nor said."""

    code: str
    key: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """As the catalogue says for this code."""
        return severity_of(self.code)

    def message(self, language: str = "de") -> str:
        """What is wrong and where, in a sentence."""
        text = _filled(self.code, "message", language, self.params)
        where = self.where(language)
        return f"{where}: {text}" if where else text

    def hint(self, language: str = "de") -> str:
        """How to mend it, with an example, and what was probably meant."""
        text = _filled(self.code, "hint", language, self.params)
        shown = shown_params(self.params)
        nearest, line = shown.get("nearest"), shown.get("line")
        if line and line != HIDDEN:
            text += f" Oder in hub.toml: {line}" if language == "de" else f" Or in hub.toml: {line}"
        if not nearest or "{nearest}" in _text(self.code, "hint", language):
            return text
        return f"Meinten Sie '{nearest}'? {text}" if language == "de" else f"Did you mean '{nearest}'? {text}"

    def where(self, language: str = "de") -> str:
        """Sheet, row and column as the person sees them."""
        words = ("Blatt", "Zeile", "Spalte") if language == "de" else ("Sheet", "Row", "Column")
        parts = []
        if self.sheet:
            parts.append(f"{words[0]} '{self.sheet}'")
        if self.row is not None:
            parts.append(f"{words[1]} {self.row}")
        if self.column:
            parts.append(f"{words[2]} '{self.column}'")
        return ", ".join(parts)

    def to_json(self, language: str = "de") -> dict[str, Any]:
        """The shape that `--json` prints."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "key": self.key,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "field": self.field,
            "message": self.message(language),
            "hint": self.hint(language),
        }


@cache
def severity_of(code: str) -> Severity:
    """As the catalogue says for this code."""
    return Severity(catalogue()[code]["severity"])


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Every problem code with its severity, texts and a documented example."""
    return tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _filled(code: str, what: str, language: str, params: Mapping[str, Any]) -> str:
    return _text(code, what, language).format_map(_Known(shown_params(params)))


def shown_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without those that may show a person: where they stand, the text has three dots."""
    from allin_hub.base.quotations import (
        shows_person,
    )  # loads all readers: a command without problems needs none

    return {
        name: HIDDEN if name not in _SETTINGS and isinstance(value, str) and shows_person(value) else value
        for name, value in params.items()
    }


def _text(code: str, what: str, language: str) -> str:
    entry = catalogue()[code][what]
    text: str = entry.get(language) or entry["en"]
    return text


def problem_values(problem: Problem) -> dict[str, Any]:
    """Give what is sealed of a problem, by name; what it does not say is left out."""
    values = {one.name: getattr(problem, one.name) for one in dataclasses.fields(problem)}
    values["params"] = dict(problem.params)
    return {name: value for name, value in values.items() if value not in (None, {})}


def problem_of(values: Mapping[str, Any] | Sequence[Any]) -> Problem:
    """Give the problem again; hubs of schema 0001 sealed its values by position."""
    return Problem(**values) if isinstance(values, Mapping) else Problem(*values)
