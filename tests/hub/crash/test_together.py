"""Many runs at once, runs that sleep past their lease, and clocks that step: no double record, no lost update, no `locked`."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from tests.databases import with_database
from tests.hub.crash.dump import differences
from tests.hub.crash.polling import Reader
from tests.hub.crash.running import Order, done, ended, start
from tests.hub.crash.scenes import HEADER, KEY, LATER, association, write
from tests.hub.crash.staging_grounds import Ground

LONG = dt.timedelta(hours=1)


def _said(order: Order) -> dict[str, Any]:
    return dict(json.loads(order.report("said").read_text()))


def _asleep(process: BaseProcess) -> int:
    """Wait until a process has stopped itself."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "T":
            assert process.pid is not None
            return process.pid
        time.sleep(0.01)
    raise AssertionError("it never stopped")


@pytest.fixture
def changed(grounds: Callable[[str], Ground]) -> Iterator[tuple[Ground, Path]]:
    """A hub after a night of changes, not synced yet."""
    ground = grounds("changed")
    folder = ground.copy()
    yield ground, folder
    ground.forget(folder)


@pytest.mark.parametrize("many", [2, 8])
def test_of_many_syncs_of_a_source_one_runs_and_the_others_are_busy_at_once(
    changed: tuple[Ground, Path], tmp_path: Path, many: int
) -> None:
    """The first one sleeps within its sync, so that all others meet it."""
    ground, folder = changed
    order = replace(ground.scene.order(folder), sources=("vereine",), steps=("sync",))
    first = start(replace(order, reports=tmp_path).at("raws-staged", 2, "STOP"))
    sleeper = _asleep(first)
    others = []
    for number in range(many - 1):
        reports = tmp_path / str(number)
        reports.mkdir()
        others.append((start(one := replace(order, reports=reports)), one))
    for process, _ in others:
        ended(process)
    os.kill(sleeper, signal.SIGCONT)
    ended(first)
    assert {_said(one)["sync"]["vereine"][0] for _, one in others} == {"busy"}
    assert _said(replace(order, reports=tmp_path))["sync"]["vereine"][0] == "done"

    done(ground.scene.order(folder))

    assert differences(ground.undisturbed, ground.dumped(folder)) == []


@pytest.mark.parametrize("place", ["raws-staged:2", "sync-begun:2", "map-placed:2"])
def test_a_sync_that_slept_past_its_lease_is_refused_and_nothing_is_lost(
    grounds: Callable[[str], Ground], tmp_path: Path, place: str
) -> None:
    """Another run has done its work meanwhile; when it wakes, its commit is refused by the fencing number."""
    ground = grounds("first")
    folder = ground.copy()
    order = ground.scene.order(folder)
    point, _, hit = place.partition(":")
    try:
        sleeping = start(replace(order, reports=tmp_path, steps=("sync",)).at(point, int(hit), "STOP"))
        sleeper = _asleep(sleeping)
        done(replace(order, now=LATER + LONG, steps=("sync",)))
        os.kill(sleeper, signal.SIGCONT)
        ended(sleeping)
        status, message, hint = _said(replace(order, reports=tmp_path))["sync"]["vereine"]
        assert (status, "übernommen" in message, bool(hint)) == ("failed", True, True)
        done(replace(order, now=LATER + LONG))
        ground_times = replace_times(ground, folder)
    finally:
        ground.forget(folder)

    assert ground_times == []


def replace_times(ground: Ground, folder: Path) -> list[str]:
    """How a hub differs from an undisturbed one's in anything but moments."""
    from tests.hub.crash.dump import dump

    copy = ground.copy()
    try:
        done(ground.scene.order(copy))
        left, right = (dump(one, known=ground.known, times=False) for one in (copy, folder))
    finally:
        ground.forget(copy)
    for one in (left, right):
        one["files"] = dict.fromkeys(one["files"], "")
    left["tables"].pop("artifact"), right["tables"].pop("artifact")
    return differences(left, right)


@pytest.mark.parametrize("place", ["file-staged:3", "journal-written:2", "file-placed:4", "file-removed:1"])
def test_a_publish_that_slept_past_its_lease_moves_no_file_any_more(
    changed: tuple[Ground, Path], tmp_path: Path, place: str
) -> None:
    """Another publish ends what it had decided; when it wakes, its staging folder has another name."""
    ground, folder = changed
    order = ground.scene.order(folder)
    done(replace(order, steps=("sync",)))
    point, _, hit = place.partition(":")
    with Reader(folder / "public") as reader:
        sleeping = start(replace(order, reports=tmp_path, steps=("publish",)).at(point, int(hit), "STOP"))
        sleeper = _asleep(sleeping)
        later = replace(order, now=LATER + LONG, steps=("publish",))
        done(later)
        os.kill(sleeper, signal.SIGCONT)
        ended(sleeping)
        reader.sweep()
    said = _said(replace(order, reports=tmp_path))["publish"]

    assert reader.faults == []
    refused = [one for one in said.values() if one[0] == "failed" and "übernommen" in one[1]]
    assert bool(refused) is not place.startswith(
        "journal"
    )  # what it had decided then, the other one has done
    assert done(later)["publish"]["verzeichnis"][0] == "done"
    assert {row.rpartition(" ")[2] for row in ground.dumped(folder)["tables"]["manifest"]} == {"put"}


