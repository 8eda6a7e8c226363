"""Puts one word in the place of what is held, the same for a name, a number, a mail and a link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from allin_hub.privacy.free_text.cues import TOWARDS, published
from allin_hub.privacy.free_text.find import Finding, Verdict

MASKS = {
    "de": "[ausgelassen]",
    "de-simple": "[Das zeigen wir nicht]",
    "en": "[left out]",
    "tr": "[gizlendi]",
    "ar": "[محذوف]",
    "fa": "[حذف شده]",
    "uk": "[приховано]",
    "ru": "[скрыто]",
    "kmr": "[hat veşartin]",
    "ti": "[ተሓቢኡ]",
}
"""kmr and ti were not looked at by native readers."""
_LONGEST_LEAD = 60
_BETWEEN = re.compile(
    r"[\s,;:/()|·&+–—-]*(?:(?:tel|telefon|telefonisch|mobil|mobile|handy|phone|cell|fon|mail|e-?mail|whatsapp|signal|telegram|und|oder|and|or|bzw|per|unter|"
    r"ve|veya|cep|та|і|або|и|или|тел|моб|أو|و|یا|هاتف|تلفن)\b\.?[\s,;:/()|·&+–—-]*){0,3}",
    re.I,
)
_CONTACT_WORDS = (
    "Call", "E-Mail", "Email", "Festnetz", "Handy", "Handynummer", "Mail", "Mobil", "Mobile", "Nr", "Nr.",
    "Phone", "Signal", "Tel", "Tel.", "Tel. privat", "Telefon", "Telefonnummer", "Telegram", "WhatsApp",
    "abends bei", "an", "at", "bei", "by", "cep", "durch", "mit", "mobil", "nach Absprache mit",
    "nach Vereinbarung mit", "oder", "per", "privat", "telefonisch", "to", "und", "unter", "via", "von",
    "with", "über", "до", "к", "тел", "тел.", "телефон", "у", "تلفن", "رقم", "شماره", "هاتف",
)  # fmt: skip


def mask_word(language: str) -> str:
    """The word that stands in the place of something held, in the language of its text."""
    return MASKS.get(language) or MASKS.get(language.split("-")[0]) or MASKS["en"]


def has_mask(text: str) -> bool:
    """Tell whether something is left out of a text."""
    return "[" in text and any(one in text for one in MASKS.values())


@cache
def is_only_masks(text: str) -> bool:
    """Tell whether nothing but masks and signs are left of a text."""
    for mask in MASKS.values():
        text = text.replace(mask, "")
    return not any(map(str.isalnum, text))


def mask(text: str, findings: Iterable[Finding], language: str) -> str:
    """Put the word in the place of everything held; masks side by side are one, and a cue that led to them goes too."""
    spans = _side_by_side(text, [one for one in findings if one.verdict is Verdict.HELD])
    word = mask_word(language)
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        begin = _lead(text, at, start)
        # A bracket directly behind would make a link of the two in Markdown.
        pieces += [text[at:begin], word, " " if text.startswith("(", end) else ""]
        at = end
    return "".join([*pieces, text[at:]])


def _side_by_side(text: str, held: Sequence[Finding]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for one in sorted(held):
        if spans:
            between = text[spans[-1][1] : one.start]
            if len(between) < _LONGEST_LEAD and "\n" not in between and _BETWEEN.fullmatch(between):
                spans[-1] = (spans[-1][0], max(one.end, spans[-1][1]))
                continue
        spans.append((one.start, one.end))
    return [_closed(text, *span) for span in spans]


def _closed(text: str, start: int, end: int) -> tuple[int, int]:
    """With the bracket that a stretch opened within itself."""
    inner = text[start:end]
    if inner.count("(") > inner.count(")") and text.startswith(")", end):
        end += 1
    return start, end


def _lead(text: str, least: int, start: int) -> int:
    """Where the cue begins that leads to a mask and says nothing without it: 'Anmeldung bei', 'Tel.'."""
    begin = start
    for _ in range(3):
        window = max(least, begin - _LONGEST_LEAD)
        before = text[window:begin]
        found = _dangling().search(before)
        if found is None:
            break
        begin = window + found.start("word")
    return begin


def leads_nowhere(label: str) -> bool:
    """Tell whether a label says nothing once its name is gone: 'Anmeldung bei', 'Kontakt'; 'Vorsitzende' does."""
    bare = label.strip("*+").casefold()
    return bare.split()[-1] in TOWARDS or bare.startswith(
        ("ansprech", "kontakt", "contact", "контакт", "iletişim", "irtibat", "للتواصل", "تماس")
    )


@cache
def _dangling() -> re.Pattern[str]:
    words = {*_CONTACT_WORDS}
    for lists in published().values():
        for role in ("prepositions", "titles"):
            words.update(lists.get(role, ()))
        words.update(label for label in lists.get("labels", ()) if leads_nowhere(label))
    parts = sorted({_pattern(word) for word in words}, key=lambda part: (-len(part), part))
    return re.compile(rf"(?<![\w-])(?P<word>(?:{'|'.join(parts)})[^\S\n]*[.:=–-]*[^\S\n]*)$", re.I)


def _pattern(word: str) -> str:
    bare = re.escape(word.strip("*+")).replace(r"\ ", r"\s{1,2}")
    compound = r"[^\W\d_]{0,30}" if word.startswith("*") else ""
    return (
        f"{compound}{bare}(?:[*:_/(-]{{0,2}}(?:in|innen|r|n)\\)?)?" if word.endswith("+") else compound + bare
    )
