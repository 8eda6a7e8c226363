"""Writes out numbers that share their beginning: '0561 90000-74 / -75' are two, and so are '0561 90000-50, Fax 90000-51'."""

from __future__ import annotations

import re
from typing import NamedTuple

_SEPARATOR = r"\s*(?:[/,;&]|\b(?:und|oder|bis|u\.|and|or|to)(?=[\s-]))\s*"
_ENDINGS = re.compile(
    r"(?<![\d+])(?P<number>\(?(?:\+|0)(?:[\s()/-]*\d){7,14}?)"
    rf"(?:(?P<marked>(?:{_SEPARATOR}-\s?\d{{1,5}})+)(?!\s*[-/.:]?\s*\d|\s*(?:uhr|h)\b)"
    rf"|(?:(?:{_SEPARATOR}\d{{1,3}})+|(?<=-\d\d)\s+-\s+\d\d)(?=\s*(?:$|[\n|(;]|,\s*[(+0]\d\d)))",
    re.I | re.ASCII,
)
_EXTENDED = re.compile(r"(?P<line>.*\d)-\d{1,5}", re.ASCII | re.DOTALL)
_FEWEST_DIGITS = 7


_NUMBER = (
    r"(?<![\d+])(?P<number>(?P<area>\(?(?:\+\d{1,3}[\s./-]*(?:\(0\)\s?)?|0)\d{2,4}\)?)(?P<gap>[\s/.-]{1,3})"
    r"(?P<line>\d(?:[\s-]?\d){3,10}))"
)
_ENDING = r"(?:-\s?(?P<ending>\d{1,4})|(?P<bare>\d{1,3})|(?P<local>[1-9](?:[\s-]?\d){4,9}))(?![\d/])(?!\s*(?:uhr|h)\b)"
_SHORT_FAX = re.compile(rf"{_NUMBER}[\s,;/|(]*\b(?:tele)?(?:fax|f)\b[\s.:]*{_ENDING}", re.I | re.ASCII)
_FAX_BEHIND = re.compile(rf"{_NUMBER}\s*[,;/|]\s*{_ENDING}\s*\(?(?:tele)?fax\b", re.I | re.ASCII)
_LOCAL = re.compile(
    rf"{_NUMBER}(?P<between>\s*(?:[,;|]|\s/|\s\+|\b(?:und|oder|od\.|bzw\.?|u\.|and|or)(?=\s))\s*)"
    r"(?P<local>[1-9](?:[\s-]?\d){5,8})(?=\s*(?:$|[,;|\n(]))",
    re.I | re.ASCII,
)


class Written(NamedTuple):
    """A text with its numbers in full, and what was done for it."""

    text: str
    left_out: bool = False
    """Whether endings were left out."""
    guessed: tuple[str, ...] = ()
    """Numbers whose beginning was taken from the one before them, though nothing says how much of it."""


def written_out(text: str) -> Written:
    """The text with every number in full.

    An ending counts when it has its hyphen and so has the number before it; others may be anything.
    A fax is always another number: its ending takes the place of as many digits.
    """
    guessed: list[str] = []
    left_out = False

    def with_fax(match: re.Match[str]) -> str:
        number, area, gap = match["number"], match["area"], match["gap"]
        if match["local"]:
            fax = f"{area}{gap}{match['local']}"
        else:
            ending = match["ending"] or match["bare"]
            extended = _EXTENDED.fullmatch(number)
            if extended and len(re.findall(r"\d", extended["line"], re.ASCII)) >= _FEWEST_DIGITS:
                fax = f"{extended['line']}-{ending}"
            else:
                digits = re.sub(r"\D", "", match["line"])
                if len(digits) <= len(ending):
                    return match.group()
                fax = f"{area}{gap}{digits[: -len(ending)]}{ending}"
                guessed.append(fax)
        return f"{number}, Fax {fax}"

    def with_area(match: re.Match[str]) -> str:
        local = f"{match['area']}{match['gap']}{match['local']}"
        guessed.append(local)
        return f"{match['number']}{match['between']}{local}"

    def in_full(match: re.Match[str]) -> str:
        nonlocal left_out
        extended = _EXTENDED.fullmatch(match["number"]) if match["marked"] else None
        if extended is None or sum(map(str.isdecimal, extended["line"])) < _FEWEST_DIGITS:
            left_out = True
            return match["number"]
        endings = re.findall(r"\d+", match["marked"], re.ASCII)
        return ", ".join((match["number"], *(f"{extended['line']}-{ending}" for ending in endings)))

    full = _FAX_BEHIND.sub(with_fax, _SHORT_FAX.sub(with_fax, text))
    full = _LOCAL.sub(with_area, full)
    full = _ENDINGS.sub(in_full, full)
    return Written(full, left_out, tuple(guessed))
