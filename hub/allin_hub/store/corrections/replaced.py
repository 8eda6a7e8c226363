"""What the last run of each source replaced, so that it can be taken back, and what became of records in runs that were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, insert, literal, or_, select, update

from allin_hub.store import claims, staging
from allin_hub.store.engine import expanding, insert_rows, rows_in, upsert_rows
from allin_hub.store.problems import HELD
from allin_hub.store.raw_records import WITHDRAWN
from allin_hub.store.runs import save_source, source_row
from allin_hub.store.tables import (
    REPLACED,
    claim,
    claim_version,
    counter,
    iso,
    match_key,
    problem,
    raw,
    raw_version,
    reference,
    reference_key,
    replaced_claim,
    replaced_link,
    replaced_match_key,
    replaced_problem,
    replaced_reference,
    replaced_reference_key,
    replaced_source,
    run,
    staged_claim,
    staged_raw,
    undone_raw,
)

LINKING = "linking"
"""The counter of runs that matched claims."""
STATE = ("accepted_runs", "cursor", "fingerprint", "headers")
"""What a source is set back to."""


class Undoable(NamedTuple):
    """The run of a source that can be taken back; `state` is what the hub knew of the source before it."""

    source: str
    run_id: str
    started_at: dt.datetime
    counts: dict[str, Any]
    state: dict[str, Any]


def keep(connection: Connection, run_id: str, source: str, row: Mapping[str, Any], *, of_file: bool) -> None:
    """Keep what a run is about to replace, in the place of what an earlier one of the source did.

    A run that changes nothing leaves the earlier one to be taken back.
    """
    ops = [staging.NEW, staging.CHANGED, staging.RENAMED, staging.GONE]
    records = select(staged_raw.c.id).where(staged_raw.c.run_id == run_id, staged_raw.c.op.in_(ops))
    said = select(staged_claim.c.id).where(staged_claim.c.run_id == run_id)
    if not any(connection.execute(one.limit(1)).first() for one in (records, said)):
        return
    forget(connection, source)
    state = {name: row.get(name) for name in STATE} | {"accepted_runs": row.get("accepted_runs") or 0}
    insert_rows(
        connection,
        replaced_source,
        ("source", "run_id", "state"),
        [(source, run_id, orjson.dumps(state).decode())],
    )
    s, c = staged_claim.c, claim.c
    mine = (s.run_id == run_id) & (s.op != staging.NEW)
    before = select(
        literal(run_id), c.id, c.live, c.version, c.digest, c.match_keys, c.updated_at, c.person_keys
    )
    _copy(connection, replaced_claim, before.join(staged_claim, s.id == c.id).where(mine))
    f, k = reference.c, reference_key.c
    referred = select(literal(run_id), f.claim_id, f.field, f.target_kind, f.given, f.target_claim, f.rule)
    _copy(connection, replaced_reference, referred.join(staged_claim, s.id == f.claim_id).where(mine))
    found_by = select(literal(run_id), k.claim_id, k.field, k.key, k.rank)
    _copy(connection, replaced_reference_key, found_by.join(staged_claim, s.id == k.claim_id).where(mine))
    _keep_match_keys(connection, run_id)
    p = problem.c
    of_records = p.raw_id.in_(select(staged_raw.c.id).where(staged_raw.c.run_id == run_id))
    told = select(literal(run_id), p.id, p.raw_id, p.severity, p.code, p.sealed).where(
        p.source == source, p.code.not_in(HELD)
    )
    _copy(
        connection,
        replaced_problem,
        told.where(or_(of_records, p.raw_id.is_(None)) if of_file else of_records),
    )


def _copy(connection: Connection, table: Any, query: Any) -> None:
    connection.execute(insert(table).from_select([column.name for column in table.columns], query))


def _keep_match_keys(connection: Connection, run_id: str) -> None:
    """Found by the keys that each claim holds: the index has none by claim."""
    ids = set(staging.replaced_claims(connection, run_id))
    keys = {key for own in claims.keys_of(connection, sorted(ids)).values() for key in own}
    query = select(match_key.c.claim_id, match_key.c.key, match_key.c.rule, match_key.c.name)
    rows = [
        (run_id, *row)
        for row in rows_in(connection, query.where(match_key.c.key.in_(expanding)), sorted(keys))
        if row[0] in ids
    ]
    insert_rows(connection, replaced_match_key, ("run_id", "claim_id", "key", "rule", "name"), rows)


def keep_links(connection: Connection, run_id: str, moved: Mapping[int, str]) -> None:
    """Keep which entities claims are tied to that a run is about to tie to others: claim -> where it goes."""
    query = select(claim.c.id, claim.c.entity_id, claim.c.rule, claim.c.score).where(
        claim.c.id.in_(expanding)
    )
    rows = [(run_id, *row, moved[row[0]]) for row in rows_in(connection, query, sorted(moved))]
    columns = ("run_id", "claim_id", "entity_id", "rule", "score", "moved_to")
    insert_rows(connection, replaced_link, columns, rows)


class LinkBefore(NamedTuple):
    """A claim that a run tied to another entity, and what it was tied to before; `here` is where it is now."""

    claim_id: int
    kind: str
    entity_id: str
    rule: str
    score: float
    here: str


def links_before(connection: Connection, run_id: str) -> list[LinkBefore]:
    """The claims that a run tied to other entities, and that are there still."""
    r = replaced_link.c
    query = (
        select(r.claim_id, claim.c.kind, r.entity_id, r.rule, r.score, claim.c.entity_id)
        .join(claim, claim.c.id == r.claim_id)
        .where(r.run_id == run_id, claim.c.entity_id == r.moved_to)
        .order_by(r.claim_id)
    )
    return [LinkBefore(*row) for row in connection.execute(query)]


def number_linking(connection: Connection, run_id: str) -> None:
    """Give the linking of a run its number, and let it stand with what the run replaced, if that is kept."""
    number = staging.reserve(connection, LINKING, 1)
    query = select(replaced_source.c.state).where(replaced_source.c.run_id == run_id)
    kept = connection.execute(query).scalar()
    if kept is not None:
        state = orjson.dumps({**orjson.loads(kept), LINKING: number}).decode()
        connection.execute(
            update(replaced_source).where(replaced_source.c.run_id == run_id).values(state=state)
        )


def is_last_linking(connection: Connection, state: Mapping[str, Any]) -> bool:
    """Whether no run has matched claims since the one whose state this is."""
    following = connection.execute(select(counter.c.next).where(counter.c.name == LINKING)).scalar()
    return state.get(LINKING) is not None and state[LINKING] + 1 == following


def undoable(connection: Connection) -> list[Undoable]:
    """The runs that can be taken back, one of each source at most, the newest first."""
    r = replaced_source.c
    query = (
        select(r.source, r.run_id, run.c.started_at, run.c.counts, r.state)
        .join(run, run.c.id == r.run_id)
        .order_by(run.c.started_at.desc(), r.source)
    )
    return [
        Undoable(row[0], row[1], row[2], orjson.loads(row[3]), orjson.loads(row[4]))
        for row in connection.execute(query)
    ]


def forget(connection: Connection, source: str) -> None:
    """Forget what the last run of a source replaced: it cannot be taken back any more."""
    _forget(connection, replaced_source.c.source == source)


def forget_old(connection: Connection, before: dt.datetime) -> None:
    """Forget what runs until a moment replaced."""
    _forget(connection, replaced_source.c.run_id.in_(select(run.c.id).where(run.c.started_at < before)))


def _forget(connection: Connection, which: Any) -> None:
    known = list(connection.execute(select(replaced_source.c.run_id).where(which)).scalars())
    if not known:
        return
    for table in (*REPLACED, replaced_source):
        connection.execute(delete(table).where(table.c.run_id.in_(known)))


class RecordBefore(NamedTuple):
    """A record that a run changed, as it was before; `sealed` is empty where only its status changed."""

    id: int
    key: bytes
    digest: bytes
    status: str
    sealed: bytes | None
    updated_at: Any
    arrived_on: str | None
    key_now: bytes
    digest_now: bytes
    status_now: str


def records_before(connection: Connection, run_id: str, source: str) -> list[RecordBefore]:
    """The records of a source that a run changed, or took away."""
    v = raw_version.c
    query = (
        select(
            v.raw_id, v.key, v.digest, v.status, v.sealed, v.updated_at, v.arrived_on, raw.c.key, raw.c.digest,
            raw.c.status,
        )
        .join(raw, raw.c.id == v.raw_id)
        .where(v.closed_run == run_id, raw.c.source == source)
        .order_by(v.raw_id)
    )  # fmt: skip
    return [RecordBefore(*row) for row in connection.execute(query)]


def new_records(
    connection: Connection, run_id: str, source: str
) -> list[tuple[int, bytes, bytes, str | None]]:
    """(id, key, digest, day of arrival) of the records that a run brought first."""
    query = (
        select(raw.c.id, raw.c.key, raw.c.digest, raw.c.arrived_on)
        .where(raw.c.source == source, raw.c.new_in == run_id, raw.c.status != WITHDRAWN)
        .order_by(raw.c.id)
    )
    return [(row[0], bytes(row[1]), bytes(row[2]), row[3]) for row in connection.execute(query)]


def as_they_are(connection: Connection, run_id: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Records that stay as they are, and of which claims or problems change: rows for a staging."""
    r = raw.c
    query = select(r.id, r.key, r.digest, r.status, r.arrived_on).where(r.id.in_(expanding))
    return [
        (run_id, row[0], staging.REREAD, bytes(row[1]), bytes(row[2]), row[3], None, None, row[4])
        for row in rows_in(connection, query, ids)
    ]


