"""A restore that is killed at any step leaves the hub as before or as restored, or says what to do, and that works."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.hub.crash.running import CONTEXT, NOW, Order, done, ended
from tests.hub.crash.scenes import KEY, LATER, evening, night, settings

from allin_hub.backup.create import back_up
from allin_hub.backup.file_swap import Exchange, put_back
from allin_hub.backup.restore import Wish, restore
from allin_hub.base.errors import ConfigError, HubError
from allin_hub.cli.init_demo_new import run_init
from allin_hub.cli.invocation import Call
from allin_hub.config.toml_blocks import CUT_OFF
from allin_hub.open_hub import open_hub

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.move"}
CONTENT = ("raw", "claim", "entity_link", "organisation", "person", "event")


@dataclass(frozen=True)
class Scene:
    """A hub of today, a backup of yesterday, and the key of both."""

    folder: Path
    backup: Path
    key: Path


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """An evening that was backed up, and the morning after it."""
    place = tmp_path_factory.mktemp("restores")
    folder = place / "hub"
    folder.mkdir()
    (folder / "hub.key").write_text(KEY)
    (folder / "hub.key").chmod(0o600)
    settings(folder, "sqlite:///hub.db")
    evening(folder)
    done(Order(folder))
    hub = open_hub(folder, lambda: NOW)
    backup = back_up(hub, place / "backup.zip").path
    hub.close()
    night(folder)
    done(Order(folder, now=LATER))
    key = place / "copy.key"
    shutil.copy(folder / "hub.key", key)
    return Scene(folder, backup, key)


def _is_step(event: str, args: tuple[Any, ...]) -> bool:
    """Whether a file is changed: what is about to happen, as Python tells it."""
    if event == "open":
        path, _, flags = args
        return not isinstance(path, int) and bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
    return event in STEPS


def _restore(scene: Scene, folder: Path, wish: Wish, stop_at: int, counts: Path) -> None:
    """Restore in this process, and end it before the n-th step; 0 lets it come to its end and counts."""
    reached = 0

    def note(event: str, args: tuple[Any, ...]) -> None:
        nonlocal reached
        if _is_step(event, args):
            reached += 1
            if reached == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(note)
    restore(scene.backup, folder, wish, now=LATER)
    last = reached
    counts.write_text(str(last))
    os._exit(0)


def _killed(scene: Scene, folder: Path, wish: Wish, stop_at: int = 0) -> int:
    process = CONTEXT.Process(target=_restore, args=(scene, folder, wish, stop_at, folder.parent / "counts"))
    process.start()
    return ended(process)


def _content(database: Path) -> dict[str, list[str]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        there = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        return {
            name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}")))
            for name in CONTENT
            if name in there
        }
    finally:
        connection.close()


def _files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder; of the database its content counts, and of the files beside it nothing."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("hub.db")
    }


def _prove(scene: Scene, place: Path, stop_at: int, *, lends_key: bool) -> tuple[int, list[str]]:
    """Kill a restore over a copy of the hub before a step; the exit code, and what is not as promised."""
    folder = place / "hub"
    shutil.copytree(scene.folder, folder)
    today, yesterday = _content(folder / "hub.db"), _yesterday(scene, place)
    before = _files(folder)
    wish = Wish(key=scene.key if lends_key else None, force=True)
    code = _killed(scene, folder, wish, stop_at)
    wrong = []
    if (folder / CUT_OFF).exists():
        try:
            open_hub(folder)
            wrong.append("a hub is opened that is not whole")
        except ConfigError as error:
            if "allin restore FILE --force" not in error.hint:
                wrong.append(f"it says: {error}")
        copy = place / "copy"
        shutil.copytree(folder, copy, symlinks=True)
        _moved_journal(folder, copy)
        put_back(copy)
        if _files(copy) != before or _content(copy / "hub.db") != today:
            wrong.append("what lay there before does not come back whole")
    else:
        open_hub(folder).close()
        if _content(folder / "hub.db") not in (today, yesterday):
            wrong.append("the hub is neither the old nor the restored one")
    restore(scene.backup, folder, wish, now=LATER.replace(hour=LATER.hour + 1))
    open_hub(folder).close()
    if _content(folder / "hub.db") != yesterday:
        wrong.append("the second restore gave another hub")
    if today not in [_content(one) for one in folder.glob("before-restore-*/hub.db")]:
        wrong.append("the hub of today is not kept aside")
    if left := sorted(path.name for path in folder.glob(".restore-*")):
        wrong.append(f"left: {left}")
    shutil.rmtree(place)
    return code, wrong


def _moved_journal(folder: Path, copy: Path) -> None:
    """Let the journal of a copied folder speak of the copy."""
    journal = copy / CUT_OFF
    journal.write_bytes(journal.read_bytes().replace(str(folder).encode(), str(copy).encode()))


def _yesterday(scene: Scene, place: Path) -> dict[str, list[str]]:
    restore(scene.backup, place / "yesterday", Wish(key=scene.key), now=LATER)
    return _content(place / "yesterday" / "hub.db")


@pytest.mark.slow
@pytest.mark.parametrize("lends_key", [False, True])
def test_a_restore_killed_before_any_step_is_ended_by_the_next(
    scene: Scene, tmp_path: Path, lends_key: bool
) -> None:
    """Every file that is put, moved, written or taken away, in turn."""
    found, stop_at, code = {}, 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        stop_at += 1
        (tmp_path / str(stop_at)).mkdir()
        code, wrong = _prove(scene, tmp_path / str(stop_at), stop_at, lends_key=lends_key)
        if wrong:
            found[stop_at] = wrong

    assert found == {}
    assert stop_at > 20
    assert 0 == code


def test_a_restore_killed_in_the_midst_is_ended_by_the_next(scene: Scene, tmp_path: Path) -> None:
    """The short version of the above: once while things are set aside, once while they are put, once near the end."""
    folder = tmp_path / "whole"
    shutil.copytree(scene.folder, folder)
    assert 0 == _killed(scene, folder, Wish(force=True))
    steps = int((tmp_path / "counts").read_text())
    found = {}
    for stop_at in (steps // 3, steps // 2, steps * 2 // 3):
        (tmp_path / str(stop_at)).mkdir()
        found[stop_at] = _prove(scene, tmp_path / str(stop_at), stop_at, lends_key=False)

    assert {(-signal.SIGKILL, ())} == {(code, tuple(wrong)) for code, wrong in found.values()}


def test_a_restore_into_a_new_folder_that_is_killed_is_simply_repeated(scene: Scene, tmp_path: Path) -> None:
    """Nothing is left there that the second one would have to be forced past."""
    folder = tmp_path / "new"
    wish = Wish(key=scene.key)
    assert 0 == _killed(scene, tmp_path / "whole", wish)
    steps = int((tmp_path / "counts").read_text())
    for stop_at in (steps // 3, steps // 2, steps * 2 // 3):
        assert -signal.SIGKILL == _killed(scene, folder, wish, stop_at)
        assert any(folder.iterdir())
    restore(scene.backup, folder, wish, now=LATER)

    assert _content(tmp_path / "whole" / "hub.db") == _content(folder / "hub.db")
    assert not list(folder.glob(".restore-*"))


def test_nobody_restores_or_begins_anew_while_a_restore_is_at_work(scene: Scene, tmp_path: Path) -> None:
    """Another one would undo the steps of the first, and `allin init` would be in its way."""
    folder = tmp_path / "hub"
    shutil.copytree(scene.folder, folder)
    with Exchange(folder, folder / "before-restore-1") as exchange:
        exchange.set_aside(folder / "hub.toml")
        with pytest.raises(HubError, match="A restore is at work"):
            restore(scene.backup, folder, Wish(force=True), now=LATER)
        with pytest.raises(ConfigError, match="is being restored into this folder"):
            open_hub(folder)
        with pytest.raises(ConfigError, match="is being restored into this folder"):
            run_init(Call(str(folder)))

    assert not (folder / "hub.toml").exists()
    assert not (folder / CUT_OFF).exists()


def test_a_step_that_was_only_begun_is_undone_too(tmp_path: Path) -> None:
    """A copy to another disk that a kill has cut lies beside the whole one: the whole one stays."""
    old, aside = tmp_path / "hub.db", tmp_path / "aside" / "hub.db"
    exchange = Exchange(tmp_path, tmp_path / "aside").__enter__()
    exchange.set_aside(old)
    old.write_text("whole")
    exchange.set_aside(old)
    shutil.copy(aside, old)
    aside.write_text("wh")
    with (tmp_path / CUT_OFF).open("ab") as journal:
        journal.write(b'["/half')
    exchange._journal.close()
    put_back(tmp_path)

    assert {"hub.db": b"whole"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
