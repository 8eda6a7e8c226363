"""Entries that the office keeps out of every output, whatever a sync brings or a merge makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, select

from allin_hub.store.engine import insert_rows
from allin_hub.store.tables import ENTITY_TABLES, claim, hidden_entry, iso
from allin_schemas import Kind

COLUMNS = ("entity_id", "kind", "claims", "hidden_at", "until", "sealed")


class Hidden(NamedTuple):
    """A row: the entity as it was when it was hidden, and the claims behind it then."""

    entity: str
    kind: Kind
    claims: frozenset[int]
    at: dt.datetime
    until: dt.date | None
    sealed: bytes | None


def hide(
    connection: Connection,
    kind: Kind,
    entity: str,
    at: dt.datetime,
    until: dt.date | None,
    sealed: bytes | None,
) -> None:
    """Hide an entity; one that is hidden already gets the new reason and day."""
    behind = connection.execute(
        select(claim.c.id).where(claim.c.entity_id == entity, claim.c.live == 1).order_by(claim.c.id)
    ).scalars()
    claims = orjson.dumps(list(behind)).decode()
    connection.execute(delete(hidden_entry).where(hidden_entry.c.entity_id == entity))
    row = (entity, kind.value, claims, iso(at), until.isoformat() if until else None, sealed)
    insert_rows(connection, hidden_entry, COLUMNS, [row])


def show(connection: Connection, entities: Iterable[str]) -> None:
    """Forget that these were hidden."""
    connection.execute(delete(hidden_entry).where(hidden_entry.c.entity_id.in_(list(entities))))


def hidden(connection: Connection, today: dt.date) -> list[Hidden]:
    """Every entry that is hidden today, the first hidden first."""
    found = []
    query = select(hidden_entry).order_by(hidden_entry.c.hidden_at, hidden_entry.c.entity_id)
    for row in connection.execute(query):
        until = dt.date.fromisoformat(row.until) if row.until else None
        if until is None or today <= until:
            claims = frozenset(orjson.loads(row.claims))
            found.append(Hidden(row.entity_id, Kind(row.kind), claims, row.hidden_at, until, row.sealed))
    return found


def reached(connection: Connection, one: Hidden) -> frozenset[str]:
    """The entities that a hidden entry is today: itself, what it was merged into, and where its claims stand now."""
    table = ENTITY_TABLES[one.kind]
    found: set[str] = set()
    new: set[str] = {one.entity}
    if one.claims:
        new |= set(_homes(connection, one.claims))
    while new:
        found |= new
        merged: Any = connection.execute(
            select(table.c.merged_into).where(table.c.id.in_(sorted(new)), table.c.merged_into.is_not(None))
        ).scalars()
        new = set(merged) - found
    return frozenset(found)


def _homes(connection: Connection, claims: Iterable[int]) -> Iterable[str]:
    query = select(claim.c.entity_id).where(claim.c.id.in_(sorted(claims)), claim.c.live == 1)
    return [entity for entity in connection.execute(query).scalars() if entity is not None]
