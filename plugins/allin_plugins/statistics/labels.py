"""The words for what is counted, in one language."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable

from allin_hub import Formats
from allin_plugins.statistics.figures import NOT_STATED, Row, Table
from allin_schemas import direction

LONGEST = 38
"""Characters of a label that fit beside its figure on a phone; the table has the whole of it."""


class Labels:
    """Puts keys of figures into the words of one language."""

    def __init__(self, language: str, zone: str, say: Callable[[str], str]) -> None:
        self.formats = Formats(language, zone)
        self.say = say
        self._mirrored = direction(language) == "rtl"
        self._words = {
            "type": _types(say),
            "status": _statuses(say),
            "completeness": _fields(say),
            "freshness": _ages(say),
        }

    def label(self, table: Table, row: Row) -> str:
        """What a row counts."""
        if row.key == NOT_STATED:
            return self.say("Not stated")
        if table.facet == "language":
            return self.formats.language_name(row.key)
        if table.facet == "month":
            return self.formats.skeleton(dt.date.fromisoformat(f"{row.key}-01"), "yMMMM")
        if table.facet == "topic":
            return self.formats.term(_clean(row.key), "topics")
        return self._words.get(table.facet, {}).get(row.key, _clean(row.key))

    def isolated(self, label: str) -> str:
        """The label between bidi isolates where it would run, or be cut, against the page's direction."""
        kinds = {unicodedata.bidirectional(char) for char in label}
        mixed = kinds - {"R", "AL", "NSM", "WS"} if self._mirrored else kinds & {"R", "AL"}
        return f"\u2068{label}\u2069" if mixed else label


def shortened(label: str) -> str:
    """A label that fits into a chart."""
    if len(label) <= LONGEST:
        return label
    return (label[: LONGEST - 1].rpartition(" ")[0] or label[: LONGEST - 1]).rstrip(" ,;:–-") + "…"


def _clean(text: str) -> str:
    shown = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} else char for char in text)
    return " ".join(shown.split())


def _types(say: Callable[[str], str]) -> dict[str, str]:
    return {
        "mso": say("Migrant organisation"),
        "association": say("Association"),
        "initiative": say("Initiative"),
        "municipal": say("Municipal body"),
        "welfare": say("Welfare organisation"),
        "school": say("School or education"),
        "faith": say("Faith community"),
        "company": say("Company"),
        "network": say("Network"),
        "advice": say("Advice"),
        "course": say("Course"),
        "meeting": say("Meeting point"),
        "space": say("Room"),
        "fund": say("Funding"),
        "interpreting": say("Interpreting"),
        "ongoing": say("Ongoing"),
        "one-off": say("One-off"),
        "volunteer-day": say("Volunteer day"),
        "online": say("Online"),
    }


def _statuses(say: Callable[[str], str]) -> dict[str, str]:
    return {
        "scheduled": say("Takes place"),
        "tentative": say("Not certain yet"),
        "cancelled": say("Cancelled"),
        "postponed": say("Postponed"),
        "moved": say("Moved to another date"),
        "active": say("Running"),
        "planned": say("Planned"),
        "closed": say("Closed"),
        "open": say("Open"),
        "full": say("Full"),
        "paused": say("Paused"),
        "done": say("Over"),
    }


def _fields(say: Callable[[str], str]) -> dict[str, str]:
    return {
        "description": say("Description"),
        "contact": say("Mail, phone or website"),
        "address": say("Address"),
        "languages": say("Languages"),
        "topics": say("Topics"),
        "place": say("Place"),
        "end": say("End"),
        "organiser": say("Organiser"),
        "organisation": say("Organisation"),
        "times": say("Times"),
        "access": say("How to come"),
        "apply": say("How to join"),
    }


def _ages(say: Callable[[str], str]) -> dict[str, str]:
    return {
        "quarter": say("Within the last three months"),
        "year": say("Within the last year"),
        "older": say("Longer ago"),
    }
