"""Tell whether a row's cells lie beside their columns, by what has a form: a postal code, a mail address."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from allin_hub.readers.sheets import Cell
from allin_hub.sources.headers import Header

_PHONE = re.compile(r"\s*[+(0](?:[\s/().+-]*\d){5,}[\s/().+-]*\Z")
_ENOUGH = 2
"""So many cells in their places, or so many beside them, tell how a row lies."""


class _Anchor(NamedTuple):
    """A column that holds what is known by its form."""

    column: int
    form: str
    fits: Callable[[Cell], bool]


class Shifts:
    """Finds the rows of one table whose cells lie beside their columns."""

    def __init__(self, header: Header) -> None:
        self._width = header.width
        self._anchors: list[_Anchor] = []
        for index, name in enumerate(header.names):
            form = (header.columns.path(name) or "").rpartition(".")[2]
            if form in _FORMS:
                self._anchors.append(_Anchor(index, form, _FORMS[form]))
        self._anchors.sort(key=lambda anchor: list(_FORMS).index(anchor.form))
        self._form_at = {anchor.column: anchor.form for anchor in self._anchors}

    def found(self, cells: Sequence[Cell]) -> bool:
        """Whether these cells lie one or two columns beside their own."""
        size = len(cells)
        is_longer = size > self._width
        doubtful: list[_Anchor] = []
        fitting = 0
        for anchor in self._anchors:
            cell = cells[anchor.column] if anchor.column < size else None
            if cell is not None and anchor.fits(cell):
                fitting += 1
                if fitting == _ENOUGH and not is_longer:
                    return False
            else:
                doubtful.append(anchor)
        if not is_longer and len(doubtful) < _ENOUGH:
            return False
        needed = 1 if is_longer else _ENOUGH
        for distance in (1, -1, 2, -2):
            beside = sum(self._lies_beside(anchor, distance, cells) for anchor in doubtful)
            if beside >= needed and beside > fitting:
                return True
        return (
            is_longer
            and fitting == 0
            and any(cell is not None and cell != "" for cell in cells[self._width :])
        )

    def _lies_beside(self, anchor: _Anchor, distance: int, cells: Sequence[Cell]) -> bool:
        at = anchor.column + distance
        return 0 <= at < len(cells) and self._form_at.get(at) != anchor.form and anchor.fits(cells[at])


def _is_postal_code(cell: Cell) -> bool:
    if isinstance(cell, str):
        text = cell.strip().removeprefix("D-")
        return len(text) in (4, 5) and text.isdigit()
    return isinstance(cell, int) and 1_000 <= cell <= 99_999


def _is_mail(cell: Cell) -> bool:
    return isinstance(cell, str) and "@" in cell


def _is_address_of_a_site(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.lstrip().lower().startswith(("http", "www."))


def _is_phone(cell: Cell) -> bool:
    return isinstance(cell, str) and _PHONE.match(cell) is not None


_FORMS: dict[str, Callable[[Cell], bool]] = {
    "email": _is_mail,
    "postal_code": _is_postal_code,
    "website": _is_address_of_a_site,
    "phones": _is_phone,
}
