"""What the words of a source mean where a field takes only those of a list: said in hub.toml, or kept in `maps/`.

`values = { type = { "Helferkreis" = "initiative" } }` reads "Helferkreis" in the column of the type as an initiative.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from allin_hub.config.toml_blocks import Blocks
from allin_hub.config.toml_edit import quoted
from allin_hub.mapping.drafts import reader_of
from allin_schemas import ENTITIES, Kind
from allin_schemas.reading import Context, read

Values = Mapping[str, Mapping[str, str]]
"""Path of the model -> word -> word of the list."""
_LISTS = frozenset({"mode", "topics", "languages", "language"})
_BETWEEN = re.compile(r"\s*[,;|\n]\s*")
_ANY_DAY = Context(today=dt.date(2000, 1, 1))


def word_key(word: str) -> str:
    """Write a word so that case, blanks and hyphens make no difference."""
    return " ".join(word.casefold().replace("-", " ").replace("_", " ").split())


def refuse_circles(blocks: Blocks, path: tuple[str, ...], values: Values) -> None:
    """Raise ConfigError for a word that means itself, or another one that is to mean something else in turn."""
    for name, words in values.items():
        targets = {word_key(word): meant for word, meant in words.items()}
        for word, meant in words.items():
            where = (*path, name, word)
            if word_key(word) == word_key(meant):
                raise blocks.error(where, "{key} means itself.", "Write a word of the list on the right.")
            if word_key(meant) in targets:
                raise blocks.error(
                    where,
                    "{key} leads to '{meant}', which means another word in turn.",
                    "Write the word of the list itself on the right.",
                    meant=meant,
                )


def refuse_unknown_words(blocks: Blocks, path: tuple[str, ...], kind: Kind, values: Values) -> None:
    """Raise ConfigError for a field that takes no words of a list, and for a word that is not on its list."""
    for name, words in values.items():
        reader = _list_reader(kind, name)
        if reader is None:
            fields = ", ".join(one for one in ENTITIES[kind].model_fields if _list_reader(kind, one))
            raise blocks.error(
                (*path, name),
                "{key} is no field that takes the words of a list.",
                "Fields with a list are: {fields}.",
                fields=fields,
            )
        for word, meant in words.items():
            found = read(reader, meant, _ANY_DAY)
            if found.value is None:
                known = found.findings[0].params.get("codes", "…") if found.findings else "…"
                raise blocks.error(
                    (*path, name, word),
                    "{key}: '{meant}' is not on the list of this field.",
                    "Take one of these words: {words}.",
                    meant=meant,
                    words=known,
                )


def fitting(kind: Kind, values: Values) -> dict[str, dict[str, str]]:
    """Keep of what was learned only what this kind and this release know."""
    found: dict[str, dict[str, str]] = {}
    for name, words in values.items():
        reader = _list_reader(kind, name)
        if reader is not None:
            found[name] = {
                word: meant
                for word, meant in words.items()
                if read(reader, meant, _ANY_DAY).value is not None
            }
    return found


def _list_reader(kind: Kind, name: str) -> str | None:
    """Name the reader of a field that takes only words of a list; None for any other."""
    reader = reader_of(kind, name) if name in ENTITIES[kind].model_fields else None
    is_of_list = reader is not None and (reader in _LISTS or reader.endswith(("_type", "_status")))
    return reader if is_of_list else None


def line_of(name: str, word: str, meant: str) -> str:
    """Write the line of hub.toml that says what a word means."""
    return f"values = {{ {name} = {{ {quoted(word)} = {quoted(meant)} }} }}"


def merged(learned: Values, given: Values) -> dict[str, dict[str, str]]:
    """Put what hub.toml says over what was kept; a word counts once, however it is spelled."""
    found: dict[str, dict[str, str]] = {}
    for name in (*learned, *given):
        own = {word_key(word) for word in given.get(name, {})}
        kept = {word: meant for word, meant in learned.get(name, {}).items() if word_key(word) not in own}
        found[name] = {**kept, **given.get(name, {})}
    return found


class ValueMap:
    """The words of one source, looked up by field."""

    def __init__(self, values: Values) -> None:
        self._fields = {
            name: {word_key(word): meant for word, meant in words.items()} for name, words in values.items()
        }

    def meant(self, field: str, cells: list[Any]) -> list[Any]:
        """Put the word that is meant in the place of each that has one."""
        words = self._fields.get(field)
        return cells if not words else [_meant(words, cell) for cell in cells]


def _meant(words: Mapping[str, str], cell: Any) -> Any:
    if isinstance(cell, list | tuple):
        return [_meant(words, one) for one in cell]
    if not isinstance(cell, str):
        return cell
    whole = words.get(word_key(cell))
    if whole is not None:
        return whole
    parts = _BETWEEN.split(cell)
    if len(parts) == 1 or not any(word_key(part) in words for part in parts):
        return cell
    return [words.get(word_key(part), part) for part in parts]
