"""Reads register numbers and other identifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allin_schemas.reading.cleaning import cells_of, gathered, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, unreadable
from allin_schemas.reading.texts import LONGEST_LINE

COURTS = {"kassel": "RA000275"}
"""Registration authority (GLEIF) of a court, by its city. Others are given as DE-CR-RA… in full."""

_ORG_ID = re.compile(r"DE-CR-(RA\d{6})-((?:VR|HRA|HRB|GNR|PR)\d{1,7})", re.I)
_USUAL = re.compile(r"VR ?(\d{1,7}) ([A-Za-z]+)", re.ASCII)
_REGISTER = re.compile(
    r"(?:(?P<before>[^\d:]*?)[\s,:]*\b)?(?P<register>VR|HRB|HRA|GnR|PR|Vereinsregister(?:nummer)?"
    r"|Registernummer|Handelsregister\s+B)"
    r"[\s.,:-]*(?P<middle>[^\d:]*?)[\s.:,-]*(?P<number>\d{1,7})[\s,;()/-]*(?P<after>[^\d]*)",
    re.I,
)
_COURT_WORDS = re.compile(
    r"\b(?:eingetragen|im|in|beim|bei|am|an|des|der|dem|unter|amtsgerichts?|amtsgerichte|ag"
    r"|registergerichts?|vereinsregisters?|register|gericht|stadt|nr|nummer|vr)\b\.?|[(),:;.-]",
    re.I,
)
_VAT = re.compile(
    r"(?:(?:USt|Umsatzsteuer|VAT)[\w.\s-]*?[\s.:-]+)?DE\s?(\d{3}\s?\d{3}\s?\d{3})(?:-(\d{5}))?", re.I
)
_WIKIDATA = re.compile(
    r"(?:(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/|wikidata[\s:]*)?(Q[1-9]\d{0,11})", re.I
)
_GENERIC = re.compile(r"([^\W\d][\w .-]{1,60}?)\s*[:=]\s*(\S.{0,200})")
_TAX_NUMBER = re.compile(r"\b(?:st\.?-?nr|steuernummer|steuer-nr|iban|konto|bic)\b", re.I)

_ASKED = re.compile(r"\s*\?+\s*")
"""A question mark asks for a number that there is; only a dash or 'k. A.' says that there is none."""


def read_identifiers(cell: Any, context: Context) -> Reading:
    """Every identifier of a cell as scheme and value."""
    if isinstance(cell, str):
        usual = _USUAL.fullmatch(cell)
        court = COURTS.get(usual[2].lower()) if usual else None
        if usual and court:
            return _register(court, f"VR{int(usual[1])}")
    if isinstance(cell, Mapping):
        return _of_parts(cell, context)
    if isinstance(cell, list | tuple):
        return gathered([read_identifiers(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(cell, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text:
        asked = isinstance(cell, str) and _ASKED.fullmatch(cell)
        return unreadable("IDENTIFIER_UNREADABLE", cell.strip()) if asked else BLANK
    whole = _one(text.replace("\n", " "), context)
    if whole.value or not re.search(r"[;\n]|,\s", text):
        return whole
    parts = [part.strip() for part in re.split(r"[;\n]+|,\s+", text) if part.strip()]
    return gathered([_one(part, context) for part in parts])


def _one(text: str, context: Context) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    match = _ORG_ID.fullmatch(text)
    if match:
        return _register(match[1].upper(), match[2].upper())
    match = _REGISTER.fullmatch(text)
    if match:
        return _registered(match, text, context)
    match = _VAT.fullmatch(text)
    if match:
        return _tax(match, text)
    match = _WIKIDATA.fullmatch(text)
    if match:
        return Reading([{"scheme": "Wikidata", "value": match[1].upper()}])
    match = _GENERIC.fullmatch(text)
    if match and not _TAX_NUMBER.search(match[1]) and not match[2].startswith("//"):
        return Reading([{"scheme": match[1].strip(), "value": match[2].strip()}])
    nearest = f"VR {text} Kassel" if text.isdecimal() and 2 <= len(text) <= 6 else None
    return unreadable("IDENTIFIER_UNREADABLE", text, nearest)


def _register(court: str, number: str) -> Reading:
    return Reading([{"scheme": "DE-CR", "value": f"DE-CR-{court}-{number}"}])


def _registered(match: re.Match[str], text: str, context: Context) -> Reading:
    kind = {"v": "VR", "r": "VR"}.get(match["register"][0].casefold(), match["register"].upper())
    if match["register"].casefold().startswith("handels"):
        kind = "HRB"
    number = f"{kind}{int(match['number'])}"
    named = " ".join(
        _COURT_WORDS.sub(" ", " ".join(match[part] or "" for part in ("before", "middle", "after"))).split()
    )
    if not named:
        value = _register(context.court, number).value
        return Reading(
            value, (finding("REGISTER_COURT_ASSUMED", text, became=value[0]["value"] if value else ""),)
        )
    court = COURTS.get(named.casefold())
    return _register(court, number) if court else unreadable("REGISTER_COURT_UNKNOWN", text, court=named)


def _tax(match: re.Match[str], text: str) -> Reading:
    """A VAT number whose check digit is right (ISO 7064, MOD 11,10)."""
    digits = match[1].replace(" ", "")
    remainder = 10
    for digit in digits[:8]:
        total = (int(digit) + remainder) % 10 or 10
        remainder = 2 * total % 11
    if (11 - remainder) % 10 != int(digits[8]):
        return unreadable("VAT_NUMBER_WRONG", text)
    if match[2]:
        return Reading([{"scheme": "W-IdNr", "value": f"DE{digits}-{match[2]}"}])
    return Reading([{"scheme": "VAT", "value": f"DE{digits}"}])


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import Identifier

    reading = read_structure(Identifier, parts, context)
    value = reading.value or {}
    if "value" in value and "scheme" not in value:
        return _one(value["value"], context)
    return Reading([value] if len(value) == 2 else None, reading.findings)
