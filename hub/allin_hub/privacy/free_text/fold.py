"""Folds words, so that a name is found again however it was written."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ß": "ss", "ı": "i", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ø": "o",
        "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ـ": "", "\u200c": "",
        "ё": "е", "’": "'", "ʼ": "'", "`": "'",
    }
)  # fmt: skip


_ON = "على"
"""Arabic 'on', which but for the last letter is Ali."""


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Small letters without accents; letters of Arabic script in one spelling."""
    small = word.casefold()
    if small.isascii() or small == _ON:
        return small
    small = unicodedata.normalize("NFC", small).translate(_LETTERS)
    # й and ї are letters of their own, not accents.
    kept = (
        letter
        if letter in "йї"
        else "".join(one for one in unicodedata.normalize("NFD", letter) if not unicodedata.combining(one))
        for letter in small
    )
    return "".join(kept)
