"""How the cells of several columns, or of one that says several things, become one value of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from allin_hub.mapping.paths import list_paths
from allin_schemas import Kind

_POSTAL_CITY = re.compile(r"\s*(?:[A-Z]{1,2}-)?(\d{4,5})[\s,]+(\S.*?)\s*\Z", re.DOTALL)
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


def alone(kind: Kind | None, path: str) -> Fold:
    """Choose the fold of a column that is the only one on its path."""
    if ".consent." in path or path.startswith("consent."):
        return Fold.CONSENT
    if path.endswith("+city"):
        return Fold.POSTAL_CITY
    if path in _SPANS and kind in {Kind.EVENT, Kind.OPPORTUNITY}:
        return Fold.SPAN
    return Fold.PLAIN


def together(kind: Kind | None, path: str) -> Fold:
    """Choose the fold of several columns on one path."""
    if kind is not None and path in list_paths(kind):
        return Fold.LIST
    return Fold.JOIN if path == "location" else Fold.FIRST


def fold(folds: Mapping[str, tuple[Fold, str]], payload: Mapping[str, Any], draft: dict[str, Any]) -> None:
    """Add the cells of the columns that have a fold to the draft, in the order of the columns."""
    for header, cell in payload.items():
        if header not in folds or cell is None or cell == "" or (cell.__class__ is str and cell.isspace()):
            continue
        how, path = folds[header]
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
            for chosen in _chosen(header, cell):
                _append(draft, path, chosen)
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


def _chosen(header: str, cell: Any) -> list[Any]:
    """Name the option in a header like `Sprachen [Türkisch]`, or the text that was written for it."""
    said = str(cell).strip().casefold()
    if said in _NO:
        return []
    if said in _YES:
        return [header[header.rindex("[") + 1 :].rstrip().removesuffix("]").strip()]
    return [cell]


def _split(path: str, cell: Any, draft: dict[str, Any]) -> None:
    """`34117 Kassel` as postal code and city; what is not both goes where it fits."""
    head = path.removesuffix("postal_code")
    found = _POSTAL_CITY.match(cell) if isinstance(cell, str) else None
    if found:
        draft.setdefault(path, found[1])
        draft.setdefault(f"{head}city", found[2])
    elif str(cell).strip().isdigit():
        draft.setdefault(path, cell)
    else:
        draft.setdefault(f"{head}city", cell)
