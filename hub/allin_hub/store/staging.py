"""The staging of a run: its rows as their tables keep them, and the statements that move them there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, delete, exists, func, insert, literal, null, select, text

from allin_hub.base.bindings import of_answers, of_claim, of_raw, of_reference
from allin_hub.base.encryption import Sealer
from allin_hub.base.failpoints import Point, reach
from allin_hub.store.claims import REFERENCE_RULES_FROM
from allin_hub.store.engine import change_rows, insert_rows, plain_rows, rows_in, writing
from allin_hub.store.engine import expanding as several
from allin_hub.store.tables import (
    STAGING,
    claim,
    claim_version,
    counter,
    match_key,
    metadata,
    problem,
    raw,
    raw_version,
    reference,
    reference_key,
    run,
    staged_answer,
    staged_claim,
    staged_match_key,
    staged_problem,
    staged_raw,
    staged_reference,
    staged_reference_key,
    staged_run,
)

NEW, CHANGED, RENAMED, MOVED, REREAD, GONE = "new", "changed", "renamed", "moved", "reread", "gone"
"""What a run does with a raw: `moved` stands in another row now, `reread` is only mapped again."""
BROUGHT = (NEW, CHANGED, RENAMED, MOVED)
"""Raws that this run read, and whose cells lie in the staging."""
COLUMNS: dict[Table, tuple[str, ...]] = {
    staged_raw: ("run_id", "id", "op", "key", "digest", "status", "sealed", "updated_at", "arrived_on"),
    staged_claim: (
        "run_id", "id", "raw_id", "op", "slot", "kind", "entity_id", "data", "sealed", "digest", "match_keys", "updated_at",
        "version", "person_keys",
    ),
    staged_match_key: ("run_id", "claim_id", "key", "rule", "name"),
    staged_reference: ("run_id", "claim_id", "field", "target_kind", "given", "target_claim", "rule"),
    staged_reference_key: ("run_id", "claim_id", "field", "key", "rank"),
    staged_answer: ("run_id", "claim_id", "raw_id", "sealed"),
    staged_problem: ("run_id", "id", "raw_id", "severity", "code", "sealed"),
}  # fmt: skip
_OF_CLAIM = (
    (staged_claim, "id"),
    (staged_match_key, "claim_id"),
    (staged_reference, "claim_id"),
    (staged_reference, "target_claim"),
    (staged_reference_key, "claim_id"),
    (staged_answer, "claim_id"),
)
"""Where the id of a staged claim stands."""
_OF_RAW = ((staged_claim, "raw_id"), (staged_answer, "raw_id"), (staged_problem, "raw_id"))
"""Where the id of a staged raw stands, besides its own row."""


@dataclass(slots=True)
class Rows:
    """Rows on their way into the staging, columns as in COLUMNS."""

    raws: list[tuple[Any, ...]] = field(default_factory=list)
    claims: list[tuple[Any, ...]] = field(default_factory=list)
    match_keys: list[tuple[Any, ...]] = field(default_factory=list)
    references: list[tuple[Any, ...]] = field(default_factory=list)
    reference_keys: list[tuple[Any, ...]] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    problems: list[tuple[Any, ...]] = field(default_factory=list)


class StagedRaw(NamedTuple):
    """A raw in a run's staging; `sealed` is empty where the hub keeps it already."""

    id: int
    op: str
    key: bytes | None
    digest: bytes | None
    status: str
    sealed: bytes | None
    updated_at: Any
    arrived_on: str | None


class StagedClaim(NamedTuple):
    """A claim in a run's staging: `new`, `changed`, or `gone`, and then without content."""

    id: int
    raw_id: int
    op: str
    slot: str
    kind: str
    data: str | None
    sealed: bytes | None
    digest: bytes | None
    version: int | None


def create(engine: Engine, counters: Mapping[str, int]) -> None:
    """Make the tables of a staging in a database that holds nothing else.

    `counters` are those of the hub: what is staged apart gets ids that none of the hub's raws, claims or problems has.
    """
    metadata.create_all(engine, tables=[*STAGING, counter])
    with writing(engine, Point.IDS_RESERVED) as connection:
        insert_rows(connection, counter, ("name", "next"), list(counters.items()))


