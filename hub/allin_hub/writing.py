"""Writes what became of raws: claims with their keys, references and consents, problems, and each raw's status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.bounds import mapping
from allin_hub.clues import Rule, clues, hashed, key_of_name, member_clues, record_clue, reference_clues
from allin_hub.config import SourceSettings
from allin_hub.consents import Latest, entries
from allin_hub.contract import Source
from allin_hub.drafts import take_apart
from allin_hub.envelope import Envelope
from allin_hub.errors import HubError
from allin_hub.hub import Hub
from allin_hub.ids import new_id
from allin_hub.problems import Problem, Severity, problem_values
from allin_hub.store import claims as store
from allin_hub.store import findings, ledger, raws
from allin_hub.store.engine import next_id
from allin_hub.store.tables import claim, iso
from allin_hub.validate import Checked, Outcome, Validator
from allin_schemas import ENTITIES, Kind, Private, RefersTo
from allin_schemas.marks import mark_of, marked

OWNER_FIELDS = {Kind.EVENT: "organiser_org_id", Kind.OPPORTUNITY: "org_id", Kind.SERVICE: "provider_org_id"}


@dataclass(slots=True)
class Arrival:
    """An opened raw on its way through the house."""

    id: int
    envelope: Envelope
    is_new: bool


@dataclass(slots=True)
class Written:
    """Rows of one batch, collected before they are written with a few statements."""

    claims: list[tuple[Any, ...]] = field(default_factory=list)
    renewed: list[tuple[Any, ...]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    keys: list[tuple[bytes, int, int, bytes | None]] = field(default_factory=list)
    references: list[tuple[Any, ...]] = field(default_factory=list)
    reference_keys: list[tuple[Any, ...]] = field(default_factory=list)
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
        self._next_claim = next_id(connection, claim)
        self.refused = 0
        """How many records of this run wait in quarantine."""

    def write(self, arrivals: Sequence[Arrival]) -> None:
        """Map, check and write one batch."""
        outcomes = checked(
            self._source, self._kind, self._validator, [arrival.envelope for arrival in arrivals]
        )
        known = store.of_raws(self._connection, [arrival.id for arrival in arrivals if not arrival.is_new])
        written = Written()
        for arrival, outcome in zip(arrivals, outcomes, strict=True):
            status = raws.QUARANTINED if outcome.refused else raws.LIVE
            if not arrival.is_new or outcome.refused:
                written.statuses.append((status, arrival.id))
            slots = known.get(arrival.id, {})
            self.refused += outcome.refused
            if outcome.refused:
                written.gone += [old.id for (slot, _), old in slots.items() if slot and old.live]
                self._answers_of_refused(arrival, outcome.claims, slots, written)
            else:
                self._claims(arrival, outcome.claims, slots, written)
            for problem in outcome.problems:
                sealed = self._hub.sealer.seal(problem_values(problem))
                written.problems.append(
                    (self._settings.name, arrival.id, self._run, problem.severity.value, problem.code, sealed)
                )
        self._flush(arrivals, written)

    def _answers_of_refused(
        self,
        arrival: Arrival,
        made: list[Checked],
        known: dict[tuple[str, str], store.KnownClaim],
        written: Written,
    ) -> None:
        """A record that waits is not written, but what a known person says about consent counts at once."""
        for one in made:
            old = known.get((one.slot, one.kind.value))
            if one.kind is Kind.PERSON and old is not None:
                written.answers.append((old.id, arrival.id, one, arrival.envelope.raw.updated_at))

    def _claims(
        self,
        arrival: Arrival,
        made: list[Checked],
        known: dict[tuple[str, str], store.KnownClaim],
        written: Written,
    ) -> None:
        updated = arrival.envelope.raw.updated_at
        updated_at = iso(updated) if updated is not None else None
        outer = 0
        own_clues = self._own_clues(made[0]) if made else []
        for one in made:
            found = list(member_clues(one.data, own_clues)) if one.slot else own_clues
            found = [*clues(one.kind, one.data), *found] if one.slot else found
            data, sealed, digest = self._split(one, found)
            old = known.get((one.slot, one.kind.value))
            if old is not None:
                claim_id = old.id
                if not (old.digest == digest and old.live):
                    written.renewed.append((data, sealed, digest, updated_at, self._run, claim_id))
                    self._clues(claim_id, outer, one, found, written)
            else:
                claim_id, self._next_claim = self._next_claim, self._next_claim + 1
                entity = new_id()
                written.claims.append(
                    (claim_id, arrival.id, one.slot, self._settings.name, one.kind.value, 1, entity, entity, "own", 1.0,
                     data, sealed, digest, updated_at, 1, self._run)
                )  # fmt: skip
                self._clues(claim_id, outer, one, found, written)
            outer = outer or claim_id
            if one.kind is Kind.PERSON:
                written.answers.append((claim_id, arrival.id, one, updated))
        slots = {(one.slot, one.kind.value) for one in made}
        written.gone += [old.id for slot, old in known.items() if slot not in slots and old.live]

    def _own_clues(self, record: Checked) -> list[tuple[Rule, str]]:
        """What the record itself can be known again by."""
        found = list(clues(record.kind, record.data))
        if record.kind is Kind.ORGANISATION and record.data.get("name"):
            same = record_clue(self._settings.name, record.data)
            found += [same] if same else []
        return found

    def _split(self, one: Checked, found: Sequence[tuple[Rule, str]]) -> tuple[str, bytes | None, bytes]:
        """A claim's public part as JSON, its private part sealed, and the digest of all it says."""
        private_fields = one.data.keys() if one.kind is Kind.PERSON else marked(ENTITIES[one.kind], Private)
        private = {name: value for name, value in one.data.items() if name in private_fields}
        public = (
            {name: value for name, value in one.data.items() if name not in private_fields}
            if private
            else one.data
        )
        text = orjson.dumps(public, option=orjson.OPT_SORT_KEYS)
        rest = [
            private,
            self._references(one),
            [text for rule, text in found if rule is Rule.ORGANISATION_NAME],
            [(answer.purpose, answer.answer, answer.wording) for answer in one.answers],
        ]
        digest = self._hub.sealer.hash(text + orjson.dumps(rest, option=orjson.OPT_SORT_KEYS))
        return text.decode(), (self._hub.sealer.seal(private) if private else None), digest

    def _references(self, one: Checked) -> dict[str, Any]:
        """What a record refers to; where it names no organiser, that is the source's owner."""
        field_name = OWNER_FIELDS.get(one.kind)
        if field_name is None or field_name in one.references or not self._settings.owner:
            return one.references
        return {**one.references, field_name: self._settings.owner}

    def _clues(
        self, claim_id: int, outer: int, one: Checked, found: Sequence[tuple[Rule, str]], written: Written
    ) -> None:
        sealer, kind = self._hub.sealer, one.kind.value
        name = one.data.get("name")
        name_hash = sealer.hash_text("name", key_of_name(name)) if name else None
        for rule, text in found:
            written.keys.append((hashed(sealer, kind, rule, text), claim_id, rule.value, name_hash))
        references = self._references(one)
        nested = ""
        if one.slot and outer:
            nested = "org_id" if self._kind is Kind.ORGANISATION else "context"
            written.references.append((claim_id, nested, self._kind.value, None, outer, "nested"))
        for name, given in references.items():
            if name == nested:
                continue
            target = mark_of(ENTITIES[one.kind], name, RefersTo).kind
            written.references.append((claim_id, name, target, sealer.seal(given), None, None))
            for rank, (rule, text) in enumerate(reference_clues(given)):
                key = hashed(sealer, target, rule, text)
                written.reference_keys.append((key, claim_id, name, rank))

    def _flush(self, arrivals: Sequence[Arrival], written: Written) -> None:
        connection = self._connection
        renewed = [row[-1] for row in written.renewed]
        store.close_versions(connection, renewed, self._run)
        store.forget_keys(connection, renewed)
        store.renew(connection, written.renewed)
        store.withdraw(connection, written.gone, self._run)
        store.add(connection, written.claims)
        store.add_keys(connection, written.keys)
        store.add_references(connection, written.references, written.reference_keys)
        raws.settle(connection, written.statuses)
        old = [arrival.id for arrival in arrivals if not arrival.is_new]
        findings.replace_problems(connection, self._settings.name, old, written.problems)
        found = ledger.consent_states(connection, [row[0] for row in written.answers])
        states = {place: Latest(*latest) for place, latest in found.items()}
        rows, wordings = entries(written.answers, states, self._hub, self._settings, self._run)
        ledger.add_consents(connection, rows, wordings)


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
