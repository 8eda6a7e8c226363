"""Raws as they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from allin_hub.store.engine import each_plain_row, plain_rows
from allin_hub.store.tables import raw, run

LIVE, QUARANTINED, WITHDRAWN = "live", "quarantined", "withdrawn"


class KnownRaw(NamedTuple):
    """What the hub remembers of a raw when it meets it again."""

    id: int
    key: bytes
    digest: bytes
    status: str
    arrived_on: str | None


class KeptRaw(NamedTuple):
    """A raw that is to be mapped."""

    id: int
    key: bytes
    digest: bytes
    sealed: bytes
    updated_at: Any
    arrived_on: str | None


def known(connection: Connection, source: str) -> Iterator[KnownRaw]:
    """Every raw of a source, withdrawn ones too; they share the texts of status and day, for there may be very many."""
    sql = "SELECT id, key, digest, status, arrived_on FROM raw WHERE source = ?"
    if connection.dialect.name == "sqlite" and _is_most(connection, source):
        sql = sql.replace("source = ?", "+source = ?")  # reads the table as it lies instead of row by row
    for id, key, digest, status, day in each_plain_row(connection, sql, (source,)):
        yield KnownRaw(id, key, digest, intern(status), day and intern(day))


def _is_most(connection: Connection, source: str) -> bool:
    """Whether a good part of all raws are those of one source."""
    own = plain_rows(connection, "SELECT count(*) FROM raw WHERE source = ?", (source,))[0][0]
    return bool(own * 4 > plain_rows(connection, "SELECT count(*) FROM raw", ())[0][0])


def ids_by_key(connection: Connection, source: str, keys: Sequence[bytes]) -> dict[bytes, int]:
    """Ids of raws by their hashed keys."""
    found: dict[bytes, int] = {}
    query = select(raw.c.key, raw.c.id).where(
        raw.c.source == source, raw.c.key.in_(bindparam("keys", expanding=True))
    )
    for start in range(0, len(keys), 500):
        found.update(
            (bytes(key), id)
            for key, id in connection.execute(query, {"keys": list(keys[start : start + 500])})
        )
    return found


def kept_batch(
    connection: Connection,
    source: str,
    after_id: int,
    size: int,
    read_since: str | None = None,
    withdrawn_by: str | None = None,
) -> list[KeptRaw]:
    """The next raws of a source in the order of arrival: those that are not withdrawn, or that one run withdrew."""
    query = (
        select(raw.c.id, raw.c.key, raw.c.digest, raw.c.sealed, raw.c.updated_at, raw.c.arrived_on)
        .where(raw.c.source == source, raw.c.id > after_id)
        .order_by(raw.c.id)
        .limit(size)
    )
    if withdrawn_by is None:
        query = query.where(raw.c.status != WITHDRAWN)
    else:
        query = query.where(raw.c.status == WITHDRAWN, raw.c.run_id == withdrawn_by)
    if read_since is not None:
        query = query.where(raw.c.run_id.in_(select(run.c.id).where(run.c.started_at >= read_since)))
    return [
        KeptRaw(row[0], bytes(row[1]), bytes(row[2]), row[3], row[4], row[5])
        for row in connection.execute(query)
    ]


class WaitingRaw(NamedTuple):
    """A raw in quarantine."""

    id: int
    sealed: bytes
    arrived_on: str | None
    run_id: str


def quarantined(connection: Connection, source: str) -> list[WaitingRaw]:
    """Give the raws of a source that wait in quarantine, in the order of arrival."""
    query = (
        select(raw.c.id, raw.c.sealed, raw.c.arrived_on, raw.c.run_id)
        .where(raw.c.source == source, raw.c.status == QUARANTINED)
        .order_by(raw.c.id)
    )
    return [WaitingRaw(*row) for row in connection.execute(query)]


def sealed_of(connection: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """The sealed content of raws by id."""
    found: dict[int, bytes] = {}
    query = select(raw.c.id, raw.c.sealed).where(raw.c.id.in_(bindparam("ids", expanding=True)))
    for start in range(0, len(ids), 500):
        found.update(
            (id, sealed) for id, sealed in connection.execute(query, {"ids": list(ids[start : start + 500])})
        )
    return found


def counts(connection: Connection, source: str) -> dict[str, int]:
    """How many raws of a source are live, quarantined and withdrawn."""
    aside = "SELECT status, count(*) FROM raw WHERE source = ? AND status != 'live' GROUP BY status"
    found = {row[0]: row[1] for row in plain_rows(connection, aside, (source,))}
    total = plain_rows(connection, "SELECT count(*) FROM raw WHERE source = ?", (source,))[0][0]
    return found | {LIVE: total - sum(found.values())}
