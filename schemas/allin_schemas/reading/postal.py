"""Reads postal codes and countries."""

from __future__ import annotations

import re
from functools import cache

from allin_schemas.reading.cleaning import in_western_digits, of_text
from allin_schemas.reading.findings import Context, Reading, finding, guessed, unreadable

_GERMAN = re.compile(r"(?:D(?:E)?[\s-]*)?(\d{5})", re.I)
_WITH_CITY = re.compile(r"(?:D(?:E)?[\s-]*)?(\d{5})\s+\D.*", re.I)
_OTHER = re.compile(r"(?:[A-Z]{1,2}-)?([0-9A-Z][0-9A-Z -]{2,9})")
_SIGNED = re.compile(r"(?P<sign>[A-Z]{1,3})\s?[-–\s]\s?(?P<code>\d[0-9A-Z -]{2,9})")

FORMATS: dict[str, str] = {
    country: form
    for form, countries in (
        (r"\d{4}", "AT CH LI BE LU DK NO HU BG SI CY AU NZ AL AM GE MK TN AF BD PH ZA"),
        (r"\d{5}", "DE FR IT ES TR UA FI EE HR RS BA ME MA DZ EG SA IQ SY JO KW MX TH ID MY PK KE LK NP"),
        (r"\d{6}", "RU RO CN KZ BY TJ KG UZ SG VN CO EC NG"),
        (r"\d{3} ?\d{2}", "CZ SK SE GR"),
        (r"\d{3} ?\d{3}", "IN"),
        (r"\d{4} ?[A-Z]{2}", "NL"),
        (r"\d{2}-\d{3}", "PL"),
        (r"\d{4}-\d{3}", "PT"),
        (r"\d{5}-?\d{3}", "BR"),
        (r"\d{3}-?\d{4}", "JP"),
        (r"\d{5}(?:-\d{4})?", "US"),
        (r"\d{5}-?\d{5}", "IR"),
        (r"[A-Z]\d[A-Z] ?\d[A-Z]\d", "CA"),
        (r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "GB"),
        (r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "IE"),
        (r"(?:LV-)?\d{4}", "LV"),
        (r"(?:LT-)?\d{5}", "LT"),
        (r"(?:MD-?)?\d{4}", "MD"),
    )
    for country in countries.split()
}
"""Country -> how its postal codes look. The forms are those that the postal union (UPU) shows."""

SIGNS: dict[str, str] = {
    "D": "DE", "A": "AT", "F": "FR", "B": "BE", "L": "LU", "I": "IT", "E": "ES", "H": "HU", "S": "SE", "N": "NO", "P": "PT",
    "FL": "LI", "DK": "DK", "NL": "NL", "PL": "PL", "CZ": "CZ", "SK": "SK", "SI": "SI", "SLO": "SI", "CH": "CH", "TR": "TR",
    "UA": "UA", "RO": "RO", "BG": "BG", "HR": "HR", "GR": "GR", "DE": "DE", "AT": "AT", "FR": "FR", "BE": "BE", "LU": "LU",
    "IT": "IT", "ES": "ES", "HU": "HU", "SE": "SE", "NO": "NO", "PT": "PT", "LI": "LI", "FI": "FI", "LV": "LV", "LT": "LT",
}  # fmt: skip
"""Letters before a postal code -> the country: 'A-1010', 'CH-8001'."""
_GAPS = {"NL": 4, "CZ": 3, "SK": 3, "SE": 3, "GR": 3}
"""Country -> after how many characters its codes have a blank."""

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
_COUNTRY = {word: code for code, words in COUNTRIES.items() for word in (code.casefold(), *words.split())} | {
    "united kingdom": "GB",
    "great britain": "GB",
    "vereinigtes königreich": "GB",
    "northern ireland": "GB",
    "nordirland": "GB",
    "schottland": "GB",
    "scotland": "GB",
    "wales": "GB",
    "the netherlands": "NL",
    "svizzera": "CH",
    "republik österreich": "AT",
    "united states": "US",
    "bundesrepublik deutschland": "DE",
}


def code_in(country: str, text: str) -> str | None:
    """A text as a postal code of a country, in the country's own form; None where it is none."""
    text = text.upper()
    if not text.isascii() or not re.fullmatch(FORMATS[country], text):
        return None
    gap = _GAPS.get(country)
    if gap and " " not in text:
        return f"{text[:gap]} {text[gap:]}"
    return text if country != "GB" or " " in text else f"{text[:-3]} {text[-3:]}"


def signed_code(text: str) -> tuple[str, str] | None:
    """The country and the code of 'A-1010': letters that stand for a country, before a code of that country."""
    match = _SIGNED.fullmatch(text.upper())
    country = SIGNS.get(match["sign"]) if match else None
    code = code_in(country, match["code"]) if match and country else None
    return (country, code) if country and code else None


_TOWN = re.compile(
    r"(?:D(?:E)?[\s-]{1,3})?(?P<code>(?:[A-Z]{1,3}\s?[-–]\s?)?(?:\d{2}-\d{3}|\d{3}\s\d{2}(?=\s\D)|\d{4}\s[A-Z]{2}(?=\s)|\d{4,6}|\d{4}-\d{3}))"
    r"(?:[\s,]+|(?<=\d\d\d\d\d)(?=[^\W\d]))(?P<city>\S.*)",
    re.DOTALL,
)
_TOWN_FIRST = re.compile(
    r"(?P<city>[^\W\d][^\d]*?)[\s,]+(?P<code>[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{5})", re.DOTALL
)


def split_town(text: str) -> tuple[str, str] | None:
    """Postal code and town of one cell: '34117 Kassel', 'A-1010 Wien', 'Kassel 34117', 'Leeds LS1 4AB'."""
    text = text.strip()
    match = _TOWN.fullmatch(text) or _TOWN_FIRST.fullmatch(text)
    return (match["code"], match["city"].strip()) if match else None


def _postal_code(text: str, context: Context) -> Reading:
    text = in_western_digits(text)
    country = context.country
    if country == "DE":
        match = _GERMAN.fullmatch(text)
        if match:
            return Reading(match[1])
    signed = signed_code(text)
    if signed:
        return Reading(signed[1])
    if country not in FORMATS:
        other = _OTHER.fullmatch(text.upper())
        known = other and any(map(str.isdigit, text)) and other[1].isascii()
        return Reading(other[1].strip()) if other and known else unreadable("POSTAL_CODE_UNREADABLE", text)
    code = code_in(country, text)
    if code:
        return Reading(code)
    if text.isdecimal() and text.isascii() and len(text) == 4 and FORMATS[country].startswith(r"\d{5}"):
        return guessed("0" + text, "POSTAL_CODE_ZERO_ADDED", text, "0" + text)
    if country == "DE":
        match = _WITH_CITY.fullmatch(text)
        if match:
            return Reading(match[1], (finding("POSTAL_CODE_ONLY", text, became=match[1]),))
        british = code_in("GB", text) or code_in("CA", text)
        if british:
            return Reading(british)
    return unreadable("POSTAL_CODE_UNREADABLE", text)


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
