"""Runs commands of a hub in processes of their own, which a test may kill, stop and wake.

The processes are forked from one that has everything imported: a thousand of them cost minutes, not hours.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.hub.crash.warm"])
PATIENCE = 120
PERSON = "Erika Musterb"
"""Who takes her consent back."""
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Order:
    """What a process is to do in a hub's folder: steps, at what time, and where it is to be ended."""

    folder: Path
    steps: tuple[str, ...] = ("sync", "publish")
    now: dt.datetime = NOW
    tick: float = 0
    """Seconds by which the clock goes on each time it is read."""
    stop_at: str = ""
    counts: Path | None = None
    """Where to write how often each point was reached."""
    fault: tuple[str, int, int] | None = None
    """A point, and the n-th time it is reached, where the system answers with this error number."""
    sources: tuple[str, ...] = ()
    reports: Path | None = None
    """Where to write what was said; beside the hub's folder unless that is broken on purpose."""
    before: Callable[[], None] | None = field(default=None)
    """Called in the new process first, to break something there."""

    def at(self, point: str, hit: int, kind: str = "KILL") -> Order:
        """The same, ended at the n-th time a point is reached."""
        return replace(self, stop_at=f"{point}:{hit}:{kind}")

    def report(self, name: str) -> Path:
        """The file that holds what was said in one way."""
        return (self.reports or self.folder.parent) / f"{self.folder.name}.{name}"


def start(order: Order) -> BaseProcess:
    """A process that works on an order."""
    process = CONTEXT.Process(target=_work, args=(order,))
    process.start()
    return process


def ended(process: BaseProcess, patience: float = PATIENCE) -> int:
    """The exit code of a process; a negative one is the signal that killed it."""
    process.join(patience)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError("the process did not end")
    return process.exitcode


def run(order: Order) -> int:
    """Work on an order and wait for its end."""
    return ended(start(order))


def done(order: Order) -> dict[str, Any]:
    """Work on an order that must succeed; what each step said."""
    code = run(order)
    said = order.report("said")
    assert code == 0, said.read_text() if said.exists() else code
    return dict(json.loads(said.read_text()))


def call(order: Order, *words: str) -> tuple[int, str, str]:
    """The command line itself: its exit code, stdout and stderr."""
    process = CONTEXT.Process(target=_call, args=(order, words))
    process.start()
    code = ended(process)
    said = [order.report(name) for name in ("out", "err")]
    return (code, *(path.read_text() for path in said))


def _prepared(order: Order) -> Callable[[], dt.datetime]:
    from allin_hub.base import failpoints

    if order.counts is not None:
        reached: list[str] = []
        target = order.counts

        def note(point: failpoints.Point) -> None:
            reached.append(point.value)
            target.write_text("\n".join(reached))

        failpoints.watch(note)
    elif order.fault is not None:
        failpoints.watch(_faulty(*order.fault))
    elif order.stop_at:
        failpoints.watch(failpoints.stopper(order.stop_at))
    now = order.now

    def clock() -> dt.datetime:
        nonlocal now
        now += dt.timedelta(seconds=order.tick)
        return now

    if order.before is not None:
        order.before()
    return clock


def _faulty(place: str, hit: int, number: int) -> Callable[[str], None]:
    left = hit

    def answer(point: str) -> None:
        nonlocal left
        if point == place:
            left -= 1
            if left == 0:
                raise OSError(number, os.strerror(number))

    return answer


def _work(order: Order) -> None:
    from allin_hub.open_hub import open_hub
    from allin_hub.operations.rotate_key import rotate
    from allin_hub.publish.publish import publish

    clock = _prepared(order)
    hub = open_hub(order.folder, clock)
    said: dict[str, Any] = {}
    try:
        for step in order.steps:
            if step == "publish":
                reports: Any = publish(hub)
            elif step in ("rotate", "rehash"):
                said[step] = {"key": ["done", str(rotate(hub, hashes=step == "rehash").left), None]}
                continue
            elif step in ("hide", "show", "offline", "online"):
                said[step] = _way_out(hub, step, *order.sources)
                continue
            elif step in (
                "rename",
                "remove",
                "restore",
                "tell",
                "answer",
                "withdraw",
                "undo",
                "edit",
                "unedit",
            ):
                said[step] = _office(hub, step, order.sources)
                continue
            else:
                reports = _sync(hub, step, order.sources)
            said[step] = {name: [one.status, one.message, one.hint] for name, one in reports.items()}
    finally:
        hub.close()
        order.report("said").write_text(json.dumps(said))
    os._exit(0)


def _way_out(hub: Any, step: str, entry: str, output: str) -> dict[str, Any]:
    """An entry that is hidden or shown again, an output that is taken offline or brought back."""
    from allin_hub.base.errors import ConfigError
    from allin_hub.entities.hidden import hide_entry, show_entry
    from allin_hub.publish.publish import publish, take_offline

    try:
        if step in ("hide", "show"):
            (hide_entry if step == "hide" else show_entry)(hub, entry)
        elif step == "offline":
            return {output: [take_offline(hub, output).status, None, None]}
        else:
            return {name: [one.status, None, None] for name, one in publish(hub, online=True).items()}
    except ConfigError as error:
        return {"refused": ["done", str(error), None]}
    return {}


def _sync(hub: Any, step: str, sources: Sequence[str]) -> Any:
    from allin_hub.base.errors import ConfigError
    from allin_hub.ingest.hold import accept
    from allin_hub.ingest.sync import sync

    if step == "accept":
        try:
            return accept(hub, sources[0]).sources
        except ConfigError:
            return {}
    return sync(hub, sources or None, replay=step == "replay").sources


def _office(hub: Any, step: str, sources: Sequence[str]) -> dict[str, Any]:
    """What is done to a source as a whole, an answer to a text, and the message to the office; nobody is called for it."""
    from allin_hub.base.errors import ConfigError
    from allin_hub.ingest import undo
    from allin_hub.manage import edit_entry, remove_source, rename_source
    from allin_hub.operations import held_texts, notify
    from allin_hub.privacy import office_consents
    from allin_schemas import Purpose

    try:
        if step == "rename":
            rename_source.rename(hub, *sources)
        elif step == "remove":
            remove_source.remove(hub, *sources)
        elif step == "restore":
            remove_source.restore(hub.config.folder, *sources, hub)
        elif step == "undo":
            undo.undo(hub, *sources)
        elif step == "edit":
            edit_entry.edit(hub, sources[0], [edit_entry.Change("website", "https://neu.example")])
        elif step == "unedit":
            edit_entry.take_back(hub, sources[0], ["website"])
        elif step == "answer":
            held_texts.decide(hub, [], [one.id for one in held_texts.all_held_texts(hub)])
        elif step == "withdraw":
            [person] = office_consents.find_by_words(hub, PERSON)
            office_consents.withdraw(hub, person.id, list(Purpose))
        else:
            notify.post = lambda *_: []
            return {one.name: [one.what, None, None] for one in notify.tell(hub).news}
    except ConfigError as error:
        return {"refused": ["done", str(error), None]}
    return {}


def _call(order: Order, words: Sequence[str]) -> None:
    from functools import partial

    from allin_hub.cli import console, main

    clock = _prepared(order)
    console.open_hub = partial(console.open_hub, clock=clock)
    sys.argv = ["allin", *words, *(() if words[0] == "restore" else ("--hub", str(order.folder)))]
    out, err = ((order.report(name)).open("w", encoding="utf-8") for name in ("out", "err"))
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
