"""The blocking work behind each task, without Prefect: opens the hub, does one thing, tells how it went.

Whatever else than a HubError the core raises may quote a row; only the name of its type leaves this module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allin_flows.outcomes import Outcome, Part, of_output, of_source, stopped
from allin_flows.wording import Say
from allin_hub import publishing, registry
from allin_hub.config import HubSettings, SourceSettings
from allin_hub.errors import HubError
from allin_hub.hub import Hub, open_hub
from allin_hub.ids import new_id
from allin_hub.pipeline import chosen, sync_source
from allin_hub.preparing import prepare

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is going to do. `sources` leads from each source to the hosts that it is fetched from."""

    sources: dict[str, list[str]]
    outputs: list[str]
    language: str
    zone: str
    invocation: str


def plan(
    folder: str, sources: Sequence[str] | None, outputs: Sequence[str] | None, *, syncs: bool, publishes: bool
) -> Plan:
    """Read and check all settings before anything is fetched or written.

    Raises HubError, which says what to mend.
    """

    def look(hub: Hub) -> Plan:
        settings = hub.config.sources
        fetched = chosen(hub, sources) if syncs else []
        for name in fetched:
            prepare(hub, settings[name])
        made = publishing.chosen(hub, outputs) if publishes else []
        for name in made:
            registry.output(hub.config, hub.config.outputs[name])
        general = hub.config.hub
        hosts = {name: _hosts(settings[name]) for name in fetched}
        return Plan(hosts, made, general.languages[0], general.zone, new_id())

    return _with_hub(folder, look)


def sync_one(folder: str, name: str, invocation: str) -> Outcome:
    """Sync one source; every fault becomes its outcome."""

    def work(hub: Hub) -> Outcome:
        report = sync_source(hub, prepare(hub, hub.config.sources[name]), invocation)
        return of_source(report, Say(hub.config.hub.languages[0]))

    return _outcome(Part.SOURCE, folder, name, work)


def publish_one(folder: str, name: str) -> Outcome:
    """Publish one output; every fault becomes its outcome."""

    def work(hub: Hub) -> Outcome:
        return of_output(publishing.publish(hub, [name])[name])

    return _outcome(Part.OUTPUT, folder, name, work)


def local_time(moment: dt.datetime, zone: str | None = None) -> dt.datetime:
    """Tell a moment in the office's zone."""
    return moment.astimezone(ZoneInfo(zone or HubSettings().zone))


def _outcome(part: Part, folder: str, name: str, work: Callable[[Hub], Outcome]) -> Outcome:
    try:
        return _with_hub(folder, work)
    except HubError as error:
        return stopped(part, name, error)


def _with_hub(folder: str, work: Callable[[Hub], T]) -> T:
    with _silent():
        hub = open_hub(Path(folder))
        try:
            return work(hub)
        finally:
            hub.close()


@contextmanager
def _silent() -> Iterator[None]:
    """Turn what may quote a row into a HubError that quotes nothing."""
    try:
        yield
    except HubError:
        raise
    except Exception as error:
        kind = type(error).__name__
    else:
        return
    raise HubError(
        f"The hub stopped with {kind}.",
        hint="On the machine itself, see where: allin run --debug. What was known and published stays.",
    )


def _hosts(settings: SourceSettings) -> list[str]:
    """Find the hosts in a source's settings, whatever the plugin calls the setting."""
    texts = [value for value in settings.options.values() if isinstance(value, str) and "://" in value]
    return sorted({host for text in texts if (host := urlsplit(text).hostname)})
