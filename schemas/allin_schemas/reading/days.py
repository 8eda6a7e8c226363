"""Finds the day in what people write, and says what it had to guess."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from allin_schemas.reading.calendar_words import MONTHS, WEEKDAY_NAMES, WEEKDAYS
from allin_schemas.reading.findings import Context, Finding, finding

_EARLIEST, _LATEST = dt.date(1800, 1, 1), dt.date(2100, 12, 31)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_SERIALS = range(20_000, 73_416)
_LONGEST = 80

_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(\d{1,2})(?:\.|st\b|nd\b|rd\b|th\b)?"
_WEEKDAY = re.compile(
    r"^\W*(?:am\s+|on\s+)?("
    + "|".join(sorted(WEEKDAYS, key=len, reverse=True))
    + r")\b\.?,?\s*(?:,|den\b|dem\b|the\b|am\b)?\s*(?=\d|[A-Za-z])",
    re.I,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_DOTTED = re.compile(
    r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(\s?\d{4}|'?\d{2}(?!\s*(?:Uhr|h\b|:)))?(?!\d|:|\.\d)", re.I
)
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(rf"(?<!\d){_DAY}\s*(?:of\s+)?{_MONTH}\s*,?\s*(\d{{4}}|'\d{{2}})?(?!\d)", re.I)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s*{_DAY}\s*,?\s+(\d{{4}})(?!\d)", re.I)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_UNTIL = re.compile(r"^\s*\.?\s*(?:-|–|—|bis|to|/|\+|und|&)\s*")
_SPAN_OF_DAYS = re.compile(
    r"^(?:vom\s+|von\s+)?(\d{1,2})\.?(?:\s?(\d{1,2})\.)?\s*(?:-|–|—|bis(?:\s+zum)?|to|/|\+|und"
    r"|&)\s*(?=\d{1,2}\.?\s?(?:\d{1,2}\.|" + _MONTH + "))",
    re.I,
)


class Found(NamedTuple):
    """A day, what was written around it, and what was noticed."""

    day: dt.date
    rest: str
    findings: tuple[Finding, ...] = ()


def find_day(text: str, context: Context) -> Found | None:
    """The first day in a text; None when there is none, or none that exists."""
    if len(text) > _LONGEST:
        return None
    weekday = _WEEKDAY.match(text)
    bare = text[weekday.end() :] if weekday else text
    opening = _SPAN_OF_DAYS.match(bare)
    whole = bare[opening.end() :] if opening else bare
    found = _written(whole, context) or _foreign(whole)
    if found is None:
        return None
    day, findings = found.day, list(found.findings)
    rest = found.rest
    if opening:
        start = _day(day.year, int(opening[2] or day.month), int(opening[1]))
        if start and start > day:
            start = _day(day.year - 1, start.month, start.day)
        if start is None:
            return None
        day = start
        findings = [one for one in findings if one.code != "DATE_YEAR_ADDED"]
        findings.append(finding("DATE_RANGE", text, became=shown(day)))
    else:
        until = _UNTIL.match(rest)
        second = _written(rest[until.end() :], context) if until else None
        if second:
            rest = second.rest
            findings.append(finding("DATE_RANGE", text, became=shown(day)))
    if weekday and day.weekday() != WEEKDAYS[weekday[1].casefold()]:
        names = WEEKDAY_NAMES.get(context.language, WEEKDAY_NAMES["en"])
        findings.append(finding("DATE_WEEKDAY", text, became=shown(day), weekday=names[day.weekday()]))
    return Found(day, rest, tuple(findings))


def shown(day: dt.date) -> str:
    """A day as German readers see it."""
    return f"{day.day:02}.{day.month:02}.{day.year}"


def serial_day(number: float) -> dt.date | None:
    """The day that a spreadsheet means by this number, where that is likely."""
    return _SERIAL_ZERO + dt.timedelta(days=int(number)) if int(number) in _SERIALS else None


def _written(text: str, context: Context) -> Found | None:
    for pattern, take in _PATTERNS:
        match = pattern.search(text)
        if match:
            taken = take(match, text, context)
            if taken is None:
                return None
            day, findings = taken
            before, after = text[: match.start()], text[match.end() :]
            return (
                Found(day, f"{before} {after}".strip() if before else after, findings)
                if _EARLIEST <= day <= _LATEST
                else None
            )
    return None


Taken = tuple[dt.date, tuple[Finding, ...]] | None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _from_year(match: re.Match[str], _text: str, _context: Context) -> Taken:
    day = _day(int(match[1]), int(match[3]), int(match[4]))
    return (day, ()) if day else None


def _from_compact(match: re.Match[str], _text: str, _context: Context) -> Taken:
    day = _day(int(match[1]), int(match[2]), int(match[3]))
    return (day, ()) if day else None


def _from_dots(match: re.Match[str], text: str, context: Context) -> Taken:
    return _completed(int(match[1]), int(match[2]), match[3] and match[3].strip(), text, context)


def _from_name(match: re.Match[str], text: str, context: Context) -> Taken:
    return _completed(int(match[1]), MONTHS[match[2].casefold()], match[3], text, context)


def _from_month(match: re.Match[str], _text: str, _context: Context) -> Taken:
    day = _day(int(match[3]), MONTHS[match[1].casefold()], int(match[2]))
    return (day, ()) if day else None


def _from_slashes(match: re.Match[str], text: str, context: Context) -> Taken:
    first, second, year = int(match[1]), int(match[3]), match[4]
    if second > 12 >= first:
        taken = _completed(second, first, year, text, context)
        return (
            (taken[0], (*taken[1], finding("DATE_MONTH_FIRST", text, became=shown(taken[0]))))
            if taken
            else None
        )
    taken = _completed(first, second, year, text, context)
    if taken and first <= 12 and first != second:
        return taken[0], (*taken[1], finding("DATE_DAY_FIRST", text, became=shown(taken[0])))
    return taken


def _completed(number: int, month: int, year: str | None, text: str, context: Context) -> Taken:
    """The day with the year that was left out or shortened."""
    if year and len(year) == 4:
        day = _day(int(year), month, number)
        return (day, ()) if day else None
    if year:
        short = int(year.lstrip("'"))
        day = _day(short + (2000 if short < 70 else 1900), month, number)
        return (day, (finding("DATE_CENTURY_ADDED", text, became=shown(day)),)) if day else None
    for later in range(9):
        day = _day(context.today.year + later, month, number)
        if day and day >= context.today:
            return day, (finding("DATE_YEAR_ADDED", text, became=shown(day)),)
    return None


_PATTERNS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (_YEAR_FIRST, _from_year),
    (_DOTTED, _from_dots),
    (_NAMED, _from_name),
    (_MONTH_FIRST, _from_month),
    (_SLASHED, _from_slashes),
    (_COMPACT, _from_compact),
)


@cache
def _library() -> Any:
    """Dateparser for the languages of the city, strict: day, month and year must be there."""
    return import_module("dateparser.date").DateDataParser(
        languages=["tr", "uk", "ru", "ar", "fa", "fr", "es", "pl", "bg", "ro", "it", "pt", "am"],
        settings={
            "DATE_ORDER": "DMY",
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )


def _foreign(text: str) -> Found | None:
    """A day with the month's name in another language, by the library."""
    if (
        len(text) > 40
        or not any(character.isalpha() for character in text)
        or not any(map(str.isdigit, text))
    ):
        return None
    data = _library().get_date_data(text)
    if data.date_obj is None or data.period not in {"day", "time"}:
        return None
    day = data.date_obj.date()
    clock = data.date_obj.time()
    return Found(
        day,
        f"{clock:%H:%M}" if clock != dt.time() else "",
        (finding("DATE_FOREIGN", text, became=shown(day)),),
    )
