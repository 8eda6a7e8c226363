"""Cuts what people write of days and times into tokens."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from allin_schemas.reading.calendar_words import MONTHS, WEEKDAYS
from allin_schemas.reading.moments.foreign import foreign_day
from allin_schemas.reading.moments.vocabulary import (
    HOURS,
    PHRASE_STARTS,
    PHRASES,
    SHORT_WEEKDAYS,
    SORTS,
    WEEKLY,
    ZONES,
    Sort,
)

MIDNIGHT = 24 * 60
_SERIALS = range(20_000, 73_416)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_CLOCKLIKE = frozenset({*range(1900, 1960), *range(2000, 2024), *range(2041, 2060)})
"""Behind '5.12. ', four digits are a year or a time: these are no year that people announce things for."""
_MOST_AHEAD = 14 * 60
"""No zone is further from UTC."""


class Day(NamedTuple):
    """A day as it is written; what is left out is None."""

    day: int
    month: int | None = None
    year: int | None = None
    either: bool = False
    """Whether day and month could change places: '05/12/2026'."""
    short: bool = False
    """Whether the year was written with two digits."""
    code: str | None = None
    """The hint that this form of a day deserves."""


class Time(NamedTuple):
    """A time of day in minutes; 24:00 is 1440."""

    minutes: int
    ahead: int | None = None
    """Minutes ahead of UTC, where a zone is written."""
    twelve: bool = False
    """Whether it could also be meant in the afternoon: '6', 'halb 8'."""
    seconds: int = 0
    quiet: bool = False
    """Whether a program may have written it where no time is known: '00:00:00'."""
    half: str = ""
    """'a' or 'p' where the half of the day is written."""
    code: str | None = None


class Token(NamedTuple):
    """A piece of a text, what it is, and where it stands."""

    sort: Sort
    start: int
    end: int
    day: Day | None = None
    time: Time | None = None
    word: str = ""


_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![^\W\d_])\.?"
_SAME_WORD = r"(?![^\W\d_])"
_UNIT = r"(?:\s*(?:uhr|hrs|h)(?!\w))?"
_AM_PM = (  # '12:00 am 5.12.' can be the German 'am'
    r"(?P<half>p|a(?!m\s+(?:den\s+|dem\s+)?(?:[^\W\d_]+\.?,?\s+)?\d{1,2}\.))\.?\s?m(?!\w)\.?"
)
_HALF = rf"(?:\s*{_AM_PM})?"
_SHARP = r"(?:\s*(?P<sharp>[sc])\.\s?t\.?(?!\w))?"
_NO_YEAR = r"(?!\s*(?:uhr|hrs|h(?!\w)|:|[.]\d|[ap]\.?m))"

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?P<gap>[T ])(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
    r"(?P<zone>\s?Z(?!\w)|\s?[+-]\d\d:?\d\d(?![\d:]))?",
    re.I,
)
_BASIC = re.compile(r"((?:18|19|20)\d\d)(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(?P<zone>Z)?)?(?!\w)", re.I)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_DOTTED = re.compile(
    rf"(\d{{1,2}})\.\s?(\d{{1,2}})\.(?:(\d{{4}}|\s(?:19|20)\d\d)(?!\d)|\s?'(\d\d)(?!\d)|(\d\d)(?!\d){_NO_YEAR})?(?!\d|[OoIl]\d)",
    re.I,
)
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)" + _NO_YEAR, re.I)
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:\.|st|nd|rd|th)?(?P<gap>\s*(?:of\s+)?|-){_MONTH}"
    rf"(?:\s*,?\s*(\d{{4}})(?!\d)|-(\d{{4}}|\d\d)(?!\d)|\s*'(\d\d)(?!\d)|\s+(\d\d)(?!\d){_NO_YEAR})?",
    re.I,
)
_MONTH_FIRST = re.compile(
    rf"{_MONTH}\s*(\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s*(?P<span>-|to|bis|and|und|&)\s*(\d{{1,2}})(?:st|nd|rd|th)?)?\s*,?\s+(\d{{4}})(?!\d)"
    r"|(?:(?<=[a-z])|(?=\s*(?:,|\Z))))(?!\d)",
    re.I,
)
_DAY_ALONE = re.compile(r"(\d{1,2})\.(?=\s*(?:[,;/+&-]|(?:und|bis|u|and|to|oder)(?!\w)))", re.I)
_ZERO_DAY = re.compile(r"(?:1899-12-3[01]|1900-01-0[01])[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?")
_CLOCK = re.compile(rf"(\d{{1,2}}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?![\d:]){_UNIT}{_HALF}{_SHARP}", re.I)
_DOT_CLOCK = re.compile(
    rf"(\d{{1,2}})\.(\d\d)(?![\d.]|,\d)(?P<unit>\s*(?:uhr|hrs|h)(?!\w))?{_HALF}{_SHARP}", re.I
)
_HOUR = re.compile(
    r"(\d{1,2})\s*(?:uhr|hrs|h)(?:\s?(\d\d)(?=\s*(?:\Z|[-,;|)\n]|\d{1,2}\.|\d{4}-|bis|to|uhr|min))(?:\s*(?:uhr|min\w*))?)?(?!\w)"
    + _SHARP,
    re.I,
)
_HOUR_H = re.compile(r"(\d{1,2})h(\d\d)(?!\w)", re.I)
_HALF_DAY = re.compile(rf"(\d{{1,2}})\s*{_AM_PM}", re.I)
_SHARP_HOUR = re.compile(r"(\d{1,2})\s*(?P<sharp>[sc])\.\s?t\.?(?!\w)", re.I)
_DIGITS = re.compile(r"(\d\d)(\d\d)(?P<unit>\s*(?:uhr|hrs|h)(?!\w))?(?![\d.:]|,\d)", re.I)
_SMALL_MINUTES = re.compile(r"(\d{1,2})([⁰¹²³⁴⁵⁶⁷⁸⁹]{2})" + _UNIT, re.I)
_PART_OF_DAY = re.compile(r"0[.,](\d{1,17})(?!\d|\.\d|\s*(?:€|eur|uhr|h(?!\w)))", re.I)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SPOKEN = re.compile(
    r"(halb|viertel\s+(?:vor|nach)|dreiviertel|half\s+past|(?:a\s+)?quarter\s+(?:to|past)"
    r"|(?:fünf|zehn|zwanzig)\s+(?:vor|nach)(?:\s+halb)?)"
    r"\s+(\d{1,2}|" + "|".join(HOURS) + r")(?![\w.:])(?:\s*uhr(?!\w))?",
    re.I,
)
_SPOKEN_HOUR = re.compile(r"(" + "|".join(HOURS) + r")\s+(?:uhr|o'clock)(?!\w)", re.I)
_ZONE = re.compile(r"(" + "|".join(ZONES) + r")(?!\w)(?:\s?([+-]\d{1,2})(?::?(\d\d))?(?!\d))?", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+-tägig|\d+-täglich")
_FOREIGN = re.compile(r"\d{1,2}\.?\s+(?:d[eiu]l?\s+)?([^\W\d_]{3,})\.?,?\s+(?:d[eiu]l?\s+)?\d{4}(?!\d)")
_AM_DAY = re.compile(r"\s*am\s+(?:den\s+)?(?:[^\W\d_]+\.?,?\s+)?\d{1,2}\.", re.I)
"""Behind '12:00' it can be the morning's, or the day's: '12:00 am 5.12.'."""
_YEAR_NEXT = re.compile(r"\d{4}-\d\d-\d\d")
_FORTNIGHT = re.compile(r"\d+-täg(?:ig|lich)\w*", re.I)
_BESIDE_WEEKDAY = re.compile(
    r"\.?,?\s*(?:(?:den|dem|the)\s+)?(?:\d|\Z|\||[-/+&)(]|(?:und|bis|to|and|u)(?!\w)|(?:um|ab|von|at|from|gegen)\s+\d|["
    + "JFMASONDjfmasond][a-zäA-ZÄ]+\\.?\\s*\\d"
    + r")"
)
_DASHES = str.maketrans("‐‑‒–—―−﹘－~’‘´`", "-" * 10 + "'" * 4)
_SMALL = {character: str(number) for number, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}


def plain(text: str) -> str:
    """The text with one sort of dash and apostrophe, as long as before."""
    return text.translate(_DASHES)


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """The tokens of a text in which dashes are plain and digits Western."""
    found: list[Token] = []
    at, end = 0, len(text)
    while at < end:
        character = text[at]
        if character == " ":
            at += 1
            continue
        beside = at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_")
        if character.isdecimal():
            token = _digits(text, at, beside=beside)
        elif character.isalpha():
            token = _letters(text, at)
        else:
            sort = SORTS.get(character, Sort.LINK)
            if character == "/" and _YEAR_NEXT.match(text, at + 1):  # an interval of ISO 8601
                sort = Sort.DASH
            token = Token(sort, at, at + 1, word=character)
        at = token.end
        found.append(token._replace(start=token.start + offset, end=token.end + offset))
    return found


def whole_cell(text: str) -> Token | None:
    """What a text is that fills its cell: a spreadsheet's number, an hour, four digits."""
    if not text or text[0] not in "0123456789.,":
        return None
    size = len(text)
    if found := _ZERO_DAY.fullmatch(text):
        return Token(Sort.TIME, 0, size, time=_clock(int(found[1]), int(found[2]), int(found[3])))
    if text.isdecimal():
        number = int(text)
        if size <= 2 and number <= 24:
            return _bare_hour(number, size, sure=size == 2)
        if size == 5 and number in _SERIALS:
            return Token(Sort.DAY, 0, size, day=serial_day(number))
        if size == 4 and (time := _clock(number // 100, number % 100)) is not None:
            return Token(Sort.TIME, 0, size, time=time)
        return None
    if found := re.fullmatch(r"0?[.,](\d{1,17})", text):
        return _part_of_day(found[1], 0, size, dot=text.lstrip("0")[0] == ".")
    return None


def number_tokens(number: float) -> list[Token] | None:
    """What a number is, as programs give it: a part of a day, an hour, a serial day, a date without separators."""
    if isinstance(number, float) and 0 <= number < 1:
        minutes = round(number * MIDNIGHT)
        return [Token(Sort.TIME, 0, 0, time=Time(minutes, quiet=minutes == 0))]
    if number == int(number) and 0 <= number <= 24:
        return [_bare_hour(int(number), 0, sure=False)]
    if int(number) in _SERIALS:
        day = Token(Sort.DAY, 0, 0, day=serial_day(int(number)))
        seconds = round((number - int(number)) * 86_400)
        if not seconds:
            return [day]
        return [day, Token(Sort.TIME, 0, 0, time=Time(seconds // 60, seconds=seconds % 60))]
    if number == int(number) and 1000 <= number <= 2400:
        time = _clock(int(number) // 100, int(number) % 100)
        return None if time is None else [Token(Sort.TIME, 0, 0, time=time)]
    return None


def _bare_hour(hour: int, size: int, *, sure: bool) -> Token:
    """An hour that is nothing but a number: '6' is also said of the evening, '06' is not."""
    if 1 <= hour < 8 and not sure:
        return Token(Sort.TIME_BAD, 0, size)
    return Token(Sort.TIME, 0, size, time=Time(hour * 60, quiet=hour == 0))


def serial_day(number: int) -> Day:
    """The day that a spreadsheet means by this number."""
    day = _SERIAL_ZERO + dt.timedelta(days=number)
    return Day(day.day, day.month, day.year, code="DATE_SERIAL")


def _digits(text: str, at: int, *, beside: bool) -> Token:
    if not beside:
        for take in _FROM_DIGITS:
            token = take(text, at)
            if token is not None:
                return token
    found = _NUMBER.match(text, at)
    assert found is not None  # noqa: S101 - a digit stands here
    return Token(Sort.NUMBER, at, found.end(), word=found[0])


def _letters(text: str, at: int) -> Token:
    found = _WORD.match(text, at)
    assert found is not None  # noqa: S101 - a letter stands here
    written, end = found[0], found.end()
    first = written.partition("-")[0]
    if first != written and first.casefold() in WEEKDAYS:  # 'Fr-So'
        written, end = first, at + len(first)
    word = written.casefold()
    if word[0] in PHRASE_STARTS or text[end : end + 1] == " ":
        for sort, pattern in PHRASES:
            if phrase := pattern.match(text, at):
                return Token(sort, at, phrase.end(), word=phrase[0].casefold())
    if (spoken := _SPOKEN.match(text, at)) and (time := _spoken(spoken)):
        return Token(Sort.TIME, at, spoken.end(), time=time)
    if spoken := _SPOKEN_HOUR.match(text, at):
        return Token(Sort.TIME, at, spoken.end(), time=Time(HOURS[spoken[1].casefold()] * 60))
    if word in WEEKDAYS and (word not in SHORT_WEEKDAYS or _is_weekday(written, text, end)):
        return Token(Sort.WEEKDAY, at, end, word="!" + word if word in WEEKLY else word)
    if month := _MONTH_FIRST.match(text, at):
        return _from_month(month)
    if zone := _ZONE.match(text, at):
        hours = int(zone[2] or 0) * 60
        ahead = ZONES[zone[1].casefold()] + hours + (int(zone[3] or 0) if hours >= 0 else -int(zone[3] or 0))
        return Token(Sort.ZONE, at, zone.end(), time=Time(0, ahead))
    return Token(SORTS.get(word, Sort.WORD), at, end, word=word)


def _is_weekday(written: str, text: str, end: int) -> bool:
    """Whether a short form stands beside a day, a weekday or a time; two letters begin with a capital."""
    return (len(written) > 2 or written[0].isupper()) and _BESIDE_WEEKDAY.match(text, end) is not None


def _clock(hour: int, minute: int, second: int = 0, half: str | None = None) -> Time | None:
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.casefold() == "p" else 0)
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        return None
    return Time(hour * 60 + minute, seconds=second, half=(half or "").casefold())


def _timed(found: re.Match[str], hour: str, minute: str | None, second: str | None = None) -> Token:
    groups = found.groupdict()
    time = _clock(int(hour), int(minute or 0), int(second or 0), groups.get("half"))
    noon_or_midnight = int(hour) == 12 and not groups.get("half") and found[0][-1].isdigit()
    if time is None or (noon_or_midnight and _AM_DAY.match(found.string, found.end())):
        return Token(Sort.TIME_BAD, found.start(), found.end())
    sharp = (groups.get("sharp") or "").casefold()
    if sharp == "c" and not time.minutes % 60:
        time = time._replace(minutes=time.minutes + 15)
    if not groups.get("half") and not sharp and second is not None and not time.minutes and not time.seconds:
        time = time._replace(quiet=True)
    return Token(Sort.TIME, found.start(), found.end(), time=time, word=f"{sharp}.t." if sharp else "")


def _take_iso(text: str, at: int) -> Token | None:
    found = _ISO.match(text, at)
    if found is None:
        return None
    if _ZERO_DAY.match(text, at):
        return Token(
            Sort.TIME, at, found.end(), time=_clock(int(found[5]), int(found[6]), int(found[7] or 0))
        )
    zone = (found["zone"] or "").strip()
    end = found.end()
    ahead: int | None = None
    if zone.upper() == "Z":
        ahead = 0
    elif zone:
        digits = zone.replace(":", "")
        ahead = (int(digits[1:3]) * 60 + int(digits[3:5])) * (-1 if digits[0] == "-" else 1)
        if found["gap"] == " " and zone[0] == "-":  # '2026-12-05 18:00-20:00' is a span
            ahead, end = None, found.start("zone")
        elif abs(ahead) > _MOST_AHEAD:
            return Token(Sort.DAY_BAD, at, end)
    time = _clock(int(found[5]), int(found[6]), int(found[7] or 0))
    day = Day(int(found[3]), int(found[2]), int(found[1]))
    if time is None:
        return Token(Sort.DAY_BAD, at, end)
    quiet = found[7] is not None and not time.minutes and not time.seconds and ahead is None
    return Token(Sort.DAY, at, end, day=day, time=time._replace(ahead=ahead, quiet=quiet))


def _take_basic(text: str, at: int) -> Token | None:
    found = _BASIC.match(text, at)
    if found is None:
        return None
    time = None
    if found[4]:
        time = _clock(int(found[4]), int(found[5]), int(found[6] or 0))
        if time is None:
            return Token(Sort.DAY_BAD, at, found.end())
        time = time._replace(ahead=0 if found["zone"] else None)
    return Token(Sort.DAY, at, found.end(), day=Day(int(found[3]), int(found[2]), int(found[1])), time=time)


def _take_year_first(text: str, at: int) -> Token | None:
    found = _YEAR_FIRST.match(text, at)
    return found and Token(Sort.DAY, at, found.end(), day=Day(int(found[4]), int(found[3]), int(found[1])))


def _take_dotted(text: str, at: int) -> Token | None:
    found = _DOTTED.match(text, at)
    if found is None:
        return None
    year = found[3] or found[4] or found[5]
    if found[3] and found[3][0].isspace() and found[0].count(" ") == 1 and int(year) in _CLOCKLIKE:
        return Token(Sort.DAY_BAD, at, found.end())
    return Token(Sort.DAY, at, found.end(), day=_day_of(found[1], int(found[2]), year))


def _take_slashed(text: str, at: int) -> Token | None:
    found = _SLASHED.match(text, at)
    if found is None or (found[2] == "-" and len(found[4]) == 2 and int(found[4]) <= 24):
        return None
    day = _day_of(found[1], int(found[3]), found[4])
    return Token(Sort.DAY, at, found.end(), day=day._replace(either=True))


def _take_named(text: str, at: int) -> Token | None:
    found = _NAMED.match(text, at)
    if found is None:
        return None
    year, end = found[4] or found[5] or found[6], found.end()
    if found[7]:
        if int(found[7]) <= 24:  # '5. Dez 18' can be an hour
            return Token(Sort.DAY_BAD, at, end)
        year = found[7]
    return Token(Sort.DAY, at, end, day=_day_of(found[1], MONTHS[found[3].casefold()], year))


def _from_month(found: re.Match[str]) -> Token:
    year = int(found[5]) if found[5] else None
    day = Day(int(found[2]), MONTHS[found[1].casefold()], year)
    if not found["span"]:
        return Token(Sort.DAY, found.start(), found.end(), day=day)
    sign = "-" if found["span"].casefold() in {"-", "to", "bis"} else "&"
    return Token(Sort.DAY, found.start(), found.end(), day=day, word=f"{sign}{found[4]}")


def _take_foreign(text: str, at: int) -> Token | None:
    found = _FOREIGN.match(text, at)
    if found is None or found[1].casefold() in SORTS:
        return None
    day = foreign_day(found[0])
    if day is None:
        return None
    return Token(Sort.DAY, at, found.end(), day=Day(day.day, day.month, day.year, code="DATE_FOREIGN"))


def _take_day_alone(text: str, at: int) -> Token | None:
    found = _DAY_ALONE.match(text, at)
    return found and Token(Sort.DAY, at, found.end(), day=Day(int(found[1])))


def _take_clock(text: str, at: int) -> Token | None:
    found = _CLOCK.match(text, at)
    return found and _timed(found, found[1], found[2], found[3])


def _take_part_of_day(text: str, at: int) -> Token | None:
    found = _PART_OF_DAY.match(text, at)
    return found and _part_of_day(found[1], at, found.end(), dot=text[at + 1] == ".")


def _part_of_day(digits: str, start: int, end: int, *, dot: bool) -> Token:
    """'0,75' is three quarters of a day; '0.45' may also be a quarter to one."""
    if dot and len(digits) == 2 and digits < "60":
        return Token(Sort.TIME_BAD, start, end)
    minutes = min(round(float(f"0.{digits}") * MIDNIGHT), MIDNIGHT - 1)
    return Token(Sort.TIME, start, end, time=Time(minutes, quiet=not minutes, code="TIME_SERIAL"))


def _take_dot_clock(text: str, at: int) -> Token | None:
    found = _DOT_CLOCK.match(text, at)
    if found is None:
        return None
    token = _timed(found, found[1], found[2])
    if found["unit"] or found["half"] or found["sharp"] or token.time is None:
        return token
    return token._replace(word="." if 1 <= int(found[2]) <= 12 else token.word)


def _take_hour_h(text: str, at: int) -> Token | None:
    found = _HOUR_H.match(text, at)
    return found and _timed(found, found[1], found[2])


def _take_hour(text: str, at: int) -> Token | None:
    found = _HOUR.match(text, at)
    return found and _timed(found, found[1], found[2])


def _take_half_day(text: str, at: int) -> Token | None:
    found = _HALF_DAY.match(text, at) or _SHARP_HOUR.match(text, at)
    return found and _timed(found, found[1], None)


def _take_small_minutes(text: str, at: int) -> Token | None:
    found = _SMALL_MINUTES.match(text, at)
    return found and _timed(found, found[1], "".join(_SMALL[one] for one in found[2]))


def _take_digits(text: str, at: int) -> Token | None:
    found = _DIGITS.match(text, at)
    if found is None:
        return None
    token = _timed(found, found[1], found[2])
    if found["unit"]:
        return token
    return None if token.time is None else token._replace(word="#")


def _take_fortnight(text: str, at: int) -> Token | None:
    found = _FORTNIGHT.match(text, at)
    return found and Token(Sort.SERIES, at, found.end())


_FROM_DIGITS: tuple[Callable[[str, int], Token | None], ...] = (
    _take_iso,
    _take_basic,
    _take_year_first,
    _take_dotted,
    _take_slashed,
    _take_named,
    _take_foreign,
    _take_fortnight,
    _take_clock,
    _take_part_of_day,
    _take_dot_clock,
    _take_hour_h,
    _take_hour,
    _take_half_day,
    _take_small_minutes,
    _take_day_alone,
    _take_digits,
)


def _day_of(day: str, month: int, year: str | None) -> Day:
    if year is None:
        return Day(int(day), month)
    digits = year.strip()
    if len(digits) == 4:
        return Day(int(day), month, int(digits))
    short = int(digits)
    return Day(int(day), month, short + (2000 if short < 70 else 1900), short=True)


def _spoken(found: re.Match[str]) -> Time | None:
    """'halb 8' is half past seven; without a part of the day it can be meant twice."""
    how = " ".join(found[1].casefold().split()).removeprefix("a ")
    said = found[2].casefold()
    hour = HOURS.get(said) or int(said)
    if not 1 <= hour <= 24:
        return None
    shift = {
        "halb": -30,
        "viertel vor": -15,
        "viertel nach": 15,
        "dreiviertel": -15,
        "half past": 30,
        "quarter to": -15,
        "quarter past": 15,
    }.get(how)
    if shift is None:
        words = how.split()
        shift = {"fünf": 5, "zehn": 10, "zwanzig": 20}[words[0]] * (-1 if words[1] == "vor" else 1)
        shift -= 30 if words[-1] == "halb" else 0
    minutes = (hour * 60 + shift) % MIDNIGHT
    return Time(minutes, twelve=hour <= 12)
