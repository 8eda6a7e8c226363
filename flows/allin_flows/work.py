"""The blocking work behind each task, without Prefect: opens the hub, does one thing, tells how it went.

Whatever else than a HubError the core raises may quote a row: only the name of its type leaves this module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allin_flows import delivery
from allin_flows.outcomes import Outcome, Part, of_output, of_source, stopped
from allin_flows.wording import Say
from allin_hub.api import registry
from allin_hub.base.errors import ConfigError, HubError, refuse_if_none_can_work
from allin_hub.base.file_modes import keep_private
from allin_hub.base.ids import new_id
from allin_hub.config.settings import HubSettings, SourceSettings, chosen
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_for
from allin_hub.ingest.prepare import prepare
from allin_hub.open_hub import open_hub
from allin_hub.operations import child_process
from allin_hub.operations import notify as notifying
from allin_hub.operations.child_start import Worker
from allin_hub.operations.maintenance import upkeep

T = TypeVar("T")

_PLUGINS = Worker()
"""The process in which the plugins of a run work: its deadline passed, it is killed, and the run goes on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is going to do. `sources` leads from each source to the hosts that it is fetched from."""

    sources: dict[str, list[str]]
    outputs: list[str]
    language: str
    zone: str
    invocation: str


@dataclass(frozen=True, slots=True)
class Tidied:
    """What upkeep did, in sentences."""

    sentences: list[str]
    failed: bool
    language: str
    zone: str


def plan(
    folder: str,
    sources: Sequence[str] | None,
    outputs: Sequence[str] | None,
    *,
    syncs: bool,
    publishes: bool,
    hub_id: str | None = None,
) -> Plan:
    """Read and check all settings before anything is fetched or written.

    Raises HubError, which says what to mend.
    """

    def look(hub: Hub) -> Plan:
        settings = hub.config.sources
        fetched = chosen(hub.config, "sources", sources) if syncs else []
        delivery.refuse_others(hub, hub_id, fetched)
        refuse_if_none_can_work([_or_fault(partial(prepare, hub, settings[name])) for name in fetched])
        made = chosen(hub.config, "outputs", outputs) if publishes else []
        found = hub.config.outputs
        refuse_if_none_can_work(
            [_or_fault(partial(registry.output, hub.config, found[name])) for name in made]
        )
        general = hub.config.hub
        hosts = {name: _hosts(settings[name]) for name in fetched}
        return Plan(hosts, made, general.languages[0], general.zone, new_id())

    return _begun(folder, look)


def upkeep_all(folder: str, hub_id: str | None = None) -> Tidied:
    """Tidy the hub.

    Raises HubError, which says what to mend.
    """

    def tidy(hub: Hub) -> Tidied:
        delivery.refuse_others(hub, hub_id, [])
        report = upkeep(hub)
        general = hub.config.hub
        return Tidied(
            list(report.sentences(voice_for(Path(folder)))), not report.ok, general.languages[0], general.zone
        )

    return _begun(folder, tidy)


def sync_one(folder: str, name: str, invocation: str) -> Outcome:
    """Sync one source; every fault becomes its outcome."""

    def work(hub: Hub) -> Outcome:
        before = delivery.digest_of_map(hub.config.folder, name)
        report = child_process.sync(hub, [name], invocation=invocation, worker=_PLUGINS).sources[name]
        delivery.share_learned(hub, name, before)
        return of_source(report, Say(hub.config.hub.languages[0]))

    return _outcome(Part.SOURCE, folder, name, work)


def publish_one(folder: str, name: str) -> Outcome:
    """Publish one output; every fault becomes its outcome."""

    def work(hub: Hub) -> Outcome:
        return of_output(child_process.publish(hub, [name], worker=_PLUGINS)[name])

    return _outcome(Part.OUTPUT, folder, name, work)


def end_plugins() -> None:
    """End the process in which the plugins of a run work; the next run starts another."""
    _PLUGINS.close()


def tell_office(folder: str) -> int:
    """Tell the office what stays away and what is back; how many addresses did not take the message."""
    return len(_with_hub(folder, notifying.tell).faults)


def local_time(moment: dt.datetime, zone: str | None = None) -> dt.datetime:
    """Tell a moment in the office's zone."""
    return moment.astimezone(ZoneInfo(zone or HubSettings().zone))


def say_for(folder: str) -> Say:
    """Speak the language of a hub that cannot be opened."""
    return Say(voice_for(Path(folder)).language)


def _outcome(part: Part, folder: str, name: str, work: Callable[[Hub], Outcome]) -> Outcome:
    try:
        return _with_hub(folder, work)
    except Exception as error:
        return stopped(part, name, *_told(folder, error))


def _begun(folder: str, work: Callable[[Hub], T]) -> T:
    """Do what must end well before anything else begins; whatever stops it becomes a sentence."""
    try:
        return _with_hub(folder, work)
    except Exception as error:
        message, hint = _told(folder, error)
    raise HubError(message, hint=hint)


def _or_fault(prepared: Callable[[], T]) -> T | ConfigError:
    """What is ready to work, or why it is not: its own task tells that, and stops no other."""
    try:
        return prepared()
    except ConfigError as error:
        return error


def _with_hub(folder: str, work: Callable[[Hub], T]) -> T:
    keep_private()
    hub = open_hub(Path(folder))
    try:
        return work(hub)
    finally:
        hub.close()


def _told(folder: str, error: Exception) -> tuple[str, str]:
    """What an error says, and its hint; of a stranger only the name of its type, for it may quote a row."""
    if isinstance(error, HubError):
        return voice_for(Path(folder)).error(error)
    say = say_for(folder)
    hint = say("See where on the machine itself: allin run --debug. What was published before stays.")
    return say("The hub stopped with {name}.", name=type(error).__name__), hint


def _hosts(settings: SourceSettings) -> list[str]:
    """Find the hosts in a source's settings, whatever the plugin calls the setting."""
    texts = [value for value in settings.options.values() if isinstance(value, str) and "://" in value]
    return sorted({host for text in texts if (host := urlsplit(text).hostname)})
