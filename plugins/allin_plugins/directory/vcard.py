"""An organisation and its contacts as vCard 4.0 (RFC 6350)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allin_schemas import Organisation, Person

_FOLD = 75


def vcard(record: Organisation, contacts: Sequence[Person]) -> bytes:
    """The organisation's card, and one for each contact."""
    cards = [_organisation(record), *(_contact(person, record) for person in contacts)]
    return "".join(_folded(line) for card in cards for line in card).encode("utf-8")


def _organisation(record: Organisation) -> Iterator[str]:
    yield from (
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:org",
        f"UID:urn:uuid:{record.id}",
        f"FN:{_text(record.name)}",
    )
    yield f"ORG:{_text(record.name)}"
    if record.short_name:
        yield f"NICKNAME:{_text(record.short_name)}"
    for place in record.places:
        street = " ".join(part for part in (place.street, place.house_number) if part)
        parts = (
            "",
            place.extra,
            street or place.raw,
            place.city,
            place.state,
            place.postal_code,
            place.country,
        )
        yield "ADR:" + ";".join(_text(part or "") for part in parts)
    for phone in record.phones:
        yield f"TEL;VALUE=uri:tel:{phone.number}"
    if record.email:
        yield f"EMAIL:{_text(record.email)}"
    if record.website:
        yield f"URL:{_uri(record.website)}"
    for language in record.languages:
        yield f"LANG:{_text(language.code)}"
    yield from (f"REV:{record.updated_at:%Y%m%dT%H%M%SZ}", "END:VCARD")


def _contact(person: Person, record: Organisation) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{person.id}", f"FN:{_text(person.name)}")
    yield f"ORG:{_text(record.name)}"
    if person.function:
        yield f"ROLE:{_text(person.function)}"
    for phone in person.phones:
        yield f"TEL;VALUE=uri:tel:{phone.number}"
    if person.email:
        yield f"EMAIL:{_text(person.email)}"
    yield "END:VCARD"


def _text(value: str) -> str:
    """A value in which nothing begins another field or line."""
    if value.isalnum():
        return value
    kept = "\n".join(value.splitlines())
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _uri(value: str) -> str:
    return "".join(value.split())


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, cut between characters."""
    if len(line) <= _FOLD and line.isascii():
        return f"{line}\r\n"
    pieces, piece, size = [], "", 0
    for char in line:
        width = len(char.encode("utf-8"))
        if size + width > _FOLD:
            pieces.append(piece)
            piece, size = "", 1
        piece, size = piece + char, size + width
    pieces.append(piece)
    return "\r\n ".join(pieces) + "\r\n"
