"""Says what a cell shows of the order of day and month in its column."""

from __future__ import annotations

import re
from typing import Any, Literal

Shown = Literal["day first", "month first", "either"]

_SLASHED = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?!\d)", re.ASCII)
_MONTHS = 12


def order_shown(cell: Any) -> Shown | None:
    """What the dates of bare numbers in a cell show; None where there are none, or they are the same either way.

    '25/12/2026' has the day first, '12/25/2026' the month, '05/12/2026' can be both.
    """
    if not isinstance(cell, str) or ("/" not in cell and cell.count("-") < 2):
        return None
    found: Shown | None = None
    for first, _, second in _SLASHED.findall(cell):
        one, two = int(first), int(second)
        if one > _MONTHS >= two:
            return "day first"
        if two > _MONTHS >= one:
            return "month first"
        if one != two and one <= _MONTHS:
            found = "either"
    return found
