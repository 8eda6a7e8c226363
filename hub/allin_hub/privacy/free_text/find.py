"""Finds what points to a person in one public text: one pure function for all rules."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from allin_hub.privacy.free_text.contact_data import (
    OFFICE,
    SENTENCE_END,
    Contact,
    addresses,
    links,
    lowered,
    mails,
    numbers,
)
from allin_hub.privacy.free_text.cues import seconds_of
from allin_hub.privacy.free_text.flatten import flatten
from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.name_shapes import SHORTEST_CAPITALS
from allin_hub.privacy.free_text.names import Names
from allin_hub.privacy.free_text.names_of_things import (
    ThingNames,
    bare_forms,
    is_first_name,
    is_persons_name,
    is_word,
    may_be_first_name,
)
from allin_hub.privacy.free_text.tokens import key_of, tokens_of
from allin_hub.privacy.free_text.words_of_text import Name

LONGEST = 20_000
GLANCE = 80
"""Texts up to this length are remembered where they are plain."""
MOST_WORDS = 4_500
"""No language of ours has so many words within LONGEST letters."""
MOST = 100
"""From so many findings on a text is held as a whole: it is a list of persons, or written to wear the search out."""
_DIGITS = re.compile(r"\d[\d ()/.–-]{4,}\d")
_AT = re.compile(r"@| at |\bat\b|\(a|\[a|\{a|ät|собака|равлик", re.I)
_SLASH = re.compile(r"/|www\.|@|insta|telegr|signal|threema|skype|тел[еє]г|інст|инст|تل|انست|اینست", re.I)
_CLAUSE = re.compile(rf"\n|\d{{4}}|{SENTENCE_END}")
_LOCAL_BEHIND = re.compile(
    r"[\s,:;(–-]{0,4}(?:(?:tel|telefon|fon|phone|ruf|nr|cep|ev|тел|телефон|هاتف|تلفن)\b[\s.:-]{0,3})?"
    r"(?P<number>(?!(?:19|20)\d\d[ /-])[1-9](?:[ /-]?\d){5,7})(?![.,:/-]?\d|\s?(?:uhr|€|euro)\b)",
    re.I,
)
"""A number without its area code directly behind a name."""
_CARD = re.compile(
    r"[^\n]{0,40}\n(?:[^\n]{0,60}\n)?\W{0,4}(?:tel|telefon|fon|phone|festnetz|тел|телефон|هاتف|تلفن)?\W{0,4}",
    re.I,
)
"""From a name to a number that begins its own line, as on a card: at most an address between."""
FAR = 120
"""So many letters may stand between a name and its number."""
_OTHERS = re.compile(rf"\n|\d{{4}}|[.!?] [a-zäöü]|{OFFICE.pattern}")


_TOGETHER = re.compile(
    r"[\s,;/|·+–-]*(?:(?:oder|or|und|and|bzw|veya|ve|або|или|и|та|أو|او|یا|و|mobil|mobile|handy|cell|cep|моб|тел|tel|mail|e-mail)\b\.?[\s:]*){0,2}",
    re.I,
)


class Verdict(StrEnum):
    """What becomes of a finding."""

    HELD = "held"
    """Masked until somebody says yes."""
    HINTED = "hinted"
    """Published; the office is asked once."""
    ASKED = "asked"
    """The whole entity waits for an answer."""


class Finding(NamedTuple):
    """A stretch of a text that points to a person."""

    start: int
    end: int
    kind: str
    """name, mobile, landline, mail or link."""
    verdict: Verdict
    whose: frozenset[str] = frozenset()
    """Ids of the known persons whose it may be; a consent of all of them lifts the mask."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text stands, and what the hub knows."""

    short: bool = False
    """Whether it is a field of few words, in which a capital letter wants an explanation."""
    place: bool = False
    """Whether such a field tells of a place or of hours: a single word is only hinted at there."""
    things: ThingNames = field(default_factory=ThingNames)
    known: KnownNames = field(default_factory=KnownNames)
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Mails and numbers (digits from the country on) of known persons, with their ids."""
    hold_hints: bool = False


def find(text: str, context: Context) -> list[Finding]:
    """Find every stretch of a text that points to a person, in order; none overlaps another."""
    plain = _plain(text, context.short) if len(text) <= GLANCE else None
    if (
        plain is not None
        and not _knows_any(context.known, plain)
        and not (plain.explained and any(map(context.things.know, plain.keys)))
    ):
        return []
    return _find(text, context)


def is_plain(text: str, context: Context) -> bool:
    """Tell whether nothing is found in a text, unless the entity's own name has one of its `explained_by` words."""
    plain = _plain(text, context.short) if len(text) <= GLANCE else None
    if plain is None or _knows_any(context.known, plain):
        return False
    return not (plain.explained and any(map(context.things.know, plain.keys)))


