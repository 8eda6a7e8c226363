"""Raws as they are kept, and the staging of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select

from allin_hub.store.engine import change_rows, each_plain_row, insert_rows, plain_rows
from allin_hub.store.tables import raw, run, staged

LIVE, QUARANTINED, WITHDRAWN = "live", "quarantined", "withdrawn"


class KnownRaw(NamedTuple):
    """What the hub remembers of a raw when it meets it again."""

    id: int
    key: bytes
    digest: bytes
    status: str


class StagedRaw(NamedTuple):
    """A raw that waits in a run's staging: `new`, `changed`, `moved` to another row, `renamed` or `gone`.

    What a held run has to remember besides stands there as `meta`.
    """

    seq: int
    op: str
    key: bytes
    old_key: bytes | None
    digest: bytes | None
    sealed: bytes | None
    updated_at: str | None


class KeptRaw(NamedTuple):
    """A raw that is to be mapped."""

    id: int
    sealed: bytes
    updated_at: Any


STAGED_COLUMNS = ("run_id", "seq", "op", "key", "old_key", "digest", "sealed", "updated_at")
RAW_COLUMNS = ("id", "source", "key", "digest", "status", "sealed", "updated_at", "run_id")


def known(connection: Connection, source: str) -> Iterator[KnownRaw]:
    """Every raw of a source, withdrawn ones too; they share the text of their status, for there may be very many."""
    sql = "SELECT id, key, digest, status FROM raw WHERE source = ?"
    if connection.dialect.name == "sqlite" and _is_most(connection, source):
        sql = sql.replace("source = ?", "+source = ?")  # reads the table as it lies instead of row by row
    for id, key, digest, status in each_plain_row(connection, sql, (source,)):
        yield KnownRaw(id, key, digest, intern(status))


def _is_most(connection: Connection, source: str) -> bool:
    """Whether a good part of all raws are those of one source."""
    own = plain_rows(connection, "SELECT count(*) FROM raw WHERE source = ?", (source,))[0][0]
    return bool(own * 4 > plain_rows(connection, "SELECT count(*) FROM raw", ())[0][0])


def stage(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep fetched raws in the staging of their run (columns as in STAGED_COLUMNS)."""
    insert_rows(connection, staged, STAGED_COLUMNS, rows)


def name_staged(
    connection: Connection, run_id: str, keys: Sequence[tuple[bytes, bytes, int]], op: str
) -> None:
    """Give staged raws the keys that were derived for them: (key, digest, seq)."""
    change_rows(
        connection,
        "UPDATE staged SET key = ?, digest = ?, op = ? WHERE run_id = ? AND seq = ?",
        ((key, digest, op, run_id, seq) for key, digest, seq in keys),
    )


def rename_staged(connection: Connection, run_id: str, renamed: Sequence[tuple[bytes, int]]) -> None:
    """Mark staged raws as known ones under new keys: (old key, seq)."""
    change_rows(
        connection,
        "UPDATE staged SET op = 'renamed', old_key = ? WHERE run_id = ? AND seq = ?",
        ((old_key, run_id, seq) for old_key, seq in renamed),
    )


def staged_batches(
    connection: Connection, run_id: str, ops: Sequence[str], size: int
) -> Iterator[list[StagedRaw]]:
    """The staging of a run in the order of arrival, in batches."""
    last = -1
    sql = (
        f"SELECT {', '.join(STAGED_COLUMNS[1:])} FROM staged WHERE run_id = ? AND seq > ?"  # noqa: S608 - names of ours
        f" AND op IN ({', '.join('?' * len(ops))}) ORDER BY seq LIMIT ?"
    )
    while True:
        found = plain_rows(connection, sql, (run_id, last, *ops, size))
        rows = list(map(StagedRaw._make, found))
        if not rows:
            return
        last = rows[-1].seq
        yield rows


def staged_counts(connection: Connection, run_id: str) -> dict[str, int]:
    """How many staged raws there are of each sort."""
    rows = connection.execute(
        select(staged.c.op, func.count()).where(staged.c.run_id == run_id).group_by(staged.c.op)
    )
    return {row[0]: row[1] for row in rows}


def drop_staging(connection: Connection, run_id: str) -> None:
    """Forget a run's staging."""
    connection.execute(delete(staged).where(staged.c.run_id == run_id))


def drop_stale_staging(connection: Connection, source: str, keep: Sequence[str]) -> None:
    """Forget what runs of this source left behind that were killed, or held and overtaken."""
    runs = select(run.c.id).where(run.c.target == source, run.c.job == "sync", run.c.id.not_in(list(keep)))
    connection.execute(delete(staged).where(staged.c.run_id.in_(runs)))


def next_raw_id(connection: Connection) -> int:
    """The first free id; only within the write transaction."""
    return int(connection.execute(select(func.coalesce(func.max(raw.c.id), literal(0)))).scalar_one()) + 1


def renew(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Replace the content of known raws: (digest, sealed, updated_at, run_id, key of now, id)."""
    change_rows(
        connection,
        "UPDATE raw SET digest = ?, sealed = ?, updated_at = ?, run_id = ?, key = ? WHERE id = ?",
        rows,
    )


def settle(connection: Connection, rows: Sequence[tuple[str, int]]) -> None:
    """Write what became of raws: (status, id)."""
    change_rows(connection, "UPDATE raw SET status = ? WHERE id = ?", rows)


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


def kept_batches(
    connection: Connection, source: str, size: int, skip_run: str | None = None, read_since: str | None = None
) -> Iterator[list[KeptRaw]]:
    """Every raw of a source that is not withdrawn, in the order of arrival; without those that this run has written."""
    last = 0
    while True:
        query = (
            select(raw.c.id, raw.c.sealed, raw.c.updated_at)
            .where(raw.c.source == source, raw.c.id > last, raw.c.status != WITHDRAWN)
            .order_by(raw.c.id)
            .limit(size)
        )
        if skip_run is not None:
            query = query.where(raw.c.run_id != skip_run)
        if read_since is not None:
            query = query.where(raw.c.run_id.in_(select(run.c.id).where(run.c.started_at >= read_since)))
        rows = [KeptRaw(*row) for row in connection.execute(query)]
        if not rows:
            return
        last = rows[-1].id
        yield rows


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


def copy_new(connection: Connection, run_id: str, source: str, first_id: int) -> None:
    """Make raws of all staged new ones in one statement; ids go up in the order of arrival from `first_id`."""
    order = func.row_number().over(order_by=staged.c.seq) + (first_id - 1)
    connection.execute(
        insert(raw).from_select(
            list(RAW_COLUMNS),
            select(
                order,
                literal(source),
                staged.c.key,
                staged.c.digest,
                literal(LIVE),
                staged.c.sealed,
                staged.c.updated_at,
                literal(run_id),
            ).where(staged.c.run_id == run_id, staged.c.op == "new"),
        )
    )