def new_claims(connection: Connection, run_id: str, source: str) -> list[tuple[int, int, str, str]]:
    """(id, record, slot, kind) of the live claims that a run made first."""
    c = claim.c
    query = select(c.id, c.raw_id, c.slot, c.kind).where(c.source == source, c.new_in == run_id, c.live == 1)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(c.id))]


class ClaimBefore(NamedTuple):
    """A claim that a run changed or ended, as it was before, and which version it has now."""

    id: int
    raw_id: int
    slot: str
    kind: str
    live: int
    version: int
    data: str
    sealed: bytes | None
    digest: bytes
    match_keys: bytes | None
    updated_at: Any
    person_keys: str | None
    version_now: int


def claims_before(connection: Connection, run_id: str) -> list[ClaimBefore]:
    """The claims that a run changed or ended; what they said stands in their version of then, or with them still."""
    r, c, v = replaced_claim.c, claim.c, claim_version.c
    query = (
        select(
            c.id, c.raw_id, c.slot, c.kind, r.live, r.version, v.data, v.sealed, r.digest, r.match_keys, r.updated_at,
            r.person_keys, c.version, c.data, c.sealed,
        )
        .join(claim, c.id == r.claim_id)
        .outerjoin(claim_version, (v.claim_id == r.claim_id) & (v.version == r.version))
        .where(r.run_id == run_id)
        .order_by(c.id)
    )  # fmt: skip
    found = []
    for *known, data, sealed in connection.execute(query):
        one = ClaimBefore(*known)
        found.append(one if one.version != one.version_now else one._replace(data=data, sealed=sealed))
    return found


