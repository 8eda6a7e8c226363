"""What a file of the corpus is, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One broken or hostile file.

    At the door it is `refused` with a code, or opened: then `rows` tells how many rows each sheet has,
    `holds` which texts are found in it and `lacks` which never are. In a full sync as a source of
    organisations it brings `live`, `quarantined` and `skipped` records; None where only the door is asked.
    """

    name: str
    filename: str
    build: Callable[[], bytes]
    refused: str | None = None
    live: int | None = None
    quarantined: int = 0
    skipped: int = 0
    rows: tuple[int, ...] | None = None
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    """Codes of what the door guessed, each once."""

    def __str__(self) -> str:
        return self.name
