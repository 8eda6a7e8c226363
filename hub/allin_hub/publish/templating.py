"""Jinja2 as the hub lends it: everything is escaped, nothing undefined, and no template can change that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    nodes,
    pass_context,
    pass_eval_context,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateSyntaxError
from markupsafe import Markup

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


class Compiled(BytecodeCache):
    """Keeps compiled templates for this process: the languages of an output share them."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template's code where it was compiled before from the same source."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template's code."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = Compiled()


@cache
def environment(templates: Path, locale: Path, language: str, zone: str) -> SafeEnvironment:
    """Give the templates of an output for one language; each is compiled once in a process."""
    made = SafeEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=lambda name: not (name or "").endswith(TEXT),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_COMPILED,
        extensions=["jinja2.ext.i18n"],
    )
    texts = words(locale, language)
    install: Any = made.extensions["jinja2.ext.InternationalizationExtension"]
    install.environment.install_gettext_callables(
        texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
    )
    made.globals["_"] = made.globals["gettext"] = _gettext(texts.gettext)
    del made.filters["safe"]
    made.filters.update({name: _unfolded(call) for name, call in Formats(language, zone).filters().items()})
    made.globals.update(language=language, direction=direction(language), direction_of=direction)
    return made


def _unfolded(call: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a filter out of compiled templates: Jinja2 would put its result for one language in place of a constant."""

    @pass_context
    def filtered(_context: Any, *args: Any, **options: Any) -> Any:
        return call(*args, **options)

    return filtered


def _gettext(look_up: Callable[[str], str]) -> Callable[..., str]:
    """Make the `_` of templates as the newstyle gettext of Jinja2; a text without variables is looked up and escaped once."""

    def found(text: str, *, escapes: bool) -> str:
        return Markup(look_up(text)) if escapes else look_up(text)  # noqa: S704 - texts are ours, variables are escaped

    @cache
    def plain(text: str, escapes: bool) -> str:
        return found(text, escapes=escapes) % {}

    @pass_eval_context
    def gettext(context: nodes.EvalContext, text: str, /, **variables: Any) -> str:
        escapes = bool(context.autoescape)
        return found(text, escapes=escapes) % variables if variables else plain(text, escapes)

    return gettext
