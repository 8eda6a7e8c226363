"""What an output yields, and what the hub lends it while it does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from allin_hub.base.errors import PublishError
from allin_schemas import Record

_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class Order(IntEnum):
    """Artifacts are put in place in this order, so that every link leads somewhere."""

    ASSET = 0
    PAGE = 1
    INDEX = 2


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of an output; `render` is called only when `key` is new.

    `path` is relative, with `/`; its parts are made of a-z, A-Z, 0-9, `-`, `_` and `.`.
    """

    path: str
    key: str
    render: Callable[[], bytes]
    order: Order = Order.PAGE

    def __post_init__(self) -> None:
        refuse_unsafe(self.path)


def refuse_unsafe(path: str) -> None:
    """Raise PublishError for a path that could lead out of the output's folder, or hide in it."""
    if not _PATH.fullmatch(path):
        raise PublishError("An output asked for a file name with characters that are not allowed.")


class OutputRun(Protocol):
    """What the hub lends an output: rendering, words, and a small memory."""

    title: str
    """The hub's title."""
    languages: tuple[str, ...]
    """The languages to publish in; the first is the default."""
    now: dt.datetime
    zone: str
    """The office's IANA time zone."""
    state: dict[str, Any]
    """What the output remembers from publish to publish; JSON, no personal data."""

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
        """A page from a template, rendered only when the template, the entities used or the context changed.

        `context` values that are not entities must be JSON-like, or functions (which do not count as content).
        """

    def pages(
        self,
        path: str,
        template: str,
        *,
        languages: Sequence[str],
        uses: Sequence[Record] = (),
        order: Order = Order.PAGE,
        **context: Any,
    ) -> Sequence[Artifact]:
        """The same page in several languages: `de/PATH`, `en/PATH` …; cheaper than as many calls of `page`.

        `uses` and `context` are those of all of them, and the template knows its own `language`.
        """

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

    def gettext(self, language: str) -> Callable[[str], str]:
        """The output's texts in a language, from `locale/<language>/LC_MESSAGES/messages.po` beside its module."""

    def note(self, text: str, **params: Any) -> None:
        """Add a line to the run's report; no personal data."""
