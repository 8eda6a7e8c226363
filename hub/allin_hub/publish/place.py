"""Puts in place what a publish has decided, file by file; what a killed run left half done, the next one ends.

Readers always get whole pages, and links that lead somewhere: first comes what is new and nobody links to yet,
then what changed, last goes what nobody links to any more. Each publish has a staging folder of its own, beside
the output's folder, and takes files away by moving them into it. Who takes an output over from a run that sleeps
first renames that run's folder: from then on it can move no file, however late it wakes.
"""

from __future__ import annotations

import os
import shutil
from glob import escape
from pathlib import Path

from allin_hub.api.output_run import Order
from allin_hub.base.failpoints import Point, around
from allin_hub.base.file_modes import PUBLISHED_FILE, make_published
from allin_hub.publish.destination_factory import destination
from allin_hub.publish.output_lease import Turn
from allin_hub.store import publish_journal, runs
from allin_hub.store.engine import reading, writing

START = "index.html"


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
    target = f"{staging}/{path}"
    with around(Point.FILE_STAGED):
        try:
            _write(target, data)
        except FileNotFoundError:
            make_published(staging.parent)
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - ten thousand files: paths as text
            _write(target, data)


def _write(target: str, data: bytes) -> None:
    with open(target, "wb", buffering=0) as file:  # noqa: PTH123 - as above
        os.fchmod(file.fileno(), PUBLISHED_FILE)
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]


def finish(turn: Turn) -> None:
    """Put in place what a publish has decided, be it this one or one that was killed; doing it twice does no harm.

    Raises StoreError when another publish has taken the output over meanwhile.
    """
    with reading(turn.hub.engine) as connection:
        content = publish_journal.read_journal(connection, turn.output)
    if content is None:
        return
    with destination(turn.hub, turn.output, content["values"]["path"]) as place:
        staging = _adopted(place.waits_beside, str(content["staging"]), turn.fence)
        made = {row[0]: tuple(row) for row in content["made"]}
        missing = [path for path in content["moves"] if not place.put(turn, staging, path)]
        place.take_away(turn, content["gone"], staging)
        lost = {path for path in missing if place.digest(path) != made[path][2]}
    values = content["values"] | ({"fingerprint": None} if lost else {})
    # What lies there of a lost file is not known: without a key it is made again, or taken away.
    kept = [(path, "", "", 0) if path in lost else row for path, row in made.items()]
    with writing(turn.hub.engine, Point.JOURNAL_CLOSED) as connection:
        turn.refuse_overtaken(connection)
        publish_journal.save_artifacts(connection, turn.output, kept, content["gone"])
        runs.save_output(connection, turn.output, **values)
        publish_journal.close_journal(connection, turn.output)
    drop(staging)


def retire(turn: Turn, path: str) -> None:
    """Take away the files of an output that hub.toml no longer has, or has elsewhere: nobody would keep them true."""
    with reading(turn.hub.engine) as connection:
        files = list(publish_journal.artifacts(connection, turn.output))
    with destination(turn.hub, turn.output, path) as place:
        place.take_away(turn, files, staging_of(place.waits_beside, str(turn.fence)))
        clear(place.waits_beside)
    with writing(turn.hub.engine, Point.OUTPUT_FORGOTTEN) as connection:
        turn.refuse_overtaken(connection)
        publish_journal.forget_artifacts(connection, turn.output)
        if turn.output not in turn.hub.config.outputs:
            turn.give_back(connection)  # nobody would ever take this lease again, to end it


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
