"""Reads yes or no, counts and years."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from allin_schemas.reading.cleaning import first, of_text, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, guessed, listed, unreadable

YES = listed(
    "ja j yes y x xx ✓ ✔ ☑ ☒ ✅ 🗹 wahr true wahr() true() 1 1.0 ok on an evet oui sí si tak да так نعم "
    "vorhanden jawohl ja. ja! yes."
)
NO = listed("nein n no false falsch 0 0.0 ☐ ❌ off aus hayır hayir non nie нет ні لا nee nein. nein! no.")

_NUMBER_WORDS = {
    word: number
    for names in (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "zero one two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(names.split())
}
_ABOUT = re.compile(
    r"^(?:ca\.?|circa|etwa|rund|ungefähr|about|approx\.?|~|über|mehr als|mind\.?|mindestens|min\.?|max\.?"
    r"|maximal|bis zu|ab)\s*",
    re.I,
)
_UNIT = re.compile(
    r"\s*(?:[+]|personen|person|plätze|platz|menschen|leute|teilnehmende|teilnehmer(?::?innen)?|tn"
    r"|mitglieder|jahren?|j\.|stück|people|places|seats|years?)\.?$",
    re.I,
)
_RANGE = re.compile(r"^(\d{1,7})\s*(?:-|–|bis|to)\s*(\d{1,7})$")
_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2}|2100)(?!\d)")
_DAY = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ][\d:.]+Z?)?"
    r"|(?P<first>\d{1,2})\.\s?(?P<middle>\d{1,2})\.\s?(?P<end>\d{4})",
    re.ASCII,
)
MOST = 10_000_000


def amount_of(text: str) -> float | None:
    """A number as Germans or others write it: '1.234,50', '1,234.50', '5,5'."""
    text = text.replace(" ", "").replace("'", "")
    if re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?|[-+]?\d{1,15},\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|[-+]?\d{1,3}(?:,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    return float(text) if re.fullmatch(r"[-+]?\d{1,15}(?:\.\d{1,15})?", text) and text.isascii() else None


def read_flag(cell: Any, context: Context) -> Reading:
    """Yes or no."""
    if isinstance(cell, bool):
        return Reading(cell)
    if isinstance(cell, list | tuple):
        return first(read_flag, cell, context)
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    word = text.casefold()
    if word in YES:
        return Reading(True)
    if word in NO or (
        isinstance(cell, str) and cell.strip().casefold() in {"keine", "keiner", "keins", "kein", "none"}
    ):
        return Reading(False)
    return unreadable("FLAG_UNREADABLE", text) if text else BLANK


def read_count(cell: Any, context: Context) -> Reading:
    """How many."""
    if isinstance(cell, list | tuple):
        return first(read_count, cell, context)
    if isinstance(cell, bool):
        return unreadable("COUNT_UNREADABLE", "ja" if cell else "nein")
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    if isinstance(cell, float) and not (math.isfinite(cell) and cell.is_integer()):
        return unreadable("COUNT_UNREADABLE", text)
    if text.isdecimal() and len(text) <= 8:
        return _counted(int(text), text)
    bare = _UNIT.sub("", text)
    about = _ABOUT.sub("", bare)
    span = _RANGE.fullmatch(about)
    if span:
        return guessed(int(span[2]), "COUNT_GUESSED", text, str(int(span[2])))
    number = amount_of(about)
    if number is None:
        number = _NUMBER_WORDS.get(about.casefold())
    if number is None or number != int(number):
        return unreadable("COUNT_UNREADABLE", text)
    reading = _counted(int(number), text)
    if about != bare and reading.value is not None:
        return guessed(reading.value, "COUNT_GUESSED", text, str(reading.value))
    return reading


def _counted(number: int, text: str) -> Reading:
    return Reading(number) if 0 <= number <= MOST else unreadable("COUNT_UNREADABLE", text)


def _year(text: str, _context: Context) -> Reading:
    years = _YEAR.findall(text)
    if len(text) == 4 and years:
        return Reading(int(text))
    if not years or len(text) > 60:
        return unreadable("YEAR_UNREADABLE", text)
    day = _DAY.fullmatch(text)
    if day and not _exists(day):
        return unreadable("YEAR_UNREADABLE", text)
    if day or (
        len(years) == 1
        and re.fullmatch(r"(?:seit|gegr(?:ündet|\.)?|since|founded|jahr|im jahr|in)[\s:]*\d{4}", text, re.I)
    ):
        return Reading(int(years[0]))
    return guessed(int(years[0]), "YEAR_GUESSED", text, years[0])


def _exists(day: re.Match[str]) -> bool:
    """Whether the calendar has such a day; the year of one that it has not is not sure either."""
    try:
        dt.date(
            int(day["year"] or day["end"]),
            int(day["month"] or day["middle"]),
            int(day["day"] or day["first"]),
        )
    except ValueError:
        return False
    return True


read_year = of_text(_year)
"""A calendar year, also out of a date."""
