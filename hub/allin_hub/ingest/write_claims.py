"""Writes what became of raws: claims with their keys, references and consents, problems, and each raw's status."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from allin_hub.api.plugin import Source
from allin_hub.base.errors import HubError
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, Severity, problem_values
from allin_hub.base.time_limits import mapping
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
from allin_hub.hub import Hub
from allin_hub.ingest.raw_codec import Envelope
from allin_hub.ingest.validate import Outcome, Validator
from allin_hub.mapping.claim import Checked
from allin_hub.mapping.drafts import take_apart
from allin_hub.privacy.consent_ledger import Latest, entries
from allin_hub.store import claims as store
from allin_hub.store import consents as ledger
from allin_hub.store import problems as findings
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import next_id
from allin_hub.store.tables import claim, iso
from allin_schemas import ENTITIES, Kind, Private, RefersTo
from allin_schemas.marks import mark_of
from allin_schemas.marks import marked as fields_marked

OWNER_FIELDS = {Kind.EVENT: "organiser_org_id", Kind.OPPORTUNITY: "org_id", Kind.SERVICE: "provider_org_id"}


NESTED_FIELD = "org_id"
_NONE: Mapping[tuple[str, str], store.KnownClaim] = {}
_by_key = itemgetter(0)


@cache
def _private(kind: Kind) -> frozenset[str]:
    return frozenset(fields_marked(ENTITIES[kind], Private))


class Arrival(NamedTuple):
    """An opened raw on its way through the house."""

    id: int
    envelope: Envelope
    is_new: bool


class Fresh(NamedTuple):
    """A claim that nobody made before: as long as nothing ties it to others, an entity of its own."""

    claim: int
    entity: str
    kind: Kind
    data: dict[str, Any]
    updated_at: str
    beside: Fresh | None
    """The record's own claim, when this one is nested in it."""
    is_open: bool
    """Whether it refers to something that is still to be found."""


class _Told(NamedTuple):
    """What a record tells of one entity, on its way into a row."""

    arrival: Arrival
    one: Checked
    old: store.KnownClaim | None
    id: int
    outer: int
    clues: Sequence[tuple[Rule, str]]
    public: bytes
    private: dict[str, Any]


@dataclass(slots=True)
class _Batch:
    """Rows of one batch, collected before they are written with a few statements."""

    told: list[_Told] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    references: list[tuple[Any, ...]] = field(default_factory=list)
    reference_keys: list[tuple[bytes, int, str, int]] = field(default_factory=list)
    problems: list[tuple[Any, ...]] = field(default_factory=list)
    statuses: list[tuple[str, int]] = field(default_factory=list)
    answers: list[tuple[int, int, Checked, Any]] = field(default_factory=list)


