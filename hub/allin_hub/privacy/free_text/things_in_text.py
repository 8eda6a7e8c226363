"""Finds what is nobody's name in a text: organisations, streets, houses, the honoured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from allin_hub.privacy.free_text.names_of_things import (
    bare_forms,
    honoured,
    is_stop,
    names_a_thing,
    names_an_organisation,
    stands_after_a_name,
    stands_before_a_name,
)
from allin_hub.privacy.free_text.tokens import Token
from allin_hub.privacy.free_text.words_of_text import WordsOfText

_REGISTERED = re.compile(r"\. ?V\b")
_OPENING = frozenset(["„", '"', "“", "«", "»", "‚", "'"])


def _phrases_of(phrases: Mapping[str, list[tuple[str, ...]]], token: Token) -> list[tuple[str, ...]]:
    """The phrases that begin with a word, in whatever case it stands."""
    found = phrases.get(token.key)
    if found is not None:
        return found
    forms = bare_forms(token.key)
    return [words for form in forms for words in phrases.get(form, ())] if forms else []


class ThingsInText(WordsOfText):
    """Words that name a thing explain their capitals."""

    @cached_property
    def _explained(self) -> set[int]:
        """Tokens that belong to organisations, streets, houses, and to the honoured."""
        found: set[int] = set()
        tables = [one for one in (self._things.own_phrases, self._things.phrases, honoured()) if one]
        for at, token in enumerate(self._tokens):
            for phrases in tables:
                for words in _phrases_of(phrases, token):
                    if (len(words) > 1 or phrases is honoured()) and self._is_phrase(at, words):
                        found.update(range(at, at + len(words)))
                        break
            key = token.key
            quoted = self._gaps[at][1:] in _OPENING and names_an_organisation(key)
            if (quoted or stands_before_a_name(key)) and not self._is_title(at):
                found.update(self._capitals(at + 1, after=at))
            elif (
                at
                and (stands_after_a_name(key) or self._is_legal_form(at))
                and self._gaps[at - 1] in {" ", "-", "- "}
            ):
                found.update(self._capitals_before(at))
            if token.script == "latin" and "-" in token.text and names_a_thing(token.key.rpartition("-")[2]):
                found.add(at)
        return found

    def _is_legal_form(self, at: int) -> bool:
        """Whether 'e. V.' stands here."""
        return (
            self._tokens[at].text == "e" and _REGISTERED.match(self._text, self._tokens[at].end) is not None
        )

    def _is_phrase(self, at: int, words: Sequence[str]) -> bool:
        if at + len(words) > len(self._tokens):
            return False
        return all(
            (self._tokens[at + offset].key == word or word in bare_forms(self._tokens[at + offset].key))
            and (not offset or len(self._gap(at + offset - 1)) < 4)
            for offset, word in enumerate(words)
        )

    def _capitals(self, at: int, *, after: int) -> list[int]:
        found: list[int] = []
        last = after
        while at < len(self._tokens) and len(found) < 3 and self._is_close(last):
            token = self._tokens[at]
            if not (token.upper or token.script == "arabic") or is_stop(token.key) or self._is_title(at):
                break
            found.append(at)
            last, at = at, at + 1
        return found

    def _capitals_before(self, at: int) -> list[int]:
        found: list[int] = []
        before = at - 1
        while before >= 0 and len(found) < 3 and self._is_close(before):
            token = self._tokens[before]
            if not token.upper or is_stop(token.key) or self._is_title(before):
                break
            found.append(before)
            before -= 1
        return found

    def _is_close(self, at: int) -> bool:
        """Whether a token and the next can be one name: 'St. Martin', not the end of a sentence."""
        gap = self._gap(at)
        return gap in {" ", "-", "- ", ' "', " „"} or (gap == ". " and len(self._tokens[at].text) < 3)
