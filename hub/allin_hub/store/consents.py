"""What persons said about consent, event by event, and the claims that speak of them."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, select

from allin_hub.base.encryption import Sealer
from allin_hub.store import ledger
from allin_hub.store.claims import REFERENCE_RULES_FROM
from allin_hub.store.engine import expanding, insert_rows, rows_in
from allin_hub.store.tables import (
    ENTITY_TABLES,
    claim,
    consent,
    match_key,
    raw,
    reference,
    source_state,
    wording,
)
from allin_schemas import ConsentEvent, Kind

AGREED = (ConsentEvent.CONFIRMED.value, ConsentEvent.IMPORTED.value)
FROM_SOURCES = ("form", "import")
"""Methods of events that a partner's record brought."""


class ConsentState(NamedTuple):
    """An event of a claim's consent as the next answer is compared with it."""

    event: str
    method: str
    at: dt.datetime
    evidence: bytes | None
    expires_at: dt.datetime | None
    subject: str | None = None


class LedgerEvent(NamedTuple):
    """An event of the ledger; `subject` are the person's keys as they are kept."""

    id: int
    claim_id: int | None
    purpose: str
    channel: str
    event: str
    method: str
    at: dt.datetime
    said_at: dt.datetime | None
    expires_at: dt.datetime | None
    subject: str | None


class NotedEvent(NamedTuple):
    """An event of the ledger with all that another one about the same needs."""

    id: int
    claim_id: int | None
    raw_id: int | None
    purpose: str
    channel: str
    event: str
    method: str
    wording_id: str
    run_id: str
    subject: str | None
    evidence: bytes | None


class PersonClaim(NamedTuple):
    """A claim about a person, also one that is no longer made; `keys` as they are kept."""

    id: int
    entity_id: str
    live: int
    source: str
    digest: bytes
    keys: str | None
    slot: str
    raw_id: int
    raw_key: bytes


States = dict[tuple[int, str, str], ConsentState]
"""(claim, purpose, channel) -> an event of the ledger."""


def consent_voices(connection: Connection, claim_ids: Sequence[int]) -> tuple[States, States]:
    """The latest events of claims, and the latest that a source brought; said of whomever they spoke of then."""
    query = (
        select(
            consent.c.claim_id,
            consent.c.purpose,
            consent.c.channel,
            consent.c.event,
            consent.c.method,
            consent.c.at,
            consent.c.evidence,
            consent.c.expires_at,
            consent.c.subject,
        )
        .where(consent.c.claim_id.in_(expanding))
        .order_by(consent.c.id)
    )
    latest: States = {}
    of_sources: States = {}
    for claim_id, purpose, channel, event, method, at, evidence, expires_at, subject in rows_in(
        connection, query, claim_ids
    ):
        known = None if evidence is None else bytes(evidence)
        state = ConsentState(event, method, at, known, expires_at, subject)
        latest[(claim_id, purpose, channel)] = state
        if method in FROM_SOURCES:
            of_sources[(claim_id, purpose, channel)] = state
    return latest, of_sources


def add_consents(
    connection: Connection,
    sealer: Sealer,
    events: Sequence[Mapping[str, Any]],
    wordings: Sequence[tuple[str, str, str | None]],
) -> None:
    """Append events; wordings are kept once each."""
    insert_rows(connection, wording, ("id", "text", "language"), wordings, "ON CONFLICT DO NOTHING")
    ledger.append(connection, sealer, ledger.CONSENT, events)


def events(connection: Connection) -> list[LedgerEvent]:
    """Every event, the oldest first."""
    names = (consent.c[name] for name in LedgerEvent._fields)
    return [LedgerEvent(*row) for row in connection.execute(select(*names).order_by(consent.c.id))]


def of_run(connection: Connection, run_id: str) -> list[NotedEvent]:
    """The events that a run brought from its source, the oldest first."""
    query = _noted().where(consent.c.run_id == run_id, consent.c.method.in_(FROM_SOURCES))
    return [NotedEvent(*row) for row in connection.execute(query.order_by(consent.c.id))]


def of_claims(connection: Connection, claim_ids: Sequence[int]) -> list[NotedEvent]:
    """Every event of some claims, the oldest first."""
    rows = rows_in(connection, _noted().where(consent.c.claim_id.in_(expanding)), claim_ids)
    return sorted((NotedEvent(*row) for row in rows), key=lambda one: one.id)


