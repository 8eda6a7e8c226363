"""Entities as they are stored: scalars in columns, collections as JSON, what can name a person sealed in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
)

from allin_hub.base.bindings import of_entity
from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError
from allin_hub.base.types import OFFICE
from allin_hub.store.engine import change_rows, insert_rows, upsert_rows
from allin_hub.store.tables import ENTITY_TABLES, change, claim, consent, is_json, raw, reference, run
from allin_schemas import ENTITIES, Kind, RecordStatus

BOOKKEEPING = (
    "id",
    "slug",
    "merged_into",
    "version",
    "created_at",
    "updated_at",
    "provenance",
    "sealed",
    "digest",
    "withdrawn_at",
)
CHANGE_COLUMNS = ("seq", "run_id", "at", "kind", "entity_id", "op", "units", "old_digest", "new_digest")
_VALUES: BindParameter[Any] = bindparam("values", expanding=True)


class Stored(NamedTuple):
    """An entity as it stands in its table. `data` holds the private fields too."""

    id: str
    slug: str
    version: int
    created_at: Any
    updated_at: Any
    provenance: dict[str, list[int]]
    digest: bytes
    withdrawn_at: Any
    merged_into: str | None
    data: dict[str, Any]


@cache
def plain_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that hold the entity's own public fields."""
    return tuple(str(column.name) for column in ENTITY_TABLES[kind].columns if column.name not in BOOKKEEPING)


@cache
def columns(kind: Kind) -> tuple[str, ...]:
    """All columns in the order in which rows are written."""
    return (*BOOKKEEPING, *plain_columns(kind))


@cache
def _json_columns(kind: Kind) -> frozenset[str]:
    return frozenset(name for name in plain_columns(kind) if is_json(ENTITIES[kind], name))


@cache
def _places(kind: Kind) -> dict[str, tuple[int, bool]]:
    """Column -> where it stands among the plain ones, and whether it holds JSON."""
    json_columns = _json_columns(kind)
    return {name: (index, name in json_columns) for index, name in enumerate(plain_columns(kind))}


def row_values(kind: Kind, id: str, data: dict[str, Any], sealer: Sealer) -> tuple[bytes | None, list[Any]]:
    """The sealed private fields, and the plain columns, of an entity's fields."""
    places = _places(kind)
    plain: list[Any] = [None] * len(places)
    private: dict[str, Any] = {}
    dumps = orjson.dumps
    for name, value in data.items():
        if name not in places:
            if value not in (None, [], {}):
                private[name] = value
            continue
        index, holds_json = places[name]
        if not holds_json:
            plain[index] = value
        elif value is not None:
            plain[index] = dumps(value).decode()
    return (sealer.seal(private, of_entity(kind.value, id)) if private else None), plain


def _stored(kind: Kind, row: Any, sealer: Sealer, unseal: bool) -> Stored:
    values = dict(zip(columns(kind), row, strict=True))
    json_columns = _json_columns(kind)
    data = {
        name: orjson.loads(values[name]) if name in json_columns else values[name]
        for name in plain_columns(kind)
        if values[name] is not None
    }
    if unseal and values["sealed"] is not None:
        data.update(sealer.unseal(values["sealed"], of_entity(kind.value, values["id"])))
    return Stored(
        values["id"], values["slug"], values["version"], values["created_at"], values["updated_at"],
        orjson.loads(values["provenance"]), bytes(values["digest"]), values["withdrawn_at"], values["merged_into"], data,
    )  # fmt: skip


def load(connection: Connection, kind: Kind, ids: Sequence[str], sealer: Sealer) -> dict[str, Stored]:
    """Entities by id, private fields opened."""
    table = ENTITY_TABLES[kind]
    query = select(*(table.c[name] for name in columns(kind))).where(table.c.id.in_(_VALUES))
    found: dict[str, Stored] = {}
    for start in range(0, len(ids), 500):
        for row in connection.execute(query, {"values": list(ids[start : start + 500])}):
            stored = _stored(kind, row, sealer, unseal=True)
            found[stored.id] = stored
    return found


