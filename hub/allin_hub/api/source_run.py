"""What the hub lends a source while it fetches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from allin_hub.http.client import Http
    from allin_hub.mapping.columns import ColumnMap
    from allin_hub.readers.file_rules import FileRules
    from allin_hub.readers.open import Component, Sheet


class SourceRun(Protocol):
    """The two doors, the cursor, and a place for what a source notices."""

    since: str | None
    """The cursor that the last complete sync left, for sources that can read changes."""
    mark: str | None
    """What `state` gave for what the hub holds; None when all is to be read, whatever the feed's state."""
    now: dt.datetime
    zone: str
    """The office's IANA time zone."""
    languages: tuple[str, ...]
    columns: ColumnMap
    file_rules: FileRules
    """What the office demands of every file; `Files` and the doors obey it."""

    @property
    def http(self) -> Http:
        """The door to the network."""

    def path(self, written: str) -> Path:
        """A path of hub.toml, relative to the hub's folder."""

    def open_table(self, data: bytes | Path, name: str, *, encoding: str | None = None) -> Iterator[Sheet]:
        """The door for CSV, XLSX and ODS; `encoding` is that of a CSV file, where hub.toml names it."""

    def open_calendar(self, data: bytes | Path, name: str) -> Iterator[Component]:
        """The door for iCalendar files."""

    def cursor(self, mark: str) -> None:
        """Where the next read may begin; kept only when this run is complete."""

    def partial(self) -> None:
        """Tell that this read holds only a part of the feed: nothing is withdrawn because of it, and no cursor moves."""

    def problem(
        self,
        code: str,
        *,
        key: str | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        **params: Any,
    ) -> None:
        """Report a finding about the file or a record."""

    def skip(self, what: str, count: int = 1) -> None:
        """Count rows that are no records: `blank`, `total`, `header`, `note`."""

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the read is."""
