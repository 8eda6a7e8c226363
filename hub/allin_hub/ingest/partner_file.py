"""The one file that a source reads: known again while it stays as it is, and no fault where upkeep took it away.

Only where `keep_files_days` is set, and only for a source of one file in the hub's folder: of several, those that stay would
count as all that there is.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

from allin_hub.api.source_run import SourceRun
from allin_hub.base.errors import HubError, Refused
from allin_hub.config.settings import Config
from allin_hub.sources.files import Files, FileSettings
from allin_hub.store.partner_files import ReadFile

_ABSENT = frozenset({"FILE_NOT_FOUND", "FILE_NOT_FOUND_NEAR", "GLOB_EMPTY"})


def file_now(config: Config, options: Any, run: SourceRun) -> tuple[Path, ReadFile] | None:
    """The file that a source with these settings reads, as it is now; None where that is not exactly one."""
    if config.hub.keep_files_days is None or not isinstance(path := written(options), str):
        return None
    try:
        found = Files(FileSettings(path=path)).found(run)
    except HubError:
        return None
    folder = config.folder.resolve()
    if len(found) != 1 or not isinstance(found[0].data, Path) or not found[0].data.is_relative_to(folder):
        return None
    known = identified(found[0].data)
    return None if known is None else (found[0].data, known)


def identified(file: Path) -> ReadFile | None:
    """A file with what it is known by; None where it is gone."""
    try:
        state = file.lstat()
    except OSError:
        return None
    place = blake2b(os.fsencode(file), digest_size=16).hexdigest()
    return ReadFile(place, (state.st_ino, state.st_size, state.st_mtime_ns))


def is_absent(options: Any, run: SourceRun) -> bool:
    """Whether the file that these settings name is not there."""
    if not isinstance(path := written(options), str):
        return False
    try:
        Files(FileSettings(path=path)).found(run)
    except Refused as refusal:
        return refusal.code in _ABSENT
    return False


def written(options: Any) -> Any:
    """The path in a source's own settings, as hub.toml has it."""
    return options.get("path") if isinstance(options, dict) else getattr(options, "path", None)
