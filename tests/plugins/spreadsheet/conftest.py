"""A run without a hub: what a source reports is kept for the test to look at."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allin_hub.columns import ColumnMap
from allin_hub.opening import open_table
from allin_hub.sheets import Sheet


class Run:
    """The doors that a spreadsheet needs, onto one folder."""

    since = None
    zone = "Europe/Berlin"
    languages = ("de",)

    def __init__(self, folder: Path, columns: ColumnMap) -> None:
        self.folder = folder
        self.columns = columns
        self.now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
        self.problems: list[tuple[str, int | None, str | None]] = []
        self.skipped: Counter[str] = Counter()
        self.opened = 0
        self.http: Any = None

    def path(self, written: str) -> Path:
        return self.folder / written

    def open_table(self, data: bytes | Path, name: str) -> Iterator[Sheet]:
        self.opened += 1
        return open_table(data, name)

    def problem(self, code: str, *, row: int | None = None, column: str | None = None, **params: Any) -> None:
        self.problems.append((code, row, column))

    def skip(self, what: str, count: int = 1) -> None:
        self.skipped[what] += count


@pytest.fixture
def make_run(tmp_path: Path) -> Any:
    """Make a run over the test's folder for a source, whose columns it sets as the hub does."""

    def make(source: Any, kind: Any, **columns: Any) -> Run:
        source.columns = ColumnMap(kind, **columns)
        return Run(tmp_path, source.columns)

    return make
