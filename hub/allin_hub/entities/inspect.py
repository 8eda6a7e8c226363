"""An entity, the claims behind it, why each value won, and its history: plain data for staff, computed anew from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import orjson
from sqlalchemy import Connection

from allin_hub.base.bindings import of_raw
from allin_hub.base.errors import ConfigError
from allin_hub.base.ids import new_id
from allin_hub.base.types import OFFICE
from allin_hub.entities.merge import EVERYTHING
from allin_hub.entities.office_edits import TRUST, OfficeEdit, edits_of
from allin_hub.entities.record_keys import opened_fields
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.privacy.consent_ledger import consents_of
from allin_hub.store import claims, entities, raw_records, runs
from allin_hub.store.corrections import office_claims
from allin_hub.store.engine import writing
from allin_schemas import Kind


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A live claim: what one source says of an entity, and why it is tied to it.

    `rule` and `score` made the link, or the person in `decided_by` did. `run` touched it last.
    """

    id: int
    source: str
    key: str
    slot: str
    trust: int
    updated_at: dt.datetime | None
    rule: str
    score: float
    decided_by: str | None
    version: int
    run: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What one run did to an entity; `fields` are those that differ after it."""

    seq: int
    at: dt.datetime
    run: str
    op: Literal["new", "changed", "withdrawn"]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimVersion:
    """What a claim of an entity said until a run closed this version of it."""

    claim: int
    source: str
    version: int
    closed_by: str
    closed_at: dt.datetime | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownEntity:
    """An entity with its provenance, its claims and its history, private fields included: for staff.

    `provenance` names the claims behind each unit, the winner first: a field, a field in one language, an item of a list,
    or `*` for all of it. `claims` stand in the order in which they win; `changes` and `versions` begin with the newest.
    `edits` are what the office itself says, the oldest first.
    """

    id: str
    kind: Kind
    slug: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    withdrawn_at: dt.datetime | None
    merged_into: str | None
    data: dict[str, Any]
    provenance: dict[str, tuple[int, ...]]
    claims: tuple[ShownClaim, ...]
    changes: tuple[EntityChange, ...]
    versions: tuple[ClaimVersion, ...]
    edits: tuple[OfficeEdit, ...]

    def winners(self, name: str) -> list[str]:
        """The sources of a field's value, or of its parts."""
        by_id = {one.id: one.source for one in self.claims}
        found: list[str] = []
        for unit, ids in self.provenance.items():
            if (unit == EVERYTHING and any(name in one.data for one in self.claims)) or _is_of(unit, name):
                found += [by_id[id] for id in ids[:1] if id in by_id]
        return list(dict.fromkeys(found))

    def origin(self, name: str) -> FieldOrigin:
        """Why a field has its value: each claim with what it says of this field alone."""
        claims = tuple(replace(one, data={name: one.data.get(name)}) for one in self.claims)
        units = {
            unit: ids for unit, ids in self.provenance.items() if unit == EVERYTHING or _is_of(unit, name)
        }
        return FieldOrigin(self.id, self.kind, self.slug, name, self.data.get(name), units, claims)


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """A field of an entity, and the claims that speak of it in the order in which they win."""

    id: str
    kind: Kind
    slug: str
    field: str
    value: Any
    provenance: dict[str, tuple[int, ...]]
    claims: tuple[ShownClaim, ...]


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A record of a source, by its key."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class ExportedEntity:
    """A live entity as staff export it, private fields included; `data` holds the slug too."""

    id: str
    kind: Kind
    data: dict[str, Any]
    sources: tuple[SourceKey, ...]


@dataclass(frozen=True, slots=True)
class ExportedPerson(ExportedEntity):
    """A person as staff export her, with all that the ledger holds of her, the oldest first."""

    consents: tuple[dict[str, Any], ...]


