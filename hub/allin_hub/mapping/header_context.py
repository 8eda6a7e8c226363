"""What headers mean only beside others: 'Name' beside 'Verein' is a person's."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from allin_hub.mapping.synonyms import words_of
from allin_schemas import ENTITIES, Kind
from allin_schemas.reading.language_names import AMBIGUOUS, key, known

_NUMBERED = re.compile(r"(.+) \(\d+\)\Z", re.DOTALL)
_JUST_NAME = frozenset({"name", "namen", "bezeichnung", "isim", "назва"})
_OF_A_PERSON = {"email": "contacts.email", "phones": "contacts.phones"}
_CONTACTS_BLOCK = 2
_LEFT_OUT = "-"
_VENUE = frozenset({"veranstaltungsort", "ort der veranstaltung", "venue", "treffpunkt", "mekan"})
_WHERE = frozenset({"ort", "stadt", "place", "location", "yer"})
_ADDRESS = frozenset({"adresse", "anschrift", "address", "adres"})
_JUST_NUMBER = frozenset({"nr", "no", "num", "nummer", "number", "n", "h nr", "numara", "رقم", "номер"})
_STREETS = ("places.street", "location.street")
_CODE = re.compile(r"\s*(?:\[[A-Z]{1,4}\d{1,4}\]|[A-Z]{1,4}\d{1,4}(?=\s))[\s.:]*")
"""What LimeSurvey puts before a choice: `[A2] Deutsch`, `A1 Türkisch`."""
_CODED = re.compile(r"\s*[A-Za-z][A-Za-z0-9_]*(?:\[[A-Za-z0-9_]+\]){1,2}[.:]\s+")
_LANGUAGE = re.compile(r"[^\W\d_]{4,20}(?:[ -][^\W\d_]{4,20})?\Z")
_OTHERS = frozenset(
    {"other", "others", "andere", "anderes", "sonstige", "sonstiges", "weitere", "diger", "أخرى", "інше"}
)
_FEWEST_CHOICES = 2


def option_of(header: str) -> str:
    """Give the choice that a column is called after, without a form service's code before it."""
    return _CODE.sub("", _CODED.sub("", header), count=1).strip() or header


def is_language(text: str) -> bool:
    """Whether a text is the name of one language, and nothing else."""
    name = key(text.strip())
    return _LANGUAGE.match(name) is not None and (name in known() or name in AMBIGUOUS)


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
        **(_second_block(headers, paths) or _repeated_block(headers, paths)),
        **_house_numbers(headers, paths),
        **_choices(kind, headers, paths),
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


def _repeated_block(headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Leave out a second 'Telefon' with a second 'E-Mail' where no column says whose they are: they are another's, and told."""
    if any((path or "").startswith("contacts.") for path in paths.values()):
        return {}
    again = {
        header: path
        for header in headers
        if (numbered := _NUMBERED.match(header)) and (path := paths.get(numbered[1])) in _OF_A_PERSON
    }
    return dict.fromkeys(again, _LEFT_OUT) if {"email", "phones"} <= set(again.values()) else {}


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


def _house_numbers(headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Take a 'Nr.' right beside a street for the house number."""
    found: dict[str, str] = {}
    before: str | None = None
    for header in headers:
        if before in _STREETS and paths[header] is None and words_of(header) in _JUST_NUMBER:
            path = before.replace("street", "house_number")
            if path not in paths.values():
                found[header] = path
        before = paths[header]
    return found


def _choices(kind: Kind, headers: Sequence[str], paths: Mapping[str, str | None]) -> dict[str, str]:
    """Take columns that are called after languages for the choices of one question."""
    field = "languages_needed" if kind is Kind.OPPORTUNITY else "languages"
    if field not in ENTITIES[kind].model_fields:
        return {}
    named = [header for header in headers if paths[header] is None and is_language(option_of(header))]
    if len(named) < _FEWEST_CHOICES:
        return {}
    others = [
        header
        for before, header in itertools.pairwise(headers)
        if before in named and paths[header] is None and words_of(option_of(header)) in _OTHERS
    ]
    return dict.fromkeys((*named, *others), field)
