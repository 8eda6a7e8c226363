"""What outputs keep of entities from publish to publish, packed and sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, delete, select

from allin_hub.store.engine import change_rows, upsert_rows
from allin_hub.store.tables import kept, output_state

BATCH = 500
_COLUMNS = ("output", "entity_id", "alone", "mark", "packed")


def kept_of(connection: Connection, output: str, *, alone: bool) -> Iterator[tuple[str, bytes, bytes]]:
    """Every (entity, mark, packed content) that an output keeps: of entities alone, or with what else it used."""
    query = select(kept.c.entity_id, kept.c.mark, kept.c.packed).where(
        kept.c.output == output, kept.c.alone == int(alone)
    )
    for rows in connection.execution_options(yield_per=BATCH).execute(query).partitions(BATCH):
        for entity, mark, packed in rows:
            yield entity, bytes(mark), bytes(packed)


def kept_names(connection: Connection, output: str, *, alone: bool) -> list[str]:
    """Of which entities an output keeps something."""
    query = select(kept.c.entity_id).where(kept.c.output == output, kept.c.alone == int(alone))
    return list(connection.execute(query).scalars())


def keep(
    connection: Connection,
    output: str,
    new: Iterable[tuple[str, bool, bytes, bytes]],
    old: Iterable[tuple[str, bool]],
) -> None:
    """Keep what is new, (entity, alone, mark, packed content), and let go of what is old."""
    sql = "DELETE FROM kept WHERE output = ? AND entity_id = ? AND alone = ?"
    change_rows(connection, sql, [(output, entity, int(alone)) for entity, alone in old])
    rows = ((output, entity, int(alone), mark, packed) for entity, alone, mark, packed in new)
    while batch := list(islice(rows, BATCH)):
        upsert_rows(connection, kept, _COLUMNS, batch, ("output", "entity_id", "alone"))


def forget_kept(connection: Connection, output: str) -> None:
    """Keep nothing of an output any more."""
    connection.execute(delete(kept).where(kept.c.output == output))


def forget_all_kept(connection: Connection) -> None:
    """Keep nothing of any output any more: what a source took with it lies in no row of an entity that stays."""
    connection.execute(delete(kept))


def forget_unused_kept(connection: Connection, before: dt.datetime) -> None:
    """Keep nothing of the outputs that were last published before a moment: no publish has looked since at who may be seen."""
    published = select(output_state.c.output).where(output_state.c.last_success_at >= before)
    connection.execute(delete(kept).where(kept.c.output.not_in(published)))