def counters(connection: Connection) -> dict[str, int]:
    """The next free ids of raws, claims and problems."""
    return {row[0]: row[1] for row in connection.execute(select(counter.c.name, counter.c.next))}


def reserve(connection: Connection, name: str, count: int) -> int:
    """Take the next ids of raws, claims or problems; the first of them. None is ever given twice."""
    taken = text("UPDATE counter SET next = next + :count WHERE name = :name RETURNING next - :count")
    found = connection.execute(taken, {"name": name, "count": count}).scalar()
    if found is None:
        connection.execute(insert(counter).values(name=name, next=1 + count))
        return 1
    return int(found)


def add(connection: Connection, rows: Rows) -> None:
    """Put rows into the staging."""
    ignoring = "ON CONFLICT DO NOTHING"
    insert_rows(connection, staged_raw, COLUMNS[staged_raw], rows.raws)
    insert_rows(connection, staged_claim, COLUMNS[staged_claim], rows.claims)
    insert_rows(connection, staged_match_key, COLUMNS[staged_match_key], rows.match_keys, ignoring)
    insert_rows(connection, staged_reference, COLUMNS[staged_reference], rows.references)
    insert_rows(
        connection, staged_reference_key, COLUMNS[staged_reference_key], rows.reference_keys, ignoring
    )
    insert_rows(connection, staged_answer, COLUMNS[staged_answer], rows.answers)
    insert_rows(connection, staged_problem, COLUMNS[staged_problem], rows.problems)


def batches(connection: Connection, run_id: str, ops: Sequence[str], size: int) -> Iterator[list[StagedRaw]]:
    """The staged raws of a run in the order of their ids, in batches."""
    last = 0
    names = ", ".join(COLUMNS[staged_raw][1:])
    sql = (
        f"SELECT {names} FROM staged_raw WHERE run_id = ? AND id > ?"  # noqa: S608 - names of ours
        f" AND op IN ({', '.join('?' * len(ops))}) ORDER BY id LIMIT ?"
    )
    while rows := [StagedRaw(*row) for row in plain_rows(connection, sql, (run_id, last, *ops, size))]:
        last = rows[-1].id
        yield rows


def first_raws(connection: Connection, run_id: str, op: str, most: int | None) -> list[int]:
    """The ids of the first staged raws that a run does this with; of all without `most`."""
    c = staged_raw.c
    query = select(c.id).where(c.run_id == run_id, c.op == op).order_by(c.id).limit(most)
    return list(connection.execute(query).scalars())


def raws_of(connection: Connection, run_id: str, ids: Sequence[int]) -> list[StagedRaw]:
    """These staged raws of a run."""
    columns = [staged_raw.c[name] for name in COLUMNS[staged_raw][1:]]
    query = select(*columns).where(staged_raw.c.run_id == run_id, staged_raw.c.id.in_(several))
    return [StagedRaw(*row) for row in rows_in(connection, query, ids)]


def claims_of(connection: Connection, run_id: str, raw_ids: Sequence[int]) -> dict[int, list[StagedClaim]]:
    """The staged claims of raws, each raw's own first."""
    c = staged_claim.c
    query = (
        select(c.id, c.raw_id, c.op, c.slot, c.kind, c.data, c.sealed, c.digest, c.version)
        .where(c.run_id == run_id, c.raw_id.in_(several))
        .order_by(c.raw_id, c.slot, c.id)
    )
    found: dict[int, list[StagedClaim]] = {}
    for row in rows_in(connection, query, raw_ids):
        found.setdefault(row[1], []).append(StagedClaim(*row))
    return found


def references_of(
    connection: Connection, run_id: str, claim_ids: Sequence[int]
) -> list[tuple[int, str, bytes]]:
    """(claim, field, sealed reference) of staged claims, nested ones left aside."""
    c = staged_reference.c
    query = select(c.claim_id, c.field, c.given).where(
        c.run_id == run_id, c.given.is_not(None), c.claim_id.in_(several)
    )
    return [(row[0], row[1], row[2]) for row in rows_in(connection, query, claim_ids)]


