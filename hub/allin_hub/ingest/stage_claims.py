"""Makes of checked records the rows of their claims, as the tables keep them, with match keys, references and problems."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson

from allin_hub.base.bindings import of_answers, of_claim, of_problem, of_raw, of_reference
from allin_hub.base.encryption import Sealer
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, problem_values
from allin_hub.config.settings import SourceSettings
from allin_hub.entities.match_keys import (
    Rule,
    clues,
    key_of_name,
    marked,
    member_clues,
    prefixes,
    record_clue,
    reference_clues,
)
from allin_hub.ingest.hosts import meant
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.validate import Outcome
from allin_hub.mapping.claim import CheckedClaim
from allin_hub.privacy.consent_answers import answered
from allin_hub.privacy.person_keys import keys_of, written
from allin_hub.store import claims as claim_table
from allin_hub.store import staging
from allin_hub.store.engine import reading, writing
from allin_hub.store.raw_records import LIVE, QUARANTINED
from allin_hub.store.tables import iso
from allin_schemas import ENTITIES, Kind, Private, RefersTo
from allin_schemas.marks import mark_of
from allin_schemas.marks import marked as fields_marked

NESTED_FIELD = "org_id"
_NO_CLAIMS: Mapping[tuple[str, str], claim_table.KnownClaim] = {}


@cache
def _private(kind: Kind) -> frozenset[str]:
    return frozenset(fields_marked(ENTITIES[kind], Private))


class Arrival(NamedTuple):
    """A checked record on its way into the staging. `content` is its raw; None where the hub keeps it already."""

    op: str
    raw_id: int | None
    """None where the raw has no id yet."""
    key: bytes | None
    digest: bytes | None
    content: Mapping[str, Any] | None
    updated_at: Any
    day: str
    outcome: Outcome


class Staged(NamedTuple):
    """What became of an arrival: its raw's id, and whether its claims differ from those that the hub keeps."""

    raw_id: int
    differs: bool


class _ClaimDraft(NamedTuple):
    """What a record says of one entity, on its way into rows."""

    arrival: int
    one: CheckedClaim
    known: claim_table.KnownClaim | None
    outer: int
    """The place of the record's own claim among those of this batch; -1 for that claim itself."""
    clues: Sequence[tuple[Rule, str]]
    public: bytes
    private: dict[str, Any]


