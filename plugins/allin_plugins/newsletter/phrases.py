"""Makes what partners wrote fit into one line of a mail, whatever characters and direction it has."""

from __future__ import annotations

import re
import unicodedata

from allin_schemas import Place, direction

LENGTH = 180
"""Characters of a summary at most."""
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")
_MARKUP = re.compile(r"^\s*(?:[#>]+|[-*+]\s)\s*|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?؟。])\s+(?=[^\W\d_])")
_ABBREVIATED = re.compile(r"(?:\b[A-Za-zÄÖÜäöü]|\be\. ?V|\bStr|\bNr|\bbzw|\bca|\binkl|\bevtl|\busw)\.$")


def clean(text: str) -> str:
    """The text in one line, without control characters and hidden line breaks."""
    shown = "".join(" " if _breaks(char) else char for char in text)
    return " ".join(shown.split())


def first_sentence(text: str) -> str:
    """What a text says first, as plain words, cut at a word where it is long."""
    plain = clean(_MARKUP.sub("", _LINK.sub(r"\1", text)))
    said = ""
    for part in _SENTENCE.split(plain):
        said = f"{said} {part}".strip()
        if not _ABBREVIATED.search(said):
            break
    if len(said) <= LENGTH:
        return said
    cut = said[: LENGTH - 1].rpartition(" ")[0] or said[: LENGTH - 1]
    return f"{cut.rstrip(' ,;:–-')}…"


def isolated(text: str, language: str) -> str:
    """The text between bidi isolates where it holds letters that run against the letter's direction."""
    against = {"L"} if direction(language) == "rtl" else {"R", "AL"}
    if any(unicodedata.bidirectional(char) in against for char in text):
        return f"\u2068{text}\u2069"
    return text


def place_line(place: Place | None) -> str:
    """Where it is, in one line."""
    if place is None:
        return ""
    street = " ".join(part for part in (place.street, place.house_number) if part)
    parts = [place.name, place.room, street, place.district or place.city]
    line = ", ".join(dict.fromkeys(part for part in parts if part))
    return line or place.raw or ""


def _breaks(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"}
