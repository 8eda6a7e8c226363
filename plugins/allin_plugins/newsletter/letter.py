"""An issue in one language: plain data that both parts of the mail lay out, so that they say the same."""

from __future__ import annotations

from dataclasses import dataclass

from allin_schemas import direction


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an item; `language` and a `note` that names it only where it is not the letter's."""

    text: str
    language: str = ""
    note: str = ""

    @property
    def direction(self) -> str:
        """For the `dir` of a line in another language."""
        return direction(self.language) if self.language else ""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news, with a word that marks it ("Neu", "Abgesagt") and at most one link."""

    title: str
    mark: str
    lines: tuple[Line, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Items under a heading."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """All words of an issue in one language."""

    language: str
    direction: str
    title: str
    period: str
    subject: str
    preheader: str
    greeting: str
    lead: str
    sections: tuple[Section, ...]
    more: str
    """What did not fit, counted in one sentence; empty when everything did."""
    more_url: str
    closing: str
    signature: str
    why: str
    leave: str
    leave_url: str
    imprint: tuple[str, ...]
