"""Reads fields column by column: equal cells are read and checked once, and each value keeps the model's rules.

A value that breaks a rule becomes a finding, so that what comes out of here can be stored as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from allin_hub.mapping.drafts import Way, localized_value, texts
from allin_hub.mapping.values import ValueMap
from allin_schemas import ENTITIES, Kind, claim_of
from allin_schemas.reading import Context, Finding, Reading, read, read_when

SCRIPTS = (("\u0600", "\u06ff", "ar"), ("\u0400", "\u04ff", "uk"), ("\u1200", "\u137f", "ti"))
_OTHER_SCRIPT = re.compile("[\u0400-\u04ff\u0600-\u06ff\u1200-\u137f]")
_LONGEST_SHOWN = 80
_DATED = frozenset({"date", "dates", "moment", "moments", "slots", "apply"})
"""Readers that read dates, of which the order of day and month may be known."""
_MOST_KNOWN = 8_000
"""How many cells of one field are remembered."""


@cache
def _adapter(kind: Kind, name: str) -> TypeAdapter[list[Any]]:
    """Build the check of a field's values: the claim model's own type, with the validators of all models in it."""
    annotation: Any = claim_of(ENTITIES[kind]).model_fields[name].annotation
    return TypeAdapter(list[annotation])


class Readings:
    """What the cells of one source mean. Readings are shared between rows, so they are never changed."""

    def __init__(
        self,
        context: Context,
        language: str,
        values: ValueMap | None = None,
        order_of: Callable[[str], Any] = lambda _path: None,
    ) -> None:
        self._context = context
        self._values = values
        """What the words of the source mean in fields of its own kind."""
        self._order_of = order_of
        """What comes first in the dates under a path."""
        self._language = language
        self._known: dict[tuple[Kind, str], dict[Any, Reading]] = {}
        self._flags: dict[Any, Reading] = {}
        self._spans: dict[Any, Reading] = {}

    def spans(self, rows: Sequence[tuple[Any, Any, Any]]) -> list[Reading]:
        """What the cells of start, end and "all day" of each row say together: a reading of several fields.

        Each finding has its field as its part.
        """
        found = []
        for row in rows:
            key = tuple(map(_key, row))
            reading = self._spans.get(key)
            if reading is None:
                if len(self._spans) > _MOST_KNOWN:
                    self._spans.clear()
                reading = self._spans[key] = self._span(*row)
            found.append(reading)
        return found

    def _span(self, start: Any, end: Any, all_day: Any) -> Reading:
        flag = Reading(None) if all_day is None else self.flag(all_day)
        told = tuple(one._replace(part="all_day") for one in flag.findings)
        reading = read_when(
            {"start": start, "end": end},
            self._in_order("start"),
            all_day=flag.value,
            ending=self._in_order("end"),
        )
        return Reading(reading.value, (*told, *reading.findings)) if told else reading

    def column(
        self, kind: Kind, name: str, way: Way, cells: Sequence[Any], *, is_own: bool = True
    ) -> list[Reading]:
        """The reading of each cell of one field; what was not understood, or is empty, is None."""
        known = self._known.setdefault((kind, name), {})
        keys = cells if set(map(type, cells)) == {str} else [_key(cell) for cell in cells]
        found: list[Reading | None] = list(map(known.get, keys))
        if None not in found:
            return cast("list[Reading]", found)
        fresh = {key: cell for key, cell, one in zip(keys, cells, found, strict=True) if one is None}
        written = list(fresh.values())
        if self._values is not None and is_own:
            written = self._values.meant(name, written)
        context = self._in_order(name) if way.reader in _DATED else self._context
        made = self._valid(kind, name, self._read(way, written, context))
        if len(fresh) == len(keys):
            return made
        news = dict(zip(fresh, made, strict=True))
        if len(known) > _MOST_KNOWN:
            known.clear()
        known.update(news)
        return [news[key] if one is None else one for key, one in zip(keys, found, strict=True)]

    def flag(self, cell: Any) -> Reading:
        """An answer of yes or no."""
        key = _key(cell)
        if key not in self._flags:
            if len(self._flags) > _MOST_KNOWN:
                self._flags.clear()
            self._flags[key] = read("flag", cell, self._context)
        return self._flags[key]

    def _in_order(self, path: str) -> Context:
        order = self._order_of(path)
        return self._context if order is None else replace(self._context, order=order)

    def _read(self, way: Way, cells: Sequence[Any], context: Context) -> list[Reading]:
        if way.reader is None:
            return [Reading(cell) for cell in cells]
        if way.localized:
            return [self._texts(cell) for cell in cells]
        name = way.reader
        return [read(name, cell, context) for cell in cells]

    def _texts(self, written: Any) -> Reading:
        """A text in each language in which it was written; one without a language is in the source's."""
        found: dict[str, Any] = {}
        findings: list[Finding] = []
        for language, text in texts(written, self._language).items():
            if text.__class__ is not str and isinstance(text, Mapping):
                found[language] = dict(text)
                continue
            reading = read("text", text, self._context)
            findings.extend(reading.findings)
            if reading.value is None:
                continue
            guess = _script_language(reading.value)
            if guess and not isinstance(written, Mapping) and guess != language:
                findings.append(Finding("LANGUAGE_GUESSED", guess))
                language = guess  # noqa: PLW2901 - the guess takes the place of the source's language
            found[language] = localized_value(reading.value)
        return Reading(found or None, tuple(findings))

    def _valid(self, kind: Kind, name: str, made: list[Reading]) -> list[Reading]:
        """The readings, those that break the model's rules replaced by a finding."""
        places = [n for n, reading in enumerate(made) if reading.value is not None]
        for n in breaking(kind, name, [made[n].value for n in places]):
            wrong = made[places[n]]
            shown = str(wrong.value)[:_LONGEST_SHOWN] if isinstance(wrong.value, str | int | float) else "…"
            made[places[n]] = Reading(None, (*wrong.findings, Finding("VALUE_INVALID", shown)))
        return [
            Reading(None, reading.findings) if not reading.value and reading.value in ([], {}) else reading
            for reading in made
        ]


