"""The ledger of consents: what was said is appended, the state is derived, and a withdrawal always wins.

Unclear, contradicting or empty answers mean no. A yes to the newsletter asks for a confirmation by mail
and is no consent before it (double opt-in).

A yes covers what its own claim says of a person. A no reaches every claim about the same person: with the same mail or
phone, with the same name within one organisation, or tied to the same entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from allin_hub.privacy import person_keys
from allin_hub.store.consents import FROM_SOURCES, ConsentState, LedgerEvent, PersonClaim
from allin_hub.store.ledger import wording_id
from allin_schemas import ConsentEvent, Purpose

ANY_CHANNEL = "any"
OFFICE = "office"
"""The method of what the office notes itself: it was asked in person, by letter or at the telephone."""
LIVE = frozenset({ConsentEvent.CONFIRMED, ConsentEvent.IMPORTED})
ENDED = frozenset({ConsentEvent.WITHDRAWN, ConsentEvent.REFUSED, ConsentEvent.EXPIRED})
SAID_NO = frozenset({ConsentEvent.WITHDRAWN, ConsentEvent.REFUSED})
CONFIRMED_BY_MAIL = frozenset({Purpose.NEWSLETTER})
LAWFUL_BASIS = "Art. 6(1)(a)"
REQUEST_DAYS = 7
"""How long a request waits for its answer once its letter was handed over; a letter that was not sent waits for ever."""


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """What a record answers about consent: purpose -> (yes or no, wording, when), and how the record came.

    `is_unchanged` says that the record itself was read before as it is now.
    """

    claim_id: int
    raw_id: int
    said: Mapping[str, Sequence[Any]]
    updated_at: dt.datetime | None
    is_unchanged: bool = False


def event_for(
    purpose: str,
    answer: str,
    latest: ConsentState | None,
    of_source: ConsentState | None,
    method: str,
    said_at: dt.datetime | None,
    evidence: bytes | None,
    now: dt.datetime,
    *,
    is_unchanged: bool = False,
) -> ConsentEvent | None:
    """What an answer adds to the ledger after the latest event of it; None when nothing is new.

    An answer that a source brought before is not said anew by being read again. After an end that did not come from a
    source (a link in a mail, a call to the office), only a yes that was said later begins anew: the old yes in the
    partner's sheet does not.
    """
    before = latest.event if latest else None
    live = before is not None and ConsentEvent(before) in LIVE
    by_others = latest is not None and latest.method not in FROM_SOURCES
    repeated = _is_repeated(answer, of_source, said_at, evidence, is_unchanged=is_unchanged)
    later = latest is not None and said_at is not None and said_at > latest.at and not repeated
    if answer == "yes":
        if by_others and before is not None and ConsentEvent(before) in ENDED and not later:
            return None
        if live and not (later and method == "form"):
            return None
        if Purpose(purpose) in CONFIRMED_BY_MAIL:
            waits = latest is not None and (latest.expires_at is None or latest.expires_at > now or repeated)
            asked = before == ConsentEvent.REQUESTED and waits
            return None if live or asked else ConsentEvent.REQUESTED
        return ConsentEvent.CONFIRMED if method == "form" else ConsentEvent.IMPORTED
    if by_others and repeated:
        return None
    if live or before == ConsentEvent.REQUESTED:
        return ConsentEvent.WITHDRAWN
    return ConsentEvent.REFUSED if before in {None, ConsentEvent.EXPIRED} else None


def _is_repeated(
    answer: str,
    before: ConsentState | None,
    said_at: dt.datetime | None,
    evidence: bytes | None,
    *,
    is_unchanged: bool,
) -> bool:
    """Whether the ledger holds this answer already."""
    if before is None:
        return False
    if is_unchanged or before.evidence is None:
        same = (ConsentEvent(before.event) in SAID_NO) == (answer == "no")
        return same and (is_unchanged or said_at is None or said_at <= before.at)
    return before.evidence == evidence


def entries(
    answers: Iterable[AnswerRead],
    states: Mapping[tuple[int, str, str], ConsentState],
    of_sources: Mapping[tuple[int, str, str], ConsentState],
    *,
    method: str,
    language: str | None,
    now: dt.datetime,
    run_id: str,
    hashed: Callable[[str], bytes],
) -> tuple[list[dict[str, Any]], list[tuple[str, str, str | None]]]:
    """Events for the ledger, and the wordings that they point to. What a source no longer says is withdrawn.

    No answer was given later than it is read: where its date lies ahead, it counts as given now.
    """
    before: dict[int, dict[str, ConsentState]] = {}
    for (claim, purpose, _), latest in states.items():
        before.setdefault(claim, {})[purpose] = latest
    events: list[dict[str, Any]] = []
    wordings: dict[str, tuple[str, str, str | None]] = {}
    for one in answers:
        known = before.get(one.claim_id, {})
        brought = {purpose for purpose, latest in known.items() if latest.method in FROM_SOURCES}
        for purpose in sorted(one.said.keys() | brought):
            answer, words, at = one.said.get(purpose, ("no", "", None))
            given = _moment(at)
            said_at = given if given is not None and given <= now else None
            evidence = hashed(f"{purpose}\x1f{answer}\x1f{at or ''}")
            of_source = of_sources.get((one.claim_id, purpose, ANY_CHANNEL))
            new = event_for(
                purpose, answer, known.get(purpose), of_source, method, said_at, evidence, now,
                is_unchanged=one.is_unchanged,
            )  # fmt: skip
            if new is None:
                continue
            text_id = wording_id(words)
            wordings[text_id] = (text_id, words, language)
            when = given or one.updated_at or now
            events.append(
                event(
                    one.claim_id, one.raw_id, purpose, new, min(when, now), text_id, method, run_id,
                    said_at=said_at, evidence=evidence,
                )
            )  # fmt: skip
    return events, list(wordings.values())


def event(
    claim_id: int | None,
    raw_id: int | None,
    purpose: str,
    what: ConsentEvent,
    at: dt.datetime,
    wording: str,
    method: str,
    run_id: str,
    **rest: Any,
) -> dict[str, Any]:
    """An event as the ledger takes it; `rest` are further columns of it."""
    return {
        "claim_id": claim_id,
        "raw_id": raw_id,
        "purpose": purpose,
        "channel": ANY_CHANNEL,
        "event": what.value,
        "at": at,
        "lawful_basis": LAWFUL_BASIS,
        "wording_id": wording,
        "method": method,
        "run_id": run_id,
        **rest,
    }


def _moment(at: Any) -> dt.datetime | None:
    if isinstance(at, str):
        try:
            at = dt.datetime.fromisoformat(at)
        except ValueError:
            return None
    return at if isinstance(at, dt.datetime) and at.tzinfo is not None else None


@dataclass(frozen=True)
class Persons:
    """The claims about persons, and where each belongs.

    `places` are the entities that a live claim's record belongs to; `homes` says in which others they live on.
    """

    claims: Sequence[PersonClaim]
    places: Mapping[int, Sequence[str]]
    homes: Mapping[str, Collection[str]]

    def said_for(self, claim: PersonClaim) -> set[str]:
        """The keys of the persons that a claim's answer speaks for."""
        return person_keys.said_for(person_keys.read(claim.keys), self.places.get(claim.id, ()))

    def met_by(self, claim: PersonClaim) -> set[str]:
        """The keys by which answers of others reach a claim."""
        return person_keys.met_by(person_keys.read(claim.keys), self.places.get(claim.id, ()))

    @cached_property
    def by_key(self) -> dict[str, set[str]]:
        """Key by which answers of others reach a claim -> the entries of those claims."""
        found: dict[str, set[str]] = {}
        for claim in self.claims:
            for key in self.met_by(claim):
                found.setdefault(key, set()).add(claim.entity_id)
        return found

    def subject(self, event: LedgerEvent) -> set[str]:
        """The keys that an event was noted under, with entities by their names of today."""
        keys = person_keys.read(event.subject)
        return {moved for key in keys for moved in person_keys.moved(key, self.homes)}

    @staticmethod
    def speaks_of(event: LedgerEvent, claim: PersonClaim) -> bool:
        """Whether an event of a claim was said of whom the claim speaks today: a row, or a mailbox, may be another's by now."""
        return person_keys.may_be_one(event.subject, claim.keys)

    @staticmethod
    def last_words(asked: Sequence[LedgerEvent]) -> list[LedgerEvent]:
        """The last event of each claim, or of whoever stands in no source, by channel and by whom it was said of."""
        found: dict[tuple[Any, str], list[LedgerEvent]] = {}
        for one in asked:
            words = found.setdefault((one.claim_id or one.subject, one.channel), [])
            if words:
                words[:] = [word for word in words if not person_keys.may_be_one(word.subject, one.subject)]
            words.append(one)
        return [word for words in found.values() for word in words]


