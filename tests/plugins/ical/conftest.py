"""A run as the hub lends it, with the real door for calendars."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allin_hub.http.response import Response
from allin_hub.readers.ical_reader import Component, open_calendar


class FakeHttp:
    """Answers each request with the same calendar, and remembers what was asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[tuple[str, Any]] = []

    def get(self, url: str, *, auth: Any = None, **_: Any) -> Response:
        """Give the calendar."""
        self.asked.append((url, auth))
        return Response(url, 200, {}, self.content)


class FakeRun:
    """What a source may use while it fetches."""

    zone = "Europe/Berlin"
    languages = ("de", "en")
    since = None
    mark = None
    now = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http = FakeHttp(b"")
        self.opened = 0
        self.problems: list[tuple[str, str | None, dict[str, Any]]] = []
        self.skipped: Counter[str] = Counter()

    def path(self, written: str) -> Path:
        """Give a path in the hub's folder."""
        return self.folder / written

    def open_calendar(self, data: bytes | Path, name: str) -> Iterator[Component]:
        """Open the real door."""
        self.opened += 1
        return open_calendar(data, name)

    def problem(self, code: str, *, key: str | None = None, row: int | None = None, **params: Any) -> None:
        """Remember a finding."""
        self.problems.append((code, key, params))

    def skip(self, what: str, count: int = 1) -> None:
        """Remember what was no record."""
        self.skipped[what] += count

    def progress(self, done: int, total: int | None = None) -> None:
        """Be told how far the read is."""

    @property
    def codes(self) -> list[str]:
        """The codes of all findings."""
        return [code for code, _, _ in self.problems]


@pytest.fixture
def run(tmp_path: Path) -> FakeRun:
    """Lend a run in an empty folder."""
    return FakeRun(tmp_path)
