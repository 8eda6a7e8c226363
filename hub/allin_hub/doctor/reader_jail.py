"""Whether readers of files are locked in on this machine: tried from within, and every kind of file read there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allin_hub.base.errors import Refused
from allin_hub.doctor.finding import BROKEN, WEAK, Finding
from allin_hub.i18n.translator import text
from allin_hub.readers import sandbox
from allin_hub.readers.json_reader import read_json
from allin_hub.readers.open import open_calendar, open_table
from allin_hub.workers.held import NOT_HERE, Held

SAMPLES = Path(__file__).parent / "samples"
_REFUSED = frozenset({"EPERM", "EACCES", "ENOSYS"})
"""How a try fails that was not let through; any other error means that it reached something."""
_VICTIMS = ("read", "remove", "rename", "mode")
_LOOPBACK, _DISCARD = "127.0.0.1", 9


@dataclass(frozen=True, slots=True)
class ReaderJail:
    """What holds around the readers of files on this machine.

    `landlock` and `seccomp` tell each lock: `ABI 7` or `on` where it holds, else why not. `open` names what a reader could
    do all the same, and `unread` the kinds of files that cannot be read in there.
    """

    landlock: str
    seccomp: str
    open: tuple[str, ...]
    unread: tuple[str, ...]


def probe() -> ReaderJail:
    """Let a child lock itself in and try what it may not; then read a sample of every kind of file in another."""
    held: list[Held] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in _VICTIMS:
            (Path(folder) / name).write_bytes(b"x")
        params = {"folder": folder, "host": _LOOPBACK, "port": _DISCARD, "pid": os.getpid()}
        try:
            tries = sandbox.run("probe", b"", params=params, told=held.append)
            tried = {name: error for _, name, error in tries}
        except Refused:
            tried = {"all": "the child ended"}
    locks = held[0] if held else Held(NOT_HERE, NOT_HERE)
    open_ = tuple(name for name, error in tried.items() if error not in _REFUSED)
    return ReaderJail(*locks, open_, tuple(_unread()))


def _unread() -> Iterator[str]:
    """Name the kinds of files that cannot be read locked in: a new C library may ask for a call that is not on the list."""
    for sample in sorted(SAMPLES.iterdir()):
        try:
            found = bool(_read(sample))
        except Refused:
            found = False
        if not found:
            yield sample.suffix.removeprefix(".").upper()


def _read(sample: Path) -> list[Any]:
    if sample.suffix == ".ics":
        return [one for one in open_calendar(sample, "") if one.kind == "VEVENT"]
    if sample.suffix == ".json":
        return list(read_json(sample, ""))
    return [row for sheet in open_table(sample, "") for row in sheet.rows]


def examine(jail: ReaderJail, *, required: bool) -> Iterator[Finding]:
    """Say what is wrong with a jail; with `required`, the hub refuses files where it does not hold."""
    if jail.open:
        yield Finding(
            "jail_open",
            BROKEN if required and not Held(jail.landlock, jail.seccomp).is_locked else WEAK,
            text(
                "A file made to take over its reader could do this here: {what} (Landlock: {landlock}; seccomp: {seccomp})."
            ),
            text("What that means and what helps stands in docs/files.md."),
            {"what": ", ".join(jail.open), "landlock": jail.landlock, "seccomp": jail.seccomp},
        )
    if jail.unread:
        yield Finding(
            "jail_unread",
            BROKEN,
            text("Files of these kinds cannot be read on this machine: {kinds}."),
            text(
                "Update the hub: pip install --upgrade allin-hub. If it stays, report it with your system's name."
            ),
            {"kinds": ", ".join(jail.unread)},
        )
