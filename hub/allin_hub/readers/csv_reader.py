"""Reads CSV as people make it: any of four delimiters, several encodings, stray quotation marks."""

from __future__ import annotations

import csv
import io
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO, TextIO, cast

from allin_hub.base.errors import refused
from allin_hub.base.problems import Problem
from allin_hub.readers.encodings import Encoding, encoding, without_damage
from allin_hub.readers.sheets import Cell, Limits, Row, Sheet

_BLOCK = 2**17
_SAMPLE = 2**16
_LONGEST_LINE = 2**20
_TELLING_WIDTH = 2
_MOST_PROBLEMS = 1_000
_DELIMITERS = ";\t,|"
_DECLARED = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)


def open_delimited(
    opened: Callable[[], BinaryIO], limits: Limits, wanted: str | None = None
) -> Iterator[Sheet]:
    """Yield the one sheet of a CSV file, which is opened again when its rows are read.

    `wanted` is the encoding that hub.toml names.
    """
    began = time.thread_time()
    found = encoding(opened, wanted)
    left = limits.text_seconds - (time.thread_time() - began)
    problems: list[Problem] = [] if found.found is None else [found.found]
    yield Sheet(None, _read(opened, found, left, limits, problems), problems)


def _read(
    opened: Callable[[], BinaryIO], found: Encoding, seconds: float, limits: Limits, problems: list[Problem]
) -> Iterator[Row]:
    with opened() as stream, io.TextIOWrapper(stream, found.name, found.errors, newline="") as text:
        before = cells = 0
        for rows in _Table(text, problems, seconds).batches():
            cells += sum(map(len, rows))
            too_many = cells > limits.text_cells or before + len(rows) > limits.rows
            if too_many or max(map(len, rows)) > limits.columns:
                raise refused("FILE_TOO_BIG")
            if found.is_garbled or found.is_damaged:
                _mend(rows, before, found, problems)
            yield from enumerate(cast("list[list[Cell]]", rows), before + 1)
            before += len(rows)


def _mend(rows: list[list[str]], before: int, found: Encoding, problems: list[Problem]) -> None:
    """Put rows right that were damaged; one in which something stays that is no text waits, and says so."""
    for number, row in enumerate(rows):
        better = [found.mended(cell) for cell in row]
        code = "TEXT_MENDED" if better != row else None
        if found.is_damaged and any(map(found.is_broken, better)):
            better, code = [without_damage(cell) for cell in better], "CHARACTER_BROKEN"
        if code is not None:
            rows[number] = better
            if len(problems) < _MOST_PROBLEMS or code == "CHARACTER_BROKEN":
                problems.append(Problem(code, row=before + number + 1))


class _Table:
    """A text as records.

    A block of lines that are one record each, as nearly all are, goes through Python's reader at once. Where
    quotation marks join lines, or do not match, each record is looked at: one stray mark must not swallow
    the records after it.
    """

    def __init__(self, text: TextIO, problems: list[Problem], seconds: float) -> None:
        self._text = text
        self._problems = problems
        self._seconds = seconds
        self._rows = 0
        self._rest = ""
        self._delimiter = ","
        self._width = 1

    def batches(self) -> Iterator[list[list[str]]]:
        """Yield all records, some hundreds at a time; only the time spent in here counts."""
        self._rest = self._measured(self._block())
        spent = 0.0
        while True:
            began = time.thread_time()
            block = self._block()
            if not block:
                break
            reader = csv.reader(io.StringIO(block, newline=""), delimiter=self._delimiter, strict=True)
            try:
                rows = list(reader)
                simple = reader.line_num == len(rows)
            except csv.Error:
                simple = False
            if not simple:
                rows = self._carefully(block, began - spent)
            self._rows += len(rows)
            spent += time.thread_time() - began
            self._refuse_late(time.thread_time() - spent)
            yield rows

    def _block(self) -> str:
        """Take the next lines, the last one whole; empty at the end."""
        if self._rest:
            block, self._rest = self._rest, ""
            return block
        try:
            block = self._text.read(_BLOCK)
            # Programs of the DOS age end a text with Ctrl-Z.
            return (block + self._line()).removesuffix("\x1a") if block else ""
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
        lines = _lines(block[:_SAMPLE])
        delimiters = declared[1] if declared else _DELIMITERS
        shapes = {delimiter: _shape(lines, delimiter) for delimiter in delimiters}
        self._delimiter = max(delimiters, key=shapes.__getitem__)
        self._width = shapes[self._delimiter][1]
        return block

    def _carefully(self, block: str, began: float) -> list[list[str]]:
        lines, rows, start = _lines(block), list[list[str]](), 0
        while start < len(lines):
            self._refuse_late(began)
            begin = start
            following = map(lines.__getitem__, range(begin, len(lines)))
            reader = csv.reader(following, delimiter=self._delimiter, strict=True)
            try:
                for row in reader:
                    end = begin + reader.line_num
                    if end - start > 1 and self._is_swallowing(row, lines[start:end]):
                        break
                    rows.append(row)
                    start = end
                if start == len(lines):
                    break
            except csv.Error:
                # A record may go on in the next block; the reader's own limit keeps this from going far.
                if begin + reader.line_num == len(lines) and (more := self._block()):
                    if start:
                        self._rest = "".join(lines[start:]) + more
                        break
                    lines += _lines(more)
                    continue
            rows.append(_alone(lines[start], self._delimiter))
            start += 1
            if len(self._problems) < _MOST_PROBLEMS:
                self._problems.append(Problem("QUOTE_STRAY", row=self._rows + len(rows)))
        return rows

    def _refuse_late(self, began: float) -> None:
        spent = time.thread_time() - began
        if spent > self._seconds:
            raise refused("FILE_TOO_SLOW", seconds=math.ceil(spent))

    def _is_swallowing(self, row: list[str], taken: list[str]) -> bool:
        """Whether each line of a record is a record of the usual width by itself.

        With two columns that says little; then the record must have another width, too.
        """
        return (len(row) != self._width or self._width > _TELLING_WIDTH) and all(
            line.count(self._delimiter) == self._width - 1 for line in taken
        )


def _lines(block: str) -> list[str]:
    return list(io.StringIO(block, newline=""))


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
