"""Holds the words of one text, the gaps between them and the cues among them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from allin_hub.privacy.free_text.cues import Hit, Role, cue_at
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.names_of_things import ThingNames
from allin_hub.privacy.free_text.tokens import Token

MOST_CUES = 600
"""A text of 3,000 words has about 200."""


class Name(NamedTuple):
    """A name in a text. `sure` is false where it is only hinted at; `whose` are the ids of the known persons who it may be."""

    start: int
    end: int
    sure: bool
    cue: str = ""
    whose: frozenset[str] = frozenset()


class WordsOfText:
    """One text, for all rules of names."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        things: ThingNames,
        known: KnownNames,
        *,
        short: bool,
        place: bool = False,
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._things = things
        self._known = known
        self._short = short
        self._place = place
        self._starts = [token.start for token in tokens]
        self._gaps = [text[one.end : other.start] for one, other in pairwise(tokens)]
        self._gaps.append(text[tokens[-1].end :] if tokens else "")
        self._hits = [cue_at(text, tokens, at) for at in range(len(tokens))]

    @property
    def is_flooded(self) -> bool:
        """Whether cues stand so thick that no office wrote the text."""
        return len(self._hits) - self._hits.count(None) > MOST_CUES

    def _cue(self, at: int) -> Hit | None:
        return self._hits[at]

    def _is_title(self, at: int) -> bool:
        hit = self._cue(at)
        return hit is not None and hit.cue.role is Role.TITLE

    def _gap(self, at: int) -> str:
        """What stands between a token and the next."""
        return self._gaps[at]

    def _name(self, start: int, end: int, hit: Hit | None, *, sure: bool = True) -> Name:
        last = self._tokens[end - 1]
        till = last.end + (1 if len(last.text) == 1 and self._text.startswith(".", last.end) else 0)
        return Name(self._tokens[start].start, till, sure, hit.cue.language if hit else "")