def inspect(connection: Connection, hub: Hub, kind: Kind, entity_id: str) -> ShownEntity:
    """Everything that the hub knows of an entity, private fields included: for staff.

    Raises ConfigError when there is no such entity.
    """
    stored = entities.load(connection, kind, [entity_id], hub.sealer).get(entity_id)
    if stored is None:
        raise ConfigError(
            "There is no such entry.", hint="Its id stands in: allin export --kind organisation"
        )
    changes = tuple(
        EntityChange(seq, at, run, op, tuple(orjson.loads(units)))
        for seq, at, run, op, units in entities.changes_of(connection, entity_id)
    )
    versions = tuple(
        ClaimVersion(
            one.claim_id,
            one.source,
            one.version,
            one.closed_run,
            one.closed_at,
            opened_fields(one.claim_id, one.version, one.data, one.sealed, hub.sealer),
        )
        for one in claims.versions_of(connection, entity_id)
    )
    return ShownEntity(
        stored.id,
        kind,
        stored.slug,
        stored.version,
        stored.created_at,
        stored.updated_at,
        stored.withdrawn_at,
        stored.merged_into,
        stored.data,
        {unit: tuple(ids) for unit, ids in stored.provenance.items()},
        _claims_of(connection, hub, entity_id),
        changes,
        versions,
        tuple(edits_of(office_claims.of_entities(connection, [entity_id]), hub.sealer)),
    )


def _claims_of(connection: Connection, hub: Hub, entity_id: str) -> tuple[ShownClaim, ...]:
    """Open an entity's live claims, in the order in which they win."""
    live = claims.of_entities(connection, [entity_id]).get(entity_id, [])
    sealed = raw_records.sealed_of(connection, [one.raw_id for one in live])
    ties = claims.ties_of(connection, [one.id for one in live])
    known = with_left(connection, hub).config.sources
    found = []
    for one in live:
        settings, tie = known.get(one.source), ties[one.id]
        found.append(
            ShownClaim(
                one.id,
                one.source,
                hub.sealer.unseal(sealed[one.raw_id], of_raw(one.raw_id))["k"],
                tie.slot,
                TRUST if one.source == OFFICE else settings.trust if settings else 0,
                cast("dt.datetime | None", one.updated_at),
                tie.rule,
                tie.score,
                tie.decided_by,
                tie.version,
                tie.run_id,
                opened_fields(one.id, one.version, one.data, one.sealed, hub.sealer),
            )
        )
    found.sort(key=lambda one: (one.source, one.id))
    found.sort(key=lambda one: (one.trust, str(one.updated_at or "")), reverse=True)
    return tuple(found)


def exported(connection: Connection, hub: Hub, kind: Kind) -> Iterator[ExportedEntity]:
    """Give all live entities of a kind in the order of their ids, private fields included: for staff."""
    keys = entities.keys_of(connection, kind)
    consents = consents_of(entities.ledger(connection)) if kind is Kind.PERSON else {}
    for stored in entities.everything(connection, kind, hub.sealer):
        sources = tuple(
            SourceKey(source, hub.sealer.unseal(sealed, of_raw(raw_id))["k"] or f"auto-{key.hex()[:12]}")
            for source, raw_id, sealed, key in keys.get(stored.id, ())
        )
        data = {"slug": stored.slug, **stored.data}
        if kind is Kind.PERSON:
            yield ExportedPerson(stored.id, kind, data, sources, tuple(consents.get(stored.id, ())))
        else:
            yield ExportedEntity(stored.id, kind, data, sources)


def note_look(hub: Hub, job: Literal["show", "export"], target: str) -> None:
    """Note that staff have looked at what is not gated: an entity's id, or the kind that was exported."""
    run_id = new_id()
    with writing(hub.engine) as connection:
        hub.begin_run(connection, run_id, job, target)
        hub.note(connection, job, target)
        runs.end_run(connection, run_id, "done", {}, None, hub.clock())


def _is_of(unit: str, name: str) -> bool:
    """Tell whether a unit of provenance is a field or a part of it."""
    return unit == name or unit.startswith(f"{name}[")
