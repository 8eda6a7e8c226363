"""How a suite says that a plugin breaks a rule: the plugin, the rule, what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import pytest

_MOST = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule. `seen` is what the plugin did, `remedy` what its author does about it."""

    rule: str
    seen: str
    remedy: str


def fail(plugin: type, fault: Fault) -> NoReturn:
    """End the test with what a plugin's author needs to know."""
    place = f"{plugin.__module__}.{plugin.__qualname__}"
    pytest.fail(
        f"The plugin {plugin.__name__} ({place}) breaks a rule.\n"
        f"Rule: {fault.rule}\nSeen: {fault.seen}\nDo:   {fault.remedy}",
        pytrace=False,
    )


def some(items: Iterable[object]) -> str:
    """The first few of many, for a sentence."""
    found = [str(item) for item in items]
    rest = len(found) - _MOST
    return "; ".join(found[:_MOST]) + (f"; and {rest} more" if rest > 0 else "")


def shortened(value: object, most: int = 80) -> str:
    """A value as people may see it in a sentence."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
