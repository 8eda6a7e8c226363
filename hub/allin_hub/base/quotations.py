"""Tells by simple evidence whether a text may be about a person: a mail, a mobile, a title, or two capitals in a row.

A message that quotes what somebody wrote asks here first. In doubt it quotes nothing: row and column say where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from allin_schemas.reading.cleaning import in_western_digits
from allin_schemas.reading.keys import plain
from allin_schemas.reading.mailboxes import FILLING, is_function, is_role_address, words_of_persons
from allin_schemas.reading.phone_labels import SAFE_WORDS, TYPES

_LONGEST = 2_000
_SHORTEST_IN_CAPITALS = 4
"""Letters of a name that is written in capitals; what is shorter is a code, as in DE-CR-RA000275."""
_SHORTEST_ABROAD = 8
_AT = re.compile(r"\s?(?:\(at\)|\[at\]|\{at\}|@)\s?", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>()\[\],;:\"']{1,64}@[^\s@<>()\[\],;:\"']{0,100}")
_NUMBER = re.compile(r"(?<!\w)[+\d][\d\s/().–-]{3,30}\d")
_OWN_NUMBER = re.compile(r"(?:0|0049|49)?0?1[567]\d")
_PRIVATE = re.compile(r"\b(?:privat|c/o\b)", re.IGNORECASE)
_TITLE = re.compile(
    r"(?<!\w)(?:frau|herrn?|fr\.|hr\.|familie|fam\.|dr\.|prof\.|mrs?|ms|miss|bay|bayan|sayın|пан|пані|"
    r"господин|госпожа|السيد|السيدة|الأستاذ|الأستاذة|خانم|آقای|آقا)\.?\s+\w",
    re.IGNORECASE,
)
_PAIR = re.compile(r"([^\W\d_]{2,40})[ -]([^\W\d_]{2,40})")
_WORD = re.compile(r"[^\W\d_]+")
_PLACES = re.compile(
    r"(?:str|stra(?:ß|ss)e|weg|platz|allee|gasse|ring|ufer|haus|hof|saal|raum|kirche)$", re.IGNORECASE
)


def shows_person(text: str, persons: Iterable[str] = ()) -> bool:
    """Whether a text may show a person; `persons` are names that are known to be persons'."""
    if len(text) > _LONGEST:
        return True
    text = in_western_digits(text)
    if not words_of_persons(persons).isdisjoint(_WORD.findall(plain(text))):
        return True
    if _PRIVATE.search(text) or _TITLE.search(text) or _names_a_mailbox(text):
        return True
    return any(map(_is_own_number, _NUMBER.findall(text))) or _has_a_name(text)


def _names_a_mailbox(text: str) -> bool:
    return any(not is_role_address(mail) for mail in _MAIL.findall(_AT.sub("@", text)))


def _is_own_number(written: str) -> bool:
    """Whether a number is a mobile, or a foreign one, of which the hub cannot tell."""
    digits = re.sub(r"\D", "", written)
    foreign = written.startswith(("+", "00")) and not digits.removeprefix("00").startswith("49")
    return (foreign and len(digits) >= _SHORTEST_ABROAD) or _OWN_NUMBER.match(digits) is not None


def _has_a_name(text: str) -> bool:
    """Whether two words in a row begin with capitals and are no words of associations, places or times."""
    return any(_may_be_a_name(first) and _may_be_a_name(second) for first, second in _pairs(text))


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    """Words that stand side by side, each with its neighbour."""
    place = 0
    while (match := _PAIR.search(text, place)) is not None:
        yield match[1], match[2]
        place = match.start(2)


def _may_be_a_name(word: str) -> bool:
    small = word.casefold()
    known = small in SAFE_WORDS or small in TYPES or small in FILLING or is_function(word)
    is_code = word.isupper() and len(word) < _SHORTEST_IN_CAPITALS
    return word[0].isupper() and not (known or is_code or _PLACES.search(word))
