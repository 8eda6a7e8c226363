"""Finds listed first names with another word, in a case or without a cue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allin_hub.privacy.free_text.name_shapes import NameShapes
from allin_hub.privacy.free_text.names_of_things import is_stop, may_be_first_name, names_an_organisation
from allin_hub.privacy.free_text.words_of_text import Name

_TURKISH_CASE = re.compile(r"['’](?:[ae]|y[aeıiuü]|[ıiuü]|[dt][ae]n|y?l[ae])$")


class ListedNames(NameShapes):
    """The lists of first names as evidence."""

    def _inflected(self) -> Iterator[Name]:
        """Turkish: a full name with the case of who is called, asked or met: 'Fatma Çakır'a gönderin'."""
        for at in range(1, len(self._tokens)):
            if not (
                self._tokens[at].upper and _TURKISH_CASE.search(self._tokens[at].text) and self._may_name(at)
            ):
                continue
            start = at
            while start and at - start < 3 and self._may_name(start - 1) and self._gap(start - 1) == " ":
                start -= 1
            while start < at and not self._is_first(start):
                start += 1
            if start < at or (self._is_first(at) and not may_be_first_name(self._tokens[at].key)):
                yield self._name(start, at + 1, None)

    def _listed(self) -> Iterator[Name]:
        """A listed first name and another word: certain in a short field, else only a hint."""
        at = 0
        while at < len(self._tokens) - 1:
            if self._tokens[at].upper and self._may_name(at) and self._is_first(at):
                run = self._run(at, 3)
                if len(run) > 1 and not (
                    is_stop(self._tokens[run[1]].key) or names_an_organisation(self._tokens[run[1]].key)
                ):
                    if (
                        self._short
                        or self._is_unknown(run[1])
                        or self._ends(run[1])
                        or self._tokens[at].script != "latin"
                    ):
                        yield self._name(at, self._until(run, 2), None, sure=self._short)
                    at = run[-1]
            at += 1
