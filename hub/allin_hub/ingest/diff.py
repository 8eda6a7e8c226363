"""What a run would change, record by record: its staged claims beside those that the hub keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import Connection, Engine

from allin_hub.base.bindings import of_answers, of_problem, of_raw, of_reference
from allin_hub.base.problems import Problem, problem_of
from allin_hub.entities.record_keys import opened_fields
from allin_hub.hub import Hub
from allin_hub.ingest.headings import Headings
from allin_hub.privacy.consent_ledger import ENDED
from allin_hub.store import claims, consents, staging
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading
from allin_schemas import ENTITIES, ConsentEvent, Kind, RefersTo
from allin_schemas.marks import mark_of

BATCH = 1000
SHOWN = (staging.NEW, staging.CHANGED, staging.RENAMED, staging.REREAD, staging.MOVED, staging.GONE)


Operation = Literal["new", "changed", "renamed", "reread", "moved", "gone"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field by its path, its value before and its value after."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What would happen to one record, private fields included: for staff."""

    op: Operation
    raw: int
    kind: str | None
    """The kind of its entity; None where it made none, before or now."""
    key: str
    title: str
    sheet: str | None
    row: int | None
    """Where it stands now; of a record that is gone, where it was read last."""
    fields: tuple[FieldChange, ...] = ()
    waits: bool = False
    """Whether the record would wait in quarantine: what it says cannot be stored."""
    why: tuple[Problem, ...] = ()
    """The errors for which it would wait."""


def differences(
    hub: Hub,
    run_id: str,
    engine: Engine | None = None,
    *,
    ids: Sequence[int] | None = None,
    headings: Headings | None = None,
) -> Iterator[Difference]:
    """Compare what a run staged with what is known.

    Records that would say the same as before are passed over, where the source itself did not change them.

    Args:
        hub: The open hub.
        run_id: The run.
        engine: Where its staging lies, if not in the hub's database.
        ids: The raws to compare; all without it.
        headings: What the source's columns mean, for the titles of records that say nothing yet because they wait.
    """
    with reading(engine or hub.engine) as staged_in:
        batches = (
            staging.batches(staged_in, run_id, SHOWN, BATCH)
            if ids is None
            else (
                staging.raws_of(staged_in, run_id, ids[start : start + BATCH])
                for start in range(0, len(ids), BATCH)
            )
        )
        for batch in batches:
            with reading(hub.engine) as connection:
                yield from _compared(hub, connection, staged_in, run_id, batch, headings)


def _compared(
    hub: Hub,
    connection: Connection,
    staged_in: Connection,
    run_id: str,
    batch: Sequence[staging.StagedRaw],
    headings: Headings | None,
) -> Iterator[Difference]:
    ids = [one.id for one in batch]
    before = _Known(hub, connection, ids)
    after = _Staged(hub, staged_in, run_id, batch, before)
    waiting = [one.id for one in batch if one.status == raws.QUARANTINED]
    why: dict[int, list[Problem]] = {}
    for problem_id, raw_id, found in staging.errors_of(staged_in, run_id, waiting):
        why.setdefault(raw_id, []).append(problem_of(hub.sealer.unseal(found, of_problem(problem_id))))
    kept = raws.sealed_of(connection, [one.id for one in batch if one.sealed is None])
    for raw in batch:
        old, new = before.record(raw.id), after.record(raw.id)
        waits = raw.status == raws.QUARANTINED
        changed = tuple(
            FieldChange(path, old.get(path), new.get(path))
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
        )
        is_same = not changed and (not waits or not old)
        if raw.op in (staging.REREAD, staging.MOVED) and is_same:
            continue
        sealed = raw.sealed if raw.sealed is not None else kept.get(raw.id)
        content: dict[str, Any] = {"k": ""} if sealed is None else hub.sealer.unseal(sealed, of_raw(raw.id))
        title = next(
            (str(one[field]) for one in (new, old) for field in ("name", "title") if one.get(field)), ""
        )
        if not title and headings is not None:
            title = headings.title(content.get("p", {}))
        fields = changed if raw.op not in (staging.NEW, staging.GONE) else ()
        yield Difference(
            cast("Operation", raw.op),
            raw.id,
            after.kind(raw.id),
            content["k"],
            title,
            content.get("s"),
            content.get("r"),
            fields,
            waits,
            tuple(why.get(raw.id, ())),
        )


