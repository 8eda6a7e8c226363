"""The names of months and weekdays, the dates that spreadsheets make of other things, and titles of events that are off."""

from __future__ import annotations

import datetime as dt
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


_MADE = (
    r"(?:(?P<day>\d{1,2})(?:\.\s?|[\s-])(?P<month>[^\W\d_]{3,9})\.?(?:[\s-](?P<year>\d{4}|\d{2}))?"
    r"|(?P<word>[^\W\d_]{3,9})\.?[\s-](?P<number>\d{4}|\d{1,2})"
    r"|(?P<first>\d{1,2})\.\s?(?P<second>\d{1,2})\.\s?(?:\d{4}|\d{2})?"
    r"|(?P<left>\d{1,2})/(?P<right>\d{1,2})/(?:\d{4}|\d{2})"
    r"|(?P<long>\d{4})-(?P<middle>\d{2})-(?P<last>\d{2})(?:[T\s]00:00(?::00(?:\.0+)?)?Z?)?)"
)
_DATE_MADE = re.compile(_MADE, re.IGNORECASE)
_MADE_BEHIND = re.compile(rf"(?P<text>.*[^\W\d_][.)]?)[\s,]\s*(?P<made>{_MADE}|\d{{5}})", re.IGNORECASE)
_OF = frozenset(("des", "der", "dem", "den", "vom", "am", "de", "du", "del", "of", "the", "von", "und"))
"""Words before a date that is a street's own name: 'Straße des 17. Juni'."""
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 55_153
"""How spreadsheets count the days of 2000 to 2050."""
_OLDEST = 2000


def date_made(text: str, *, serials: bool = False) -> str | None:
    """Guess what was typed where a spreadsheet has made a date of it: '3-5' of '03. Mai', '2026-05-03', '46145'.

    None where no date is written. `serials` counts bare numbers of five digits too.
    """
    if serials and len(text) == 5 and text.isdecimal() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
        return _pair(day.day, day.month)
    match = _DATE_MADE.fullmatch(text)
    if match is None:
        return None
    word = match["month"] or match["word"]
    if word:
        month = MONTHS.get(word.casefold())
        number = int(match["day"] or match["number"])
        return _pair(number, month) if month else None
    if match["long"] and match["last"] == "01" and int(match["long"]) < _OLDEST:
        return _pair(int(match["long"]), int(match["middle"]))
    parts = (match["first"], match["second"], match["left"], match["right"], match["middle"], match["last"])
    one, other = (int(part) for part in parts if part)
    return _pair(one, other) if min(one, other) <= 12 and max(one, other) <= 31 else None


def date_behind(text: str) -> tuple[str, str, str] | None:
    """Split a text that ends in a date which a spreadsheet has made: the text before it, the date, and the guess."""
    match = _MADE_BEHIND.fullmatch(text)
    if match is None or match["text"].split()[-1].casefold() in _OF:
        return None
    guess = date_made(match["made"], serials=True)
    return (match["text"].strip(" ,"), match["made"], guess) if guess else None


def _pair(one: int, other: int) -> str:
    """Write the two numbers of a date as a range: the smaller first, but a year behind its month."""
    if one > 31:
        return f"{other}-{one % 100}"
    return f"{min(one, other)}-{max(one, other)}"
