"""What of a hub is to run by itself: one deployment of each source and output with a schedule, and the standing ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allin_hub.config import schedules
from allin_hub.config.schedules import Schedule
from allin_hub.config.settings import Config
from allin_hub.i18n.translator import text

POOL = "office"
"""The work pool whose workers do it."""
TEMPLATE: dict[str, Any] = json.loads(Path(__file__).with_name("work_pool.json").read_text(encoding="utf-8"))
"""How its workers start a run: always the same command, with these settings; no deployment and no run can change them."""
TAG = "allin"
"""On every deployment that the hub makes, and so on every run of it."""
TOLD = {
    "sync": text("Syncs the source {name}."),
    "publish": text("Publishes the output {name}."),
    "nightly": text("Syncs all sources, then publishes all outputs."),
    "upkeep": text("Tidies the hub's database and makes a backup."),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment as hub.toml wishes it. Its parameters name a source or an output, and nothing else."""

    flow: str
    name: str
    schedule: Schedule
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The name by which Prefect knows it."""
        return f"{self.flow}/{self.name}"


def wanted(config: Config) -> list[Wanted]:
    """Every deployment that the settings ask for; what is switched off has none."""
    found = []
    for flow, parts in (("sync", config.sources), ("publish", config.outputs)):
        for name, part in parts.items():
            due = schedules.read(part.schedule) if part.schedule and part.enabled else None
            if due is not None:
                found.append(
                    Wanted(flow, name, due, {f"{'source' if flow == 'sync' else 'output'}s": [name]})
                )
    for flow, words in (("nightly", config.hub.nightly), ("upkeep", config.hub.upkeep)):
        due = schedules.read(words)
        if due is not None:
            found.append(Wanted(flow, flow, due))
    return found


def hub_tag(hub_id: str) -> str:
    """The tag by which a hub knows its own deployments among those of others."""
    return f"hub {hub_id}"
