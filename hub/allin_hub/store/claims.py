"""Claims, their match keys, references and versions."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    exists,
    select,
    update,
)

from allin_hub.store.engine import change_rows, expanding, plain_rows, rows_in
from allin_hub.store.tables import (
    claim,
    claim_version,
    match_key,
    reference,
    reference_key,
    run,
)

REFERENCE_RULES_FROM = 20


class KnownClaim(NamedTuple):
    """What the hub remembers of a claim when its raw is read again."""

    id: int
    raw_id: int
    slot: str
    kind: str
    live: int
    entity_id: str
    digest: bytes
    version: int


class LiveClaim(NamedTuple):
    """A claim as merging sees it."""

    id: int
    raw_id: int
    source: str
    kind: str
    entity_id: str
    data: str
    sealed: bytes | None
    updated_at: str | None
    version: int


def of_raws(connection: Connection, raw_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], KnownClaim]]:
    """The claims that raws have made so far: raw -> (slot, kind) -> claim."""
    query = select(
        claim.c.id,
        claim.c.raw_id,
        claim.c.slot,
        claim.c.kind,
        claim.c.live,
        claim.c.entity_id,
        claim.c.digest,
        claim.c.version,
    ).where(claim.c.raw_id.in_(expanding))
    found: dict[int, dict[tuple[str, str], KnownClaim]] = {}
    for row in rows_in(connection, query, raw_ids):
        id, raw_id, slot, kind, live, entity_id, digest, version = row
        known = KnownClaim(id, raw_id, slot, kind, live, entity_id, bytes(digest), version)
        found.setdefault(known.raw_id, {})[(known.slot, known.kind)] = known
    return found


def withdraw(connection: Connection, ids: Sequence[int], run_id: str) -> None:
    """Claims that nobody makes any more: a state, never a deletion."""
    change_rows(
        connection, "UPDATE claim SET live = 0, run_id = ? WHERE id = ?", [(run_id, id) for id in ids]
    )
    forget_keys(connection, ids)


def forget_keys(connection: Connection, ids: Sequence[int]) -> None:
    """Drop the match keys and references of claims, before they are written anew."""
    pairs = [(key, id) for id, keys in keys_of(connection, ids).items() for key in keys]
    change_rows(connection, "DELETE FROM match_key WHERE key = ? AND claim_id = ?", pairs)
    for table in (reference, reference_key):
        change_rows(connection, f"DELETE FROM {table.name} WHERE claim_id = ?", [(id,) for id in ids])  # noqa: S608 - a table of ours


def keys_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[int]]:
    """The match keys of claims; each claim holds its own, so that no index has to."""
    query = select(claim.c.id, claim.c.match_keys).where(claim.c.id.in_(expanding))
    return {id: array("q", keys).tolist() for id, keys in rows_in(connection, query, ids) if keys}


def seeds(connection: Connection, run_id: str, keys: Sequence[int]) -> set[int]:
    """Claims that this run touched and that have one of these keys."""
    query = (
        select(match_key.c.claim_id)
        .join(claim, claim.c.id == match_key.c.claim_id)
        .where(match_key.c.key.in_(expanding), match_key.c.rule < REFERENCE_RULES_FROM)
        .where(claim.c.run_id == run_id, claim.c.live == 1)
    )
    return {row[0] for row in rows_in(connection, query, sorted(set(keys)))}


def sharing_entities(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Which of these claims have an entity with another claim."""
    other = claim.alias()
    query = select(claim.c.id).where(
        claim.c.id.in_(expanding),
        exists().where(other.c.entity_id == claim.c.entity_id, other.c.id != claim.c.id),
    )
    return {row[0] for row in rows_in(connection, query, ids)}


class Clue(NamedTuple):
    """A claim and what could tie it to others."""

    id: int
    source: str
    kind: str
    entity_id: str
    home_id: str
    digest: bytes


