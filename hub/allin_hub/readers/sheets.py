"""What comes through the door for tables: sheets of numbered rows, and how much of them there may be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from allin_hub.base.errors import refused
from allin_hub.base.problems import Problem
from allin_hub.base.types import MEGABYTE

Cell = str | int | float | bool | None
"""One cell. Dates and times are ISO texts; blank cells are None, or "" in CSV."""

Row = tuple[int, list[Cell]]
"""The number as a spreadsheet program shows it, and the cells from column A on."""

Merged = tuple[int, int, int, int]
"""Cells merged into one: first row, first column, last row, last column; rows count from 1, columns from 0."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost before it is refused."""

    seconds: float = 10
    memory: int = 400 * MEGABYTE
    """Of the confined child; together with this process it stays under 500 MB."""
    archive: int = 50 * MEGABYTE
    """The size of an XLSX, ODS or XLS file."""
    inflated: int = 200 * MEGABYTE
    entries: int = 2_000
    ratio: int = 100
    text: int = 200 * MEGABYTE
    """The size of a CSV file."""
    rows: int = 2**20
    columns: int = 1_000
    cells: int = 5_000_000
    """Of a workbook, whose reader holds them all."""
    text_cells: int = 25_000_000
    """Of a CSV file, which is streamed."""
    text_seconds: float = 8
    """For reading CSV; with what its caller does meanwhile it stays under 10 s."""


@dataclass(slots=True)
class Sheet:
    """One visible sheet. `rows` is read while it is asked for; `problems` grows with it."""

    name: str | None
    rows: Iterator[Row]
    problems: list[Problem] = field(default_factory=list)
    """What was guessed about the file and its rows; complete once `rows` is read to its end."""
    of: int = 1
    """How many visible sheets the file has."""
    merged: Sequence[Merged] = ()
    """The cells of a workbook's sheet that were merged into one."""


class Workbook:
    """The sheets in a worker's messages. Asking for the next sheet keeps the rows that nobody took yet."""

    def __init__(self, messages: Iterator[Any]) -> None:
        self._messages = messages
        self._current: deque[tuple[int, list[list[Cell]]]] | None = None
        self._next_name: str | None = None
        self._of = 1
        self._merged: list[Merged] = []

    def sheets(self) -> Iterator[Sheet]:
        """Yield every sheet, in the order of the file."""
        while True:
            while self._current is not None:
                self._take(self._current)
            if self._next_name is None and not self._begin():
                return
            name, self._next_name = self._next_name, None
            self._current = deque()
            yield Sheet(name, self._rows(self._current), of=self._of, merged=self._merged)

    def _begin(self) -> bool:
        for kind, *rest in self._messages:
            if kind != "sheet":
                raise refused("FILE_BROKEN")
            self._named(rest)
            return True
        return False

    def _rows(self, batches: deque[tuple[int, list[list[Cell]]]]) -> Iterator[Row]:
        while True:
            while batches:
                first, rows = batches.popleft()
                yield from enumerate(rows, first)
            if self._current is not batches:
                return
            self._take(batches)

    def _take(self, batches: deque[tuple[int, list[list[Cell]]]]) -> None:
        """Put the worker's next message where it belongs."""
        message = next(self._messages, None)
        if message is not None and message[0] == "rows":
            batches.append((message[1], message[2]))
            return
        self._current = None
        if message is not None:
            self._named(message[1:])

    def _named(self, said: list[Any]) -> None:
        """Remember which sheet comes next."""
        self._next_name = str(said[0])
        self._of = int(said[1])
        self._merged = [(int(a), int(b), int(c), int(d)) for a, b, c, d in said[2]]
