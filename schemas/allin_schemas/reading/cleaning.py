"""Makes text out of a cell: one Unicode form, no invisible characters, no leftovers of spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from allin_schemas.reading.findings import BLANK, Context, Finding, Reader, Reading, finding, listed

BLANKS = listed(
    "|-|--|---|–|—|_|/|//|.|..|...|…|?|??|???|k.a.|k. a.|k.a|ka|n/a|n.a.|n. a.|na|keine angabe"
    "|keine angaben|ohne angabe"
    "|o. a.|keine|keiner|keines|keins|kein|none|null|nil|nan|leer|entfällt|entfaellt|nicht vorhanden"
    "|nicht bekannt"
    "|unbekannt|unknown|folgt|folgt noch|tba|tbd|not applicable"
)
"""What people write where nothing is to be said, in small letters."""

NO_CONTACT = frozenset(
    {"nein", "no", "haben wir nicht", "gibt es nicht", "noch keine", "noch nicht", "nicht öffentlich"}
)
"""The same for what one has or has not: a telephone, a website, an address."""

UNCOMPUTED = "#FORMULA?"
"""What stands for a formula whose result the file does not hold."""

LONGEST_CELL = 100_000
_LONGEST_BLANK = max(map(len, BLANKS))
_ERROR_CELL = re.compile(
    r"#(?:REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|N/A|NV|BEZUG!|WERT!|ZAHL!|ÜBERLAUF!|SPILL!|CALC!"
    r"|GETTING_DATA|FIELD!|UNKNOWN!|BLOCKED!|BUSY!|CONNECT!|EXTERNAL!|PYTHON!|TIMEOUT!)"
    r"|Err:\d{3}"
)
_HOLLOW = re.compile("[\u2800\u3164\u115f\u1160\uffa0]")
"""Letters and signs that show nothing: the empty Braille cell and fillers of Hangul."""
_LEFTOVER = re.compile(r"_x00(?:0[0-9A-Fa-f]|1[0-9A-Fa-f])_")
_UNPRINTED = re.compile(r"[^\S\n]+")
_JOINER = {"\u200c", "\u200d"}
_BROKEN = re.compile(
    "\ufffd|ï»¿|Ã[\x80-\xbfŒœŠšŽžŸƒ€‚„…†‡ˆ‰‹‘’“”•–—˜™›]|Â[\xa0-\xbf\x80-\x9f€]|â€[\x80-\xbf™œžŸ˜“”•–—¦¢š¹º]"
)
_SUSPECT = re.compile("[Ã-Åà-áâÎÏÐÑØÙÚÛ][\x80-\xbfŒœŠšŽžŸƒ€‚†‡ˆ‰‹•˜™›]")
_CP1252 = {
    bytes([code]).decode("cp1252"): code
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def clean(text: str) -> str:
    """One line: NFC, every kind of blank a single space, nothing invisible."""
    if text.isprintable():
        if not text.isascii():
            if not unicodedata.is_normalized("NFC", text):
                text = unicodedata.normalize("NFC", text)
            if any(map(text.__contains__, "\u2800\u3164\u115f\u1160\uffa0")):
                text = _HOLLOW.sub(" ", text)
        if "_x00" in text:
            text = _LEFTOVER.sub(" ", text)
        return " ".join(text.split()) if "  " in text else text.strip()
    return " ".join(_visible(text).split())


def clean_lines(text: str) -> str:
    """Several lines: like `clean`, but line breaks stay, at most one empty line between paragraphs."""
    if text.isprintable():
        return clean(text) if "_x00" not in text else clean_lines(_LEFTOVER.sub("\n", text))
    lines = [_UNPRINTED.sub(" ", line).strip() for line in _visible(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _visible(text: str) -> str:
    """The text without characters that show nothing or turn others around."""
    text = _LEFTOVER.sub("\n", text)
    for line_break in ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
        text = text.replace(line_break, "\n")
    text = _HOLLOW.sub(" ", unicodedata.normalize("NFC", text))
    kept: list[str] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Zs" or character == "\t":
            kept.append(" ")
        elif character == "\n" or category[0] != "C":
            kept.append(character)
        elif character in _JOINER:
            if kept and place + 1 < len(text) and _joins(kept[-1], text[place + 1]):
                kept.append(character)
        elif (
            category == "Co"
            or _arabic_sign(character)
            or (category == "Cn" and not _noncharacter(ord(character)))
        ):
            kept.append(character)
    return "".join(kept)


def _noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _arabic_sign(character: str) -> bool:
    return "\u0600" <= character <= "\u0605" or character in "\u06dd\u070f\u08e2"


def _joins(before: str, after: str) -> bool:
    """Whether a joiner between these two belongs to the writing: Persian, Indic scripts, emoji."""
    return all(
        0x0600 <= code <= 0x0DFF
        or 0x0F00 <= code <= 0x109F
        or 0x1780 <= code <= 0x18AF
        or 0xFB50 <= code <= 0xFEFC
        for code in (ord(before), ord(after))
    ) or all(
        code == 0xFE0F or 0x2190 <= code <= 0x2BFF or code >= 0x1F000 for code in (ord(before), ord(after))
    )


def garbled(text: str) -> Finding | None:
    """A finding when the text was decoded with the wrong table ('MÃ¼ller'), with what it was before."""
    if text.isascii():
        return None
    if _BROKEN.search(text):
        return finding("MOJIBAKE", text, _undone(text))
    if _SUSPECT.search(text):
        before = _undone(text)
        if before is not None:
            return finding("MOJIBAKE", text, before)
    return None


def _undone(text: str) -> str | None:
    """The text before it was decoded with the wrong table; None when that was not what happened."""
    if any(ord(character) > 0xFF and character not in _CP1252 for character in text):
        return None
    try:
        before = bytes(_CP1252.get(character, ord(character)) for character in text).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return before if before.isprintable() else None


def written(cell: Any) -> str:
    """A cell as a person would have typed it."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < 1e15 else repr(cell)
    return str(cell) if isinstance(cell, int | float) else ""


