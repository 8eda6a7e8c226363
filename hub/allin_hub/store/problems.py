"""Problems as they are kept: of raws until these are read again, of files until the next read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from allin_hub.store.engine import change_rows, insert_rows, next_id
from allin_hub.store.tables import problem


def replace_problems(
    connection: Connection, source: str, raw_ids: Sequence[int] | None, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Put these problems in the place of the raws' old ones; of those about the file when `raw_ids` is None."""
    if raw_ids is None:
        connection.execute(delete(problem).where(problem.c.source == source, problem.c.raw_id.is_(None)))
    elif raw_ids:
        known = set(
            connection.execute(
                select(problem.c.raw_id).where(problem.c.source == source).distinct()
            ).scalars()
        )
        change_rows(
            connection, "DELETE FROM problem WHERE raw_id = ?", [(id,) for id in raw_ids if id in known]
        )
    first = next_id(connection, problem)
    columns = ("id", "source", "raw_id", "run_id", "severity", "code", "sealed")
    insert_rows(connection, problem, columns, [(first + n, *row) for n, row in enumerate(rows)])


def drop_problems(connection: Connection, raw_ids: Sequence[int]) -> None:
    """Forget the problems of raws that are gone."""
    change_rows(connection, "DELETE FROM problem WHERE raw_id = ?", [(id,) for id in raw_ids])


def problems(connection: Connection, source: str | None = None, limit: int | None = None) -> Sequence[Any]:
    """Open problems: rows of (source, raw_id, severity, code, sealed), errors first."""
    query = select(
        problem.c.source, problem.c.raw_id, problem.c.severity, problem.c.code, problem.c.sealed
    ).order_by(problem.c.source, problem.c.severity, problem.c.id)
    if source is not None:
        query = query.where(problem.c.source == source)
    return connection.execute(query.limit(limit) if limit else query).all()


def places(connection: Connection, source: str) -> list[tuple[int, bytes]]:
    """(raw, sealed problem) of what people look up by its row: errors and warnings of records."""
    query = select(problem.c.raw_id, problem.c.sealed).where(
        problem.c.source == source, problem.c.raw_id.is_not(None), problem.c.severity != "hint"
    )
    return [(row[0], row[1]) for row in connection.execute(query)]
