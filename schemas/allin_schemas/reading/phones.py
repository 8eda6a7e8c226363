"""Reads telephone numbers into E.164: usual German ones by pattern, all others by phonenumbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from allin_schemas.reading.cleaning import NO_CONTACT, cells_of, gathered, in_western_digits, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable
from allin_schemas.reading.phone_endings import written_out
from allin_schemas.reading.phone_labels import JOINING, TYPES, is_safe, names_somebody, type_of
from allin_schemas.reading.texts import LONGEST_LINE

_QUICK = re.compile(
    r"(?:(?:\+49|0049)\s?(?:\(0\)\s?)?\(?|\(?0)"
    r"(?:(?P<area>5[1246]\d|30|40|69|89)\)?[\s/-]{0,3}(?P<line>[1-9](?:[\s-]?\d){5,7})"
    r"|(?P<mobile>15[0-25-9]|16[023]|17\d)\)?[\s/-]{0,3}(?P<mine>\d(?:[\s-]?\d){6,7}))",
    re.ASCII,
)
_EXCEL = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_SHORT = re.compile(r"[\d\s/-]{3,8}")
_EXTENSION = re.compile(r"[\s,]*\b(?:DW|Durchwahl|App\.|Apparat|Nebenstelle)[\s:]*(?=\d)", re.I)
_FEWEST_DIGITS = 3
_MOBILE = re.compile(r"\+49(?:15|16[023]|17)|\+447")
"""Mobiles also where the library does not know the number as one that was given out."""
_UNSURE = re.compile(r"[?*#_…]|[xXoO](?![^\W\d_])")
"""What people write for a digit that they do not know, right behind the others."""
_PART = re.compile(r"(?!\d{1,2}(?:[:.]\d\d)?\s?[-–]\s?\d{1,2}(?:[:.]\d\d)?$)[-–/+.\s\d?]*\d[-–/+.\s\d?]*")
"""Digits that are neither a time nor read as a number."""
_BOTH = re.compile(
    r"\b(?:tel(?:efon)?|fon|phone|t)\b\.?\s*(?:[/+&|,]|und|u\.)\s*(?:tele)?(?:fax|f)\b\.?:?", re.I
)
_FAX_APART = re.compile(
    r"\b(?:tele)?(?:fax|f)\b[\s.:]*[^\W_].*|\b(?:tele)?fax\b[\s.:]*-\s?\d.*", re.I | re.DOTALL
)
"""A fax behind a number, with words of its own: it is another one."""
_SHORTEST_MOBILE = 13
_LONGEST_NUMBER = 16
"""A plus sign and the 15 digits that E.164 allows; the library knows longer numbers in Germany."""


def _quick(text: str) -> str | None:
    """The number when it is a usual German one, else None: then the library decides."""
    match = _QUICK.fullmatch(text)
    if match is None:
        return None
    area, line, mobile, mine = match.groups()
    if area:
        number = line.replace(" ", "").replace("-", "")
        return f"+49{area}{number}"
    number = mine.replace(" ", "").replace("-", "")
    if mobile[:2] == "15" and len(number) != 8:
        return None
    return f"+49{mobile}{number}"


def _all_usual(cells: Sequence[Any]) -> Reading | None:
    """The numbers of several cells when each holds a usual German one."""
    numbers = [_quick(cell) for cell in cells if cell.__class__ is str]
    if len(numbers) < len(cells) or not all(numbers):
        return None
    return Reading([{"number": number} for number in dict.fromkeys(numbers)] or None)


def read_phones(cell: Any, context: Context) -> Reading:
    """Every telephone number of a cell, with what each is for."""
    if isinstance(cell, str) and context.country == "DE":
        number = _quick(cell)
        if number:
            return Reading([{"number": number}])
    if isinstance(cell, list | tuple):
        usual = _all_usual(cell) if context.country == "DE" else None
        return usual or gathered([read_phones(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(_spelled(cell), several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text or text.casefold() in NO_CONTACT:
        return BLANK
    if len(text) > LONGEST_LINE:
        return unreadable("PHONE_UNREADABLE", text)
    text = _plain(text)
    number = _quick(text) if context.country == "DE" else None
    return Reading([{"number": number}]) if number else _searched(text, context)


def read_phone(cell: Any, context: Context) -> Reading:
    """One telephone number; of several the first that is no fax."""
    if isinstance(cell, str) and context.country == "DE":
        number = _quick(cell)
        if number:
            return Reading(number)
    reading = read_phones(cell, context)
    if not reading.value:
        return reading
    chosen = next((phone for phone in reading.value if phone.get("type") != "fax"), reading.value[0])
    if len(reading.value) == 1:
        return Reading(chosen["number"], reading.findings)
    text = cell if isinstance(cell, str) else "; ".join(map(str, cells_of(cell)))
    return Reading(chosen["number"], (*reading.findings, finding("SEVERAL_VALUES", text)))


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 can be a mobile's."""
    if _MOBILE.match(number):
        return True
    import phonenumbers

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind in {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
    }


