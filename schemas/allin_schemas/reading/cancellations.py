"""Tells titles that say that an event does not take place: people have no other place to write it."""

from __future__ import annotations

import re

_GONE = (
    r"(?:leider |kurzfristig |heute )?"
    r"(?:abgesagt|entfällt|entfaellt|fällt(?: leider| heute| diesmal)? aus|faellt(?: leider| heute)? aus"
    r"|ausgefallen|storniert|gecancelt|cancell?ed|called off|iptal(?: edildi)?|annulée?|odwołan[eyao]"
    r"|отменен[оаы]?|отмена|скасован[оаий]|ملغاة|ملغى|ألغيت|لغو شد)"
)
_OPEN, _CLOSE = r"[\s\W_]*", r"[\s!.*)\]_–—-]*"
_FIRST = re.compile(rf"{_OPEN}{_GONE}(?:{_CLOSE}$|\s*[:!*|)\]–—_.-])", re.IGNORECASE)
_BRACKETED = re.compile(rf"[(\[*]\s*{_GONE}[^()\[\]]{{0,60}}[)\]*]", re.IGNORECASE)
_LAST = re.compile(rf"(?:^|[\s\W_])(?:ist |wird |wurde |is )?{_GONE}{_CLOSE}$", re.IGNORECASE)
_SHOUTED = re.compile(r"\W*(?:ABGESAGT|ENTFÄLLT|ENTFAELLT|FÄLLT AUS|FAELLT AUS|AUSGEFALLEN|CANCELL?ED)\b")
_BECAUSE = re.compile(r"\b(?:fällt|faellt)(?: \w+)? aus(?: wegen | weil |[,:;!])", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:nicht|nie|not|kein\w*|wenn|falls|if|when|warum|was)\b|değil|\bне\b|\?", re.IGNORECASE
)
_HINT = re.compile(
    r"sagt|f[äa]e?ll|storni|cancel|called off|iptal|annul|odwo|отмен|скасов|ملغ|لغ", re.IGNORECASE
)


def says_cancelled(title: str) -> bool:
    """Whether a title says that the event is off: "Abgesagt: Chor", "Yoga FÄLLT AUS", "Lesung (entfällt)"."""
    if _HINT.search(title) is None or _NOT.search(title):
        return False
    return any(pattern.search(title) for pattern in (_BRACKETED, _LAST, _BECAUSE)) or any(
        pattern.match(title) for pattern in (_FIRST, _SHOUTED)
    )
