"""Steps 5 and 6 on the store: ties touched claims to entities, resolves references, and writes merged entities and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.base.encryption import Sealer
from allin_hub.base.ids import slug
from allin_hub.base.types import OFFICE
from allin_hub.config.settings import Config
from allin_hub.entities.match import Tie, ties
from allin_hub.entities.merge import EVERYTHING, SourcedClaim, merge, ranked, units_changed
from allin_hub.entities.office_edits import TRUST, written_of
from allin_hub.entities.record_keys import opened_fields
from allin_hub.hub import Hub
from allin_hub.privacy.free_text.find import names_a_person
from allin_hub.store import claims, entities, references, staging
from allin_hub.store.corrections import office_claims, replaced
from allin_hub.store.tables import iso
from allin_schemas import ENTITIES, HOSTED_BY, Kind, RecordStatus, RefersTo
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
    """Links and merges what one run touched, within its write transaction.

    Groups are decided from the match keys of all claims before any entity is made, so that none is made to be unmade.
    """

    def __init__(self, connection: Connection, hub: Hub, run_id: str, *, undoable: bool = False) -> None:
        self._connection = connection
        self._undoable = undoable
        """Whether it is kept what claims were tied to before."""
        self._hub = hub
        self._run = run_id
        self._new = staging.new_entities(connection, run_id)
        """Ids of entities that no table holds yet."""
        self._referring = staging.referring_claims(connection, run_id)
        self._now = iso(hub.clock())
        self._seq = entities.last_seq(connection)
        self._linked = Linked()
        self._standings: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}
        self._left: dict[str, str] = {}
        self._shared: set[str] = set()
        """Entities of claims that share something with another one; each other new claim is alone in its own."""

    def link(
        self,
        keys: Sequence[int] = (),
        progress: Callable[[int, int | None], None] | None = None,
        *,
        matching: bool = True,
    ) -> Linked:
        """Match the staged claims, and those with one of these keys; resolve references; merge.

        `progress` is told how many of how many claims have been merged. Without `matching` all stays tied as it is.
        """
        if matching:
            self._match(keys)
        self._linked.questions = references.resolve(self._connection, self._run)
        done: set[str] = set(self._linked.moved)
        last = merged = 0
        while batch := claims.touched(self._connection, self._run, last, BATCH):
            if matching and not merged:
                replaced.number_linking(self._connection, self._run)
            last = batch[-1].id
            wanted = {one.entity_id: one.kind for one in batch if one.entity_id not in done}
            done |= wanted.keys()
            alone = {
                one.entity_id: [one]
                for one in batch
                if one.entity_id in self._new and one.entity_id not in self._shared
            }
            self._merge(wanted, alone)
            merged += len(batch)
            if progress is not None:
                progress(merged, None)
        left = [(entity, kind) for entity, kind in self._left.items() if entity not in self._new]
        for start in range(0, len(left), BATCH):
            self._merge(dict(left[start : start + BATCH]), {})
        return self._linked

    def put_back(self, undone: str) -> None:
        """Tie claims to the entities to which they were tied before a run, as far as they have not been moved since."""
        links = replaced.links_before(self._connection, undone)
        claims.relink(self._connection, ((one.entity_id, one.rule, one.score, one.claim_id) for one in links))
        moving = [one.claim_id for one in links]
        pointing = references.pointing_at(self._connection, moving)
        claims.mark_touched(self._connection, sorted(pointing.union(moving)), self._run)
        self._left |= {one.here: one.kind for one in links}

    def _match(self, keys: Sequence[int]) -> None:
        old = staging.replaced_claims(self._connection, self._run)
        if not (old or self._new):
            old = claims.touched_ids(self._connection, self._run)
        seeds = (
            staging.sharing_keys(self._connection, self._run)
            | claims.seeds(self._connection, self._run, keys)
            | claims.sharing_entities(self._connection, old)
        )
        if not seeds:
            return
        clues, found = claims.neighbourhood(self._connection, seeds)
        said = {id: clues.pop(id) for id in [id for id, clue in clues.items() if clue.source == OFFICE]}
        moved = ties(clues, found)
        moved += self._followers(said, clues, moved)
        clues |= said
        moving = [tie.claim for tie in moved]
        if self._undoable:
            replaced.keep_links(self._connection, self._run, {tie.claim: tie.entity for tie in moved})
        claims.relink(self._connection, ((tie.entity, tie.rule, tie.score, tie.claim) for tie in moved))
        pointing = references.pointing_at(self._connection, moving)
        claims.mark_touched(self._connection, sorted(pointing.union(moving)), self._run)
        now_at = {clue.id: clue.entity_id for clue in clues.values()} | {
            tie.claim: tie.entity for tie in moved
        }
        occupied = self._shared = set(now_at.values())
        for tie in moved:
            old_home = clues[tie.claim].entity_id
            self._left[old_home] = clues[tie.claim].kind
            if old_home not in occupied and (
                clues[tie.claim].home_id == old_home or old_home not in self._linked.moved
            ):
                self._linked.moved[old_home] = tie.entity
        emptied = {clues[tie.claim].entity_id for tie in moved} - self._new
        followed = {
            old_home: target
            for old_home, target in self._linked.moved.items()
            if old_home in emptied and self._left[old_home] == Kind.PERSON
        }
        if self._undoable and followed:
            dead = claims.ended_of(self._connection, sorted(followed))
            along = {claim: followed[entity] for claim, entity in dead if claim not in moving}
            replaced.keep_links(self._connection, self._run, along)
        claims.bring_along(self._connection, [(target, old_home) for old_home, target in followed.items()])

    def _followers(
        self, said: Mapping[int, claims.Clue], clues: Mapping[int, claims.Clue], moved: Sequence[Tie]
    ) -> list[Tie]:
        """Let what the office says of an entry go where the claims go that were behind the entry then."""
        if not said:
            return []
        now_at = {id: clue.entity_id for id, clue in clues.items()}
        now_at |= {tie.claim: tie.entity for tie in moved}
        found = []
        for row in office_claims.of_claims(self._connection, sorted(said)):
            here = said[row.claim_id].entity_id
            anchors = written_of(row, self._hub.sealer).anchors
            beside = sorted(id for id, clue in clues.items() if clue.entity_id == here)
            leader = next((id for id in (*anchors, *beside) if id in now_at), None)
            if leader is not None and now_at[leader] != here:
                found.append(Tie(row.claim_id, now_at[leader], OFFICE, 1.0))
        return found

    def _merge(self, wanted: Mapping[str, str], alone: Mapping[str, list[claims.LiveClaim]]) -> None:
        """Write entities; `alone` holds those of a single new claim, whose claims need not be looked for."""
        by_kind: dict[str, list[str]] = {}
        for entity, kind in wanted.items():
            by_kind.setdefault(kind, []).append(entity)
        several = [entity for entity in wanted if entity not in alone]
        live = {**alone, **claims.of_entities(self._connection, several)}
        referring = [
            entity for entity in wanted if entity not in alone or alone[entity][0].id in self._referring
        ]
        targets = entities.targets(self._connection, referring)
        for kind_name, ids in by_kind.items():
            self._write(Kind(kind_name), ids, live, targets)

    def _write(
        self,
        kind: Kind,
        ids: Sequence[str],
        live: Mapping[str, list[claims.LiveClaim]],
        targets: Mapping[str, dict[str, list[tuple[str, int]]]],
    ) -> None:
        known_ids = [id for id in ids if id not in self._new]
        old = entities.load(self._connection, kind, known_ids, self._hub.sealer) if known_ids else {}
        new_rows: list[tuple[Any, ...]] = []
        changed_rows: list[tuple[Any, ...]] = []
        provenance_rows: list[tuple[str, str]] = []
        gone: list[tuple[str, str | None, str, str]] = []
        changes: list[tuple[Any, ...]] = []
        for entity_id in ids:
            known = old.get(entity_id)
            said = [self._sourced(claim) for claim in live.get(entity_id, ())]
            if all(one.source == OFFICE for one in said):  # the office corrects entries, and makes none
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
            row = self._row(kind, entity_id, known, data, provenance, digest)
            (changed_rows if known else new_rows).append(row)
            back = known is None or known.withdrawn_at is not None
            units = [] if back or known is None else units_changed(known.data, data)
            before = known.digest if known else None
            changes.append(self._change(kind, entity_id, "new" if back else "changed", units, before, digest))
            self._linked.created += back
            self._linked.updated += not back
        entities.save(self._connection, kind, new_rows, new=True)
        entities.save(self._connection, kind, changed_rows, new=False)
        entities.set_provenance(self._connection, kind, provenance_rows)
        entities.withdraw(self._connection, kind, gone)
        entities.add_changes(self._connection, changes)

    def _row(
        self,
        kind: Kind,
        entity_id: str,
        known: entities.Stored | None,
        data: dict[str, Any],
        provenance: Mapping[str, list[int]],
        digest: bytes,
    ) -> tuple[Any, ...]:
        """An entity as it is stored; its name for addresses is made once and stays, unless it was made of a person's name."""
        sealed, plain = entities.row_values(kind, entity_id, data, self._hub.sealer)
        name = (
            known.slug if known and not _names_a_person(kind, known, data) else _slug(kind, entity_id, data)
        )
        version = known.version + 1 if known else 1
        created = iso(known.created_at) if known else self._now
        return (
            entity_id, name, None, version, created, self._now,
            orjson.dumps(provenance).decode(), sealed, digest, None, *plain,
        )  # fmt: skip

    def _standing(self, source: str, kind: str) -> tuple[int, Mapping[str, Any]]:
        place = (source, kind)
        if place not in self._standings:
            self._standings[place] = standing_of(self._hub.config, source, Kind(kind))
        return self._standings[place]

    def _sourced(self, claim: claims.LiveClaim) -> SourcedClaim:
        return sourced(claim, self._hub.sealer, *self._standing(claim.source, claim.kind))

    def _refer(
        self,
        kind: Kind,
        entity_id: str,
        data: dict[str, Any],
        provenance: dict[str, list[int]],
        targets: Mapping[str, dict[str, list[tuple[str, int]]]],
        said: Sequence[SourcedClaim],
    ) -> None:
        found = targets.get(entity_id)
        if not found:
            return
        rank = {one.claim: place for place, one in enumerate(ranked(said))}
        for name, pairs in found.items():
            target, claim_id = min(pairs, key=lambda pair: rank.get(pair[1], len(rank)))
            if refers(kind, name) and target != entity_id:
                data[name] = target
                if name == HOSTED_BY.get(kind):
                    data.pop("host_name", None)
                    provenance.pop("host_name", None)
                if EVERYTHING not in provenance:
                    provenance[name] = [claim_id]

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
            orjson.dumps(units).decode() if units else "[]",
            old,
            new,
        )


