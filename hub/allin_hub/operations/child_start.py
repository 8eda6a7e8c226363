"""Starts the child processes in which plugins work, talks with them, and ends them.

A fork is cheap and brings all that is imported; it is safe where this process has one thread and no open database.
Elsewhere, and on macOS, whose own libraries do not live through a fork, a new interpreter is started.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import IO, Any, Protocol

from allin_hub.hub import Hub
from allin_hub.operations.child_messages import line_of
from allin_hub.operations.child_work import work_as_fork

_CHUNK = 2**16
_MEMORY = ":memory:"
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from allin_hub.operations.child_work import serve; serve(int(sys.argv[2]))"
)


class Worker:
    """Keeps one child for many jobs: a flow run's, whose own process cannot fork."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def child(self) -> Child:
        """Give the child that waits for a job, a new one where there is none."""
        if self._child is None or self._child.process.poll() is not None:
            self.close()
            self._child = spawned()
        return self._child

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None


class _Process(Protocol):
    """A process that was started here, forked or spawned."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self) -> int: ...


class _Fork:
    """A forked process, asked for its end as one of `subprocess` is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """Give the exit code, None while it runs; negative is a signal."""
        return self._asked(os.WNOHANG)

    def wait(self) -> int:
        """Wait for the exit code."""
        status = self._asked(0)
        return -signal.SIGKILL if status is None else status

    def _asked(self, how: int) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status


class Child:
    """A child process, and the pipe in which it talks. `jobs` is where one takes more than one job."""

    def __init__(self, process: _Process, pipe: int, jobs: IO[bytes] | None = None) -> None:
        self.process = process
        self._pipe = pipe
        self._jobs = jobs
        self._lines: list[bytes] = []
        self._rest = bytearray()
        self._is_open = True
        self._is_killed = False
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def give(self, job: dict[str, Any]) -> None:
        """Give it a job; one that has died says so by its end."""
        assert self._jobs is not None  # noqa: S101 - only a spawned one is given jobs
        with contextlib.suppress(BrokenPipeError):
            self._jobs.write(line_of(job))
            self._jobs.flush()

    def line(self, seconds: float) -> bytes | None:
        """Give the next line; None when none came in this time, or none can come."""
        until = time.monotonic() + seconds
        while not self._lines:
            left = max(until - time.monotonic(), 0)
            if not self._is_open or not self._poll.poll(left * 1000):
                return None
            chunk = os.read(self._pipe, _CHUNK)
            self._is_open = bool(chunk)
            self._rest += chunk
            if b"\n" in chunk:
                *self._lines, rest = bytes(self._rest).split(b"\n")
                self._rest = bytearray(rest)
        return self._lines.pop(0)

    def has_ended(self) -> bool:
        """Whether it can say nothing any more."""
        return not self._is_open or self.process.poll() is not None

    def kill(self) -> None:
        """End it at once, with all processes of its session; only once, for its number may be another's later."""
        if self._is_killed:
            return
        self._is_killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Kill it where it has not ended, and let go of it."""
        self.kill()
        self._is_open = False
        with contextlib.suppress(OSError):
            os.close(self._pipe)
        if self._jobs is not None:
            with contextlib.suppress(BrokenPipeError):
                self._jobs.close()


def is_dry(hub: Hub) -> bool:
    """Say whether the hub's database is only in memory."""
    return hub.engine.url.database in (None, "", _MEMORY) and hub.engine.dialect.name == "sqlite"


def may_fork() -> bool:
    """Say whether this process can be forked: a fork copies one thread, and every lock."""
    return sys.platform == "linux" and threading.active_count() == 1


def forked(hub: Hub, job: dict[str, Any]) -> Child:
    """Fork a child that does one job on this hub."""
    if not is_dry(hub):
        hub.engine.dispose()  # no open database may pass into another process
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        work_as_fork(hub, job, parent, read, write)
    os.close(write)
    return Child(_Fork(pid), read)


def spawned() -> Child:
    """Start an interpreter that waits for jobs."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    assert process.stdin is not None  # noqa: S101 - Popen was given pipes
    assert process.stdout is not None  # noqa: S101 - as above
    pipe = os.dup(process.stdout.fileno())
    process.stdout.close()
    return Child(process, pipe, process.stdin)
