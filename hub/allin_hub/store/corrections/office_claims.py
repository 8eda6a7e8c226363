"""What the office itself says of entries: records and claims of the hub's own source, one for each part of an entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from allin_hub.base.types import OFFICE
from allin_hub.store.claims import KnownClaim
from allin_hub.store.engine import expanding, insert_rows, rows_in
from allin_hub.store.raw_records import LIVE, WITHDRAWN
from allin_hub.store.tables import claim, claim_version, iso, raw

_RAW = ("id", "source", "key", "digest", "status", "sealed", "updated_at", "arrived_on", "run_id")
_CLAIM = (
    "id", "raw_id", "slot", "source", "kind", "live", "entity_id", "home_id", "rule", "score", "data", "sealed", "digest",
    "updated_at", "version", "run_id", "person_keys",
)  # fmt: skip


class OfficeRow(NamedTuple):
    """A live claim of the office with its record; `written` is that record, sealed."""

    claim_id: int
    raw_id: int
    entity_id: str
    kind: str
    data: str
    sealed: bytes | None
    version: int
    at: dt.datetime
    written: bytes


_COLUMNS = (
    claim.c.id, claim.c.raw_id, claim.c.entity_id, claim.c.kind, claim.c.data, claim.c.sealed, claim.c.version,
    claim.c.updated_at, raw.c.sealed,
)  # fmt: skip


def are_there(connection: Connection) -> bool:
    """Whether the office has ever said anything of an entry."""
    return connection.execute(select(raw.c.id).where(raw.c.source == OFFICE).limit(1)).first() is not None


def every(connection: Connection) -> list[OfficeRow]:
    """All that the office says now, the oldest first."""
    query = (
        select(*_COLUMNS)
        .join(claim, claim.c.raw_id == raw.c.id)
        .where(raw.c.source == OFFICE, claim.c.live == 1)
        .order_by(claim.c.updated_at, claim.c.id)
    )
    return [OfficeRow(*row) for row in connection.execute(query)]


def of_entities(connection: Connection, entities: Sequence[str]) -> list[OfficeRow]:
    """What the office says of these entities, the oldest first."""
    query = (
        select(*_COLUMNS)
        .join(claim, claim.c.raw_id == raw.c.id)
        .where(claim.c.entity_id.in_(expanding), claim.c.source == OFFICE, claim.c.live == 1)
        .order_by(claim.c.updated_at, claim.c.id)
    )
    return [OfficeRow(*row) for row in rows_in(connection, query, entities)]


def of_touched(connection: Connection, run_id: str) -> list[OfficeRow]:
    """What the office says of the entities that a run touched."""
    other = claim.alias()
    touched = select(other.c.entity_id).where(other.c.run_id == run_id)
    query = (
        select(*_COLUMNS)
        .join(claim, claim.c.raw_id == raw.c.id)
        .where(raw.c.source == OFFICE, claim.c.live == 1, claim.c.entity_id.in_(touched))
        .order_by(claim.c.entity_id, claim.c.id)
    )
    return [OfficeRow(*row) for row in connection.execute(query)]


def of_claims(connection: Connection, ids: Sequence[int]) -> list[OfficeRow]:
    """Those of the office among some claims."""
    query = (
        select(*_COLUMNS)
        .join(claim, claim.c.raw_id == raw.c.id)
        .where(claim.c.id.in_(expanding), claim.c.live == 1)
    )
    return [OfficeRow(*row) for row in rows_in(connection, query, ids)]


def known(connection: Connection, key: bytes) -> tuple[int, KnownClaim | None] | None:
    """The record under a key, and its claim, also one that was taken back."""
    found = connection.execute(select(raw.c.id).where(raw.c.source == OFFICE, raw.c.key == key)).scalar()
    if found is None:
        return None
    query = select(
        claim.c.id, claim.c.raw_id, claim.c.slot, claim.c.kind, claim.c.live, claim.c.entity_id, claim.c.digest,
        claim.c.version,
    ).where(claim.c.raw_id == found)  # fmt: skip
    row = connection.execute(query).first()
    return int(found), None if row is None else KnownClaim(*row)


class Said(NamedTuple):
    """What the office says of a part of an entry, as its record and its claim keep it."""

    raw_id: int
    claim_id: int
    key: bytes
    kind: str
    entity_id: str
    data: str
    sealed: bytes | None
    digest: bytes
    version: int
    person_keys: str | None
    written: bytes


def say(connection: Connection, one: Said, run_id: str, at: dt.datetime, day: str, *, anew: bool) -> None:
    """Write a record and its claim; `anew` where the hub knows them already, which keeps what the claim said before."""
    moment = iso(at)
    if not anew:
        record = (one.raw_id, OFFICE, one.key, one.digest, LIVE, one.written, moment, day, run_id)
        insert_rows(connection, raw, _RAW, [record])
        row = (
            one.claim_id, one.raw_id, "", OFFICE, one.kind, 1, one.entity_id, one.entity_id, OFFICE, 1.0, one.data,
            one.sealed, one.digest, moment, one.version, run_id, one.person_keys,
        )  # fmt: skip
        insert_rows(connection, claim, _CLAIM, [row])
        return
    before = select(claim.c.version, claim.c.data, claim.c.sealed).where(claim.c.id == one.claim_id)
    version, data, sealed = connection.execute(before).one()
    closed = (one.claim_id, version, run_id, data, sealed)
    insert_rows(connection, claim_version, ("claim_id", "version", "closed_run", "data", "sealed"), [closed])
    connection.execute(
        update(raw)
        .where(raw.c.id == one.raw_id)
        .values(digest=one.digest, status=LIVE, sealed=one.written, updated_at=moment, run_id=run_id)
    )
    connection.execute(
        update(claim)
        .where(claim.c.id == one.claim_id)
        .values(
            live=1, entity_id=one.entity_id, data=one.data, sealed=one.sealed, digest=one.digest, updated_at=moment,
            version=one.version, run_id=run_id, person_keys=one.person_keys,
        )
    )  # fmt: skip


def take_back(connection: Connection, rows: Sequence[OfficeRow], run_id: str) -> None:
    """Let the office say this no more: a state, never a deletion."""
    for one in rows:
        connection.execute(update(claim).where(claim.c.id == one.claim_id).values(live=0, run_id=run_id))
        connection.execute(update(raw).where(raw.c.id == one.raw_id).values(status=WITHDRAWN, run_id=run_id))


def note(connection: Connection, raw_id: int, written: bytes) -> None:
    """Write a record of the office anew, because it knows now what sources say."""
    connection.execute(update(raw).where(raw.c.id == raw_id).values(sealed=written))
