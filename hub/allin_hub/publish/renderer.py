"""What the hub lends an output in earnest: lazy pages with keys, so that only what changed is rendered."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from allin_hub.api.output_run import Artifact, Order
from allin_hub.api.plugin import Output
from allin_hub.base.errors import PublishError
from allin_hub.i18n.gettext_catalogs import words
from allin_schemas import Record

if TYPE_CHECKING:
    from allin_hub.publish.fragment_cache import Once

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


class Renderer:
    """The `OutputRun` of one output and one publish.

    `digests` gives for a gated entity what changes with anything of it that may be seen.
    """

    def __init__(
        self,
        output: Output[Any],
        *,
        title: str,
        languages: Sequence[str],
        now: dt.datetime,
        zone: str,
        digests: Callable[[Record], str],
        state: dict[str, Any],
    ) -> None:
        self.name = output.name
        self.title = title
        self.languages = tuple(languages)
        self.now = now
        self.zone = zone
        self.state = state
        self.notes: list[str] = []
        self._digests = digests
        home = home_of(type(output))
        self._templates = type(output).templates or home / "templates"
        self._locale = home / "locale"
        self._base = _digest(made_of(type(output)), type(output).version, title, zone)
        self._paths: set[str] = set()

    def page(
        self,
        path: str,
        template: str,
        *,
        uses: Sequence[Record] = (),
        language: str | None = None,
        order: Order = Order.PAGE,
        **context: Any,
    ) -> Artifact:
        """A page from a template, rendered only when the template, what it uses or the context changed."""
        language = language or self.languages[0]
        _refuse_unescaped(path, template)
        key = self._key(uses, context, path, "page", template, language, *self.languages)
        return self._claimed(path, key, partial(self._render, template, language, uses, context), order)

    def pages(
        self,
        path: str,
        template: str,
        *,
        languages: Sequence[str],
        uses: Sequence[Record] = (),
        order: Order = Order.PAGE,
        **context: Any,
    ) -> list[Artifact]:
        """The same page in several languages, each in its language's folder; what it shows is looked at once."""
        _refuse_unescaped(path, template)
        key = self._key(uses, context, path, "pages", template, *self.languages)
        return [
            self._claimed(
                f"{language}/{path}", key, partial(self._render, template, language, uses, context), order
            )
            for language in languages
        ]

    def file(
        self,
        path: str,
        content: bytes | str | Callable[[], bytes],
        *,
        uses: Sequence[Record] = (),
        order: Order = Order.ASSET,
        **context: Any,
    ) -> Artifact:
        """A file as it is, or made by a function of what it `uses` and the `context`."""
        if callable(content):
            return self._claimed(path, self._key(uses, context, path, "made"), content, order)
        data = content.encode("utf-8") if isinstance(content, str) else content
        return self._claimed(path, hashlib.blake2b(data, digest_size=16).hexdigest(), lambda: data, order)

    def gettext(self, language: str) -> Callable[[str], str]:
        """The output's texts in a language."""
        return words(self._locale, language).gettext

    def note(self, text: str, **params: Any) -> None:
        """Add a line to the run's report; no personal data."""
        self.notes.append(text.format(**params))

    @cached_property
    def _once(self) -> Once:
        from allin_hub.publish.fragment_cache import Once

        return Once()

    def _render(self, template: str, language: str, uses: Sequence[Record], context: dict[str, Any]) -> bytes:
        from jinja2 import TemplateError, TemplateSyntaxError

        from allin_hub.publish.templating import TEXT, environment

        made = environment(self._templates, self._locale, language, self.zone)
        try:
            text = made.get_template(template).render(
                title=self.title,
                languages=self.languages,
                uses=uses,
                once=self._once.of(language, escapes=not template.endswith(TEXT)),
                **context,
            )
        except TemplateError as error:
            place = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
            raise PublishError(
                f"The template '{template}'{place} of '{self.name}' cannot be used: {error.message}.",
                hint="The pages that were published before stay.",
            ) from error
        return text.encode("utf-8")

    def _key(self, uses: Sequence[Record], context: dict[str, Any], path: str, *parts: str) -> str:
        """What changes with anything that an artifact shows."""
        content = {name: value for name, value in context.items() if not callable(value)}
        what = (self._base, path, parts, list(map(self._digests, uses)), content)
        try:
            seen = orjson.dumps(what, default=self._seen, option=_OPTIONS)
        except orjson.JSONEncodeError as error:
            raise (error.__cause__ or error) from None
        return hashlib.blake2b(seen, digest_size=16).hexdigest()

    def _claimed(self, path: str, key: str, render: Callable[[], bytes], order: Order) -> Artifact:
        low = path.lower()
        if low in self._paths:
            raise PublishError(f"An output asked for the file '{path}' twice.")
        self._paths.add(low)
        return Artifact(path, key, render, order)

    def _seen(self, value: Any) -> Any:
        """What of a context value counts for the key."""
        if isinstance(value, Record):
            return self._digests(value)
        if hasattr(value, "__html__"):
            raise PublishError(
                "An output handed a template a text that is marked safe; only templates make HTML."
            )
        if isinstance(value, str | int | float):
            return type(value).__mro__[-2](value)
        if isinstance(value, dict):
            return dict(value)
        if isinstance(value, set | frozenset):
            return sorted(value)
        if isinstance(value, Sequence):
            return list(value)
        if callable(value):
            return None
        if hasattr(value, "model_dump"):
            return value.model_dump(mode="json")
        raise PublishError(
            f"An output handed a template a {type(value).__name__}; it takes entities and plain data."
        )


def _refuse_unescaped(path: str, template: str) -> None:
    if path.endswith((".html", ".svg", ".xml")) and template.endswith(".txt.j2"):
        raise PublishError(
            f"The page '{path}' cannot be made from '{template}': texts in it would not be escaped."
        )


def home_of(output: type[Output[Any]]) -> Path:
    """The folder of the module in which an output is defined."""
    file = sys.modules[output.__module__].__file__
    if file is None:
        raise PublishError(
            f"The output {output.__name__} has no module file, so its templates cannot be found."
        )
    return Path(file).parent


def made_of(output: type[Output[Any]]) -> str:
    """A digest of what makes an output's pages: templates, texts, its code and the hub's version."""
    return _made_of(
        Path(str(sys.modules[output.__module__].__file__)), output.templates or home_of(output) / "templates"
    )


@cache
def _made_of(module: Path, templates: Path) -> str:
    home = module.parent
    files = [
        path
        for folder in (templates, home / "locale")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    files += sorted(home.rglob("*.py")) if module.name == "__init__.py" else [module]
    parts: list[str | bytes] = [version("allin-hub"), version("babel"), version("jinja2")]
    for file in files:
        parts += [file.name, file.read_bytes()]
    return _digest(*parts)


def _digest(*parts: str | bytes) -> str:
    coded = [part.encode("utf-8") if isinstance(part, str) else part for part in parts]
    lengths = ",".join([str(len(part)) for part in coded])
    return hashlib.blake2b(lengths.encode() + b"".join(coded), digest_size=16).hexdigest()
