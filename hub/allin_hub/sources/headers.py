"""Find the header of a table: below titles, over one or two rows, in words that the hub or hub.toml knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allin_hub.mapping.columns import ColumnMap
from allin_hub.mapping.header_context import is_language
from allin_hub.mapping.synonyms import words_of
from allin_hub.readers.sheets import Cell, Row
from allin_schemas import ENTITIES

LOOKED_AT = 50
"""The header stands within this many rows."""

CLEAR = 4
"""A row that names so many columns, the title among them, is the header; only the row below it may join it."""

_LONGEST = 600
_FIRST_COLUMNS = 2
_FEWEST_SIDEWAYS = 2
_CLEARLY_SIDEWAYS = 3
_FEWEST_BESIDE = 2
_NAMES = frozenset({"name", "namen", "vorname", "nachname", "first name", "last name", "ad soyad"})
_OF_NAMES = frozenset({"contacts.given", "contacts.family"})
_MANY = 3
"""So many rows have to be longer than the header before they make a column of their own."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, each only once, and where they stand."""

    names: tuple[str, ...]
    written: tuple[str, ...]
    """What stands in the header's cells, "" where it is blank."""
    row: int
    """The number of its last row, as a person sees it."""
    columns: ColumnMap
    """The source's columns, as they are to be understood in this table."""
    beside: int | None = None
    """The column with which a second table begins, beside this one; nothing from there on is read."""

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return len(self.names)

    def find(self, name: str) -> str | None:
        """Find the column that a person calls so, in any spelling."""
        if name in self.names:
            return name
        plain = words_of(name)
        return next((own for own in self.names if words_of(own) == plain), None)


@dataclass(frozen=True, slots=True)
class _Candidate:
    names: list[str]
    row: int
    score: int
    has_title: bool


def find_header(rows: Sequence[Row], columns: ColumnMap) -> Header | None:
    """Find the row, or two rows, that name most columns; None where nothing looks like a header.

    Columns that hub.toml names count double. A header names the records' title, or two columns at least.
    """
    rows = rows[:LOOKED_AT]
    best: _Candidate | None = None
    above: _Candidate | None = None
    found_at = 0
    for index, (number, cells) in enumerate(rows):
        alone = _candidate(_texts(cells), number, columns)
        both = _joined(rows[index - 1][1], cells, number, columns) if above is not None else None
        if both is not None and above is not None and both.score <= max(alone.score, above.score):
            both = None
        for candidate in (alone, both):
            if candidate is None or not (candidate.has_title or candidate.score >= 2):
                continue
            if best is None or candidate.score > best.score:
                best, found_at = candidate, index
        if best is not None and best.has_title and best.score >= CLEAR and index > found_at:
            break
        above = alone
    return None if best is None else header_of(best.names, best.row, rows, columns)


def header_at(number: int, rows: Iterable[Row], columns: ColumnMap) -> Header | None:
    """Take the header from the row with this number; None where that row is blank."""
    rows = list(rows)
    for at, cells in rows:
        if at == number and any(_texts(cells)):
            return header_of(_texts(cells), number, rows, columns)
    return None


def header_of(texts: list[str], row: int, rows: Sequence[Row], columns: ColumnMap) -> Header:
    """Make a header of these texts: blank ones get the letter of their column, repeated ones a number."""
    end, beside = _end_of_first(texts, row, rows, columns)
    if beside is not None:
        texts = texts[:end]
        rows = [(number, cells[:end]) for number, cells in rows]
    lengths = Counter(len(_texts(cells)) for number, cells in rows if number > row and any(_texts(cells)))
    usual, times = lengths.most_common(1)[0] if lengths else (0, 0)
    if usual > len(texts) and times >= _MANY and times * 2 > lengths.total():
        texts = [*texts, *[""] * (usual - len(texts))]
    names: list[str] = []
    taken: set[str] = set()
    for index, text in enumerate(texts):
        name = plain = text or f"Spalte {letter(index)}"
        number = 1
        while name in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(name)
        names.append(name)
    return Header(tuple(names), tuple(texts), row, columns.within(names), beside)


