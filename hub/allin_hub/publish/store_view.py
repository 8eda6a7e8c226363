"""The real `View`: entities of the store after the gate, loaded when an output first asks for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from allin_hub.api.plugin import Output
from allin_hub.api.view import Cell, Change, Credit
from allin_hub.base.errors import PublishError
from allin_hub.entities.hidden import today
from allin_hub.entities.parts import parts_of_persons
from allin_hub.hub import Hub
from allin_hub.privacy.consent_ledger import Persons, Released, in_part, refusing, released
from allin_hub.privacy.gate import passes
from allin_hub.privacy.numbers import numbers_of, without_mail, without_numbers
from allin_hub.privacy.released import persons, unread_sources
from allin_hub.privacy.suppression import hide_small, homes, protected
from allin_hub.privacy.text_gate import TextGate
from allin_hub.store import consents, entities, hidden_entries, ledger
from allin_hub.store.published_entities import publishable
from allin_schemas import ENTITIES, Kind, Person, PersonType, Purpose, Record

E = TypeVar("E", bound=Record)


class StoreView:
    """What one output may see at one moment."""

    def __init__(self, connection: Connection, hub: Hub, output: Output[Any]) -> None:
        self._connection = connection
        self._hub = hub
        self._output = output
        self.purpose: Purpose = output.purpose
        self.now: dt.datetime = hub.clock()
        self.seq = entities.last_seq(connection)
        self.texts = TextGate(connection, hub)
        self._seen: dict[Kind, dict[str, Record]] = {}
        self._credited: dict[tuple[str, Any], Credit] = {}
        self._digests: dict[UUID, str] = {}
        self._persons_numbers: dict[str, frozenset[str]] = {}
        """Person -> numbers that she did not release: they are hers wherever else they stand."""
        self._persons_mails: dict[str, set[str]] = {}
        """Address that a person did not release -> the names of those who have it."""
        self._known: dict[int, tuple[str, str]] = {}
        """Digest and id, by the object itself: what is shown is held here, so that none can take another's place."""

    @cached_property
    def ledger_faults(self) -> list[ledger.Fault]:
        """What of the ledger of consents does not verify: while anything does not, nobody has agreed."""
        return ledger.faults(self._connection, self._hub.sealer)

    @cached_property
    def _events(self) -> list[consents.LedgerEvent]:
        return [] if self.ledger_faults else consents.events(self._connection)

    @cached_property
    def _persons(self) -> Persons:
        return persons(self._connection, self._events)

    @cached_property
    def _released(self) -> dict[str, Released]:
        days = self._hub.config.hub.unread_consent_days
        unread = unread_sources(consents.last_reads(self._connection), days, self.now)
        return released(self._persons, self._events, self.purpose, self._output.channel, self.now, unread)

    @cached_property
    def _consenting(self) -> dict[str, dt.datetime | None]:
        """Persons who have agreed, and until when; whom the office hides is named in no text either."""
        return {person: one.ends for person, one in self._released.items() if person not in self._hidden}

    @cached_property
    def _parts(self) -> dict[str, dict[str, Any]]:
        """Persons whose consent covers only some of what is known of them -> what it covers."""
        return parts_of_persons(self._connection, self._hub, self._in_part)

    @cached_property
    def _in_part(self) -> dict[str, frozenset[int]]:
        return in_part(self._persons, self._released)

    @cached_property
    def _refusing(self) -> frozenset[str]:
        if self.ledger_faults:
            return frozenset(claim.entity_id for claim in self._persons.claims)
        return refusing(self._persons, self._events, {self.purpose, Purpose.DIRECTORY_PUBLIC})

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """Entries that the office keeps out of every output."""
        rows = hidden_entries.hidden(self._connection, today(self._hub))
        return frozenset().union(*(hidden_entries.reached(self._connection, one) for one in rows))

    def _load(self, kind: Kind) -> dict[str, Record]:
        if kind not in self._seen:
            allowed = {entity.kind for entity in self._output.reads} | {Kind.PERSON}
            if kind not in allowed:
                raise PublishError(
                    f"The output '{self._output.name}' does not declare that it reads {kind.value}."
                )
            self._seen[kind] = self._gated(kind)
        return self._seen[kind]

    def _gated(self, kind: Kind) -> dict[str, Record]:
        """Load every entity of a kind that passes the gate, in the order of names."""
        model = ENTITIES[kind]
        title = model.title_field
        consenting, refused = self._consenting, self._refusing
        held = self._numbers_held() if kind is not Kind.PERSON else {}
        empty = _empty(model)
        ordered: list[tuple[str, int, str, Record]] = []
        for batch in publishable(self._connection, kind, self._hub.sealer, unseal=kind is Kind.PERSON):
            found: list[tuple[str, str, dict[str, Any]]] = []
            for one in batch:
                part = self._parts.get(one.id) if kind is Kind.PERSON else None
                in_whole = kind is not Kind.PERSON or one.id not in self._in_part
                fields = passes(kind, one.fields, one.id, consenting if in_whole else (), refused)
                if fields is None and part is not None:
                    fields = passes(kind, part, one.id, consenting, refused)
                else:
                    part = None
                if one.id in self._hidden:
                    fields = None
                if kind is Kind.PERSON:
                    self._keep_contacts(one.id, one.fields, fields or {})
                shown = fields and self.texts.shown(kind, one.id, fields, consenting, self._parts)
                if fields and shown:
                    named = self.texts.address(kind, one.id, one.bookkeeping["slug"], fields, shown)
                    ends = consenting.get(one.id)
                    digest = self._hub.sealer.digest(part).hex() if part else one.digest.hex()
                    digest += (
                        (ends.isoformat() if ends else "") + ("-" if one.id in refused else "") + shown.mark
                    )
                    digest += "/" if named != one.bookkeeping["slug"] else ""
                    found.append(
                        (one.id, digest, {**empty, **shown.fields, **one.bookkeeping, "slug": named})
                    )
            read = _many(model).validate_json(orjson.dumps([data for *_, data in found]))
            for (key, digest, data), entity in zip(found, read, strict=True):
                entity, cut = without_mail(entity, self._persons_mails)  # noqa: PLW2901 - what is shown takes its place
                digest += cut  # noqa: PLW2901
                if key in held:
                    entity, cut = without_numbers(entity, held[key])  # noqa: PLW2901
                    digest += cut  # noqa: PLW2901
                self._digests[entity.id] = digest
                self._known[id(entity)] = digest, key
                ordered.append((str(data.get(title)).casefold(), entity.id.int, key, entity))
        ordered.sort(key=itemgetter(0, 1))
        return {key: entity for *_, key, entity in ordered}

    def _keep_contacts(self, person: str, known: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        """Note the numbers and the address that a person did not release."""
        self._persons_numbers[person] = numbers_of(known) - numbers_of(shown)
        email = known.get("email")
        if email and email != shown.get("email") and known.get("type") == PersonType.PERSON.value:
            self._persons_mails.setdefault(email.casefold(), set()).add(str(known.get("name") or ""))

    def _numbers_held(self) -> dict[str, frozenset[str]]:
        """Entity -> numbers of its contact persons who did not release them."""
        self._load(Kind.PERSON)
        found: dict[str, frozenset[str]] = {}
        for entity, person, _ in self._links:
            found[entity] = found.get(entity, frozenset()) | self._persons_numbers.get(person, frozenset())
        return {entity: numbers for entity, numbers in found.items() if numbers}

    def all(self, kind: type[E]) -> Sequence[E]:
        """Every entity of this kind that may be seen, by name."""
        return cast("Sequence[E]", list(self._load(kind.kind).values()))

    def get(self, kind: type[E], id: UUID | None) -> E | None:
        """One entity, or None where it is not there or may not be seen."""
        return None if id is None else cast("E | None", self._load(kind.kind).get(str(id)))

    @cached_property
    def _links(self) -> list[tuple[str, str, int]]:
        return entities.contact_links(self._connection)

    @cached_property
    def _contacts(self) -> dict[str, set[str]]:
        """Entity -> who is named with it, by claims that may be seen where she has agreed to some of them."""
        found: dict[str, set[str]] = {}
        for entity, person, claim in self._links:
            if person not in self._parts or claim in self._released[person].claims:
                found.setdefault(entity, set()).add(person)
        return found

    def contacts(self, entity: Record) -> Sequence[Person]:
        """The persons and roles to reach for an entity; named persons only under a live consent."""
        seen = self._load(Kind.PERSON)
        found = [seen[id] for id in self._contacts.get(self._id(entity), ()) if id in seen]
        if len(found) > 1:
            found.sort(key=lambda person: (str(getattr(person, "name", "")).casefold(), person.id))
        return cast("Sequence[Person]", found)

    def masked(self) -> list[tuple[str, str, str]]:
        """What was masked in the entries that were loaded: title (an id where a person may be in it), field, sources."""
        found = []
        for (kind, key), paths in self.texts.masked.items():
            field = ENTITIES[kind].title_field
            entity = self._seen[kind].get(key)
            title = getattr(entity, field, None) if kind is not Kind.PERSON and field not in paths else None
            sources = ", ".join(dict.fromkeys(source for source, _ in self._credits.get(key, ())))
            found += [(str(title or key), path, sources) for path in paths]
        return sorted(found)

    @cached_property
    def _credits(self) -> dict[str, list[tuple[str, Any]]]:
        return entities.credits_of(self._connection)

    def credits(self, entity: Record) -> Sequence[Credit]:
        """The sources that an entity comes from, and the day on which each last said something new about it."""
        return [self._credit(source, at) for source, at in self._credits.get(self._id(entity), ())]

    def _credit(self, source: str, at: Any) -> Credit:
        found = self._credited.get((source, at))
        if found is None:
            settings = self._hub.config.sources.get(source)
            moment = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
            day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            owner = settings.owner if settings else None
            licence = (settings.licence if settings else None) or self._hub.config.hub.licence
            found = self._credited[(source, at)] = Credit(source, owner, licence, day)
        return found

    def changes(self, since: int) -> Sequence[Change]:
        """What happened after this change, oldest first."""
        kinds = [entity.kind for entity in self._output.reads if entity.kind is not Kind.PERSON]
        found = []
        for seq, at, kind, entity, op, units in entities.changes(self._connection, since, kinds):
            if op == "withdrawn" or entity in self._load(Kind(kind)):
                found.append(Change(seq, at, Kind(kind), UUID(entity), op, tuple(orjson.loads(units))))
        return found

    def counts(self, kind: type[Record], by: str | None = None) -> Sequence[Cell]:
        """How many entities there are, by a field; of persons rounded, small groups hidden, whoever asks."""
        labelled = [
            (label, entity)
            for entity in self._load(kind.kind).values()
            for label in (_labels(getattr(entity, by)) if by else ["all"])
        ]
        counted = Counter(label for label, _ in labelled)
        return _cells(protected(counted, homes(labelled)) if kind.kind is Kind.PERSON else counted)

    def audience(self) -> Mapping[str, int | None]:
        """How many people may receive this output, by preferred language; small groups are hidden."""
        counted: Counter[str] = Counter()
        for stored in entities.everything(self._connection, Kind.PERSON, self._hub.sealer):
            data = self._parts.get(stored.id, stored.data)
            if stored.id in self._consenting and data.get("email"):
                counted[data.get("preferred_language") or self._hub.config.hub.languages[0]] += 1
        return hide_small(counted)

    def digest(self, entity: Record) -> str:
        """What changes with anything of an entity that may be seen, and with the end of its consent."""
        known = self._known.get(id(entity))
        return known[0] if known else self._digests[entity.id]

    def _id(self, entity: Record) -> str:
        known = self._known.get(id(entity))
        return known[1] if known else str(entity.id)

    def fingerprint(self) -> str:
        """A mark of all that a publish depends on but the plugin: changes, consents, the hour."""
        contacts = sorted((entity, sorted(named)) for entity, named in self._contacts.items())
        consenting = [
            (person, ends.isoformat() if ends else "") for person, ends in sorted(self._consenting.items())
        ]
        some = [(person, self._hub.sealer.digest(part).hex()) for person, part in sorted(self._parts.items())]
        parts = [
            self.seq,
            entities.last_consent(self._connection),
            self.texts.fingerprint(),
            consenting,
            sorted(self._hidden),
            some,
            sorted(self._refusing),
            [one.seq for one in self.ledger_faults],
            contacts,
            self._credits,
            f"{self.now.astimezone(dt.UTC):%Y-%m-%dT%H}",
        ]
        return hashlib.blake2b(orjson.dumps(parts, default=str), digest_size=16).hexdigest()


@cache
def _many(model: type[Record]) -> TypeAdapter[list[Record]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]


@cache
def _empty(model: type[Record]) -> dict[str, Any]:
    """The collections of a model that are empty where nothing is said: named, they cost the model no copy."""
    return {
        name: field.default
        for name, field in model.model_fields.items()
        if isinstance(field.default, list | dict)
    }


def _labels(value: Any) -> list[str]:
    if isinstance(value, list):
        return [
            str(item.get("code", item)) if isinstance(item, dict) else str(getattr(item, "code", item))
            for item in value
        ]
    return [] if value is None else [str(value)]


def _cells(counts: Mapping[str, int | None] | Mapping[str, int]) -> list[Cell]:
    return [
        Cell(label, counts[label])
        for label in sorted(counts, key=lambda label: (-(counts[label] or 0), label))
    ]