def tidy(
    cell: Any, several_lines: bool = False, *, markdown: bool = False, links: bool = False
) -> tuple[str, Finding | None]:
    """A cell's text ('' when nothing is said), or a finding when there is no text in it.

    HTML becomes plain text, with the addresses of its links, or the Markdown of what it marks.
    """
    if isinstance(cell, str):
        if len(cell) > LONGEST_CELL:
            return "", finding("TEXT_TOO_LONG", cell[:100], length=str(len(cell)), most=str(LONGEST_CELL))
        if "<" in cell or "&" in cell:
            cell = _without_tags(cell, markdown, links)
        text = clean_lines(cell) if several_lines else clean(cell)
        if len(text) <= _LONGEST_BLANK and text.lower() in BLANKS:
            return "", None
        if text and text[0] in "#E":
            if text == UNCOMPUTED:
                return "", finding("FORMULA_UNCOMPUTED", text)
            if _ERROR_CELL.fullmatch(text):
                return "", finding("CELL_ERROR", text)
        if not text.isascii():
            fault = garbled(text)
            if fault:
                return "", fault
        return text, None
    if cell is None or isinstance(cell, bool | int | float):
        return written(cell), None
    return "", finding("VALUE_INVALID", "{…}")


def _without_tags(text: str, markdown: bool, links: bool) -> str:
    """The text without HTML; its reader is loaded only where a text can hold some."""
    from allin_schemas import markup

    if markdown:
        return markup.markdown(text)
    return markup.plain_text_with_links(text) if links else markup.plain_text(text)


def in_western_digits(text: str) -> str:
    """The same text, with the digits of all scripts as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def cells_of(cell: Any) -> list[Any]:
    """The single answers of a cell that may hold several."""
    if isinstance(cell, list | tuple):
        return [inner for answer in cell for inner in cells_of(answer)]
    return [] if cell is None else [cell]


def of_text(read: Callable[[str, Context], Reading]) -> Reader:
    """A reader of cells, made of a reader of clean text; of several answers the first counts."""

    def reader(cell: Any, context: Context) -> Reading:
        if isinstance(cell, list | tuple):
            return first(reader, cell, context)
        text, fault = tidy(cell)
        if fault:
            return Reading(None, (fault,))
        return read(text, context) if text else BLANK

    return reader


def first(reader: Reader, answers: Any, context: Context) -> Reading:
    """The first readable answer, with a hint when others say something else."""
    readings = [reader(answer, context) for answer in cells_of(answers)]
    found = [reading for reading in readings if reading.value is not None]
    if not found:
        return Reading(None, tuple(one for reading in readings for one in reading.findings))
    if any(reading.value != found[0].value for reading in found[1:]):
        shown = finding("SEVERAL_VALUES", "; ".join(written(answer) for answer in cells_of(answers)))
        return Reading(found[0].value, (*found[0].findings, shown))
    return found[0]


def gathered(readings: list[Reading]) -> Reading:
    """One list of the items of several readings, each item once."""
    items: list[Any] = []
    for reading in readings:
        for item in reading.value or ():
            if item not in items:
                items.append(item)
    return Reading(items or None, tuple(one for reading in readings for one in reading.findings))


_LONGEST_REFERENCE = 60
_REFERS = re.compile(
    r"dito|ditto|s\.\s?[ou]\.?|(?:siehe|s\.|wie|vgl\.?|see|as)\s(?:auch\s)?(?:oben|unten|above|below|vorherige\S*|zeile|row|website"
    r"|webseite|web|homepage|internet|link|flyer|anhang|beschreibung|text|e-?mail|sitz)(?:\s.*)?|[\"″〃„“]+",
    re.I,
)


def refers(text: str) -> bool:
    """Whether a text stands in place of one that is written elsewhere: 'siehe oben', 'dito'."""
    return len(text) <= _LONGEST_REFERENCE and _REFERS.fullmatch(text) is not None
