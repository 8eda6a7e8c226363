"""Finds names at a label: 'Kontakt: …', 'Leiterin der Gruppe …', '… (Vorsitzende)'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allin_hub.privacy.free_text.cues import Hit, Role
from allin_hub.privacy.free_text.name_shapes import ONE_SPACE, NameShapes
from allin_hub.privacy.free_text.names_of_things import grammar, is_stop
from allin_hub.privacy.free_text.words_of_text import Name

_STRONG = re.compile(
    r"\.?\s{0,3}(?:[:=;]|[-–—]|\(|\[|→|>|\|)[\s:–-]{0,3}|\s{0,2}[,.]?\s?\n\s?|\.?\s?:\s{0,4}", re.S
)
_PLAIN = re.compile(r"\.? {1,2}|\.? ?\"|, ")
_IS = grammar("is")
_TOWARDS = grammar("towards_folded")
_MOST_COMPLEMENT = 4
_AFTER_SMALL = re.compile(r"[\s:]{1,3}")
_COMPLEMENT_GAP = re.compile(r" {1,2}|: ?| [-–—] ")


class NamesAtLabels(NameShapes):
    """Labels before and after a name."""

    def _after_label(self, hit: Hit) -> Iterator[Name]:
        at = hit.end
        if at >= len(self._tokens):
            return
        gap = self._gap(at - 1)
        strong = _STRONG.fullmatch(gap) is not None and "://" not in gap
        if not strong and not _PLAIN.fullmatch(gap):
            return
        strong, towards = strong or hit.cue.role is Role.SELF, hit.cue.towards
        skipped = 0
        while at < len(self._tokens) and skipped < 3:
            key = self._tokens[at].key
            if (
                key in _IS
                or (key in _TOWARDS and not self._tokens[at].upper)
                or (
                    skipped == 0
                    and key
                    in {
                        "die",
                        "der",
                        "unsere",
                        "unser",
                        "ihre",
                        "our",
                        "the",
                        "frau-herr",
                        "sich",
                        "sie",
                        "gern",
                        "gerne",
                        "bitte",
                        "please",
                        "direkt",
                    }
                )
            ):
                strong = strong or key in _IS
                towards = towards or key in _TOWARDS
                at += 1
                skipped += 1
                if at < len(self._tokens) and not _AFTER_SMALL.fullmatch(self._gap(at - 1)):
                    return
            else:
                break
        if at >= len(self._tokens):
            return
        title = self._cue(at)
        if title is not None and title.cue.role is Role.TITLE:
            return  # found by the title itself
        if title is None and not self._may_begin(at):
            begin = self._behind_complement(at)
            if begin is None:
                return
            at, strong, towards = begin, False, False
        if (
            title is not None
            and title.cue.role is Role.LABEL
            and len(title.cue.words[0]) > 2
            and not self._is_first(at)
        ):
            return  # 'Kontakt: Ansprechpartnerin …': found by the second label
        end = self._labelled(at, strong=strong, towards=towards)
        if end is None:
            return
        yield self._name(at, end, hit)
        yield from self._more(end, hit, single=end - at == 1)

    def _behind_complement(self, at: int) -> int | None:
        """Where a full listed name begins behind what a label is about: 'Leiterin der Gruppe Beate Wolf'."""
        for place in range(at, min(at + _MOST_COMPLEMENT, len(self._tokens) - 1)):
            if self._may_begin(place) and self._is_first(place):
                run = self._run(place)
                return place if len(run) > 1 and not is_stop(self._tokens[run[1]].key) else None
            if not _COMPLEMENT_GAP.fullmatch(self._gap(place)) or self._cue(place) is not None:
                return None
        return None

    def _before_label(self, hit: Hit) -> Iterator[Name]:
        """'Zarifa Qvestorina (Vorsitzende)', 'Beate Wolf, Trainerin'."""
        if not hit.start or hit.cue.role is not Role.LABEL:
            return
        last = hit.start - 1
        gap = self._gap(last)
        if self._tokens[last].key in {
            "unsere",
            "die",
            "der",
            "unser",
            "ihre",
            "our",
            "the",
            "stellv",
            "stellvertretende",
            "erste",
            "zweite",
        }:
            last -= 1
            gap = self._gap(last) if last >= 0 else ""
        if last < 0 or not re.fullmatch(r"\s?[(,–—-]\s?(?:\d\. ?)?|\s?[(,–—-]\s?", gap):
            return
        start = last
        while (
            start > 0
            and last - start < 3
            and self._may_name(start - 1)
            and ONE_SPACE.fullmatch(self._gap(start - 1))
        ):
            if self._gap(start - 1).startswith(".") and len(self._tokens[start - 1].text) > 1:
                break
            start -= 1
        if not self._may_name(last):
            return
        for begin in range(start, last + 1):
            end = self._labelled(begin, strong=False, towards=False)
            if end is not None and end == last + 1 and (end - begin > 1 or self._is_first(begin)):
                yield self._name(begin, end, hit)
                return
