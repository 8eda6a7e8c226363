"""The six things that people come for, and the words by which an entry says that it has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from allin_plugins.directory.site import Entry
from allin_schemas import Service, ServiceType


@dataclass(frozen=True)
class Need:
    """What people look for; `folder` where a whole list answers it."""

    name: str
    words: tuple[str, ...] = ()
    folder: str | None = None

    @property
    def target(self) -> str:
        """The page that answers it, seen from a language's folder."""
        return f"{self.folder}/index.html" if self.folder else f"needs/{self.name}.html"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds one of the words at the beginning of a word."""
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, self.words))})", re.IGNORECASE)


NEEDS = (
    Need(
        "advice",
        (
            "beratung",
            "sozialberatung",
            "rechtsberatung",
            "migrationsberatung",
            "sprechstunde",
            "begleitung",
            "hilfe bei",
            "advice",
            "counsel",
            "danışma",
            "استشار",
            "консультац",
        ),
    ),
    Need(
        "german",
        (
            "deutsch lernen",
            "deutschkurs",
            "sprachkurs",
            "sprachcafé",
            "sprachcafe",
            "sprache lernen",
            "sprachförderung",
            "sprachtandem",
            "alphabetisierung",
            "integrationskurs",
            "deutsch",
            "german",
            "language café",
        ),
    ),
    Need(
        "meeting",
        (
            "treff",
            "begegnung",
            "café",
            "cafe",
            "stammtisch",
            "fest",
            "kultur",
            "musik",
            "tanz",
            "chor",
            "sport",
            "meeting",
            "culture",
        ),
    ),
    Need(
        "family",
        (
            "familie",
            "kinder",
            "eltern",
            "mütter",
            "väter",
            "jugend",
            "frauen",
            "schule",
            "hausaufgaben",
            "family",
            "children",
            "youth",
        ),
    ),
    Need("volunteer", folder="opportunities"),
    Need("rooms", ("raum", "räume", "saal", "werkstatt", "vermietung", "raumvergabe", "room", "hall")),
)


_OF_TYPES = {
    ServiceType.ADVICE: "advice",
    ServiceType.INTERPRETING: "advice",
    ServiceType.MEETING: "meeting",
    ServiceType.SPACE: "rooms",
}


def needs_met(entry: Entry) -> Sequence[str]:
    """The needs that the entry's topics or title name; the description does not count, it says too much."""
    return sorted(_named(entry.title).union(*map(_often_named, entry.topics), _by_type(entry)))


def _by_type(entry: Entry) -> frozenset[str]:
    """What the sort of a service says."""
    kind = entry.record.type if isinstance(entry.record, Service) else None
    return frozenset({_OF_TYPES[kind]}) if kind in _OF_TYPES else frozenset()


def _named(text: str) -> frozenset[str]:
    if not _any().search(text):
        return frozenset()
    return frozenset(need.name for need in NEEDS if need.words and need.pattern.search(text))


_often_named = lru_cache(maxsize=4096)(_named)
"""Topics come again and again."""


@cache
def _any() -> re.Pattern[str]:
    """Finds a word of any need."""
    return re.compile("|".join(need.pattern.pattern for need in NEEDS if need.words), re.IGNORECASE)
