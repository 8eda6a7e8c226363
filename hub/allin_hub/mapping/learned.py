"""What the hub learned about a source's columns: `maps/<source>.toml`, readable and editable; hub.toml wins over it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point, around
from allin_hub.config.toml_edit import quoted
from allin_hub.i18n.translator import Voice
from allin_hub.mapping.date_orders import ORDERS

FOLDER = "maps"


def _path(folder: Path, source: str) -> Path:
    return folder / FOLDER / f"{source}.toml"


def learned(folder: Path, source: str) -> dict[str, str]:
    """Column -> path of the model, as kept.

    Raises ConfigError when the file is not valid.
    """
    data = _data(folder, source)
    columns = data.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise ConfigError(
            '{file}: [columns] must hold lines like "Verein" = "name".',
            hint="Mend it, or delete it: the hub learns it again.",
            file=f"{FOLDER}/{source}.toml",
        )
    return columns


def learned_values(folder: Path, source: str) -> dict[str, dict[str, str]]:
    """Field -> word -> word of the list, as kept.

    Raises ConfigError when the file is not valid.
    """
    values = _data(folder, source).get("values", {})
    if not isinstance(values, dict) or not all(
        isinstance(words, dict) and all(isinstance(meant, str) for meant in words.values())
        for words in values.values()
    ):
        raise ConfigError(
            '{file}: [values.type] must hold lines like "Helferkreis" = "initiative".',
            hint="Mend it, or delete it: the hub learns it again.",
            file=f"{FOLDER}/{source}.toml",
        )
    return values


def _data(folder: Path, source: str) -> dict[str, Any]:
    path = _path(folder, source)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "{file} is not valid: {fault}.",
            hint="Mend it, or delete it: the hub learns it again.",
            file=f"{FOLDER}/{source}.toml",
            fault=error,
        ) from None
    return data


def orders(folder: Path, source: str) -> dict[str, str]:
    """Column -> what comes first in its dates, as kept.

    Raises ConfigError when the file is not valid.
    """
    kept = _data(folder, source).get("date_order", {})
    if not isinstance(kept, dict) or not all(value in ORDERS for value in kept.values()):
        raise ConfigError(
            '{file}: [date_order] must hold lines like "Datum" = "day first".',
            hint="Mend it, or delete it: the hub learns it again.",
            file=f"{FOLDER}/{source}.toml",
        )
    return kept


def keep(
    folder: Path,
    source: str,
    columns: Mapping[str, str],
    unused: int,
    say: Voice,
    values: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    *,
    orders: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write what was learned, when it differs from what is there; a heading that means nothing may be a person's name."""
    remarks = [
        say("What the hub found out about the columns of this source."),
        say("Change a path here, or in hub.toml, which wins. A dash leaves a column out."),
    ]
    left = say("Columns without a use: {number}. Name one here or in hub.toml to use it.", number=unused)
    lines = [
        *(f"# {remark}" for remark in remarks),
        "",
        "[columns]",
        *(f"{quoted(column)} = {quoted(target)}" for column, target in columns.items()),
        *([f"# {left}"] if unused else []),
        *(
            line
            for name, words in values.items()
            if words
            for line in (
                "",
                f"[values.{name}]",
                *(f"{quoted(word)} = {quoted(meant)}" for word, meant in words.items()),
            )
        ),
        "",
    ]
    if orders:
        first = say("What comes first in dates like 05/12/2026: day first, month first, or unclear.")
        lines += [
            f"# {first}",
            "[date_order]",
            *(f"{quoted(column)} = {quoted(order)}" for column, order in orders.items()),
            "",
        ]
    text = "\n".join(lines)
    path = _path(folder, source)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    with around(Point.MAP_WRITTEN):
        fresh.write_text(text, encoding="utf-8")
    with around(Point.MAP_PLACED):
        fresh.replace(path)
