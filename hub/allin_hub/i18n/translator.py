"""The hub speaks the office's language to its staff: German when the hub's first language is, else English."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from allin_hub.base.errors import Failure, HubError, failure_of
from allin_hub.base.problems import Problem, catalogue
from allin_hub.config.settings import Config
from allin_hub.i18n import staff_language
from allin_hub.i18n.gettext_catalogs import here, words

LOCALE = Path(__file__).parent / "locale"


def text(english: str) -> str:
    """Mark a text that is said later, so that a test finds it in the catalogue."""
    return english


FOREIGN = (
    text("Cannot overwrite a value"),
    text("Expected '=' after a key in a key/value pair"),
    text("Expected newline or end of document after a statement"),
    text("Invalid initial character for a key part"),
    text("Invalid statement"),
    text("Invalid value"),
    text("The line of a block is not closed"),
    text("The braces are not closed on the same line"),
    text("Unclosed array"),
    text("Unterminated string"),
    text("attempt to write a readonly database"),
    text("database is locked"),
    text("database or disk is full"),
    text("unable to open database file"),
    text("Is a directory"),
    text("No such file or directory"),
    text("Disk quota exceeded"),
    text("Input/output error"),
    text("No space left on device"),
    text("Not a directory"),
    text("Permission denied"),
    text("Read-only file system"),
)
"""What Python, SQLite and the system say of their own accord, as far as staff will meet it."""


class Voice:
    """Says texts in one of the languages of the staff."""

    def __init__(self, language: str) -> None:
        self.language = "de" if language.lower().startswith("de") else "en"
        self.locale = here(self.language)
        self._texts = words(LOCALE, self.language)

    def __call__(self, text: str, **params: Any) -> str:
        """A text, filled in."""
        said = self._texts.gettext(text)
        return said.format(**params) if params else said

    def several(self, one: str, many: str, count: int, **params: Any) -> str:
        """A text for one or many, filled in."""
        return self._texts.ngettext(one, many, count).format(count=self.number(count), **params)

    def number(self, value: float) -> str:
        """A figure, without what stands behind its point. By hand: Babel costs each command 50 ms."""
        return f"{round(value):,}".replace(",", "." if self.language == "de" else ",")

    def error(self, error: HubError) -> tuple[str, str]:
        """What an error says, and its hint; a text without a translation stays English."""
        if error.code in catalogue():
            problem = Problem(error.code, params=error.params)
            return problem.message(self.language), problem.hint(self.language)
        params = {} if error.code else dict(error.params)
        if "fault" in params:
            params["fault"] = self(str(params["fault"]))
        message, hint = (self(one, **params) if one else "" for one in error.texts)
        if error.at:
            file, line = error.at
            where = self("{file}, line {line}", file=file, line=line) if line else file
            message = f"{where}: {message}"
        return message, hint

    def failure(self, failure: Failure) -> str:
        """Say a failure and its remedy."""
        if failure.said is not None:
            return failure.said
        at = (failure.file, failure.line) if failure.file is not None else None
        error = HubError(
            failure.message_id, hint=failure.hint_id, code=failure.code or "", at=at, **failure.params
        )
        return " ".join(filter(None, self.error(error)))


def noted(error: HubError, said: str) -> str:
    """An error as the database keeps it: as it was said, and what it takes to say it in another language."""
    return orjson.dumps(
        {
            "text": said,
            "kind": error.kind,
            "texts": error.texts,
            "code": error.code,
            "at": error.at,
            "params": error.params,
        },
        default=str,
    ).decode()


def recalled(kept: str | None) -> Failure | None:
    """Give what was noted as plain data; None where nothing was. Another release may have noted a bare sentence."""
    if kept is None:
        return None
    try:
        found = orjson.loads(kept)
        message, hint = found["texts"]
        file, line = found["at"] or (None, None)
        error = HubError(message, hint=hint, code=found["code"], **found["params"])
        return replace(failure_of(error), kind=found.get("kind", "other"), file=file, line=line)
    except (orjson.JSONDecodeError, TypeError, LookupError, ValueError):
        return Failure("other", None, "", "", None, None, {}, kept)


def voice_of(config: Config) -> Voice:
    """The voice of an open hub."""
    return Voice(staff_language.asked() or config.hub.languages[0])


def voice_for(folder: Path) -> Voice:
    """The voice for a hub whose settings cannot be read, or are not there: the terminal's, else German."""
    return Voice(staff_language.of_folder(folder))