def breaking(kind: Kind, name: str, values: list[Any]) -> set[int]:
    """Which of the values break a rule of the model."""
    try:
        _adapter(kind, name).validate_json(orjson.dumps(values), strict=True)
    except ValidationError as error:
        return {int(found["loc"][0]) for found in error.errors(include_url=False, include_input=False)}
    except orjson.JSONEncodeError:
        odd = {n for n, value in enumerate(values) if not _is_plain(value)}
        plain = [n for n in range(len(values)) if n not in odd]
        return odd | {plain[n] for n in breaking(kind, name, [values[n] for n in plain])}
    return set()


def _is_plain(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True


def _key(cell: Any) -> Any:
    """What makes two cells equal, 1 and True apart, in lists too; a key of its own for what cannot be compared."""
    if type(cell) is str:
        return cell
    content: Any = cell
    if isinstance(cell, dict):
        if set(map(type, cell.values())) == {str}:
            return dict, (*cell.items(),)
        content = tuple((name, type(value), value) for name, value in cell.items())
    elif isinstance(cell, list | tuple):
        if set(map(type, cell)) == {str}:
            return list, (*cell,)
        content = tuple((type(value), value) for value in cell)
    key = (type(cell), content)
    try:
        hash(key)
    except TypeError:
        return object()
    return key


def _script_language(text: str) -> str | None:
    """The language that a script other than the Latin one stands for."""
    if _OTHER_SCRIPT.search(text) is None:
        return None
    letters = [character for character in text[:400] if character.isalpha()]
    for first, last, language in SCRIPTS:
        if letters and sum(first <= character <= last for character in letters) * 2 > len(letters):
            return language
    return None
