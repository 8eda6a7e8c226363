"""Finds what points to a person in one public text: one pure function for all rules."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import islice
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from allin_hub.privacy.free_text.contact_data import OFFICE, Contact, links, mails, numbers
from allin_hub.privacy.free_text.flatten import flatten
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.names import Name, Names
from allin_hub.privacy.free_text.names_of_things import ThingNames
from allin_hub.privacy.free_text.tokens import tokens_of

LONGEST = 20_000
MOST = 200
"""From so many findings on a text is held as a whole: it is a list of persons, or written to wear the search out."""
_DIGITS = re.compile(r"\d[\d ()/.–-]{4,}\d")
_AT = re.compile(r"@| at |\bat\b|\(a|\[a|\{a|ät|собака|равлик", re.I)
_SLASH = re.compile(r"/|www\.|@|insta|telegr|signal|threema|skype|тел[еє]г|інст|инст|تل|انست|اینست", re.I)
FAR = 60
"""So many letters may stand between a name and its number."""
_OTHERS = re.compile(rf"\n|\d{{4}}|[.!?] [A-ZÄÖÜ]|{OFFICE.pattern}", re.I)


_TOGETHER = re.compile(
    r"[\s,;/|·+–-]*(?:(?:oder|or|und|and|bzw|veya|ve|або|или|и|та|أو|او|یا|و|mobil|mobile|handy|cell|cep|моб|тел|tel|mail|e-mail)\b\.?[\s:]*){0,2}", re.I
)


class Verdict(StrEnum):
    """What becomes of a finding."""

    HELD = "held"
    """Masked until somebody says yes."""
    HINTED = "hinted"
    """Published; the office is asked once."""


class Finding(NamedTuple):
    """A stretch of a text that points to a person."""

    start: int
    end: int
    kind: str
    """name, mobile, landline, mail or link."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text stands, and what the hub knows."""

    short: bool = False
    """Whether it is a field of few words, in which a capital letter wants an explanation."""
    place: bool = False
    """Whether such a field tells of a place or of hours: a single word is only hinted at there."""
    things: ThingNames = field(default_factory=ThingNames)
    known: KnownNames = field(default_factory=KnownNames)
    released: frozenset[str] = frozenset()
    """Full names, mails and numbers of people who have agreed to this purpose."""
    hold_hints: bool = False


def find(text: str, context: Context) -> list[Finding]:
    """Find every stretch of a text that points to a person, in order; none overlaps another."""
    flat = flatten(text)
    words = flat.text
    if len(words) > LONGEST:
        return _whole(text)
    contacts: list[Contact] = []
    if _SLASH.search(words):
        contacts += islice(links(words, context.things), MOST + 1)
    if _AT.search(words):
        taken = [(one.start, one.end) for one in contacts]
        contacts += [one for one in islice(mails(words, context.things), MOST + 1) if not _overlaps(one, taken)]
    if _DIGITS.search(words):
        taken = [(one.start, one.end) for one in contacts]
        contacts += [one for one in islice(numbers(words), MOST + 1) if not _overlaps(one, taken)]
    if len(contacts) > MOST:
        return _whole(text)
    search = Names(
        words, tokens_of(words), context.things, context.known, short=context.short, place=context.place
    )
    names = list(islice(search.found(contacts), 2 * MOST))
    if len(names) == 2 * MOST:
        return _whole(text)
    found = [
        *_settled_names(names, context),
        *(
            Finding(one.start, one.end, one.kind, Verdict.HELD if one.sure else Verdict.HINTED)
            for one in _with_names_landlines(words, contacts, names)
            if one.person and not _is_released(words[one.start : one.end], context.released)
        ),
    ]
    if context.hold_hints:
        found = [one._replace(verdict=Verdict.HELD) for one in found]
    return [one._replace(start=span[0], end=span[1]) for one in _apart(found) for span in (flat.span(one.start, one.end),)]


def _whole(text: str) -> list[Finding]:
    return [Finding(0, len(text), "name", Verdict.HELD)]


def _overlaps(one: Contact, taken: Iterable[tuple[int, int]]) -> bool:
    return any(start < one.end and one.start < end for start, end in taken)


def _settled_names(names: Iterable[Name], context: Context) -> list[Finding]:
    return [
        Finding(one.start, one.end, "name", Verdict.HELD if one.sure else Verdict.HINTED)
        for one in names
        if not (one.whose and one.whose <= context.released)
    ]


def _with_names_landlines(text: str, contacts: Sequence[Contact], names: Sequence[Name]) -> list[Contact]:
    """Landlines beside a person's name, number or mail are that person's, unless a word of an office stands between."""
    ends = sorted(one.end for one in names)
    starts = sorted(one.start for one in names)
    others = [one for one in contacts if one.person and one.kind in {"mobile", "mail"}]
    found = []
    for one in contacts:
        if one.kind == "landline" and not one.person:
            one = one._replace(person=_is_beside(text, one, ends, starts, others))  # noqa: PLW2901 - the same number
        found.append(one)
    return found


def _is_beside(
    text: str, one: Contact, ends: Sequence[int], starts: Sequence[int], others: Sequence[Contact]
) -> bool:
    place = bisect_left(ends, one.start + 1)
    before = text[ends[place - 1] : one.start] if place else "\n"
    if len(before) < FAR and not _OTHERS.search(before):
        return True
    since = text[max(0, one.start - FAR) : one.start]
    if OFFICE.search(re.split(r"\n|\d{4}|[.!?;] ", since)[-1]):
        return False
    place = bisect_left(starts, one.end)
    if place < len(starts) and re.fullmatch(r"\s?[(–-]\s?(?:bei |von )?", text[one.end : starts[place]]):
        return True
    return any(
        _TOGETHER.fullmatch(text, min(one.end, other.end), max(one.start, other.start)) is not None
        for other in others
        if min(one.end, other.end) <= max(one.start, other.start) < min(one.end, other.end) + FAR
    )


def _is_released(written: str, released: frozenset[str]) -> bool:
    if not released:
        return False
    digits = re.sub(r"\D", "", written)
    return written.casefold() in released or (len(digits) > 6 and any(one.endswith(digits.lstrip("0")) for one in released if one.isdecimal()))


def _apart(found: list[Finding]) -> list[Finding]:
    """Findings in order; of those that overlap the held one, then the longer one, and the rest of the other."""
    kept: list[Finding] = []
    weighty = sorted(
        found, key=lambda one: (one.verdict is not Verdict.HELD, one.kind == "name", one.start - one.end)
    )
    for one in weighty:
        start, end = one.start, one.end
        place = bisect_left(kept, (start,))
        if place and kept[place - 1].end > start:
            place -= 1
        while place < len(kept) and kept[place].start < end:
            other = kept[place]
            if other.start <= start and end <= other.end:
                end = start
                break
            elif one[2:] == other[2:]:
                del kept[place]
                start, end = min(start, other.start), max(end, other.end)
            elif other.start <= start:
                start, place = other.end, place + 1
            else:
                end = other.start
        if start < end:
            insort(kept, one._replace(start=start, end=end))
    return kept
