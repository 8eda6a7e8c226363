"""Rows that belong to a source as a whole: given to another name, withdrawn together, brought back together."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, select, update

from allin_hub.base.types import OFFICE
from allin_hub.store import claims, partner_files, raw_records
from allin_hub.store.corrections import replaced
from allin_hub.store.engine import change_rows
from allin_hub.store.tables import claim, problem, raw, run, source_state, undone_raw

BATCH = 4000


class OwnClaim(NamedTuple):
    """A live claim of a source, as its keys are made again."""

    id: int
    raw_id: int
    slot: str
    kind: str
    data: str
    sealed: bytes | None
    version: int


def known(connection: Connection, source: str) -> bool:
    """Whether the database holds anything of a source of this name; what the office itself says is no such source."""
    columns = (source_state.c.source,) if source == OFFICE else (source_state.c.source, raw.c.source)
    return any(
        connection.execute(select(column).where(column == source).limit(1)).first() is not None
        for column in columns
    )


def rename(connection: Connection, old: str, new: str) -> None:
    """Give all rows of a source to another name."""
    partner_files.rename(connection, old, new)
    replaced.forget(connection, old)  # its match keys hold the old name
    connection.execute(update(undone_raw).where(undone_raw.c.source == old).values(source=new))
    for column in (source_state.c.source, raw.c.source, claim.c.source, problem.c.source):
        connection.execute(update(column.table).where(column == old).values({column.name: new}))
    connection.execute(update(run).where(run.c.target == old, run.c.job == "sync").values(target=new))


def own_claims(connection: Connection, source: str) -> Iterator[list[OwnClaim]]:
    """The live claims of a source, those of one raw together, in batches."""
    last = 0
    while True:
        ids = list(
            connection.execute(
                select(raw.c.id)
                .where(raw.c.source == source, raw.c.id > last)
                .order_by(raw.c.id)
                .limit(BATCH)
            ).scalars()
        )
        if not ids:
            return
        query = (
            select(
                claim.c.id,
                claim.c.raw_id,
                claim.c.slot,
                claim.c.kind,
                claim.c.data,
                claim.c.sealed,
                claim.c.version,
            )
            .where(claim.c.source == source, claim.c.live == 1)
            .where(claim.c.raw_id >= ids[0], claim.c.raw_id <= ids[-1])
            .order_by(claim.c.raw_id, claim.c.slot)
        )
        yield [OwnClaim(*row) for row in connection.execute(query)]
        last = ids[-1]


def exchange_keys(connection: Connection, rows: list[tuple[int, int, int]]) -> None:
    """Put match keys in the place of others, in the index and with the claims: (new key, old key, claim)."""
    change_rows(connection, "UPDATE match_key SET key = ? WHERE key = ? AND claim_id = ?", rows)
    exchanged: dict[int, dict[int, int]] = {}
    for new, old, id in rows:
        exchanged.setdefault(id, {})[old] = new
    own = claims.keys_of(connection, list(exchanged))
    packed = [
        (array("q", [exchanged[id].get(key, key) for key in keys]).tobytes(), id) for id, keys in own.items()
    ]
    change_rows(connection, "UPDATE claim SET match_keys = ? WHERE id = ?", packed)


def withdraw(connection: Connection, source: str, run_id: str) -> int:
    """Withdraw all that a source brought, marked with the run that did it; how many raws that were."""
    for batch in own_claims(connection, source):
        claims.withdraw(connection, [one.id for one in batch], run_id)
    return connection.execute(
        update(raw)
        .where(raw.c.source == source, raw.c.status != raw_records.WITHDRAWN)
        .values(status=raw_records.WITHDRAWN, run_id=run_id)
    ).rowcount


def drop_problems(connection: Connection, source: str) -> None:
    """Forget the problems of a source that is gone: its raws are withdrawn."""
    connection.execute(problem.delete().where(problem.c.source == source))


def entities_of(connection: Connection, source: str) -> dict[str, tuple[int, int]]:
    """Kind -> how many entities only this source supports, and how many others support too."""
    other = claim.alias("other")
    shared = exists().where(
        and_(
            other.c.entity_id == claim.c.entity_id, other.c.live == 1, other.c.source.not_in([source, OFFICE])
        )
    )
    rows: Any = connection.execute(
        select(claim.c.kind, shared.label("shared"), func.count(claim.c.entity_id.distinct()))
        .where(claim.c.source == source, claim.c.live == 1)
        .group_by(claim.c.kind, "shared")
    )
    found: dict[str, tuple[int, int]] = {}
    for kind, is_shared, count in rows:
        alone, both = found.get(kind, (0, 0))
        found[kind] = (alone, both + count) if is_shared else (alone + count, both)
    return found


def live_claim_ids(connection: Connection, source: str) -> list[int]:
    """The live claims of a source."""
    return list(
        connection.execute(
            select(claim.c.id).where(claim.c.source == source, claim.c.live == 1).order_by(claim.c.id)
        ).scalars()
    )