def everything(
    connection: Connection, kind: Kind, sealer: Sealer, *, live: bool = True, unseal: bool = True
) -> Iterator[Stored]:
    """All entities of a kind in the order of their ids; only those that live unless told otherwise."""
    table = ENTITY_TABLES[kind]
    query = select(*(table.c[name] for name in columns(kind))).order_by(table.c.id)
    if live:
        hidden = [RecordStatus.ARCHIVED.value, RecordStatus.MERGED.value]
        query = query.where(table.c.withdrawn_at.is_(None), table.c.record_status.not_in(hidden))
    for row in connection.execute(query):
        yield _stored(kind, row, sealer, unseal)


def save(connection: Connection, kind: Kind, rows: Sequence[tuple[Any, ...]], *, new: bool) -> None:
    """Write entities (columns as in `columns`)."""
    if new:
        insert_rows(connection, ENTITY_TABLES[kind], columns(kind), rows)
    else:
        upsert_rows(connection, ENTITY_TABLES[kind], columns(kind), rows, ("id",))


def set_provenance(connection: Connection, kind: Kind, rows: Iterable[tuple[str, str]]) -> None:
    """Write where entities come from, when nothing else of them changed: (provenance, id)."""
    change_rows(connection, f"UPDATE {kind.value} SET provenance = ? WHERE id = ?", rows)  # noqa: S608 - one of six names


def withdraw(connection: Connection, kind: Kind, rows: Iterable[tuple[str, str | None, str, str]]) -> None:
    """Take entities out of sight, under their ids: (status, merged into, when, id)."""
    change_rows(
        connection,
        f"UPDATE {kind.value} SET record_status = ?, merged_into = ?, withdrawn_at = ?, version = version + 1 WHERE id = ?",  # noqa: S608 - one of six names
        rows,
    )


def find(connection: Connection, word: str) -> list[tuple[Kind, str]]:
    """Entities by id or slug; else by the beginning of either."""
    begins = f"{_escaped(word)}%"
    return _found(connection, lambda table: or_(table.c.id == word, table.c.slug == word)) or _found(
        connection,
        lambda table: or_(table.c.id.like(begins, escape="\\"), table.c.slug.like(begins, escape="\\")),
    )


def the_one(connection: Connection, word: str) -> tuple[Kind, str]:
    """The only entity that is called so.

    Raises ConfigError when there is none, or more than one.
    """
    found = find(connection, word)
    if not found:
        raise ConfigError(
            "No entry is called '{word}'.",
            hint="Its id stands in: allin export --kind organisation",
            word=word,
        )
    if len(found) > 1:
        raise ConfigError(
            "{count} entries are called '{word}'.", hint="Write more of the id.", count=len(found), word=word
        )
    return found[0]


def _found(connection: Connection, where: Callable[[Table], ColumnElement[bool]]) -> list[tuple[Kind, str]]:
    return [
        (kind, id)
        for kind, table in ENTITY_TABLES.items()
        for id in connection.execute(select(table.c.id).where(where(table)).limit(20)).scalars()
    ]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def last_seq(connection: Connection) -> int:
    """The number of the newest change."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.seq), literal(0)))).scalar_one())


def add_changes(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append to the change feed (columns as in CHANGE_COLUMNS)."""
    insert_rows(connection, change, CHANGE_COLUMNS, rows)


def changes(connection: Connection, since: int, kinds: Sequence[Kind]) -> Sequence[Any]:
    """(seq, at, kind, entity, op, units) after a number, the oldest first."""
    query = (
        select(change.c.seq, change.c.at, change.c.kind, change.c.entity_id, change.c.op, change.c.units)
        .where(change.c.seq > since, change.c.kind.in_([kind.value for kind in kinds]))
        .order_by(change.c.seq)
    )
    return connection.execute(query).all()


def changes_of(connection: Connection, entity_id: str) -> Sequence[Any]:
    """(seq, at, run, op, units) of one entity, the newest first."""
    query = (
        select(change.c.seq, change.c.at, change.c.run_id, change.c.op, change.c.units)
        .where(change.c.entity_id == entity_id)
        .order_by(change.c.seq.desc())
    )
    return connection.execute(query).all()


