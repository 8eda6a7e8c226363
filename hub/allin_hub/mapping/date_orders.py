"""Which comes first in a column's dates of bare numbers, day or month: decided over the whole column, and remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from allin_hub.base.problems import Problem
from allin_hub.mapping.drafts import ways
from allin_schemas import Kind
from allin_schemas.reading import order_shown

DAY_FIRST, MONTH_FIRST, UNCLEAR = "day first", "month first", "unclear"
ORDERS = frozenset({DAY_FIRST, MONTH_FIRST, UNCLEAR})
_DATED = frozenset({"date", "dates", "moment", "moments"})
_DATED_PARTS = frozenset({"slots", "slots.start", "slots.end", "apply.deadline"})


def is_dated(kind: Kind | None, path: str | None) -> bool:
    """Whether dates stand under a path of the model."""
    if kind is None or path is None:
        return False
    way = ways(kind).get(path)
    return path in _DATED_PARTS or (way is not None and way.reader in _DATED)


class DateOrders:
    """What the columns of one source show of their order, read by read.

    `given` stands in hub.toml and wins, `known` is what earlier reads showed.
    """

    def __init__(self, given: Mapping[str, str], known: Mapping[str, str]) -> None:
        self._given = given
        self._known = known
        self._shown: dict[str, set[str]] = {}

    def look(self, rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> None:
        """Take in what some rows show in these columns."""
        dated = [(column, self._shown.setdefault(column, set())) for column in columns]
        if not dated:
            return
        for row in rows:
            for column, shown in dated:
                cell = row.get(column)
                if cell.__class__ is str and (found := order_shown(cell)) is not None:
                    shown.add(found)

    def decided(self) -> dict[str, str]:
        """Column -> its order, or that it is not clear; none for a column that has shown nothing yet."""
        found = dict(self._known)
        for column, shown in self._shown.items():
            proofs = (shown - {"either"}) | ({self._known[column]} if column in self._known else set())
            if len(proofs) > 1:
                found[column] = UNCLEAR
            elif proofs:
                found[column] = proofs.pop()
        return {**found, **self._given}

    def learned(self) -> dict[str, str]:
        """What is to be remembered: all but what hub.toml says itself."""
        return {column: order for column, order in self.decided().items() if column not in self._given}

    def problems(self, headers: Collection[str]) -> list[Problem]:
        """Tell each column whose dates stand in both orders, or in another one than is known or given.

        An answer for a column that no table has is told as well.
        """
        found = [
            Problem("DATE_ORDER_NO_COLUMN", column=column, params={"column": column})
            for column in self._given
            if headers and column not in headers
        ]
        for column, shown in self._shown.items():
            proofs = shown - {"either"}
            said = self._given.get(column) or self._known.get(column)
            if len(proofs) > 1:
                found.append(Problem("DATE_ORDER_MIXED", column=column, params={"column": column}))
            elif proofs and said in {DAY_FIRST, MONTH_FIRST} and proofs != {said}:
                found.append(Problem("DATE_ORDER_OTHER", column=column, params={"column": column}))
        return found
