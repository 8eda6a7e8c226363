"""Every file of the corpus through a whole sync: counted exactly, refused clearly, never with a traceback."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from allin_hub.base.problems import catalogue
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store import entities, raw_records
from allin_hub.store.engine import reading
from allin_schemas import Kind

EARLIER = {"csv-200-mb-of-delimiters": "HEADER_NOT_FOUND"}
"""Refused before the door has read all of it: no header stands in the first 50 rows."""

SOURCE = '[sources.{name}]\nplugin = "{plugin}"\npath = "{path}"\n'


def _cases(module: str) -> list[Any]:
    spec = importlib.util.spec_from_file_location(
        f"corpus_{module}", Path(__file__).with_name(f"{module}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return [case for case in loaded.CASES if case.refused is not None or case.live is not None]


TABLES = _cases("tables")
CALENDARS = _cases("calendars")


def _sync(folder: Path, case: Any, *, calendar: bool) -> tuple[Any, int]:
    (folder / case.filename).write_bytes(case.build())
    text = SOURCE.format(name="x", plugin="ical" if calendar else "spreadsheet", path=case.filename)
    (folder / "hub.toml").write_text(text if calendar else text + 'kind = "organisation"\n', encoding="utf-8")
    hub = open_hub(folder)
    try:
        report = sync(hub).sources["x"]
        with reading(hub.engine) as connection:
            live = raw_records.counts(connection, "x").get(raw_records.LIVE, 0)
            shown = sum(
                1
                for _ in entities.everything(
                    connection, Kind.EVENT if calendar else Kind.ORGANISATION, hub.sealer
                )
            )
        assert shown <= live
        return report, live
    finally:
        hub.close()


@pytest.fixture
def folder(tmp_path: Path, empty_file: Any) -> Path:
    """The folder of a hub that holds nothing yet."""
    empty_file(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", TABLES, ids=str)
def test_a_table_of_the_corpus_comes_to_its_outcome(case: Any, folder: Path) -> None:
    """Live, waiting and skipped rows are counted exactly; what is refused is refused by name."""
    report, live = _sync(folder, case, calendar=False)

    _as_declared(case, report, live)


@pytest.mark.parametrize("case", CALENDARS, ids=str)
def test_a_calendar_of_the_corpus_comes_to_its_outcome(case: Any, folder: Path) -> None:
    """The same for calendars."""
    report, live = _sync(folder, case, calendar=True)

    _as_declared(case, report, live)


def _as_declared(case: Any, report: Any, live: int) -> None:
    if case.refused is not None:
        assert (report.status, live) == ("failed", 0)
        assert [problem.code for problem in report.problems] == [EARLIER.get(case.name, case.refused)]
        assert report.problems[0].message("de")
        assert report.problems[0].hint("de")
    else:
        assert (report.status, live, report.quarantined, report.skipped) == (
            "done",
            case.live,
            case.quarantined,
            case.skipped,
        )
        assert report.fetched == live + report.quarantined + report.skipped
    assert all(problem.code in catalogue() for problem in report.problems)
    assert "Traceback" not in str(report.message)


def test_the_corpus_is_large_enough() -> None:
    """At least 60 files of the project's own."""
    assert len(TABLES) + len(CALENDARS) >= 60
