"""Takes partners' files away that were read and applied long ago (`keep_files_days`)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from pathlib import Path

from allin_hub.base.errors import HubError
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.ingest.partner_file import file_now, identified, written
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.mapping.columns import ColumnMap
from allin_hub.sources.files import Files, FileSettings
from allin_hub.store.engine import reading, writing
from allin_hub.store.partner_files import ReadFile, read_file, remember


def take_away(hub: Hub) -> list[str]:
    """Delete the files that every source that reads them has applied as they are, and knows for long enough; name them."""
    days = hub.config.hub.keep_files_days
    if days is None:
        return []
    before = (hub.clock() - dt.timedelta(days=days)).isoformat()
    taken = []
    for path, sources in sorted(_readers(hub).items()):
        with reading(hub.engine) as connection:
            known = {name: read_file(connection, name) for name in sources}
        if all(_is_due(sources[name], known[name], before) for name in sources) and _taken(hub, path, known):
            taken.append(path)
    return taken


def _readers(hub: Hub) -> dict[str, dict[str, ReadFile | None]]:
    """Each file in the hub's folder that a source reads, and by source as what it is known; None with others beside it."""
    found: dict[str, dict[str, ReadFile | None]] = defaultdict(dict)
    folder = hub.config.folder.resolve()
    for name, source in hub.config.sources.items():
        run = LentRun(hub, (), ColumnMap(None), None, limits=source.limits)
        one = file_now(hub.config, source.options, run)
        if one is not None:
            found[one[0].relative_to(folder).as_posix()][name] = one[1]
            continue
        for file in _several(written(source.options), run):
            if file.is_relative_to(folder):
                found[file.relative_to(folder).as_posix()][name] = None
    return found


def _several(path: object, run: LentRun) -> list[Path]:
    if not isinstance(path, str):
        return []
    try:
        files = Files(FileSettings(path=path)).found(run)
    except HubError:
        return []
    return [file.data for file in files if isinstance(file.data, Path)]


def _is_due(now: ReadFile | None, known: ReadFile | None, before: str) -> bool:
    return (
        now is not None
        and known is not None
        and not known.taken
        and known.id == now.id
        and known.since < before
    )


def _taken(hub: Hub, path: str, known: dict[str, ReadFile | None]) -> bool:
    """Take one file away, under a name of our own: another that takes its place meanwhile stays."""
    folder = hub.config.folder.resolve()
    file = folder / path
    own = file.with_name(f".{new_id()}.tmp")
    with writing(hub.engine) as connection:  # first: a sync that finds it gone must know why
        for name, one in known.items():
            if one is not None:
                remember(connection, name, dataclasses.replace(one, taken=True))
    try:
        file.rename(own)
        moved = identified(own)
        if moved is not None and all(one is not None and one.id == moved.id for one in known.values()):
            own.unlink()
            return True
        if not file.exists():
            own.rename(file)
    except OSError:
        return False
    return False
