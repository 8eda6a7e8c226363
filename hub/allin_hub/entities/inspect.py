"""An entity, the claims behind it, and why each value won; computed anew from what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError
from allin_hub.entities.merge import EVERYTHING
from allin_hub.entities.record_keys import opened_fields
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.store import claims, entities, raw_records
from allin_schemas import Kind


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as staff see it."""

    id: int
    source: str
    key: str
    trust: int
    updated_at: str | None
    rule: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entity as staff see it."""

    kind: Kind
    id: str
    slug: str
    data: dict[str, Any]
    provenance: dict[str, list[int]]
    claims: list[ShownClaim] = field(default_factory=list)

    def winners(self, name: str) -> list[str]:
        """The sources of a field's value, or of its parts."""
        by_id = {one.id: one.source for one in self.claims}
        found: list[str] = []
        for unit, ids in self.provenance.items():
            if (
                (unit == EVERYTHING and any(name in one.data for one in self.claims))
                or unit == name
                or unit.startswith(f"{name}[")
            ):
                found += [by_id[id] for id in ids[:1] if id in by_id]
        return list(dict.fromkeys(found))

    def ranked(self) -> list[ShownClaim]:
        """The claims in the order in which they win."""
        order = sorted(self.claims, key=lambda one: (one.source, one.id))
        return sorted(order, key=lambda one: (one.trust, one.updated_at or ""), reverse=True)

    def to_json(self, why: str | None) -> dict[str, Any]:
        """For `--json`; only one field when `why` names it."""
        found: dict[str, Any] = {"id": self.id, "kind": self.kind.value, "slug": self.slug}
        if why is None:
            found |= {"data": self.data, "provenance": self.provenance}
        else:
            found |= {"field": why, "value": self.data.get(why)}
        found["claims"] = [
            {
                "source": one.source,
                "key": one.key,
                "trust": one.trust,
                "updated_at": one.updated_at,
                "rule": one.rule,
                "data": one.data if why is None else {why: one.data.get(why)},
            }
            for one in self.ranked()
        ]
        return found


def inspect(connection: Connection, hub: Hub, kind: Kind, entity_id: str) -> Shown:
    """Everything that the hub knows of an entity, private fields included: for staff.

    Raises ConfigError when there is no such entity.
    """
    stored = entities.load(connection, kind, [entity_id], hub.sealer).get(entity_id)
    if stored is None:
        raise ConfigError(
            "There is no such entry.", hint="Its id stands in: allin export --kind organisation"
        )
    shown = Shown(kind, stored.id, stored.slug, stored.data, stored.provenance)
    live = claims.of_entities(connection, [entity_id]).get(entity_id, [])
    sealed = raw_records.sealed_of(connection, [one.raw_id for one in live])
    rules = claims.rules_of(connection, [one.id for one in live])
    known = with_left(connection, hub).config.sources
    for one in live:
        settings = known.get(one.source)
        shown.claims.append(
            ShownClaim(
                one.id,
                one.source,
                hub.sealer.unseal(sealed[one.raw_id])["k"],
                settings.trust if settings else 0,
                None if one.updated_at is None else str(one.updated_at),
                rules.get(one.id, ""),
                opened_fields(one.data, one.sealed, hub.sealer),
            )
        )
    return shown
