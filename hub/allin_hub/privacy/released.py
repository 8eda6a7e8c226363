"""Reads from the store what the ledger of consents comes to: which claims of which persons may be seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from allin_hub.base.encryption import Sealer
from allin_hub.privacy import person_keys
from allin_hub.privacy.consent_ledger import Persons
from allin_hub.store import consents
from allin_hub.store.consents import LedgerEvent, States


def persons(connection: Connection, ledger: Sequence[LedgerEvent]) -> Persons:
    """All claims about persons, and where they belong; the entities of which these events tell, where they live on."""
    keys = {key for one in ledger for key in person_keys.read(one.subject)}
    told = {place for key in keys if (place := person_keys.place_of(key)) is not None}
    return Persons(
        consents.person_claims(connection),
        consents.places_of_persons(connection),
        consents.homes(connection, told),
    )


def subjects_of(connection: Connection, sealer: Sealer, claim_ids: Sequence[int]) -> dict[int, str]:
    """Claim -> the keys of its person, as an event keeps them: with them it holds when the claim is gone."""
    if not claim_ids:
        return {}
    found = Persons(
        consents.person_claims(connection, claim_ids),
        consents.places_of_persons(connection, claim_ids),
        {},
    )
    return {
        claim.id: person_keys.written(
            {
                *found.said_for(claim),
                person_keys.record_key(claim.source, bytes(claim.raw_key), claim.slot, sealer),
            }
        )
        for claim in found.claims
    }


def voices(connection: Connection, claim_ids: Sequence[int]) -> tuple[States, States]:
    """The latest events of claims, and the latest that a source brought.

    What was said of another person than whom a claim speaks of today is left out.
    """
    speaking = {one.id: one.keys for one in consents.person_claims(connection, claim_ids)}
    latest, of_sources = consents.consent_voices(connection, claim_ids)

    def of_today(states: States) -> States:
        return {
            place: state
            for place, state in states.items()
            if person_keys.may_be_one(state.subject, speaking.get(place[0]))
        }

    return of_today(latest), of_today(of_sources)


def unread_sources(last_reads: Mapping[str, dt.datetime], days: int, now: dt.datetime) -> frozenset[str]:
    """The sources that were not read with success for so many days."""
    limit = now - dt.timedelta(days=days)
    return frozenset(source for source, at in last_reads.items() if at < limit)
