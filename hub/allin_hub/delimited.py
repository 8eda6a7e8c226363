"""Reads CSV as people make it: any of four delimiters, several encodings, stray quotation marks."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, TextIO, cast

from allin_hub.encodings import Encoding, encoding, mended
from allin_hub.problems import Problem
from allin_hub.refusals import refused
from allin_hub.sheets import Cell, Limits, Row, Sheet

_BLOCK = 2**17
_LONGEST_LINE = 2**20
_DELIMITERS = ";\t,|"
_DECLARED = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)


def open_delimited(opened: Callable[[], BinaryIO], limits: Limits) -> Iterator[Sheet]:
    """Yield the one sheet of a CSV file, which is opened again when its rows are read."""
    problems: list[Problem] = []
    yield Sheet(None, _read(opened, encoding(opened), limits, problems), problems)


def _read(
    opened: Callable[[], BinaryIO], found: Encoding, limits: Limits, problems: list[Problem]
) -> Iterator[Row]:
    with opened() as stream, io.TextIOWrapper(stream, found.name, newline="") as text:
        before = 0
        for rows in _Table(text, problems).batches():
            if max(map(len, rows)) > limits.columns or before + len(rows) > limits.rows:
                raise refused("FILE_TOO_BIG")
            if found.garbled:
                _mend(rows, before, problems)
            yield from enumerate(cast("list[list[Cell]]", rows), before + 1)
            before += len(rows)


def _mend(rows: list[list[str]], before: int, problems: list[Problem]) -> None:
    for number, row in enumerate(rows):
        better = [mended(cell) for cell in row]
        if better != row:
            rows[number] = better
            problems.append(Problem("TEXT_MENDED", row=before + number + 1))


class _Table:
    """A text as records.

    A block of lines that are one record each, as nearly all are, goes through Python's reader at once. Where
    quotation marks join lines, or do not match, each record is looked at: one stray mark must not swallow
    the records after it.
    """

    def __init__(self, text: TextIO, problems: list[Problem]) -> None:
        self._text = text
        self._problems = problems
        self._rows = 0
        self._delimiter = ","
        self._width = 1

    def batches(self) -> Iterator[list[list[str]]]:
        """Yield all records, some hundreds at a time."""
        block = self._measured(self._block())
        while block:
            reader = csv.reader(io.StringIO(block, newline=""), delimiter=self._delimiter, strict=True)
            try:
                rows = list(reader)
                simple = reader.line_num == len(rows)
            except csv.Error:
                simple = False
            if not simple:
                rows = self._carefully(block)
            self._rows += len(rows)
            yield rows
            block = self._block()

    def _block(self) -> str:
        """Take the next lines, the last one whole."""
        try:
            block = self._text.read(_BLOCK)
            return block + self._line() if block else ""
        except UnicodeError:
            raise refused("FILE_ENCODING") from None

    def _line(self) -> str:
        line = self._text.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise refused("FILE_TOO_BIG")
        return line

    def _measured(self, block: str) -> str:
        """Find the delimiter, and how many cells most rows have; a line that declares it is no row.

        The delimiter is the one that splits the most rows into the same number of cells; among equals, the
        one that makes more cells.
        """
        declared = _DECLARED.match(block)
        block = block[declared.end() :] if declared else block
        lines = list(io.StringIO(block[: 2**16], newline=""))
        delimiters = declared[1] if declared else _DELIMITERS
        shapes = {delimiter: _shape(lines, delimiter) for delimiter in delimiters}
        self._delimiter = max(delimiters, key=shapes.__getitem__)
        self._width = shapes[self._delimiter][1]
        return block

    def _carefully(self, block: str) -> list[list[str]]:
        lines = _Lines(block, self._line)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        rows: list[list[str]] = []
        while lines.left():
            lines.taken.clear()
            try:
                row = next(reader)
                stray = len(lines.taken) > 1 and len(row) != self._width and self._swallowed(lines.taken)
            except csv.Error:
                stray = True
            if stray:
                row = _alone(lines.give_back(), self._delimiter)
                self._problems.append(Problem("QUOTE_STRAY", row=self._rows + len(rows) + 1))
            rows.append(row)
        return rows

    def _swallowed(self, taken: list[str]) -> bool:
        """Whether each line of a record is a record of the usual width by itself."""
        return all(line.count(self._delimiter) == self._width - 1 for line in taken)


class _Lines:
    """The lines of a block, and beyond it if a record needs them; `taken` are those of the present record."""

    def __init__(self, block: str, beyond: Callable[[], str]) -> None:
        self._waiting = deque(io.StringIO(block, newline=""))
        self._beyond = beyond
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._beyond()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def left(self) -> bool:
        """Whether a record begins in what was already read."""
        return bool(self._waiting)

    def give_back(self) -> str:
        """Keep only the first line of the present record; the others are read again."""
        first, *others = self.taken
        self._waiting.extendleft(reversed(others))
        return first


def _shape(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Say which part of the rows has the most usual number of cells, and what number that is."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    except csv.Error:
        rows = [line.split(delimiter) for line in lines if line.strip()]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0, 1
    width, count = widths.most_common(1)[0]
    return round(count / len(rows), 1), width


def _alone(line: str, delimiter: str) -> list[str]:
    """Read a line whose quotation marks do not match as one record that ends where the line ends."""
    try:
        first, *more = csv.reader([line, "end\n"], delimiter=delimiter)
        if more:
            return first
        return [_bare(cell) for cell in next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))]
    except csv.Error:
        raise refused("FILE_TOO_BIG") from None


def _bare(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell.removeprefix('"')
