"""Reads the closed word lists of the model, as Germans and others write them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from allin_schemas.reading.cleaning import first, tidy
from allin_schemas.reading.findings import BLANK, Context, Reader, Reading, unreadable
from allin_schemas.reading.word_lists import WORDS


def _key(text: str) -> str:
    return " ".join(
        text.casefold()
        .replace("-", " ")
        .replace("_", " ")
        .replace("*", "")
        .replace(":", "")
        .replace(".", " ")
        .split()
    )


def closed(vocabulary: type[StrEnum]) -> Reader:
    """A reader of one word list: codes, German and English words; what is close to one is suggested."""
    known = {_key(member.value): member.value for member in vocabulary}
    for code, written in WORDS[vocabulary].items():
        known.update((_key(word), code.value) for word in written.split(","))
    words = ", ".join(written.split(",")[0] for written in WORDS[vocabulary].values())
    codes = ", ".join(code.value for code in WORDS[vocabulary])

    def reader(cell: Any, context: Context) -> Reading:
        if isinstance(cell, list | tuple):
            return first(reader, cell, context)
        if isinstance(cell, str):
            value = known.get(cell)
            if value is not None:
                return Reading(value)
        text, fault = tidy(cell)
        if fault:
            return Reading(None, (fault,))
        if not text:
            return BLANK
        value = known.get(_key(text))
        return (
            Reading(value)
            if value is not None
            else unreadable(
                "WORD_UNKNOWN",
                text,
                _nearest(text, known, WORDS[vocabulary]),
                words=words,
                codes=codes,
                guess=_guess(text, known),
            )
        )

    return reader


def _guess(text: str, known: dict[str, str]) -> str:
    """Name the member whose words are closest to a word, however far: a person decides whether it is meant."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(_key(text[:80]), known.keys(), scorer=fuzz.WRatio)
    return known[found[0]] if found is not None else next(iter(known.values()))


def _nearest(text: str, known: dict[str, str], words: dict[Any, str]) -> str | None:
    from rapidfuzz import process, utils
    from rapidfuzz.distance import JaroWinkler

    found = process.extractOne(
        _key(text[:80]),
        known.keys(),
        scorer=JaroWinkler.normalized_similarity,
        score_cutoff=0.85,
        processor=utils.default_process,
    )
    if found is None:
        return None
    code = next(member for member in words if member.value == known[found[0]])
    return words[code].split(",")[0].strip()
