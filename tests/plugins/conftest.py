"""A run without a hub: what a source reports is kept for the test to look at."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from allin_hub import ColumnMap, Raw, Source
from allin_hub.readers.open import open_table
from allin_hub.readers.sheets import Sheet
from allin_schemas import Kind


@dataclass
class Answer:
    """What the fake network answers."""

    content: bytes
    url: str = "https://partner.example/"
    unchanged: bool = False
    redirected: bool = False
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Network:
    """Serves one body, and remembers who asked for what."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[tuple[str, str | None]] = []

    def get(self, url: str, *, auth: Any = None, **_: Any) -> Answer:
        """Answer every request alike."""
        self.asked.append((url, auth.get_secret_value() if auth is not None else None))
        return Answer(self.content)


class Run:
    """The doors that a source of files needs, onto one folder."""

    since = None
    mark = None
    zone = "Europe/Berlin"
    languages = ("de",)

    def __init__(self, folder: Path, columns: ColumnMap) -> None:
        self.folder = folder
        self.columns = columns
        self.now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
        self.problems: list[tuple[str, int | None, str | None]] = []
        self.sheets: set[str | None] = set()
        self.skipped: Counter[str] = Counter()
        self.opened: list[str] = []
        self.http = Network(b"")

    def path(self, written: str) -> Path:
        """Find a path in the folder."""
        return self.folder / written

    def open_table(self, data: bytes | Path, name: str, *, encoding: str | None = None) -> Iterator[Sheet]:
        """Open by the real door, and remember it."""
        self.opened.append(name)
        return open_table(data, name)

    def problem(
        self,
        code: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        **_: Any,
    ) -> None:
        """Keep what was found."""
        self.problems.append((code, row, column))
        self.sheets.add(sheet)

    def skip(self, what: str, count: int = 1) -> None:
        """Count what was passed over."""
        self.skipped[what] += count


@dataclass
class Reading:
    """One source over the test's folder."""

    source: Source[Any]
    run: Run

    def raws(self) -> list[Raw]:
        """Fetch everything."""
        return list(self.source.fetch(self.run))  # type: ignore[arg-type] # the parts of a run that it needs

    def drafts(self) -> list[Mapping[str, Any]]:
        """Fetch and map everything."""
        return [self.source.map(raw) for raw in self.raws()]


@pytest.fixture
def read_with(tmp_path: Path) -> Callable[..., Reading]:
    """Make a source over the test's folder, its columns and key set as the hub does."""

    def make(
        source: Source[Any], kind: Kind = Kind.ORGANISATION, *, key: str | None = None, **columns: Any
    ) -> Reading:
        source.key_column = key
        source.columns = ColumnMap(kind, **columns)
        return Reading(source, Run(tmp_path, source.columns))

    return make
