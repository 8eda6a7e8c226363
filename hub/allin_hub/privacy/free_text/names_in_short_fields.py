"""Finds names in fields of few words: each capital that nothing explains."""

from __future__ import annotations

from collections.abc import Iterator

from allin_hub.privacy.free_text.name_shapes import ONE_SPACE, NameShapes
from allin_hub.privacy.free_text.names_of_things import grammar, may_be_first_name, names_a_thing
from allin_hub.privacy.free_text.words_of_text import Name

_PLACING = grammar("placing")


class NamesInShortFields(NameShapes):
    """Where few words stand, a capital wants an explanation."""

    def _is_placed(self, at: int) -> bool:
        """Whether words before it make a word a place: 'am Tegut', 'vor dem Lidl', 'Bus nach Vellmar'."""
        if not at or self._is_first(at):
            return False
        before = self._tokens[at - 1]
        return not before.upper and before.key in _PLACING and len(self._gap(at - 1)) < 3

    def _unexplained(self) -> Iterator[Name]:
        """In a short field each capitalised word that nothing explains."""
        at = 0
        while at < len(self._tokens):
            if (
                self._may_name(at)
                and self._is_unknown(at)
                and self._tokens[at].upper
                and len(self._tokens[at].text) > 2
                and not self._is_shortened(at)
            ):
                end = at + 1
                if self._is_placed(at):
                    at += 1
                    continue
                while (
                    end < len(self._tokens)
                    and self._may_name(end)
                    and self._is_unknown(end)
                    and ONE_SPACE.fullmatch(self._gap(end - 1))
                ):
                    end += 1
                start = at
                if (
                    start
                    and self._may_name(start - 1)
                    and self._gap(start - 1) == " "
                    and may_be_first_name(self._tokens[start - 1].key)
                    and not names_a_thing(self._tokens[start - 1].key)
                ):
                    start -= 1
                yield self._name(start, end, None, sure=not self._place or end - start > 1)
                at = end
                continue
            at += 1
