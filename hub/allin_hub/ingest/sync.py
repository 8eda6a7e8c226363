"""Syncs sources one after the other; one that fails never stops another."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from allin_hub.base.errors import ConfigError, refuse_if_none_can_work
from allin_hub.base.ids import new_id
from allin_hub.base.reports import SyncReport
from allin_hub.base.time_limits import supervisor
from allin_hub.config.settings import chosen
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import Prepared, prepare
from allin_hub.ingest.run_context import Progress
from allin_hub.ingest.sync_source import sync_source, unprepared


def prepared_or_fault(hub: Hub, names: Sequence[str]) -> dict[str, Prepared | ConfigError]:
    """Make sources ready; of one that cannot be used, why."""
    wanted: dict[str, Prepared | ConfigError] = {}
    for name in names:
        supervisor().began(name)
        try:
            wanted[name] = prepare(hub, hub.config.sources[name])
        except ConfigError as error:
            wanted[name] = error
    return wanted


def sync(
    hub: Hub,
    names: Sequence[str] | None = None,
    *,
    replay: bool = False,
    progress: Progress | None = None,
    invocation: str | None = None,
    past: Collection[str] = (),
) -> SyncReport:
    """Sync sources one after the other. With `replay`, map again what is kept, without asking them.

    `past` names the sources that an earlier process of the same invocation has done; they are left out.
    Raises ConfigError for a source that is named and is switched off: nothing new of it may be read.
    """
    names = chosen(hub.config, "sources", names)
    for name in names:
        if not (hub.config.sources[name].enabled or replay):
            raise ConfigError(
                "The source '{name}' is switched off; nothing new of it is read.",
                hint="Switch it on first: allin source enable {name}",
                name=name,
            )
    wanted = prepared_or_fault(hub, [name for name in names if name not in past])
    report = SyncReport(invocation or new_id())
    for name, prepared in wanted.items():
        one = report.sources[name] = (
            unprepared(hub, name, report.run, prepared)
            if isinstance(prepared, ConfigError)
            else sync_source(hub, prepared, report.run, replay=replay, progress=progress)
        )
        supervisor().ended(one)
    if not past:
        refuse_if_none_can_work(wanted.values())
    return report
