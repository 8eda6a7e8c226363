"""Tells a role, which anyone may hold, from a person: in doubt it is a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from allin_schemas import PersonType
from allin_schemas.reading import is_role_address, is_role_name


def person_type(data: Mapping[str, Any]) -> str:
    """A role only where nothing points to a person: the name is a role's, and so is the address."""
    name, email = data.get("name"), data.get("email")
    nameless = not data.get("given") and not data.get("family")
    role = nameless and (name is None or is_role_name(name)) and (email is None or is_role_address(email))
    return (PersonType.ROLE if role else PersonType.PERSON).value


def merged_type(data: Mapping[str, Any], said: Iterable[Mapping[str, Any]]) -> str:
    """A role only where every claim says so, and what they say together too."""
    everybody = all(one.get("type") == PersonType.ROLE.value for one in said)
    return person_type(data) if everybody else PersonType.PERSON.value
