"""Puts in place what a publish has decided, file by file; what a killed run left half done, the next one ends.

Readers always get whole pages, and links that lead somewhere: first comes what is new and nobody links to yet,
then what changed, last goes what nobody links to any more. Each publish has a staging folder of its own, beside
the output's folder, and takes files away by moving them into it. Who takes an output over from a run that sleeps
first renames that run's folder: from then on it can move no file, however late it wakes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from glob import escape
from pathlib import Path

from allin_hub.crashing import Point, around
from allin_hub.rendering import Order
from allin_hub.store import bookkeeping
from allin_hub.store.engine import reading, writing
from allin_hub.turns import Turn

START = "index.html"
_GONE = ".gone"


def rank(path: str, order: Order, *, known: bool) -> tuple[bool, int, bool, int]:
    """When a file is put: new ones before changed ones, and the start page after all that it leads to."""
    return known, int(order), path == START, -path.count("/")


def staging_of(folder: Path, token: str) -> Path:
    """Beside the output's folder, so that a rename is one step; hidden, so that no web server shows it."""
    return folder.parent / f".{folder.name}.staging.{token}"


def clear(folder: Path) -> None:
    """Take away what earlier publishes left in their staging folders."""
    for left in folder.parent.glob(f".{escape(folder.name)}.staging.*"):
        drop(left)


def drop(staging: Path) -> None:
    """Take a staging folder away."""
    if staging.exists():
        with around(Point.STAGING_CLEARED):
            shutil.rmtree(staging, ignore_errors=True)


def stage(staging: Path, path: str, data: bytes) -> None:
    """Write a file that waits to be put in place."""
    target = staging / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with around(Point.FILE_STAGED):
        target.write_bytes(data)


def finish(turn: Turn) -> None:
    """Put in place what a publish has decided, be it this one or one that was killed; doing it twice does no harm.

    Raises StoreError when another publish has taken the output over meanwhile.
    """
    with reading(turn.hub.engine) as connection:
        content = bookkeeping.read_journal(connection, turn.output)
    if content is None:
        return
    folder = turn.hub.config.folder / content["values"]["path"]
    staging = _adopted(folder, str(content["staging"]), turn.fence)
    made = {row[0]: tuple(row) for row in content["made"]}
    missing = [path for path in content["moves"] if not _put(turn, staging / path, folder / path)]
    _take_away(turn, folder, content["gone"], staging)
    lost = {path for path in missing if _digest(folder / path) != made[path][2]}
    values = content["values"] | ({"fingerprint": None} if lost else {})
    kept = [row for path, row in made.items() if path not in lost]
    with writing(turn.hub.engine, Point.JOURNAL_CLOSED) as connection:
        turn.refuse_overtaken(connection)
        bookkeeping.save_artifacts(connection, turn.output, kept, [*content["gone"], *sorted(lost)])
        bookkeeping.save_output(connection, turn.output, **values)
        bookkeeping.close_journal(connection, turn.output)
    drop(staging)


def retire(turn: Turn, path: str) -> None:
    """Take away the files of an output that hub.toml no longer has, or has elsewhere: nobody would keep them true."""
    folder = turn.hub.config.folder / path
    with reading(turn.hub.engine) as connection:
        files = list(bookkeeping.artifacts(connection, turn.output))
    _take_away(turn, folder, files, staging_of(folder, str(turn.fence)))
    clear(folder)
    with writing(turn.hub.engine, Point.OUTPUT_FORGOTTEN) as connection:
        turn.refuse_overtaken(connection)
        bookkeeping.forget_artifacts(connection, turn.output)


def _put(turn: Turn, source: Path, target: Path) -> bool:
    """Move a file from the staging folder to its place; False when it is not there any more."""
    turn.hold()
    if not source.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    _move(turn, source, target, Point.FILE_PLACED)
    return True


def _take_away(turn: Turn, folder: Path, paths: Sequence[str], staging: Path) -> None:
    """Move files out of the reader's sight, and take away the folders that they leave empty."""
    there = [path for path in paths if (folder / path).is_file()]
    if there:
        (staging / _GONE).mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(there):
        turn.hold()
        _move(turn, folder / path, staging / _GONE / str(number), Point.FILE_REMOVED)
    for above in _emptied(folder, paths):
        with around(Point.FOLDER_REMOVED):
            above.rmdir()


def _emptied(folder: Path, paths: Iterable[str]) -> Iterable[Path]:
    """The folders above these paths that hold nothing any more, the deepest first."""
    above = {folder / parent for path in paths for parent in Path(path).parents[:-1]}
    for found in sorted(above, key=lambda one: len(one.parts), reverse=True):
        if found.is_dir() and not any(found.iterdir()):
            yield found


def _move(turn: Turn, source: Path, target: Path, point: Point) -> None:
    try:
        with around(point):
            os.replace(source, target)  # noqa: PTH105 - one name for the step that a test watches
    except FileNotFoundError:
        with reading(turn.hub.engine) as connection:
            turn.refuse_overtaken(connection)
        raise


def _adopted(folder: Path, token: str, fence: int) -> Path:
    """The staging folder of a journal, under the name of who finishes it: nobody else can move its files any more."""
    own = staging_of(folder, token)
    if token == str(fence):
        return own
    taken = own.with_name(f"{own.name}.{fence}")
    found = [own, *folder.parent.glob(f"{escape(own.name)}.*")]
    left = max((one for one in found if one.is_dir()), key=lambda one: len(one.name), default=None)
    if left is not None:
        with around(Point.STAGING_TAKEN):
            left.rename(taken)
    return taken


def _digest(path: Path) -> str | None:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.is_file() else None
