"""A disk that cannot let a file last: nothing is half-written, a sentence says what to do, and then the command works."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.hub.crash.dump import differences, dump
from tests.hub.crash.failing_disk import failing, fsyncs
from tests.hub.crash.running import Order, call
from tests.hub.crash.scenes import LATER
from tests.hub.crash.staging_grounds import Ground

from allin_hub.store.engine import open_engine

FAULTS = (errno.ENOSPC, errno.EIO)
KEYS = {"hub.key", ".hub.key.new"}
"""A key that was made before the disk failed is the one that the next run takes."""


@dataclass(frozen=True)
class Command:
    """A command that lets files last by itself, and the hub that it is called in."""

    words: str
    scene: str
    least: int
    """How often it asks for that: for each file, for each name, and for each step of its journal."""


COMMANDS = {
    "first-sync": Command("sync termine", "keyless", 2),
    "backup": Command("backup", "changed", 2),
    "restore": Command("restore {hub}/saved.zip {hub}/there --key {hub}/hub.key", "changed", 25),
    "restore-in-place": Command("restore {hub}/saved.zip {hub} --force", "changed", 25),
    "rename": Command("source rename vereine gruppen", "changed", 2),
    "disable": Command("source disable vereine", "changed", 2),
}


@contextmanager
def _office(ground: Ground, command: Command) -> Iterator[tuple[Order, list[str]]]:
    """A copy of the scene, with a backup of it where one is to come back, and what is called there."""
    folder = ground.copy()
    order, words = Order(folder, now=LATER), command.words.replace("{hub}", str(folder)).split()
    try:
        if words[0] == "restore":
            code, out, err = call(order, "backup", str(folder / "saved.zip"))
            assert code == 0, out + err
            words += ["--database", "sqlite:///hub.db"] if ground.postgres is not None else []
        yield order, words
    finally:
        ground.forget(folder)


def _files(ground: Ground, folder: Path) -> dict[str, bytes]:
    """What lies there, but for databases: those are compared by what they hold, and each copy has its own."""
    own = ground.urls.get(folder, ground.database).encode()
    return {
        path.relative_to(folder).as_posix(): b""
        if ".db" in path.name
        else path.read_bytes().replace(own, b"")
        for path in folder.rglob("*")
        if path.is_file() and path.name not in KEYS and not path.name.endswith(("-wal", "-shm"))
    }


def _held(ground: Ground, folder: Path) -> dict[str, Any]:
    """What the hub holds that was worked on, whenever that was."""
    there = folder / "there"
    made = dump(there if there.exists() else folder, known=ground.known, times=False, sealed=ground.scene.key)
    made["tables"].pop("hub_fact")  # each copy is an instance of its own
    return made | {"files": {name: "" for name in made["files"] if "restore" not in name}}


def _tried(
    ground: Ground, command: Command, hits: Callable[[int], set[int]], faults: Sequence[int]
) -> tuple[int, dict[str, Any]]:
    """Fail a command at some of the times that it asks: how often it does, and what was wrong with how it went."""
    with _office(ground, command) as (order, words):
        asked = fsyncs(order, *words)
        undisturbed, whole = _held(ground, order.folder), _files(ground, order.folder)
    found = {}
    for hit, number in ((hit, number) for hit in sorted(hits(asked)) for number in faults):
        with _office(ground, command) as (order, words):
            before = _files(ground, order.folder)
            code, out, err = call(failing(order, hit, number), *words)
            wrong = []
            if code not in {1, 2} or "Traceback" in err or "Schaffen Sie Platz" not in out + err:
                wrong.append(f"exit {code}: {out[-300:]} {err[-300:]}")
            after = _files(ground, order.folder)
            wrong += [
                path
                for path in {*before, *after}
                if after.get(path) not in {before.get(path), whole.get(path)}
            ]
            code, out, err = call(order, *words)
            if code:
                wrong.append(f"again, exit {code}: {out[-300:]} {err[-300:]}")
            else:
                wrong += differences(undisturbed, _held(ground, order.folder))
        if wrong:
            found[f"{hit} {errno.errorcode[number]}"] = wrong
    return asked, found


def test_a_sqlite_file_is_whole_after_a_power_cut(tmp_path: Path) -> None:
    """No test can cut the power. SQLite promises it for a write-ahead log that it syncs before each checkpoint."""
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()

    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


def test_sqlite_writes_zeros_over_what_was_deleted(tmp_path: Path) -> None:
    """Who finds the file later should not find in it what was taken away; 2 is FAST: no page is written for it alone."""
    path = tmp_path / "hub.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)")
        connection.exec_driver_sql("INSERT INTO t (word) VALUES ('stays'), ('CANARY-7431')")
        connection.commit()
        connection.exec_driver_sql("DELETE FROM t WHERE word LIKE 'CANARY%'")
        connection.commit()
        found = connection.exec_driver_sql("PRAGMA secure_delete").scalar()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()

    assert found == 2
    assert b"stays" in path.read_bytes()
    assert b"CANARY-7431" not in path.read_bytes()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_lets_its_last_file_not_last_is_said_and_nothing_is_half_written(
    grounds: Callable[[str], Ground], name: str
) -> None:
    """The last thing that a command asks for, when most is at stake; `make proof-kills` tries every one."""
    command = COMMANDS[name]
    asked, found = _tried(grounds(command.scene), command, lambda asked: {asked}, FAULTS[:1])

    assert (asked >= command.least, found) == (True, {}), asked


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_lets_nothing_last_is_said_and_nothing_is_half_written(
    grounds: Callable[[str], Ground], name: str
) -> None:
    """Each time that a command asks for it: no space, and a broken disk."""
    command = COMMANDS[name]
    _, found = _tried(grounds(command.scene), command, lambda asked: set(range(1, asked + 1)), FAULTS)

    assert found == {}
