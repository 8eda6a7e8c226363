"""What is kept only for a time: whole raws, staging, runs, and what claims said before. And the tidying of the database."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, and_, delete, exists, or_, select, text, update

from allin_hub.base.errors import StoreError
from allin_hub.store import problems, staging
from allin_hub.store.corrections import replaced
from allin_hub.store.db_errors import told_in_words
from allin_hub.store.engine import change_rows, reading
from allin_hub.store.raw_records import WITHDRAWN
from allin_hub.store.tables import claim_version, lease, raw, raw_version, run, source_state, staged_raw

PAGES_A_STEP = 2000
SOURCE_STANDS = "done"


class OldRaw(NamedTuple):
    """A raw that was read long ago."""

    id: int
    status: str
    sealed: bytes
    updated_at: Any


def old_raws(
    connection: Connection, source: str, since: str | None, before: dt.datetime, after_id: int, size: int
) -> list[OldRaw]:
    """A batch of raws after an id that were read last before a moment: those not before `since`, and all withdrawn ones."""
    query = (
        select(raw.c.id, raw.c.status, raw.c.sealed, raw.c.updated_at)
        .join(run, run.c.id == raw.c.run_id)
        .where(raw.c.source == source, raw.c.id > after_id, run.c.started_at < before)
        .order_by(raw.c.id)
        .limit(size)
    )
    if since is not None:
        query = query.where(or_(run.c.started_at >= since, raw.c.status == WITHDRAWN))
    return [OldRaw(row[0], row[1], bytes(row[2]), row[3]) for row in connection.execute(query)]


def replace_sealed(connection: Connection, rows: Sequence[tuple[bytes, int, bytes]]) -> None:
    """Write what is left of raws: (sealed, id, sealed before); one that was read again meanwhile stays."""
    change_rows(connection, "UPDATE raw SET sealed = ? WHERE id = ? AND sealed = ?", rows)


def trimmed(row: Mapping[str, Any]) -> dict[str, str] | None:
    """Tell how far a source's raws were cut down: `before` when, and for which `map`; None when never."""
    found = row.get("trimmed")
    return None if found is None else orjson.loads(found)


def whole_since(row: Mapping[str, Any], fingerprint: str) -> str | None:
    """Tell the moment before which a source's raws may lack what its map of now needs; None when they lack nothing."""
    found = trimmed(row)
    return None if found is None or found["map"] == fingerprint else found["before"]


def waiting_since(connection: Connection, before: dt.datetime) -> list[tuple[str, str]]:
    """(run, source) of the runs that have waited for a person since before a moment."""
    found = select(run.c.id, run.c.target).where(run.c.status == "held", run.c.started_at < before)
    return [(row[0], row[1]) for row in connection.execute(found.order_by(run.c.id))]


def give_up(connection: Connection, run_id: str, source: str) -> bool:
    """End a run that waited for a person: the source stands as before it, and is read whole next time.

    False, and nothing done, when somebody accepts it just now.
    """
    if connection.execute(select(lease.c.source).where(lease.c.owner == run_id)).first() is not None:
        return False
    staging.drop(connection, [run_id])
    problems.forget_held(connection, source)
    connection.execute(update(run).where(run.c.id == run_id).values(status="expired"))
    connection.execute(
        update(source_state)
        .where(source_state.c.source == source, source_state.c.last_status == "held")
        .values(last_status=SOURCE_STANDS, mark=None)
    )
    return True


def forget_versions(connection: Connection, before: dt.datetime) -> int:
    """Forget what claims said until a moment; how many versions. Runs from before it cannot be taken back any more."""
    replaced.forget_old(connection, before)
    old = select(run.c.id).where(run.c.started_at < before)
    return int(connection.execute(delete(claim_version).where(claim_version.c.closed_run.in_(old))).rowcount)


def forget_replaced(connection: Connection, before: dt.datetime) -> int:
    """Forget what runs until a moment replaced: they cannot be taken back any more; how many raws."""
    old = select(run.c.id).where(run.c.started_at < before)
    replaced.forget_old(connection, before)
    return int(connection.execute(delete(raw_version).where(raw_version.c.closed_run.in_(old))).rowcount)


def forget_runs(connection: Connection, before: dt.datetime) -> int:
    """Forget how runs ended, but for those that something still names; how many runs."""
    named = or_(
        exists().where(raw.c.run_id == run.c.id),
        exists().where(claim_version.c.closed_run == run.c.id),
        exists().where(raw_version.c.closed_run == run.c.id),
        exists().where(staged_raw.c.run_id == run.c.id),
        exists().where(source_state.c.last_run == run.c.id),
    )
    ended = and_(run.c.started_at < before, run.c.status.not_in(["held", "running"]))
    return int(connection.execute(delete(run).where(ended, ~named)).rowcount)


def tidy(engine: Engine) -> None:
    """Give free pages back and renew what the database knows of its own contents, in steps that block nobody for long."""
    if engine.dialect.name != "sqlite":
        with (
            told_in_words(),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.execute(text("VACUUM (ANALYZE)"))
        return
    with closing(engine.raw_connection()) as borrowed:
        try:
            _tidy_sqlite(borrowed.driver_connection)
        except sqlite3.Error as error:
            raise StoreError("The database could not do it: {fault}.", fault=str(error)) from None


def _tidy_sqlite(database: Any) -> None:
    left = _free_pages(database)
    while left:
        database.execute(f"PRAGMA incremental_vacuum({PAGES_A_STEP})").fetchall()
        left, before = _free_pages(database), left
        if left >= before:
            break
    for pragma in ("analysis_limit=1000", "optimize", "wal_checkpoint(TRUNCATE)"):
        database.execute(f"PRAGMA {pragma}").fetchall()


def _free_pages(database: Any) -> int:
    return int(database.execute("PRAGMA freelist_count").fetchone()[0])


def rewrite(engine: Engine) -> None:
    """Write the whole database anew, so that no page holds what was overwritten. Nobody else may use it meanwhile.

    Raises StoreError where it cannot be done, for want of room.
    """
    if engine.dialect.name != "sqlite":
        with told_in_words(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (FULL)"))
        return
    with closing(engine.raw_connection()) as borrowed:
        try:
            database: Any = borrowed.driver_connection
            database.execute("VACUUM").close()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise StoreError("The database could not do it: {fault}.", fault=str(error)) from None


def size_of(engine: Engine) -> int:
    """How many bytes the database takes on its disk."""
    with reading(engine) as connection:
        if engine.dialect.name != "sqlite":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        return pages * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
