"""Entities as a publish reads them: every live one of a kind, in batches, with its JSON left as text."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Text, select, type_coerce

from allin_hub.base.bindings import of_entity
from allin_hub.base.encryption import Sealer
from allin_hub.store.entities import plain_columns
from allin_hub.store.tables import ENTITY_TABLES, is_json
from allin_schemas import ENTITIES, Kind, RecordStatus

BATCH = 2_000
_OWN = ("id", "slug", "version", "created_at", "updated_at")
_HIDDEN = (RecordStatus.ARCHIVED.value, RecordStatus.MERGED.value)


class Publishable(NamedTuple):
    """A live entity. `fields` are its own; a collection among them is a piece of JSON that `orjson` writes as it is."""

    id: str
    digest: bytes
    bookkeeping: dict[str, Any]
    fields: dict[str, Any]


def publishable(
    connection: Connection, kind: Kind, sealer: Sealer, *, unseal: bool
) -> Iterator[list[Publishable]]:
    """Every live entity of a kind in the order of their ids; private fields only where `unseal` says so."""
    table = ENTITY_TABLES[kind]
    names = (*_OWN, *plain_columns(kind))
    # Moments stay the text that they are in the table: the model reads it faster than the column's type.
    chosen = [type_coerce(table.c[name], Text) if name.endswith("_at") else table.c[name] for name in names]
    query = (
        select(table.c.digest, table.c.sealed, *chosen)
        .where(table.c.withdrawn_at.is_(None), table.c.record_status.not_in(_HIDDEN))
        .order_by(table.c.id)
    )
    opened = _opened(kind)
    own = len(_OWN) + 2
    with connection.execution_options(yield_per=BATCH).execute(query) as result:
        for rows in result.partitions(BATCH):
            made = []
            for row in rows:
                fields = opened(row[own:])
                if unseal and row[1] is not None:
                    fields.update(sealer.unseal(row[1], of_entity(kind.value, row[2])))
                made.append(
                    Publishable(row[2], bytes(row[0]), dict(zip(_OWN, row[2:own], strict=True)), fields)
                )
            yield made


@cache
def _opened(kind: Kind) -> Callable[[Any], dict[str, Any]]:
    """Turns the plain columns of a row into fields; what is empty is left out."""
    names = plain_columns(kind)
    pieces = [(name, is_json(ENTITIES[kind], name), operator.itemgetter(at)) for at, name in enumerate(names)]

    def opened(row: Any) -> dict[str, Any]:
        return {
            name: orjson.Fragment(value) if json else value
            for name, json, take in pieces
            if (value := take(row)) is not None
        }

    return opened
