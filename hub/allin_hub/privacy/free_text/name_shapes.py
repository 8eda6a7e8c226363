"""Tells which words beside each other can be one name, by script, lists and what nothing explains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allin_hub.privacy.free_text.cues import Hit, Role
from allin_hub.privacy.free_text.names_of_things import (
    grammar,
    is_first_name,
    is_stop,
    is_word,
    may_be_first_name,
    may_follow,
    names_a_thing,
    names_an_organisation,
)
from allin_hub.privacy.free_text.things_in_text import ThingsInText
from allin_hub.privacy.free_text.tokens import without_suffix
from allin_hub.privacy.free_text.words_of_text import Name

ONE_SPACE = re.compile(r" {1,2}|\. ?|-")
_AND = grammar("and")
_LIST_GAP = re.compile(r"\s?(?:\([^()\n]{0,60}\))?\s?(?:[,;/&+|،]\s?)?")
PARTICLES = grammar("particles")
_ARABIC_PARTICLES = grammar("arabic_particles")
_SLAVIC_FAMILY = re.compile(
    r".{3,}(?:енк[оау]|чук[аоу]?|щук[ау]?|юк[ау]?|як[ау]?|ськ(?:ий|а|ого|ої|ому|ій|у)|цьк(?:ий|а|ого|ої|ому|ій)|ск(?:ий|ая|ого|ой|ому|ую)|ов(?:а|у|ой|ої|им|ым)?|[ео]в(?:а|у|ой|ої)?|[иі]н(?:а|у|ой|ої)?|дзе|швили|швілі|ян[ау]?|их|ых|ич[ау]?|ко)$"
)
SHORTEST_CAPITALS = 5
"""Shorter words in capitals are abbreviations: AWO, EG."""
MOST_TOKENS = 4


class NameShapes(ThingsInText):
    """What names look like, whatever points to them."""

    def _may_name(self, at: int) -> bool:
        """Whether a token can be part of a name at all."""
        if at >= len(self._tokens):
            return False
        token = self._tokens[at]
        if (token.script in {"latin", "cyrillic"} and not token.upper) or at in self._explained:
            return False
        if token.script == "arabic" and len(token.text) < 2:
            return False
        if is_stop(token.key):
            # 'Fatma Nur Çakır': a word as a second name
            return (
                token.upper
                and at > 0
                and may_follow(token.key)
                and self._gap(at - 1) == " "
                and self._is_first(at - 1)
            )
        if len(token.text) == 1:
            return token.upper and self._text.startswith(".", token.end)
        return token.upper or token.script in {"arabic", "other"}

    def _run(self, at: int, most: int = MOST_TOKENS) -> list[int]:
        """The tokens from here on that can be one name, with particles between."""
        found: list[int] = []
        place = at
        while place < len(self._tokens) and len(found) < most:
            token = self._tokens[place]
            if found and not ONE_SPACE.fullmatch(self._gap(place - 1)):
                break
            if found and self._gap(place - 1).startswith(".") and len(self._tokens[place - 1].text) > 1:
                break
            if self._may_name(place) or (
                token.key in PARTICLES
                and place + 1 < len(self._tokens)
                and (found or token.text.islower())
                and self._may_name(place + 1)
                and ONE_SPACE.fullmatch(self._gap(place))
            ):
                found.append(place)
            else:
                break
            place += 1
        while found and self._tokens[found[-1]].key in PARTICLES:
            found.pop()
        return found

    def _is_first(self, at: int) -> bool:
        return is_first_name(without_suffix(self._tokens[at].key))

    def _is_unknown(self, at: int) -> bool:
        """Whether nothing explains a word: no list, no ending, no name of things."""
        token = self._tokens[at]
        key = without_suffix(token.key)
        if self._things.has_word(key) or key in self._things.words:
            return False
        if token.text.isupper() and len(token.text) < SHORTEST_CAPITALS:
            return False
        return token.script == "latin" and not is_word(key)

    def _is_shortened(self, at: int) -> bool:
        """Whether a word is an abbreviation: a full stop, and no new sentence."""
        return (
            re.match(
                r"\.(?:[),;:/]| [a-z(\d]|-)", self._text[self._tokens[at].end : self._tokens[at].end + 3]
            )
            is not None
        )

    def _ends(self, at: int) -> bool:
        """Whether nothing more belongs to the sentence after a token."""
        gap = self._gap(at)
        return at + 1 >= len(self._tokens) or not re.fullmatch(r" {1,2}", gap) or self._next_is_small(at + 1)

    def _next_is_small(self, at: int) -> bool:
        return at < len(self._tokens) and not self._tokens[at].upper and self._tokens[at].script != "arabic"

    def _may_begin(self, at: int) -> bool:
        """Whether a token looks like the beginning of a name."""
        token = self._tokens[at]
        return self._is_first(at) if token.script == "arabic" else token.upper

    def _labelled(self, at: int, *, strong: bool, towards: bool) -> int | None:
        """The token after the name that begins here, beside a label; None where the evidence does not do."""
        token = self._tokens[at]
        if token.script == "arabic":
            return self._arabic_labelled(at, strong)
        run = self._run(at)
        if not run:
            return None
        first, second = run[0], run[1] if len(run) > 1 else None
        if self._is_first(first):
            return self._until(run, 2 if second is not None else 1)
        if token.script != "latin":
            return self._slavic(run, strong)
        initial = len(token.text) == 1
        if second is None:
            lone = self._is_unknown(first) and (strong or self._ends(first))
            return first + 1 if lone and not initial and len(token.text) > 2 else None
        if self._tokens[second].key in PARTICLES:
            return (
                self._until(run, len(run))
                if len(run) > 2 and self._is_unknown(run[-1]) and not is_word(token.key)
                else None
            )
        unknown = self._is_unknown(first) or initial, self._is_unknown(second)
        if names_an_organisation(token.key) or names_an_organisation(self._tokens[second].key):
            return first + 1 if unknown[0] and strong and not initial and self._ends(first) else None
        if all(unknown) or (initial and strong) or (may_be_first_name(token.key) and unknown[1]):
            return self._until(run, 2)
        if self._is_first(second) and unknown[0]:
            return self._until(run, 2)
        ends = self._ends(second)
        if any(unknown) and ends and (strong or towards):
            return self._until(run, 2)
        if may_be_first_name(token.key) and strong and ends and not is_stop(self._tokens[second].key):
            return self._until(run, 2)
        return None

    def _until(self, run: Sequence[int], least: int) -> int:
        """The token after a name of so many tokens, and of those behind them that nothing explains."""
        end = run[least - 1] + 1
        for place in run[least:]:
            key = self._tokens[place].key
            if (
                key in PARTICLES
                or self._is_first(place)
                or self._is_unknown(place)
                or (self._tokens[place - 1].key in PARTICLES or len(self._tokens[place - 1].text) == 1)
            ):
                end = place + 1
            else:
                break
        while self._tokens[end - 1].key in PARTICLES:
            end -= 1
        return end

    def _slavic(self, run: Sequence[int], strong: bool) -> int | None:
        keys = [self._tokens[place].key for place in run]
        if len(run) > 1 and (
            self._is_first(run[1]) or _SLAVIC_FAMILY.match(keys[0]) or _SLAVIC_FAMILY.match(keys[1])
        ):
            return run[1] + 1 if len(run) < 3 or not self._is_first(run[2]) else run[2] + 1
        if len(run) == 2 and strong and self._ends(run[1]) and not any(map(names_a_thing, keys)):
            return run[1] + 1
        if len(run) > 2 and self._is_first(run[2]):
            return run[2] + 1
        return None

    def _arabic_run(self, at: int, most: int) -> list[int]:
        found: list[int] = []
        place, counted = at, 0
        while place < len(self._tokens) and counted < most:
            token = self._tokens[place]
            if token.script != "arabic" or is_stop(token.key) or place in self._explained:
                break
            if found and self._gap(place - 1) not in {" ", "-", "\u200c"}:
                break
            if found and (token.key.startswith("و") and is_first_name(token.key[1:])):
                break
            if names_an_organisation(token.key):
                break
            found.append(place)
            counted += token.key not in _ARABIC_PARTICLES
            place += 1
        return found

    def _arabic_labelled(self, at: int, strong: bool) -> int | None:
        run = self._arabic_run(at, 3)
        if not run:
            return None
        listed = self._is_first(run[0]) or (self._tokens[run[0]].key in _ARABIC_PARTICLES and len(run) > 1)
        last = run[-1]
        whole = last + 1 >= len(self._tokens) or not re.fullmatch(r" ", self._gap(last))
        if listed:
            return (run[-1] if whole else run[min(1, len(run) - 1)]) + 1
        if strong and whole and len(run) == 2:
            return last + 1
        return None

    def _more(self, end: int, hit: Hit, *, single: bool) -> Iterator[Name]:
        """The names that go on after `,`, `und` and the like, and over a bracket."""
        for _ in range(8):
            if end >= len(self._tokens):
                return
            at = end
            gap = self._gap(at - 1)
            inside = re.match(r"\s?\([^()\n]{0,60}\)", self._text[self._tokens[end - 1].end :])
            if inside:
                stop = self._tokens[end - 1].end + inside.end()
                while at < len(self._tokens) and self._tokens[at].start < stop:
                    at += 1
                if at >= len(self._tokens):
                    return
                gap = self._text[stop : self._tokens[at].start]
            if "\n" in gap or not _LIST_GAP.fullmatch(gap):
                return
            joined = bool(gap.strip())
            if self._tokens[at].key in _AND:
                at += 1
                joined = True
            elif (
                self._tokens[at].script == "arabic"
                and self._tokens[at].key.startswith("و")
                and len(self._tokens[at].key) > 3
            ):
                joined = True
            if not joined or at >= len(self._tokens):
                return
            title = self._cue(at)
            if title is not None and title.cue.role is Role.TITLE:
                return
            run = self._arabic_run(at, 2) if self._tokens[at].script == "arabic" else self._run(at)
            if not run:
                return
            if self._is_first(run[0]) and (len(run) > 1 or single):
                end = (
                    self._until(run, min(2, len(run))) if self._tokens[at].script != "arabic" else run[-1] + 1
                )
            elif (
                len(run) > 1
                and self._is_unknown(run[1])
                and (self._is_unknown(run[0]) or may_be_first_name(self._tokens[run[0]].key))
            ):
                end = self._until(run, 2)
            elif len(run) > 1 and self._tokens[at].script == "cyrillic" and self._slavic(run, strong=False):
                end = self._slavic(run, strong=False) or at
            else:
                return
            yield self._name(at, end, hit)