def test_two_publishes_at_once_leave_one_whole_site(changed: tuple[Ground, Path], tmp_path: Path) -> None:
    """The one that comes second is busy, or finds nothing to do."""
    ground, folder = changed
    order = ground.scene.order(folder)
    done(replace(order, steps=("sync",)))
    reports = [tmp_path / name for name in ("one", "two")]
    for path in reports:
        path.mkdir()
    with Reader(folder / "public") as reader:
        both = [start(replace(order, steps=("publish",), reports=path)) for path in reports]
        codes = [ended(process) for process in both]
        reader.sweep()
    said = [_said(replace(order, reports=path))["publish"] for path in reports]

    assert codes == [0, 0]
    assert {one[0] for step in said for one in step.values()} <= {"done", "busy"}
    assert reader.faults == []
    assert differences(ground.undisturbed, ground.dumped(folder)) == []


def _many_sources(folder: Path, database: str, count: int) -> None:
    block = (
        '[sources.s{0}]\nplugin = "spreadsheet"\npath = "data/s{0}.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    folder.mkdir()
    (folder / "hub.key").write_text(KEY)
    (folder / "hub.key").chmod(0o600)
    text = with_database('[hub]\ntitle = "Test"\n' + "".join(block.format(n) for n in range(count)), database)
    (folder / "hub.toml").write_text(text, encoding="utf-8")


def _busy_house(folder: Path, database: str, rounds: int) -> tuple[list[Any], int]:
    """Eight processes that sync a source each, over and over, while its file changes; and one that reads."""
    from allin_hub.open_hub import open_hub
    from allin_hub.store import entities
    from allin_hub.store.engine import reading
    from allin_schemas import Kind

    _many_sources(folder, database, 8)
    open_hub(folder).close()
    faults: list[Any] = []
    for turn in range(rounds):
        for n in range(8):
            rows = [association(100 * n + m, Telefon=f"0561 {turn + 1:03}{m:03}") for m in range(1, 6)]
            write(folder, f"s{n}.csv", HEADER, rows)
        orders = [
            Order(folder, ("sync",), sources=(f"s{n}",), reports=folder.parent / f"{folder.name}-{n}")
            for n in range(8)
        ]
        for order in orders:
            assert order.reports is not None
            order.reports.mkdir(exist_ok=True)
        processes = [start(order) for order in orders]
        while any(process.is_alive() for process in processes):
            hub = open_hub(folder)
            with reading(hub.engine) as connection:
                list(entities.everything(connection, Kind.ORGANISATION, hub.sealer))
            hub.close()
        codes = [ended(process) for process in processes]
        said = [one for order in orders for one in _said(order)["sync"].values()]
        faults += [code for code in codes if code] + [one for one in said if one[0] != "done"]
    hub = open_hub(folder)
    with reading(hub.engine) as connection:
        found = list(entities.everything(connection, Kind.ORGANISATION, hub.sealer))
    hub.close()
    newest = f"{rounds:03}"
    return faults, sum(newest in json.dumps(one.data.get("phones")) for one in found)


def test_eight_processes_sync_while_one_reads(tmp_path: Path, database: str) -> None:
    """Nobody meets a locked database, and the newest of every file is there: forty records, each once."""
    assert _busy_house(tmp_path / "hub", database, 3) == ([], 40)


@pytest.mark.slow
def test_eight_processes_sync_two_hundred_times_each_while_one_reads(tmp_path: Path, database: str) -> None:
    """The same for long."""
    assert _busy_house(tmp_path / "hub", database, int(os.environ.get("ALLIN_TEST_ROUNDS", "200"))) == (
        [],
        40,
    )


@pytest.mark.parametrize("step", [dt.timedelta(days=-400), dt.timedelta(days=400), dt.timedelta(hours=-2)])
def test_a_clock_that_steps_and_comes_back_changes_nothing_that_is_known(
    changed: tuple[Ground, Path], step: dt.timedelta
) -> None:
    """Unchanged records stay so, leases do not last for ever, and the next run at the right time is as any other."""
    ground, folder = changed
    order = ground.scene.order(folder)
    done(order)

    said = done(replace(order, now=LATER + step))
    done(order)

    assert {one[0] for one in said["sync"].values()} == {"done"}
    after = ground.dumped(folder)
    for one in (after, ground.undisturbed):
        one["tables"] = {
            name: rows for name, rows in one["tables"].items() if name not in {"artifact", "output_state"}
        }
    assert [
        found for found in differences(ground.undisturbed, after) if not found.startswith("statistik")
    ] == []


def test_a_lease_that_a_clock_ahead_gave_does_not_last_for_ever(tmp_path: Path, database: str) -> None:
    """A machine whose clock was a year ahead has died; on another one nobody can ask whether it has."""
    from allin_hub.open_hub import open_hub
    from allin_hub.store import leases
    from allin_hub.store.engine import writing

    _many_sources(tmp_path / "hub", database, 1)
    hub = open_hub(tmp_path / "hub", lambda: LATER)
    with writing(hub.engine) as connection:
        leases.take_lease(connection, "s0", "elsewhere", LATER + dt.timedelta(days=365))
        connection.exec_driver_sql("UPDATE lease SET holder = 'another machine|1|1|1'")
    with writing(hub.engine) as connection:
        fence = leases.take_lease(connection, "s0", "here", LATER)
    hub.close()

    assert fence == 2
