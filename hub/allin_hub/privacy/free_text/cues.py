"""Reads the closed list of cues, and finds the longest one that begins at a word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.names_of_things import grammar, stem
from allin_hub.privacy.free_text.tokens import Token, key_of, tokens_of, without_suffix

_FILE = Path(__file__).parent / "cues.toml"
_ENDINGS = ("", "in", "innen", "n", "s", "r", "e", "en")
_GAP = re.compile(r"[^\w\n]{0,3}")
_SHORTEST_COMPOUND = 3
_JOINER = "\u200c"


_SHORTEST_BENT = 3
_TURKISH_ENDINGS = (
    *("a", "e", "ya", "ye", "i", "u", "yi", "yu", "da", "de", "dan", "den", "ta", "te", "tan", "ten", "in", "un", "nin", "nun"),
    *("la", "le", "yla", "yle", "si", "su", "imiz", "umuz", "miz", "muz", "simiz", "sumuz", "ler", "lar", "leri", "lari"),
    *("lerimiz", "larimiz", "ine", "una", "imize", "umuza", "mize", "muza", "imizin", "umuzun", "dir", "dur", "tir", "tur"),
)  # fmt: skip


class Role(StrEnum):
    """What a cue says about the words beside it; the names of the lists in cues.toml."""

    TITLE = "titles"
    TITLE_AFTER = "titles_after"
    LABEL = "labels"
    PREPOSITION = "prepositions"
    ANNOUNCING = "announcing"
    SELF = "self"


_NOUNS = frozenset({Role.TITLE, Role.TITLE_AFTER, Role.LABEL})


class Cue(NamedTuple):
    """A cue, as the words that have to follow each other."""

    role: Role
    language: str
    words: tuple[str, ...]
    dotted: bool
    """Whether a full stop has to follow: 'Fr.' is a woman, 'Fr' a Friday."""
    towards: bool
    """Whether it ends with a word that leads to a person: 'Anmeldung bei'."""


class Hit(NamedTuple):
    """A cue in a text: from which token to before which."""

    cue: Cue
    start: int
    end: int


TOWARDS = grammar("towards")


@cache
def published() -> dict[str, dict[str, list[str]]]:
    """Give the list as it is published, by language."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _by_first_word() -> tuple[dict[str, list[Cue]], dict[str, Cue]]:
    """Cues by their first word, the longest first, and endings of compounds."""
    found: dict[str, list[Cue]] = {}
    endings: dict[str, Cue] = {}
    for language, lists in published().items():
        for role in Role:
            for written in lists.get(role.value, ()):
                for words in _spellings(written):
                    cue = Cue(
                        role, language, words, written.endswith(".") and len(words) == 1, words[-1] in TOWARDS
                    )
                    if written.startswith("*"):
                        endings[words[0]] = cue
                    found.setdefault(words[0], []).append(cue)
    for cues in found.values():
        cues.sort(key=lambda cue: -len(cue.words))
    return found, endings


def _spellings(written: str) -> list[tuple[str, ...]]:
    """The words of a cue, in every gendered form."""
    bare = written.strip("*+")
    words = tuple(key_of(token.text) for token in tokens_of(bare.replace(_JOINER, "")))
    if _JOINER in bare:  # Persian: written together, apart, or with a sign between that nobody sees
        return [words, tuple(key_of(token.text) for token in tokens_of(bare.replace(_JOINER, " ")))]
    if not written.endswith("+"):
        return [words]
    return [(*words[:-1], words[-1] + ending) for ending in _ENDINGS]


@cache
def _ending_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(ending) for ending in _by_first_word()[1]}, reverse=True))


@cache
def _by_stem() -> dict[str, Cue]:
    """Cues of one word by language and stem, for languages that bend their nouns."""
    found: dict[str, Cue] = {}
    for cues in _by_first_word()[0].values():
        for cue in cues:
            if len(cue.words) == 1 and cue.role in _NOUNS and len(cue.words[0]) >= _SHORTEST_BENT:
                if cue.language in {"uk", "ru"}:
                    found.setdefault(stem(cue.words[0]), cue)
                elif cue.language in {"tr", "ar"}:
                    found.setdefault(cue.words[0], cue)
    return found


