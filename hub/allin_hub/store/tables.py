"""The tables. Those of the entities are derived from the pydantic models; the others are the hub's own bookkeeping.

Texts hold JSON, times are ISO 8601 in UTC, so that the data opens well in any SQL tool.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import Boolean, Float, TypeDecorator, TypeEngine

from allin_hub.base import bindings
from allin_schemas import ENTITIES, Kind, Private, Record
from allin_schemas.marks import marked

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UTC(TypeDecorator[dt.datetime]):
    """A moment as ISO text in UTC; refuses naive times going in, gives aware ones back."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """ISO text with a Z."""
        return value if value is None or isinstance(value, str) else iso(value)

    def process_result_value(self, value: str | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        """An aware datetime in UTC."""
        return None if value is None else dt.datetime.fromisoformat(value)


def iso(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, to the microsecond, of equal length so that text order is time order.

    Raises ValueError for a naive time.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


SEALED, HASHED = "sealed", "hashed"
"""What the marks are called in a column's `info`: whoever renews keys, and whoever looks whether all opens, asks them."""


class Sealed(NamedTuple):
    """The mark of a sealed column: what its values are bound to, and the columns that say whose they are."""

    of: Callable[..., bytes]
    columns: tuple[str, ...]


Hash = Literal["hash", "number", "numbers", "slot", "keys"]
"""How a column's keyed hashes were made: by which method of `Sealer`."""


def _sealed(name: str, of: Callable[..., bytes], *columns: str, nullable: bool = True) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable, info={SEALED: Sealed(of, columns)})


def _hashed(name: str, how: Hash = "hash", **settings: Any) -> Column[Any]:
    types_of: dict[str, TypeEngine[Any]] = {
        "hash": LargeBinary(), "number": BigInteger(), "numbers": LargeBinary(), "slot": String(40),
        "keys": Text(),
    }  # fmt: skip
    return Column(name, types_of[how], info={HASHED: how}, **settings)


run = Table(
    "run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("invocation", String(36), nullable=False, index=True),
    Column("job", String(10), nullable=False),
    Column("target", String(60), nullable=False, index=True),
    Column("status", String(10), nullable=False),
    Column("started_at", UTC, nullable=False),
    Column("finished_at", UTC),
    Column("counts", Text, nullable=False, default="{}"),
    Column("message", Text),
    Column("config_digest", String(32), nullable=False),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("accepted_runs", Integer, nullable=False, default=0),
    Column("cursor", Text),
    Column("mark", Text),
    Column("fingerprint", String(64)),
    Column("headers", Text),
    Column("last_run", String(36)),
    Column("last_status", String(10)),
    Column("last_attempt_at", UTC),
    Column("last_success_at", UTC),
    Column("failing_since", UTC),
    Column("message", Text),
    Column("report", Text),
    Column("standing", Text),
    Column("told", String(8)),
    Column("trimmed", Text),
    Column("undone", Text),
)
"""`undone` says which of its runs was taken back last, when, and by which map that one had read."""

lease = Table(
    "lease",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("owner", String(36)),
    Column("holder", String(120)),
    Column("fence", Integer, nullable=False, default=0),
    Column("expires_at", UTC),
)

raw = Table(
    "raw",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", String(60), nullable=False),
    _hashed("key", nullable=False),
    _hashed("digest", nullable=False),
    Column("status", String(12), nullable=False),
    _sealed("sealed", bindings.of_raw, "id", nullable=False),
    Column("updated_at", UTC),
    Column("arrived_on", String(10)),
    Column("run_id", String(36), nullable=False),
    Column("new_in", String(36)),
    UniqueConstraint("source", "key"),
)
"""`new_in` is the run that brought it first."""
Index("ix_raw_aside", raw.c.source, raw.c.status, sqlite_where=raw.c.status != "live")
"""Whole on PostgreSQL: to name its part here would load that dialect for every command, a fifth of a second."""

