"""References between claims: found by key, and found again when what they point to appears, changes or leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select, text

from allin_hub.store.claims import mark_touched, set_target
from allin_hub.store.tables import claim, match_key, raw, reference, reference_key

_VALUES: BindParameter[Any] = bindparam("values", expanding=True)


def resolve(connection: Connection, run_id: str) -> int:
    """Resolve again what this run may have changed, and mark whose references found something else; how many stay open.

    A reference is found when its best key leads to one entity; when it leads to several, nothing is guessed.
    """
    wanted = text(
        """
        SELECT r.claim_id, r.field, r.target_claim, r.rule FROM reference r JOIN claim c ON c.id = r.claim_id
        WHERE (r.rule IS NULL OR r.rule <> 'nested') AND c.live = 1 AND (
            c.run_id = :run
            OR (r.target_claim IS NULL AND EXISTS (SELECT 1 FROM claim t WHERE t.run_id = :run AND t.kind = r.target_kind))
            OR EXISTS (SELECT 1 FROM claim t WHERE t.id = r.target_claim AND (t.live = 0 OR t.run_id = :run))
            OR EXISTS (
                SELECT 1 FROM reference_key k JOIN match_key m ON m.key = k.key JOIN claim t ON t.id = m.claim_id
                WHERE k.claim_id = r.claim_id AND k.field = r.field AND t.run_id = :run
            )
        )
        """
    )
    open_ones = 0
    changed = []
    rows = connection.execute(wanted, {"run": run_id}).all()
    found = _found(connection, [(row[0], row[1]) for row in rows])
    for claim_id, field, target, rule in rows:
        new_target, new_rule = found.get((claim_id, field), (None, None))
        open_ones += new_target is None
        if (new_target, new_rule) != (target, rule):
            changed.append((new_target, new_rule, claim_id, field))
    set_target(connection, changed)
    mark_touched(connection, sorted({row[2] for row in changed}), run_id)
    return open_ones


def _found(
    connection: Connection, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], tuple[int, str]]:
    query = (
        select(
            reference_key.c.claim_id,
            reference_key.c.field,
            reference_key.c.rank,
            match_key.c.rule,
            claim.c.entity_id,
            claim.c.id,
        )
        .join(match_key, match_key.c.key == reference_key.c.key)
        .join(claim, claim.c.id == match_key.c.claim_id)
        .where(claim.c.live == 1, reference_key.c.claim_id.in_(_VALUES))
        .order_by(reference_key.c.claim_id, reference_key.c.field, reference_key.c.rank, claim.c.id)
    )
    ids = sorted({claim_id for claim_id, _ in wanted})
    best: dict[tuple[int, str], dict[int, dict[str, tuple[int, int]]]] = {}
    for start in range(0, len(ids), 500):
        for claim_id, field, rank, rule, entity, target in connection.execute(
            query, {"values": ids[start : start + 500]}
        ):
            best.setdefault((claim_id, field), {}).setdefault(rank, {}).setdefault(entity, (target, rule))
    found = {}
    for place, ranks in best.items():
        candidates = ranks[min(ranks)]
        if len(candidates) == 1:
            target, rule = next(iter(candidates.values()))
            found[place] = (target, f"key {rule}")
    return found


def pointing_at(connection: Connection, claim_ids: Sequence[int]) -> set[int]:
    """Claims that refer to these."""
    query = select(reference.c.claim_id).where(reference.c.target_claim.in_(_VALUES)).distinct()
    pointing: set[int] = set()
    for start in range(0, len(claim_ids), 500):
        pointing.update(connection.execute(query, {"values": list(claim_ids[start : start + 500])}).scalars())
    return pointing


class OpenHost(NamedTuple):
    """A live claim whose host no claim speaks of: its source, its raw with its sealed content, and its public data."""

    claim: int
    source: str
    raw: int
    content: bytes
    field: str
    data: str


def open_hosts(connection: Connection, fields: Sequence[str]) -> list[OpenHost]:
    """References in these fields that lead nowhere, of claims that are still made, the oldest first."""
    query = (
        select(claim.c.id, claim.c.source, raw.c.id, raw.c.sealed, reference.c.field, claim.c.data)
        .join(reference, reference.c.claim_id == claim.c.id)
        .join(raw, raw.c.id == claim.c.raw_id)
        .where(claim.c.live == 1, reference.c.target_claim.is_(None), reference.c.field.in_(fields))
        .order_by(claim.c.id)
    )
    return [OpenHost(*row) for row in connection.execute(query)]
