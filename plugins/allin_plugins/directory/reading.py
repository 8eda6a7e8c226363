"""What the templates ask of entities: lines of an address, the week's hours, a first sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from allin_schemas import OpeningHours, Organisation, Place, PlaceRole, PlaceType, Weekday

_MONDAY = dt.date(2024, 1, 1)
_MARKS = re.compile(r"[*_`>#]+|!?\[([^\]]*)\]\([^)]*\)")
_OPEN_STREET_MAP = "https://www.openstreetmap.org/search?query="


def address_lines(place: Place) -> list[str]:
    """The lines of a postal address, as on a letter; what could not be split, as it was written."""
    street = " ".join(part for part in (place.street, place.house_number) if part)
    city = " ".join(part for part in (place.postal_code, place.city) if part)
    lines = [line for line in (place.name, place.room, place.extra, street, city) if line]
    return lines if street or city or not place.raw else [line for line in (place.name, place.raw) if line]


def where_lines(place: Place | None) -> list[str]:
    """Where something is, as exactly as it is known: the address, else the district."""
    if place is None:
        return []
    return address_lines(place) or [line for line in (place.district,) if line]


def map_link(place: Place) -> str | None:
    """Where a map shows the place; opened only when somebody clicks."""
    street = " ".join(part for part in (place.street, place.house_number) if part)
    if not street:
        return None
    return _OPEN_STREET_MAP + quote(
        ", ".join(part for part in (street, place.postal_code, place.city) if part)
    )


def to_visit(places: Sequence[Place]) -> list[Place]:
    """The places that one can go to, those for visitors first; a postal one only where there is no other."""
    real = [
        place for place in places if place.type is PlaceType.PHYSICAL and place.role is not PlaceRole.POSTAL
    ]
    return sorted(real or places, key=lambda place: place.role is not PlaceRole.VISIT)


def week(hours: OpeningHours) -> list[tuple[dt.date, str, list[tuple[str, str]]]]:
    """For each day from Monday: a date that stands for it, its code, and when it is open."""
    return [
        (
            _MONDAY + dt.timedelta(days=number),
            str(day),
            [(slot.opens, slot.closes) for slot in hours.slots if slot.weekday is day],
        )
        for number, day in enumerate(Weekday)
    ]


@lru_cache(maxsize=32768)
def excerpt(text: str, length: int = 150) -> str:
    """The beginning of a text in plain words, cut between words."""
    plain = " ".join(_MARKS.sub(r"\1", text).split())
    if len(plain) <= length:
        return plain
    return plain[:length].rsplit(" ", 1)[0].rstrip(",;:–- ") + " …"


def other_names(record: Organisation) -> list[str]:
    """What else an organisation is called: its short name, and its other names."""
    names = (record.short_name, *record.alternate_names)
    return list(dict.fromkeys(name for name in names if name and name != record.name))


def improve_link(address: str, subject: str) -> str:
    """A mail to the office about an entry; nothing of it can become another header."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(' '.join(subject.split()), safe='')}"


def needs_of(accessibility: Any) -> list[tuple[str, str]]:
    """What is known of a place's accessibility: name -> yes, partly or no."""
    if accessibility is None:
        return []
    names = ("step_free", "lift", "toilet", "hearing_loop", "parking", "quiet_room")
    known = [(name, str(getattr(accessibility, name))) for name in names]
    return [(name, value) for name, value in known if value != "unknown"]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "address_lines": address_lines,
    "excerpt": excerpt,
    "improve_link": improve_link,
    "map_link": map_link,
    "needs_of": needs_of,
    "other_names": other_names,
    "to_visit": to_visit,
    "week": week,
    "where_lines": where_lines,
}
