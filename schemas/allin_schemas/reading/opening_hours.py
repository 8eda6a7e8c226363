"""Reads opening hours into slots of a week; what is no slot stays as a note."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allin_schemas.reading.calendar_words import WEEKDAY_CODES, WEEKDAYS
from allin_schemas.reading.cleaning import cells_of, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, unreadable
from allin_schemas.reading.texts import LONGEST_LINE

_DAY = r"(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")\b\.?"
_DAYS = (
    r"(?:täglich|jeden tag|daily|every day|wochentags|weekdays|(?:am\s+)?wochenende|weekends?"
    rf"|{_DAY}(?:\s*(?:-|–|—|bis|to|,|/|&|\+|und|u\.|and)\s*{_DAY})*)"
)
_TIME = r"\d{1,2}(?:[:.]\d{2})?\s*(?:uhr|h\b|a\.?m\.?|p\.?m\.?)?"
_SPAN = rf"(?:von\s+)?{_TIME}\s*(?:-|–|—|bis|to)\s*{_TIME}"
_LINE = re.compile(
    rf"(?P<days>{_DAYS})\s*:?\s*,?\s*(?P<spans>{_SPAN}(?:\s*(?:,|/|&|\+|und|u\.|and|sowie)\s*{_SPAN})*)", re.I
)
_ONE_SPAN = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?\s*(?:-|–|—|bis"
    r"|to)\s*(\d{1,2})(?:[:.](\d{2}))?\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?",
    re.I,
)
_ONE_DAY = re.compile(_DAY, re.I)
_UNTIL = re.compile(r"^\s*(?:-|–|—|bis|to)\s*$", re.I)
_BY_APPOINTMENT = re.compile(
    r"(?:termine?\s+)?(?:nur\s+)?(?:und\s+)?(?:nach|auf|by|on)\s+(?:telefonischer\s+"
    r"|vorheriger\s+)?(?:vereinbarung|absprache|anfrage|anmeldung|terminvereinbarung|verabredung"
    r"|appointment|request)",
    re.I,
)
_NOT_WEEKLY = re.compile(
    r"\d|\b(?:jede\w*|alle|nur|außer|ausser|gerade\w*|ungerade\w*|tägig|monat\w*|ferien|sommer|winter"
    r"|every|except|only|month\w*|erste\w*|letzte\w*|zweite\w*)\b",
    re.I,
)
_LONGEST = 600
_FILLER = re.compile(
    r"\b(?:uhr|geöffnet|offen|open|öffnungszeiten|sprechzeiten|und|sowie|von|am)\b|[\s,;.:()|/-]", re.I
)


def read_hours(cell: Any, context: Context) -> Reading:
    """Opening hours of a usual week."""
    if isinstance(cell, Mapping):
        return _of_parts(cell, context)
    lines: list[str] = []
    for answer in cells_of(cell):
        text, fault = tidy(answer, several_lines=True)
        if fault:
            return Reading(None, (fault,))
        if text:
            lines.append(text)
    if not lines:
        return BLANK
    text = "; ".join(line for whole in lines for line in whole.split("\n") if line.strip())
    if len(text) > _LONGEST:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(_LONGEST))
    slots: list[dict[str, str]] = []
    for match in _LINE.finditer(text):
        found = _slots(match["days"], match["spans"])
        if found is None:
            return _noted(text)
        slots.extend(slot for slot in found if slot not in slots)
    rest = " ".join(_LINE.sub(" ", text).split()).strip(" ,;")
    if not slots:
        return _noted(text)
    slots.sort(key=lambda slot: (WEEKDAY_CODES.index(slot["weekday"]), slot["opens"]))
    value: dict[str, Any] = {"slots": slots, "zone": context.zone}
    if not _FILLER.sub("", rest):
        return Reading(value)
    note = rest[:LONGEST_LINE]
    if _NOT_WEEKLY.search(rest):
        return _noted(text)
    value["note"] = note
    return Reading(value) if _appointment(note) else Reading(value, (finding("HOURS_KEPT_AS_NOTE", text),))


def _noted(text: str) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    return (
        Reading({"note": text})
        if _appointment(text)
        else Reading({"note": text}, (finding("HOURS_KEPT_AS_NOTE", text),))
    )


def _appointment(text: str) -> bool:
    return not _FILLER.sub("", _BY_APPOINTMENT.sub("", text))


def _slots(days: str, spans: str) -> list[dict[str, str]] | None:
    """The slots of one line; None when a time does not exist."""
    slots: list[dict[str, str]] = []
    for match in _ONE_SPAN.finditer(spans):
        opens, closes = (
            _clock(match[1], match[2], match[3], match[6]),
            _clock(match[4], match[5], match[6], None),
        )
        if opens is None or closes is None or opens == closes:
            return None
        slots.extend({"weekday": WEEKDAY_CODES[day], "opens": opens, "closes": closes} for day in _days(days))
    return slots


def _clock(hour: str, minute: str | None, half: str | None, later: str | None) -> str | None:
    hours, minutes = int(hour), int(minute or 0)
    word = (half or (later if later and later[0] in "aApP" else "") or "").casefold().replace(".", "")
    if word == "pm" and hours < 12:
        hours += 12
    if word == "am" and hours == 12:
        hours = 0
    return (
        f"{hours:02}:{minutes:02}"
        if (hours < 24 and minutes < 60) or (hours == 24 and minutes == 0)
        else None
    )


def _days(text: str) -> list[int]:
    """The weekdays that a word, a list or a span names."""
    small = text.casefold()
    if small.startswith(("täglich", "jeden", "daily", "every")):
        return list(range(7))
    if small.startswith(("wochentags", "weekdays")):
        return list(range(5))
    if "wochenende" in small or small.startswith("weekend"):
        return [5, 6]
    found: list[int] = []
    end = 0
    for match in _ONE_DAY.finditer(text):
        day = WEEKDAYS[match.group().rstrip(".").casefold()]
        if found and _UNTIL.match(text[end : match.start()]):
            first = found[-1]
            found.extend((first + step) % 7 for step in range(1, (day - first) % 7))
        found.append(day)
        end = match.end()
    return list(dict.fromkeys(found))


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import OpeningHours

    rest = dict(parts)
    whole = read_hours(rest.pop("raw", None), context)
    apart = read_structure(OpeningHours, rest, context)
    value = {**(whole.value or {}), **(apart.value or {})}
    return Reading(value or None, (*whole.findings, *apart.findings))
