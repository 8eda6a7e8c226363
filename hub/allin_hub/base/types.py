"""Holds small types that rooms of several floors share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

MEGABYTE = 2**20

OFFICE = "office"
"""The hub's own source: its claims are what the office itself says of an entry. No source of hub.toml may be called so."""

Draft = Mapping[str, Any]
"""Field names or dotted paths of the model -> what was written there; nothing judged yet."""

Secret = SecretStr
"""A value that never shows: written in hub.toml as `{ env = "NAME" }` or `{ file = "path" }`."""


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """A rename or a removal of a source, decided in the database, with its files still to be edited.

    For a removal, `new` is the remark that is left in hub.toml.
    """

    act: str
    name: str
    new: str


@dataclass(frozen=True, slots=True)
class SchemaUpgrade:
    """How a database came to the newest schema: the one it had, the one it has, and the backup made in between.

    A database that had it already needs no backup; one that is not there yet had none.
    """

    before: str | None
    after: str
    backup: Path | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sync is held: a word and its figures."""

    code: str
    count: int
    of: int
