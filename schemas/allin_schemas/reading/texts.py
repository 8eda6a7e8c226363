"""Reads plain text: a line, several lines, and lists that people write into one cell."""

from __future__ import annotations

import re
from typing import Any

from allin_schemas.reading.cleaning import cells_of, gathered, of_text, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, listed, unreadable

LONGEST_LINE = 300
LONGEST_TEXT = 20_000
_LONGEST_ITEM = 60

_HARD = re.compile(r"[;\n•·|‣▪●؛]+")
_COMMA = re.compile(r"[,،、]\s*(?![^()]*\))")
_BULLET = re.compile(r"^(?:[-–—*+•·‣▪●#>]+\s*|\d{1,2}[.)]\s+)")
_MAIL = re.compile(r"(?:mailto:)?[^\s@]+@[^\s@]+\.[^\s@]+", re.IGNORECASE)
_NUMBER = re.compile(r"[+(]{0,2}(?:\d[\s()/.–-]*){6,}")
_REPEATS = listed('dito|ditto|s.o.|s. o.|s.o|siehe oben|wie oben|see above|"|″|〃|„|“|-"-|-„-')
"""What people write in place of the cell above."""
_LONGEST_REPEAT = max(map(len, _REPEATS))
_LEGAL_FORM = re.compile(r"(?:e\. ?V\.?|eV|g?GmbH|gUG|UG|AG|KG|eG|Inc\.?|Ltd\.?)$")


def _line(text: str, _context: Context) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    return Reading(text)


_read_line = of_text(_line)


def read_line(cell: Any, context: Context) -> Reading:
    """A text of one line; several answers are put into one line."""
    if isinstance(cell, list | tuple):
        parts = [_read_line(answer, context) for answer in cells_of(cell)]
        said = list(dict.fromkeys(part.value for part in parts if part.value))
        faults = tuple(one for part in parts for one in part.findings)
        if not said:
            return Reading(None, faults)
        joined = _line(", ".join(said), context)
        return Reading(joined.value, (*faults, *joined.findings))
    return _read_line(cell, context)


def read_name(cell: Any, context: Context) -> Reading:
    """A text of one line that names something; an address or a number alone would be published as a name.

    What was written is not quoted: it can be a person's.
    """
    reading = read_line(cell, context)
    text = reading.value
    if text is not None and _names_nothing(text):
        return Reading(None, (*reading.findings, finding("NAME_UNFIT", "…")))
    return reading


def _names_nothing(text: str) -> bool:
    if "@" in text:
        return _MAIL.fullmatch(text) is not None
    if text[0] in "+(0123456789":
        return _NUMBER.fullmatch(text) is not None
    return len(text) <= _LONGEST_REPEAT and text.casefold() in _REPEATS


def read_text(cell: Any, _context: Context) -> Reading:
    """A text of any number of lines; several answers become paragraphs."""
    texts: list[str] = []
    faults: list[Finding] = []
    for answer in cells_of(cell):
        text, fault = tidy(answer, several_lines=True, markdown=True)
        if fault:
            faults.append(fault)
        elif text and text not in texts:
            texts.append(text)
    if not texts:
        return Reading(None, tuple(faults)) if faults else BLANK
    whole = "\n\n".join(texts)
    if len(whole) > LONGEST_TEXT:
        faults.append(finding("TEXT_TOO_LONG", whole, length=str(len(whole)), most=str(LONGEST_TEXT)))
        return Reading(None, tuple(faults))
    return Reading(whole, tuple(faults))


def items_of(text: str) -> list[str]:
    """The items of a list: by line, semicolon or bullet, else by comma where that is a list."""
    if _HARD.search(text):
        parts = _HARD.split(text)
    else:
        parts = _COMMA.split(text)
        if any(len(part) > _LONGEST_ITEM or _LEGAL_FORM.fullmatch(part.strip()) for part in parts):
            parts = [text]
    return [item for item in (_BULLET.sub("", part.strip()).strip(" ,;") for part in parts) if item]


def read_lines(cell: Any, context: Context) -> Reading:
    """A list of short texts."""
    if isinstance(cell, str):
        return _lines(cell, context)
    return gathered([_lines(answer, context) for answer in cells_of(cell)])


def _lines(answer: Any, context: Context) -> Reading:
    text, fault = tidy(answer, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    if len(text) > LONGEST_TEXT:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_TEXT))
    readings = [_line(item, context) for item in items_of(text)]
    return Reading(
        list(dict.fromkeys(reading.value for reading in readings if reading.value)) or None,
        tuple(one for reading in readings for one in reading.findings),
    )
