"""Ends the yes that came with a run which the office takes back. A no stays."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from allin_hub.base.encryption import Sealer
from allin_hub.privacy.consent_ledger import LIVE, SAID_NO, event
from allin_hub.privacy.person_keys import may_be_one
from allin_hub.store import consents
from allin_schemas import ConsentEvent

_ENDING = LIVE | {ConsentEvent.REQUESTED}


def end_yes_of(connection: Connection, sealer: Sealer, undone: str, run_id: str, now: dt.datetime) -> int:
    """Append the end of each yes of a run that is still the last word; a no that stood before it stands again. How many."""
    brought = [one for one in consents.of_run(connection, undone) if ConsentEvent(one.event) in _ENDING]
    spoken = consents.of_claims(connection, sorted({one.claim_id for one in brought if one.claim_id}))
    events = []
    for one in brought:
        place = (one.claim_id, one.purpose, one.channel)
        said = [
            other
            for other in spoken
            if (other.claim_id, other.purpose, other.channel) == place
            and may_be_one(other.subject, one.subject)
        ]
        if said and said[-1].id != one.id:
            continue
        before = next(
            (other for other in reversed(said) if other.id < one.id and other.run_id != undone), None
        )
        stands = before is not None and ConsentEvent(before.event) in SAID_NO
        events.append(
            event(
                one.claim_id or 0,
                one.raw_id,
                one.purpose,
                ConsentEvent(before.event) if before is not None and stands else ConsentEvent.EXPIRED,
                now,
                one.wording_id,
                one.method,
                run_id,
                channel=one.channel,
                subject=one.subject,
                evidence=before.evidence if before is not None and stands else None,
            )
        )
    consents.add_consents(connection, sealer, events, [])
    return len(events)
