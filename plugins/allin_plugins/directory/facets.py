"""Lists of entries, whole and by language, topic and district, cut into pages that work without a script."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from allin_plugins.directory.site import FOLDERS, Entry
from allin_schemas import Kind

FACETS = ("language", "topic", "district")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, its list, and how many entries it has."""

    value: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `facet` and `value` are empty for the whole list."""

    kind: str
    facet: str
    value: str
    number: int
    last: int
    total: int
    shown: Sequence[Entry]
    facets: dict[str, list[Choice]]

    @property
    def folder(self) -> str:
        """Where the list lies."""
        return FOLDERS[Kind(self.kind)]

    @property
    def name(self) -> str:
        """The file name of the first page, without its ending."""
        return f"{self.facet}-{slug(self.value)}" if self.facet else "index"

    @property
    def path(self) -> str:
        """This page, seen from a language's folder."""
        return f"{self.folder}/{self.name}{f'-{self.number}' if self.number > 1 else ''}.html"


def values(entry: Entry, facet: str) -> Sequence[str]:
    """What an entry is found under."""
    return {"language": entry.languages, "topic": entry.topics, "district": entry.districts}[facet]


def listings(kind: str, entries: Sequence[Entry], size: int) -> Iterator[Listing]:
    """Every page of every list of a kind."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        for facet in FACETS:
            for value in values(entry, facet):
                groups.setdefault((facet, value), []).append(entry)
    folder = FOLDERS[Kind(kind)]
    facets = {facet: _choices(groups, facet, folder) for facet in FACETS}
    for (facet, value), found in [(("", ""), list(entries)), *sorted(groups.items())]:
        parts = _parts(found, size)
        for number, shown in enumerate(parts, start=1):
            yield Listing(kind, facet, value, number, len(parts), len(found), shown, facets)


@dataclass(frozen=True, slots=True)
class NeedPage:
    """One page of what helps with a need: services first, then organisations, events, chances to volunteer."""

    need: str
    number: int
    last: int
    shown: Sequence[Entry]

    @property
    def path(self) -> str:
        """This page, seen from a language's folder."""
        return f"needs/{self.need}{f'-{self.number}' if self.number > 1 else ''}.html"


def need_pages(need: str, entries: Sequence[Entry], size: int) -> Iterator[NeedPage]:
    """Every page of what helps with a need."""
    order = [Kind.SERVICE, *(kind for kind in FOLDERS if kind is not Kind.SERVICE)]
    parts = _parts(sorted(entries, key=lambda entry: order.index(Kind(entry.kind))), size)
    for number, shown in enumerate(parts, start=1):
        yield NeedPage(need, number, len(parts), shown)


def _parts(found: Sequence[Entry], size: int) -> list[Sequence[Entry]]:
    return [found[at : at + size] for at in range(0, len(found), size)] or [[]]


def _choices(groups: dict[tuple[str, str], list[Entry]], facet: str, folder: str) -> list[Choice]:
    counted = Counter({value: len(found) for (name, value), found in groups.items() if name == facet})
    return [
        Choice(value, f"{folder}/{facet}-{slug(value)}.html", counted[value]) for value in sorted(counted)
    ]


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """A file name for a filter's value; what Latin letters cannot say is told apart by a digest."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    if made == text:
        return made
    return f"{made}-{hashlib.blake2b(text.encode(), digest_size=3).hexdigest()}".lstrip("-")
