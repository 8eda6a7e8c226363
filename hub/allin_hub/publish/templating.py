"""Jinja2 as the hub lends it: everything is escaped, nothing undefined, and no template can change that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context

from allin_hub.i18n.gettext_catalogs import words
from allin_hub.publish.formats import Formats
from allin_schemas import direction

TEXT = ".txt.j2"
"""Templates of plain text end so; only these are not escaped, for files that no browser reads as HTML."""


class SafeEnvironment(Environment):
    """An environment whose templates can neither switch off escaping nor declare a text safe."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for node in template.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            raise TemplateSyntaxError(
                "a template cannot change how texts are escaped", node.lineno, name, filename
            )
        return template


@cache
def environment(templates: Path, locale: Path, language: str, zone: str) -> SafeEnvironment:
    """The templates of an output for one language; compiled once in a process."""
    made = SafeEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=lambda name: not (name or "").endswith(TEXT),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    texts = words(locale, language)
    install: Any = made.extensions["jinja2.ext.InternationalizationExtension"]
    install.environment.install_gettext_callables(
        texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
    )
    gettext: Any = made.globals["gettext"]
    made.globals["_"] = made.globals["gettext"] = Texts(gettext)
    del made.filters["safe"]
    made.filters.update(Formats(language, zone).filters())
    made.globals.update(language=language, direction=direction(language), direction_of=direction)
    return made


class Texts:
    """The same texts as `gettext` gives; one that nothing fills in is looked up and escaped once."""

    def __init__(self, gettext: Callable[..., str]) -> None:
        self._gettext = gettext
        self._found: dict[tuple[str, bool], str] = {}

    @pass_context
    def __call__(self, context: Context, text: str, **filled: Any) -> str:
        """The text in the language of the templates."""
        if filled:
            return self._gettext(context, text, **filled)
        key = text, bool(context.eval_ctx.autoescape)
        said = self._found.get(key)
        if said is None:
            said = self._found[key] = self._gettext(context, text)
        return said