@dataclass(frozen=True, slots=True)
class Released:
    """What a person lets be seen: what these of her claims say, and until when."""

    claims: frozenset[int]
    ends: dt.datetime | None


def released(
    persons: Persons,
    ledger: Sequence[LedgerEvent],
    purpose: Purpose,
    channel: str,
    now: dt.datetime,
    unread: frozenset[str] = frozenset(),
) -> dict[str, Released]:
    """Entry of a person -> which of its claims a live consent for a purpose and channel covers now.

    `unread` names the sources that were not read for so long that the yes which they repeat counts no more.
    """
    asked = [one for one in ledger if one.purpose == purpose.value and one.channel in {ANY_CHANNEL, channel}]
    latest = persons.last_words(asked)
    by_id = {claim.id: claim for claim in persons.claims}
    yes: dict[int, list[LedgerEvent]] = {}
    not_yes: set[int] = set()
    for one in latest:
        claim = by_id.get(one.claim_id or 0)
        if one.claim_id is None or claim is None or not persons.speaks_of(one, claim):
            continue
        if _is_live(one, now):
            yes.setdefault(one.claim_id, []).append(one)
        elif ConsentEvent(one.event) in ENDED or one.expires_at is not None:
            not_yes.add(one.claim_id)
    noes = _standing(asked, latest)
    agreeing = [
        claim
        for claim in persons.claims
        if claim.live
        and claim.id in yes
        and claim.id not in not_yes
        and (claim.source not in unread or any(one.method not in FROM_SOURCES for one in yes[claim.id]))
    ]
    reached = _reached(persons, noes, {claim.entity_id for claim in agreeing})
    found: dict[str, Released] = {}
    for claim in agreeing:
        said = yes[claim.id]
        if any(not _is_said_after(said, no) for no in reached.get(claim.entity_id, ())):
            continue
        known = found.get(claim.entity_id)
        ends = [one.expires_at for one in said if one.expires_at is not None]
        if known is not None:
            ends += [known.ends] if known.ends is not None else []
        claims = frozenset({claim.id}) | (known.claims if known else frozenset())
        found[claim.entity_id] = Released(claims, min(ends, default=None))
    return found


