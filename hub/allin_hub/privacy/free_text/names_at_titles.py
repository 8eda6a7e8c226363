"""Finds names with a title: 'Frau Wolf', 'Mustafa Bey', 'الدكتورة ليلى حسن'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allin_hub.privacy.free_text.cues import Hit, Role
from allin_hub.privacy.free_text.name_shapes import PARTICLES, NameShapes
from allin_hub.privacy.free_text.names_of_things import (
    grammar,
    is_stop,
    is_word,
    may_be_first_name,
    names_a_thing,
    names_an_organisation,
    needs_a_name,
    stands_after_a_name,
    stands_before_a_name,
)
from allin_hub.privacy.free_text.words_of_text import Name

_PLAIN_TITLES = grammar("plain_titles")
_WORDS_AFTER_TITLE = 3
_MOST_TITLES = 5
"""How many words of titles may follow each other."""


class NamesAtTitles(NameShapes):
    """Titles before and after a name."""

    def _after_title(self, start: int, hit: Hit) -> Iterator[Name]:
        if (
            start
            and hit.cue.words[0] not in _PLAIN_TITLES
            and self._gap(start - 1) == " "
            and (stands_before_a_name(self._tokens[start - 1].key))
        ):
            return  # 'Praxis Dr. Wolf' is a house
        end = self._title_name(hit)
        if end is None:
            return
        yield self._name(start, end, hit)
        yield from self._more(end, hit, single=True)

    def _title_name(self, hit: Hit) -> int | None:
        """The token after the name that follows a title, or None."""
        at = hit.end
        while at < len(self._tokens) and at - hit.start < _MOST_TITLES:
            other = self._cue(at)
            if (
                other is None
                or other.cue.role is not Role.TITLE
                or not re.fullmatch(r"[.\s-]{1,3}|", self._gap(at - 1))
            ):
                break
            at = other.end
        if at >= len(self._tokens) or "\n" in self._gap(at - 1) or len(self._gap(at - 1)) > 3:
            return None
        token = self._tokens[at]
        if token.script == "arabic":
            return self._arabic_after_title(at, hit)
        run = self._run(at)
        if not run:
            return None
        first = run[0]
        key = self._tokens[first].key
        if names_an_organisation(key) or (key in self._things.words and not self._is_first(first)):
            return None
        if stands_after_a_name(key) or stands_before_a_name(key):
            return None
        if needs_a_name(hit.cue.words[-1]) and not self._is_somebody(run):
            return None
        end = first + 1
        for place in run[1:]:
            small = self._tokens[place].key in PARTICLES
            after_first = place == first + 1 and (self._is_first(first) or len(self._tokens[first].text) == 1)
            if not (small or after_first or not is_word(self._tokens[place].key)):
                break
            end = place + 1
        while end > first + 1 and self._tokens[end - 1].key in PARTICLES:
            end -= 1
        return end

    def _is_somebody(self, run: Sequence[int]) -> bool:
        """Whether a listed name, or a word that nothing explains, begins here."""
        if self._is_first(run[0]) or self._is_unknown(run[0]) or may_be_first_name(self._tokens[run[0]].key):
            return True
        return self._tokens[run[0]].script == "cyrillic" and self._slavic(run, strong=False) is not None

    def _arabic_after_title(self, at: int, hit: Hit) -> int | None:
        run = self._arabic_run(at, _WORDS_AFTER_TITLE)
        if not run or is_stop(self._tokens[run[0]].key):
            return None
        # After 'the engineer' a word without an article is no adjective: 'المهندس سامر', not 'المهندس المعماري'.
        definite = hit.cue.words[-1].startswith("ال") and not self._tokens[run[0]].key.startswith("ال")
        unsure = needs_a_name(hit.cue.words[-1]) and not self._is_first(run[0])
        if unsure and not (definite and len(run) > 1):
            return None
        whole = run[-1] + 1 >= len(self._tokens) or not re.fullmatch(r" ", self._gap(run[-1]))
        most = 3 if whole else 2
        return run[: most if len(run) >= most else len(run)][-1] + 1

    def _before_title(self, hit: Hit) -> Iterator[Name]:
        """'Mustafa Bey', 'Ayşe Yılmaz Hanım'."""
        start = hit.start
        while (
            start > 0 and hit.start - start < 2 and self._may_name(start - 1) and self._gap(start - 1) == " "
        ):
            if start < hit.start and is_word(self._tokens[start - 1].key) and not self._is_first(start - 1):
                break
            start -= 1
        last = hit.start - 1
        if (
            start < hit.start
            and (needs_a_name(hit.cue.words[0]) or not self._tokens[hit.start].upper)
            and not (self._is_first(start) or self._is_first(last))
        ):
            return
        if (
            start < hit.start
            and not names_a_thing(self._tokens[last].key)
            and not self._explained & {start, last}
        ):
            yield Name(self._tokens[start].start, self._tokens[hit.end - 1].end, True, hit.cue.language)