def keys_of(connection: Connection, kind: Kind) -> dict[str, list[tuple[str, int, bytes, bytes]]]:
    """Entity -> (source, raw, sealed raw, hashed key) of its live claims."""
    query = (
        select(claim.c.entity_id, claim.c.source, raw.c.id, raw.c.sealed, raw.c.key)
        .join(raw, raw.c.id == claim.c.raw_id)
        .where(claim.c.live == 1, claim.c.kind == kind.value)
        .order_by(claim.c.id)
    )
    found: dict[str, list[tuple[str, int, bytes, bytes]]] = {}
    for entity, source, raw_id, sealed, key in connection.execute(query):
        found.setdefault(entity, []).append((source, raw_id, sealed, bytes(key)))
    return found


def contact_links(connection: Connection) -> list[tuple[str, str, int]]:
    """(entity, person, her claim) for each claim of a person that refers to one of an entity's claims."""
    query = text(
        """
        SELECT DISTINCT target.entity_id, person.entity_id, person.id FROM reference r
        JOIN claim person ON person.id = r.claim_id AND person.kind = 'person' AND person.live = 1
        JOIN claim target ON target.id = r.target_claim AND target.live = 1
        """
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def targets(connection: Connection, entity_ids: Sequence[str]) -> dict[str, dict[str, list[tuple[str, int]]]]:
    """Entity -> field -> (entity referred to, claim that refers)."""
    query = (
        select(claim.c.entity_id, reference.c.field, claim.c.id, reference.c.target_claim)
        .join(reference, reference.c.claim_id == claim.c.id)
        .where(claim.c.live == 1, reference.c.target_claim.is_not(None), claim.c.entity_id.in_(_VALUES))
        .order_by(claim.c.id)
    )
    found: dict[str, dict[str, list[tuple[str, int]]]] = {}
    rows: list[Any] = []
    for start in range(0, len(entity_ids), 500):
        rows += connection.execute(query, {"values": list(entity_ids[start : start + 500])}).all()
    homes: dict[int, str] = {}
    wanted = sorted({row[3] for row in rows})
    home_query = select(claim.c.id, claim.c.entity_id).where(claim.c.live == 1, claim.c.id.in_(_VALUES))
    for start in range(0, len(wanted), 500):
        homes.update(
            (id, entity)
            for id, entity in connection.execute(home_query, {"values": wanted[start : start + 500]})
        )
    for entity, name, claim_id, target in rows:
        if target in homes:
            found.setdefault(entity, {}).setdefault(name, []).append((homes[target], claim_id))
    return found


def ledger(connection: Connection) -> Sequence[Any]:
    """(person entity, claim, whether it lives, purpose, channel, event, expires), the oldest first."""
    query = (
        select(
            claim.c.entity_id,
            consent.c.claim_id,
            claim.c.live,
            consent.c.purpose,
            consent.c.channel,
            consent.c.event,
            consent.c.expires_at,
        )
        .join(claim, claim.c.id == consent.c.claim_id)
        .order_by(consent.c.id)
    )
    return connection.execute(query).all()


def credits_of(connection: Connection) -> dict[str, list[tuple[str, Any]]]:
    """Entity -> (source, when the source last said something new about it)."""
    query = (
        select(claim.c.entity_id, claim.c.source, func.max(run.c.started_at))
        .join(raw, raw.c.id == claim.c.raw_id)
        .join(run, run.c.id == raw.c.run_id)
        .where(claim.c.live == 1, claim.c.source != OFFICE)
        .group_by(claim.c.entity_id, claim.c.source)
        .order_by(claim.c.entity_id, claim.c.source)
    )
    found: dict[str, list[tuple[str, Any]]] = {}
    for entity, source, at in connection.execute(query):
        found.setdefault(entity, []).append((source, at))
    return found


def last_consent(connection: Connection) -> int:
    """The number of the newest line of the ledger."""
    return int(connection.execute(select(func.coalesce(func.max(consent.c.id), literal(0)))).scalar_one())
