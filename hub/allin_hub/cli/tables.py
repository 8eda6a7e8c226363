"""Sentences and tables without boxes, fitted to the width of the terminal; in a pipe nothing is cut."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

GAP = 2
EMPTY = "–"
NARROWEST = 8
"""To how many characters a column is cut at most."""
READABLE_WORD = 12
"""To how many characters a column may be cut before a spare one goes."""
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of all that follows."""
READABLE = 24
"""How wide a column that wraps should stay."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `right` for figures, `wraps` for sentences; `spare` may go where all is too wide, empty ones first."""

    heading: str
    right: bool = False
    wraps: bool = False
    spare: bool = False


def plain(text: str) -> str:
    """A text without what could steer a terminal: partners' words stay words."""
    return "".join(
        char for char in text if char in "\n\t" or not (unicodedata.category(char) == "Cc" or char in BIDI)
    )


def line(sentence: str = "") -> None:
    """A sentence of a result, on stdout."""
    _print(Console(highlight=False), sentence, "")


def tell(sentence: str, style: str = "") -> None:
    """A sentence beside the result, on stderr."""
    _print(Console(stderr=True, highlight=False), sentence, style)


def command_line(command: str) -> None:
    """A command to copy, on a line of its own: the terminal may wrap it, but nothing comes between its words."""
    console = Console(highlight=False)
    console.print(Text(f"  {command}", style="bold"), soft_wrap=True)


def _print(console: Console, sentence: str, style: str) -> None:
    """On a terminal broken between words only, so that a command or an address can be copied; whole in a pipe."""
    for part in plain(sentence).split("\n"):
        wide = textwrap.wrap(part, console.width, break_long_words=False, break_on_hyphens=False)
        for row in wide if console.is_terminal and wide else [part]:
            console.print(Text(row, style=style), soft_wrap=True)


def readable(value: Any) -> str:
    """A value of an entry as a person reads it."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, dict) and "text" in value:
        return str(value["text"])
    if isinstance(value, dict) and len(value) == 1:
        return readable(next(iter(value.values())))
    if isinstance(value, dict):
        return ", ".join(
            f"{name}: {readable(part)}" for name, part in value.items() if part not in (None, "", [], {})
        )
    if isinstance(value, list):
        nested = any(isinstance(part, dict) for part in value)
        return ("; " if nested else ", ").join(readable(part) for part in value)
    return str(value)


def laid_out(columns: Sequence[Column], rows: Sequence[Sequence[Any]], width: int | None) -> list[Text]:
    """Headings and rows as lines; `width` is None where nothing is to be cut."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    kept = list(range(len(columns)))
    if width is not None:
        for number in reversed(kept[:]):
            empty = all(row[number].plain == EMPTY for row in cells)
            if columns[number].spare and empty and _total(columns, cells, kept) > width:
                kept.remove(number)
        for number in reversed(kept[:]):
            if columns[number].spare and _total(columns, cells, kept, READABLE_WORD) > width:
                kept.remove(number)
    columns = [columns[number] for number in kept]
    cells = [[row[number] for number in kept] for row in cells]
    widths = _fitted(columns, _natural(columns, cells), width)
    head = [Text(column.heading, style="bold") for column in columns]
    return [line for row in (head, *cells) for line in _lines(columns, row, widths, width)]


def _cell(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(plain(str(value)).replace("\n", " ").replace("\t", " "))


def _natural(columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> list[int]:
    return [
        max([Text(column.heading).cell_len, *(row[number].cell_len for row in cells)])
        for number, column in enumerate(columns)
    ]


def _total(
    columns: Sequence[Column],
    cells: Sequence[Sequence[Text]],
    kept: Sequence[int],
    most: int | None = None,
) -> int:
    """How wide the kept columns are, those of words counted no wider than `most`."""
    natural = _natural(columns, cells)
    widths = [
        natural[number] if most is None or columns[number].right else min(most, natural[number])
        for number in kept
    ]
    return sum(widths) + GAP * (len(kept) - 1)


def _fitted(columns: Sequence[Column], widths: list[int], width: int | None) -> list[int]:
    """Widths that fit: first the sentences wrap, then the widest words are cut."""
    if width is None:
        return widths
    over = sum(widths) + GAP * (len(widths) - 1) - width
    for number, column in enumerate(columns):
        if column.wraps and over > 0:
            given = min(over, max(0, widths[number] - READABLE))
            widths[number] -= given
            over -= given
    while over > 0:
        words = [n for n, column in enumerate(columns) if not column.right and widths[n] > NARROWEST]
        if not words:
            break
        widths[max(words, key=lambda n: widths[n])] -= 1
        over -= 1
    return widths


def _lines(
    columns: Sequence[Column], row: Sequence[Text], widths: Sequence[int], width: int | None
) -> list[Text]:
    wrapped = [
        _wrapped(cell, column, widths[n]) for n, (cell, column) in enumerate(zip(row, columns, strict=True))
    ]
    lines = []
    for number in range(max(len(cell) for cell in wrapped)):
        line = Text()
        for n, column in enumerate(columns):
            cell = wrapped[n][number] if number < len(wrapped[n]) else Text()
            space = " " * (widths[n] - cell.cell_len)
            line.append_text(Text.assemble(space, cell) if column.right else Text.assemble(cell, space))
            line.append(" " * GAP)
        line.rstrip()
        if width is not None:
            line.truncate(width)
        lines.append(line)
    return lines


def _wrapped(cell: Text, column: Column, width: int) -> list[Text]:
    if cell.cell_len <= width:
        return [cell]
    if column.wraps:
        return [_stripped(part) for part in cell.wrap(Console(width=width), width, overflow="fold")]
    cut = cell.copy()
    cut.truncate(width, overflow="ellipsis")
    return [cut]


def _stripped(text: Text) -> Text:
    text.rstrip()
    return text
