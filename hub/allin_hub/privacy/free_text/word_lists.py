"""Reads the lists of first names and of words, each when it is first needed."""

from __future__ import annotations

import gzip
from collections.abc import Container
from functools import cache, lru_cache
from pathlib import Path

from allin_hub.privacy.free_text.fold import fold

_HOME = Path(__file__).parent
_LINKING = ("", "s", "es", "n", "en", "er", "e")
_SHORTEST_PART = 3
_SHORTEST_HEAD = 4
_LONGEST = 60


@cache
def listed(name: str) -> frozenset[str]:
    """Give the words of a list, folded."""
    return frozenset(gzip.decompress((_HOME / f"{name}.txt.gz").read_bytes()).decode().split())


def parts_of(word: str, known: Container[str]) -> bool:
    """Tell whether a German word is put together of two known ones: 'vereinsraum', 'chorprobe'."""
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_HEAD + 1):
        if word[cut:] in known:
            before = word[:cut]
            for link in _LINKING:
                first = before.removesuffix(link) if link else before
                if len(first) >= _SHORTEST_PART and (not link or before.endswith(link)) and first in known:
                    return True
    return False


def is_family_name(word: str) -> bool:
    """Tell whether a word is a usual German family name: Koch, Becker."""
    return word in listed("family_names")


@lru_cache(maxsize=20_000)
def is_noun(word: str) -> bool:
    """Tell whether a word is a German or English one, by itself or put together."""
    folded = fold(word)
    if len(folded) > _LONGEST:
        return False
    german = listed("words_de")
    return folded in german or folded in listed("words_en") or parts_of(folded, german)