class ClaimStager:
    """Stages records and their claims, batch by batch, each batch in a short transaction of its own."""

    def __init__(self, run: SyncRun, settings: SourceSettings, kind: Kind, engine: Any) -> None:
        self._run = run
        self._settings = settings
        self._kind = kind
        self._engine = engine
        """Where the staging lies: the hub's database, or for a check one that is thrown away."""

    def stage(self, arrivals: Sequence[Arrival]) -> tuple[list[Staged], staging.Rows]:
        """Take ids and make the rows of a batch; the caller writes them."""
        known = self._known(
            [
                arrival.raw_id
                for arrival in arrivals
                if arrival.raw_id is not None and arrival.op != staging.NEW
            ]
        )
        rows = staging.Rows()
        said: list[_ClaimDraft] = []
        differs = [False] * len(arrivals)
        gone: list[tuple[int, claim_table.KnownClaim]] = []
        for place, arrival in enumerate(arrivals):
            slots = known.get(arrival.raw_id or 0, _NO_CLAIMS)
            if arrival.outcome.refused:
                ending = [old for (slot, _), old in slots.items() if slot and old.live]
                differs[place] = any(old.live for old in slots.values())
            else:
                said += self._drafts(place, arrival.outcome.claims, slots, len(said))
                made = {(one.slot, one.kind.value) for one in arrival.outcome.claims}
                ending = [old for slot, old in slots.items() if slot not in made and old.live]
            gone += [(place, old) for old in ending]
            differs[place] = differs[place] or bool(ending)
        fresh = [place for place, arrival in enumerate(arrivals) if arrival.raw_id is None]
        raw_ids, claim_id, problem_id = self._ids(arrivals, fresh, said)
        self._write_raws(arrivals, raw_ids, rows)
        claim_ids = [one.known.id if one.known else next(claim_id) for one in said]
        for place, one in self._write_claims(arrivals, said, raw_ids, claim_ids, rows):
            differs[place] = differs[place] or one
        for place, old in gone:
            rows.claims.append(
                (self._run.id, old.id, raw_ids[place], staging.GONE, old.slot, old.kind, *[None] * 8)
            )  # fmt: skip
        self._write_answers(arrivals, said, known, raw_ids, claim_ids, rows)
        for place, arrival in enumerate(arrivals):
            rows.problems += [
                self.problem_row(next(problem_id), raw_ids[place], problem)
                for problem in arrival.outcome.problems
            ]
        return list(map(Staged, raw_ids, differs)), rows

    def problem_row(self, id: int, raw_id: int | None, problem: Problem) -> tuple[Any, ...]:
        """A problem as it is staged; of the file as a whole without a raw."""
        sealed = self._run.hub.sealer.seal(problem_values(problem), of_problem(id))
        return (self._run.id, id, raw_id, problem.severity.value, problem.code, sealed)

    def _known(self, raw_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], claim_table.KnownClaim]]:
        if not raw_ids:
            return {}
        with reading(self._run.hub.engine) as connection:
            return claim_table.of_raws(connection, raw_ids)

    def _ids(self, arrivals: Sequence[Arrival], fresh: Sequence[int], said: Sequence[_ClaimDraft]) -> Any:
        """The ids of the raws, and where those of new claims and of problems begin."""
        claims = sum(one.known is None for one in said)
        problems = sum(len(arrival.outcome.problems) for arrival in arrivals)
        with writing(self._engine, Point.IDS_RESERVED) as connection:
            first = {
                name: staging.reserve(connection, name, count) if count else 0
                for name, count in (("raw", len(fresh)), ("claim", claims), ("problem", problems))
            }
        raw_ids = [arrival.raw_id or 0 for arrival in arrivals]
        for number, place in enumerate(fresh, first["raw"]):
            raw_ids[place] = number
        return (
            raw_ids,
            iter(range(first["claim"], first["claim"] + claims)),
            iter(range(first["problem"], first["problem"] + problems)),
        )

    def _write_raws(self, arrivals: Sequence[Arrival], raw_ids: Sequence[int], rows: staging.Rows) -> None:
        seal = self._run.hub.sealer.seal
        for arrival, raw_id in zip(arrivals, raw_ids, strict=True):
            moment = arrival.updated_at
            updated = iso(moment) if moment is not None and not isinstance(moment, str) else moment
            status = QUARANTINED if arrival.outcome.refused else LIVE
            sealed = None if arrival.content is None else seal(arrival.content, of_raw(raw_id))
            rows.raws.append(
                (self._run.id, raw_id, arrival.op, arrival.key, arrival.digest, status, sealed, updated, arrival.day)
            )  # fmt: skip

    def _drafts(
        self,
        place: int,
        made: Sequence[CheckedClaim],
        known: Mapping[tuple[str, str], claim_table.KnownClaim],
        first: int,
    ) -> list[_ClaimDraft]:
        """Take in what a record says, its own claim first."""
        found: list[_ClaimDraft] = []
        own_clues = self._own_clues(made[0]) if made else []
        for number, one in enumerate(made):
            its_clues = own_clues
            if one.slot:
                its_clues = [*clues(one.kind, one.data), *member_clues(one.data, own_clues)]
            private: dict[str, Any] = {}
            public = one.data
            if one.kind is Kind.PERSON:
                private, public = one.data, {}
            elif not _private(one.kind).isdisjoint(one.data):
                private = {name: value for name, value in one.data.items() if name in _private(one.kind)}
                public = {name: value for name, value in one.data.items() if name not in private}
            text = orjson.dumps(public, option=orjson.OPT_SORT_KEYS)
            outer = first if number else -1
            found.append(
                _ClaimDraft(
                    place, one, known.get((one.slot, one.kind.value)), outer, its_clues, text, private
                )
            )
        return found

    def _own_clues(self, record: CheckedClaim) -> list[tuple[Rule, str]]:
        """What the record itself can be known again by."""
        found = clues(record.kind, record.data)
        same = record_clue(record.kind, self._settings.name, record.data)
        return [*found, same] if same else found

    def _content(self, said: _ClaimDraft) -> bytes:
        """All that a claim's digest is made of."""
        one, references = said.one, meant(said.one, self._settings.owner)
        if not (said.private or references or one.answers or one.slot):
            return said.public
        rest = [
            said.private,
            references,
            [text for rule, text in said.clues if rule is Rule.ORGANISATION_NAME],
            [(answer.purpose, answer.answer, answer.wording) for answer in one.answers],
        ]
        return said.public + orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)

    def _write_claims(
        self,
        arrivals: Sequence[Arrival],
        said: Sequence[_ClaimDraft],
        raw_ids: Sequence[int],
        claim_ids: Sequence[int],
        rows: staging.Rows,
    ) -> list[tuple[int, bool]]:
        """Stage the claims that are new or say something else; for each arrival with one of them, that it differs."""
        sealer, run_id = self._run.hub.sealer, self._run.id
        digests = sealer.hashes([self._content(one) for one in said])
        news = [
            (place, one, digest)
            for place, (one, digest) in enumerate(zip(said, digests, strict=True))
            if one.known is None or not (one.known.digest == digest and one.known.live)
        ]
        packed = self._keys([(claim_ids[place], one) for place, one, _ in news], rows)
        for (place, one, digest), own_keys in zip(news, packed, strict=True):
            arrival = arrivals[one.arrival]
            moment = arrival.updated_at
            version = one.known.version + 1 if one.known else 1
            binding = of_claim(claim_ids[place], version)
            rows.claims.append(
                (run_id, claim_ids[place], raw_ids[one.arrival], staging.CHANGED if one.known else staging.NEW,
                 one.one.slot, one.one.kind.value, None if one.known else new_id(), one.public.decode(),
                 sealer.seal(one.private, binding) if one.private else None, digest, own_keys,
                 iso(moment) if moment is not None and not isinstance(moment, str) else moment, version,
                 self._person_keys(one, said))
            )  # fmt: skip
            self._refer(claim_ids[place], claim_ids[one.outer] if one.outer >= 0 else 0, one, sealer, rows)
        return [(one.arrival, True) for _, one, _ in news]

    def _person_keys(self, one: _ClaimDraft, said: Sequence[_ClaimDraft]) -> str | None:
        """By what a person is known again; an address that is called after the record's organisation is not hers."""
        if one.one.kind is not Kind.PERSON:
            return None
        owner = said[one.outer].one.data if one.outer >= 0 else {}
        names = [owner[name] for name in ("name", "short_name") if owner.get(name)]
        return written(keys_of(one.one.data, self._run.hub.sealer, names))

    def _keys(self, news: Sequence[tuple[int, _ClaimDraft]], rows: staging.Rows) -> list[bytes]:
        """Stage the match keys of claims; packed for each claim, which keeps its own."""
        sealer, run_id = self._run.hub.sealer, self._run.id
        names: list[bytes] = []
        texts: list[bytes] = []
        for _, one in news:
            name = one.one.data.get("name")
            names.append(b"name\x1f" + key_of_name(name).encode() if name else b"")
            begun = prefixes(one.one.kind)
            texts += [begun[rule] + text.encode() for rule, text in one.clues]
        hashed_names = sealer.numbers(names)
        numbers = sealer.numbers(texts)
        packed = []
        start = 0
        for (claim_id, one), name_text, hashed_name in zip(news, names, hashed_names, strict=True):
            own: array[int] = numbers[start : start + len(one.clues)]
            start += len(own)
            packed.append(own.tobytes())
            known_as = hashed_name if name_text else None
            rows.match_keys += [
                (run_id, claim_id, key, int(rule), known_as)
                for key, (rule, _) in zip(own, one.clues, strict=True)
            ]
        return packed

    def _refer(
        self, claim_id: int, outer: int, said: _ClaimDraft, sealer: Sealer, rows: staging.Rows
    ) -> None:
        """Stage what a claim refers to."""
        run_id, kind = self._run.id, said.one.kind
        nested = ""
        if said.one.slot and outer:
            nested = NESTED_FIELD if self._kind is Kind.ORGANISATION else "context"
            rows.references.append((run_id, claim_id, nested, self._kind.value, None, outer, "nested"))
        for name, given in meant(said.one, self._settings.owner).items():
            if name == nested:
                continue
            target = mark_of(ENTITIES[kind], name, RefersTo).kind
            sealed = sealer.seal(given, of_reference(claim_id, name))
            rows.references.append((run_id, claim_id, name, target, sealed, None, None))
            texts = [marked(target, rule, text) for rule, text in reference_clues(given)]
            rows.reference_keys += [
                (run_id, claim_id, name, key, rank) for rank, key in enumerate(sealer.numbers(texts))
            ]

    def _write_answers(
        self,
        arrivals: Sequence[Arrival],
        said: Sequence[_ClaimDraft],
        known: Mapping[int, Mapping[tuple[str, str], claim_table.KnownClaim]],
        raw_ids: Sequence[int],
        claim_ids: Sequence[int],
        rows: staging.Rows,
    ) -> None:
        """Stage what persons answered; of a record that waits, what a known person says about consent counts at once."""
        for claim_id, one in zip(claim_ids, said, strict=True):
            if one.one.kind is Kind.PERSON:
                rows.answers.append(self.answer_row(claim_id, raw_ids[one.arrival], one.one))
        for place, arrival in enumerate(arrivals):
            if not arrival.outcome.refused:
                continue
            slots = known.get(arrival.raw_id or 0, _NO_CLAIMS)
            for checked in arrival.outcome.claims:
                old = slots.get((checked.slot, checked.kind.value))
                if checked.kind is Kind.PERSON and old is not None:
                    rows.answers.append(self.answer_row(old.id, raw_ids[place], checked))

    def answer_row(self, claim_id: int, raw_id: int, person: CheckedClaim) -> tuple[Any, ...]:
        """What a person answered, as it is staged."""
        sealed = self._run.hub.sealer.seal(answered(person.answers), of_answers(claim_id, self._run.id))
        return (self._run.id, claim_id, raw_id, sealed)