def answers(connection: Connection, run_id: str) -> list[tuple[int, int, bytes, Any, str]]:
    """(claim, raw, sealed answers, when the record was changed, what happens to it) of a run."""
    c = staged_answer.c
    query = (
        select(
            c.claim_id,
            c.raw_id,
            c.sealed,
            func.coalesce(staged_raw.c.updated_at, raw.c.updated_at),
            staged_raw.c.op,
        )
        .join(staged_raw, (staged_raw.c.run_id == c.run_id) & (staged_raw.c.id == c.raw_id))
        .outerjoin(raw, raw.c.id == c.raw_id)
        .where(c.run_id == run_id)
        .order_by(c.claim_id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]


def answers_of(connection: Connection, run_id: str, raw_ids: Sequence[int]) -> dict[int, bytes]:
    """Claim -> its sealed answers, of these raws."""
    query = select(staged_answer.c.claim_id, staged_answer.c.sealed).where(
        staged_answer.c.run_id == run_id, staged_answer.c.raw_id.in_(several)
    )
    return {row[0]: row[1] for row in rows_in(connection, query, raw_ids)}


def counts(connection: Connection, run_id: str) -> dict[tuple[str, str], int]:
    """(op, status) -> how many staged raws."""
    c = staged_raw.c
    rows = connection.execute(
        select(c.op, c.status, func.count()).where(c.run_id == run_id).group_by(c.op, c.status)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def raw_ids(connection: Connection, run_id: str) -> set[int]:
    """The raws that a run stages something about."""
    return set(connection.execute(select(staged_raw.c.id).where(staged_raw.c.run_id == run_id)).scalars())


def problems_of(connection: Connection, run_id: str) -> list[tuple[int, bytes]]:
    """(problem, sealed problem) of a run, in the order in which they were found."""
    query = select(staged_problem.c.id, staged_problem.c.sealed).where(staged_problem.c.run_id == run_id)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(staged_problem.c.id))]


def errors_of(connection: Connection, run_id: str, raw_ids: Sequence[int]) -> list[tuple[int, int, bytes]]:
    """(problem, raw, sealed problem) of the errors of staged raws, in the order in which they were found."""
    c = staged_problem.c
    query = select(c.id, c.raw_id, c.sealed).where(
        c.run_id == run_id, c.severity == "error", c.raw_id.in_(several)
    )
    return sorted((row[0], row[1], row[2]) for row in rows_in(connection, query.order_by(c.id), raw_ids))


def name_raws(connection: Connection, run_id: str, rows: Iterable[tuple[str, bytes, int]]) -> None:
    """Give staged raws the keys that were derived for them, or that they are renamed to: (op, key, id)."""
    change_rows(
        connection,
        "UPDATE staged_raw SET op = ?, key = ? WHERE run_id = ? AND id = ?",
        [(op, key, run_id, id) for op, key, id in rows],
    )


def rename_raws(connection: Connection, run_id: str, ids: Sequence[int]) -> None:
    """Mark staged raws as known ones under new keys."""
    change_rows(
        connection,
        "UPDATE staged_raw SET op = ? WHERE run_id = ? AND id = ?",
        [(RENAMED, run_id, id) for id in ids],
    )


def become_known(
    connection: Connection,
    run_id: str,
    raws: Sequence[tuple[int, int]],
    claims: Sequence[tuple[int, int, int | None]],
    sealer: Sealer,
) -> None:
    """Give staged raws and claims the ids of known ones, and seal them again: (id, known id), (id, known id, version).

    A claim without a version says what the known one says: nothing of it stays staged but what the person answered.
    """
    same = [(run_id, known) for _, known, version in claims if version is None]
    changed = {id: (known, version) for id, known, version in claims if version is not None}
    sealed = _sealed_again(
        connection, run_id, dict(raws), {id: known for id, known, _ in claims}, changed, sealer
    )
    for table, name in _OF_RAW:
        sql = f"UPDATE {table.name} SET {name} = ? WHERE run_id = ? AND {name} = ?"  # noqa: S608 - names of ours
        change_rows(connection, sql, [(known, run_id, id) for id, known in raws])
    change_rows(
        connection,
        "UPDATE staged_raw SET id = ? WHERE run_id = ? AND id = ?",
        [(known, run_id, id) for id, known in raws],
    )
    for table, name in _OF_CLAIM:
        sql = f"UPDATE {table.name} SET {name} = ? WHERE run_id = ? AND {name} = ?"  # noqa: S608 - names of ours
        change_rows(connection, sql, [(known, run_id, id) for id, known, _ in claims])
    change_rows(
        connection,
        "UPDATE staged_claim SET op = ?, version = ? WHERE run_id = ? AND id = ?",
        [(CHANGED, version, run_id, known) for known, version in changed.values()],
    )
    for table, name in _OF_CLAIM:
        if table is not staged_answer and name != "target_claim":
            sql = f"DELETE FROM {table.name} WHERE run_id = ? AND {name} = ?"  # noqa: S608 - names of ours
            change_rows(connection, sql, same)
    for sql, rows in sealed.items():
        change_rows(connection, sql, rows)


