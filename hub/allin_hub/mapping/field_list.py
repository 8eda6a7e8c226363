"""Lists the fields of a kind for people: what each is called, what is read into it, and cells as people write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from allin_hub.mapping.drafts import fields_of, references_of, ways
from allin_hub.mapping.synonyms import headings_of
from allin_schemas import ENTITIES, Kind, Purpose
from allin_schemas.reading.word_lists import WORDS

_FILE = Path(__file__).parent / "field_list.toml"
_STEERING = frozenset(
    {
        "attributes",
        "host_name",
        "organiser_name",
        "overrides",
        "record_status",
        "sensitivity",
        "steward",
        "visibility",
    }
)
"""Fields that the hub fills itself, or that steer it; nobody writes a column for them."""
_MOST_HEADINGS = 6
_PURPOSES = {
    "directory_public": {"de": "öffentliches Verzeichnis", "en": "public directory"},
    "newsletter": {"de": "Rundbrief", "en": "newsletter"},
    "volunteer_matching": {"de": "Vermittlung von Freiwilligen", "en": "volunteer matching"},
    "statistics": {"de": "Statistik", "en": "statistics"},
    "contact_internal": {"de": "Ansprache durch das Büro", "en": "contact by the office"},
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can lead to.

    `path` is what stands in hub.toml; `headings` are recognised without a setting; `words` are those of a closed list.
    """

    path: str
    label_de: str
    label_en: str
    reads_de: str
    reads_en: str
    examples: tuple[str, ...]
    headings: tuple[str, ...]
    words: tuple[str, ...]


def fields(kind: Kind) -> list[Field]:
    """Every field of a kind that a column can lead to, its own first, then those of its places and contacts."""
    headings = headings_of(kind)
    references = {name for name in references_of(kind) if not name.endswith("_id")}
    own = [name for name in fields_of(kind) if not name.endswith("_id")]
    paths = dict.fromkeys([*own, *references, *headings, *_of_contacts(kind)])
    wanted = [path for path in paths if path.partition(".")[0] not in _STEERING and "+" not in path]
    return [
        _field(kind, path, headings.get(path, ()))
        for path in sorted(wanted, key=lambda path: _order(kind, path))
    ]


def _of_contacts(kind: Kind) -> list[str]:
    """Paths that lead to a person beside an entry, with her answer about each purpose."""
    if kind is Kind.PERSON:
        return [f"consent.{purpose.value}" for purpose in Purpose]
    if kind is Kind.PROJECT:
        return []
    names = ("name", "email", "phones", "hours", *(f"consent.{purpose.value}" for purpose in Purpose))
    return [f"contacts.{name}" for name in names]


def label(kind: Kind, path: str, language: str) -> str:
    """What a field is called in German or English: `places.0.hours` -> 'Öffnungszeiten (1)'."""
    steps = path.split(".")
    names = [step for step in steps if not step.isdigit()]
    for length in range(len(names), 0, -1):
        found = _label(kind, ".".join(names[:length]), language)
        if found is not None:
            numbers = [str(int(step) + 1) for step in steps if step.isdigit()]
            more = [name.replace("_", " ") for name in names[length:]]
            return " ".join([found, *(f"({number})" for number in numbers), *(f"· {one}" for one in more)])
    return path


def _order(kind: Kind, path: str) -> tuple[int, int, str]:
    title = ENTITIES[kind].title_field
    names = list(ENTITIES[kind].model_fields)
    first = path.partition(".")[0]
    place = names.index(first) if first in names else len(names)
    return (0 if path == title else 2 if path.startswith("contacts") else 1, place, path)


def _field(kind: Kind, path: str, headings: tuple[str, ...]) -> Field:
    told = _told()["reads"]
    reader, words = _reader(kind, path)
    reads = told[reader]
    return Field(
        path,
        _label(kind, path, "de") or path,
        _label(kind, path, "en") or path,
        reads["de"],
        reads["en"],
        _examples(kind, path, reads["examples"]) if not words else words[:2],
        headings[:_MOST_HEADINGS],
        words,
    )


def _examples(kind: Kind, path: str, of_reader: Sequence[str]) -> tuple[str, ...]:
    own = _told()["examples"].get(path.rpartition(".")[2])
    if own is None or path.startswith("contacts.name") or (path == "name" and kind is not Kind.ORGANISATION):
        return tuple(of_reader)
    return (own,)


def _reader(kind: Kind, path: str) -> tuple[str, tuple[str, ...]]:
    """The name under which is told what is read, and the words of a closed list."""
    first, _, rest = path.partition(".")
    if first == "contacts" or path.startswith("consent."):
        return ("consent", ()) if "consent" in path else _reader(Kind.PERSON, rest)
    if path in references_of(kind):
        return "reference", ()
    if rest:
        return _part(rest)
    reader = ways(kind)[first].reader or "other"
    if reader in _closed_lists():
        return "word", _closed_lists()[reader]
    return (reader if reader in _told()["reads"] else "other"), ()


def _part(name: str) -> tuple[str, tuple[str, ...]]:
    """A part of a place, an apply or a cost."""
    known = {
        "hours": "hours",
        "district": "districts",
        "url": "url",
        "phone": "phones",
        "accessibility": "accessibility",
    }
    return known.get(name, "line"), ()


def _label(kind: Kind, path: str, language: str) -> str | None:
    first, _, rest = path.partition(".")
    if first == "consent" and rest:
        return f"{'Einwilligung' if language == 'de' else 'Consent'}: {_PURPOSES[rest][language]}"
    if first == "contacts" and rest:
        of_person = _label(Kind.PERSON, rest, language) or rest
        return f"{'Ansprechperson' if language == 'de' else 'Contact'}: {of_person}"
    known = _told()["labels"].get(path)
    if known is not None:
        return str(known[language])
    headings = headings_of(kind).get(path)
    if language == "de" and headings:
        return headings[0]
    name = (rest or first).rpartition(".")[2].replace("_", " ")
    if headings or path in ENTITIES[kind].model_fields or path in references_of(kind):
        return name[:1].upper() + name[1:]
    return None


@cache
def _closed_lists() -> dict[str, tuple[str, ...]]:
    """Reader of a closed list -> the word that is shown for each of its members."""
    return {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", vocabulary.__name__).lower(): tuple(
            written.split(",")[0] for written in members.values()
        )
        for vocabulary, members in WORDS.items()
    }


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