def is_sideways(rows: Sequence[Row], header: Header | None, columns: ColumnMap) -> bool:
    """Whether a table lies on its side: its first column holds what a header would, and no row does."""
    for at in range(_FIRST_COLUMNS):
        first = [text for _, cells in rows if len(cells) > at and (text := _text(cells[at]))]
        if len(first) < _FEWEST_SIDEWAYS:
            continue
        down = {path for text in first if (path := columns.path(text)) is not None}
        across = 0
        if header is not None:
            across = len({path for name in header.names if (path := columns.path(name)) is not None})
        if _title(columns) not in down or len(down) <= across:
            continue
        known = sum(columns.path(text) is not None for text in first)
        if len(down) >= _CLEARLY_SIDEWAYS and (across <= 1 or known * 2 > len(first)):
            return True
        if known == len(first) and across <= 1:
            return True
    return False


def _title(columns: ColumnMap) -> str:
    return ENTITIES[columns.kind].title_field if columns.kind is not None else "name"


def _end_of_first(
    texts: Sequence[str], row: int, rows: Sequence[Row], columns: ColumnMap
) -> tuple[int, int | None]:
    """Find where the first table ends and the next one begins beside it; None where there is no other.

    A blank column parts them, and the other begins with names of its own.
    """
    below = [cells for number, cells in rows if number > row]
    for index in range(1, len(texts) - 1):
        if texts[index] or not texts[index - 1]:
            continue
        begin = next((at for at in range(index, len(texts)) if texts[at]), len(texts))
        is_gap = all(_text(cell) == "" for cells in below for cell in cells[index:begin])
        paths = {columns.path(text) for text in texts[:index] if text}
        if not is_gap or len(texts) - begin < _FEWEST_BESIDE or _title(columns) not in paths:
            continue
        path = columns.path(texts[begin])
        if path == _title(columns) or words_of(texts[begin]) in _NAMES or path in _OF_NAMES:
            return index, begin
    return len(texts), None


def letter(index: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _text(cell: Cell) -> str:
    """Write a cell of a header in one line."""
    if cell is None or cell == "":
        return ""
    return " ".join(str(cell).replace("_x000D_", " ").split())[:_LONGEST]


def _texts(cells: Sequence[Cell]) -> list[str]:
    """Write the cells of a row up to the last one that is not blank."""
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _candidate(names: list[str], row: int, columns: ColumnMap) -> _Candidate:
    """Count what a row names; each path counts once, and each choice of a question."""
    score = 0
    paths: set[str] = set()
    for name in dict.fromkeys(names):
        if not name:
            continue
        path = columns.path(name)
        if columns.is_said(name):
            score += 2
        elif path is not None and path not in paths:
            score += 1
        if path is not None:
            paths.add(path)
            score += columns.is_option(name)
    title = ENTITIES[columns.kind].title_field if columns.kind is not None else "name"
    return _Candidate(names, row, score, title in paths)


def _joined(above: Sequence[Cell], below: Sequence[Cell], row: int, columns: ColumnMap) -> _Candidate | None:
    """Read two rows as one header: a group above spans the columns to its right."""
    groups, parts = _texts(above), _texts(below)
    if sum(map(bool, groups)) < 2 or not any(parts):
        return None
    width = max(len(groups), len(parts))
    groups += [""] * (width - len(groups))
    parts += [""] * (width - len(parts))
    names: list[str] = []
    group = ""
    for own, part in zip(groups, parts, strict=True):
        group = own or (group if part else "")
        names.append(_name_of(group, part, columns))
    return _candidate(names, row, columns)


def _name_of(group: str, part: str, columns: ColumnMap) -> str:
    """Choose what says most: the group with its part, or the part, or the group."""
    whole = f"{group} {part}".strip()
    if group and is_language(part) and columns.is_option(chosen := f"{group} [{part}]"):
        return chosen
    if not group or not part or columns.path(whole) is not None:
        return whole
    return part if columns.path(part) is not None or columns.path(group) is None else whole