def _sealed_again(
    connection: Connection,
    run_id: str,
    raws: Mapping[int, int],
    claims: Mapping[int, int],
    changed: Mapping[int, tuple[int, int]],
    sealer: Sealer,
) -> dict[str, list[tuple[Any, ...]]]:
    """Seal what is staged under some ids again for the ids of known ones: the statements that write it there, and their rows."""
    r, c, f, a = staged_raw.c, staged_claim.c, staged_reference.c, staged_answer.c
    of_raws = select(r.id, r.sealed).where(r.run_id == run_id, r.sealed.is_not(None), r.id.in_(several))
    of_claims = select(c.id, c.version, c.sealed).where(
        c.run_id == run_id, c.sealed.is_not(None), c.id.in_(several)
    )
    given = select(f.claim_id, f.field, f.given).where(
        f.run_id == run_id, f.given.is_not(None), f.claim_id.in_(several)
    )
    answered = select(a.claim_id, a.sealed).where(a.run_id == run_id, a.claim_id.in_(several))
    again = sealer.rebind
    return {
        "UPDATE staged_raw SET sealed = ? WHERE run_id = ? AND id = ?": [
            (again(sealed, of_raw(id), of_raw(raws[id])), run_id, raws[id])
            for id, sealed in rows_in(connection, of_raws, list(raws))
        ],
        "UPDATE staged_claim SET sealed = ? WHERE run_id = ? AND id = ?": [
            (again(sealed, of_claim(id, version), of_claim(*changed[id])), run_id, changed[id][0])
            for id, version, sealed in rows_in(connection, of_claims, list(changed))
        ],
        "UPDATE staged_reference SET given = ? WHERE run_id = ? AND claim_id = ? AND field = ?": [
            (
                again(sealed, of_reference(id, name), of_reference(changed[id][0], name)),
                run_id,
                changed[id][0],
                name,
            )
            for id, name, sealed in rows_in(connection, given, list(changed))
        ],
        "UPDATE staged_answer SET sealed = ? WHERE run_id = ? AND claim_id = ?": [
            (again(sealed, of_answers(id, run_id), of_answers(claims[id], run_id)), run_id, claims[id])
            for id, sealed in rows_in(connection, answered, list(claims))
        ],
    }


def save_run(connection: Connection, run_id: str, sealed: bytes) -> None:
    """Remember what a held run needs besides its rows."""
    insert_rows(connection, staged_run, ("run_id", "sealed"), [(run_id, sealed)])


def run_of(connection: Connection, run_id: str) -> bytes | None:
    """What a held run needs besides its rows; None when it is held no more."""
    found = connection.execute(select(staged_run.c.sealed).where(staged_run.c.run_id == run_id)).scalar()
    return None if found is None else bytes(found)


def saved_runs(connection: Connection) -> list[str]:
    """The runs that need something besides their rows: those that are held."""
    return list(connection.execute(select(staged_run.c.run_id).order_by(staged_run.c.run_id)).scalars())


def replace_run(connection: Connection, run_id: str, sealed: bytes) -> None:
    """Remember something else for a held run."""
    change_rows(connection, "UPDATE staged_run SET sealed = ? WHERE run_id = ?", [(sealed, run_id)])


def runs(connection: Connection) -> set[str]:
    """The runs that have something staged."""
    return {
        run_id
        for table in STAGING
        for run_id in connection.execute(select(table.c.run_id).distinct()).scalars()
    }


def rows_besides(connection: Connection, run_ids: Sequence[str]) -> int:
    """How many raws are staged by other runs than these, and by none that is held."""
    waiting = select(run.c.id).where(run.c.status == "held")
    query = select(func.count()).select_from(staged_raw)
    query = query.where(staged_raw.c.run_id.not_in(waiting), staged_raw.c.run_id.not_in(run_ids))
    return int(connection.execute(query).scalar_one())


