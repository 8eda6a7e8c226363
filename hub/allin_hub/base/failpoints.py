"""The points at which a killed run leaves something behind: every commit, and every file that is put or taken away.

Most are reached twice, just before and just after. In daily use that costs nothing and does nothing. With
`ALLIN_STOP_AT="POINT:N"` in the environment the process is killed (SIGKILL) when it reaches this point for the
n-th time, and with it the command whose child it is; `ALLIN_STOP_AT="POINT:N:STOP"` stops it there (SIGSTOP) until
somebody wakes it. So the tests prove that the next run ends what a killed one began.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from enum import StrEnum

VARIABLE = "ALLIN_STOP_AT"
SIGNALS = {"KILL": signal.SIGKILL, "STOP": signal.SIGSTOP}


class Point(StrEnum):
    """A step that lasts: after it the hub, or a folder of an output, is no longer as before."""

    HUB_KEY_MADE = "hub-key-made"
    SCHEMA_MADE = "schema-made"
    HUB_KEY_NOTED = "hub-key-noted"

    LEASES_TAKEN = "leases-taken"
    NEXT_KEY_WRITTEN = "next-key-written"
    KEY_ROTATED = "key-rotated"
    OLD_KEY_KEPT = "old-key-kept"
    HUB_KEY_REPLACED = "hub-key-replaced"

    SYNC_BEGUN = "sync-begun"
    IDS_RESERVED = "ids-reserved"
    RAWS_STAGED = "raws-staged"
    KEYS_DERIVED = "keys-derived"
    RENAMES_STAGED = "renames-staged"
    ROWS_WRITTEN = "rows-written"
    MAP_WRITTEN = "map-written"
    MAP_PLACED = "map-placed"
    SYNC_APPLIED = "sync-applied"
    SYNC_UNCHANGED = "sync-unchanged"
    SYNC_HELD = "sync-held"
    SYNC_FAILED = "sync-failed"
    SYNC_ENDED = "sync-ended"
    ACCEPT_APPLIED = "accept-applied"
    RUN_UNDONE = "run-undone"

    PUBLISH_BEGUN = "publish-begun"
    PUBLISH_EXTENDED = "publish-extended"
    STAGING_CLEARED = "staging-cleared"
    STAGING_TAKEN = "staging-taken"
    FILE_STAGED = "file-staged"
    JOURNAL_WRITTEN = "journal-written"
    FILE_PLACED = "file-placed"
    FILE_REMOVED = "file-removed"
    FOLDER_REMOVED = "folder-removed"
    JOURNAL_CLOSED = "journal-closed"
    PUBLISH_NOTED = "publish-noted"
    PUBLISH_FAILED = "publish-failed"
    PUBLISH_ENDED = "publish-ended"
    OUTPUT_FORGOTTEN = "output-forgotten"
    TEXT_DECIDED = "text-decided"
    OUTPUT_SWITCHED = "output-switched"
    ENTRY_HIDDEN = "entry-hidden"
    ENTRY_SHOWN = "entry-shown"
    ENTRY_EDITED = "entry-edited"

    CONSENT_NOTED = "consent-noted"

    SOURCES_RESERVED = "sources-reserved"
    SOURCE_RENAMED = "source-renamed"
    SOURCE_REMOVED = "source-removed"
    SOURCE_BROUGHT_BACK = "source-brought-back"
    SOURCES_RELEASED = "sources-released"
    SETTINGS_PLACED = "settings-placed"
    MAP_RENAMED = "map-renamed"
    UNFINISHED_ENDED = "unfinished-ended"

    TELLING_BEGUN = "telling-begun"
    TELLING_EXTENDED = "telling-extended"
    TELLING_NOTED = "telling-noted"
    TOLD_NOTED = "told-noted"
    TELLING_ENDED = "telling-ended"


Watcher = Callable[[Point], None]


class around:  # noqa: N801 - reads as a word of the `with` that it stands in
    """`with around(Point.X): …`: this step is a point at which a run may be killed."""

    __slots__ = ("_point",)

    def __init__(self, point: Point) -> None:
        self._point = point

    def __enter__(self) -> None:
        reach(self._point)

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        if fault is None:
            reach(self._point)


def reach(point: Point) -> None:
    """Say that a run is at this point."""
    if _watcher is not None:
        _watcher(point)


def watch(watcher: Watcher | None) -> None:
    """Let somebody know of every point from now on."""
    global _watcher  # noqa: PLW0603 - one process is killed at one place
    _watcher = watcher


def stopper(written: str) -> Watcher | None:
    """Who ends this process at a point, written as `POINT:N` or `POINT:N:SIGNAL`; nobody for an empty text.

    Raises ValueError for a point or a signal that there is not.
    """
    if not written:
        return None
    name, _, rest = written.partition(":")
    number, _, kind = rest.partition(":")
    wanted, left, sent = Point(name), int(number or 1), SIGNALS.get(kind or "KILL")
    if sent is None:
        raise ValueError(f"{VARIABLE}: no such signal: {kind}")

    def stop(point: Point) -> None:
        nonlocal left
        if point is wanted:
            left -= 1
            if left == 0:
                if sent is signal.SIGKILL and _parent is not None:
                    os.kill(_parent, sent)
                os.kill(os.getpid(), sent)

    return stop


def with_parent(pid: int) -> None:
    """Let the parent be killed with this process, so that the command as a whole is."""
    global _parent  # noqa: PLW0603 - a process has one parent
    _parent = pid


_parent: int | None = None
_watcher: Watcher | None = stopper(os.environ.get(VARIABLE, ""))
