"""A fixed day and place, so that what readers complete is always the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from allin_schemas.reading import Context, Reading, read

Read = Callable[[str, Any], Reading]


@pytest.fixture(scope="session")
def context() -> Context:
    """An August day in Kassel."""
    return Context(today=dt.date(2026, 8, 20))


@pytest.fixture(scope="session")
def value(context: Context) -> Callable[[str, Any], Any]:
    """The value that a reader gives."""
    return lambda name, cell: read(name, cell, context).value


@pytest.fixture(scope="session")
def codes(context: Context) -> Callable[[str, Any], list[str]]:
    """The codes of what a reader noticed."""
    return lambda name, cell: [finding.code for finding in read(name, cell, context).findings]
