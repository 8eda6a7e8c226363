"""The names of months and weekdays as people write them, and what titles say of events that are off."""

from __future__ import annotations

import re

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan jänner jaenner jän",
            "februar february feb febr feber",
            "märz maerz march mär mar mrz marz",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""Names and abbreviations, small, without a full stop -> number of the month."""

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "montag montags mo monday mondays mon",
            "dienstag dienstags di tuesday tuesdays tue tu tues",
            "mittwoch mittwochs mi wednesday wednesdays wed we",
            "donnerstag donnerstags do thursday thursdays thu th thur thurs",
            "freitag freitags fr friday fridays fri",
            "samstag samstags sa sonnabend sonnabends saturday saturdays sat",
            "sonntag sonntags so sunday sundays sun su",
        )
    )
    for name in names.split()
}
"""Names and abbreviations, small, without a full stop -> 0 for Monday."""

WEEKDAY_NAMES = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_GONE = (
    r"(?:leider |kurzfristig |heute )?"
    r"(?:abgesagt|entfällt|entfaellt|fällt(?: leider| heute| diesmal)? aus|faellt(?: leider| heute)? aus"
    r"|ausgefallen|storniert|gecancelt|cancell?ed|called off|iptal(?: edildi)?|annulée?|odwołan[eyao]"
    r"|отменен[оаы]?|отмена|скасован[оаий]|ملغاة|ملغى|ألغيت|لغو شد)"
)
"""Words of an event that does not take place: people write them where there is no other place for it."""
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
