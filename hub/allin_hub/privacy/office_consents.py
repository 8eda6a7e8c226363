"""What the office asks, notes and takes back of a person's consent: plain data for staff, and events of its own.

What the office notes outlasts every sync: an old answer in a partner's sheet is not said anew by being read again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point
from allin_hub.hub import Hub
from allin_hub.privacy import person_keys
from allin_hub.privacy.consent_ledger import (
    ANY_CHANNEL,
    CONFIRMED_BY_MAIL,
    OFFICE,
    SAID_NO,
    Persons,
    event,
    released,
)
from allin_hub.privacy.person_keys import folded_name
from allin_hub.privacy.released import persons, subjects_of, unread_sources, voices
from allin_hub.store import consents, entities, ledger
from allin_hub.store.consents import LedgerEvent, PersonClaim
from allin_hub.store.engine import reading, writing
from allin_schemas import ConsentEvent, Kind, Purpose

Answer = Literal["yes", "asked", "no", "none"]
BY_OFFICE = "office"
"""The run of an event that the office notes itself."""


@dataclass(frozen=True, slots=True)
class NotedConsent:
    """An event of the ledger that speaks for a person; `source` is None where the office noted it itself.

    `same_entry` is False where it was said in an entry of its own and reaches her by her mail, phone or name.
    """

    id: int
    purpose: str
    channel: str
    event: str
    method: str
    at: dt.datetime
    expires_at: dt.datetime | None
    source: str | None
    same_entry: bool


@dataclass(frozen=True, slots=True)
class PurposeState:
    """What holds for a purpose now; a yes covers what these sources say of her, and nothing that others add."""

    purpose: str
    answer: Answer
    sources: tuple[str, ...]
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PersonConsents:
    """A person, whom she can be reached for, what holds of her consents, and all that the ledger says of them."""

    id: str
    name: str | None
    organisations: tuple[str, ...]
    purposes: tuple[PurposeState, ...]
    events: tuple[NotedConsent, ...]


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person as staff tell her from others."""

    id: str
    name: str | None
    organisations: tuple[str, ...]


def find_by_id(hub: Hub, word: str) -> str:
    """The person of an id, its beginning, or its slug.

    Raises ConfigError when there is none, or more than one; the word is not repeated, because it may be a name.
    """
    with reading(hub.engine) as connection:
        found = [id for kind, id in entities.find(connection, word) if kind is Kind.PERSON]
    if len(found) != 1:
        raise ConfigError(
            "No person has this id." if not found else "More than one person has an id that begins so.",
            hint="Leave it out, and name the person when you are asked: so no name is kept in the shell's history.",
        )
    return found[0]


def find_by_words(hub: Hub, words: str) -> list[FoundPerson]:
    """The persons whose name holds all of these words, or whose mail or phone it is."""
    wanted = set(folded_name(words).split())
    mail, digits = words.strip().casefold(), re.sub(r"\D", "", words).lstrip("0")
    found = []
    with reading(hub.engine) as connection:
        for one in entities.everything(connection, Kind.PERSON, hub.sealer):
            numbers = [phone["number"] for phone in one.data.get("phones") or ()]
            if (
                (one.data.get("email") or "").casefold() == mail
                or (len(digits) >= 5 and any(number.endswith(digits) for number in numbers))
                or (wanted and wanted <= set(folded_name(one.data.get("name") or "-").split()))
            ):
                found.append((one.id, one.data.get("name")))
        known = persons(connection, ())
        return [FoundPerson(id, name, _organisations(connection, hub, known, id)) for id, name in found]


def consents_of_person(hub: Hub, person: str) -> PersonConsents:
    """All that holds and was said of a person's consents, the oldest first: for staff."""
    with reading(hub.engine) as connection:
        stored = entities.load(connection, Kind.PERSON, [person], hub.sealer)[person]
        events = consents.events(connection)
        known = persons(connection, events)
        reads = consents.last_reads(connection)
        named = _organisations(connection, hub, known, person)
    said = _said_of(known, events, person)
    unread = unread_sources(reads, hub.config.hub.unread_consent_days, hub.clock())
    by_id = {claim.id: claim for claim in known.claims}
    purposes = tuple(_state(known, events, said, purpose, person, hub.clock(), unread) for purpose in Purpose)
    noted = tuple(
        NotedConsent(
            one.id,
            one.purpose,
            one.channel,
            one.event,
            one.method,
            one.at,
            one.expires_at,
            by_id[one.claim_id].source
            if one.claim_id in by_id and one.method in consents.FROM_SOURCES
            else None,
            one.claim_id in by_id and by_id[one.claim_id].entity_id == person,
        )
        for one in said
    )
    return PersonConsents(person, stored.data.get("name"), named, purposes, noted)


