"""Writes CSV that a spreadsheet opens as text, never as a formula.

One choice, everywhere: a cell whose first visible character could start a formula gets a leading apostrophe.
Plain numbers and telephone numbers stay as they are. `unprotected` takes exactly that apostrophe away again;
so that nothing is lost, a cell that begins with apostrophes before such a character gets one more.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

_STARTS_FORMULA = frozenset("=+-@\t\r|%")
_INVISIBLE = frozenset(("Cf", "Cc", "Zs", "Zl", "Zp", "Mn"))
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,9})?|\+[0-9][0-9 ]{4,20}[0-9]")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV: UTF-8 with a byte order mark so that office programs see it, commas, CRLF."""
    text = io.StringIO()
    csv.writer(text).writerows([protected(cell) for cell in row] for row in (header, *rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def protected(cell: object) -> str:
    """The cell as text that no spreadsheet computes."""
    if cell is None:
        return ""
    text = cell if type(cell) is str else str(cell)
    if text[:1].isalnum():
        return text
    return f"'{text}" if _dangerous(text.lstrip("'")) or _dangerous(text) else text


def unprotected(text: str) -> str:
    """What stood in the cell before `protected`."""
    return text[1:] if text.startswith("'") and _dangerous(text.lstrip("'")) else text


def _dangerous(text: str) -> bool:
    if not text or _PLAIN.fullmatch(text):
        return False
    for char in text:
        if unicodedata.normalize("NFKC", char)[:1] in _STARTS_FORMULA:
            return True
        if unicodedata.category(char) not in _INVISIBLE:
            return False
    return False
