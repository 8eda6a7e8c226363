"""Whole syncs of damaged files: nothing is unforeseen, and every record that was read is accounted for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hypothesis import strategies as st
from tests.fuzz import doors, mapping
from tests.fuzz.material import TEXTS, damaged
from tests.fuzz.target import Target

from allin_hub.base.errors import HubError
from allin_hub.base.problems import catalogue
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store import raw_records
from allin_hub.store.engine import reading

SOURCE = '[sources.x]\nplugin = "{plugin}"\npath = "{name}"\n{kind}'
KIND = 'kind = "organisation"\n'


def targets() -> Iterator[Target]:
    """One for each built-in source, and one for tables of any text under known headings."""
    listed = st.one_of(damaged(doors.csv_files()), _tables())
    yield Target("sync-csv", listed, partial(_check, "spreadsheet", "x.csv", KIND), 3)
    yield Target("sync-events", _tables(), partial(_check, "spreadsheet", "x.csv", 'kind = "event"\n'), 3)
    yield Target("sync-workbook", damaged(doors.books()), partial(_check, "spreadsheet", "x.xlsx", KIND), 2)
    yield Target("sync-calendar", damaged(doors.calendar_files()), partial(_check, "ical", "x.ics", ""), 3)
    documents = st.one_of(damaged(mapping.documents()), mapping.shapes().map(mapping.dumped))
    yield Target("sync-form", documents, partial(_check, "form", "x.json", KIND), 3)


def _check(plugin: str, name: str, kind: str, content: bytes) -> None:
    """Sync twice: the second time nothing may change."""
    folder = Path(tempfile.mkdtemp(prefix="allin-fuzz-"))
    try:
        (folder / "hub.toml").write_text(SOURCE.format(plugin=plugin, name=name, kind=kind), encoding="utf-8")
        (folder / name).write_bytes(content)
        hub = open_hub(folder)
        try:
            first, second = (sync(hub).sources["x"] for _ in range(2))
            with reading(hub.engine) as connection:
                counts = raw_records.counts(connection, "x")
        finally:
            hub.close()
    finally:
        shutil.rmtree(folder)
    if first.status == "failed":
        assert isinstance(first.cause, HubError), repr(first.cause)
        assert first.cause.code in catalogue(), repr(first.cause)
        assert first.cause.code != "PLUGIN_FAILED", repr(first.cause.__cause__)
        assert first.hint
        return
    assert (
        first.fetched
        == counts.get(raw_records.LIVE, 0) + counts.get(raw_records.QUARANTINED, 0) + first.skipped
    )
    assert all(problem.message(language) for problem in first.problems for language in ("de", "en"))
    assert (second.status, second.new, second.changed, second.withdrawn) == ("done", 0, 0, 0)


def _tables() -> st.SearchStrategy[bytes]:
    """Rows of anything under headings that the hub knows."""
    headers = st.lists(st.sampled_from(mapping.HEADERS), min_size=2, max_size=8, unique=True)

    def filled(names: list[str]) -> st.SearchStrategy[bytes]:
        row = st.lists(TEXTS, min_size=len(names), max_size=len(names))
        return st.lists(row, max_size=8).map(lambda rows: _written([names, *rows]))

    return headers.flatmap(filled)


def _written(rows: list[list[str]]) -> bytes:
    quoted = ['";"'.join(cell.replace('"', '""') for cell in row) for row in rows]
    return "\r\n".join(f'"{row}"' for row in quoted).encode("utf-8", "replace")