class _Known:
    """What the hub keeps of some raws: the fields of their live claims, their references, what persons agreed to."""

    def __init__(self, hub: Hub, connection: Connection, raw_ids: Sequence[int]) -> None:
        self.claims = claims.live_of_raws(connection, raw_ids)
        of_raws = [one.id for found in self.claims.values() for one in found]
        self.fields = {
            one.id: opened_fields(one.id, one.version, one.data, one.sealed, hub.sealer)
            for found in self.claims.values()
            for one in found
        }
        for claim_id, name, given in claims.references_of(connection, of_raws):
            self.fields[claim_id][_via(self.kind(claim_id), name)] = hub.sealer.unseal(
                given, of_reference(claim_id, name)
            )
        self.answers: dict[int, dict[str, str]] = {}
        _, states = consents.consent_voices(connection, of_raws)
        for (claim_id, purpose, _), (event, *_) in states.items():
            said = "no" if ConsentEvent(event) in ENDED else "yes"
            self.answers.setdefault(claim_id, {})[purpose] = said

    def kind(self, claim_id: int) -> str:
        """The kind of a claim."""
        return next(one.kind for found in self.claims.values() for one in found if one.id == claim_id)

    def record(self, raw_id: int) -> dict[str, Any]:
        """All that a raw says, by path."""
        return _record(
            [
                (one.slot, self.fields[one.id], self.answers.get(one.id, {}))
                for one in self.claims.get(raw_id, ())
            ]
        )


class _Staged:
    """What the raws would say after the run: staged claims in the place of known ones."""

    def __init__(
        self, hub: Hub, connection: Connection, run_id: str, batch: Sequence[staging.StagedRaw], known: _Known
    ) -> None:
        self._known = known
        raw_ids = [one.id for one in batch]
        self._gone = {one.id for one in batch if one.op == staging.GONE}
        self._claims = staging.claims_of(connection, run_id, raw_ids)
        made = {one.id: one for found in self._claims.values() for one in found}
        self._fields = {
            one.id: opened_fields(one.id, one.version or 0, one.data, one.sealed, hub.sealer)
            for one in made.values()
            if one.data is not None
        }
        for claim_id, name, given in staging.references_of(connection, run_id, list(made)):
            self._fields[claim_id][_via(made[claim_id].kind, name)] = hub.sealer.unseal(
                given, of_reference(claim_id, name)
            )
        answers = staging.answers_of(connection, run_id, raw_ids)
        self._answers = {
            claim_id: {
                purpose: said[0]
                for purpose, said in hub.sealer.unseal(sealed, of_answers(claim_id, run_id)).items()
            }
            for claim_id, sealed in answers.items()
        }

    def kind(self, raw_id: int) -> str | None:
        """The kind of the raw's own claim, staged or known."""
        own = [*self._claims.get(raw_id, ()), *self._known.claims.get(raw_id, ())]
        return next((one.kind for one in own if not one.slot), None)

    def record(self, raw_id: int) -> dict[str, Any]:
        """All that a raw would say, by path."""
        if raw_id in self._gone:
            return {}
        known = {one.id: (one.slot, self._known.fields[one.id]) for one in self._known.claims.get(raw_id, ())}
        for one in self._claims.get(raw_id, ()):
            if one.op == staging.GONE:
                known.pop(one.id, None)
            else:
                known[one.id] = (one.slot, self._fields[one.id])
        return _record(
            [
                (slot, fields, self._answers.get(id, self._known.answers.get(id, {})))
                for id, (slot, fields) in known.items()
            ]
        )


def _record(found: Sequence[tuple[str, Mapping[str, Any], Mapping[str, str]]]) -> dict[str, Any]:
    """The claims of one raw as one record: its own fields by name, those of contacts as `contacts[0].name`."""
    whole: dict[str, Any] = {}
    number = 0
    for slot, fields, answers in sorted(found, key=lambda one: one[0]):
        prefix = ""
        if slot:
            prefix, number = f"contacts[{number}].", number + 1
        whole |= {f"{prefix}{name}": value for name, value in fields.items()}
        whole |= {f"{prefix}consent.{purpose}": answer for purpose, answer in answers.items()}
    return whole


@cache
def _via(kind: str, name: str) -> str:
    """The word that a draft has for a reference: `organiser` for `organiser_org_id`."""
    mark = mark_of(ENTITIES[Kind(kind)], name, RefersTo)
    return str(mark.via) if mark is not None else name