class Writer:
    """Writes the batches of one sync of one source within its write transaction."""

    def __init__(
        self,
        connection: Connection,
        hub: Hub,
        settings: SourceSettings,
        source: Source[Any],
        kind: Kind,
        run_id: str,
        validator: Validator,
    ) -> None:
        self._connection = connection
        self._hub = hub
        self._settings = settings
        self._source = source
        self._kind = kind
        self._run = run_id
        self._validator = validator
        self.first_claim = self._next_claim = next_id(connection, claim)
        self.keys = array("q")
        """The match keys of all claims that are new or said something else."""
        self.refused = 0
        self.refused_new = 0
        """How many records of this run wait in quarantine, and how many of them nobody knew before."""

    def write(self, arrivals: Sequence[Arrival]) -> list[Fresh]:
        """Map, check and write one batch; the claims that are new."""
        outcomes = checked(
            self._source, self._kind, self._validator, [arrival.envelope for arrival in arrivals]
        )
        known = store.of_raws(self._connection, [arrival.id for arrival in arrivals if not arrival.is_new])
        batch = _Batch()
        for arrival, outcome in zip(arrivals, outcomes, strict=True):
            slots = known.get(arrival.id, _NONE)
            is_refused = outcome.refused
            if not arrival.is_new or is_refused:
                batch.statuses.append((raws.QUARANTINED if is_refused else raws.LIVE, arrival.id))
            if is_refused:
                self.refused += 1
                self.refused_new += arrival.is_new
                batch.gone += [old.id for (slot, _), old in slots.items() if slot and old.live]
                self._answers_of_refused(arrival, outcome.claims, slots, batch)
            else:
                self._tell(arrival, outcome.claims, slots, batch)
            for problem in outcome.problems:
                sealed = self._hub.sealer.seal(problem_values(problem))
                batch.problems.append(
                    (self._settings.name, arrival.id, self._run, problem.severity.value, problem.code, sealed)
                )
        return self._flush(arrivals, batch)

    def _answers_of_refused(
        self,
        arrival: Arrival,
        made: list[Checked],
        known: Mapping[tuple[str, str], store.KnownClaim],
        batch: _Batch,
    ) -> None:
        """A record that waits is not written, but what a known person says about consent counts at once."""
        for one in made:
            old = known.get((one.slot, one.kind.value))
            if one.kind is Kind.PERSON and old is not None:
                batch.answers.append((old.id, arrival.id, one, arrival.envelope.raw.updated_at))

    def _tell(
        self,
        arrival: Arrival,
        made: list[Checked],
        known: Mapping[tuple[str, str], store.KnownClaim],
        batch: _Batch,
    ) -> None:
        """Take in what a record says, its own claim first."""
        outer = 0
        own_clues = self._own_clues(made[0]) if made else []
        for one in made:
            found = own_clues
            if one.slot:
                found = [*clues(one.kind, one.data), *member_clues(one.data, own_clues)]
            old = known.get((one.slot, one.kind.value)) if known else None
            if old is None:
                id, self._next_claim = self._next_claim, self._next_claim + 1
            else:
                id = old.id
            public, private, content = self._split(one, found)
            batch.told.append(_Told(arrival, one, old, id, outer, found, public, private))
            batch.contents.append(content)
            outer = outer or id
            if one.kind is Kind.PERSON:
                batch.answers.append((id, arrival.id, one, arrival.envelope.raw.updated_at))
        if known:
            slots = {(one.slot, one.kind.value) for one in made}
            batch.gone += [old.id for slot, old in known.items() if slot not in slots and old.live]

    def _own_clues(self, record: Checked) -> list[tuple[Rule, str]]:
        """What the record itself can be known again by."""
        found = clues(record.kind, record.data)
        if record.kind is Kind.ORGANISATION and "name" in record.data:
            same = record_clue(self._settings.name, record.data)
            if same:
                found.append(same)
        return found

    def _split(self, one: Checked, found: Sequence[tuple[Rule, str]]) -> tuple[bytes, dict[str, Any], bytes]:
        """A claim's public part as JSON, its private part, and all that its digest is made of."""
        private: dict[str, Any] = {}
        public = one.data
        if one.kind is Kind.PERSON:
            private, public = one.data, {}
        elif not _private(one.kind).isdisjoint(one.data):
            private = {name: value for name, value in one.data.items() if name in _private(one.kind)}
            public = {name: value for name, value in one.data.items() if name not in private}
        text = orjson.dumps(public, option=orjson.OPT_SORT_KEYS)
        references = self._references(one)
        if not (private or references or one.answers or one.slot):
            return text, private, text
        rest = [
            private,
            references,
            [text for rule, text in found if rule is Rule.ORGANISATION_NAME],
            [(answer.purpose, answer.answer, answer.wording) for answer in one.answers],
        ]
        return text, private, text + orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)

    def _references(self, one: Checked) -> dict[str, Any]:
        """What a record refers to; where it names no organiser, that is the source's owner."""
        field_name = OWNER_FIELDS.get(one.kind)
        if field_name is None or field_name in one.references or not self._settings.owner:
            return one.references
        return {**one.references, field_name: self._settings.owner}

    def _flush(self, arrivals: Sequence[Arrival], batch: _Batch) -> list[Fresh]:
        connection, sealer = self._connection, self._hub.sealer
        digests = sealer.hashes(batch.contents)
        news = [
            (told, digest)
            for told, digest in zip(batch.told, digests, strict=True)
            if told.old is None or not (told.old.digest == digest and told.old.live)
        ]
        keys, packed = self._keys([told for told, _ in news])
        new_rows: list[tuple[Any, ...]] = []
        renewed: list[tuple[Any, ...]] = []
        fresh: dict[int, Fresh] = {}
        source, run = self._settings.name, self._run
        for (told, digest), own_keys in zip(news, packed, strict=True):
            one, moment = told.one, told.arrival.envelope.raw.updated_at
            updated_at = iso(moment) if moment is not None else None
            data, sealed = told.public.decode(), sealer.seal(told.private) if told.private else None
            is_open = self._refer(told, batch)
            if told.old is not None:
                renewed.append((data, sealed, digest, own_keys, updated_at, run, told.id))
                continue
            entity = new_id()
            new_rows.append(
                (told.id, told.arrival.id, one.slot, source, one.kind.value, 1, entity, entity, "own", 1.0,
                 data, sealed, digest, own_keys, updated_at, 1, run)
            )  # fmt: skip
            beside = fresh.get(told.outer)
            is_open = is_open or (beside is None and told.outer != 0)
            fresh[told.id] = Fresh(told.id, entity, one.kind, one.data, updated_at or "", beside, is_open)
        changed = [row[-1] for row in renewed]
        store.close_versions(connection, changed, run)
        store.forget_keys(connection, changed)
        store.renew(connection, renewed)
        store.withdraw(connection, batch.gone, run)
        store.add(connection, new_rows)
        store.add_keys(connection, keys)
        self._write_references(batch)
        raws.settle(connection, batch.statuses)
        old = [arrival.id for arrival in arrivals if not arrival.is_new]
        findings.replace_problems(connection, source, old, batch.problems)
        self._write_answers(batch)
        return list(fresh.values())

    def _keys(self, news: Sequence[_Told]) -> tuple[list[tuple[int, int, int, int | None]], list[bytes]]:
        """The match keys of claims in the order of the index, and packed for each claim."""
        sealer = self._hub.sealer
        names: list[bytes] = []
        texts: list[bytes] = []
        for told in news:
            name = told.one.data.get("name")
            names.append(b"name\x1f" + key_of_name(name).encode() if name else b"")
            begun = prefixes(told.one.kind)
            texts += [begun[rule] + text.encode() for rule, text in told.clues]
        hashed_names = sealer.numbers(names)
        numbers = sealer.numbers(texts)
        rows: list[tuple[int, int, int, int | None]] = []
        packed = []
        start = 0
        for told, name_text, hashed_name in zip(news, names, hashed_names, strict=True):
            own = numbers[start : start + len(told.clues)]
            start += len(own)
            packed.append(own.tobytes())
            id, known_as = told.id, hashed_name if name_text else None
            rows += [(key, id, int(rule), known_as) for key, (rule, _) in zip(own, told.clues, strict=True)]
        self.keys += numbers
        rows.sort(key=_by_key)
        return rows, packed

    def _refer(self, told: _Told, batch: _Batch) -> bool:
        """Take in what a claim refers to; whether something of it is still to be found."""
        references = self._references(told.one)
        nested = ""
        if told.one.slot and told.outer:
            nested = NESTED_FIELD if self._kind is Kind.ORGANISATION else "context"
            batch.references.append((told.id, nested, self._kind.value, None, told.outer, "nested"))
        if not references:
            return False
        for name, given in references.items():
            if name == nested:
                continue
            target = mark_of(ENTITIES[told.one.kind], name, RefersTo).kind
            batch.references.append((told.id, name, target, self._hub.sealer.seal(given), None, None))
            for rank, (rule, text) in enumerate(reference_clues(given)):
                batch.reference_keys.append((marked(target, rule, text), told.id, name, rank))
        return True

    def _write_references(self, batch: _Batch) -> None:
        if batch.references:
            numbers = self._hub.sealer.numbers(row[0] for row in batch.reference_keys)
            keys = [(number, *row[1:]) for number, row in zip(numbers, batch.reference_keys, strict=True)]
            store.add_references(self._connection, batch.references, keys)

    def _write_answers(self, batch: _Batch) -> None:
        if not batch.answers:
            return
        found = ledger.consent_states(self._connection, [row[0] for row in batch.answers])
        states = {place: Latest(*latest) for place, latest in found.items()}
        rows, wordings = entries(batch.answers, states, self._hub, self._settings, self._run)
        ledger.add_consents(self._connection, rows, wordings)


@mapping()
def checked(
    source: Source[Any], kind: Kind, validator: Validator, envelopes: Sequence[Envelope]
) -> list[Outcome]:
    """Steps 3 and 4 for a batch: map, take apart, read, validate; with what the source itself reported."""
    drafts = []
    failed: dict[int, Problem] = {}
    for index, envelope in enumerate(envelopes):
        raw = envelope.raw
        try:
            parts = take_apart(kind, source.map(raw))
        except HubError as error:
            failed[index] = Problem(
                error.code or "MAP_FAILED", raw.key, raw.sheet, raw.row, params=error.params
            )
            parts = take_apart(kind, {})
        except (Exception, SystemExit) as error:
            failed[index] = Problem(
                "MAP_FAILED", raw.key, raw.sheet, raw.row, params={"value": type(error).__name__}
            )
            parts = take_apart(kind, {})
        drafts.append((parts, raw))
    outcomes = validator.check(drafts)
    for index, (envelope, outcome) in enumerate(zip(envelopes, outcomes, strict=True)):
        if index in failed:
            outcome.problems[:] = [failed[index]]
        if any(problem.severity is Severity.ERROR for problem in envelope.problems):
            outcome.problems.clear()
        outcome.problems[:0] = envelope.problems
    return outcomes
