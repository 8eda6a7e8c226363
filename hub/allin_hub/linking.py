"""Steps 5 and 6 on the store: ties touched claims to entities, resolves references, and writes merged entities and changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.config import Config
from allin_hub.hub import Hub
from allin_hub.match import ties
from allin_hub.merge import EVERYTHING, Said, merge, ranked, units_changed
from allin_hub.slugs import slug
from allin_hub.store import claims, entities, references
from allin_hub.store.tables import iso
from allin_schemas import ENTITIES, Kind, RecordStatus, RefersTo
from allin_schemas.marks import mark_of

BATCH = 4000


@dataclass(slots=True)
class Linked:
    """What the entities saw of a sync."""

    created: int = 0
    updated: int = 0
    withdrawn: int = 0
    questions: int = 0
    moved: dict[str, str] = field(default_factory=dict)


class Linker:
    """Links and merges what one run touched, within its write transaction."""

    def __init__(self, connection: Connection, hub: Hub, run_id: str) -> None:
        self._connection = connection
        self._hub = hub
        self._run = run_id
        self._now = iso(hub.clock())
        self._seq = entities.last_seq(connection)
        self._linked = Linked()
        self._standings: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}

    def link(self) -> Linked:
        """Match, resolve, merge."""
        self._match()
        self._linked.questions = references.resolve(self._connection, self._run)
        done: set[str] = set(self._linked.moved)
        for batch in claims.touched_batches(self._connection, self._run, BATCH):
            wanted: dict[str, str] = {entity: kind for entity, kind in batch if entity not in done}
            if self._shared:
                done |= wanted.keys() & self._shared
            self._merge(wanted)
        left = list(self._left.items())
        for start in range(0, len(left), BATCH):
            self._merge(dict(left[start : start + BATCH]))
        return self._linked

    def _match(self) -> None:
        self._shared: set[str] = set()
        self._left: dict[str, str] = {}
        seeds = claims.seeds(self._connection, self._run)
        if not seeds:
            return
        clues, keys = claims.neighbourhood(self._connection, seeds)
        moved = ties(clues, keys)
        claims.relink(
            self._connection, ((tie.entity, tie.rule, tie.score, tie.claim) for tie in moved), self._run
        )
        claims.mark_touched(self._connection, [tie.claim for tie in moved], self._run)
        references.touch_pointing_at(self._connection, [tie.claim for tie in moved], self._run)
        now_at = {clue.id: clue.entity_id for clue in clues.values()} | {
            tie.claim: tie.entity for tie in moved
        }
        occupied = set(now_at.values())
        self._shared = occupied
        for tie in moved:
            old = clues[tie.claim].entity_id
            self._left[old] = clues[tie.claim].kind
            if old not in occupied:
                self._linked.moved[old] = tie.entity

    def _merge(self, wanted: Mapping[str, str]) -> None:
        by_kind: dict[str, list[str]] = {}
        for entity, kind in wanted.items():
            by_kind.setdefault(kind, []).append(entity)
        live = claims.of_entities(self._connection, list(wanted))
        targets = entities.targets(self._connection, list(wanted))
        for kind_name, ids in by_kind.items():
            self._write(Kind(kind_name), ids, live, targets)

    def _write(
        self,
        kind: Kind,
        ids: Sequence[str],
        live: Mapping[str, list[claims.LiveClaim]],
        targets: Mapping[str, dict[str, list[tuple[str, int]]]],
    ) -> None:
        old = entities.load(self._connection, kind, ids, self._hub.sealer)
        new_rows: list[tuple[Any, ...]] = []
        changed_rows: list[tuple[Any, ...]] = []
        provenance_rows: list[tuple[str, str]] = []
        gone: list[tuple[str, str | None, str, str]] = []
        changes: list[tuple[Any, ...]] = []
        slugs: set[str] = set()
        for entity_id in ids:
            known = old.get(entity_id)
            said = [self._said(claim) for claim in live.get(entity_id, ())]
            if not said:
                if known is not None and known.withdrawn_at is None:
                    target = self._linked.moved.get(entity_id)
                    status = RecordStatus.MERGED if target else RecordStatus.ARCHIVED
                    gone.append((status.value, target, self._now, entity_id))
                    changes.append(self._change(kind, entity_id, "withdrawn", [], known.digest, None))
                    self._linked.withdrawn += 1
                continue
            data, provenance = merge(kind, said)
            self._refer(kind, entity_id, data, provenance, targets, said)
            digest = self._hub.sealer.digest(data)
            if known is not None and known.withdrawn_at is None and known.digest == digest:
                if known.provenance != provenance:
                    provenance_rows.append((orjson.dumps(provenance).decode(), entity_id))
                continue
            sealed, plain = entities.row_values(kind, data, self._hub.sealer)
            name = known.slug if known else self._slug(kind, entity_id, data, slugs)
            version = known.version + 1 if known else 1
            created = iso(known.created_at) if known else self._now
            row = (
                entity_id, name, None, version, created, self._now,
                orjson.dumps(provenance).decode(), sealed, digest, None, *plain,
            )  # fmt: skip
            (changed_rows if known else new_rows).append(row)
            back = known is None or known.withdrawn_at is not None
            units = [] if back or known is None else units_changed(known.data, data)
            changes.append(
                self._change(
                    kind,
                    entity_id,
                    "new" if back else "changed",
                    units,
                    known.digest if known else None,
                    digest,
                )
            )
            self._linked.created += back
            self._linked.updated += not back
        entities.save(self._connection, kind, new_rows, new=True)
        entities.save(self._connection, kind, changed_rows, new=False)
        entities.set_provenance(self._connection, kind, provenance_rows)
        entities.withdraw(self._connection, kind, gone)
        entities.add_changes(self._connection, changes)

    def _said(self, claim: claims.LiveClaim) -> Said:
        data = orjson.loads(claim.data)
        if claim.sealed is not None:
            data.update(self._hub.sealer.unseal(claim.sealed))
        place = (claim.source, claim.kind)
        if place not in self._standings:
            self._standings[place] = _standing(self._hub.config, claim.source, Kind(claim.kind))
        trust, defaults = self._standings[place]
        updated = claim.updated_at
        return Said(
            claim.id,
            data,
            trust,
            updated if isinstance(updated, str) else "" if updated is None else iso(updated),
            claim.source,
            defaults,
        )

    def _refer(
        self,
        kind: Kind,
        entity_id: str,
        data: dict[str, Any],
        provenance: dict[str, list[int]],
        targets: Mapping[str, dict[str, list[tuple[str, int]]]],
        said: Sequence[Said],
    ) -> None:
        rank = {one.claim: place for place, one in enumerate(ranked(said))}
        for name, found in targets.get(entity_id, {}).items():
            target, claim_id = min(found, key=lambda pair: rank.get(pair[1], len(rank)))
            known = (
                name in ENTITIES[kind].model_fields and mark_of(ENTITIES[kind], name, RefersTo) is not None
            )
            if known and target != entity_id:
                data[name] = target
                if EVERYTHING not in provenance:
                    provenance[name] = [claim_id]

    def _slug(self, kind: Kind, entity_id: str, data: Mapping[str, Any], taken: set[str]) -> str:
        """Made once of the title and the id's end; a person's of the id alone, since it can stand in an address."""
        title = "" if kind is Kind.PERSON else str(data.get(ENTITIES[kind].title_field) or "")
        made = slug(title, entity_id)
        taken.add(made)
        return made

    def _change(
        self, kind: Kind, entity_id: str, op: str, units: list[str], old: bytes | None, new: bytes | None
    ) -> tuple[Any, ...]:
        self._seq += 1
        return (
            self._seq,
            self._run,
            self._now,
            kind.value,
            entity_id,
            op,
            orjson.dumps(units).decode(),
            old,
            new,
        )


def _standing(config: Config, source: str, kind: Kind) -> tuple[int, Mapping[str, Any]]:
    """A source's trust, and what it says of all its records; a source that is no longer configured keeps the least."""
    settings = config.sources.get(source)
    if settings is None:
        return 0, {}
    defaults: dict[str, Any] = {}
    if settings.kind in {None, kind}:
        defaults = {
            name: value for name, value in settings.defaults.items() if name in ENTITIES[kind].model_fields
        }
    if settings.licence or config.hub.licence:
        defaults["licence"] = settings.licence or config.hub.licence
    if kind is Kind.PERSON:
        defaults.setdefault("preferred_language", settings.language or config.hub.languages[0])
    return settings.trust, defaults


def parse_time(moment: Any) -> dt.datetime | None:
    """A stored moment as datetime."""
    return dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
