"""Sums up every row of a database, so that two databases can be compared without laying them side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from allin_hub.store.copy import BATCH, tables_of

_SPACE = 1 << 128


class Sum(NamedTuple):
    """How many rows a table has, and a figure that changes with any value in any of them."""

    rows: int
    digest: str


def sums_of(connection: Connection) -> dict[str, Sum]:
    """Table -> its sum. The order of the rows and the sort of the database do not matter."""
    found = {}
    for table in tables_of(connection):
        rows = total = 0
        names = sorted(column.name for column in table.columns)
        query = select(*(table.c[name] for name in names)).execution_options(yield_per=BATCH)
        with connection.execute(query) as result:
            for batch in result.partitions():
                rows += len(batch)
                total = (total + sum(map(_figure, batch))) % _SPACE
        found[str(table.name)] = Sum(rows, f"{total:032x}")
    return found


def _figure(row: Iterable[Any]) -> int:
    plain = tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
    return int.from_bytes(hashlib.blake2b(repr(plain).encode(), digest_size=16).digest(), "big")