def _noted() -> Any:
    return select(*(consent.c[name] for name in NotedEvent._fields))


def person_claims(connection: Connection, claim_ids: Sequence[int] | None = None) -> list[PersonClaim]:
    """The claims about persons, some of them or all; also those that are no longer made."""
    query = (
        select(
            claim.c.id,
            claim.c.entity_id,
            claim.c.live,
            claim.c.source,
            claim.c.digest,
            claim.c.person_keys,
            claim.c.slot,
            claim.c.raw_id,
            raw.c.key,
        )
        .join(raw, raw.c.id == claim.c.raw_id)
        .where(claim.c.kind == Kind.PERSON.value)
        .order_by(claim.c.id)
    )
    if claim_ids is None:
        return [PersonClaim(*row) for row in connection.execute(query)]
    some = query.where(claim.c.id.in_(expanding))
    return [PersonClaim(*row) for row in rows_in(connection, some, claim_ids)]


def places_of_persons(connection: Connection, claim_ids: Sequence[int] | None = None) -> dict[int, list[str]]:
    """Live claim about a person -> the entities that its record belongs to."""
    target = claim.alias()
    query = (
        select(reference.c.claim_id, target.c.entity_id)
        .join(claim, claim.c.id == reference.c.claim_id)
        .join(target, target.c.id == reference.c.target_claim)
        .where(claim.c.kind == Kind.PERSON.value, claim.c.live == 1, target.c.live == 1)
        .order_by(reference.c.claim_id, reference.c.field)
    )
    found: dict[int, list[str]] = {}
    rows: Any = connection.execute(query) if claim_ids is None else ()
    if claim_ids is not None:
        rows = rows_in(connection, query.where(claim.c.id.in_(expanding)), claim_ids)
    for claim_id, entity in rows:
        found.setdefault(claim_id, []).append(entity)
    return found


def homes(connection: Connection, told: Collection[str]) -> dict[str, set[str]]:
    """Entity -> those in which it lives on: it was merged, or a new record is certain to speak of the same."""
    found: dict[str, set[str]] = {}
    for table in ENTITY_TABLES.values():
        query = select(table.c.id, table.c.merged_into).where(table.c.merged_into.is_not(None))
        for old, new in connection.execute(query):
            found.setdefault(old, set()).add(new)
    still = select(claim.c.entity_id).where(claim.c.live == 1, claim.c.entity_id.in_(expanding))
    gone = sorted(set(told) - {row[0] for row in rows_in(connection, still, sorted(told))})
    old_keys = select(claim.c.entity_id, claim.c.match_keys).where(
        claim.c.entity_id.in_(expanding), claim.c.match_keys.is_not(None)
    )
    known: dict[int, set[str]] = {}
    for entity, packed in rows_in(connection, old_keys, gone):
        for key in array("q", packed):
            known.setdefault(key, set()).add(entity)
    new_keys = (
        select(match_key.c.key, claim.c.entity_id)
        .join(claim, claim.c.id == match_key.c.claim_id)
        .where(match_key.c.key.in_(expanding), match_key.c.rule < REFERENCE_RULES_FROM)
    )
    for key, entity in rows_in(connection, new_keys, sorted(known)):
        for old in known[key]:
            found.setdefault(old, set()).add(entity)
    return found


def last_reads(connection: Connection) -> dict[str, dt.datetime]:
    """Source -> when it was last read with success."""
    query = select(source_state.c.source, source_state.c.last_success_at)
    return {row[0]: row[1] for row in connection.execute(query) if row[1] is not None}


def sources_with_consents(connection: Connection) -> set[str]:
    """The sources that repeat a yes: some claim of theirs agrees, and has not said otherwise since."""
    later = consent.alias()
    newer = exists().where(
        later.c.claim_id == consent.c.claim_id,
        later.c.purpose == consent.c.purpose,
        later.c.channel == consent.c.channel,
        later.c.id > consent.c.id,
    )
    query = (
        select(claim.c.source)
        .distinct()
        .join(consent, consent.c.claim_id == claim.c.id)
        .where(claim.c.live == 1, consent.c.event.in_(AGREED), consent.c.method.in_(FROM_SOURCES), ~newer)
    )
    return set(connection.execute(query).scalars())
