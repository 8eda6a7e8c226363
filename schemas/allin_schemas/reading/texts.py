"""Reads plain text: a line, several lines, and lists that people write into one cell."""

from __future__ import annotations

import re
from typing import Any

from allin_schemas.reading.calendar_words import date_made
from allin_schemas.reading.cleaning import LONGEST_CELL, cells_of, clean, gathered, of_text, tidy
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
_LONGEST_DATE = 20
_MADE_NAME = re.compile(
    r"\d{2}\. ?[^\W\d_]{3}\.?|[^\W\d_]{3} \d{2}|\d{1,2}-[^\W\d_]{3}(?:-\d{2})?|[^\W\d_]{3}-\d{2}"
    r"|\d{4}-\d{2}-\d{2}(?: 00:00:00)?|\d{1,2}\.\d{1,2}\.\d{2,4}"
)
"""The forms in which spreadsheets write dates; '8. März' is a name that people give."""
_LIKE_EMPTY = listed("na|nan|null|nil|none|no|true|false|0")
"""What programs write where nothing is said; where a name is expected, an association may be called so."""
_NOBODY = re.compile(
    r"(?:(?:frau|herr|herrn|hr\.|fr\.)\s+)?(?:n\.?\s?n\.?|nomen nominandum|nomen nescio|vakant|vacant|unbesetzt"
    r"|(?:zurzeit |derzeit )?nicht besetzt"
    r"|noch offen|wird (?:noch |nach)?(?:benannt|bekannt ?gegeben|besetzt)|stelle (?:vakant|offen|unbesetzt))(?:\s*[,(].*)?",
    re.I,
)
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

    What was written is not quoted: it can be a person's. 'NA' or 'None' is kept, with a hint: whether it is a name
    depends on what else stands in the row, see `reads_like_empty`.
    """
    if cell.__class__ is not str and isinstance(cell, int | float):
        if cell != cell:
            return BLANK
        cell = str(cell) if isinstance(cell, int) else cell
    if isinstance(cell, str) and len(cell) <= _LONGEST_REPEAT and reads_like_empty(clean(cell)):
        text = clean(cell)
        return Reading(text, (finding("NAME_READS_EMPTY", text),))
    reading = read_line(cell, context)
    found = reading.value
    if found is not None and names_nobody(found):
        return Reading(None, reading.findings)
    if found is not None and len(found) <= _LONGEST_DATE and _MADE_NAME.fullmatch(found):
        guess = date_made(found)
        if guess:
            return Reading(None, (*reading.findings, finding("SPREADSHEET_DATE", found, became=guess)))
    if found is not None and _names_nothing(found):
        return Reading(None, (*reading.findings, finding("NAME_UNFIT", "…")))
    return reading


def reads_like_empty(name: str) -> bool:
    """Whether a name is what programs write for nothing: 'NA', 'None', '0'."""
    return name.casefold() in _LIKE_EMPTY


def names_nobody(name: str) -> bool:
    """Whether a text stands in the place of a name that is still to come: 'N.N.', 'vakant'."""
    return name[0] in "nNvVuUwWfFhHsSzZdD" and _NOBODY.fullmatch(name) is not None


def _names_nothing(text: str) -> bool:
    if not (text[0].isalnum() or any(map(str.isalnum, text))):
        return True
    if "@" in text:
        return _MAIL.fullmatch(text) is not None
    if text[0] in "+(0123456789":
        return _NUMBER.fullmatch(text) is not None
    return len(text) <= _LONGEST_REPEAT and text.casefold() in _REPEATS


def read_text(cell: Any, _context: Context) -> Reading:
    """A text of any number of lines; several answers become paragraphs."""
    texts: list[str] = []
    faults: list[Finding] = []
    length = 0
    for answer in cells_of(cell):
        if isinstance(answer, str) and len(answer) > LONGEST_CELL:
            length, answer = len(answer), answer[:LONGEST_CELL]  # noqa: PLW2901 - what stands behind is told of below
        text, fault = tidy(answer, several_lines=True, markdown=True)
        if fault:
            faults.append(fault)
        elif text and text not in texts:
            texts.append(text)
    if not texts:
        return Reading(None, tuple(faults)) if faults else BLANK
    whole = "\n\n".join(texts)
    if len(whole) > LONGEST_TEXT:
        faults.append(
            finding("TEXT_SHORTENED", whole, length=str(length or len(whole)), most=str(LONGEST_TEXT))
        )
        whole = f"{whole[: LONGEST_TEXT - 1].rpartition(' ')[0] or whole[: LONGEST_TEXT - 1]}…"
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
