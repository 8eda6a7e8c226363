"""Telephone numbers and mails of persons: where one of them stands at an organisation too, it is the person's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from typing import Any, TypeVar

from allin_schemas import Organisation, Place, Record
from allin_schemas.reading import is_role_address

E = TypeVar("E", bound=Record)


def numbers_of(data: Mapping[str, Any]) -> frozenset[str]:
    """The numbers of a contact."""
    return frozenset(phone["number"] for phone in data.get("phones") or ())


def without_mail(entity: E, held: Mapping[str, Collection[str]]) -> tuple[E, str]:
    """The entity without an address of these persons (in small letters, with their names), and a mark where it had one.

    An address of a task, or called after the organisation itself, stays: contacts are often named with it.
    """
    if not isinstance(entity, Organisation) or entity.email is None:
        return entity, ""
    persons = held.get(entity.email.casefold())
    names = [name for name in (entity.name, entity.short_name) if name]
    if persons is None or is_role_address(entity.email, names, persons):
        return entity, ""
    return entity.model_copy(update={"email": None}), "|@"


def without_numbers(entity: E, held: Set[str]) -> tuple[E, str]:
    """The entity without these numbers, and a mark of what is left; the mark is empty where it has none of them."""
    changed: dict[str, Any] = {}
    phones = getattr(entity, "phones", [])
    left = [phone for phone in phones if phone.number not in held]
    if len(left) < len(phones):
        changed["phones"] = left
    places: list[Place] = getattr(entity, "places", [])
    if any(place.phone in held for place in places):
        changed["places"] = [_without(place, held) for place in places]
    location: Place | None = getattr(entity, "location", None)
    if location is not None and location.phone in held:
        changed["location"] = _without(location, held)
    if not changed:
        return entity, ""
    mark = ",".join(phone.number for phone in left) if "phones" in changed else ""
    return entity.model_copy(update=changed), f"|{mark}|{'places' in changed}"


def _without(place: Place, held: Set[str]) -> Place:
    return place.model_copy(update={"phone": None}) if place.phone in held else place
