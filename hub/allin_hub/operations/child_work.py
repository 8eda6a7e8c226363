"""Does in a child process what calls plugins, and tells the parent how it goes on."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from allin_hub.base.errors import HubError
from allin_hub.base.failpoints import with_parent
from allin_hub.base.process_identity import this_process
from allin_hub.base.reports import OutputReport, SourceReport
from allin_hub.base.time_limits import Supervisor, supervised_by
from allin_hub.hub import Hub
from allin_hub.open_hub import open_dry, open_hub
from allin_hub.operations import child_messages as messages

_DIE_WITH_PARENT = 1
"""What Linux calls PR_SET_PDEATHSIG."""

_SELDOM = (100_000, 20, 20)


def work_as_fork(hub: Hub, job: Mapping[str, Any], parent: int, read: int, write: int) -> NoReturn:
    """Do one job: the life of a forked child."""
    code = 1
    try:
        os.close(read)
        os.setsid()
        _settle(parent)
        _do(lambda: hub, job, _Teller(write))
        code = 0
    finally:
        os._exit(code)


def serve(parent: int) -> NoReturn:
    """Do the jobs that come in on standard input, one after the other: the life of a spawned child."""
    code = 1
    try:
        teller, jobs = _Teller(os.dup(1)), os.fdopen(os.dup(0), "rb")
        _settle(parent)
        for line in jobs:
            job = json.loads(line)
            opening = open_dry if job["dry"] else open_hub
            _do(partial(opening, Path(job["folder"])), job, teller)
        code = 0
    finally:
        os._exit(code)


def _settle(parent: int) -> None:
    """Die with the parent, and keep what plugins print out of what the parent prints."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    with_parent(parent)
    collect_garbage_seldom()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)


def collect_garbage_seldom() -> None:
    """Let a process that does one job look seldom for garbage: what is loaded stays, and records make no cycles.

    It spares a first sync a fifth of its CPU.
    """
    gc.freeze()
    gc.set_threshold(*_SELDOM)


class _Teller(Supervisor):
    """Tells the parent, in the child."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def tell(self, what: str, value: Any) -> None:
        """Send a message; a child whose parent is gone ends."""
        left = memoryview(messages.line_of({what: value}))
        try:
            while left:
                left = left[os.write(self._pipe, left) :]
        except BrokenPipeError:
            os._exit(1)

    def began(self, name: str, run_id: str = "") -> None:
        """Tell what is worked on."""
        self.tell("began", [name, run_id])

    def ended(self, report: Any) -> None:
        """Tell how it ended."""
        if isinstance(report, SourceReport):
            self.tell("ended", [report.source, messages.source_values(report)])
        elif isinstance(report, OutputReport):
            self.tell("ended", [report.output, messages.output_values(report)])
        else:
            self.tell("ended", report)

    def allow(self, seconds: float, late: HubError) -> None:
        """Tell a deadline."""
        self.tell("deadline", [seconds, messages.error_values(late)])

    def lift(self) -> None:
        """Tell that there is none any more."""
        self.tell("lifted", None)

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Tell how far the work is."""
        self.tell("progress", [name, done, total])


def _do(opening: Callable[[], Hub], job: Mapping[str, Any], teller: _Teller) -> None:
    """Do one job in the child."""
    supervised_by(teller)
    teller.tell("holder", this_process())
    try:
        with contextlib.closing(opening()) as hub:
            result = _WORK[job["work"]](hub, job, teller)
        sys.stdout.flush()
    except BaseException as error:
        teller.tell("error", messages.error_values(error))
    else:
        teller.tell("done", result)


def _sync(hub: Hub, job: Mapping[str, Any], teller: _Teller) -> None:
    from allin_hub.ingest.sync import sync

    sync(
        hub,
        job["names"],
        replay=job["replay"],
        progress=teller.progress,
        invocation=job["invocation"],
        past=job["past"],
    )


def _publish(hub: Hub, job: Mapping[str, Any], teller: _Teller) -> None:
    from allin_hub.publish.publish import publish

    publish(hub, job["names"], teller.progress, past=job["past"], online=job["online"])


def _preview(hub: Hub, job: Mapping[str, Any], _teller: _Teller) -> None:
    from allin_hub.publish.preview import preview

    preview(hub, job["names"], past=job["past"])


def _check(hub: Hub, job: Mapping[str, Any], teller: _Teller) -> None:
    from allin_hub.ingest.check import check

    check(hub, job["names"], teller.progress, past=job["past"])


def _cut(hub: Hub, job: Mapping[str, Any], _teller: _Teller) -> None:
    from allin_hub.operations.retention import cut_all

    cut_all(hub, past=job["past"])


_WORK: dict[str, Callable[[Hub, Mapping[str, Any], _Teller], Any]] = {
    "sync": _sync,
    "publish": _publish,
    "preview": _preview,
    "check": _check,
    "cut": _cut,
}
