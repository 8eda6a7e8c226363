"""Tells a role, which anyone may hold, from a person: in doubt it is a person. Says what of a role is public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from allin_schemas import Person, PersonType, Private
from allin_schemas.marks import marked
from allin_schemas.reading import is_function, is_role_address, is_role_name

_PRIVATE = re.compile(r"\b(?:privat|persönlich|home\b|zu ?hause)", re.IGNORECASE)
_PUBLIC = frozenset({"name", "email", "function", "department", "phones"})
"""What a role can be reached by. All other private fields of a contact are free text, or a person's."""
_TOLD = _PUBLIC - {"name"} | {"reach_note", "messenger", "hours", "appointment_url"}


def person_type(data: Mapping[str, Any], names: Iterable[str] = (), persons: Iterable[str] = ()) -> str:
    """A role only where nothing points to a person: the name is a role's, and so is the address.

    `names` are the organisation's, `persons` those of its other contacts: see `is_role_address`.
    """
    name, email = data.get("name"), data.get("email")
    nameless = not data.get("given") and not data.get("family")
    role = (
        nameless
        and (name is None or is_role_name(name))
        and (email is None or is_role_address(email, names, persons))
    )
    return (PersonType.ROLE if role else PersonType.PERSON).value


def merged_type(said: Iterable[Mapping[str, Any]]) -> str:
    """A role only where every claim says so: each was judged with its organisation's name beside it."""
    everybody = all(one.get("type") == PersonType.ROLE.value for one in said)
    return (PersonType.ROLE if everybody else PersonType.PERSON).value


def is_role(data: Mapping[str, Any]) -> bool:
    """Whether a contact was judged to be a role, and still has no name but a role's or its mailbox's."""
    name = data.get("name")
    named = name is not None and name != data.get("email") and not is_role_name(name)
    return data.get("type") == PersonType.ROLE.value and not (
        named or data.get("given") or data.get("family")
    )


def role_fields(data: Mapping[str, Any], *, refused: bool) -> dict[str, Any] | None:
    """What of a role may be seen: its name, mailbox, function and numbers, never a free text.

    Whoever is reached there said no where `refused` says so: then nothing but the mailbox of a task is left,
    and None where there is none.
    """
    private = marked(Person, Private)
    found = {name: value for name, value in data.items() if name in _PUBLIC or name not in private}
    for name in ("function", "department"):
        if found.get(name) and not is_function(found[name]):
            del found[name]
    numbers = [] if refused else [phone for phone in found.get("phones") or () if not is_private(phone)]
    if "phones" in found:
        found["phones"] = numbers
    if refused and not (found.get("email") and is_role_address(found["email"])):
        return None
    return found


def held_of_role(data: Mapping[str, Any], *, refused: bool) -> list[str]:
    """The fields of a role that are not shown, for whoever sent them."""
    if not is_role(data):
        return []
    shown = role_fields(data, refused=refused) or {}
    return [
        name
        for name in sorted(_TOLD & data.keys())
        if data[name] not in (None, [], {}) and shown.get(name) != data[name]
    ]


def is_private(phone: Mapping[str, Any]) -> bool:
    """Whether a number is marked as somebody's own, or stands beside a name."""
    return _PRIVATE.search(f"{phone.get('type') or ''} {phone.get('note') or ''}") is not None
