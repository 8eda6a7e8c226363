"""Who holds a lease: machine, process and when it began, so that a killed run does not block the next for long."""

from __future__ import annotations

import os
import pwd
import socket
from functools import cache
from pathlib import Path

_ENDED = frozenset("ZX")
"""How the system marks processes that have ended (proc(5))."""
_EXITING = 0x4
"""The flag of a process that was killed and is being cleared away: it does nothing any more (PF_EXITING)."""


def _began(pid: int) -> str | None:
    """When a process of this machine began, in clock ticks after boot; None where no such process runs any more.

    One that was killed runs no more, also while it is cleared away and before its parent has heard of it.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        state, *rest = told.rpartition(")")[2].split()
        is_exiting = int(rest[5]) & _EXITING
        return None if state in _ENDED or is_exiting else rest[18]
    except (OSError, IndexError, ValueError):
        return None


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


@cache
def _numbers() -> str:
    """Within which processes a number is unique: containers of one machine count theirs apart."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()).removeprefix("pid:")
    except OSError:
        return ""


def this_process() -> str:
    """What a lease remembers of its holder."""
    return f"{socket.gethostname()[:60]}{_numbers()}|{_boot()[:8]}|{os.getpid()}|{_began(os.getpid()) or ''}"


def has_ended(holder: str | None) -> bool:
    """Whether a holder on this machine is surely gone; of other machines nothing is known, their leases run out."""
    mine = this_process().split("|")
    parts = (holder or "").split("|")
    if len(parts) != len(mine) or parts[0] != mine[0] or not parts[1] or not parts[3]:
        return False
    return parts[1] != mine[1] or _began(int(parts[2])) != parts[3]


def user_name() -> str:
    """Who works with the hub, as the system knows her; `office` where it has no name for her."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "office"