def neighbourhood(
    connection: Connection, start: set[int]
) -> tuple[dict[int, Clue], list[tuple[int, int, int, int | None]]]:
    """All live claims that are tied to the given ones by keys or entities, or live where these began, and their match keys."""
    clues: dict[int, Clue] = {}
    keys: dict[tuple[int, int], tuple[int, int, int, int | None]] = {}
    clue_query = select(
        claim.c.id, claim.c.source, claim.c.kind, claim.c.entity_id, claim.c.home_id, claim.c.digest
    ).where(claim.c.live == 1)
    key_query = select(match_key.c.key, match_key.c.claim_id, match_key.c.rule, match_key.c.name).where(
        match_key.c.rule < REFERENCE_RULES_FROM
    )
    dead = select(claim.c.entity_id).where(claim.c.id.in_(expanding))
    fresh = set(start)
    entities: set[str] = set()
    homes: set[str] = set()
    seen_keys: set[int] = set()
    while fresh or homes:
        named = (homes | {row[0] for row in rows_in(connection, dead, sorted(fresh))}) - entities
        entities |= named
        found = [
            Clue(*row)
            for row in rows_in(connection, clue_query.where(claim.c.id.in_(expanding)), sorted(fresh))
        ]
        found += [
            Clue(*row)
            for row in rows_in(connection, clue_query.where(claim.c.entity_id.in_(expanding)), sorted(named))
        ]
        new = {clue.id: clue for clue in found if clue.id not in clues}
        clues |= new
        homes = {clue.home_id for clue in new.values()} - entities
        wanted = {key for own in keys_of(connection, sorted(new)).values() for key in own} - seen_keys
        seen_keys |= wanted
        fresh = set()
        for key, claim_id, rule, name in rows_in(
            connection, key_query.where(match_key.c.key.in_(expanding)), sorted(wanted)
        ):
            keys[(key, claim_id)] = (key, claim_id, rule, name)
            if claim_id not in clues:
                fresh.add(claim_id)
    return clues, sorted(keys.values(), key=lambda row: (row[2], row[0], row[1]))


def relink(connection: Connection, rows: Iterable[tuple[str, str, float, int]]) -> None:
    """Tie claims to other entities: (entity, rule, score, claim)."""
    change_rows(connection, "UPDATE claim SET entity_id = ?, rule = ?, score = ? WHERE id = ?", rows)


def bring_along(connection: Connection, rows: Iterable[tuple[str, str]]) -> None:
    """Let claims that nobody makes any more follow to another entity, (new, old): what a person refused stays with her."""
    change_rows(connection, "UPDATE claim SET entity_id = ? WHERE entity_id = ? AND live = 0", rows)


def ended_of(connection: Connection, entity_ids: Sequence[str]) -> list[tuple[int, str]]:
    """(claim, entity) of the claims of entities that nobody makes any more."""
    query = select(claim.c.id, claim.c.entity_id).where(claim.c.live == 0, claim.c.entity_id.in_(expanding))
    return [(row[0], row[1]) for row in rows_in(connection, query, entity_ids)]


def of_entities(connection: Connection, entity_ids: Sequence[str]) -> dict[str, list[LiveClaim]]:
    """The live claims of entities."""
    query = select(
        claim.c.id,
        claim.c.raw_id,
        claim.c.source,
        claim.c.kind,
        claim.c.entity_id,
        claim.c.data,
        claim.c.sealed,
        claim.c.updated_at,
        claim.c.version,
    ).where(claim.c.live == 1, claim.c.entity_id.in_(expanding))
    found: dict[str, list[LiveClaim]] = {}
    for row in rows_in(connection, query, entity_ids):
        found.setdefault(row[4], []).append(LiveClaim(*row))
    return found


def touched_ids(connection: Connection, run_id: str) -> list[int]:
    """The claims that this run touched."""
    query = select(claim.c.id).where(claim.c.run_id == run_id).order_by(claim.c.id)
    return list(connection.execute(query).scalars())


def touched(connection: Connection, run_id: str, after_id: int, size: int) -> list[LiveClaim]:
    """The next claims that this run touched, in the order of their ids; also those that live no more."""
    sql = (
        "SELECT id, raw_id, source, kind, entity_id, data, sealed, updated_at, version FROM claim"
        " WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?"
    )
    return list(map(LiveClaim._make, plain_rows(connection, sql, (run_id, after_id, size))))


def set_target(connection: Connection, rows: Iterable[tuple[int | None, str | None, int, str]]) -> None:
    """Write what references found: (target claim, rule, claim, field)."""
    change_rows(
        connection, "UPDATE reference SET target_claim = ?, rule = ? WHERE claim_id = ? AND field = ?", rows
    )


