"""Fill the cells that a spreadsheet program merged: one value that stands for several rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from allin_hub.readers.sheets import Cell, Merged, Row

Told = Callable[[int, int], None]
"""Told once of the first row below a merged cell, and of that cell's column."""


def filled(
    rows: Iterable[Row], merged: Sequence[Merged], header_row: int, told: Told, *, but: Collection[int] = ()
) -> Iterator[Row]:
    """Yield the rows below a header, the value of a merged cell in each of its rows.

    A row that would hold nothing else stays blank, and the columns in `but` stay as they are.
    """
    down = sorted(
        (first, column, last)
        for first, column, last, _ in merged
        if first > header_row and last > first and column not in but
    )
    if not down:
        yield from rows
        return
    ahead = 0
    is_told = False
    over: dict[int, tuple[int, Cell]] = {}
    for number, cells in rows:
        over = {column: until for column, until in over.items() if until[0] >= number}
        whole = cells
        if over and any(cell is not None and cell != "" for cell in cells):
            whole = [*cells, *[None] * (max(over) + 1 - len(cells))]
            for column, (_, value) in over.items():
                if whole[column] is None or whole[column] == "":
                    whole[column] = value
                    if not is_told:
                        is_told = True
                        told(number, column)
        while ahead < len(down) and down[ahead][0] <= number:
            first, column, last = down[ahead]
            if first == number and column < len(cells) and cells[column] not in (None, ""):
                over[column] = (last, cells[column])
            ahead += 1
        yield number, whole


def spanned(merged: Sequence[Merged], width: int) -> frozenset[int]:
    """List the rows with a cell that was merged across at least half of the table, from its first columns on."""
    return frozenset(
        first
        for first, column, last, until in merged
        if first == last and column <= 1 and (until - column + 1) * 2 >= width and until > column
    )