@cache
def refers(kind: Kind, name: str) -> bool:
    """Whether a field of a kind holds another entity."""
    return name in ENTITIES[kind].model_fields and mark_of(ENTITIES[kind], name, RefersTo) is not None


def _names_a_person(kind: Kind, known: entities.Stored, data: Mapping[str, Any]) -> bool:
    """Whether a title that is taken back named a person, so that the address made of it must not stay."""
    field = ENTITIES[kind].title_field
    before = str(known.data.get(field) or "")
    return kind is not Kind.PERSON and before != data.get(field) and names_a_person(before)


def _slug(kind: Kind, entity_id: str, data: Mapping[str, Any]) -> str:
    """Made of the title and the id's end; a person's of the id alone, since it can stand in an address."""
    title = "" if kind is Kind.PERSON else str(data.get(ENTITIES[kind].title_field) or "")
    return slug(title, entity_id)


def sourced(claim: claims.LiveClaim, sealer: Sealer, trust: int, defaults: Mapping[str, Any]) -> SourcedClaim:
    """A live claim as merging takes it."""
    updated = claim.updated_at
    return SourcedClaim(
        claim.id,
        opened_fields(claim.id, claim.version, claim.data, claim.sealed, sealer),
        trust,
        updated if isinstance(updated, str) else "" if updated is None else iso(updated),
        claim.source,
        defaults,
    )


def standing_of(config: Config, source: str, kind: Kind) -> tuple[int, Mapping[str, Any]]:
    """A source's trust, and what it says of all its records; a source that is no longer configured keeps the least."""
    if source == OFFICE:
        return TRUST, {}
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
