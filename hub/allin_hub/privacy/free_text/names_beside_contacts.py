"""Finds names beside a number or a mail, and names that a mail repeats."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from allin_hub.privacy.free_text.contact_data import Contact
from allin_hub.privacy.free_text.name_shapes import ONE_SPACE, PARTICLES, NameShapes
from allin_hub.privacy.free_text.names_of_things import may_be_first_name, names_a_thing
from allin_hub.privacy.free_text.words_of_text import Name

_BESIDE = re.compile(
    r"[\s,:;(–/|-]{0,4}(?:(?:tel|telefon|mobil|handy|mobile|phone|cell"
    r"|fon|m|t|h|whatsapp|wa|mail|e-?mail|signal|telegram|unter|per|under|at|on|via|nr|nummer|privat|priv|"
    r"cep|gsm|тел|моб|телефон|телефоном|тел|номер|هاتف|جوال|موبايل|واتساب|تلفن"
    r"|شماره|موبایل|همراه|رقم|هاتف رقم|ev|ist|auf|unter der|dienstl|erreichbar)\b[\s.:–/(+-]{0,4}){0,3}",
    re.I,
)
_AFTER_CONTACT = re.compile(r"\s?[(,–—/|:;-]{0,2}\s?(?:bei |frau |herr |von |an |- |→ )?", re.I)


class NamesBesideContacts(NameShapes):
    """What a person is reached by points to the person."""

    def _beside(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        """Names directly beside a person's number or mail, and names that a mail repeats."""
        for contact in contacts:
            if contact.kind == "link" or not (contact.person or contact.kind == "landline"):
                continue
            for name in (*self._before_contact(contact), *self._behind_contact(contact)):
                if (
                    contact.person
                    or " " in self._text[name.start : name.end].strip()
                    or self._is_listed_word(name)
                ):
                    yield name
        words = {word for one in contacts if one.person for word in one.words if len(word) > 2}
        if words:
            yield from self._repeated(words)

    def _is_listed_word(self, name: Name) -> bool:
        at = bisect_left(self._starts, name.start)
        return at < len(self._tokens) and self._is_first(at)

    def _before_contact(self, contact: Contact) -> Iterator[Name]:
        place = bisect_left(self._starts, contact.start) - 1
        skipped = 0
        while place >= 0 and skipped < 4 and not self._may_name(place):
            place -= 1
            skipped += 1
        if place < 0:
            return
        between = self._text[self._tokens[place].end : contact.start]
        if "\n" in between or not _BESIDE.fullmatch(between):
            return
        start = place
        while (
            start > 0
            and place - start < 3
            and self._may_name(start - 1)
            and ONE_SPACE.fullmatch(self._gap(start - 1))
        ):
            if self._gap(start - 1).startswith(".") and len(self._tokens[start - 1].text) > 1:
                break
            start -= 1
        yield from self._evident(start, place)

    def _behind_contact(self, contact: Contact) -> Iterator[Name]:
        at = bisect_left(self._starts, contact.end)
        if at >= len(self._tokens):
            return
        between = self._text[contact.end : self._tokens[at].start]
        while at < len(self._tokens) and self._tokens[at].key in {"bei", "frau", "herr", "von", "an"}:
            at += 1
            if at < len(self._tokens):
                between = self._text[contact.end : self._tokens[at].start]
        if (
            at >= len(self._tokens)
            or "\n" in between
            or not _AFTER_CONTACT.fullmatch(between)
            or between == ""
        ):
            return
        run = self._run(at)
        if run and (re.search(r"[(–—/-]", between) or self._is_first(run[0])):
            yield from self._evident(run[0], run[-1], forwards=True)

    def _evident(self, start: int, last: int, *, forwards: bool = False) -> Iterator[Name]:
        """The name among tokens beside a contact: a listed first name, or words that nothing explains."""
        for begin in range(start, last + 1):
            if self._tokens[begin].key in PARTICLES:
                continue
            if self._is_first(begin) or (
                may_be_first_name(self._tokens[begin].key) and begin < last and self._is_unknown(begin + 1)
            ):
                yield self._name(begin, last + 1 if not forwards or last - begin < 2 else begin + 2, None)
                return
            if self._is_unknown(begin) and len(self._tokens[begin].text) > 2:
                yield self._name(begin, last + 1 if last - begin < 3 else begin + 2, None)
                return
            if (
                begin == last - 1
                and self._is_unknown(last)
                and self._tokens[begin].script == "latin"
                and not names_a_thing(self._tokens[begin].key)
            ):
                yield self._name(begin, last + 1, None)
                return
            if (
                self._tokens[begin].script == "cyrillic"
                and begin == last - 1
                and self._slavic([begin, last], strong=True)
            ):
                yield self._name(begin, last + 1, None)
                return

    def _repeated(self, words: set[str]) -> Iterator[Name]:
        """Two words beside each other of which a mail repeats one whole: 'Sigma Koch, sigma.koch@'."""
        for at in range(len(self._tokens) - 1):
            if not (self._may_name(at) and self._may_name(at + 1) and self._gap(at) == " "):
                continue
            some = [self._tokens[place].key for place in (at, at + 1)]
            if all(key in words for key in some) or any(
                "".join(pair) in words for pair in (some, some[::-1])
            ):
                yield self._name(at, at + 2, None)
