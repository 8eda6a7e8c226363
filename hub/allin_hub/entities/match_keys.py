"""What is certain enough to tie two claims together, and what a reference can be found by.

Certain: a register number or another identifier, in a calendar together with the title or the start; an own web or
mail domain with the same name; a role address; in one source, the same name at the same address or the same UID;
a person's name within what is certainly one organisation.
A name alone ties nothing, but a reference may find an organisation by it when there is only one of that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from allin_schemas import Kind
from allin_schemas.reading import name_key, own_domain


class Rule(IntEnum):
    """Why two claims are one entity, the strongest first; from 20 on only for references."""

    REGISTER = 1
    IDENTIFIER = 2
    DOMAIN_NAME = 3
    ROLE_MAIL = 4
    MAIL_NAME = 5
    PHONE_NAME = 6
    ORGANISATION_NAME = 7
    SAME_RECORD = 8
    NAME = 20
    DOMAIN = 21
    MAIL = 22


_OF_CALENDAR = "ical|"
TITLES = {Kind.EVENT: "title", Kind.OPPORTUNITY: "title"}


@lru_cache(maxsize=20_000)
def key_of_name(name: str) -> str:
    """A name as it is compared; asked for several times of each record."""
    return name_key(name)


def clues(kind: Kind, data: Mapping[str, Any]) -> list[tuple[Rule, str]]:
    """The match keys of a claim as text, before they are hashed."""
    name = key_of_name(str(data.get(TITLES.get(kind, "name")) or ""))
    found = []
    for identifier in data.get("identifiers") or data.get("platform_ids") or ():
        rule, text = _identifier(identifier)
        if text.startswith(_OF_CALENDAR):
            # Home-made calendars number their events 1, 2, 3: the number alone is no event of another calendar.
            found += [(rule, f"{text}|{one}") for one in (name, data.get("start")) if one]
        else:
            found.append((rule, text))
    if kind is Kind.ORGANISATION:
        _organisation(data, name, found)
    elif kind is Kind.PERSON and name:
        email = data.get("email")
        if email:
            found.append((Rule.MAIL_NAME, f"{email.casefold()}|{name}"))
        found += [(Rule.PHONE_NAME, f"{phone['number']}|{name}") for phone in data.get("phones") or ()]
    return found


def _organisation(data: Mapping[str, Any], name: str, found: list[tuple[Rule, str]]) -> None:
    email, website = data.get("email"), data.get("website")
    mail_at, web_at = own_domain(email), own_domain(website)
    for domain in sorted({domain for domain in (web_at, mail_at) if domain}):
        if name:
            found.append((Rule.DOMAIN_NAME, f"{domain}|{name}"))
        found.append((Rule.DOMAIN, domain))
    if email:  # a person's address never stands here: the validator keeps it apart
        found.append(((Rule.ROLE_MAIL if mail_at else Rule.MAIL), email.casefold()))
    if name:
        found.append((Rule.NAME, name))
    others = (data.get("short_name"), data.get("legal_name"), *data.get("alternate_names", ()))
    keys = (key_of_name(other) for other in others if other)
    found.extend((Rule.NAME, key) for key in keys if key != name)


def record_clue(kind: Kind, source: str, data: Mapping[str, Any]) -> tuple[Rule, str] | None:
    """What one source names twice: an organisation of the same name at the same address, an event of a calendar by its UID."""
    if kind is Kind.EVENT:
        of_calendar = (_identifier(one)[1] for one in data.get("platform_ids") or ())
        uid = next((text for text in of_calendar if text.startswith(_OF_CALENDAR)), None)
        return (Rule.SAME_RECORD, f"{source}|{uid}") if uid else None
    if kind is not Kind.ORGANISATION or not data.get("name"):
        return None
    for place in data.get("places") or ():
        if place.get("street") and place.get("postal_code"):
            where = f"{place['postal_code']}|{place['street'].casefold()}|{place.get('house_number') or ''}"
            return Rule.SAME_RECORD, f"{source}|{key_of_name(data['name'])}|{where}"
    return None


def member_clues(
    data: Mapping[str, Any], organisation: Iterable[tuple[Rule, str]]
) -> Iterator[tuple[Rule, str]]:
    """A person by name, within each thing that is certain about the organisation that names her."""
    name = key_of_name(str(data.get("name") or ""))
    if name:
        for rule, text in organisation:
            if rule < Rule.NAME:
                yield Rule.ORGANISATION_NAME, f"{int(rule)}|{text}|{name}"


def _identifier(given: Mapping[str, Any]) -> tuple[Rule, str]:
    scheme = str(given["scheme"]).casefold()
    return (
        Rule.REGISTER if scheme == "de-cr" else Rule.IDENTIFIER
    ), f"{scheme}|{str(given['value']).casefold()}"


@cache
def prefixes(kind: str) -> Mapping[Rule, bytes]:
    """What a clue is hashed with, by rule: so it is equal only within one kind of entity and one rule."""
    return {rule: f"match\x1f{Kind(kind).value}|{rule.value}|".encode() for rule in Rule}


def marked(kind: str, rule: Rule, text: str) -> bytes:
    """A clue as it is hashed."""
    return prefixes(kind)[rule] + text.encode()


def reference_clues(given: Any) -> list[tuple[Rule, str]]:
    """What a reference can be found by, the surest first: identifiers, addresses, the name; of several candidates in turn."""
    if isinstance(given, list):
        return [clue for one in given for clue in reference_clues(one)]
    if isinstance(given, str):
        text = given.strip()
        domain = own_domain(text) if "@" in text or "." in text else None
        found = [(rule, text.casefold()) for rule in (Rule.ROLE_MAIL, Rule.MAIL)] if "@" in text else []
        if domain:
            found.append((Rule.DOMAIN, domain))
        return [*found, (Rule.NAME, key_of_name(text))] if text else []
    if isinstance(given, Mapping):
        found = []
        if given.get("scheme") and given.get("value"):
            found.append(_identifier(given))
        for part in ("email", "website", "name", "text"):
            if isinstance(given.get(part), str):
                found.extend(reference_clues(given[part]))
        return found
    return []