def mark_touched(connection: Connection, claim_ids: Sequence[int], run_id: str) -> None:
    """Let the merging step see claims whose surroundings changed."""
    for start in range(0, len(claim_ids), 500):
        connection.execute(
            update(claim).where(claim.c.id.in_(claim_ids[start : start + 500])).values(run_id=run_id)
        )


def touch_source(connection: Connection, source: str, run_id: str) -> None:
    """Let the merging step see every live claim of a source, because it is trusted otherwise now."""
    connection.execute(update(claim).where(claim.c.source == source, claim.c.live == 1).values(run_id=run_id))


def own_of_raws(connection: Connection, raw_ids: Sequence[int], *, live: bool = True) -> list[LiveOfRaw]:
    """The live claims that raws make of themselves; without `live`, those too that are withdrawn."""
    query = select(*_OF_RAW).where(
        claim.c.raw_id.in_(expanding), claim.c.slot == "", claim.c.live >= int(live)
    )
    return [LiveOfRaw(*row) for row in rows_in(connection, query, raw_ids)]


class TiedClaim(NamedTuple):
    """Why a live claim is tied to its entity, and which run touched it last."""

    id: int
    slot: str
    rule: str
    score: float
    decided_by: str | None
    version: int
    run_id: str


def ties_of(connection: Connection, claim_ids: Sequence[int]) -> dict[int, TiedClaim]:
    """Give why each claim is tied to its entity."""
    query = select(
        claim.c.id,
        claim.c.slot,
        claim.c.rule,
        claim.c.score,
        claim.c.decided_by,
        claim.c.version,
        claim.c.run_id,
    ).where(claim.c.id.in_(expanding))
    return {row[0]: TiedClaim(*row) for row in rows_in(connection, query, claim_ids)}


class OldVersion(NamedTuple):
    """What a claim said before a run changed it."""

    claim_id: int
    source: str
    version: int
    closed_run: str
    closed_at: Any
    data: str
    sealed: bytes | None


def versions_of(connection: Connection, entity_id: str) -> list[OldVersion]:
    """Give the closed versions of an entity's claims, the newest first; claims that are withdrawn count too."""
    query = (
        select(
            claim_version.c.claim_id,
            claim.c.source,
            claim_version.c.version,
            claim_version.c.closed_run,
            run.c.started_at,
            claim_version.c.data,
            claim_version.c.sealed,
        )
        .join(claim, claim.c.id == claim_version.c.claim_id)
        .outerjoin(run, run.c.id == claim_version.c.closed_run)
        .where(claim.c.entity_id == entity_id)
        .order_by(run.c.started_at.desc(), claim_version.c.claim_id, claim_version.c.version.desc())
    )
    return [OldVersion(*row) for row in connection.execute(query)]


class LiveOfRaw(NamedTuple):
    """A live claim of a raw, with what it says."""

    id: int
    raw_id: int
    slot: str
    kind: str
    data: str
    sealed: bytes | None
    version: int


_OF_RAW = (
    claim.c.id, claim.c.raw_id, claim.c.slot, claim.c.kind, claim.c.data, claim.c.sealed, claim.c.version,
)  # fmt: skip


def live_of_raws(connection: Connection, raw_ids: Sequence[int]) -> dict[int, list[LiveOfRaw]]:
    """The live claims of raws, each raw's own first."""
    query = (
        select(*_OF_RAW)
        .where(claim.c.raw_id.in_(expanding), claim.c.live == 1)
        .order_by(claim.c.raw_id, claim.c.slot)
    )
    found: dict[int, list[LiveOfRaw]] = {}
    for row in rows_in(connection, query, raw_ids):
        found.setdefault(row[1], []).append(LiveOfRaw(*row))
    return found


def references_of(connection: Connection, claim_ids: Sequence[int]) -> list[tuple[int, str, bytes]]:
    """(claim, field, sealed reference) of claims, nested ones left aside."""
    query = select(reference.c.claim_id, reference.c.field, reference.c.given).where(
        reference.c.claim_id.in_(expanding), reference.c.given.is_not(None)
    )
    return [(row[0], row[1], row[2]) for row in rows_in(connection, query, claim_ids)]
