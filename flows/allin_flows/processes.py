"""Starts processes that cannot outlive whoever started them, and ends them with everything that they started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

LINUX = sys.platform == "linux"
PROC = Path("/proc")
_DIE_WITH_PARENT, _ADOPT = 1, 36
"""What Linux calls PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER."""
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none is lost from sight."""
    if _libc is not None:
        _libc.prctl(_ADOPT, 1, 0, 0, 0)


def _tied_to(parent: int) -> Callable[[], None]:
    def tie() -> None:
        if _libc is not None:
            _libc.prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def start(
    words: Sequence[str],
    log: Path,
    environment: Mapping[str, str],
    folder: Path,
    inherits: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; it ends when this one does, and writes to the end of its log.

    `inherits` are the file descriptors that it gets.
    """
    with log.open("ab") as written:
        return subprocess.Popen(  # noqa: S603 - our own words
            list(words),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherits,
            preexec_fn=_tied_to(os.getpid()),  # noqa: PLW1509 - this program has one thread
        )


def began(pid: int) -> str | None:
    """When a process began, in ticks after boot; None when it has ended."""
    fields = _stat(pid)
    return None if fields is None or fields[0] == "Z" else fields[19]


def descendants(root: int) -> set[int]:
    """Every living process that a process has started, and those that these have started."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if LINUX else ():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None and fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [root]
    while waiting:
        waiting += (more := [pid for pid in children.get(waiting.pop(), ()) if pid not in found])
        found.update(more)
    return found


def bury(known: Iterable[int]) -> None:
    """Let adopted processes that have ended go; those that are known are asked by who started them."""
    known, mine = set(known), str(os.getpid())
    for entry in PROC.iterdir() if LINUX else ():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None and fields[:2] == ["Z", mine] and int(entry.name) not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(entry.name), os.WNOHANG)


def end_all(groups: Iterable[int], patience: float) -> int:
    """End every descendant of this process, and these groups: first asked, then killed; how many had to be killed."""
    groups = set(groups)
    _tell(descendants(os.getpid()), groups, signal.SIGTERM)
    until = time.monotonic() + patience
    while _any_left(groups) and time.monotonic() < until:
        bury(())
        time.sleep(0.1)
    left = descendants(os.getpid())
    for _ in range(50):
        if not _any_left(groups):
            break
        _tell(descendants(os.getpid()), groups, signal.SIGKILL)
        bury(())
        time.sleep(0.1)
    return len(left)


def _any_left(groups: set[int]) -> bool:
    if LINUX:
        return bool(descendants(os.getpid()))
    return any(_group_lives(group) for group in groups)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def _tell(pids: Iterable[int], groups: Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)
    for group in groups if not LINUX else ():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, what)


def _stat(pid: int) -> list[str] | None:
    """The fields of a process behind its name: state, parent and so on."""
    try:
        return (
            (PROC / str(pid) / "stat")
            .read_text(encoding="ascii", errors="replace")
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return None