def explained_by(text: str, *, short: bool) -> frozenset[str]:
    """The words of a plain text, in all their cases, that would have another meaning if they were of the entity's own name."""
    plain = _plain(text, short)
    if plain is None or not plain.explained:
        return frozenset()
    return frozenset(form for key in plain.keys for form in (key, *bare_forms(key)))


def _knows_any(known: KnownNames, plain: _Plain) -> bool:
    return bool(known) and any(map(known.knows, plain.keys))


def _find(text: str, context: Context) -> list[Finding]:
    flat = flatten(text)
    words = flat.text
    if len(words) > LONGEST:
        return _whole(text)
    contacts: list[Contact] = []
    if _SLASH.search(words):
        contacts += islice(links(words, context.things), MOST + 1)
    if _AT.search(words):
        taken = [(one.start, one.end) for one in contacts]
        contacts += [
            one for one in islice(mails(words, context.things), MOST + 1) if not _overlaps(one, taken)
        ]
    small = ""
    if _DIGITS.search(words):
        small = lowered(words)
        taken = [(one.start, one.end) for one in contacts]
        contacts += [one for one in islice(numbers(words, small), MOST + 1) if not _overlaps(one, taken)]
    if len(contacts) > MOST:
        return _whole(text)
    if not (contacts or _may_name(words, context)):
        return []
    tokens = tokens_of(words)
    if len(tokens) > MOST_WORDS:
        return _whole(text)
    search = Names(words, tokens, context.things, context.known, short=context.short, place=context.place)
    if search.is_flooded:
        return _whole(text)
    names = list(islice(search.found(contacts), 2 * MOST))
    if len(names) == 2 * MOST:
        return _whole(text)
    if small:
        contacts += _local_numbers(small, names, contacts)
    within = addresses(words) if names else []
    if within:
        names = [
            name for name in names if not any(start < name.end and name.start < end for start, end in within)
        ]
    found = [
        *(Finding(one.start, one.end, "name", _verdict(one.sure), one.whose) for one in names),
        *(
            Finding(one.start, one.end, one.kind, _verdict(one.sure), _owners(words, one, context.owners))
            for one in _with_names_landlines(small, contacts, names)
            if one.person
        ),
    ]
    if context.hold_hints:
        found = [one._replace(verdict=Verdict.HELD) for one in found]
    return [
        one._replace(start=span[0], end=span[1])
        for one in _apart(found)
        for span in (flat.span(one.start, one.end),)
    ]


_WORD = re.compile(r"[^\W\d_]+")


class _Plain(NamedTuple):
    """The words of a text in which nothing points to a person, unless one of them is of a known name."""

    keys: tuple[str, ...]
    explained: bool
    """Whether that was looked at closely, so that an entity's own names, which explain words, may tell otherwise."""


@lru_cache(maxsize=20_000)
def _plain(text: str, short: bool) -> _Plain | None:
    """What is remembered of a plain text; None for another one.

    Most texts of a hub are short and stand there again and again: towns, districts, languages, fees.
    """
    words = flatten(text).text
    context = Context(short=short)
    closely = any(sign.search(words) for sign in (_SLASH, _AT, _DIGITS)) or _may_name(words, context)
    if closely and _find(text, context):
        return None
    return _Plain(tuple(map(key_of, _WORD.findall(words))), closely)


def _may_name(text: str, context: Context) -> bool:
    """Whether any word is worth a closer look; most texts without people end here."""
    known, before = context.known, frozenset[str]()
    for word in _WORD.findall(text):
        key, stands_out, seconds = _noted(word)
        if (
            stands_out
            or key in before
            or (context.short and _is_unexplained(word))
            or (known and known.knows(key))
        ):
            return True
        before = seconds
    return False


@lru_cache(maxsize=50_000)
def _noted(word: str) -> tuple[str, bool, frozenset[str]]:
    """The key of a word, whether it is a cue or may be a name, and the words with which it would become a cue."""
    key = key_of(word)
    seconds = seconds_of(key)
    return key, seconds is None or (not word[0].islower() and may_be_first_name(key)), seconds or frozenset()


@lru_cache(maxsize=50_000)
def _is_unexplained(word: str) -> bool:
    return (
        word[0].isupper()
        and not (word.isupper() and len(word) < SHORTEST_CAPITALS)
        and not is_word(key_of(word))
    )


def names_a_person(text: str) -> bool:
    """Tell whether a text points to a person by itself, so that no message may quote it."""
    return any(one.verdict is Verdict.HELD for one in find(text, Context()))


_APART = re.compile(r"[,;/|()\[\]&+\n–—]|\s-\s|\s(?:und|and|ve|та|і|и)\s")


