"""The office's work as Prefect flows: `sync`, `publish`, `nightly`, `upkeep`.

Parameters, states, results, artifacts, events and tags hold names of sources and outputs, hosts, figures and
sentences, never a person's data. Prefect schedules and shows; what must be right is in the hub's own database.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Failed

from allin_flows import work
from allin_flows.outcomes import Outcome, Part, stopped
from allin_flows.reporting import (
    overtaken,
    report,
    report_left_out,
    report_unstarted,
    report_upkeep,
    state_of,
)
from allin_flows.wording import Say
from allin_hub.base.errors import HubError

T = TypeVar("T")

WAITS = [60.0, 300.0]
"""Seconds until a source that did not answer is tried again, and once more."""

_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="allin")
"""One after the other, as the core does it, for one writer; who waits for another try holds no place."""


async def _in_thread(call: Callable[[], T]) -> T:
    """Call what blocks in the one thread that works, so that Prefect goes on beside it."""
    return await asyncio.get_running_loop().run_in_executor(_WORKER, call)


def _may_pass(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Only what did not answer is tried again: all else would end the same."""
    return isinstance(state.data, Outcome) and state.data.again


@task(
    name="sync source",
    task_run_name="sync {source}",
    retries=len(WAITS),
    retry_delay_seconds=WAITS,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
    log_prints=False,
)
async def sync_source(folder: str, source: str, language: str, invocation: str) -> State[Outcome]:
    """Sync one source; the task's state says at a glance how it went."""
    outcome = await _in_thread(lambda: work.sync_one(folder, source, invocation))
    return state_of(outcome, Say(language))


@task(
    name="publish output",
    task_run_name="publish {output}",
    cache_policy=NO_CACHE,
    persist_result=False,
    log_prints=False,
)
async def publish_output(folder: str, output: str, language: str) -> State[Outcome]:
    """Publish one output; the task's state says at a glance how it went."""
    outcome = await _in_thread(lambda: work.publish_one(folder, output))
    return state_of(outcome, Say(language))


@flow(name="sync", flow_run_name="sync", persist_result=False, log_prints=False)
async def sync(
    hub: str | None = None, sources: list[str] | None = None, hub_id: str | None = None
) -> State[None]:
    """Sync the named sources of a hub's folder, or all; `hub_id` is what `allin deploy` calls the hub."""
    return await _kept_in(hub, _run("sync", hub, hub_id, sources=sources, syncs=True))


@flow(name="publish", flow_run_name="publish", persist_result=False, log_prints=False)
async def publish(
    hub: str | None = None, outputs: list[str] | None = None, hub_id: str | None = None
) -> State[None]:
    """Publish the named outputs of a hub's folder, or all."""
    return await _kept_in(hub, _run("publish", hub, hub_id, outputs=outputs, publishes=True))


@flow(name="nightly", flow_run_name="nightly", persist_result=False, log_prints=False)
async def nightly(hub: str | None = None, hub_id: str | None = None) -> State[None]:
    """Sync all sources of a hub's folder, then publish all outputs; one that fails stops nothing else."""
    return await _kept_in(hub, _run("nightly", hub, hub_id, syncs=True, publishes=True))


@flow(name="upkeep", flow_run_name="upkeep", persist_result=False, log_prints=False)
async def upkeep(hub: str | None = None, hub_id: str | None = None) -> State[None]:
    """Tidy the hub's database, and make a backup where one is wished."""
    return await _kept_in(hub, _upkeep(_folder(hub), hub_id))


async def _kept_in(hub: str | None, work_of_flow: Awaitable[State[None]]) -> State[None]:
    """Turn an exception into a failed state that names its type only.

    Prefect writes an exception that leaves a flow to its storage, with what it quotes, even where `persist_result` is off.
    """
    try:
        return await work_of_flow
    except Exception as error:
        kind = type(error).__name__
        return Failed(message=work.say_for(_folder(hub))("The hub stopped with {name}.", name=kind))


async def _upkeep(folder: str, hub_id: str | None) -> State[None]:
    try:
        tidied = await _in_thread(lambda: work.upkeep_all(folder, hub_id))
    except HubError as error:
        return await report_unstarted("upkeep", str(error), work.say_for(folder))
    return await report_upkeep(tidied)


async def _run(
    job: str,
    hub: str | None,
    hub_id: str | None,
    *,
    sources: list[str] | None = None,
    outputs: list[str] | None = None,
    syncs: bool = False,
    publishes: bool = False,
) -> State[None]:
    folder = _folder(hub)
    alone = named[0] if len(named := [*(sources or ()), *(outputs or ())]) == 1 else ""
    if await overtaken():
        return await report_left_out(f"{job} {alone}".strip(), work.say_for(folder))
    try:
        plan = await _in_thread(
            lambda: work.plan(folder, sources, outputs, syncs=syncs, publishes=publishes, hub_id=hub_id)
        )
    except HubError as error:
        return await report_unstarted(job, str(error), work.say_for(folder))
    language = plan.language
    try:
        outcomes = await _worked(folder, plan)
    finally:
        await _in_thread(work.end_plugins)
    await _tell_office(folder, language)
    return await report(job, outcomes, Say(language), plan.zone, alone)


async def _worked(folder: str, plan: work.Plan) -> list[Outcome]:
    """Sync all sources side by side for Prefect, then publish one output after the other."""
    language = plan.language
    syncing = [
        _ended(
            Part.SOURCE,
            name,
            language,
            _task_of(hosts)(folder, name, language, plan.invocation, return_state=True),
        )
        for name, hosts in plan.sources.items()
    ]
    outcomes = list(await asyncio.gather(*syncing))
    for name in plan.outputs:
        publishing = publish_output(folder, name, language, return_state=True)
        outcomes += [await _ended(Part.OUTPUT, name, language, publishing)]
    return outcomes


async def _tell_office(folder: str, language: str) -> None:
    """A message that cannot be sent is a line in the log and stands in `allin status`; it fails no run."""
    try:
        faults = await _in_thread(lambda: work.tell_office(folder))
    except HubError as error:
        get_run_logger().warning(str(error))
        return
    if faults:
        say = Say(language)
        get_run_logger().warning(say("A message to the office could not be sent. See: allin notify --test"))


def _folder(hub: str | None) -> str:
    """What a run names, else what ALLIN_HUB names, else where the process runs."""
    return hub or os.environ.get("ALLIN_HUB") or "."


def _task_of(hosts: list[str]) -> Any:
    """Tag a sync with the hosts that it fetches from, so that Prefect can limit how many read one."""
    return sync_source.with_options(tags=[f"host {host}" for host in hosts])


async def _ended(part: Part, name: str, language: str, run: Any) -> Outcome:
    """Wait for a task; one that Prefect itself ended counts as failed, and stops nothing else."""
    state: State[Outcome] = await run
    found = await state.aresult(raise_on_failure=False)
    if isinstance(found, Outcome):
        return found
    say = Say(language)
    return stopped(
        part, name, say("Prefect ended this task as {name}.", name=state.name), say("Run it again.")
    )
