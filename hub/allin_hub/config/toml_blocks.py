"""Reads the blocks of hub.toml, and says in words which key is wrong, on which line, and what was probably meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from allin_hub.base.errors import ConfigError

CONFIG_NAME = "hub.toml"
CUT_OFF = ".restore-unfinished"
"""The journal of a restore; where it stays, the restore was killed, and the folder holds neither hub whole."""
EXAMPLE = "See hub.example.toml for every setting."
FAULTS = {
    "missing": "{key} is missing.",
    "string_type": "{key} must be a text in quotes.",
    "bool_type": "{key} must be true or false.",
    "bool_parsing": "{key} must be true or false.",
    "int_type": "{key} must be a whole number.",
    "int_parsing": "{key} must be a whole number.",
    "int_from_float": "{key} must be a whole number.",
    "float_type": "{key} must be a number.",
    "float_parsing": "{key} must be a number.",
    "greater_than_equal": "{key} must be at least {ge}.",
    "less_than_equal": "{key} must be at most {le}.",
    "enum": "{key} must be one of {expected}.",
    "literal_error": "{key} must be one of {expected}.",
    "tuple_type": '{key} must be a list, for example ["de", "en"].',
    "list_type": '{key} must be a list, for example ["de", "en"].',
    "dict_type": "{key} must be a table.",
    "model_type": "{key} must be a table.",
    "model_attributes_type": "{key} must be a table.",
    "too_short": "{key} must not be empty.",
    "url_parsing": "{key} is no web address.",
    "url_scheme": "{key} is no web address.",
}
"""What pydantic finds, for people."""

SYNTAX_FAULTS = (
    ("Cannot mutate ", "Cannot overwrite a value"),
    ("Cannot redefine ", "Cannot overwrite a value"),
    ("Duplicate inline table key ", "Cannot overwrite a value"),
    ("Expected ']", "The line of a block is not closed"),
    ("Expected ", "Invalid statement"),
    ("Found invalid character ", "Invalid statement"),
    ("Illegal character ", "Unterminated string"),
    ("Invalid date or datetime", "Invalid value"),
    ("Unclosed inline table", "The braces are not closed on the same line"),
)
"""Beginnings of tomllib's messages, and the words that staff read instead."""
_KNOWN = ("Expected '=' after", "Expected newline or end")
_BACKSLASH = ("Unescaped '\\' in a string", "Invalid hex value", "Escaped character is not ")
_TYPOGRAPHIC = re.compile(r"""[=\[{,]\s*[„“”«»‚‘’]""")

M = TypeVar("M", bound=BaseModel)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, or None when none is alike."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        word, list(known), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=60
    )
    return found[0] if found else None


def unknown(
    message: str, word: str, known: Iterable[str], *, at: tuple[str, int | None] | None = None, **params: Any
) -> ConfigError:
    """Make the error for a word that is not known, with the one that was probably meant."""
    known = sorted(known)
    guess = nearest(word, known)
    hint = "Did you mean '{nearest}'?" if guess else "Known: {known}."
    return ConfigError(
        message, hint=hint, at=at, nearest=guess, known=", ".join(known) or "–", word=word, **params
    )


def header(line: str) -> tuple[str, ...]:
    """Read the path of the block that a line opens; empty for every other line."""
    path: tuple[str, ...] = ()
    if not line.lstrip().startswith("["):
        return path
    try:
        inner: Any = tomllib.loads(line.strip())
    except tomllib.TOMLDecodeError:
        return path
    while inner:
        ((name, inner),) = inner.items()
        inner = inner[0] if isinstance(inner, list) else inner
        path = (*path, name)
    return path


