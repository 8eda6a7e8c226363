"""Puts files where others lie: those are set aside, never deleted, and unless all of it comes to its end, all is as before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import TracebackType

from allin_hub.errors import HubError
from allin_hub.lasting import sync_folder


class Exchange:
    """One exchange in a folder, undone when its `with` ends in any other way than well."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self._folder = folder
        self._aside = aside
        self._steps: list[tuple[Path | None, Path]] = []
        """(where it came from, where it is), in order; what came from nowhere is a folder that was made."""

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is not None:
            self._undo()

    def set_aside(self, place: Path) -> None:
        """Keep what lies where something is to be put."""
        if not (place.exists() or place.is_symlink()):
            return
        inside = place.relative_to(self._folder) if place.is_relative_to(self._folder) else Path(place.name)
        target = self._aside / inside
        self._make(target.parent)
        self._steps.append((place, target))
        shutil.move(place, target)

    def put(self, ready: Path, place: Path) -> None:
        """Give a file its place, whole and lasting; on another disk it is copied beside its place first."""
        self._make(place.parent)
        if ready.stat().st_dev != place.parent.stat().st_dev:
            beside = place.with_name(f".{place.name}.new")
            self._steps.append((ready, beside))
            shutil.copy(ready, beside)
            ready = beside
        with ready.open("rb") as file:
            os.fsync(file.fileno())
        self._steps.append((ready, place))
        ready.rename(place)
        sync_folder(place.parent)

    def _make(self, folder: Path) -> None:
        """Make a folder, and those above it, for nobody else's eyes where it is for what is set aside."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=0o700 if one.is_relative_to(self._aside) else 0o777)
            self._steps.append((None, one))

    def _undo(self) -> None:
        try:
            for came_from, place in reversed(self._steps):
                if came_from is None:
                    place.rmdir()
                elif place.exists() or place.is_symlink():
                    shutil.move(place, came_from)
        except OSError as error:
            raise HubError(
                "The folder {folder} could not be written ({fault}), and not everything is as before.",
                hint="Mend the disk, then restore again with --force. What lay there before is kept in {aside}.",
                folder=str(self._folder),
                aside=str(self._aside),
                fault=error.strerror or type(error).__name__,
            ) from None
