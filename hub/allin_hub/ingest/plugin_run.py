"""What the hub lends a source while it fetches: the real `SourceRun`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allin_hub.api.plugin import Source
from allin_hub.base.problems import Problem
from allin_hub.config.settings import SourceLimits
from allin_hub.hub import Hub
from allin_hub.mapping.columns import ColumnMap
from allin_hub.readers.file_rules import FileRules, inside

if TYPE_CHECKING:
    from allin_hub.http.client import Http
    from allin_hub.readers.open import Component, Sheet


_LIMITS = SourceLimits()
MOST_ALIKE = 100
"""How many findings of one kind about a whole file are kept."""


class LentRun:
    """The two doors, the cursor, and a place for what a source notices (protocol `SourceRun`)."""

    def __init__(
        self,
        hub: Hub,
        allow_hosts: tuple[str, ...],
        columns: ColumnMap,
        since: str | None,
        told: Callable[[int, int | None], None] | None = None,
        source: Source[Any] | None = None,
        limits: SourceLimits = _LIMITS,
    ) -> None:
        self._hub = hub
        self._per_minute = source.requests_per_minute if source is not None else None
        self._allow_hosts = allow_hosts
        self._told = told
        self._http: Http | None = None
        self.file_rules = FileRules(limits.megabytes, jail_required=hub.config.hub.jail == "required")
        self.columns = columns
        self.since = since
        self.mark: str | None = None
        self.now: dt.datetime = hub.clock()
        self.zone = hub.config.hub.zone
        self.languages = hub.config.hub.languages
        self.next_cursor: str | None = None
        self.holds_all = True
        self.skipped: dict[str, int] = {}
        self._file_problems: dict[str, list[Problem]] = {}
        self._folded: dict[str, int] = {}
        self._record_problems: dict[Any, list[Problem]] = {}

    @property
    def http(self) -> Http:
        """The door to the network."""
        if self._http is None:
            if self._hub.network is not None:
                self._http = self._hub.network()
            else:
                from allin_hub.http.client import Http

                self._http = Http(allow_hosts=self._allow_hosts, per_minute=self._per_minute)
        return self._http

    def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            self._http.close()

    def path(self, written: str) -> Path:
        """A path of hub.toml, relative to the hub's folder.

        Raises Refused for a file that is a link out of its folder.
        """
        path = self._hub.config.folder / written
        return inside(path, path.parent) if path.is_symlink() and not path.is_dir() else path

    def open_table(self, data: bytes | Path, name: str, *, encoding: str | None = None) -> Iterator[Sheet]:
        """The door for CSV, XLSX and ODS; `encoding` is that of a CSV file, where hub.toml names it."""
        from allin_hub.readers.open import open_table

        return open_table(data, name, rules=self.file_rules, encoding=encoding)

    def open_calendar(self, data: bytes | Path, name: str) -> Iterator[Component]:
        """The door for iCalendar files."""
        from allin_hub.readers.open import open_calendar

        return open_calendar(data, name, zone=self.zone, rules=self.file_rules)

    def cursor(self, mark: str) -> None:
        """Where the next read may begin; kept only when this run is complete."""
        self.next_cursor = mark

    def partial(self) -> None:
        """Tell that this read holds only a part of the feed: nothing is withdrawn because of it, and no cursor moves."""
        self.holds_all = False

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
        """Report a finding about the file, or about the record at this row or under this key."""
        found = Problem(code, key, sheet, row, column, None, params)
        if row is not None:
            self._record_problems.setdefault((sheet, row), []).append(found)
        elif key is not None:
            self._record_problems.setdefault(key, []).append(found)
        else:
            self._report_about_file(found)

    def about_file(self, found: Iterable[Problem]) -> None:
        """Take problems of rows that made no record for problems of the file."""
        for one in found:
            self._report_about_file(one)

    def _report_about_file(self, found: Problem) -> None:
        """Keep the first of each kind, and count the others: nobody reads a thousand that say the same."""
        alike = self._file_problems.setdefault(found.code, [])
        if len(alike) < MOST_ALIKE and found not in alike:
            alike.append(found)
        else:
            self._folded[found.code] = self._folded.get(found.code, 0) + 1

    @property
    def file_problems(self) -> list[Problem]:
        """What was reported about the file; of each kind the first, and how many more there were."""
        found = [problem for alike in self._file_problems.values() for problem in alike]
        return found + [
            Problem("MESSAGES_FOLDED", params={"count": count, "value": code})
            for code, count in self._folded.items()
        ]

    def take_record_problems(self) -> dict[Any, list[Problem]]:
        """What was reported about records since the last call."""
        found, self._record_problems = self._record_problems, {}
        return found

    def skip(self, what: str, count: int = 1) -> None:
        """Count rows that are no records: `blank`, `total`, `header`, `note`."""
        self.skipped[what] = self.skipped.get(what, 0) + count

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the read is."""
        if self._told is not None:
            self._told(done, total)
