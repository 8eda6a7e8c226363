"""Renews what hangs on the hub's keys, table by table: what is sealed, or what is hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, literal, select, tuple_

from allin_hub.base.encryption import Rehasher, Sealer
from allin_hub.base.errors import StoreError
from allin_hub.store.copy import Told
from allin_hub.store.engine import change_rows
from allin_hub.store.tables import HASHED, SEALED, Sealed, metadata

BATCH = 1000


class Renewed(NamedTuple):
    """How many values were renewed, and how many sealed ones did not open before either: these stay as they were."""

    values: int
    left: int = 0


def seal_anew(connection: Connection, old: Sealer, new: Sealer, told: Told | None = None) -> Renewed:
    """Seal under a new key all that the old one opens."""
    values = left = 0
    for table, column in _marked(SEALED):
        mark: Sealed = column.info[SEALED]
        for rows in _batches(connection, table, column):
            renewed = []
            for row in rows:
                binding = mark.of(*(row[name] or 0 for name in mark.columns))
                try:
                    content = old.unseal_bytes(row[column.name], binding)
                except StoreError:
                    left += 1
                    continue
                renewed.append((new.seal_bytes(content, binding), *_key_of(table, row)))
            change_rows(connection, _update(table, [column.name]), renewed)
            values += len(renewed)
            if told is not None:
                told(table.name, values, None)
    return Renewed(values, left)


def hash_anew(connection: Connection, hasher: Rehasher, told: Told | None = None) -> Renewed:
    """Renew every keyed hash from its old value. Whole tables at once: a hash may be a part of its row's key."""
    values = 0
    tables = dict.fromkeys(table for table, _ in _marked(HASHED))
    for table in tables:
        columns = [column for column in table.columns if HASHED in column.info]
        query = select(*dict.fromkeys([*table.primary_key, *columns]))
        rows = [dict(row) for row in connection.execute(query).mappings()]
        hows: list[tuple[str, Callable[[Any], Any]]] = [
            (column.name, getattr(hasher, column.info[HASHED])) for column in columns
        ]
        renewed = [
            (
                *(None if row[name] is None else how(row[name]) for name, how in hows),
                *_key_of(table, row),
            )
            for row in rows
        ]
        change_rows(connection, _update(table, [name for name, _ in hows]), renewed)
        values += len(renewed) * len(columns)
        if told is not None:
            told(table.name, values, None)
    return Renewed(values)


def _marked(mark: str) -> Iterator[tuple[Table, Column[Any]]]:
    """The columns with a mark."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if mark in column.info:
                yield table, column


def _batches(connection: Connection, table: Table, column: Column[Any]) -> Iterator[list[Any]]:
    """The rows with something in a column, in the order of their primary key."""
    key = list(table.primary_key)
    mark: Sealed = column.info[SEALED]
    needed = dict.fromkeys([*key, *(table.c[name] for name in mark.columns), column])
    query = select(*needed).where(column.is_not(None)).order_by(*key).limit(BATCH)
    further = query
    while rows := list(connection.execute(further).mappings()):
        yield rows
        last = [literal(rows[-1][one.name], one.type) for one in key]
        further = query.where(tuple_(*key) > tuple_(*last))


def _key_of(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row[one.name] for one in table.primary_key)


def _update(table: Table, names: list[str]) -> str:
    values = ", ".join(f'"{name}" = ?' for name in names)
    where = " AND ".join(f'"{one.name}" = ?' for one in table.primary_key)
    return f'UPDATE "{table.name}" SET {values} WHERE {where}'  # noqa: S608 - names of ours
