"""A disk that is full, read-only or broken: a clear sentence, nothing half-written, and all is well once it is mended."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hub.crash.dump import differences, dump
from tests.hub.crash.polling import Reader
from tests.hub.crash.running import Order, call, done, run
from tests.hub.crash.scenes import LATER
from tests.hub.crash.staging_grounds import Ground

STEP = 64 * 2**10
ROOM = 16 * 2**20
FAULTS = [
    errno.ENOSPC,
    *(pytest.param(one, marks=pytest.mark.slow) for one in (errno.EIO, errno.EDQUOT, errno.EROFS)),
]
"""How a disk fails. The hub asks none of them which it is, so that `make test` takes one, and `make proof-kills` all."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; skipped where this user may mount none."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small disk: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(disk: Path, left: int) -> Path:
    """Leave so many bytes free."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - left))
    return ballast


@contextmanager
def _moved_in(ground: Ground, disk: Path) -> Iterator[Path]:
    """A copy of a scene in a folder on the small disk; a server keeps its data elsewhere."""
    made, folder = ground.copy(), disk / "hub"
    shutil.copytree(made, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        for path in disk.iterdir():
            path.unlink()
        ground.forget(made)


def _tried(ground: Ground, disk: Path, left: int) -> tuple[bool, list[str]]:
    """Sync and publish with so many bytes left: whether it went, and what was wrong with how it did not."""
    with _moved_in(ground, disk) as folder:
        ballast = _fill(disk, left)
        order = Order(folder, now=LATER, reports=disk.parent)
        with Reader(folder / "public") as reader:
            code, out, err = call(order, "run")
            wrong = []
            if code not in {0, 1} or "Traceback" in err:
                wrong.append(f"exit {code}: {err[-300:]}")
            if code == 1 and "Schaffen Sie Platz" not in out + err:
                wrong.append(f"no sentence that says what to do: {out[-300:]} {err[-300:]}")
            ballast.unlink()
            said = done(order)
            if {status for step in said.values() for status, *_ in step.values()} != {"done"}:
                wrong.append(f"it did not work again: {said}")
            reader.sweep()
        wrong += reader.faults + differences(ground.undisturbed, ground.dumped(folder))
    return code == 0, wrong


def _grounds_here(grounds: Callable[[str], Ground]) -> Ground:
    ground = grounds("changed")
    if ground.postgres is not None:
        pytest.skip("a server takes what a folder does not; that of the database is tried with SQLite")
    return ground


@pytest.mark.parametrize("left", [0, 4 * STEP, 9 * STEP, 14 * STEP])
def test_a_full_disk_is_said_and_nothing_is_half_written(
    grounds: Callable[[str], Ground], disk: Path, left: int
) -> None:
    """A few amounts of free space; `make proof-kills` goes through every 64 kB."""
    fits, wrong = _tried(grounds("changed"), disk, left)

    assert (fits and not left, wrong) == (False, [])


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_moment_is_said_and_nothing_is_half_written(
    grounds: Callable[[str], Ground], disk: Path
) -> None:
    """Every 64 kB of free space, until everything fits."""
    ground, found, fits, left = grounds("changed"), {}, False, 0
    while not fits and left < ROOM // 2:
        fits, wrong = _tried(ground, disk, left)
        if wrong:
            found[left] = wrong
        left += STEP

    assert (fits, left > STEP, found) == (True, True, {})


@pytest.mark.parametrize(
    "left",
    [0, STEP, *(pytest.param(left, marks=pytest.mark.slow) for left in (STEP // 16, STEP // 4, 4 * STEP))],
)
def test_a_backup_onto_a_full_disk_is_said_and_leaves_nothing_half_written(
    grounds: Callable[[str], Ground], disk: Path, left: int
) -> None:
    """The hub and its earlier backups stay; what was begun is taken away, so that the room is there for others."""
    ground = grounds("changed")
    with _moved_in(ground, disk) as folder:
        order = Order(folder, now=LATER, reports=disk.parent)
        first, *_ = call(order, "backup")
        earlier = {path: path.read_bytes() for path in (folder / "backups").iterdir()}
        ballast = _fill(disk, left)
        code, out, err = call(order, "backup")
        after = {path: path.read_bytes() for path in (folder / "backups").iterdir()}
        ballast.unlink()
        again, *_ = call(order, "backup")
        count = len(list((folder / "backups").iterdir()))

    assert (first, code, again) == (0, 1, 0)
    assert ("Schaffen Sie Platz" in out + err, "Traceback" in err) == (True, False)
    assert earlier == after
    assert count == 2


@pytest.mark.parametrize(
    "place",
    [
        "map-written:1",
        "map-placed:1",
        "file-staged:1",
        "file-staged:9",
        "file-placed:1",
        "file-placed:9",
        "file-removed:1",
        "folder-removed:1",
        "staging-cleared:1",
    ],
)
@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
def test_an_error_of_the_disk_is_said_and_nothing_is_half_written(
    grounds: Callable[[str], Ground], number: int, place: str
) -> None:
    """No space, a broken disk, a quota, a read-only disk: at each step that changes a file."""
    point, _, hit = place.partition(":")
    first = point.startswith("map")
    ground = grounds("keyless" if first else "changed")
    folder = ground.copy()
    order = ground.scene.order(folder)
    try:
        with Reader(folder / "public") as reader:
            said = done(replace(order, fault=(point, int(hit), number)))
            assert run(order) == 0
            reader.sweep()
        failed = [one for step in said.values() for one in step.values() if one[0] == "failed"]
        wrong = differences(ground.undisturbed, ground.dumped(folder)) + reader.faults
    finally:
        ground.forget(folder)

    assert wrong == []
    assert any("Schaffen Sie Platz" in str(hint) for _, _, hint in failed), said


def test_a_read_only_folder_is_said_and_stays_as_it_was(grounds: Callable[[str], Ground], disk: Path) -> None:
    """Everything in it, the database too."""
    ground = _grounds_here(grounds)
    folder = disk / "hub"
    shutil.copytree(ground.folder, folder)
    before = dump(folder)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    code, out, err = call(Order(folder, now=LATER, reports=disk.parent), "run")

    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert (code, "Traceback" in err) == (1, False)
    assert "geschrieben werden" in out + err
    assert differences(before, dump(folder)) == []