def in_part(persons: Persons, released: Mapping[str, Released]) -> dict[str, frozenset[int]]:
    """Entries of persons of which some claims are released and others not -> the claims that are."""
    known: dict[str, set[int]] = {}
    for claim in persons.claims:
        if claim.live and claim.entity_id in released:
            known.setdefault(claim.entity_id, set()).add(claim.id)
    return {person: one.claims for person, one in released.items() if one.claims != known[person]}


def refusing(
    persons: Persons, ledger: Sequence[LedgerEvent], purposes: Collection[Purpose]
) -> frozenset[str]:
    """Entries of persons and roles that a no to one of these purposes reaches, unless the office noted a yes since."""
    everybody = {claim.entity_id for claim in persons.claims if claim.live}
    by_id = {claim.id: claim for claim in persons.claims}
    found: set[str] = set()
    for purpose in purposes:
        asked = [one for one in ledger if one.purpose == purpose.value]
        latest = persons.last_words(asked)
        yes: dict[str, list[LedgerEvent]] = {}
        for one in latest:
            claim = by_id.get(one.claim_id or 0)
            if ConsentEvent(one.event) in LIVE and claim is not None and persons.speaks_of(one, claim):
                yes.setdefault(claim.entity_id, []).append(one)
        reached = _reached(persons, _standing(asked, latest), everybody)
        found |= {
            entry
            for entry, noes in reached.items()
            if any(not _is_said_after(yes.get(entry, ()), no) for no in noes)
        }
    return frozenset(found)


def _standing(asked: Sequence[LedgerEvent], latest: Sequence[LedgerEvent]) -> list[LedgerEvent]:
    """The noes that hold: those that are a source's last word, and all that the office noted."""
    last = {one.id for one in latest}
    return [
        one
        for one in asked
        if ConsentEvent(one.event) in SAID_NO and (one.method not in FROM_SOURCES or one.id in last)
    ]


def _is_live(event: LedgerEvent, now: dt.datetime) -> bool:
    return ConsentEvent(event.event) in LIVE and (event.expires_at is None or event.expires_at > now)


def _is_said_after(said: Sequence[LedgerEvent], no: LedgerEvent) -> bool:
    """Whether a claim's yes was given in the face of a no: noted by the office since, or said later than the office's no.

    One source's yes never outweighs another's no, however new.
    """
    return any(
        one.id > no.id
        and (
            one.method not in FROM_SOURCES
            or (no.method not in FROM_SOURCES and one.said_at is not None and one.said_at > no.at)
        )
        for one in said
    )


def _reached(persons: Persons, noes: Sequence[LedgerEvent], wanted: set[str]) -> dict[str, list[LedgerEvent]]:
    """Entry -> the noes that reach one of its claims."""
    if not noes or not wanted:
        return {}
    claims = {claim.id: claim for claim in persons.claims}
    found: dict[str, list[LedgerEvent]] = {}
    for no in noes:
        keys = persons.subject(no)
        reached = set()
        own = claims.get(no.claim_id or 0)
        if own is not None and persons.speaks_of(no, own):
            keys |= persons.said_for(own)
            reached.add(own.entity_id)
        for key in keys:
            reached |= persons.by_key.get(key, set())
        for entity in reached & wanted:
            found.setdefault(entity, []).append(no)
    return found


def consents_of(ledger: Sequence[Any]) -> dict[str, list[dict[str, Any]]]:
    """Person -> what the ledger holds of her, the oldest first; for staff."""
    found: dict[str, list[dict[str, Any]]] = {}
    for person, claim_id, lives, purpose, channel, event, expires_at in ledger:
        line = {
            "purpose": purpose,
            "channel": channel,
            "event": event,
            "claim": claim_id,
            "claim_lives": bool(lives),
        }
        found.setdefault(person, []).append(line | ({"expires_at": expires_at} if expires_at else {}))
    return found
