"""Runs as hub.toml plans them: each source and output with a schedule, the nightly run and the upkeep.

Plain data, in no language. It tells what the settings ask for, not what Prefect has paused.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from allin_hub.config import schedules
from allin_hub.hub import Hub
from allin_hub.operations import status

PlannedJob = Literal["sync", "publish", "nightly", "upkeep"]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A job that is to run by itself, for a source or an output, or for the whole hub where `name` is None.

    `schedule` is as somebody wrote it; it means either the cron line `cron` or a run every so many seconds. `last_at` is
    known of syncs and publishes only.
    """

    job: PlannedJob
    name: str | None
    schedule: str
    cron: str | None
    every_seconds: int | None
    last_at: dt.datetime | None
    next_at: dt.datetime


def planned_runs(hub: Hub) -> list[PlannedRun]:
    """List what is to run by itself, the next one first; what is switched off or runs never has no entry."""
    config, now = hub.config, hub.clock()
    of_sources = status.sources(hub, counted=False)
    of_outputs = status.outputs(hub, counted=False)
    wanted: list[tuple[PlannedJob, str | None, str | None, dt.datetime | None]] = [
        ("sync", name, one.schedule, of_sources[name].last_attempt_at)
        for name, one in config.sources.items()
        if one.enabled
    ]
    wanted += [
        ("publish", name, one.schedule, of_outputs[name].last_attempt_at)
        for name, one in config.outputs.items()
        if one.enabled
    ]
    wanted += [("nightly", None, config.hub.nightly, None), ("upkeep", None, config.hub.upkeep, None)]
    found = []
    for job, name, text, last in wanted:
        planned = schedules.read(text) if text else None
        if text and planned is not None:
            every = None if planned.every is None else int(planned.every.total_seconds())
            due = planned.next_after(now, config.hub.zone)
            found.append(PlannedRun(job, name, text, planned.cron, every, last, due))
    return sorted(found, key=lambda one: (one.next_at, one.job, one.name or ""))
