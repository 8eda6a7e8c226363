"""What is wrong with the spelling of hub.toml, for whoever wrote it: the parser speaks to programmers."""

from __future__ import annotations

import re
import tomllib

from allin_hub.base.errors import ConfigError
from allin_hub.config.toml_blocks import CONFIG_NAME

FAULTS = (
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
"""How the parser's words begin, and what `voice` says in its place."""
_KNOWN = ("Expected '=' after", "Expected newline or end")
_BACKSLASH = ("Unescaped '\\' in a string", "Invalid hex value", "Escaped character is not ")
_TYPOGRAPHIC = re.compile(r"""[=\[{,]\s*[„“”«»‚‘’]""")


def error_of(error: tomllib.TOMLDecodeError, written: str) -> ConfigError:
    """The error for a hub.toml that is not valid TOML, with its line."""
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
        fault = next((words for start, words in FAULTS if fault.startswith(start)), fault)
    return ConfigError("This is not valid TOML: {fault}.", hint=hint, at=at, fault=fault)
