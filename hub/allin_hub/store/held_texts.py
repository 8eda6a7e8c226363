"""What was found of persons in public texts, up to which change all were looked at, and what the office decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select

from allin_hub.store.engine import insert_rows, upsert_rows
from allin_hub.store.tables import ENTITY_TABLES, change, claim, consent, held_text, iso, raw, text_decision
from allin_schemas import ConsentEvent, Kind, PersonType

SAID_NO = (ConsentEvent.WITHDRAWN.value, ConsentEvent.REFUSED.value)
COLUMNS = ("kind", "entity_id", "path", "digest", "found")


def found_of(connection: Connection, kind: Kind) -> Sequence[Any]:
    """Findings of a kind: rows of (entity, path, digest, what was found)."""
    query = select(held_text.c.entity_id, held_text.c.path, held_text.c.digest, held_text.c.found).where(
        held_text.c.kind == kind.value
    )
    return connection.execute(query).all()


def replace_found(
    connection: Connection, kind: Kind, entities: Iterable[str] | None, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Put findings in the place of those of these entities, of the whole kind where none is named (columns as in COLUMNS)."""
    gone = delete(held_text).where(held_text.c.kind == kind.value)
    if entities is None:
        connection.execute(gone)
    else:
        ids = sorted(set(entities))
        for start in range(0, len(ids), 500):
            connection.execute(gone.where(held_text.c.entity_id.in_(ids[start : start + 500])))
    insert_rows(connection, held_text, COLUMNS, rows)


def changed_since(connection: Connection, seq: int) -> list[tuple[str, str, str, str]]:
    """(kind, entity, what happened, units) of each change after a number."""
    query = select(change.c.kind, change.c.entity_id, change.c.op, change.c.units).where(change.c.seq > seq)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def decisions(connection: Connection) -> dict[bytes, bool]:
    """What the office said: keyed digest of a text -> whether it may be shown."""
    query = select(text_decision.c.digest, text_decision.c.allowed)
    return {bytes(digest): bool(allowed) for digest, allowed in connection.execute(query)}


def decide(connection: Connection, digest: bytes, allowed: bool, at: dt.datetime) -> None:
    """Remember what the office said to a text."""
    upsert_rows(
        connection, text_decision, ("digest", "allowed", "at"), [(digest, allowed, iso(at))], ("digest",)
    )


def organisation_names(connection: Connection) -> dict[str, str]:
    """Id -> name of every live organisation."""
    table = ENTITY_TABLES[Kind.ORGANISATION]
    query = select(table.c.id, table.c.name).where(table.c.withdrawn_at.is_(None), table.c.name.is_not(None))
    return {row[0]: row[1] for row in connection.execute(query.order_by(table.c.id))}


def sealed_persons(connection: Connection) -> list[tuple[str, bytes]]:
    """(id, sealed fields) of every person who is no role: whoever is named now, and whoever said no and is named no more."""
    table = ENTITY_TABLES[Kind.PERSON]
    refused = (
        select(claim.c.entity_id)
        .join(consent, consent.c.claim_id == claim.c.id)
        .where(claim.c.kind == Kind.PERSON.value, claim.c.live == 0, consent.c.event.in_(SAID_NO))
    )
    query = select(table.c.id, table.c.sealed).where(
        or_(table.c.withdrawn_at.is_(None), table.c.id.in_(refused)),
        table.c.sealed.is_not(None),
        table.c.type == PersonType.PERSON.value,
    )
    return [(row[0], bytes(row[1])) for row in connection.execute(query.order_by(table.c.id))]


def sealed_raws_of(
    connection: Connection, kind: Kind, entities: Sequence[str]
) -> dict[str, list[tuple[int, str, int, bytes]]]:
    """Entity -> (claim, source, raw, sealed raw) of its live claims, the oldest first."""
    found: dict[str, list[tuple[int, str, int, bytes]]] = {}
    query = (
        select(claim.c.entity_id, claim.c.id, claim.c.source, raw.c.id, raw.c.sealed)
        .join(raw, raw.c.id == claim.c.raw_id)
        .order_by(claim.c.id)
    )
    for start in range(0, len(entities), 500):
        some = entities[start : start + 500]
        where = and_(claim.c.live == 1, claim.c.kind == kind.value, claim.c.entity_id.in_(some))
        for entity, claim_id, source, raw_id, sealed in connection.execute(query.where(where)):
            found.setdefault(entity, []).append((claim_id, source, raw_id, sealed))
    return found
