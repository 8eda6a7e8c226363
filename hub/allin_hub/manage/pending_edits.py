"""Finishes edits of files that a command decided in the database, at once or when the hub is next opened."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import orjson
from sqlalchemy import Connection, Engine

from allin_hub.base.failpoints import Point, around
from allin_hub.base.types import PendingEdit
from allin_hub.config import toml_edit
from allin_hub.mapping.learned import FOLDER
from allin_hub.store import runs
from allin_hub.store.engine import reading, writing

FACT = "unfinished"
RENAME, REMOVE = "rename", "remove"


def note(connection: Connection, what: PendingEdit) -> None:
    """Decide an edit, in the transaction of everything else that belongs to it."""
    runs.save_fact(connection, FACT, orjson.dumps(asdict(what)).decode())


def finish(engine: Engine, folder: Path) -> PendingEdit | None:
    """Edit the files of a folder as it was decided. Returns None when nothing was. Doing it twice does no harm."""
    with reading(engine) as connection:
        written = runs.fact(connection, FACT)
    if not written:
        return None
    what = PendingEdit(**orjson.loads(written))
    text = toml_edit.read(folder)
    if what.name in toml_edit.names(text):
        if what.act == RENAME:
            changed = toml_edit.renamed(text, what.name, what.new)
        else:
            changed = toml_edit.taken_out(text, what.name, what.new)
        if changed is None:
            hint = (
                "Write [sources.{new}] there yourself, then run the command again."
                if what.act == RENAME
                else "Put a # before each line of its block yourself, then run the command again."
            )
            raise toml_edit.by_hand(text, ("sources", what.name), hint, new=what.new)
        toml_edit.write(folder, changed)
    if what.act == RENAME:
        _move_map(folder, what.name, what.new)
    with writing(engine, Point.UNFINISHED_ENDED) as connection:
        runs.save_fact(connection, FACT, "")
    return what


def _move_map(folder: Path, old: str, new: str) -> None:
    path = folder / FOLDER / f"{old}.toml"
    target = path.with_name(f"{new}.toml")
    if path.is_file():
        with around(Point.MAP_RENAMED):
            path.replace(target)