@lru_cache(maxsize=10_000)
def persons_in_host(name: str) -> list[tuple[int, int]]:
    """Where what is written as the host of something is no organisation but a person: the whole, or what stands beside one.

    Beside an organisation a person stands behind a comma, in brackets, or before 'und'.
    """
    if is_persons_name(name) or names_a_person(name) or is_first_name(fold(name)):
        return [(0, len(name))]
    ends = [*(found.span() for found in _APART.finditer(name)), (len(name), len(name))]
    found, begin = [], 0
    for end, following in ends:
        part = name[begin:end]
        bare = part.strip()
        if bare and is_persons_name(bare):
            at = begin + part.index(bare)
            found.append((at, at + len(bare)))
        begin = following
    return found


def _whole(text: str) -> list[Finding]:
    return [Finding(0, len(text), "name", Verdict.HELD)]


def _overlaps(one: Contact, taken: Iterable[tuple[int, int]]) -> bool:
    return any(start < one.end and one.start < end for start, end in taken)


def _verdict(sure: bool) -> Verdict:
    return Verdict.HELD if sure else Verdict.HINTED


def _with_names_landlines(text: str, contacts: Sequence[Contact], names: Sequence[Name]) -> list[Contact]:
    """Numbers behind a name are that person's, landlines beside a number or mail too, unless an office is named between."""
    ends = sorted(one.end for one in names)
    starts = sorted(one.start for one in names)
    others = [one for one in contacts if one.person and one.kind in {"mobile", "mail"}]
    found = []
    for one in contacts:
        if not one.person and one.kind in {"landline", "mobile"}:
            beside = _is_behind(text, one, ends) or (
                one.kind == "landline" and _is_beside(text, one, starts, others)
            )
            one = one._replace(person=beside, sure=one.sure or beside)  # noqa: PLW2901 - the same number
        found.append(one)
    return found


def _local_numbers(text: str, names: Sequence[Name], contacts: Sequence[Contact]) -> list[Contact]:
    """Numbers without an area code that follow a name: 'Beate Wolf, 9000 508'."""
    taken = [(one.start, one.end) for one in contacts]
    found = (_LOCAL_BEHIND.match(text, one.end) for one in names)
    local = [Contact(*one.span("number"), "landline", True) for one in found if one is not None]
    return [one for one in local if not _overlaps(one, taken)]


def _is_behind(text: str, one: Contact, ends: Sequence[int]) -> bool:
    """Whether a name stands before a number, and nothing that ends its sentence or names an office between."""
    place = bisect_left(ends, one.start + 1)
    if not place or one.start - ends[place - 1] >= FAR:
        return False
    before = text[ends[place - 1] : one.start]
    return not _OTHERS.search(before) or (_CARD.fullmatch(before) is not None and not OFFICE.search(before))


def _is_beside(text: str, one: Contact, starts: Sequence[int], others: Sequence[Contact]) -> bool:
    since = text[max(0, one.start - FAR) : one.start]
    if OFFICE.search(_CLAUSE.split(since)[-1]):
        return False
    place = bisect_left(starts, one.end)
    if place < len(starts) and re.fullmatch(r"\s?[(–-]\s?(?:bei |von )?", text[one.end : starts[place]]):
        return True
    return any(
        _TOGETHER.fullmatch(text, min(one.end, other.end), max(one.start, other.start)) is not None
        for other in others
        if min(one.end, other.end) <= max(one.start, other.start) < min(one.end, other.end) + FAR
    )


def contact_key(written: str) -> str:
    """A mail in small letters, or the digits of a number from the country on: what two spellings have in common."""
    if "@" in written:
        return written.casefold()
    return re.sub(
        r"\D",
        "",
        re.sub(
            r"^\s*(?:\(?0(?!0)|(?:00|\+))", lambda found: "49" if found[0].strip(" (") == "0" else "", written
        ),
    )


def _owners(text: str, one: Contact, owners: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return owners.get(contact_key(text[one.start : one.end]), frozenset()) if owners else frozenset()


def _apart(found: list[Finding]) -> list[Finding]:
    """Findings in order; of those that overlap the held one, then the longer one, and the rest of the other."""
    kept: list[Finding] = []
    weighty = sorted(
        found,
        key=lambda one: (
            one.verdict is not Verdict.HELD,
            one.kind == "name",
            one.start - one.end,
            not one.whose,
        ),
    )
    for one in weighty:
        start, end = one.start, one.end
        place = bisect_left(kept, start, key=lambda one: one.start)
        if place and kept[place - 1].end > start:
            place -= 1
        while place < len(kept) and kept[place].start < end:
            other = kept[place]
            if other.start <= start and end <= other.end:
                if one.whose and not other.whose and other.kind == one.kind:
                    kept[place] = other._replace(whose=one.whose)
                end = start
                break
            if one[2:4] == other[2:4]:
                del kept[place]
                start, end = min(start, other.start), max(end, other.end)
                one = one._replace(whose=one.whose | other.whose)  # noqa: PLW2901 - the two are one
            elif other.start <= start:
                start, place = other.end, place + 1
            else:
                end = other.start
        if start < end:
            insort(kept, one._replace(start=start, end=end), key=lambda one: one.start)
    return kept