def match_keys(connection: Connection, run_id: str) -> list[tuple[int, int, int, int | None]]:
    """(claim, key, rule, name) of claims before a run."""
    c = replaced_match_key.c
    query = select(c.claim_id, c.key, c.rule, c.name).where(c.run_id == run_id)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def references(connection: Connection, run_id: str) -> list[tuple[Any, ...]]:
    """(claim, field, kind of target, given, target, rule) of claims before a run."""
    c = replaced_reference.c
    query = select(c.claim_id, c.field, c.target_kind, c.given, c.target_claim, c.rule)
    return [tuple(row) for row in connection.execute(query.where(c.run_id == run_id))]


def reference_keys(connection: Connection, run_id: str) -> list[tuple[Any, ...]]:
    """(claim, field, key, rank) of claims before a run."""
    c = replaced_reference_key.c
    query = select(c.claim_id, c.field, c.key, c.rank).where(c.run_id == run_id)
    return [tuple(row) for row in connection.execute(query)]


def problems_before(connection: Connection, run_id: str) -> list[tuple[Any, ...]]:
    """(id, record, severity, code, sealed) of the problems that were open before a run."""
    c = replaced_problem.c
    query = select(c.id, c.raw_id, c.severity, c.code, c.sealed).where(c.run_id == run_id).order_by(c.id)
    return [tuple(row) for row in connection.execute(query)]


def drop_file_problems(connection: Connection, source: str) -> None:
    """Forget what the run that is taken back has found about its source as a whole."""
    connection.execute(delete(problem).where(problem.c.source == source, problem.c.raw_id.is_(None)))


def remember_undone(
    connection: Connection, source: str, rows: Sequence[tuple[bytes, bytes | None]], state: Mapping[str, Any]
) -> None:
    """Remember what a run had made of records, (key, digest), and when it was taken back."""
    upsert_rows(
        connection,
        undone_raw,
        ("source", "key", "digest"),
        [(source, *row) for row in rows],
        ("source", "key"),
    )
    save_source(connection, source, undone=orjson.dumps(state).decode())


def forget_undone(connection: Connection, source: str) -> None:
    """Let a source do again what was taken back: a person has accepted it."""
    connection.execute(delete(undone_raw).where(undone_raw.c.source == source))
    save_source(connection, source, undone=None)


def undone_records(connection: Connection, source: str) -> dict[bytes, bytes | None]:
    """Key -> what a run that was taken back had made of the record; None where it was gone."""
    query = select(undone_raw.c.key, undone_raw.c.digest).where(undone_raw.c.source == source)
    return {bytes(row[0]): None if row[1] is None else bytes(row[1]) for row in connection.execute(query)}


def undone_at(connection: Connection, source: str) -> dt.datetime | None:
    """When a run of a source was taken back last; None when none was, or a person has accepted it since."""
    state = source_row(connection, source).get("undone")
    return None if not state else dt.datetime.fromisoformat(orjson.loads(state)["at"])


def mark_undone(connection: Connection, run_id: str) -> None:
    """Note that a run was taken back."""
    connection.execute(run.update().where(run.c.id == run_id).values(status=UNDONE))


UNDONE = "undone"
"""The status of a run that was taken back."""


def moment(at: Any) -> str | None:
    """A moment as a staging keeps it."""
    return iso(at) if isinstance(at, dt.datetime) else at
