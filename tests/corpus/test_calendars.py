"""Each broken or hostile calendar has exactly its outcome, and costs little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.corpus.calendars import CASES
from tests.corpus.case import Case
from tests.cpu import cpu_seconds

from allin_hub.base.errors import Refused
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.readers.ical_reader import open_calendar

MOST_SECONDS = 10
MOST_MEGABYTES = 500
MEASURE = """
import resource, sys
from pathlib import Path
from allin_hub.readers.ical_reader import open_calendar
from allin_hub.base.errors import Refused
try:
    for _ in open_calendar(Path(sys.argv[1]), "x.ics"): pass
except Refused: pass
# Not ru_maxrss of this process: it would begin with what the process that started it had in use.
own = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print((own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
"""
LARGE = {
    "too many events",
    "too many bytes",
    "millions of folds",
    "a picture inside",
    "fifty thousand components in one event",
    "a hundred thousand excluded dates",
}
SETTINGS = """
[hub]
title = "Test"

[sources.termine]
plugin = "ical"
path = "{filename}"
"""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_calendar_comes_through_the_door_or_is_refused_by_name(case: Case) -> None:
    """Taken or refused, within ten CPU seconds; what a refusal says shows nothing that stands in the file."""
    content = case.build()
    began = cpu_seconds()
    found, code, told = [], None, ""
    try:
        found = list(open_calendar(content, case.filename))
    except Refused as refusal:
        code, told = refusal.code, str(refusal)

    assert code == case.refused
    assert "Sprachcafé" not in told
    assert cpu_seconds() - began <= MOST_SECONDS
    if code is None:
        assert sum(component.kind == "VEVENT" for component in found) == sum(case.rows or ())
        assert set(case.holds) <= {component.summary for component in found}
        everything = "\n".join(
            str(getattr(component, name)) for component in found for name in component.__slots__
        )
        assert [canary for canary in case.lacks if canary in everything] == []
        whole = {
            fault.code for component in found if component.kind == "VCALENDAR" for fault in component.faults
        }
        assert whole == set(case.hints)


@pytest.mark.parametrize("case", [case for case in CASES if case.name in LARGE], ids=str)
def test_a_large_calendar_needs_little_memory(case: Case, tmp_path: Path) -> None:
    """Neither the child nor the hub itself grows beyond 500 MB."""
    path = tmp_path / case.filename
    path.write_bytes(case.build())

    peak = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )

    assert int(peak.stdout) <= MOST_MEGABYTES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_sync_counts_what_became_of_each_event(case: Case, tmp_path: Path) -> None:
    """Fetched is live, quarantined and skipped, to the last event; a second sync changes nothing."""
    (tmp_path / "hub.toml").write_text(SETTINGS.format(filename=case.filename), encoding="utf-8")
    (tmp_path / case.filename).write_bytes(case.build())

    report = _synced(tmp_path)

    if case.refused is not None:
        assert report.status == "failed"
        assert [problem.code for problem in report.problems] == [case.refused]
        return
    assert report.status == "done"
    assert (report.quarantined, report.skipped) == (case.quarantined, case.skipped)
    assert report.fetched == (case.live or 0) + case.quarantined + case.skipped
    again = _synced(tmp_path)
    assert (again.new, again.changed, again.withdrawn) == (0, 0, 0)


def _synced(folder: Path) -> object:
    hub = open_hub(folder)
    try:
        return sync(hub, None).sources["termine"]
    finally:
        hub.close()
