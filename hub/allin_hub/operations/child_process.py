"""Runs what calls plugins in a child process, so that a plugin which does not end can be ended.

Commands fork the child before any thread exists and while the database is closed; a process with threads (Prefect's, or
one with a progress bar on its screen) and macOS start a new interpreter instead. The child tells its parent in lines of
JSON what it works on, which deadline a plugin has, how far it is, and how each source or output ended. When a deadline
passes, the parent kills the child with everything that the child has started, notes the failure, and gives the rest to
the next child. A kill is safe at every point (base/failpoints.py).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from allin_hub.base.errors import HubError
from allin_hub.base.ids import new_id
from allin_hub.base.reports import OutputReport, SourceReport, SyncReport
from allin_hub.base.time_limits import with_texts
from allin_hub.hub import Hub
from allin_hub.operations import child_messages as messages
from allin_hub.operations.child_start import Child, Worker, forked, is_dry, may_fork, spawned
from allin_hub.store.engine import writing
from allin_hub.store.leases import give_leases_back

T = TypeVar("T")
Progress = Callable[[str, int, int | None], None]

LOOKS_EVERY = 1.0
"""Seconds after which a parent looks whether a silent child still lives."""


def sync(
    hub: Hub,
    names: Sequence[str] | None = None,
    *,
    replay: bool = False,
    progress: Progress | None = None,
    invocation: str | None = None,
    worker: Worker | None = None,
) -> SyncReport:
    """Sync sources in a child, as `ingest.sync` does; a source whose plugin does not end fails alone."""
    from allin_hub.ingest.sync_source import fail_source

    report = SyncReport(invocation or new_id())

    def fail(part: _Part, error: HubError) -> SourceReport:
        return replace(fail_source(hub, part.name, report.run, part.run_id, error), seconds=part.seconds)

    job = {"work": "sync", "names": _listed(names), "replay": replay, "invocation": report.run}
    _each(hub, job, report.sources, messages.source_report, fail, progress, worker)
    return report


def publish(
    hub: Hub,
    names: Sequence[str] | None = None,
    progress: Progress | None = None,
    *,
    worker: Worker | None = None,
    online: bool = False,
) -> dict[str, OutputReport]:
    """Publish outputs in a child, as `publish.publish` does; an output that does not end fails alone."""
    from allin_hub.publish.publish import fail_output

    def fail(part: _Part, error: HubError) -> OutputReport:
        return replace(fail_output(hub, part.name, error), seconds=part.seconds)

    reports: dict[str, OutputReport] = {}
    job = {"work": "publish", "names": _listed(names), "online": online}
    _each(hub, job, reports, messages.output_report, fail, progress, worker)
    return reports


def preview(
    hub: Hub, names: Sequence[str] | None = None, progress: Progress | None = None
) -> dict[str, OutputReport]:
    """Look in a child at what a publish would do, as `publish.preview` does; an output that does not end fails alone."""
    from allin_hub.publish.preview import fail_preview

    reports: dict[str, OutputReport] = {}
    job = {"work": "preview", "names": _listed(names)}

    def fail(part: _Part, error: HubError) -> OutputReport:
        return replace(fail_preview(hub, part.name, error), seconds=part.seconds)

    _each(hub, job, reports, messages.output_report, fail, progress, None)
    return reports


def check(hub: Hub, names: Sequence[str] | None, progress: Progress | None = None) -> SyncReport:
    """Check sources in a child, as `ingest.check` does; a source whose plugin does not end fails alone."""
    from allin_hub.ingest.check import fail_check

    def fail(part: _Part, error: HubError) -> SourceReport:
        return replace(fail_check(hub, part.name, error), seconds=part.seconds)

    report = SyncReport("")
    job = {"work": "check", "names": _listed(names)}
    _each(hub, job, report.sources, messages.source_report, fail, progress, None)
    return report


def cut_all(hub: Hub) -> dict[str, int | None]:
    """Cut old raws down in a child, as `operations.retention` does; None for a source whose map does not end."""
    found: dict[str, int | None] = {}
    _each(hub, {"work": "cut"}, found, lambda number: number, lambda _part, _error: None, None, None)
    return found


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


@dataclass(frozen=True, slots=True)
class _Part:
    """The source or output that a child works on; `run_id` is empty before its run begins."""

    name: str
    run_id: str
    began: float

    @property
    def seconds(self) -> float:
        """How long the work has taken so far."""
        return time.monotonic() - self.began


class _Stopped(Exception):
    """A child ended before its work. `part` is what it was working on."""

    def __init__(self, part: _Part | None, error: HubError) -> None:
        super().__init__()
        self.part = part
        self.error = error


Ended = Callable[[str, Any], None]


def _each(
    hub: Hub,
    job: dict[str, Any],
    found: dict[str, T],
    read: Callable[[Any], T],
    fail: Callable[[_Part, HubError], T],
    progress: Progress | None,
    worker: Worker | None,
) -> None:
    """Do a job part by part: where a child is stopped, its part fails, and the next child does the rest."""

    def ended(name: str, values: Any) -> None:
        found[name] = read(values)

    while True:
        try:
            _done(hub, job | {"past": list(found)}, ended, progress, worker)
            return
        except _Stopped as stopped:
            part = stopped.part
            if part is None or part.name in found:
                raise stopped.error from None
            found[part.name] = fail(part, stopped.error)


def _done(
    hub: Hub, job: dict[str, Any], ended: Ended, progress: Progress | None, worker: Worker | None
) -> Any:
    """Let one child do a job; what it gives back.

    Raises _Stopped when it was killed or ended by itself, and the error with which its work failed.
    """
    if worker is None and may_fork():
        child = forked(hub, job)
    else:
        child = worker.child() if worker is not None else spawned()
        child.give({**job, "folder": str(hub.config.folder), "dry": is_dry(hub)})
    watch = _Watch(ended, progress)
    is_whole = False
    try:
        watch.follow(child)
        is_whole = True
    finally:
        if not is_whole or worker is None:
            child.end()
        if not is_whole and watch.holder and not is_dry(hub):
            with contextlib.suppress(HubError), writing(hub.engine) as connection:
                give_leases_back(connection, watch.holder)
    if watch.error is not None:
        raise watch.error
    return watch.result


class _Watch:
    """What a parent knows of its child's work."""

    def __init__(self, ended: Ended, progress: Progress | None) -> None:
        self.holder = ""
        self.result: Any = None
        self.error: Exception | None = None
        self._ended = ended
        self._progress = progress
        self._part: _Part | None = None
        self._is_over = False
        self._due: float | None = None
        self._late: dict[str, Any] = {}

    def follow(self, child: Child) -> None:
        """Listen until the work is over; kill the child when a deadline passes.

        Raises _Stopped when it was killed or ended by itself.
        """
        while not self._is_over:
            line = child.line(self._patience())
            if line is not None:
                self._hear(json.loads(line))
            elif self._due is not None and time.monotonic() >= self._due:
                child.kill()
                self._hear_the_rest(child)
                raise _Stopped(self._part, with_texts(messages.hub_error(self._late)))
            elif child.has_ended():
                self._hear_the_rest(child)
                if not self._is_over:
                    child.kill()
                    raise _Stopped(self._part, _died(child.process.wait()))

    def _patience(self) -> float:
        if self._due is None:
            return LOOKS_EVERY
        return min(max(self._due - time.monotonic(), 0), LOOKS_EVERY)

    def _hear_the_rest(self, child: Child) -> None:
        """A report that was on its way when the child ended is true."""
        while (line := child.line(0)) is not None:
            self._hear(json.loads(line))

    def _hear(self, message: dict[str, Any]) -> None:
        ((what, value),) = message.items()
        match what:
            case "holder":
                self.holder = value
            case "began":
                name, run_id = value
                self._part = _Part(name, run_id, time.monotonic())
            case "deadline":
                seconds, self._late = value
                self._due = time.monotonic() + seconds
            case "lifted":
                self._due = None
            case "progress" if self._progress is not None:
                self._progress(*value)
            case "ended":
                self._ended(*value)
                self._part = None
            case "done":
                self.result, self._is_over = value, True
            case "error":
                self.error, self._is_over = messages.error_of(value), True


def _died(status: int) -> HubError:
    hint = (
        "What was known and published before stays. Perhaps the machine had too little memory. "
        "If it happens again, tell the author of its plugin."
    )
    if status < 0:
        return HubError(
            "The process that worked on it ended with signal {number}.", hint=hint, number=-status
        )
    return HubError("The process that worked on it ended with code {number}.", hint=hint, number=status)
