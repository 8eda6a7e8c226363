"""Puts files where others lie: those are set aside, never deleted, and unless all of it comes to its end, all is as before.

Each step is written into a journal before it is done. When the process is killed, the journal stays: whoever restores
next puts back what lay there, and until then nobody takes the folder for a hub.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from allin_hub.base.errors import HubError
from allin_hub.base.fsync import sync_folder
from allin_hub.config.toml_blocks import CUT_OFF

READY = ".restore-"
"""How the folder begins in which the files of a restore are made ready."""


_Step = tuple[int, Path | None, Path]


class Exchange:
    """One exchange in a folder, undone when its `with` ends in any other way than well."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self._folder = folder
        self._aside = aside
        self._journal: _Journal

    def __enter__(self) -> Exchange:
        self._journal = _Journal(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if fault is not None:
                self._undo()
            self._journal.drop()
        finally:
            self._journal.close()

    def set_aside(self, place: Path) -> None:
        """Keep what lies where something is to be put."""
        if not (place.exists() or place.is_symlink()):
            return
        inside = place.relative_to(self._folder) if place.is_relative_to(self._folder) else Path(place.name)
        target = self._aside / inside
        self._make(target.parent)
        self._journal.note(place, target)
        shutil.move(place, target)

    def put(self, ready: Path, place: Path) -> None:
        """Give a file its place, whole and lasting; on another disk it is copied beside its place first."""
        self._make(place.parent)
        if ready.stat().st_dev != place.parent.stat().st_dev:
            beside = place.with_name(f".{place.name}.new")
            self._journal.note(ready, beside)
            shutil.copy(ready, beside)
            ready = beside
        with ready.open("rb") as file:
            os.fsync(file.fileno())
        self._journal.note(ready, place)
        ready.rename(place)
        sync_folder(place.parent)

    def _make(self, folder: Path) -> None:
        """Make a folder, and those above it, for nobody else's eyes where it is for what is set aside."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            self._journal.note(None, one)
            one.mkdir(mode=0o700 if one.is_relative_to(self._aside) else 0o777)

    def _undo(self) -> None:
        try:
            self._journal.undo()
        except OSError as error:
            raise HubError(
                "The folder {folder} could not be written ({fault}), and not everything is as before.",
                hint="Mend the disk, then restore again with --force. What lay there before is kept in {aside}.",
                folder=str(self._folder),
                aside=str(self._aside),
                fault=error.strerror or type(error).__name__,
            ) from None


class _Journal:
    """The steps of one exchange, in a file that one process holds: (where it came from, where it is), in order.

    What came from nowhere is a folder that was made. A step that was undone is taken out: it is not undone twice, and a
    full disk is no hindrance.
    """

    def __init__(self, folder: Path, *, anew: bool = True) -> None:
        self._path = folder / CUT_OFF
        handle = os.open(self._path, os.O_RDWR | os.O_APPEND | (os.O_CREAT | os.O_EXCL if anew else 0), 0o600)
        self._steps: list[_Step]
        self._file: BinaryIO = os.fdopen(handle, "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._steps = [] if anew else list(_steps(self._file.read()))
            sync_folder(folder)
        except BaseException:
            if anew:
                self._path.unlink()
            self._file.close()
            raise

    def note(self, came_from: Path | None, place: Path) -> None:
        """Remember a step before it is done."""
        line = json.dumps([None if came_from is None else str(came_from), str(place)]).encode() + b"\n"
        begin = self._file.seek(0, os.SEEK_END)
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._steps.append((begin, came_from, place))

    def undo(self) -> None:
        """Do the steps backwards, the last first; also a last one that was only begun."""
        while self._steps:
            begin, came_from, place = self._steps[-1]
            _undo_step(came_from, place)
            os.ftruncate(self._file.fileno(), begin)
            os.fsync(self._file.fileno())
            self._steps.pop()

    def drop(self) -> None:
        """Say that the exchange is over: from now on the folder holds what it should.

        The disk is not asked to let that last: all else has, and a journal that a power cut brings back is undone like one
        of a restore that was killed.
        """
        self._path.unlink()

    def close(self) -> None:
        """Let others have it."""
        self._file.close()


def _steps(content: bytes) -> Iterator[_Step]:
    """What the whole lines of a journal say, each with where it begins; a cut one was of a step that was not begun."""
    begin = 0
    for line in content.split(b"\n")[:-1]:
        came_from, place = json.loads(line)
        yield begin, None if came_from is None else Path(came_from), Path(place)
        begin += len(line) + 1


def _undo_step(came_from: Path | None, place: Path) -> None:
    if came_from is None:
        if place.is_dir():
            place.rmdir()
    elif not (place.exists() or place.is_symlink()):
        return
    elif came_from.is_file():  # a copy that was not done when the process ended
        place.unlink()
    elif came_from.parent.is_dir():
        shutil.move(place, came_from)
    else:  # made ready in a folder that is gone
        place.unlink()


def put_back(folder: Path) -> None:
    """Undo an exchange that was cut off, and take away what restores that were killed had made ready.

    Raises HubError while a restore is at work in this folder.
    """
    try:
        journal = _Journal(folder, anew=False)
    except FileNotFoundError:
        pass
    except BlockingIOError:
        raise HubError(
            "A restore is at work in {folder}.", hint="Wait for its end.", folder=str(folder)
        ) from None
    else:
        try:
            journal.undo()
            journal.drop()
        finally:
            journal.close()
    for left in folder.glob(f"{READY}*"):
        if left.is_dir() and (handle := held(left)) is not None:
            try:
                shutil.rmtree(left)
            finally:
                os.close(handle)


def held(folder: Path) -> int | None:
    """A handle that keeps a folder for this process until it is closed; None where another has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