def _state(
    known: Persons,
    events: Sequence[LedgerEvent],
    said: Sequence[LedgerEvent],
    purpose: Purpose,
    person: str,
    now: dt.datetime,
    unread: frozenset[str],
) -> PurposeState:
    found = released(known, events, purpose, ANY_CHANNEL, now, unread).get(person)
    if found is not None:
        sources = {claim.source for claim in known.claims if claim.id in found.claims}
        return PurposeState(purpose.value, "yes", tuple(sorted(sources)), found.ends)
    latest: dict[tuple[int | None, str], LedgerEvent] = {}
    for one in said:
        if one.purpose == purpose.value:
            latest[(one.claim_id, one.channel)] = one
    answer: Answer = "none"
    if any(ConsentEvent(one.event) in SAID_NO for one in latest.values()):
        answer = "no"
    elif any(
        one.event == ConsentEvent.REQUESTED and (one.expires_at is None or one.expires_at > now)
        for one in latest.values()
    ):
        answer = "asked"
    return PurposeState(purpose.value, answer, (), None)


def _said_of(known: Persons, events: Iterable[LedgerEvent], person: str) -> list[LedgerEvent]:
    """The events of a person's own claims, and the noes of others that reach her."""
    by_id = {claim.id: claim for claim in known.claims}
    met: set[str] = set()
    for claim in known.claims:
        if claim.entity_id == person:
            met |= known.met_by(claim)
    found = []
    for one in events:
        own = by_id.get(one.claim_id or 0)
        if own is not None and not known.speaks_of(one, own):
            own = None
        if own is not None and own.entity_id == person:
            found.append(one)
        elif ConsentEvent(one.event) in SAID_NO or own is None:
            keys = known.subject(one) | (known.said_for(own) if own is not None else set())
            if keys & met:
                found.append(one)
    return found


def _organisations(connection: Connection, hub: Hub, known: Persons, person: str) -> tuple[str, ...]:
    places = {
        place
        for claim in known.claims
        if claim.live and claim.entity_id == person
        for place in known.places.get(claim.id, ())
    }
    found = entities.load(connection, Kind.ORGANISATION, sorted(places), hub.sealer)
    return tuple(sorted(str(one.data.get("name")) for one in found.values()))


def withdraw(hub: Hub, person: str, purposes: Iterable[Purpose]) -> None:
    """Note that a person takes back, or refuses, her consent. It reaches all that any source says of her."""
    _note(hub, person, dict.fromkeys(purposes, ConsentEvent.WITHDRAWN))


def give(hub: Hub, person: str, purposes: Iterable[Purpose]) -> None:
    """Note that a person agrees to what is known of her now; noes that were said before end with it.

    For mails it is a request: they begin when she has confirmed by mail.
    Raises ConfigError when nobody speaks of her any more.
    """
    _note(
        hub,
        person,
        {
            purpose: ConsentEvent.REQUESTED if purpose in CONFIRMED_BY_MAIL else ConsentEvent.CONFIRMED
            for purpose in purposes
        },
    )


def _note(hub: Hub, person: str, said: dict[Purpose, ConsentEvent]) -> None:
    now = hub.clock()
    with writing(hub.engine, Point.CONSENT_NOTED) as connection:
        if ledger.faults(connection, hub.sealer):
            raise StoreError(
                "The ledger of consents does not verify: nothing can be noted in it.",
                hint="See what is wrong with it: allin doctor",
            )
        known = persons(connection, consents.events(connection))
        own = [claim for claim in known.claims if claim.entity_id == person]
        live = [claim for claim in own if claim.live]
        if not live and set(said.values()) != {ConsentEvent.WITHDRAWN}:
            raise ConfigError(
                "No source speaks of this person any more.",
                hint="A consent covers what a source says of her.",
            )
        said = _news(connection, live, said)
        said_of: list[PersonClaim | None] = [*live] or [None]
        subject = _subject(connection, hub, known, own)
        wording = ledger.wording_id("")
        events = [
            event(
                claim.id if claim is not None else None, claim.raw_id if claim is not None else None,
                purpose.value, what, now, wording, OFFICE, BY_OFFICE, subject=subject, said_at=now,
            )
            for purpose, what in said.items()
            for claim in said_of
        ]  # fmt: skip
        consents.add_consents(connection, hub.sealer, events, [(wording, "", None)])
        for purpose, what in said.items():
            hub.note(connection, "consent", person, {"purpose": purpose.value, "event": what.value})


def _news(
    connection: Connection, live: Sequence[PersonClaim], said: dict[Purpose, ConsentEvent]
) -> dict[Purpose, ConsentEvent]:
    """What the office has not noted before as the last word."""
    states, _ = voices(connection, [claim.id for claim in live])
    return {
        purpose: what
        for purpose, what in said.items()
        if not live
        or any(
            (state := states.get((claim.id, purpose.value, ANY_CHANNEL))) is None
            or (state.method, state.event) != (OFFICE, what.value)
            for claim in live
        )
    }


def _subject(connection: Connection, hub: Hub, known: Persons, own: Sequence[PersonClaim]) -> str:
    """All keys of a person: of every claim about her, and of every event that speaks for her."""
    keys: set[str] = set()
    for written in subjects_of(connection, hub.sealer, [claim.id for claim in own]).values():
        keys.update(person_keys.read(written))
    ids = {claim.id for claim in own}
    for one in consents.events(connection):
        if one.claim_id in ids:
            keys |= known.subject(one)
    return person_keys.written({key for key in keys if not key.endswith(f":{person_keys.ANYBODY}")})
