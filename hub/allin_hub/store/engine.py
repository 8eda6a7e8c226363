"""Opens the hub's database: SQLite with a write-ahead log, or PostgreSQL; brings it to the newest schema."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point, reach
from allin_hub.store.db_errors import told_in_words
from allin_hub.store.moved_away import WATCHED, refuse_left
from allin_hub.store.postgresql import ADDRESSES, copy_in, open_postgresql, wait_for_writers

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION = re.compile(r"^(\d{4})_\w+\.py$")
BUSY_SECONDS = 120
PAGE_BYTES = 8192
"""Rows of the hub are long: with pages of 4 kB a first sync writes a tenth slower."""
MANY = 20
"""From this many rows on, PostgreSQL takes them by COPY: 3 to 15 times less work than a statement each."""


# The driver searches 1 µs for how each None, and each value of bytes, might be adapted; told that they stay as they
# are, it does not.
sqlite3.register_adapter(bytes, bytes.__bytes__)
sqlite3.register_adapter(type(None), {None: None}.get)


def open_engine(url: str) -> Engine:
    """An engine whose transactions begin when asked, not when a statement happens to come.

    Raises ConfigError for an address that is no SQLite file and no PostgreSQL.
    """
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg:"):
        return open_postgresql(url)
    raise ConfigError("hub.database is wrong.", hint=ADDRESSES)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    if not connection.execute("PRAGMA page_count").fetchone()[0]:  # later it would take the write lock
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}").close()
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL").close()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=FAST",  # zeros over what was deleted, where that takes no further write
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with (
        told_in_words(),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def writing(engine: Engine, point: Point | None = None) -> Iterator[Connection]:
    """The one write transaction of the moment; others wait for it. Its commit is a point at which a run may be killed.

    Raises ConfigError when the hub has moved to another database since it was opened, or has got other keys.
    """
    with told_in_words(), engine.connect().execution_options(write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            wait_for_writers(connection, BUSY_SECONDS)
        mark = connection.get_execution_options().get(WATCHED)
        if mark is not None:
            refuse_left(connection, mark)
        yield connection
        if point is not None:
            reach(point)
    if point is not None:
        reach(point)


@cache
def _insert_sql(style: str, table: Table, columns: tuple[str, ...], conflict: str) -> str:
    mark = "?" if style == "qmark" else "%s"
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join([mark] * len(columns))
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) {conflict}'.strip()  # noqa: S608 - names come from the tables


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    conflict: str = "",
) -> None:
    """Insert many tuples: one prepared statement in SQLite, COPY in PostgreSQL. `conflict` says what of known keys."""
    if len(rows) >= MANY and connection.dialect.name == "postgresql" and "UPDATE" not in conflict:
        copy_in(connection, table.name, columns, rows, conflict)
        reach(Point.ROWS_WRITTEN)
    elif rows:
        sql = _insert_sql(connection.dialect.paramstyle, table, tuple(columns), conflict)
        connection.exec_driver_sql(sql, list(rows))
        reach(Point.ROWS_WRITTEN)


def upsert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    key: Sequence[str],
) -> None:
    """Insert many tuples, replacing the other columns where the key is there already."""
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    keys = ", ".join(f'"{name}"' for name in key)
    insert_rows(connection, table, columns, rows, f"ON CONFLICT ({keys}) DO UPDATE SET {changes}")


def change_rows(connection: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run one statement, written with `?`, for many tuples."""
    rows = list(rows)
    if rows:
        connection.exec_driver_sql(
            sql if connection.dialect.paramstyle == "qmark" else sql.replace("?", "%s"), rows
        )
        reach(Point.ROWS_WRITTEN)


def migrate(
    engine: Engine,
    *,
    to: str | None = None,
    before: Callable[[str], None] | None = None,
    handed: Mapping[str, Any] | None = None,
) -> None:
    """Bring the database to a schema, without `to` to the newest. `before` is called with the old one, when there is one.

    `handed` is what migrations of sealed rows need; an empty database needs nothing.
    Raises StoreError when a newer release has written the database.
    """
    to = to or newest_schema()
    with reading(engine) as connection:
        current = revision(connection)
    if current in (newest_schema(), to):
        return
    if current is not None and current not in known_schemas():
        raise StoreError(
            "This database was written by a newer release of the hub.",
            hint="Update: pip install --upgrade allin-hub",
        )
    if current is not None and before is not None:
        before(current)
    from alembic import command
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine, Point.SCHEMA_MADE) as connection:
        settings.attributes["connection"] = connection
        settings.attributes.update(handed or {})
        command.upgrade(settings, to)


def known_schemas() -> tuple[str, ...]:
    """List the schemas that this release knows, the oldest first: the numbers in the names of its migrations.

    Reading names costs 20 µs, loading alembic 100 ms; a test holds both to be the same.
    """
    found = (_MIGRATION.match(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return tuple(sorted(match[1] for match in found if match))


def newest_schema() -> str:
    """Name the schema to which `migrate` leads."""
    return known_schemas()[-1]


def revision(connection: Connection) -> str | None:
    """Which schema the database has; None before the first."""
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address, or None."""
    found = re.match(r"^sqlite:///(.+)$", url)
    return Path(found.group(1)) if found else None


expanding: BindParameter[Any] = bindparam("values", expanding=True)
"""Stands in a query for the values that `rows_in` brings."""


def rows_in(connection: Connection, query: Select[Any], values: Sequence[Any]) -> Iterator[Any]:
    """Rows of a query with the parameter `expanding`, a few hundred values at a time."""
    for start in range(0, len(values), 500):
        yield from connection.execute(query, {"values": list(values[start : start + 500])})


def plain_rows(connection: Connection, sql: str, params: tuple[Any, ...]) -> Sequence[Any]:
    """Rows of a statement written with `?`, as the driver brings them: for very many small ones."""
    return list(each_plain_row(connection, sql, params))


def each_plain_row(connection: Connection, sql: str, params: tuple[Any, ...]) -> Iterator[Any]:
    """The same, one by one: for so many that they should not all lie in memory."""
    if connection.dialect.paramstyle != "qmark":
        sql = sql.replace("?", "%s")
    cursor: Any = connection.exec_driver_sql(sql, params).cursor
    yield from cursor


def next_id(connection: Connection, table: Table) -> int:
    """The first free id of a table; only within the write transaction."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), literal(0)))).scalar_one()) + 1