def country_of_number(number: str) -> str | None:
    """The country of a number in E.164, by its prefix."""
    import phonenumbers

    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    return str(country) if country else None


def _spelled(cell: Any) -> Any:
    """Numbers as digits: a spreadsheet makes 561123456 of what was typed."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def _plain(text: str) -> str:
    """Western digits and signs, without the leftovers of links and spreadsheets."""
    if not text.isascii():
        text = in_western_digits(text).translate(
            {
                0x2010: "-",
                0x2011: "-",
                0x2012: "-",
                0x2013: "-",
                0x2014: "-",
                0x2212: "-",
                0xFF0B: "+",
                0x2215: "/",
                0x2044: "/",
            }
        )
    if text[:4].casefold() == "tel:":
        text = text[4:].replace(";ext=", " ext. ").partition(";")[0].replace("%20", " ")
    text = text.lstrip("'=\"").rstrip("\"'")
    return re.sub(r"^\(\+(\d{1,3})\)", r"+\1", text).strip()


def _searched(text: str, context: Context) -> Reading:
    """The numbers that the library finds in the text."""
    if _EXCEL.fullmatch(text):
        return unreadable("PHONE_SPREADSHEET_NUMBER", text)
    if text.isdecimal() and not text.startswith("0"):
        return _bare(text, context)
    full = written_out(text)
    if full.text != text:
        reading = _searched(full.text, context)
        left = (finding("PHONE_ENDING_LEFT_OUT", text),) if full.left_out else ()
        read = tuple(finding("PHONE_ENDING_READ", text, became=number) for number in full.guessed)
        return Reading(reading.value, (*reading.findings, *left, *read))
    import phonenumbers

    text = _EXTENSION.sub(" ext. ", text)
    matches = list(
        phonenumbers.PhoneNumberMatcher(text, context.country, phonenumbers.Leniency.VALID, max_tries=20)
    )
    if matches:
        return _described(text, [(match.start, match.end, match.number) for match in matches])
    return _possible(text, context)


def _bare(text: str, context: Context) -> Reading:
    """Digits whose leading 0 or + was lost in a spreadsheet."""
    for code, prefix in (("PHONE_PLUS_ADDED", "+"), ("PHONE_ZERO_ADDED", "0")):
        if (prefix == "+") != (text.startswith("49") and len(text) >= 11) or len(text) < 9:
            continue
        number = _valid(prefix + text, context)
        if number:
            return Reading([{"number": number}], (finding(code, text, became=number),))
    return unreadable("PHONE_NO_AREA" if len(text) < 9 else "PHONE_UNREADABLE", text)


def _valid(text: str, context: Context) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, context.country)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if phonenumbers.is_valid_number(number) and len(written) <= _LONGEST_NUMBER else None


def _possible(text: str, context: Context) -> Reading:
    """A number that no plan of numbers knows, but that has the right length and an area code."""
    import phonenumbers

    digits = sum(map(str.isdecimal, text))
    if digits < _FEWEST_DIGITS:
        return unreadable("PHONE_UNREADABLE", text)
    if _SHORT.fullmatch(text) and not text.startswith("0"):
        return unreadable("PHONE_NO_AREA", text)
    try:
        number = phonenumbers.parse(text, context.country)
    except phonenumbers.NumberParseException:
        return unreadable("PHONE_UNREADABLE", text)
    dialled = re.sub(r"[^\d+]", "", text)
    if (
        not dialled.startswith(("0", "+"))
        or digits < 7
        or re.search(r"[A-Za-z]{3}", text)
        or not phonenumbers.is_possible_number(number)
    ):
        return unreadable("PHONE_UNREADABLE", text)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    short = written.startswith("+491") and _MOBILE.match(written) and len(written) < _SHORTEST_MOBILE
    if short or len(written) > _LONGEST_NUMBER:
        return unreadable("PHONE_UNREADABLE", text)
    return Reading([{"number": written}], (finding("PHONE_UNUSUAL", text, became=written),))


def _described(text: str, matches: list[tuple[int, int, Any]]) -> Reading:
    """The numbers with their types and notes, taken from the words around each."""
    import phonenumbers

    phones: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for place, (start, end, number) in enumerate(matches):
        since = matches[place - 1][1] if place else 0
        until = matches[place + 1][0] if place + 1 < len(matches) else len(text)
        before, after = text[since:start], text[end:until]
        if place:
            before = re.split(r"[\n,;|/]|\)", before)[-1]
        if place + 1 < len(matches):
            after = after[: len(after) - len(re.split(r"[\n,;|/]|(?<=\))", after)[-1])]
        phone: dict[str, Any] = {
            "number": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        }
        if len(phone["number"]) > _LONGEST_NUMBER:
            findings.append(finding("PHONE_UNREADABLE", text[start:end]))
            continue
        if text[end - 1 : end].isdigit() and _UNSURE.match(text, end):
            findings.append(finding("PHONE_UNREADABLE", text))
            continue
        if number.extension:
            phone["extension"] = number.extension
        if any(known["number"] == phone["number"] for known in phones):
            continue
        for_fax_too = _BOTH.search(before) or _BOTH.search(after)
        if for_fax_too:
            before, after = _BOTH.sub(" ", before), _BOTH.sub(" ", after)
        apart = _FAX_APART.search(after)
        if apart:
            after = after[: apart.start()]
            findings.append(finding("PHONE_ENDING_LEFT_OUT", text))
        dropped, unread = _label(phone, before, after)
        if unread:
            findings.append(finding("PHONE_ENDING_LEFT_OUT", text))
        if dropped:
            if (
                phone.get("type") != "office"
                and is_mobile(phone["number"])
                and names_somebody(f"{before} {after}")
            ):
                phone["type"] = "private"
            findings.append(finding("PHONE_NOTE_LEFT_OUT", "…", became=phone["number"]))
        phones.append(phone)
        if for_fax_too:
            phones.append({"number": phone["number"], "type": "fax"})
    return Reading(phones or None, tuple(findings))


def _label(phone: dict[str, Any], before: str, after: str) -> tuple[bool, bool]:
    """Put type and note to the number.

    Tells whether something was left out because it may name a person, and whether there is part of another number.
    """
    dropped = unread = False
    notes: list[str] = []
    for label in re.split(r"[(),;|\n/]|(?<=\w):\s", f"{before};{after}"):
        words = label.strip(" :,;.–-+[]&\"'")
        if not words or words.casefold() in JOINING:
            continue
        known, kind = type_of(words)
        if not known:
            heads = [one for one in words.split() if one.strip(".").casefold() not in JOINING]
            named = [one for one in heads if one.strip(":.").casefold() in TYPES]
            rest = " ".join(one for one in heads if one not in named)
            if rest and _PART.fullmatch(rest):
                unread = True
                continue
            kind = next(
                (TYPES[one.strip(":.").casefold()] for one in named if TYPES[one.strip(":.").casefold()]),
                None,
            )
            if rest and is_safe(rest):
                notes.append(rest)
            elif rest:
                dropped = True
        if kind and "type" not in phone:
            phone["type"] = kind
        elif kind and kind != phone["type"]:
            notes.append(words)
    if notes:
        phone["note"] = ", ".join(notes)[:LONGEST_LINE]
    return dropped, unread