def drop(connection: Connection, run_ids: Sequence[str]) -> int:
    """Forget the staging of runs; how many raws that were."""
    if not run_ids:
        return 0
    gone = {
        table: connection.execute(delete(table).where(table.c.run_id.in_(run_ids))).rowcount
        for table in STAGING
    }
    return int(gone[staged_raw])


def drop_claims(connection: Connection, run_id: str, raw_ids: Sequence[int]) -> None:
    """Forget what staged raws claim, because they are mapped again."""
    claims = [one.id for found in claims_of(connection, run_id, raw_ids).values() for one in found]
    for table, name in _OF_CLAIM:
        if name != "target_claim":
            sql = f"DELETE FROM {table.name} WHERE run_id = ? AND {name} = ?"  # noqa: S608 - names of ours
            change_rows(connection, sql, [(run_id, id) for id in claims])
    for table, name in _OF_RAW:
        sql = f"DELETE FROM {table.name} WHERE run_id = ? AND {name} = ?"  # noqa: S608 - names of ours
        change_rows(connection, sql, [(run_id, id) for id in raw_ids])


def settle(connection: Connection, run_id: str, rows: Sequence[tuple[str, str, int]]) -> None:
    """Write what became of staged raws that were mapped again: (status, day of arrival, id)."""
    change_rows(
        connection,
        "UPDATE staged_raw SET status = ?, arrived_on = ? WHERE run_id = ? AND id = ?",
        [(status, day, run_id, id) for status, day, id in rows],
    )


def drop_stale(connection: Connection, source: str, keep: Sequence[str]) -> None:
    """Forget what runs of this source left behind that were killed, or held and overtaken."""
    stale = select(run.c.id).where(run.c.target == source, run.c.id.not_in(list(keep)))
    left = connection.execute(stale.where(run.c.id.in_(select(staged_raw.c.run_id).distinct()))).scalars()
    drop(connection, list(left))


def move_raws(connection: Connection, run_id: str, source: str) -> None:
    """Put staged raws into their table, and keep what they replace."""
    s = staged_raw.c
    mine = s.run_id == run_id
    replaced = select(
        raw.c.id, literal(run_id), raw.c.key, raw.c.digest, raw.c.status, raw.c.sealed, raw.c.updated_at, raw.c.arrived_on
    ).join(staged_raw, s.id == raw.c.id)  # fmt: skip
    _insert_from(connection, raw_version, replaced.where(mine, s.op.in_([CHANGED, RENAMED])))
    only_status = replaced.with_only_columns(
        raw.c.id, literal(run_id), raw.c.key, raw.c.digest, raw.c.status, null(), raw.c.updated_at, raw.c.arrived_on
    )  # fmt: skip
    _insert_from(
        connection,
        raw_version,
        only_status.where(mine, s.op.in_([MOVED, REREAD, GONE]), s.status != raw.c.status),
    )
    _run(
        connection,
        "UPDATE raw SET key = s.key, digest = s.digest, sealed = s.sealed, updated_at = s.updated_at,"
        " arrived_on = s.arrived_on, status = s.status, run_id = s.run_id"
        " FROM staged_raw s WHERE s.run_id = :run AND s.op IN ('changed', 'renamed', 'moved') AND s.id = raw.id",
        run=run_id,
    )
    _run(
        connection,
        "UPDATE raw SET status = s.status FROM staged_raw s"
        " WHERE s.run_id = :run AND s.op IN ('reread', 'gone') AND s.id = raw.id AND raw.status <> s.status",
        run=run_id,
    )
    new = select(
        s.id,
        literal(source),
        s.key,
        s.digest,
        s.status,
        s.sealed,
        s.updated_at,
        s.arrived_on,
        s.run_id,
        s.run_id,
    ).where(mine, s.op == NEW)
    _insert_from(connection, raw, new.order_by(s.id))


