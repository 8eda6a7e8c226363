"""What templates keep of a page for the next ones of the same language and publish."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, MutableMapping
from typing import Any

from markupsafe import Markup, escape

_MOST = 200_000


class Once:
    """The pieces that the pages of one publish share."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bool], dict[tuple[Any, ...], str]] = {}

    def of(self, language: str, *, escapes: bool) -> Repeated:
        """The `once` of a page in this language; its pieces are markup where templates escape texts."""
        if sum(map(len, self._kept.values())) > _MOST:
            self._kept.clear()
        return Repeated(self._kept.setdefault((language, escapes), {}), language, escapes=escapes)


class Repeated:
    """`once` in a template: a piece is rendered for the first page that has it, and repeated on the others.

    `{% call once("card", entry.path) %}…{% endcall %}`: its words must name everything that it shows.
    """

    __slots__ = ("_escapes", "_kept", "_words")

    def __init__(self, kept: dict[tuple[Any, ...], str], language: str, *, escapes: bool) -> None:
        self._kept = kept
        self._words = language if escapes else f"{language}.txt"
        self._escapes = escapes

    def __call__(self, *words: Any, caller: Callable[[], str]) -> str:
        """The piece with this name."""
        found = self._kept.get(words)
        if found is None:
            found = self._kept[words] = caller()
        return found

    def of(self, name: str, word: Hashable, macro: Callable[..., str], *about: Any) -> str:
        """`macro(*about)`, for the first that has this name and word."""
        words = name, word
        found = self._kept.get(words)
        if found is None:
            made = macro(*about)
            found = self._kept[words] = escape(made) if self._escapes else made
        return found

    def each(
        self,
        name: str,
        macro: Callable[..., str],
        items: Iterable[Any],
        by: str,
        *more: Any,
        kept: str | None = None,
    ) -> str:
        """`macro(item, *more)` of each item, one after the other; `by` is the attribute that tells items apart.

        `kept` is the attribute that holds what `run.kept` gave for an item: then pieces last from publish to publish.
        """
        if kept is None:
            made = "".join([self.of(name, getattr(item, by), macro, item, *more) for item in items])
        else:
            word = f"{name}.{self._words}"
            made = "".join([self._lasting(getattr(item, kept), word, macro, item, *more) for item in items])
        return Markup(made) if self._escapes else made  # noqa: S704 - each piece is escaped

    def _lasting(
        self, kept: MutableMapping[str, Any], word: str, macro: Callable[..., str], *about: Any
    ) -> str:
        found = kept.get(word)
        if found is None:
            made = macro(*about)
            found = kept[word] = str(escape(made) if self._escapes else made)
        return str(found)
