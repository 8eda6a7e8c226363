"""What is wanted of an entry before it helps a reader, and how fresh it is: by the fields alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from allin_schemas import Kind, LocalizedText, Place, Record

SHORTEST = 40
"""Characters of a description that tells something."""
QUARTER = dt.timedelta(days=91)
YEAR = dt.timedelta(days=365)
FRESHNESS = ("quarter", "year", "older")

Says = Callable[[Any], bool]


def freshness(record: Record, now: dt.datetime) -> str:
    """When the entry was last confirmed or changed: within a `quarter`, a `year`, or `older`."""
    age = now - max(record.updated_at, record.assured_at or record.updated_at)
    return "quarter" if age <= QUARTER else "year" if age <= YEAR else "older"


def _described(text: LocalizedText | None) -> bool:
    return text is not None and any(len(one.text) >= SHORTEST for one in text.root.values())


def _placed(place: Place | None) -> bool:
    return place is not None and bool(place.street or place.name or place.raw or place.url)


WANTED: dict[Kind, dict[str, Says]] = {
    Kind.ORGANISATION: {
        "description": lambda one: _described(one.description),
        "contact": lambda one: bool(one.email or one.phones or one.website),
        "address": lambda one: any(_placed(place) for place in one.places),
        "languages": lambda one: bool(one.languages),
        "topics": lambda one: bool(one.topics),
    },
    Kind.SERVICE: {
        "description": lambda one: _described(one.description),
        "organisation": lambda one: one.provider_org_id is not None or bool(one.host_name),
        "address": lambda one: any(_placed(place) for place in one.places),
        "languages": lambda one: bool(one.languages),
        "access": lambda one: bool(one.access or one.url),
    },
    Kind.EVENT: {
        "description": lambda one: bool(one.summary) or _described(one.description),
        "place": lambda one: _placed(one.location),
        "end": lambda one: one.end is not None,
        "organiser": lambda one: one.organiser_org_id is not None or bool(one.host_name),
        "languages": lambda one: bool(one.languages),
    },
    Kind.OPPORTUNITY: {
        "description": lambda one: _described(one.description),
        "organisation": lambda one: one.org_id is not None or bool(one.host_name),
        "place": lambda one: bool(one.remote_ok) or _placed(one.location),
        "times": lambda one: bool(one.slots),
        "apply": lambda one: one.apply is not None,
    },
}
"""Per kind: what is wanted, and whether an entry says it."""
