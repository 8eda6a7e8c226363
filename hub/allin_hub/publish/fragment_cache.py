"""Keeps pieces of pages that several pages of one publish repeat, so that each is rendered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from markupsafe import Markup, escape

_MOST = 200_000
"""How many pieces are kept at a time; then all are let go, so that a large publish does not fill the memory."""


class Once:
    """The pieces of one publish, apart for each language and for pages and texts."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], dict[tuple[Any, ...], str]] = {}

    def of(self, language: str, *, escapes: bool) -> Repeated:
        """Give the `once` of a page in this language; its pieces are markup where templates escape texts."""
        if sum(map(len, self._made.values())) > _MOST:
            self._made.clear()
        return Repeated(self._made.setdefault((language, escapes), {}), escapes=escapes)


class Repeated:
    """`once` in a template: renders a piece for the first page that has it, and repeats it on the others.

    `{% call once("card", entry.path) %}…{% endcall %}`: its words must name everything that it shows.
    """

    __slots__ = ("_escapes", "_made")

    def __init__(self, made: dict[tuple[Any, ...], str], *, escapes: bool) -> None:
        self._made = made
        self._escapes = escapes

    def __call__(self, *words: Any, caller: Callable[[], str]) -> str:
        """Give the piece with this name."""
        found = self._made.get(words)
        if found is None:
            found = self._made[words] = caller()
        return found

    def of(self, name: str, word: Hashable, macro: Callable[..., str], *about: Any) -> str:
        """Give `macro(*about)`, rendered for the first page that has this name and word."""
        words = name, word
        found = self._made.get(words)
        if found is None:
            made = macro(*about)
            found = self._made[words] = escape(made) if self._escapes else made
        return found

    def each(self, name: str, macro: Callable[..., str], items: Iterable[Any], by: str, *more: Any) -> str:
        """Give `macro(item, *more)` of each item, one after the other; `by` is the attribute that tells items apart."""
        made = "".join([self.of(name, getattr(item, by), macro, item, *more) for item in items])
        return Markup(made) if self._escapes else made  # noqa: S704 - each piece is escaped
