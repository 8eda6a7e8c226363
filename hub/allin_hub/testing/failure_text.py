"""How a suite says that a plugin breaks a rule: the plugin, the rule, what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import pytest

_MOST = 5
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule. `seen` is what the plugin did, `remedy` what its author does about it."""

    rule: str
    seen: str
    remedy: str


def fail(plugin: type, fault: Fault) -> NoReturn:
    """End the test with what a plugin's author needs to know."""
    place, seen = f"{plugin.__module__}.{plugin.__qualname__}", fault.seen
    seen = seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"
    pytest.fail(
        f"The plugin {plugin.__name__} ({place}) breaks a rule.\n"
        f"Rule: {fault.rule}\nSeen: {seen}\nDo:   {fault.remedy}",
        pytrace=False,
    )


def some(items: Iterable[object]) -> str:
    """The first few of many, for a sentence."""
    found = [str(item) for item in items]
    rest = len(found) - _MOST
    return "; ".join(found[:_MOST]) + (f"; and {rest} more" if rest > 0 else "")
