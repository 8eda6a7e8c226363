"""What is wrong with one source or output is told there, and everything else goes on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.ingest.check import check
from allin_hub.ingest.sync import sync
from allin_hub.operations.status import is_late, late_from

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
HEAD = '[hub]\ntitle = "Test"\n'
SOURCE = '\n[sources.{name}]\nplugin = "spreadsheet"\npath = "data/{name}.csv"\nkind = "organisation"\nkey = "Nr."\n'
WRONG = '\n[sources.falsch]\nplugin = "spreadsheet"\npath = "data/x.csv"\nkind = "organisation"\nnix = 1\n'
OUTPUTS = """
[outputs.falsch]
plugin = "directory"
path = "falsch"
imprint = "Forum, Kassel"
nix = 1

[outputs.gut]
plugin = "statistics"
path = "gut"
imprint = "Forum, Kassel"
"""


def test_wrong_settings_of_one_source_stop_no_other(
    office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """The one is failed, with the line to mend; the others are read."""
    office.settings(HEAD + WRONG + SOURCE.format(name="gut"))
    office.sheet("gut.csv", header, rows_of(3))
    reports = synced(office)

    assert ("failed", "done", 3) == (reports["falsch"].status, reports["gut"].status, reports["gut"].new)
    assert "nix" in str(reports["falsch"].message)
    assert "falsch" in str(office.rows("source_state"))


def test_a_call_in_which_nothing_can_work_is_refused_as_a_whole(office: Any, synced: Any) -> None:
    """Nothing was begun: the settings have to be mended first."""
    office.settings(HEAD + WRONG)

    with pytest.raises(ConfigError, match="nix"):
        synced(office)


def test_wrong_settings_of_one_output_stop_no_other(
    office: Any, synced: Any, published: Any, header: Any, rows_of: Any
) -> None:
    """The one is failed; the other is published."""
    office.settings(HEAD + SOURCE.format(name="gut") + OUTPUTS)
    office.sheet("gut.csv", header, rows_of(3))
    synced(office)
    reports = published(office)

    assert ("failed", "done") == (reports["falsch"].status, reports["gut"].status)
    assert (office.folder / "gut" / "index.html").is_file()


def test_a_check_finds_keys_that_stand_twice(office: Any, header: Any, rows_of: Any) -> None:
    """As a sync would, before anything is stored."""
    office.settings(HEAD + SOURCE.format(name="gut"))
    rows = rows_of(3)
    rows[2][0] = rows[0][0]
    office.sheet("gut.csv", header, rows)
    hub = office.open()
    checked = check(hub, None).sources["gut"]
    synced = sync(hub).sources["gut"]
    hub.close()

    found = [(one.code, one.row) for one in checked.problems if one.code == "KEY_DUPLICATE"]
    assert [("KEY_DUPLICATE", 4)] == found
    assert 1 == sum(one.code == "KEY_DUPLICATE" for one in synced.problems)
    assert checked.quarantined == synced.quarantined == 1


def test_long_work_tells_how_far_it_is_while_it_writes(office: Any, header: Any, rows_of: Any) -> None:
    """Not only while it reads: a large first sync writes for longer than it reads."""
    office.settings(HEAD + SOURCE.format(name="gut"))
    office.sheet("gut.csv", header, rows_of(7))
    told: list[tuple[str, int]] = []
    hub = office.open()
    sync(hub, progress=lambda name, done, _: told.append((name, done)))
    sync(hub, replay=True, progress=lambda name, done, _: told.append((name, done)))
    hub.close()

    assert [("gut", 7)] * 2 == told[-2:]


@pytest.mark.parametrize(
    ("schedule", "fresh", "late"),
    [
        (None, dt.timedelta(days=2), dt.timedelta(days=2, seconds=1)),
        ("every hour", dt.timedelta(hours=1, minutes=15), dt.timedelta(hours=1, minutes=16)),
        ("every 15 minutes", dt.timedelta(minutes=25), dt.timedelta(minutes=26)),
        ("täglich um 3 Uhr", dt.timedelta(hours=22), dt.timedelta(hours=22, minutes=1)),
        ("0 5 * * 1", dt.timedelta(days=7), dt.timedelta(days=7, minutes=1)),
    ],
)
def test_data_are_late_when_a_run_is_missed_by_more_than_its_grace(
    schedule: str | None, fresh: dt.timedelta, late: dt.timedelta
) -> None:
    """A quarter of the time between two runs, ten minutes at least and six hours at most."""
    assert not is_late(schedule, NOW, "Europe/Berlin", NOW + fresh)
    assert is_late(schedule, NOW, "Europe/Berlin", NOW + late)


def test_what_is_started_by_hand_is_never_late() -> None:
    """The office said that it looks after it itself."""
    assert late_from("never", NOW, "Europe/Berlin") is None


def test_nothing_is_late_before_the_office_says_so() -> None:
    """A machine that sleeps at night reads nothing every five minutes, and nobody needs to be told each morning."""
    hours = dt.timedelta(hours=1)

    def late(after: int, schedule: str | None = "every 5 minutes") -> bool:
        return is_late(schedule, NOW, "Europe/Berlin", NOW + after * hours, 14 * hours)

    assert (False, True) == (late(13), late(15))
    assert (False, True) == (late(47, None), late(49, None))