@lru_cache(maxsize=50_000)
def _bent(key: str) -> tuple[Cue, ...]:
    """The cue that a word is in another case or with what Turkish and Arabic add to it: 'şefimiz', 'координаторки', 'بالسيد'."""
    bare = without_suffix(key)
    forms = [bare] if bare != key else []
    if bare.isascii():
        forms += [bare.removesuffix(ending) for ending in _TURKISH_ENDINGS if bare.endswith(ending)]
        wanted = "tr"
    elif "а" <= bare[:1] <= "ґ":
        forms += [base] if len(base := stem(bare)) >= _SHORTEST_BENT else []
        wanted = "uk ru"
    elif bare[:2] == "لل":
        forms.append("ال" + bare[2:])
        wanted = "ar"
    elif bare[:1] in {"و", "ب", "ف", "ل", "ك"} and len(bare) > 3:
        forms.append(bare[1:])
        wanted = "ar"
    else:
        return ()
    found = (_by_stem().get(form) for form in forms if len(form) >= _SHORTEST_BENT)
    return tuple(cue for cue in found if cue is not None and cue.language in wanted)[:1]


@lru_cache(maxsize=50_000)
def seconds_of(key: str) -> frozenset[str] | None:
    """The second words of the cues that begin with a word; None where the word is a cue by itself."""
    by_word, endings = _by_first_word()
    cues = by_word.get(key, ())
    if (
        _bent(key)
        or any(len(cue.words) == 1 for cue in cues)
        or any(key[-length:] in endings for length in _ending_lengths())
    ):
        return None
    return frozenset(cue.words[1] for cue in cues)


def cue_at(text: str, tokens: Sequence[Token], at: int) -> Hit | None:
    """Find the longest cue that begins at a token."""
    token = tokens[at]
    beginning, compound = _cues_of(token.key)
    for cue in beginning:
        if _fits(cue, text, tokens, at):
            return Hit(cue, at, at + len(cue.words))
    return Hit(compound, at, at + 1) if compound is not None and token.script == "latin" else None


@lru_cache(maxsize=50_000)
def _cues_of(key: str) -> tuple[tuple[Cue, ...], Cue | None]:
    """The cues that may begin with a word, and the one that it is by its ending."""
    by_word, endings = _by_first_word()
    compound = None
    if len(key) > _SHORTEST_COMPOUND + 4:
        for length in _ending_lengths():
            if len(key) - length >= _SHORTEST_COMPOUND and key[-length:] in endings:
                compound = endings[key[-length:]]
                break
    return (*by_word.get(key, ()), *_bent(key)), compound


def _fits(cue: Cue, text: str, tokens: Sequence[Token], at: int) -> bool:
    end = at + len(cue.words)
    if end > len(tokens):
        return False
    for offset, word in enumerate(cue.words[1:], 1):
        token = tokens[at + offset]
        if token.key != word or not _GAP.fullmatch(text, tokens[at + offset - 1].end, token.start):
            return False
    if cue.dotted and not text.startswith(".", tokens[end - 1].end):
        return False
    if cue.role is Role.TITLE and cue.language in {"de", "en"} and len(cue.words) == 1:
        return tokens[at].upper
    return True


@cache
def parties() -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """Words of a person's party, and the words that lead from it to the person."""
    words: list[tuple[str, ...]] = []
    leading: set[str] = set()
    for lists in published().values():
        words += [tuple(key_of(token.text) for token in tokens_of(one)) for one in lists.get("parties", ())]
        leading.update(map(fold, lists.get("party_words", ())))
    return tuple(sorted(words, key=len, reverse=True)), frozenset(leading)