def move_claims(connection: Connection, run_id: str, source: str) -> None:
    """Put staged claims, match keys and references into their tables, and keep what the claims said before.

    The match keys of claims that change or go must be taken out of the index beforehand.
    """
    s = staged_claim.c
    mine = s.run_id == run_id
    closed = (
        select(claim.c.id, claim.c.version, literal(run_id), claim.c.data, claim.c.sealed)
        .join(staged_claim, s.id == claim.c.id)
        .where(mine, s.op == CHANGED)
    )
    _insert_from(connection, claim_version, closed)
    _run(
        connection,
        "UPDATE claim SET data = s.data, sealed = s.sealed, digest = s.digest, match_keys = s.match_keys,"
        " updated_at = s.updated_at, person_keys = s.person_keys, run_id = s.run_id, live = 1, version = s.version"
        " FROM staged_claim s WHERE s.run_id = :run AND s.op = 'changed' AND s.id = claim.id",
        run=run_id,
    )
    _run(
        connection,
        "UPDATE claim SET live = 0, run_id = s.run_id"
        " FROM staged_claim s WHERE s.run_id = :run AND s.op = 'gone' AND s.id = claim.id",
        run=run_id,
    )
    new = select(
        s.id, s.raw_id, s.slot, literal(source), s.kind, literal(1), s.entity_id, s.entity_id, literal("own"), literal(1.0),
        null(), s.data, s.sealed, s.digest, s.match_keys, s.updated_at, s.version, s.run_id, s.person_keys,
        s.run_id,
    ).where(mine, s.op == NEW)  # fmt: skip
    _insert_from(connection, claim, new.order_by(s.id))
    k, r, rk = staged_match_key.c, staged_reference.c, staged_reference_key.c
    keys = select(k.key, k.claim_id, k.rule, k.name).where(k.run_id == run_id)
    _insert_from(connection, match_key, keys.order_by(k.key))
    references = select(r.claim_id, r.field, r.target_kind, r.given, r.target_claim, r.rule)
    _insert_from(connection, reference, references.where(r.run_id == run_id))
    reference_keys = select(rk.key, rk.claim_id, rk.field, rk.rank).where(rk.run_id == run_id)
    _insert_from(connection, reference_key, reference_keys.order_by(rk.key))


def move_problems(connection: Connection, run_id: str, source: str, *, of_file: bool) -> None:
    """Put staged problems in the place of those of their raws, and of the file where it was read."""
    s = staged_problem.c
    mine = select(staged_raw.c.id).where(staged_raw.c.run_id == run_id)
    connection.execute(delete(problem).where(problem.c.source == source, problem.c.raw_id.in_(mine)))
    if of_file:
        connection.execute(delete(problem).where(problem.c.source == source, problem.c.raw_id.is_(None)))
    found = select(s.id, literal(source), s.raw_id, s.run_id, s.severity, s.code, s.sealed)
    _insert_from(connection, problem, found.where(s.run_id == run_id).order_by(s.id))


def replaced_claims(connection: Connection, run_id: str) -> list[int]:
    """The known claims that a run changes or ends."""
    query = select(staged_claim.c.id).where(staged_claim.c.run_id == run_id, staged_claim.c.op != NEW)
    return list(connection.execute(query).scalars())


def new_entities(connection: Connection, run_id: str) -> set[str]:
    """The ids that a run's new claims brought for entities of their own: no table holds them yet."""
    query = select(staged_claim.c.entity_id).where(staged_claim.c.run_id == run_id, staged_claim.c.op == NEW)
    return set(connection.execute(query).scalars())


def referring_claims(connection: Connection, run_id: str) -> set[int]:
    """The staged claims that refer to something."""
    query = select(staged_reference.c.claim_id).distinct().where(staged_reference.c.run_id == run_id)
    return set(connection.execute(query).scalars())


def sharing_keys(connection: Connection, run_id: str) -> set[int]:
    """The staged claims that share a match key with another claim, staged or not; keys of references left aside."""
    s, other = staged_match_key.c, match_key.alias()
    shared = exists().where(other.c.key == s.key, other.c.claim_id != s.claim_id)
    query = select(s.claim_id).distinct().where(s.run_id == run_id, s.rule < REFERENCE_RULES_FROM, shared)
    return set(connection.execute(query).scalars())


def _insert_from(connection: Connection, table: Table, query: Any) -> None:
    connection.execute(insert(table).from_select([column.name for column in table.columns], query))
    reach(Point.ROWS_WRITTEN)


def _run(connection: Connection, sql: str, **params: Any) -> None:
    connection.execute(text(sql), params)
    reach(Point.ROWS_WRITTEN)
