"""Problems as they are kept: of raws until these are read again, of files until the next read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from allin_hub.store.engine import insert_rows
from allin_hub.store.tables import problem


def replace_of_source(connection: Connection, source: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put problems in the place of those about the source as a whole: (id, source, raw, run, severity, code, sealed)."""
    connection.execute(delete(problem).where(problem.c.source == source, problem.c.raw_id.is_(None)))
    add(connection, rows)


def add(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put problems beside those that are there."""
    columns = ("id", "source", "raw_id", "run_id", "severity", "code", "sealed")
    insert_rows(connection, problem, columns, rows)


def problems(connection: Connection, source: str | None = None, limit: int | None = None) -> Sequence[Any]:
    """Open problems: rows of (source, raw_id, severity, code, sealed, id, run_id), errors first."""
    query = select(
        problem.c.source,
        problem.c.raw_id,
        problem.c.severity,
        problem.c.code,
        problem.c.sealed,
        problem.c.id,
        problem.c.run_id,
    ).order_by(problem.c.source, problem.c.severity, problem.c.id)
    if source is not None:
        query = query.where(problem.c.source == source)
    return connection.execute(query.limit(limit) if limit else query).all()


def places(connection: Connection, source: str) -> list[tuple[int, int, bytes]]:
    """(problem, raw, sealed problem) of what people look up by its row: errors and warnings of records."""
    query = select(problem.c.id, problem.c.raw_id, problem.c.sealed).where(
        problem.c.source == source, problem.c.raw_id.is_not(None), problem.c.severity != "hint"
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]
