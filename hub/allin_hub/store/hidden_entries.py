"""Entries that the office keeps out of every output, whatever a sync brings or a merge makes of them."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Collection, Iterable
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, delete, or_, select

from allin_hub.store.claims import REFERENCE_RULES_FROM
from allin_hub.store.engine import expanding, insert_rows, rows_in
from allin_hub.store.tables import ENTITY_TABLES, claim, hidden_entry, iso, match_key
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
    """The entities that a hidden entry is today.

    It is itself, what it was merged into, where its claims stand now, and what came after them in their place: an entity
    that was made since, and shares a name, a number or an address with claims of it that nobody makes any more. A person
    is known by her mail and phones in every entry, and by her name in one organisation.
    """
    table = ENTITY_TABLES[one.kind]
    found: set[str] = set()
    new: set[str] = {one.entity}
    if one.claims:
        new |= set(_homes(connection, one.claims))
    while new:
        found |= new
        merged = select(table.c.merged_into).where(
            table.c.id.in_(sorted(new)), table.c.merged_into.is_not(None)
        )
        again = {*connection.execute(merged).scalars(), *_followers(connection, one, found)}
        if one.kind is Kind.PERSON:
            again |= _same_persons(connection, one, found)
        new = again - found
    return frozenset(found)


def _homes(connection: Connection, claims: Iterable[int]) -> Iterable[str]:
    query = select(claim.c.entity_id).where(claim.c.id.in_(sorted(claims)), claim.c.live == 1)
    return [entity for entity in connection.execute(query).scalars() if entity is not None]


def _own(one: Hidden, entities: Collection[str]) -> ColumnElement[bool]:
    """The claims of a hidden entry, also those that are no longer made."""
    return or_(claim.c.id.in_(sorted(one.claims)), claim.c.entity_id.in_(sorted(entities)))


def _followers(connection: Connection, one: Hidden, entities: Collection[str]) -> set[str]:
    table = ENTITY_TABLES[one.kind]
    gone = select(claim.c.match_keys).where(
        _own(one, entities), claim.c.live == 0, claim.c.match_keys.is_not(None)
    )
    keys = {key for packed in connection.execute(gone).scalars() for key in array("q", packed)}
    query = (
        select(claim.c.entity_id)
        .join(match_key, match_key.c.claim_id == claim.c.id)
        .join(table, table.c.id == claim.c.entity_id)
        .where(
            match_key.c.key.in_(expanding),
            match_key.c.rule <= REFERENCE_RULES_FROM,
            table.c.created_at >= one.at,
        )
    )
    return {row[0] for row in rows_in(connection, query, sorted(keys))}


def _same_persons(connection: Connection, one: Hidden, entities: Collection[str]) -> set[str]:
    """The entries of a person with the same mail or phone, or with the same name in one organisation."""
    person = ENTITY_TABLES[Kind.PERSON]
    query = (
        select(claim.c.entity_id, claim.c.person_keys, person.c.org_id)
        .join(person, person.c.id == claim.c.entity_id)
        .where(claim.c.person_keys.is_not(None))
    )
    hers = {
        key
        for _, written, place in connection.execute(query.where(_own(one, entities)))
        for key in _known_by(written, place)
    }
    if not hers:
        return set()
    return {
        entity
        for entity, written, place in connection.execute(query.where(claim.c.live == 1))
        if not hers.isdisjoint(_known_by(written, place))
    }


def _known_by(written: str, place: str | None) -> list[tuple[str, str]]:
    """What one is known by: mail and phones everywhere, a name within one organisation."""
    found = []
    for key in orjson.loads(written):
        if key[:2] in {"m:", "p:"}:
            found.append((key, ""))
        elif key[:2] == "n:" and place:
            found.append((key, place))
    return found
