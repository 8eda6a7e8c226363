"""Makes keys of names, so that the same name is found again however it was written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UMLAUTS = (
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("ß", "ss"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ø", "oe"),
    ("å", "aa"),
    ("ı", "i"),
    ("ł", "l"),
    ("đ", "d"),
    ("ð", "d"),
    ("þ", "th"),
)
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝкмтвнαορνυικχτεηβμϲϳ",
    "aeopcyxijsdhqwkmtbhaopvuikxtehbmcj",
)
"""Letters of Cyrillic and Greek that look like Latin ones, small or capital."""
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u064b-\u065f\u0670\u0640\u200b-\u200f\u2060\ufeff\u00ad]")
_AND = re.compile(r"\s*[&+]\s*|\s+u\.\s+")
_LEGAL_FORMS = re.compile(
    r"\be\s?\.\s?v\b\.?|\be\s?v\s*(?=$|[,;(])"
    r"|\beingetragene[rn]? verein\b|\bnicht eingetragene[rn]? verein\b"
    r"|\bgemeinn(?:ue|u)tzige[r]? (?:gesellschaft mit beschr(?:ae|a)nkter haftung|gesellschaft mbh|gmbh|ug"
    r"|ag|eg)\b"
    r"|\bg?ggmbh\b|\bgmbh\b|\bgug\b|\bug\s?\(?haftungsbeschr(?:ae|a)nkt\)?|\bug\s*$|\bmbh\b"
    r"|\be\s?\.\s?g\b\.?|\beg\s*$|\bgag\b|\bag\s*$"
    r"|\bi\s?\.\s?g(?:r)?\b\.?|\bin gr(?:ue|u)ndung\b|\bgemeinn(?:ue|u)tzig(?:er|e)?\b|\br\s?\.\s?v\b\.?"
)
_PUNCTUATION = re.compile(r"[^\w\s]|_")


def plain(text: str) -> str:
    """Small letters without accents: the German ones written out, all others dropped."""
    small = unicodedata.normalize("NFKC", text).casefold()
    if small.isascii():
        return small
    small = unicodedata.normalize("NFC", small)
    for letter, written in _UMLAUTS:
        small = small.replace(letter, written)
    if small.isascii():
        return small
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", small)))


@lru_cache(maxsize=20_000)
def name_key(text: str) -> str:
    """What stays of a name without accents, legal form, punctuation and look-alike letters.

    Never empty for a name that is not.
    """
    small = " ".join(plain(text).split())
    if not small.isascii():
        small = small.translate(_LOOKALIKES)
    if "&" in small or "+" in small or " u." in small:
        small = _AND.sub(" und ", small)
    for candidate in (_LEGAL_FORMS.sub(" ", small), small):
        key = " ".join(candidate.split())
        if not key.replace(" ", "").isalnum():
            key = " ".join(_PUNCTUATION.sub(" ", candidate).split())
        if key:
            return key
    return " ".join(small.split()) or " ".join(text.split()) or text
