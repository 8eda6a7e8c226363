"""What can go wrong with a plan, grouped by what the caller should do.

HubError
├── ConfigError    stop before any input or output; the message names the key
│   ├── PluginBroken   stop this source or output alone; the message names the plugin
│   └── SecretMissing  a secret is not within reach here; where the schedules run, it may be
├── Unavailable    try again later
├── Refused        stop this source and tell its owner
├── StoreError     roll back
└── PublishError   keep the last good one

Faults in partners' data are no exceptions; they are values (`allin_hub.base.problems`).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import orjson

from allin_hub.base.problems import Problem, shown_params

ErrorKind = Literal[
    "config", "plugin_broken", "secret_missing", "unavailable", "refused", "store", "publish", "other"
]
"""The class of an error, for programs."""


def _place(file: str, line: int | None) -> str:
    return f"{file}, line {line}" if line else file


class HubError(Exception):
    """Base of all: a sentence for people, and what to do next. Neither may hold a person's data.

    `params` fill both, so that they can be said in another language; with a `code` of the catalogue, the
    catalogue says them. `at` is the file and the line where a person has to look.
    """

    kind: ClassVar[ErrorKind] = "other"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        at: tuple[str, int | None] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message)
        self.texts = (message, hint)
        self.code = code
        self.at = at
        self.params = params
        self.message = f"{_place(*at)}: {self._filled(message)}" if at else self._filled(message)
        self.hint = self._filled(hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def _filled(self, text: str) -> str:
        return text if self.code or not self.params else text.format(**self.params)


class ConfigError(HubError):
    """The configuration or the call is wrong."""

    kind: ClassVar[ErrorKind] = "config"


class PluginBroken(ConfigError):
    """A plugin cannot be loaded or begun; what uses others goes on."""

    kind = "plugin_broken"


class SecretMissing(ConfigError):
    """A secret is not in this environment, or not in a file that this account may read."""

    kind = "secret_missing"


class Unavailable(HubError):
    """A system did not answer as it should; later it may. `retry_after` is in seconds."""

    kind = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        retry_after: float | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message, hint=hint, code=code, **params)
        self.retry_after = retry_after


class Refused(HubError):
    """What the source gave cannot be used: its owner has to change something."""

    kind = "refused"


class StoreError(HubError):
    """The hub's database could not do what was asked; nothing of it was kept."""

    kind = "store"


class PublishError(HubError):
    """An output could not be made; what was published before stays."""

    kind = "publish"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as plain data, in no language. `Voice.failure` says it.

    `code` is its code in the catalogue of problems, where it has one. `message_id` and `hint_id` are its keys in the
    catalogue of texts, and `params` fill both. `file` and `line` are where a person has to look. `said` is only there for
    what an older release noted: a sentence in the language of then.
    """

    kind: ErrorKind
    code: str | None
    message_id: str
    hint_id: str
    file: str | None
    line: int | None
    params: dict[str, Any]
    said: str | None


def failure_of(error: HubError) -> Failure:
    """Give an error as plain data. Parameters that JSON does not know become text."""
    message, hint = error.texts
    file, line = error.at or (None, None)
    said = shown_params(error.params) if error.code else error.params
    params = orjson.loads(orjson.dumps(said, default=str))
    return Failure(error.kind, error.code or None, message, hint, file, line, params, None)


def refuse_if_none_can_work(prepared: Iterable[Any]) -> None:
    """Raise the first ConfigError when nothing else is there: then the call as a whole was in vain."""
    prepared = list(prepared)
    if prepared and all(
        isinstance(one, ConfigError) and not isinstance(one, PluginBroken) for one in prepared
    ):
        raise prepared[0]


def refused(code: str, **params: Any) -> Refused:
    """Make a Refused from a code of the catalogue of problems: the source's owner has to change something."""
    problem = Problem(code, params=params)
    return Refused(problem.message("en"), hint=problem.hint("en"), code=code, **params)


def unavailable(code: str, *, retry_after: float | None = None, **params: Any) -> Unavailable:
    """Make an Unavailable from a code of the catalogue of problems: trying again later may help."""
    problem = Problem(code, params=params)
    return Unavailable(
        problem.message("en"), hint=problem.hint("en"), code=code, retry_after=retry_after, **params
    )


class ChildTrace(Exception):
    """Where an error came from in a child process: the cause of that error in its parent. Its text is the trace."""


def trace(error: BaseException) -> str:
    """Where an error came from, the cause first; what strange errors say is left out, it may quote a record."""
    if isinstance(error, ChildTrace):
        return str(error)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    said = f"{type(error).__name__}: {error}" if isinstance(error, HubError) else type(error).__name__
    here = "".join(traceback.format_tb(error.__traceback__))
    return f"{trace(before) if before else ''}Traceback (most recent call last):\n{here}{said}\n"
