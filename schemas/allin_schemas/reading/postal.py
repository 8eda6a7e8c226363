"""Reads postal codes and countries."""

from __future__ import annotations

import re
from functools import cache

from allin_schemas.reading.cleaning import in_western_digits, of_text
from allin_schemas.reading.findings import Context, Reading, finding, guessed, unreadable

_GERMAN = re.compile(r"(?:D(?:E)?[\s-]*)?(\d{5})", re.I)
_WITH_CITY = re.compile(r"(?:D(?:E)?[\s-]*)?(\d{5})\s+\D.*", re.I)
_ALMOST_GERMAN = re.compile(r"[0-9OIl][0-9OIl .-]{3,6}( [A-Z]{1,3})?")
"""Five digits gone wrong: a letter typed for a digit, a gap, a stroke. No other country's codes look so."""
_OTHER = re.compile(r"(?:[A-Z]{1,2}-)?([0-9A-Z][0-9A-Z -]{2,9})")

COUNTRIES: dict[str, str] = {
    "DE": "de deu d ger brd germany deutschland almanya",
    "AT": "aut a österreich austria",
    "CH": "che schweiz switzerland suisse",
    "FR": "fra frankreich france",
    "NL": "nld niederlande netherlands",
    "BE": "bel belgien belgium",
    "LU": "lux luxemburg luxembourg",
    "PL": "pol polen poland polska",
    "CZ": "cze tschechien czechia",
    "DK": "dnk dänemark denmark",
    "IT": "ita italien italy italia",
    "ES": "esp spanien spain españa",
    "GB": "gbr großbritannien england uk",
    "TR": "tur türkei turkey türkiye turkei",
    "UA": "ukr ukraine україна",
    "SY": "syr syrien syria",
    "AF": "afg afghanistan",
    "IR": "irn iran",
    "IQ": "irq irak iraq",
    "ER": "eri eritrea",
    "ET": "eth äthiopien ethiopia",
    "SO": "som somalia",
    "GR": "grc griechenland greece",
    "RU": "rus russland russia",
    "US": "usa u.s.a.",
}
"""Code -> how people write the country."""
_COUNTRY = {word: code for code, words in COUNTRIES.items() for word in (code.casefold(), *words.split())}


def _postal_code(text: str, context: Context) -> Reading:
    text = in_western_digits(text)
    if context.country == "DE":
        match = _GERMAN.fullmatch(text)
        if match:
            return Reading(match[1])
        if text.isdecimal() and text.isascii() and len(text) == 4:
            return guessed("0" + text, "POSTAL_CODE_ZERO_ADDED", text, "0" + text)
        match = _WITH_CITY.fullmatch(text)
        if match:
            return Reading(match[1], (finding("POSTAL_CODE_ONLY", text, became=match[1]),))
        if text.isdecimal() or _ALMOST_GERMAN.fullmatch(text):
            return unreadable("POSTAL_CODE_UNREADABLE", text)
    other = _OTHER.fullmatch(text.upper())
    return (
        Reading(other[1].strip())
        if other and any(map(str.isdigit, text)) and other[1].isascii()
        else unreadable("POSTAL_CODE_UNREADABLE", text)
    )


read_postal_code = of_text(_postal_code)
"""A postal code as text; a lost zero is put back."""


@cache
def _territories() -> dict[str, str]:
    """Names of all countries in German and English, by the library."""
    from babel import Locale

    return {
        str(name).casefold(): str(code)
        for language in ("en", "de")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}
    }


def _country(text: str, _context: Context) -> Reading:
    word = text.casefold().strip(" .")
    code = _COUNTRY.get(word) or _territories().get(word)
    if code is None and word.upper() in _territories().values():
        code = word.upper()
    return Reading(code) if code else unreadable("COUNTRY_UNKNOWN", text)


read_country = of_text(_country)
"""A country as its code of two letters."""


def country_of(text: str) -> str | None:
    """The country that a part of an address names, for the ones that are written there."""
    return _COUNTRY.get(text.casefold().strip(" .")) if len(text) > 2 else None
