"""What the doctor finds: a sentence, the next step, and, where it is safe, the cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import orjson

from allin_hub.base.errors import Failure, HubError, failure_of
from allin_hub.i18n.translator import Voice

BROKEN = "broken"
WEAK = "weak"
"""It works, but may not for long, or not as somebody thinks."""


@dataclass(frozen=True, slots=True)
class PlainFinding:
    """A finding as plain data, in no language.

    `message_id` and `hint_id` are its keys in the catalogue of texts, and `params` fill both; where an error stopped the
    examination, it stands in `failure` instead. `fixed` tells whether it was mended just now.
    """

    code: str
    state: Literal["broken", "weak"]
    message_id: str
    hint_id: str
    params: dict[str, Any]
    failure: Failure | None
    fixed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `cure` mends it without asking anybody; None where a person has to."""

    code: str
    state: str
    message: str
    hint: str
    params: dict[str, Any] = field(default_factory=dict)
    cure: Callable[[], None] | None = None
    error: HubError | None = None
    """What stopped the examination, or will stop a run; it says itself what to do, and `name` in params where."""

    def said(self, say: Voice) -> tuple[str, str]:
        """The sentence and the next step."""
        if self.error is not None:
            message, hint = say.error(self.error)
            name = self.params.get("name")
            return (f"{name}: {message}" if name else message), hint
        return say(self.message, **self.params), say(self.hint, **self.params)

    def plain(self, *, fixed: bool) -> PlainFinding:
        """Give the finding as plain data."""
        return PlainFinding(
            self.code,
            cast("Literal['broken', 'weak']", self.state),
            self.message,
            self.hint,
            orjson.loads(orjson.dumps(self.params, default=str)),
            None if self.error is None else failure_of(self.error),
            fixed,
        )


def stopped(code: str, error: HubError) -> Finding:
    """What keeps the doctor from looking further."""
    return Finding(code, BROKEN, "", "", error=error)
