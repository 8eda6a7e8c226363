"""Lays a text flat: without markup and invisible signs, with Western digits; every letter knows where it stood."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

_PLAIN = re.compile(
    r"[^<&*_`\[\\\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f]*"
)
_MARKUP = re.compile(
    r"(?P<line><(?:br|/?p|/?li|/?div|/?tr|/?h[1-6]|/?ul|/?ol)\b[^<>]{0,200}>|[\r\u2028\u2029\x0b\x0c]+)"
    r"|(?P<drop></?[a-zA-Z][^<>]{0,500}>|<!--[^<>]{0,500}-->|\\(?=[^\w\s])"
    r"|[\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f]|`+"
    r"|\[(?=[^\[\]\n]{1,200}\]\(https?:)|\](?=\(https?:)|(?<!\w)[*_]+|[*_]+(?!\w)|\*\*+)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});)"
)
_SIGNS = str.maketrans(
    {
        "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\t": " ",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\uff0d": "-",
        "\uff20": "@", "\ufe6b": "@", "\uff0e": ".", "\uff0b": "+", "\uff08": "(", "\uff09": ")", "\uff1a": ":",
        "\u2215": "/", "\u2044": "/", "\uff0f": "/",
    }
)  # fmt: skip
_MOST_ACCENTS = 8
_OTHER_DIGITS = re.compile(r"[^\W\D]", re.UNICODE)
_FOREIGN = re.compile(r"[^\x00-\x7f]")


class Flat(NamedTuple):
    """A text laid flat. `origin` gives for each of its letters where it stood, or is None where nothing moved."""

    text: str
    origin: list[tuple[int, int]] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the flat text stood, with the markup that belongs to it."""
        if self.origin is None:
            return start, end
        first, last = self.origin[start][0], self.origin[end - 1][1]
        before = self.origin[start - 1][1] if start else 0
        after = self.origin[end][0] if end < len(self.origin) else last
        inner = any(self.origin[at][1] != self.origin[at + 1][0] for at in range(start, end - 1))
        if inner or (before < first and after > last):
            return before, after
        return first, last


def flatten(text: str) -> Flat:
    """Lay a text flat. A text without markup keeps its length, and costs nothing more."""
    simple = _PLAIN.match(text)
    whole = simple is not None and simple.end() == len(text)
    if whole and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return Flat(_plain_signs(text), None)
    letters: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for match in _MARKUP.finditer(text):
        _add_plain(text, at, match.start(), letters, origin)
        at = match.end()
        if match["drop"] is None:
            piece = "\n" if match["line"] else html.unescape(match["entity"])
            letters.append(piece)
            origin.extend([(match.start(), at)] * len(piece))
    _add_plain(text, at, len(text), letters, origin)
    return Flat(_plain_signs("".join(letters)), origin)


def _add_plain(text: str, start: int, end: int, letters: list[str], origin: list[tuple[int, int]]) -> None:
    """Add a stretch, each letter with the accents that follow it, composed."""
    stretch = text[start:end]
    if stretch.isascii() or unicodedata.is_normalized("NFC", stretch):
        letters.append(stretch)
        origin.extend([(at, at + 1) for at in range(start, end)])
        return
    at = start
    while at < end:
        till = at + 1
        while till < end and till - at < _MOST_ACCENTS and unicodedata.combining(text[till]):
            till += 1
        composed = unicodedata.normalize("NFC", text[at:till])
        letters.append(composed)
        origin.extend([(at, till)] * len(composed))
        at = till


def _plain_signs(text: str) -> str:
    """Western digits, plain spaces, hyphens and at-signs; each sign stays one sign."""
    if text.isascii():
        return text.replace("\t", " ")
    text = text.translate(_SIGNS)
    return _FOREIGN.sub(lambda found: _digit(found[0]), text) if _OTHER_DIGITS.search(text) else text


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, -1) if letter.isdecimal() else -1
    return letter if value < 0 else str(value)
