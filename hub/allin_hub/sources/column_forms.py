"""Find columns whose cells contradict their heading, by what has a form: numbers to call under `E-Mail`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from allin_hub.readers.sheets import Cell, Row
from allin_hub.sources.headers import Header

_FEWEST = 2
_MOST_OTHERS = 5
"""One in so many cells may have another form."""

_MAIL = re.compile(r"(?:mailto:)?[^\s@]+@[^\s@]+\.[^\s@]+\Z", re.IGNORECASE)
_WEB = re.compile(r"(?:https?://|www\.)\S+\Z", re.IGNORECASE)
_PHONE = re.compile(r"[+(0](?:[\s/().+–-]*\d){5,}[\s/().–-]*\Z")
_POSTAL_CODE = re.compile(r"(?:D-\s?)?\d{5}\Z")
_WORDS = re.compile(r"[^\W\d_]{2}[^\d@]*\Z")

_TEXTS = frozenset(
    {
        "name",
        "title",
        "city",
        "street",
        "district",
        "room",
        "languages",
        "languages_needed",
        "topics",
        "audience",
    }
)
_EXPECTED: dict[str, frozenset[str]] = {
    "email": frozenset({"mail"}),
    "phones": frozenset({"phone", "postal_code"}),
    "website": frozenset({"web"}),
    "postal_code": frozenset({"postal_code"}),
    **dict.fromkeys(_TEXTS, frozenset({"words"})),
}
"""Last part of a path -> the forms that its cells may have. Other columns may hold anything."""


CODES = {
    "mail": "COLUMN_HOLDS_MAIL",
    "web": "COLUMN_HOLDS_WEB",
    "phone": "COLUMN_HOLDS_PHONE",
    "postal_code": "COLUMN_HOLDS_POSTAL_CODE",
    "words": "COLUMN_HOLDS_WORDS",
}


def contradictions(header: Header, rows: Sequence[Row]) -> dict[int, str]:
    """Column -> the code of what its cells are, where that is not what its heading promises.

    `rows` are the first ones below the header; at least two cells and four in five must agree.
    """
    found: dict[int, str] = {}
    for at, name in enumerate(header.names):
        field = (header.columns.path(name) or "").rpartition(".")[2]
        expected = _EXPECTED.get(field)
        if expected is None or header.columns.is_mixed(name):
            continue
        forms = [form_of(cells[at]) for _, cells in rows if len(cells) > at and cells[at] not in (None, "")]
        usual = max(set(forms), key=forms.count, default=None)
        if usual is None or usual in expected or (usual == "words" and field != "postal_code"):
            continue
        others = len(forms) - forms.count(usual)
        if len(forms) - others >= _FEWEST and others * _MOST_OTHERS <= len(forms):
            found[at] = CODES[usual]
    return found


def form_of(cell: Cell) -> str | None:
    """Name the form of a cell; None where it has none."""
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        return None
    text = str(cell).strip()
    return next((name for name, fits in _FORMS if fits(text)), None)


_FORMS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("mail", _MAIL.match),
    ("web", _WEB.match),
    ("postal_code", _POSTAL_CODE.match),
    ("phone", _PHONE.match),
    ("words", _WORDS.match),
)
