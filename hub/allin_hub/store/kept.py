"""What outputs keep of entities from publish to publish, sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, select

from allin_hub.sealing import Sealer
from allin_hub.store.engine import change_rows, upsert_rows
from allin_hub.store.tables import kept

BATCH = 500
_COLUMNS = ("output", "entity_id", "alone", "mark", "sealed")


def kept_of(connection: Connection, output: str, *, alone: bool) -> Iterator[tuple[str, bytes, bytes]]:
    """Every (entity, mark, sealed content) that an output keeps: of entities alone, or with what else it used."""
    query = select(kept.c.entity_id, kept.c.mark, kept.c.sealed).where(
        kept.c.output == output, kept.c.alone == int(alone)
    )
    for rows in connection.execution_options(yield_per=BATCH).execute(query).partitions(BATCH):
        for entity, mark, sealed in rows:
            yield entity, bytes(mark), bytes(sealed)


def kept_names(connection: Connection, output: str, *, alone: bool) -> list[str]:
    """Of which entities an output keeps something."""
    query = select(kept.c.entity_id).where(kept.c.output == output, kept.c.alone == int(alone))
    return list(connection.execute(query).scalars())


def keep(
    connection: Connection,
    output: str,
    sealer: Sealer,
    new: Iterable[tuple[str, bool, bytes, dict[str, Any]]],
    old: Iterable[tuple[str, bool]],
) -> None:
    """Keep what is new, and let go of what is old."""
    sql = "DELETE FROM kept WHERE output = ? AND entity_id = ? AND alone = ?"
    change_rows(connection, sql, [(output, entity, int(alone)) for entity, alone in old])
    rows = ((output, entity, int(alone), mark, sealer.seal(content)) for entity, alone, mark, content in new)
    while batch := list(islice(rows, BATCH)):
        upsert_rows(connection, kept, _COLUMNS, batch, ("output", "entity_id", "alone"))


def forget_kept(connection: Connection, output: str) -> None:
    """Keep nothing of an output any more."""
    connection.execute(delete(kept).where(kept.c.output == output))