class Blocks:
    """The text of a hub.toml, in which each key has its line: neither tomllib nor tomlkit tells lines."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def line(self, path: tuple[str, ...]) -> int | None:
        """The line on which a key stands, by a plain look at the text; else that of its block."""
        section, key = path[:-1], re.escape(path[-1])
        current: tuple[str, ...] = ()
        for number, line in enumerate(self._lines, 1):
            if opened := header(line):
                current = opened
                if current[: len(path)] == path:
                    return number
            elif current == section and re.match(rf"^\s*[\"']?{key}[\"']?\s*[=.]", line):
                return number
        return self.line(section) if section else None

    def place(self, path: tuple[str, ...]) -> tuple[str, int | None]:
        """The file and the line of a key."""
        return CONFIG_NAME, self.line(path)

    def error(self, path: tuple[str, ...], message: str, hint: str, **params: Any) -> ConfigError:
        """Make the error for what stands at a key."""
        return ConfigError(message, hint=hint, at=self.place(path), key=".".join(path), **params)

    def refuse_unknown(self, block: Iterable[str], known: Iterable[str], path: tuple[str, ...]) -> None:
        """Raise ConfigError for the first key that is not known."""
        known = list(known)
        for key in block:
            if key not in known:
                where = (*path, key)
                raise unknown("{key} is not known.", key, known, at=self.place(where), key=".".join(where))

    def table(self, data: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The block of this name, empty when there is none."""
        block = data.get(name, {})
        if not isinstance(block, dict):
            raise self.error((name,), "{key} must be a table.", "Write [{key}] on a line of its own.")
        return block

    def named(self, section: str, name: str, block: Any, pattern: re.Pattern[str]) -> dict[str, Any]:
        """The block of a source or an output, which names its plugin."""
        path = (section, name)
        if not isinstance(block, dict):
            raise self.error(path, "{key} must be a table.", "Write [{key}] on a line of its own.")
        if not pattern.match(name):
            raise self.error(
                path, "{key} is not a usable name.", "Use a-z, 0-9, - and _, at most 60 characters."
            )
        if not isinstance(block.get("plugin"), str):
            hint = 'Add, for example, plugin = "spreadsheet". See: allin plugins'
            raise self.error(path, "{key} does not name its plugin.", hint)
        return block

    def validated(self, model: type[M], block: Mapping[str, Any], path: tuple[str, ...]) -> M:
        """The settings of a block.

        Raises ConfigError for the first thing that is wrong in it.
        """
        try:
            return model.model_validate(block)
        except ValidationError as error:
            raise self._fault(model, error, path) from None

    def _fault(self, model: type[BaseModel], error: ValidationError, path: tuple[str, ...]) -> ConfigError:
        first = error.errors(include_input=False, include_url=False)[0]
        where = (*path, *(str(part) for part in first["loc"]))
        if first["type"] == "extra_forbidden":
            return unknown(
                "{key} is not known.",
                where[-1],
                _fields(model, first["loc"][:-1]),
                at=self.place(where),
                key=".".join(where),
            )
        if first["type"] in FAULTS:
            limits = {name: str(limit).replace(" or ", ", ") for name, limit in first.get("ctx", {}).items()}
            return self.error(where, FAULTS[first["type"]], EXAMPLE, **limits)
        fault = first["msg"].removeprefix("Value error, ").rstrip(".")
        return self.error(where, "{key} is wrong: {fault}.", EXAMPLE, fault=fault)


def _fields(model: type[BaseModel], path: Iterable[int | str]) -> list[str]:
    """The keys that a block may have, some blocks further in."""
    inner: Any = model
    for part in path:
        inner = getattr(inner, "model_fields", {}).get(part)
        inner = getattr(inner, "annotation", None)
    return sorted(getattr(inner, "model_fields", {}))


def syntax_error(error: tomllib.TOMLDecodeError, written: str) -> ConfigError:
    """Make the error for a hub.toml that is not valid TOML, with its line: tomllib speaks to programmers."""
    fault, _, place = str(error).partition(" (at ")
    found = re.match(r"line (\d+)", place)
    number = int(found[1]) if found else None
    at = (CONFIG_NAME, number)
    if fault.startswith("Cannot declare "):
        return ConfigError(
            "This block stands there twice.", hint="Leave one out, or give it a name of its own.", at=at
        )
    if fault.startswith(_BACKSLASH):
        return ConfigError(
            "A \\ stands in a text.",
            hint='Write / in paths, on Windows too: path = "C:/lists/clubs.xlsx".',
            at=at,
        )
    hint = 'Texts stand in quotes: title = "ALL IN Kassel".'
    line = written.split("\n")[number - 1] if number else ""
    if _TYPOGRAPHIC.search(line):
        hint = 'Use straight quotes, not those of a word processor: title = "ALL IN Kassel".'
    if not fault.startswith(_KNOWN):
        fault = next((words for start, words in SYNTAX_FAULTS if fault.startswith(start)), fault)
    return ConfigError("This is not valid TOML: {fault}.", hint=hint, at=at, fault=fault)
