"""Problems as they are kept: of raws until these are read again, of files until the next read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, literal, select

from allin_hub.store.engine import insert_rows
from allin_hub.store.tables import problem, staged_problem

HELD = ("HELD_EMPTY", "HELD_LOST", "HELD_CHANGED", "HELD_NEW", "HELD_UNDONE")
"""Why a run waits for a person: open until it waits no more."""
_COLUMNS = ("id", "source", "raw_id", "run_id", "severity", "code", "sealed")


def replace_of_source(connection: Connection, source: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put problems in the place of those about the source as a whole: (id, source, raw, run, severity, code, sealed).

    Why a run of it waits stays.
    """
    about_all = delete(problem).where(problem.c.source == source, problem.c.raw_id.is_(None))
    connection.execute(about_all.where(problem.c.code.not_in(HELD)))
    insert_rows(connection, problem, _COLUMNS, rows)


def show_held(
    connection: Connection, source: str, run_id: str, rows: Sequence[tuple[Any, ...]], *, of_file: bool
) -> None:
    """Add why a run waits; with `of_file`, put what it found about the file in the place of what was found before."""
    if of_file:
        s = staged_problem.c
        found = select(s.id, literal(source), s.raw_id, s.run_id, s.severity, s.code, s.sealed)
        found = found.where(s.run_id == run_id, s.raw_id.is_(None)).order_by(s.id)
        replace_of_source(connection, source, [tuple(row) for row in connection.execute(found)])
    insert_rows(connection, problem, _COLUMNS, rows)


def forget_held(connection: Connection, source: str) -> None:
    """Forget why a run waited: it waits no more."""
    connection.execute(delete(problem).where(problem.c.source == source, problem.c.code.in_(HELD)))


def add(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put problems beside those that are there."""
    insert_rows(connection, problem, _COLUMNS, rows)


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
