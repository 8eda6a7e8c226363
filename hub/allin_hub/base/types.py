"""Holds small types that rooms of several floors share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """A rename or a removal of a source, decided in the database, with its files still to be edited.

    For a removal, `new` is the remark that is left in hub.toml.
    """

    act: str
    name: str
    new: str
