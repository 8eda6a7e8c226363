"""Keys for records that bring none, and which lost events still lie ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from allin_hub.api.plugin import Raw, Source
from allin_hub.base.encryption import Sealer
from allin_hub.base.time_limits import mapping
from allin_hub.dates.occurrences import event_dates
from allin_hub.mapping.drafts import take_apart
from allin_schemas import ENTITIES, Event, Kind
from allin_schemas.reading import Context, is_role_address, name_key, read

FAR = dt.timedelta(days=3660)
_ANY_ID = "00000000-0000-7000-8000-000000000000"


@mapping()
def derive_keys(source: Source[Any], kind: Kind, raws: Sequence[Raw], context: Context) -> list[str]:
    """Stable keys from the content of each: register number, else role mail, else name + postal code + street.

    An event's is its title and start. A record with none of these, or that cannot be mapped, is known by all its cells.
    """
    return [_derived(source, kind, raw, context) for raw in raws]


def _derived(source: Source[Any], kind: Kind, raw: Raw, context: Context) -> str:
    try:
        parts = take_apart(kind, source.map(raw))
    except Exception:
        return _content(raw)
    fields = parts.fields

    def value(reader: str, name: str) -> Any:
        written = fields.get(name)
        return None if written is None else read(reader, written, context).value

    for identifier in value("identifiers", "identifiers") or ():
        return f"number|{identifier['scheme']}|{identifier['value']}"
    email = value("email", "email")
    if email and (kind is Kind.PERSON or is_role_address(email)):
        return f"mail|{email.casefold()}"
    title = value("line", ENTITIES[kind].title_field)
    if not title:
        return _content(raw)
    if kind is Kind.EVENT:
        return f"event|{name_key(title)}|{value('moment', 'start')}"
    places = value("places", "places") or [{}]
    place = places[0] if isinstance(places[0], Mapping) else {}
    return f"name|{name_key(title)}|{place.get('postal_code', '')}|{place.get('street', '')}"


def _content(raw: Raw) -> str:
    return "cells|" + orjson.dumps(raw.payload, option=orjson.OPT_SORT_KEYS).decode()


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


def opened_fields(data: str, sealed: bytes | None, sealer: Sealer) -> dict[str, Any]:
    """All fields of a stored claim."""
    fields: dict[str, Any] = orjson.loads(data)
    if sealed is not None:
        fields.update(sealer.unseal(sealed))
    return fields
