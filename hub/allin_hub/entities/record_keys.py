"""Keys for records that bring none, and which lost events still lie ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson

from allin_hub.base.bindings import of_claim
from allin_hub.base.encryption import Sealer
from allin_hub.dates.occurrences import event_dates
from allin_schemas import ENTITIES, Event, Kind
from allin_schemas.reading import name_key

FAR = dt.timedelta(days=3660)
_ANY_ID = "00000000-0000-7000-8000-000000000000"


def derived_key(kind: Kind, data: Mapping[str, Any], cells: Mapping[str, Any]) -> str:
    """Derive a stable key from a record's checked fields: register number, else role mail, else name, postal code and street.

    An event's key is its title and start. A record with none of these is known by all its cells.
    """
    for identifier in data.get("identifiers") or ():
        return f"number|{identifier['scheme']}|{identifier['value']}"
    email = data.get("email")
    if email:  # an organisation's is a role's: the validator keeps a person's apart
        return f"mail|{email.casefold()}"
    title = data.get(ENTITIES[kind].title_field)
    if not title:
        return "cells|" + orjson.dumps(cells, option=orjson.OPT_SORT_KEYS).decode()
    if kind is Kind.EVENT:
        return f"event|{name_key(title)}|{data.get('start')}"
    place: Mapping[str, Any] = next(iter(data.get("places") or ()), {})
    return f"name|{name_key(title)}|{place.get('postal_code') or ''}|{place.get('street') or ''}"


def lies_ahead(data: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether an event, or some date of its series, has not ended yet."""
    moments = [data.get("end") or data.get("start"), *data.get("rdates", ())]
    moments += [one.get("end") or one.get("start") for one in data.get("overrides", ())]
    today = now.date().isoformat()
    if any(str(moment)[:10] >= today for moment in moments if moment):
        return True
    if not data.get("rrule"):
        return not any(moments)
    fields = {**data, "id": _ANY_ID, "slug": "event", "created_at": now, "updated_at": now}
    event = Event.model_validate({"title": "…", **fields})
    return bool(event_dates(event, now, now + FAR, most=1))


def opened_fields(
    claim_id: int, version: int, data: str, sealed: bytes | None, sealer: Sealer
) -> dict[str, Any]:
    """All fields of a version of a claim."""
    fields: dict[str, Any] = orjson.loads(data)
    if sealed is not None:
        fields.update(sealer.unseal(sealed, of_claim(claim_id, version)))
    return fields
