"""Writes CSV that a spreadsheet opens as text, never as a formula.

One choice, everywhere: where the first visible character could start a formula, a leading apostrophe stands before it.
A German Excel splits our file at semicolons, whatever the quotation marks around them, and ends a row at each line break;
so that counts for what follows a semicolon, a tab or a line break within a cell, too. Plain numbers and telephone numbers
stay as they are. `unprotected` takes exactly these apostrophes away again; so that nothing is lost, a text that begins
with apostrophes before such a character gets one more.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

_STARTS_FORMULA = frozenset("=+-@\t\r|%")
_INVISIBLE = frozenset(("Cf", "Cc", "Zs", "Zl", "Zp", "Mn"))
_SEPARATORS = re.compile(r"([;\t\r\n])")
_QUOTED = '" '
"""What a spreadsheet that splits elsewhere than we do may take away before a formula."""
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,9})?|\+[0-9][0-9 ]{4,20}[0-9]")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV: UTF-8 with a byte order mark so that office programs see it, commas, CRLF."""
    text = io.StringIO()
    csv.writer(text).writerows([protected(cell) for cell in row] for row in (header, *rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def protected(cell: object) -> str:
    """The cell as text that no spreadsheet computes, also one that splits it."""
    if cell is None:
        return ""
    text = cell if type(cell) is str else str(cell)
    if _SEPARATORS.search(text):
        text = _each_part(text, lambda part, is_risky: f"'{part}" if is_risky else part)
    elif text[:1].isalnum():
        return text
    return f"'{text}" if _dangerous(text.lstrip("'")) else text


def unprotected(text: str) -> str:
    """What stood in the cell before `protected`."""
    text = text[1:] if text.startswith("'") and _dangerous(text.lstrip("'")) else text
    return _each_part(text, lambda part, is_risky: part.removeprefix("'") if is_risky else part)


def _each_part(text: str, changed: Callable[[str, bool], str]) -> str:
    """Change what follows each separator; `changed` is told whether a formula could begin there."""
    parts = _SEPARATORS.split(text)
    for at in range(2, len(parts), 2):
        bare = parts[at].lstrip("'").lstrip(_QUOTED).rstrip(" ")
        is_before_tab = not bare and parts[at + 1 : at + 2] == ["\t"]  # a formula may begin with a tab
        parts[at] = changed(parts[at], is_before_tab or _dangerous(bare))
    return "".join(parts)


def _dangerous(text: str) -> bool:
    if not text or _PLAIN.fullmatch(text):
        return False
    for char in text:
        if unicodedata.normalize("NFKC", char)[:1] in _STARTS_FORMULA:
            return True
        if unicodedata.category(char) not in _INVISIBLE:
            return False
    return False
