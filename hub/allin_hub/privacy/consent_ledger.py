"""The ledger of consents: what was said is appended, the state is derived, and a withdrawal always wins.

Unclear, contradicting or empty answers mean no. A yes to the newsletter asks for a confirmation by mail
and is no consent before it (double opt-in).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allin_hub.store.tables import iso
from allin_schemas import ConsentEvent, Purpose

ANY_CHANNEL = "any"
LIVE = frozenset({ConsentEvent.CONFIRMED, ConsentEvent.IMPORTED})
ENDED = frozenset({ConsentEvent.WITHDRAWN, ConsentEvent.REFUSED, ConsentEvent.EXPIRED})
CONFIRMED_BY_MAIL = frozenset({Purpose.NEWSLETTER})
FROM_SOURCES = frozenset({"form", "import"})
LAWFUL_BASIS = "Art. 6(1)(a)"


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest event of a claim's consent: what happened, how, and when."""

    event: str
    method: str
    at: dt.datetime


def _ended_elsewhere(latest: Latest) -> bool:
    return ConsentEvent(latest.event) in ENDED and latest.method not in FROM_SOURCES


def event_for(
    purpose: str, answer: str, latest: Latest | None, method: str, said_at: dt.datetime | None
) -> ConsentEvent | None:
    """What an answer adds to the ledger after the latest event of it; None when nothing is new.

    After an end that did not come from a source (a link in a mail, a call to the office), only a yes that was
    said later begins anew: the old yes in the partner's sheet does not.
    """
    before = latest.event if latest else None
    live = before is not None and ConsentEvent(before) in LIVE
    if answer == "yes":
        if latest is not None and _ended_elsewhere(latest) and (said_at is None or said_at <= latest.at):
            return None
        if live or (before == ConsentEvent.REQUESTED and Purpose(purpose) in CONFIRMED_BY_MAIL):
            return None
        if Purpose(purpose) in CONFIRMED_BY_MAIL:
            return ConsentEvent.REQUESTED
        return ConsentEvent.CONFIRMED if method == "form" else ConsentEvent.IMPORTED
    if live or before == ConsentEvent.REQUESTED:
        return ConsentEvent.WITHDRAWN
    return ConsentEvent.REFUSED if before is None else None


def entries(
    answers: Iterable[tuple[int, int, Mapping[str, Sequence[Any]], dt.datetime | None]],
    states: Mapping[tuple[int, str, str], Latest],
    *,
    method: str,
    language: str | None,
    now: dt.datetime,
    run_id: str,
) -> tuple[list[tuple[Any, ...]], list[tuple[str, str, str | None]]]:
    """Rows for the ledger, and the wordings that they point to. What is no longer said is withdrawn.

    `answers` are (claim, raw, purpose -> (yes or no, wording, when), when the record was changed).
    """
    before: dict[int, dict[str, Latest]] = {}
    for (claim, purpose, _), latest in states.items():
        before.setdefault(claim, {})[purpose] = latest
    rows: list[tuple[Any, ...]] = []
    wordings: dict[str, tuple[str, str, str | None]] = {}
    for claim_id, raw_id, said, updated_at in answers:
        for purpose in sorted(said.keys() | before.get(claim_id, {}).keys()):
            answer, wording, at = said.get(purpose, ("no", "", None))
            said_at = _moment(at) or updated_at
            new = event_for(purpose, answer, before.get(claim_id, {}).get(purpose), method, said_at)
            if new is None:
                continue
            text_id = hashlib.blake2b(wording.encode(), digest_size=16).hexdigest()
            wordings[text_id] = (text_id, wording, language)
            when = said_at or now
            rows.append(
                (
                    claim_id,
                    raw_id,
                    purpose,
                    ANY_CHANNEL,
                    new.value,
                    iso(when),
                    LAWFUL_BASIS,
                    text_id,
                    method,
                    run_id,
                )
            )
    return rows, list(wordings.values())


def _moment(at: Any) -> dt.datetime | None:
    if isinstance(at, str):
        try:
            at = dt.datetime.fromisoformat(at)
        except ValueError:
            return None
    return at if isinstance(at, dt.datetime) and at.tzinfo is not None else None


def live(
    ledger: Sequence[Any], purpose: Purpose, channel: str, now: dt.datetime
) -> dict[str, dt.datetime | None]:
    """Persons whose consent for a purpose and channel lives now -> when it ends.

    A person may stand behind several claims: each answers for itself, one no outweighs every yes,
    and a yes counts only while its claim is still made.
    """
    latest: dict[tuple[str, int, str], tuple[str, int, dt.datetime | None]] = {}
    for person, claim_id, lives, of_purpose, of_channel, event, expires_at in ledger:
        if of_purpose == purpose.value and of_channel in {ANY_CHANNEL, channel}:
            latest[(person, claim_id, of_channel)] = (event, lives, expires_at)
    found: dict[str, dt.datetime | None] = {}
    refused: set[str] = set()
    for (person, _, _), (last, lives, expires_at) in latest.items():
        if ConsentEvent(last) in ENDED or (expires_at is not None and expires_at <= now):
            refused.add(person)
        elif ConsentEvent(last) in LIVE and lives:
            ends = [moment for moment in (found.get(person), expires_at) if moment is not None]
            found[person] = min(ends, default=None)
    return {person: expires for person, expires in found.items() if person not in refused}


def refusing(ledger: Sequence[Any], purposes: Collection[Purpose]) -> frozenset[str]:
    """Persons and roles of whom the last word about one of these purposes, in any claim, is a no."""
    latest: dict[tuple[str, int, str, str], str] = {}
    for person, claim_id, _, of_purpose, of_channel, event, _ in ledger:
        if of_purpose in purposes:
            latest[(person, claim_id, of_purpose, of_channel)] = event
    return frozenset(person for (person, *_), event in latest.items() if ConsentEvent(event) in ENDED)


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
