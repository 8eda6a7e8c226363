"""What templates keep of a page for the next ones of the same language and publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

_MOST = 200_000


class Once:
    """The pieces that the pages of one publish share."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[tuple[Any, ...], str]] = {}

    def of(self, language: str) -> Repeated:
        """The `once` of a page in this language."""
        if sum(map(len, self._kept.values())) > _MOST:
            self._kept.clear()
        return Repeated(self._kept.setdefault(language, {}))


class Repeated:
    """`once` in a template: a piece is rendered for the first page that has it, and repeated on the others.

    `{% call once("card", entry.path) %}…{% endcall %}`: its words must name everything that it shows.
    """

    __slots__ = ("_kept",)

    def __init__(self, kept: dict[tuple[Any, ...], str]) -> None:
        self._kept = kept

    def __call__(self, *words: Any, caller: Callable[[], str]) -> str:
        """The piece with this name."""
        found = self._kept.get(words)
        if found is None:
            found = self._kept[words] = caller()
        return found

    @pass_eval_context
    def each(
        self,
        context: EvalContext,
        name: str,
        macro: Callable[..., str],
        items: Iterable[Any],
        by: str,
        *more: Any,
    ) -> str:
        """`macro(item, *more)` of each item, one after the other; `by` is the attribute that tells items apart."""
        found = []
        for item in items:
            words = name, getattr(item, by)
            text = self._kept.get(words)
            if text is None:
                made = macro(context, item, *more)
                text = self._kept[words] = escape(made) if context.autoescape else made
            found.append(text)
        return Markup("".join(found)) if context.autoescape else "".join(found)  # noqa: S704 - each is escaped
