"""Finds names at a word that leads to a person: 'bei …', 'у …', '… ile'."""

from __future__ import annotations

from collections.abc import Iterator

from allin_hub.privacy.free_text.cues import Hit
from allin_hub.privacy.free_text.name_shapes import MOST_TOKENS, NameShapes
from allin_hub.privacy.free_text.names_of_things import is_word
from allin_hub.privacy.free_text.words_of_text import Name


class NamesAtPrepositions(NameShapes):
    """Prepositions, and what Turkish has instead."""

    def _after_preposition(self, hit: Hit) -> Iterator[Name]:
        at = hit.end
        if at >= len(self._tokens) or self._gap(at - 1) not in {" ", "  ", ": "}:
            return
        run = self._run(at) if self._tokens[at].script != "arabic" else self._arabic_run(at, 3)
        if not run:
            return
        if self._is_first(run[0]):
            if self._tokens[run[0]].script == "arabic":
                end = self._arabic_labelled(at, strong=False)
            else:
                end = self._until(run, min(2, len(run)))
            if end is not None:
                yield self._name(at, end, hit)
                yield from self._more(end, hit, single=end - at == 1)
        elif (
            hit.cue.words == ("bei",)
            and len(run) > 1
            and self._is_unknown(run[0])
            and self._is_unknown(run[1])
        ):
            end = self._until(run, 2)
            yield self._name(at, end, hit)
            yield from self._more(end, hit, single=False)
        elif (
            hit.cue.words == ("bei",)
            and len(run) == 2
            and self._is_unknown(run[1])
            and not is_word(self._tokens[run[0]].key.ljust(4))
        ):
            yield self._name(at, run[1] + 1, hit)
        elif hit.cue.words == ("bei",) and self._tokens[min(run[-1] + 1, len(self._tokens) - 1)].key in {
            "klingeln",
            "lauten",
            "anklopfen",
            "klopfen",
        }:
            yield self._name(at, run[-1] + 1, hit)
        elif self._short and hit.cue.words == ("bei",) and len(run) > 1 and self._is_unknown(run[1]):
            yield self._name(at, self._until(run, 2), hit)

    def _before_postposition(self, hit: Hit) -> Iterator[Name]:
        """Turkish: 'Elif Aksoy ile görüşün'."""
        end = hit.start
        start = end
        while (
            start and end - start < MOST_TOKENS and self._may_name(start - 1) and self._gap(start - 1) == " "
        ):
            start -= 1
        while start < end and not self._is_first(start):
            start += 1
        if start < end:
            yield self._name(start, end, hit)
