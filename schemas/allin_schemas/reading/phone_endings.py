"""Writes out numbers of which only the endings differ: '0561 90000-74 / -75' are two."""

from __future__ import annotations

import re

_SEPARATOR = r"\s*(?:[/,;&]|\b(?:und|oder|bis|u\.|and|or|to)(?=[\s-]))\s*"
_ENDINGS = re.compile(
    r"(?<![\d+])(?P<number>\(?(?:\+|0)(?:[\s()/-]*\d){7,14}?)"
    rf"(?:(?P<marked>(?:{_SEPARATOR}-\s?\d{{1,5}})+)(?!\s*[-/.:]?\s*\d|\s*(?:uhr|h)\b)"
    rf"|(?:(?:{_SEPARATOR}\d{{1,3}})+|(?<=-\d\d)\s+-\s+\d\d)(?=\s*(?:$|[\n|(;]|,\s*[(+0]\d\d)))",
    re.I | re.ASCII,
)
_EXTENDED = re.compile(r"(?P<line>.*\d)-\d{1,5}", re.ASCII | re.DOTALL)
_FEWEST_DIGITS = 7


def written_out(text: str) -> tuple[str, bool]:
    """The text with every number in full, and whether endings were left out.

    An ending counts when it has its hyphen and so has the number before it; others may be anything.
    """
    left_out = False

    def in_full(match: re.Match[str]) -> str:
        nonlocal left_out
        extended = _EXTENDED.fullmatch(match["number"]) if match["marked"] else None
        if extended is None or sum(map(str.isdecimal, extended["line"])) < _FEWEST_DIGITS:
            left_out = True
            return match["number"]
        endings = re.findall(r"\d+", match["marked"], re.ASCII)
        return ", ".join((match["number"], *(f"{extended['line']}-{ending}" for ending in endings)))

    return _ENDINGS.sub(in_full, text), left_out
