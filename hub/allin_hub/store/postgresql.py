"""What is PostgreSQL's own: how it is reached, how writers wait for each other, how many rows go in at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from allin_hub.base.errors import ConfigError

ADDRESSES = 'Write database = "sqlite:///hub.db" or "postgresql+psycopg://user@host/name".'
WRITER_LOCK = 0x616C6C696E
DEFAULTS = {"connect_timeout": "15", "application_name": "allin"}
"""What libpq is told where the address says nothing else."""


def open_postgresql(url: str) -> Engine:
    """An engine for a PostgreSQL database; its password never shows.

    Raises ConfigError for an address that leads to none, and without the driver.
    """
    try:
        parsed = make_url(url)
        if not parsed.database or "@" in parsed.database:
            raise ConfigError("hub.database is wrong.", hint=ADDRESSES)
        told = {name: value for name, value in DEFAULTS.items() if name not in parsed.query}
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=told)
    except ImportError:
        raise ConfigError(
            "PostgreSQL needs its driver.", hint="Install it: pip install 'allin-hub[postgresql]'"
        ) from None
    except (ArgumentError, ValueError):
        raise ConfigError("hub.database is wrong.", hint=ADDRESSES) from None


def wait_for_writers(connection: Connection, seconds: int) -> None:
    """Become the one writer of the moment, until the transaction ends; the wait ends as a fault after so long."""
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = '{int(seconds)}s'; SELECT pg_advisory_xact_lock({WRITER_LOCK})"
    )


def copy_in(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    conflict: str = "",
) -> None:
    """Insert many tuples by COPY; with `conflict` through a table that lasts as long as this call."""
    names = ", ".join(f'"{name}"' for name in columns)
    into = "incoming" if conflict else table
    if conflict:
        like = f'SELECT {names} FROM "{table}"'  # noqa: S608 - names come from the tables
        connection.exec_driver_sql(f"CREATE TEMP TABLE incoming AS {like} WITH NO DATA")
    statement = f'COPY "{into}" ({names}) FROM STDIN'
    dbapi = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(row)
    except dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, dbapi.Error, hide_parameters=True, dialect=connection.dialect
        ) from None
    if conflict:
        connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM incoming {conflict}')  # noqa: S608 - names come from the tables
        connection.exec_driver_sql("DROP TABLE incoming")
