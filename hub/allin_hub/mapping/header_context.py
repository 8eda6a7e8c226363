"""What headers mean only beside others: 'Name' beside 'Verein' is a person's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from allin_hub.mapping.synonyms import words_of
from allin_schemas import ENTITIES, Kind

_NUMBERED = re.compile(r"(.+) \(\d+\)\Z", re.DOTALL)
_JUST_NAME = frozenset({"name", "namen", "bezeichnung", "isim", "назва"})
_OF_A_PERSON = {"email": "contacts.email", "phones": "contacts.phones"}
_CONTACTS_BLOCK = 2
_LEFT_OUT = "-"
_VENUE = frozenset({"veranstaltungsort", "ort der veranstaltung", "venue", "treffpunkt", "mekan"})
_WHERE = frozenset({"ort", "stadt", "place", "location", "yer"})
_ADDRESS = frozenset({"adresse", "anschrift", "address", "adres"})


def seen_together(kind: Kind, headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Header -> path where the other headers show that its own words mislead.

    `paths` says where each header leads by itself.
    """
    if kind is Kind.PERSON:
        return {}
    return {
        **_names(kind, headers, paths),
        **_namesakes(headers, paths),
        **_places(kind, headers, paths),
        **_second_block(headers, paths),
    }


def _names(kind: Kind, headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Take a plain 'Name' for a person's beside a column that names the record, or beside a first name."""
    title = ENTITIES[kind].title_field
    plain = [header for header in headers if paths[header] == title and words_of(header) in _JUST_NAME]
    if not plain or "contacts.name" in paths.values() or "contacts.family" in paths.values():
        return {}
    clear = any(
        path == title and header not in plain and words_of(header).split()[0] not in {"kurzname", "kurz"}
        for header, path in paths.items()
    )
    if "contacts.given" in paths.values():
        return dict.fromkeys(plain, "contacts.family")
    return dict.fromkeys(plain, "contacts.name") if clear else {}


def _namesakes(headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Give a second 'E-Mail' or 'Telefon' right after columns about the contact to the contact."""
    found: dict[str, str] = {}
    before: str | None = None
    for header in headers:
        path = paths[header]
        numbered = _NUMBERED.match(header)
        if numbered and before is not None and before.startswith("contacts."):
            of_person = _OF_A_PERSON.get(paths.get(numbered[1]) or "")
            if of_person:
                found[header] = path = of_person
        before = path
    return found


def _second_block(headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Give the columns from a second 'Name' on to the contact; what else they repeat is nobody's that the hub knows.

    A third block is left out: two persons are no contact.
    """
    found: dict[str, str] = {}
    block = 1
    taken = any((path or "").startswith("contacts.") for path in paths.values())
    for header in headers:
        numbered = _NUMBERED.match(header)
        base = numbered[1] if numbered else header
        if numbered and words_of(base) in _JUST_NAME and paths.get(base) is not None:
            block += 1
            found[header] = _LEFT_OUT if taken or block > _CONTACTS_BLOCK else "contacts.name"
        elif block > 1 and (numbered or paths[header] in _OF_A_PERSON):
            of_person = _OF_A_PERSON.get(paths.get(base) or "")
            is_contacts = of_person is not None and block == _CONTACTS_BLOCK and not taken
            found[header] = of_person if is_contacts and of_person else _LEFT_OUT
    return found


def _places(kind: Kind, headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Beside columns for the parts of an address, 'Ort' is the city and 'Adresse' the street."""
    head = {
        Kind.EVENT: "location",
        Kind.OPPORTUNITY: "location",
        Kind.ORGANISATION: "places",
        Kind.SERVICE: "places",
    }.get(kind)
    led = set(paths.values())
    if head is None or not led & {f"{head}.postal_code", f"{head}.street"}:
        return {}
    found: dict[str, str] = {}
    for header in headers:
        words = words_of(header)
        if paths[header] != head:
            continue
        if words in _ADDRESS and f"{head}.street" not in led:
            found[header] = f"{head}.street"
        elif head == "location" and words in _WHERE and f"{head}.city" not in led:
            found[header] = f"{head}.city"
        elif head == "location" and words in _VENUE and f"{head}.name" not in led:
            found[header] = f"{head}.name"
    return found