raw_version = Table(
    "raw_version",
    metadata,
    Column("raw_id", Integer, ForeignKey("raw.id"), primary_key=True, autoincrement=False),
    Column("closed_run", String(36), primary_key=True),
    _hashed("key", nullable=False),
    _hashed("digest", nullable=False),
    Column("status", String(12), nullable=False),
    _sealed("sealed", bindings.of_raw, "raw_id"),
    Column("updated_at", UTC),
    Column("arrived_on", String(10)),
)
"""What runs replaced, so that a run can be taken back; `sealed` is empty where only the status changed."""

counter = Table(
    "counter", metadata, Column("name", String(20), primary_key=True), Column("next", Integer, nullable=False)
)
"""The next free id of raws, claims and problems."""

staged_raw = Table(
    "staged_raw",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("op", String(8), nullable=False),
    _hashed("key"),
    _hashed("digest"),
    Column("status", String(12), nullable=False),
    _sealed("sealed", bindings.of_raw, "id"),
    Column("updated_at", UTC),
    Column("arrived_on", String(10)),
)

staged_claim = Table(
    "staged_claim",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("raw_id", Integer, nullable=False),
    Column("op", String(8), nullable=False),
    _hashed("slot", "slot", nullable=False),
    Column("kind", String(12), nullable=False),
    Column("entity_id", String(36)),
    Column("data", Text),
    _sealed("sealed", bindings.of_claim, "id", "version"),
    _hashed("digest"),
    _hashed("match_keys", "numbers"),
    Column("updated_at", UTC),
    Column("version", Integer),
    _hashed("person_keys", "keys"),
    Index(None, "run_id", "raw_id"),
)

staged_match_key = Table(
    "staged_match_key",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("rule", SmallInteger, nullable=False),
    _hashed("name", "number"),
    sqlite_with_rowid=False,
)

staged_reference = Table(
    "staged_reference",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("target_kind", String(12), nullable=False),
    _sealed("given", bindings.of_reference, "claim_id", "field"),
    Column("target_claim", Integer),
    Column("rule", String(20)),
)

