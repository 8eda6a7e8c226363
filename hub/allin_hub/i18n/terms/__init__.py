"""Words of the hub's own lists in the languages of its readers; a partner's own words are left as they are."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

List = Literal["topics", "skills", "functions", "rhythms"]
_FOLDER = Path(__file__).parent


def term(word: str, of: List, language: str) -> str | None:
    """Give a word of a list in a language; None where it is none of the list, or the list has no such language."""
    known = _known(of).get(" ".join(word.split()).casefold())
    return known.get(language.partition("-")[0]) if known else None


@cache
def _known(of: List) -> dict[str, dict[str, str]]:
    """Each spelling of a word, in small letters, with the word in every language."""
    found: dict[str, dict[str, str]] = {}
    for entry in tomllib.loads((_FOLDER / f"{of}.toml").read_text(encoding="utf-8"))["term"]:
        also = entry.pop("also", [])
        for spelling in (*entry.values(), *also):
            found.setdefault(spelling.casefold(), entry)
    return found
