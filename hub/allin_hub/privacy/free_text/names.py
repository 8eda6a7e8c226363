"""Finds names of persons in one text, by all rules."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from allin_hub.privacy.free_text.contact_data import Contact
from allin_hub.privacy.free_text.cues import Hit, Role
from allin_hub.privacy.free_text.listed_names import ListedNames
from allin_hub.privacy.free_text.names_at_labels import NamesAtLabels
from allin_hub.privacy.free_text.names_at_prepositions import NamesAtPrepositions
from allin_hub.privacy.free_text.names_at_titles import NamesAtTitles
from allin_hub.privacy.free_text.names_beside_contacts import NamesBesideContacts
from allin_hub.privacy.free_text.names_in_short_fields import NamesInShortFields
from allin_hub.privacy.free_text.names_of_things import is_sign_of_honour
from allin_hub.privacy.free_text.words_of_text import Name

_COLON = re.compile(r"\s{0,2}[:=]")
_DEAD = re.compile(r" [IVX]{1,4}\b\.?|[^.\n]{0,50}?(?:†|\((?:\* ?)?1[5-9]\d\d ?[-–] ?(?:1[5-9]|20)\d\d\))")
_WORDS_BEFORE = 3


class Names(
    NamesAtTitles, NamesAtLabels, NamesAtPrepositions, NamesBesideContacts, ListedNames, NamesInShortFields
):
    """Looks through one text."""

    def found(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        """Yield every name of somebody who lives; some may overlap."""
        return (name for name in self._all(contacts) if name.whose or not self._is_honoured(name))

    def _is_honoured(self, name: Name) -> bool:
        """Whether a word shortly before a name, years or a cross behind it, say that the person is dead or honoured."""
        first = bisect_left(self._starts, name.start)
        before = self._tokens[max(0, first - _WORDS_BEFORE) : first]
        return _DEAD.match(self._text, name.end) is not None or any(
            is_sign_of_honour(one.key) for one in before
        )

    def _all(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        if self._known:
            yield from self._known_ones()
        at = 0
        while at < len(self._tokens):
            hit = self._cue(at)
            if hit is None:
                at += 1
                continue
            yield from self._by_cue(hit)
            at = max(at + 1, hit.end if hit.cue.role is not Role.TITLE else at + 1)
        yield from self._beside(contacts)
        yield from self._inflected()
        yield from self._listed()
        if self._short:
            yield from self._unexplained()

    def _by_cue(self, hit: Hit) -> Iterator[Name]:
        role = hit.cue.role
        if role is Role.TITLE:
            yield from self._after_title(hit.start, hit)
        elif role is Role.TITLE_AFTER:
            yield from self._before_title(hit)
            if _COLON.match(self._text, self._tokens[hit.end - 1].end):
                yield from self._after_label(hit)
        elif role in (Role.LABEL, Role.SELF):
            yield from self._after_label(hit)
            yield from self._before_label(hit)
        elif role is Role.PREPOSITION and hit.cue.language == "tr":
            yield from self._before_postposition(hit)
        elif role is Role.PREPOSITION:
            yield from self._after_preposition(hit)

    def _known_ones(self) -> Iterator[Name]:
        for start, end, whose in self._known.found(self._text, self._tokens):
            if not any(at in self._explained for at in range(start, end)):
                yield Name(self._tokens[start].start, self._tokens[end - 1].end, True, "", whose)