staged_reference_key = Table(
    "staged_reference_key",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("rank", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

staged_answer = Table(
    "staged_answer",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("raw_id", Integer, nullable=False),
    _sealed("sealed", bindings.of_answers, "claim_id", "run_id", nullable=False),
)

staged_problem = Table(
    "staged_problem",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("raw_id", Integer),
    Column("severity", String(8), nullable=False),
    Column("code", String(40), nullable=False),
    _sealed("sealed", bindings.of_problem, "id", nullable=False),
    Index(None, "run_id", "raw_id"),
)

staged_run = Table(
    "staged_run",
    metadata,
    Column("run_id", String(36), primary_key=True),
    _sealed("sealed", bindings.of_held_run, "run_id", nullable=False),
)
"""What a held run has to remember besides its rows."""

STAGING = (
    staged_raw,
    staged_claim,
    staged_match_key,
    staged_reference,
    staged_reference_key,
    staged_answer,
    staged_problem,
    staged_run,
)

claim = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("raw_id", Integer, ForeignKey("raw.id"), nullable=False),
    _hashed("slot", "slot", nullable=False),
    Column("source", String(60), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("live", Integer, nullable=False),
    Column("entity_id", String(36), nullable=False, index=True),
    Column("home_id", String(36), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("score", Float, nullable=False, default=1.0),
    Column("decided_by", String(60)),
    Column("data", Text, nullable=False),
    _sealed("sealed", bindings.of_claim, "id", "version"),
    _hashed("digest", nullable=False),
    _hashed("match_keys", "numbers"),
    Column("updated_at", UTC),
    Column("version", Integer, nullable=False, default=1),
    Column("run_id", String(36), nullable=False, index=True),
    _hashed("person_keys", "keys"),
    Column("new_in", String(36)),
    UniqueConstraint("raw_id", "slot", "kind"),
)
"""`new_in` is the run that made it first.

`person_keys` of a person's claim: keyed hashes of her mail, phones and name, as a JSON list.
"""

claim_version = Table(
    "claim_version",
    metadata,
    Column("claim_id", Integer, ForeignKey("claim.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("closed_run", String(36), nullable=False),
    Column("data", Text, nullable=False),
    _sealed("sealed", bindings.of_claim, "claim_id", "version"),
)

match_key = Table(
    "match_key",
    metadata,
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("rule", SmallInteger, nullable=False),
    _hashed("name", "number"),
    sqlite_with_rowid=False,
)

reference = Table(
    "reference",
    metadata,
    Column("claim_id", Integer, ForeignKey("claim.id"), primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("target_kind", String(12), nullable=False),
    _sealed("given", bindings.of_reference, "claim_id", "field"),
    Column("target_claim", Integer, index=True),
    Column("rule", String(20)),
)

reference_key = Table(
    "reference_key",
    metadata,
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("rank", SmallInteger, nullable=False),
    Index(None, "claim_id"),
    sqlite_with_rowid=False,
)

replaced_source = Table(
    "replaced_source",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("run_id", String(36), nullable=False),
    Column("state", Text, nullable=False),
)
"""The last run of a source that changed something: it can be taken back. `state` is what the hub knew of the source before."""

replaced_claim = Table(
    "replaced_claim",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("live", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    _hashed("digest", nullable=False),
    _hashed("match_keys", "numbers"),
    Column("updated_at", UTC),
    _hashed("person_keys", "keys"),
)
"""A claim as it was before that run changed or ended it; what it said stands in its version."""

replaced_link = Table(
    "replaced_link",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("entity_id", String(36), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("score", Float, nullable=False),
    Column("moved_to", String(36), nullable=False),
)
"""Which entity a claim was tied to, and why, before that run tied it to another; claims of other sources too."""

replaced_match_key = Table(
    "replaced_match_key",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("rule", SmallInteger, nullable=False),
    _hashed("name", "number"),
    sqlite_with_rowid=False,
)

replaced_reference = Table(
    "replaced_reference",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("target_kind", String(12), nullable=False),
    _sealed("given", bindings.of_reference, "claim_id", "field"),
    Column("target_claim", Integer),
    Column("rule", String(20)),
)

replaced_reference_key = Table(
    "replaced_reference_key",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("claim_id", Integer, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    _hashed("key", "number", primary_key=True, autoincrement=False),
    Column("rank", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

replaced_problem = Table(
    "replaced_problem",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("raw_id", Integer),
    Column("severity", String(8), nullable=False),
    Column("code", String(40), nullable=False),
    _sealed("sealed", bindings.of_problem, "id", nullable=False),
)

REPLACED = (
    replaced_claim, replaced_link, replaced_match_key, replaced_reference, replaced_reference_key, replaced_problem,
)  # fmt: skip
"""What the last run of each source replaced, besides the versions of raws and claims."""

undone_raw = Table(
    "undone_raw",
    metadata,
    Column("source", String(60), primary_key=True),
    _hashed("key", primary_key=True),
    _hashed("digest"),
)
"""What a run that was taken back had made of a record, so that it is held when it comes again; without digest it was gone."""

change = Table(
    "change",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(36), nullable=False),
    Column("at", UTC, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("entity_id", String(36), nullable=False, index=True),
    Column("op", String(10), nullable=False),
    Column("units", Text, nullable=False),
    _hashed("old_digest"),
    _hashed("new_digest"),
)

wording = Table(
    "wording",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("language", String(20)),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("claim_id", Integer, ForeignKey("claim.id"), index=True),
    Column("raw_id", Integer, index=True),
    Column("purpose", String(30), nullable=False),
    Column("channel", String(30), nullable=False),
    Column("event", String(12), nullable=False),
    Column("at", UTC, nullable=False),
    Column("lawful_basis", String(20), nullable=False),
    Column("wording_id", String(32), ForeignKey("wording.id"), nullable=False),
    Column("method", String(20), nullable=False),
    Column("run_id", String(36), nullable=False),
    Column("expires_at", UTC),
    _hashed("subject", "keys"),
    Column("said_at", UTC),
    _hashed("evidence"),
)
"""What persons said, an event each; `id` is its number in the ledger.

`subject` holds the keys of the person (JSON list), whether or not a claim speaks of her; `said_at` the moment that the
answer itself names; `evidence` a keyed hash by which an answer that was read before is known.
"""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UTC, nullable=False),
    Column("who", String(80), nullable=False),
    Column("what", String(20), nullable=False),
    Column("target", String(80), nullable=False),
    Column("details", Text),
)
"""What staff did, an event each; `id` is its number in the ledger."""

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("salt", String(32)),
    Column("digest", String(64), nullable=False),
    Column("chain", String(32), nullable=False),
)
"""The chain of all events of `consent` and `audit`, in hexadecimal.

An event whose content the hub erased has a keyed mark in the salt's place.
"""

problem = Table(
    "problem",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", String(60), nullable=False, index=True),
    Column("raw_id", Integer, index=True),
    Column("run_id", String(36), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("code", String(40), nullable=False),
    _sealed("sealed", bindings.of_problem, "id", nullable=False),
)

output_state = Table(
    "output_state",
    metadata,
    Column("output", String(60), primary_key=True),
    Column("seq", Integer, nullable=False, default=0),
    Column("fingerprint", String(64)),
    Column("state", Text, nullable=False, default="{}"),
    Column("path", Text),
    Column("last_status", String(10)),
    Column("last_attempt_at", UTC),
    Column("last_success_at", UTC),
    Column("failing_since", UTC),
    Column("failures", Integer),
    Column("message", Text),
    Column("report", Text),
    Column("told", String(8)),
    Column("offline_since", UTC),
)

hidden_entry = Table(
    "hidden_entry",
    metadata,
    Column("entity_id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("claims", Text, nullable=False),
    Column("hidden_at", UTC, nullable=False),
    Column("until", String(10)),
    _sealed("sealed", bindings.of_hidden, "entity_id"),
)
"""Entries that the office keeps out of every output. `claims` are those behind it, so that it is known after a merge."""

artifact = Table(
    "artifact",
    metadata,
    Column("output", String(60), primary_key=True),
    Column("path", String(300), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("output", String(60), primary_key=True),
    Column("content", Text, nullable=False),
)

held_text = Table(
    "held_text",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("entity_id", String(36), primary_key=True),
    Column("path", String(120), primary_key=True),
    _hashed("digest", nullable=False),
    Column("found", Text, nullable=False),
)
"""What a look at the public texts of an entity has found: where, of which class; the text itself stands in the entity."""

text_decision = Table(
    "text_decision",
    metadata,
    _hashed("digest", primary_key=True),
    Column("allowed", Boolean, nullable=False),
    Column("at", UTC, nullable=False),
)
"""What the office has said to a text, by its keyed digest: another text is asked about anew."""

hub_fact = Table(
    "hub_fact", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False)
)


def _bare(annotation: Any) -> Any:
    """The type inside Annotated and Optional; None when several remain."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {types.UnionType, Union}:
        members = [_bare(member) for member in get_args(annotation) if member is not type(None)]
        return members[0] if len(set(map(str, members))) == 1 else str
    return annotation


def is_json(entity: type[Record], field: str) -> bool:
    """Whether a field is stored as JSON: collections, and values of several parts."""
    bare = _bare(entity.model_fields[field].annotation)
    return get_origin(bare) is not None or (isinstance(bare, type) and issubclass(bare, BaseModel))


def _column(entity: type[Record], field: str) -> Column[Any]:
    info = entity.model_fields[field]
    bare = _bare(info.annotation)
    if is_json(entity, field):
        return Column(field, Text)
    if field in {"created_at", "updated_at"}:
        return Column(field, UTC, nullable=False)
    if bare is bool:
        return Column(field, Boolean)
    if bare is int:
        return Column(field, Integer)
    if bare is float:
        return Column(field, Float)
    if bare is UUID:
        return Column(field, String(36), primary_key=field == "id")
    if isinstance(bare, type) and issubclass(bare, Enum):
        return Column(field, String(20))
    return Column(field, Text, unique=field == "slug")


def _entity_table(entity: type[Record]) -> Table:
    columns = [
        _column(entity, field) for field in entity.model_fields if field not in marked(entity, Private)
    ]
    return Table(
        str(entity.kind),
        metadata,
        *columns,
        Column("provenance", Text, nullable=False),
        _sealed("sealed", partial(bindings.of_entity, str(entity.kind)), "id"),
        _hashed("digest", nullable=False),
        Column("withdrawn_at", UTC),
    )


ENTITY_TABLES: dict[Kind, Table] = {kind: _entity_table(entity) for kind, entity in ENTITIES.items()}
