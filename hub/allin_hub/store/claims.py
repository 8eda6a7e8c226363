"""Claims, their match keys, references and versions."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    exists,
    func,
    literal,
    select,
    update,
)

from allin_hub.store.engine import change_rows, expanding, insert_rows, rows_in
from allin_hub.store.tables import (
    claim,
    claim_version,
    match_key,
    reference,
    reference_key,
)

CLAIM_COLUMNS = (
    "id", "raw_id", "slot", "source", "kind", "live", "entity_id", "home_id", "rule", "score", "data", "sealed", "digest",
    "match_keys", "updated_at", "version", "run_id",
)  # fmt: skip
REFERENCE_RULES_FROM = 20
_SCAN_FROM = 10
"""With more keys than a tenth of all, one pass over the whole index is faster than looking each up."""


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


def add(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write new claims (columns as in CLAIM_COLUMNS)."""
    insert_rows(connection, claim, CLAIM_COLUMNS, rows)


def close_versions(connection: Connection, ids: Sequence[int], run_id: str) -> None:
    """Keep what claims said until now, before they say something else."""
    query = select(claim.c.id, claim.c.version, literal(run_id), claim.c.data, claim.c.sealed).where(
        claim.c.id.in_(expanding)
    )
    rows = [tuple(row) for row in rows_in(connection, query, ids)]
    insert_rows(connection, claim_version, ("claim_id", "version", "closed_run", "data", "sealed"), rows)


def renew(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write what claims say now: (data, sealed, digest, keys, updated_at, run_id, id)."""
    change_rows(
        connection,
        "UPDATE claim SET data = ?, sealed = ?, digest = ?, match_keys = ?, updated_at = ?, run_id = ?, live = 1,"
        " version = version + 1 WHERE id = ?",
        rows,
    )


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


def add_keys(connection: Connection, rows: Sequence[tuple[int, int, int, int | None]]) -> None:
    """Write match keys: (key, claim, rule, hashed name)."""
    insert_rows(connection, match_key, ("key", "claim_id", "rule", "name"), rows, "ON CONFLICT DO NOTHING")


def add_references(
    connection: Connection, rows: Sequence[tuple[Any, ...]], keys: Sequence[tuple[Any, ...]]
) -> None:
    """Write references (claim, field, kind, given, target, rule) and their keys (key, claim, field, rank)."""
    insert_rows(
        connection, reference, ("claim_id", "field", "target_kind", "given", "target_claim", "rule"), rows
    )
    insert_rows(
        connection, reference_key, ("key", "claim_id", "field", "rank"), keys, "ON CONFLICT DO NOTHING"
    )


def shared(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Keys that several claims have, those of references left aside: at least all such ones among the given."""
    mine = match_key.c.rule < REFERENCE_RULES_FROM
    twice = select(match_key.c.key).where(mine).group_by(match_key.c.key).having(func.count() > 1)
    total = connection.execute(select(func.count()).select_from(match_key)).scalar_one()
    if len(keys) * _SCAN_FROM > total:
        return set(connection.execute(twice).scalars())
    some = twice.where(match_key.c.key.in_(expanding))
    return {row[0] for row in rows_in(connection, some, sorted(set(keys)))}


def seeds(connection: Connection, run_id: str, keys: Sequence[int]) -> set[int]:
    """Claims that this run touched and that share one of these keys, or an entity, with another claim."""
    by_key = (
        select(match_key.c.claim_id)
        .join(claim, claim.c.id == match_key.c.claim_id)
        .where(match_key.c.key.in_(expanding), match_key.c.rule < REFERENCE_RULES_FROM)
        .where(claim.c.run_id == run_id, claim.c.live == 1)
    )
    return {row[0] for row in rows_in(connection, by_key, sorted(shared(connection, keys)))}


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
    ).where(claim.c.live == 1, claim.c.entity_id.in_(expanding))
    found: dict[str, list[LiveClaim]] = {}
    for row in rows_in(connection, query, entity_ids):
        found.setdefault(row[4], []).append(LiveClaim(*row))
    return found


def homes(connection: Connection, ids: Sequence[int]) -> list[tuple[str, str]]:
    """(entity, kind) of claims, in the order of the claims."""
    query = select(claim.c.entity_id, claim.c.kind).where(claim.c.id.in_(expanding)).order_by(claim.c.id)
    return [(entity, kind) for entity, kind in rows_in(connection, query, ids)]


def touched_ids(connection: Connection, run_id: str, before: int) -> list[int]:
    """The claims that this run touched, but for those that it made: these have numbers from `before` on."""
    query = select(claim.c.id).where(claim.c.run_id == run_id, claim.c.id < before).order_by(claim.c.id)
    return list(connection.execute(query).scalars())


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


def fields_of_raws(connection: Connection, raw_ids: Sequence[int]) -> list[tuple[int, str, bytes | None]]:
    """(raw, public fields, sealed fields) of the live claims that raws make of themselves."""
    query = select(claim.c.raw_id, claim.c.data, claim.c.sealed).where(
        claim.c.raw_id.in_(expanding), claim.c.slot == "", claim.c.live == 1
    )
    return [(row[0], row[1], row[2]) for row in rows_in(connection, query, raw_ids)]


def rules_of(connection: Connection, claim_ids: Sequence[int]) -> dict[int, str]:
    """Why each claim is tied to its entity."""
    query = select(claim.c.id, claim.c.rule).where(claim.c.id.in_(expanding))
    return {row[0]: row[1] for row in rows_in(connection, query, claim_ids)}
