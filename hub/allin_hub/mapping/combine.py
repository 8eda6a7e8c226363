"""How the cells of several columns, or of one that says several things, become one value of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

from allin_hub.mapping.paths import list_paths
from allin_schemas import Kind
from allin_schemas.reading import split_town

_WEB = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;|]+")
_LABEL = re.compile(r"\b(?:e-?mail|mail|web(?:seite|site)?|internet|homepage|www)\s*:\s*", re.IGNORECASE)
_NO_CHOICE = frozenset(
    {
        "andere",
        "anderes",
        "andere sprachen",
        "sonstige",
        "sonstiges",
        "weitere",
        "weitere sprachen",
        "other",
        "others",
        "other languages",
        "diğer",
        "أخرى",
        "інше",
    }
)
"""An option that says only that another field says more."""
_SPANS = frozenset({"start", "end", "slots.start", "slots.end"})
_YES = frozenset(
    {
        "ja",
        "j",
        "yes",
        "y",
        "x",
        "1",
        "true",
        "wahr",
        "✓",
        "✔",
        "☑",
        "☒",
        "ausgewählt",
        "selected",
        "checked",
        "evet",
        "نعم",
        "так",
    }
)
_NO = frozenset(
    {
        "",
        "nein",
        "n",
        "no",
        "0",
        "false",
        "falsch",
        "-",
        "–",
        "☐",
        "nicht gewählt",
        "not selected",
        "unchecked",
        "hayır",
        "لا",
        "ні",
        "n/a",
    }
)


class Fold(Enum):
    """What happens to a cell on its way into the draft."""

    PLAIN = auto()
    """It stands alone on its path."""
    LIST = auto()
    """It is one of several values."""
    FIRST = auto()
    """It counts when the columns before it are blank."""
    JOIN = auto()
    """It is a part of one line."""
    SPAN = auto()
    """It says a day, a time or both; the reader of spans takes the cells of a start, or of an end, together."""
    OPTION = auto()
    """It says whether the option in its header was chosen."""
    CONSENT = auto()
    """It answers a question for consent."""
    POSTAL_CITY = auto()
    """It holds a postal code and a city."""
    WAYS = auto()
    """It holds several ways to reach somebody: a mail address, a web address, numbers."""
    FAX = auto()
    """It holds the number of a fax."""


class Route(NamedTuple):
    """How the cells of a column get into a draft, and where to."""

    how: Fold
    path: str
    option: str = ""
    """What a column for one choice stands for."""
    question: str = ""
    """The column that holds the same choices in one cell, beside a column for each."""


_OF_ENDING = {"city": Fold.POSTAL_CITY, "ways": Fold.WAYS, "fax": Fold.FAX}


def alone(kind: Kind | None, path: str) -> Fold:
    """Choose the fold of a column that is the only one on its path."""
    if ".consent." in path or path.startswith("consent."):
        return Fold.CONSENT
    if "+" in path:
        return _OF_ENDING[path.rpartition("+")[2]]
    if path in _SPANS and kind in {Kind.EVENT, Kind.OPPORTUNITY}:
        return Fold.SPAN
    return Fold.PLAIN


def together(kind: Kind | None, path: str) -> Fold:
    """Choose the fold of several columns on one path."""
    if kind is not None and path in list_paths(kind):
        return Fold.LIST
    return Fold.JOIN if path == "location" else Fold.FIRST


def fold(folds: Mapping[str, Route], payload: Mapping[str, Any], draft: dict[str, Any]) -> None:
    """Add the cells of the columns that have a fold to the draft, in the order of the columns."""
    for header, cell in payload.items():
        if header not in folds or cell is None or cell == "" or (cell.__class__ is str and cell.isspace()):
            continue
        how, path, option, question = folds[header]
        if how is Fold.LIST:
            _append(draft, path, cell)
        elif how is Fold.CONSENT:
            head, _, purpose = path.rpartition(".")
            answer = {"purpose": purpose, "answer": cell, "wording": header, "column": header}
            draft.setdefault(head + "s", []).append(answer)
        elif how is Fold.FIRST:
            if path not in draft:
                draft[path] = cell
        elif how is Fold.SPAN:
            _append(draft, path, cell)
        elif how is Fold.JOIN:
            draft[path] = f"{draft[path]}, {cell}" if path in draft else cell
        elif how is Fold.OPTION:
            if question in payload:
                _take_out(draft, path, payload[question])
            for chosen in _chosen(option, cell):
                _append(draft, path, chosen)
        elif how is Fold.WAYS:
            _by_form(path.partition("+")[0], cell, draft)
        elif how is Fold.FAX:
            _append(draft, path.partition("+")[0], f"Fax {cell}")
        else:
            _split(path.partition("+")[0], cell, draft)


def _append(draft: dict[str, Any], path: str, cell: Any) -> None:
    """One value stays as it is; from the second on they are a list."""
    if path not in draft:
        draft[path] = cell
        return
    before = draft[path]
    draft[path] = [
        *(before if isinstance(before, list) else [before]),
        *(cell if isinstance(cell, list) else [cell]),
    ]


def _chosen(option: str, cell: Any) -> list[Any]:
    """Name the option where a cell says yes, or the text that was written for it."""
    said = str(cell).strip().casefold()
    if said in _NO:
        return []
    if said in _YES or said == option.casefold():
        return [] if option.casefold() in _NO_CHOICE else [option]
    return [cell]


def _take_out(draft: dict[str, Any], path: str, cell: Any) -> None:
    """Take the cell with all choices out of a draft: the columns for each say the same."""
    before = draft.get(path)
    if before is cell:
        del draft[path]
    elif isinstance(before, list) and cell in before:
        before.remove(cell)


def _by_form(first: str, cell: Any, draft: dict[str, Any]) -> None:
    """Put mail and web addresses where they belong; the rest is of the heading's first word."""
    if not isinstance(cell, str):
        draft.setdefault(first, cell)
        return
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    for part in _BETWEEN.split(_LABEL.sub("", cell).strip()):
        path = "email" if "@" in part else "website" if _WEB.match(part) else ""
        if path:
            found.setdefault(path, []).append(part)
        elif part:
            rest.append(part)
    if rest and (first == "phones" or not found):
        draft.setdefault(first, " ".join(rest))
    elif rest:
        found[next(iter(found))] += rest
    for path, parts in found.items():
        draft.setdefault(path, "; ".join(parts))


def _split(path: str, cell: Any, draft: dict[str, Any]) -> None:
    """`34117 Kassel`, `A-1010 Wien` and `1012 AB Amsterdam` as postal code and city; what is not both goes where it fits."""
    head = path.removesuffix("postal_code")
    found = split_town(cell) if isinstance(cell, str) else None
    if found:
        draft.setdefault(path, found[0])
        draft.setdefault(f"{head}city", found[1])
    elif any(map(str.isdigit, str(cell))) and not re.search(r"[^\W\d]{4}", str(cell)):
        draft.setdefault(path, cell)
    else:
        draft.setdefault(f"{head}city", cell)
