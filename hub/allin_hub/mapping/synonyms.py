"""Recognise what a column holds by its heading, in German, English and some other languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from allin_hub.mapping.consent_headings import purpose_asked
from allin_schemas import Kind

_FILE = Path(__file__).parent / "synonyms.toml"
_RULES = "3"
"""Raised when this module or `permissions` recognise a heading differently."""

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ı": "i", "’": "", "'": "", "ʼ": "", "´": ""})
_LEAD = re.compile(
    r"^\s*(?:(?:(?:frage|question|q)\s*)?\d{1,3}\s*[.):]"
    r"|(?=[a-z_]*\d)[a-z][a-z0-9_]{0,20}(?:\[[a-z0-9_]{1,20}\]){0,2}[.:])\s+",
    re.IGNORECASE,
)
"""A number before a question, or the code that LimeSurvey exports before its text: `G01Q02[SQ001]. …`."""
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-Z][a-z])")
_ASIDE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_NO_WORD = re.compile(r"[\W_]+")
_TOGETHER = (
    (re.compile(r"\be mail\b"), "email"),
    (re.compile(r"\bsprache n\b"), "sprachen"),
    (
        re.compile(
            r"\b(ansprechpartner|vorsitzende|verantwortliche|veranstalter|teilnehmer) (?:in(?:nen)?|r|n)\b"
        ),
        r"\1",
    ),
    (
        re.compile(
            r"\bcontact (?:person|name)\b|\bperson of contact\b|\bkontakt (?:person|name)\b|\bkontaktname\b"
        ),
        "ansprechperson",
    ),
)
_PARTS = re.compile(r"\s*[/|\n]\s*|\s+[-–—]\s+")
_BETWEEN_WAYS = re.compile(r"\s*[/|\n,;+&]\s*|\s+(?:[-–—]|und|oder|and|or|ve)\s+")
_COUNTED = re.compile(r"(.*[^\W\d]\W{0,3})\s+([1-3])\W{0,2}", re.DOTALL)
_SEVERAL_WAYS = frozenset({"email", "phones", "contacts.email", "contacts.phones"})
_IN_ONE_CELL = frozenset({"email", "website", "phones"})
"""Ways to reach an organisation that people put into one column: `E-Mail/Internet`."""
_LONGEST = 300
_ABOUT_A_PERSON = frozenset(
    {
        "name",
        "given",
        "family",
        "email",
        "phones",
        "function",
        "salutation",
        "pronouns",
        "preferred_language",
        "hours",
    }
)
"""What "your …" asks of the person who fills in a form."""


class Headings(NamedTuple):
    """The headings of one kind: as written, and with the words that carry no meaning left out."""

    exact: Mapping[str, str]
    bare: Mapping[str, str]
    person: Mapping[str, str]


class Words(NamedTuple):
    """Words that a heading may hold beside the thing that it names."""

    fillers: frozenset[str]
    mine: frozenset[str]
    contact: frozenset[str]
    quiet: frozenset[str]
    asides: frozenset[str]
    own: Mapping[str, frozenset[str]]


def words_of(heading: str) -> str:
    """Write a heading in small letters without accents, punctuation, numbering and line breaks."""
    text = unicodedata.normalize("NFKC", _LEAD.sub("", heading))
    text = _CAMEL.sub(" ", text).casefold().translate(_LETTERS)
    text = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    text = _NO_WORD.sub(" ", text).strip()
    for pattern, together in _TOGETHER:
        text = pattern.sub(together, text)
    return text


def recognised(kind: Kind, heading: str) -> str | None:
    """Give the path that a heading leads to, or None where a person has to say it."""
    if not heading or len(heading) > _LONGEST * 2 or "@" in heading or heading.isdigit():
        return None
    found = _known(kind, heading)
    if found is None and ("(" in heading or "[" in heading):
        plain = _without_asides(heading)
        if plain != heading:
            found = _known(kind, plain)
    if found is None:
        found = _agreed(kind, _PARTS.split(heading.strip()))
    if found is None:
        found = _ways(kind, heading)
    return _counted(kind, heading) if found is None else found


def _counted(kind: Kind, heading: str) -> str | None:
    """Give the path of `E-Mail 2`; a second contact is somebody else, whom nobody may mix with the first."""
    numbered = _COUNTED.fullmatch(heading.strip())
    if numbered is None:
        return None
    found = _known(kind, numbered[1])
    if found not in _SEVERAL_WAYS:
        return None
    of_contact = not _words().contact.isdisjoint(words_of(numbered[1]).split())
    return found if numbered[2] == "1" or not of_contact else None


def _agreed(kind: Kind, parts: list[str]) -> str | None:
    """Give the path of a heading in two languages or two words: all that is understood must mean the same."""
    if not 2 <= len(parts) <= 3:
        return None
    found = {_known(kind, part) for part in parts} - {None}
    return found.pop() if len(found) == 1 else None


def _ways(kind: Kind, heading: str) -> str | None:
    """Give the path of a column with several ways to reach an organisation; each cell tells them apart by their form."""
    parts = _BETWEEN_WAYS.split(heading.strip())
    if kind is not Kind.ORGANISATION or not 2 <= len(parts) <= 3:
        return None
    heads = [(_known(kind, part) or "").partition("+")[0] for part in parts]
    if not _IN_ONE_CELL.issuperset(heads):
        return None
    return f"{heads[0]}+ways" if len(set(heads)) > 1 else heads[0]


def _without_asides(heading: str) -> str:
    asides = _words().asides
    return _ASIDE.sub(
        lambda aside: (
            " " if words_of(aside.group(1)) in asides or _example(aside.group(1)) else aside.group(0)
        ),
        heading,
    )


def _example(aside: str) -> bool:
    return (
        aside.strip()
        .casefold()
        .startswith(("z.b", "z. b", "zum beispiel", "e.g", "bsp", "format", "max", "http", "www"))
    )


def _known(kind: Kind, heading: str) -> str | None:
    text = words_of(heading)
    if not text:
        return None
    headings, words = _headings(kind), _words()
    found = headings.exact.get(text)
    if found is not None:
        return found
    if len(text) <= _LONGEST:
        purpose = purpose_asked(text)
        if purpose is not None:
            return f"consent.{purpose}" if kind is Kind.PERSON else f"contacts.consent.{purpose}"
    written = text.split()
    if len(written) > 12:
        return None
    tokens = [word for word in written if word not in words.fillers]
    if kind is not Kind.PERSON:
        about_contact = [word for word in tokens if word not in words.contact]
        if len(about_contact) < len(tokens):
            return _of_contact(about_contact, headings, words)
    own = words.own[kind]
    if words.mine.intersection(written) and not own.intersection(tokens) and kind is not Kind.PERSON:
        found = headings.person.get(" ".join(tokens))
        if found in _ABOUT_A_PERSON:
            return f"contacts.{found}"
        if found is None and headings.bare.get(" ".join(tokens), "").startswith("places"):
            return None
    found = headings.bare.get(" ".join(tokens))
    if found is None:
        rest = [word for word in tokens if word not in own]
        found = headings.bare.get(" ".join(rest)) if rest and len(rest) < len(tokens) else None
    return found


def _of_contact(rest: list[str], headings: Headings, words: Words) -> str | None:
    """Give the path of a heading that names the contact: without anything else, their name."""
    said = [word for word in rest if word not in words.own[Kind.ORGANISATION]] or rest
    if all(word in words.quiet for word in said):
        return "contacts.name"
    found = headings.person.get(" ".join(said))
    return f"contacts.{found}" if found else None


@cache
def version() -> str:
    """Make a mark that changes when a heading may be recognised differently."""
    return blake2b(_RULES.encode() + _FILE.read_bytes(), digest_size=8).hexdigest()


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _words() -> Words:
    words = _table()["words"]
    return Words(
        fillers=frozenset(words["fillers"]),
        mine=frozenset(words["mine"]),
        contact=frozenset(words["contact"]),
        quiet=frozenset(words["quiet"]),
        asides=frozenset(words["asides"]),
        own={kind: frozenset(words[kind]) for kind in Kind},
    )


@cache
def _headings(kind: Kind) -> Headings:
    """Collect what a kind recognises; its own table comes before the shared ones."""
    table = _table()
    exact: dict[str, str] = {}
    for path, heading in _spelled(kind, table):
        exact.setdefault(words_of(heading), path)
    person: dict[str, str] = {}
    for path, heading in (
        *_flat(table["person"]),
        *_flat({"preferred_language": table["person-only"]["preferred_language"]}),
    ):
        person.setdefault(_bare(heading), path)
    bare: dict[str, str] = {}
    for heading, path in exact.items():
        bare.setdefault(_bare(heading), path)
    bare.pop("", None)
    person.pop("", None)
    return Headings(exact, bare, person)


def _spelled(kind: Kind, table: Mapping[str, Mapping[str, list[str]]]) -> Iterable[tuple[str, str]]:
    if kind is Kind.PERSON:
        yield from _flat(table["person-only"])
        yield from _flat(table["person"])
        yield from _flat(table["record"])
        return
    yield from _flat(table[kind])
    yield from _flat(table["record"])
    place = {
        Kind.ORGANISATION: "places",
        Kind.SERVICE: "places",
        Kind.EVENT: "location",
        Kind.OPPORTUNITY: "location",
    }.get(kind)
    if place:
        yield from ((f"{place}.{path}", heading) for path, heading in _flat(table["address"]))
    for path, heading in _flat(table["person"]):
        if kind is Kind.ORGANISATION and path in {"email", "phones", "phones+fax"}:
            yield path, heading
        elif path not in {"name", "hours"}:
            yield f"contacts.{path}", heading


@cache
def headings_of(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """Path -> the headings that lead to it, the usual one first."""
    found: dict[str, list[str]] = {}
    for path, heading in _spelled(kind, _table()):
        found.setdefault(path, []).append(heading)
    return {path: tuple(dict.fromkeys(headings)) for path, headings in found.items()}


def _flat(part: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    return ((path, heading) for path, headings in part.items() for heading in headings)


def _bare(heading: str) -> str:
    fillers = _words().fillers
    return " ".join(word for word in words_of(heading).split() if word not in fillers)
