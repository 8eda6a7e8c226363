"""Full names that the hub knows as persons', found again in either order, in other cases, and with an initial."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.names_of_things import stem
from allin_hub.privacy.free_text.tokens import Token, without_suffix

_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[ ,-]{1,3}")
_TITLES = frozenset(
    ["frau", "herr", "herrn", "dr", "prof", "familie", "mr", "mrs", "ms", "pfarrer", "pfarrerin"]
)
_WINDOW = 3


class KnownNames:
    """Full names by their first and last word; a family name alone is nobody's."""

    def __init__(self, names: Iterable[tuple[str, str]] = ()) -> None:
        """Take full names, each with the id of the person who has it."""
        self._partners: dict[str, dict[str, set[str]]] = {}
        for name, owner in names:
            words = [word for word in map(_key, _WORD.findall(name)) if word not in _TITLES]
            if len(words) > 1 and len(words[0]) > 1 and len(words[-1]) > 1:
                self._partners.setdefault(words[0], {}).setdefault(words[-1], set()).add(owner)
                self._partners.setdefault(words[-1], {}).setdefault(words[0], set()).add(owner)

    def __bool__(self) -> bool:
        return bool(self._partners)

    def knows(self, word: str) -> bool:
        """Tell whether a word is part of a known name."""
        return not self._partners.keys().isdisjoint(_forms(word))

    def found(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Where known names stand: the first token, the one after the last, and whose they may be."""
        parts = [(at, form) for at, token in enumerate(tokens) for form in _pieces(token.key)]
        for place, (at, key) in enumerate(parts):
            for form in _forms(key):
                partners = self._partners.get(form)
                if partners is None:
                    continue
                for later, other in parts[place + 1 : place + 1 + _WINDOW]:
                    if later > at and not _joined(text, tokens, at, later):
                        break
                    whose = next((partners[one] for one in _forms(other) if one in partners), None)
                    if whose is not None and not (later == at and other == key):
                        yield at, later + 1, frozenset(whose)
                        break
                initial = self._initial(text, tokens, at, partners)
                if initial:
                    yield at - 1, at + 1, initial

    def _initial(
        self, text: str, tokens: Sequence[Token], at: int, partners: dict[str, set[str]]
    ) -> frozenset[str]:
        """Whose name it may be that is written with an initial: 'Z. Qvestorina'."""
        if not at or len(tokens[at - 1].text) != 1 or not tokens[at - 1].upper or not tokens[at].upper:
            return frozenset()
        if not re.fullmatch(r"\. ?", text[tokens[at - 1].end : tokens[at].start]):
            return frozenset()
        letter = tokens[at - 1].key
        return frozenset(
            owner for first, owners in partners.items() if first.startswith(letter) for owner in owners
        )


def _joined(text: str, tokens: Sequence[Token], first: int, last: int) -> bool:
    return all(
        _BETWEEN.fullmatch(text, tokens[at].end, tokens[at + 1].start) is not None
        for at in range(first, last)
    )


@lru_cache(maxsize=50_000)
def _pieces(key: str) -> tuple[str, ...]:
    return tuple(without_suffix(key).split("-"))


def _key(word: str) -> str:
    return stem(fold(word))


@lru_cache(maxsize=50_000)
def _forms(key: str) -> tuple[str, ...]:
    """A word of a text as a name may have it: without a German s, an Arabic letter in front, a Slavic ending."""
    base = stem(key)
    found = [base]
    if key.endswith("s") and len(key) > 4 and key.isascii():
        found.append(key[:-1])
    if "\u0600" <= key[:1] <= "\u06ff" and key[0] in "وبلك" and len(key) > 3:
        found.append(key[1:])
    return tuple(found)
