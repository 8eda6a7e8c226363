"""Copies a whole database as it is at one moment: into a SQLite file, or table by table into either sort."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, select

from allin_hub.store.engine import insert_rows, migrate, open_engine, revision, writing

BATCH = 2000
PAGES = 2000
VERSIONS = "alembic_version"
Told = Callable[[str, int, int | None], None]
"""Told of progress: what, how much of it so far, of how much."""


def tables_of(connection: Connection) -> list[Table]:
    """The tables as they are in this database, in the order in which their rows can be written; not the schema's mark."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSIONS]


def counts_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        str(table.name): int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in tables_of(connection)
    }


def copy_rows(source: Connection, target: Connection, told: Told | None = None) -> int:
    """Copy every row of every table; how many. Both have the same schema, and the target has no row.

    A value that one of the two cannot hold is refused by the database: nothing is left out.
    """
    done = 0
    for table in tables_of(source):
        names = [column.name for column in table.columns]
        query = select(*table.columns).order_by(*table.primary_key).execution_options(yield_per=BATCH)
        with source.execute(query) as rows:
            for batch in rows.partitions():
                insert_rows(target, table, names, [tuple(row) for row in batch])
                done += len(batch)
                if told is not None:
                    told(table.name, done, None)
    return done


def copy_to_file(connection: Connection, path: Path, told: Told | None = None) -> None:
    """Write what this connection sees into a new SQLite file, while others go on writing to the database."""
    if connection.dialect.name == "sqlite":
        revision(connection)  # from the first read on, the connection sees one moment
        _copy_pages(connection.connection.driver_connection, path, told)
        return
    engine = open_engine(f"sqlite:///{path}")
    try:
        migrate(engine, to=revision(connection))
        with writing(engine) as target:
            copy_rows(connection, target, told)
    finally:
        engine.dispose()
    settle_file(path)


def _copy_pages(source: Any, path: Path, told: Told | None) -> None:
    def progress(_status: int, left: int, total: int) -> None:
        if told is not None:
            told("hub.db", total - left, total)

    with closing(sqlite3.connect(path)) as target:
        source.backup(target, pages=PAGES, progress=progress)
    settle_file(path)


def settle_file(path: Path) -> None:
    """Make a SQLite database one file without a log beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()


def faults_of_file(path: Path) -> list[str]:
    """What SQLite finds wrong with a database file; nothing when it is whole."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [*(fault for fault in found if fault != "ok"), *(f"foreign key of {row[0]}" for row in broken)]
