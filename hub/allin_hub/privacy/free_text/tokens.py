"""Takes a text apart into words, with what tells a name from a word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from allin_hub.privacy.free_text.fold import fold

WORD = re.compile(
    r"[^\W\d_]+(?:(?:[*:_·]|/-?)(?:innen|in|r|n|frau)(?![^\W\d_])|\((?:innen|in|r|n)\))?(?:['’ʼ-][^\W\d_]+){0,6}"
)
_GENDERED = re.compile(r"(?:[*:_·]|/-?|\()(?:innen|in|r|n|frau)\)?$")


class Token(NamedTuple):
    """A word of a text: where it stands, and its key."""

    start: int
    end: int
    text: str
    key: str
    upper: bool
    script: str


@lru_cache(maxsize=50_000)
def _read(word: str) -> tuple[str, bool, str]:
    return key_of(word), word[0].isupper(), script_of(word)


@lru_cache(maxsize=50_000)
def key_of(word: str) -> str:
    """A word folded, without gendered ending."""
    return fold(_GENDERED.sub("", word))


def script_of(word: str) -> str:
    """Whether a word is written in Latin, Cyrillic, Arabic or another script."""
    code = ord(word[0])
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFF00:
        return "arabic"
    return "other"


def tokens_of(text: str) -> list[Token]:
    """Every word of a text, in order."""
    return [Token(match.start(), match.end(), match[0], *_read(match[0])) for match in WORD.finditer(text)]


def without_suffix(key: str) -> str:
    """A Turkish word without what stands behind its apostrophe: 'hanım'a', 'yılmaz'ın'."""
    return key.partition("'")[0]
