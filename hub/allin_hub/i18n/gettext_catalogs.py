"""An output's texts in every language: gettext catalogues beside its module, English where one is missing.

Catalogues are read as they are written (`.po`), because a compiled one (`.mo`) that is missing or older shows English without
a word of warning, and every author of a plugin would need a build step. That costs 8 ms of CPU time at the start, in German;
Babel's own reader would cost 42.
"""

from __future__ import annotations

import gettext as _gettext
import json
import struct
from functools import cache
from io import BytesIO
from pathlib import Path

_HERE = {"en": "en_150"}
"""The region that a language is read in, where CLDR would guess another: English as in Europe, 5 October at 18:00."""


def here(language: str) -> str:
    """The CLDR locale that a language is read in here."""
    return _HERE.get(language, language.replace("-", "_"))


def catalogue_file(folder: Path, language: str) -> Path:
    """Where the texts of a language stand."""
    return folder / language / "LC_MESSAGES" / "messages.po"


@cache
def words(folder: Path, language: str) -> _gettext.NullTranslations:
    """The texts of a language; a variant ("de-simple") falls back to its language, the rest to English."""
    found: _gettext.NullTranslations | None = None
    for tag in (language.partition("-")[0], language):
        file = catalogue_file(folder, tag)
        if not file.is_file():
            continue
        texts = _read(file)
        if found is not None and found is not texts:
            texts.add_fallback(found)
        found = texts
    return found or _gettext.NullTranslations()


def _read(file: Path) -> _gettext.NullTranslations:
    """Read a catalogue into Python's gettext."""
    return _gettext.GNUTranslations(BytesIO(_compiled(_entries(file.read_text(encoding="utf-8")))))


def _entries(text: str) -> dict[str, str]:
    """Read a catalogue as English -> translation, without what a translator has not confirmed (`fuzzy`).

    Keys and forms are joined as gettext keeps them: a context before its text, forms for several numbers one behind another.
    Texts are escaped as JSON is. `ast.literal_eval` must not read them: Python before 3.11.8 fails now and then with a
    SystemError where two threads parse at once (CPython issue 106905), and Prefect has threads.
    """
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    is_fuzzy = False
    for line in (*text.split("\n"), "msgid"):
        word, _, rest = line.partition(" ")
        is_next = word in {"msgctxt", "msgid"} or line.startswith("#")
        if is_next and any(name.startswith("msgstr") for name in parts):
            key = "\0".join(parts[name] for name in ("msgid", "msgid_plural") if name in parts)
            key = f"{parts['msgctxt']}\x04{key}" if "msgctxt" in parts else key
            said = "\0".join(value for name, value in parts.items() if name.startswith("msgstr"))
            if said.strip("\0") and not (is_fuzzy and key):
                found.setdefault(key, said)
            parts, is_fuzzy = {}, False
        if line.startswith("#,"):
            is_fuzzy = "fuzzy" in line
            continue
        if word.startswith("msg"):
            parts[word] = ""
        elif line.startswith('"'):
            rest = line
        else:
            continue
        if rest:
            last = next(reversed(parts))
            parts[last] += str(json.loads(rest))
    return found


def _compiled(entries: dict[str, str]) -> bytes:
    """A catalogue in the form that gettext reads."""
    pairs = sorted((key.encode(), said.encode()) for key, said in entries.items())
    head, count = 28, len(pairs)
    places, data = [], b""
    for column in (0, 1):
        for pair in pairs:
            places += [len(pair[column]), head + 16 * count + len(data)]
            data += pair[column] + b"\0"
    tables = struct.pack(f"<{len(places)}I", *places)
    return struct.pack("<7I", 0x950412DE, 0, count, head, head + 8 * count, 0, 0) + tables + data
