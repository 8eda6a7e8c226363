"""Which language staff are spoken to, found without reading the settings: asked for, the hub's first, or the terminal's."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

OPTION = "--lang"
SPOKEN = ("de", "en")
"""The languages of the staff."""
_FIRST = re.compile(r"^\s*languages\s*=\s*\[\s*[\"']([A-Za-z-]+)", re.MULTILINE)
_asked: list[str] = []


def ask_for(language: str | None) -> None:
    """Speak this language from now on, whatever the hub's is; None for the hub's."""
    _asked[:] = [language] if language else []


def asked() -> str | None:
    """The language that somebody asked for."""
    return _asked[0] if _asked else None


def is_spoken(language: str) -> bool:
    """Whether staff can be spoken to in a language, or in a variant of it."""
    return re.split("[-_.]", language.lower())[0] in SPOKEN


def of_folder(folder: Path) -> str:
    """The language for a hub whose settings cannot be read, or are not there."""
    if found := asked():
        return found
    try:
        text = (folder / "hub.toml").read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return of_terminal()
    named = _FIRST.search(text)
    return named[1] if named else "de"


def of_terminal() -> str:
    """The language of the terminal; German where it says none."""
    spoken = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "de" if spoken.partition(".")[0] in {"", "C", "POSIX"} else spoken


def taken_from(words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words of a call without `--lang LANGUAGE`, and that language; an empty one where the word is missing."""
    left: list[str] = []
    language = None
    given = iter(words)
    for word in given:
        if word == "--":
            left += [word, *given]
        elif word == OPTION:
            language = next(given, "")
        elif word.startswith(f"{OPTION}="):
            language = word.partition("=")[2]
        else:
            left.append(word)
    return left, language


def folder_of(words: Sequence[str]) -> Path:
    """The hub's folder that a call names."""
    for number, word in enumerate(words):
        if word == "--hub" and number + 1 < len(words):
            return Path(words[number + 1])
        if word.startswith("--hub="):
            return Path(word.partition("=")[2])
    return Path(os.environ.get("ALLIN_HUB", "."))
