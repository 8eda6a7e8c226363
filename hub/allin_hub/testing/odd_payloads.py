"""Payloads as no feed should send them: parts missing, empty, of another type, huge."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

ODD: tuple[Any, ...] = (
    None, "", " ", "x" * 5_000, 0, -1, 1.5, True, False, [], {}, [None], [[]], ["a", 1], {"a": None}, {"": ""},
    "\u202eabc", "a\x00b", "9999-99-99T99:99", "\n\r\t", [{"a": 1}],
)  # fmt: skip
_DEEPEST = 4
_WIDEST = 40


def odd_payloads(payload: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Variants of a payload, each with what is odd about it: nothing, one part gone, one part odd, all odd."""
    yield "an empty payload", {}
    for path in list(_paths(payload))[:_WIDEST]:
        yield f"a payload without {_shown(path)}", _without(payload, path)
        for value in ODD:
            yield f"{value!r:.40} in {_shown(path)}", _with(payload, path, value)
    for value in ODD:
        yield f"{value!r:.40} everywhere", dict.fromkeys(payload, value)


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if before:
        yield before
    if len(before) >= _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _paths(inner, (*before, name))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*before, 0))


def _without(payload: Mapping[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made, inner = _copied(payload, path)
    del inner[path[-1]]
    return made


def _with(payload: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made, inner = _copied(payload, path)
    inner[path[-1]] = copy.deepcopy(value)
    return made


def _copied(payload: Mapping[str, Any], path: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
    made = copy.deepcopy(dict(payload))
    inner: Any = made
    for part in path[:-1]:
        inner = inner[part]
    return made, inner


def _shown(path: tuple[Any, ...]) -> str:
    return ".".join(f"'{part}'" if isinstance(part, str) else str(part) for part in path)
