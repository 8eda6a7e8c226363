"""A folder of this machine as the place of an output: files come and go by a rename, which is one step."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from allin_hub.base.failpoints import Point, around
from allin_hub.base.file_modes import make_published
from allin_hub.publish.output_lease import Turn
from allin_hub.store.engine import reading

_GONE = ".gone"


class Folder:
    """The files of an output in a folder."""

    def __init__(self, folder: Path) -> None:
        self.waits_beside = folder
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def present(self) -> frozenset[str]:
        """The paths of all files in the folder, found by reading each of its folders once."""
        return frozenset(_files(str(self._folder), ""))

    def put(self, turn: Turn, staging: Path, path: str) -> bool:
        """Move a file from the staging folder to its place; False when it is not there any more."""
        turn.hold()
        source, target = f"{staging}/{path}", f"{self._folder}/{path}"
        if not os.path.isfile(source):  # noqa: PTH113 - ten thousand files: paths as text
            return False
        above = target.rpartition("/")[0]
        if not os.path.isdir(above):  # noqa: PTH112 - as above
            make_published(Path(above))
        _move(turn, source, target, Point.FILE_PLACED)
        return True

    def take_away(self, turn: Turn, paths: Sequence[str], staging: Path) -> None:
        """Move files out of the reader's sight, and take away the folders that they leave empty."""
        there = [path for path in paths if (self._folder / path).is_file()]
        if there:
            (staging / _GONE).mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(there):
            turn.hold()
            _move(turn, self._folder / path, staging / _GONE / str(number), Point.FILE_REMOVED)
        for above in self._emptied(paths):
            with around(Point.FOLDER_REMOVED):
                above.rmdir()

    def digest(self, path: str) -> str | None:
        """What is in a file; None when it is not there."""
        file = self._folder / path
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest() if file.is_file() else None

    def close(self) -> None:
        """A folder needs no closing."""

    def _emptied(self, paths: Iterable[str]) -> Iterator[Path]:
        """The folders above these paths that hold nothing any more, the deepest first."""
        above = {self._folder / parent for path in paths for parent in Path(path).parents[:-1]}
        for found in sorted(above, key=lambda one: len(one.parts), reverse=True):
            if found.is_dir() and not any(found.iterdir()):
                yield found


def _files(folder: str, above: str) -> Iterator[str]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield f"{above}{entry.name}"


def _move(turn: Turn, source: str | Path, target: str | Path, point: Point) -> None:
    try:
        with around(point):
            os.replace(source, target)  # noqa: PTH105 - one name for the step that a test watches
    except FileNotFoundError:
        with reading(turn.hub.engine) as connection:
            turn.refuse_overtaken(connection)
        raise
