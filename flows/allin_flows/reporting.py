"""Shows a run in Prefect at a glance: its name, its state, a page of figures, and events for trouble."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.states import Completed, Failed

from allin_flows import telling
from allin_flows.outcomes import Outcome, Status
from allin_flows.wording import Say
from allin_flows.work import Tidied, local_time

STATE_NAMES = {Status.BUSY: "Busy", Status.HELD: "Held", Status.PARTIAL: "Partial"}
"""The names of states that are neither plainly completed nor plainly failed."""


def state_of(outcome: Outcome, say: Say) -> State[Outcome]:
    """Give the state of a task: held and partial ones are completed, under a name that shows."""
    message = telling.sentence(outcome, say)
    if outcome.failed:
        return Failed(message=message, data=outcome, name=STATE_NAMES.get(outcome.status, "Failed"))
    return Completed(message=message, data=outcome, name=STATE_NAMES.get(outcome.status, "Completed"))


async def report(job: str, outcomes: Sequence[Outcome], say: Say, zone: str, alone: str = "") -> State[None]:
    """Name the run after its outcomes, keep the page of figures, announce trouble; give the last state.

    `alone` is the one source or output that the run was for.
    """
    if alone and len(outcomes) == 1:
        name = await _rename(f"{job} {alone}", say(outcomes[0].status), zone)
    else:
        name = await _rename(job, telling.ending(outcomes, say), zone)
    message = telling.verdict(outcomes, say)
    await _show(job, telling.page(name, outcomes, say), message)
    for outcome in outcomes:
        if outcome.is_news:
            _announce(outcome)
    worst = min((one.status for one in outcomes), key=list(Status).index, default=Status.DONE)
    if any(one.failed for one in outcomes):
        return Failed(message=message)
    return Completed(message=message, name=STATE_NAMES.get(worst, "Completed"))


async def report_unstarted(job: str, message: str, say: Say) -> State[None]:
    """Tell that nothing was begun, because the settings have to be mended first."""
    name = await _rename(job, say("not started"), None)
    await _show(job, telling.unstarted_page(name, message), message)
    emit_event(f"allin.{job}.not-started", resource=_resource("job", job), payload={"message": message})
    return Failed(message=message)


async def report_upkeep(tidied: Tidied) -> State[None]:
    """Name the run, and keep what was tidied."""
    say = Say(tidied.language)
    ended = say("failed") if tidied.failed else say("done")
    name = await _rename("upkeep", ended, tidied.zone)
    message = " ".join(tidied.sentences) or say("All is done.")
    await _show("upkeep", telling.list_page(name, tidied.sentences), message)
    if tidied.failed:
        emit_event("allin.upkeep.failed", resource=_resource("job", "upkeep"), payload={"message": message})
        return Failed(message=message)
    return Completed(message=message)


async def overtaken() -> bool:
    """Whether a newer run of the same schedule is due already: after a pause, one catches up for all."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not run.auto_scheduled or not run.expected_start_time or not run.deployment_id:
        return False
    async with get_client() as client:
        newer = await client.read_flow_runs(
            deployment_filter=DeploymentFilter.model_validate({"id": {"any_": [run.deployment_id]}}),
            flow_run_filter=FlowRunFilter.model_validate(
                {
                    "state": {"type": {"any_": ["SCHEDULED"]}},
                    "expected_start_time": {
                        "after_": run.expected_start_time + dt.timedelta(seconds=1),
                        "before_": dt.datetime.now(dt.UTC),
                    },
                }
            ),
            limit=1,
        )
    return bool(newer)


async def report_left_out(job: str, say: Say) -> State[None]:
    """Tell that a run was left out for a newer one."""
    await _rename(job, say("left out"), None)
    message = say("{job}: a newer run is due already and does all of it.", job=job)
    return Completed(name="Skipped", message=message)


async def _show(job: str, markdown: str, message: str) -> None:
    await acreate_markdown_artifact(key=f"{job}-report", markdown=markdown, description=message)


async def _rename(job: str, ending: str, zone: str | None) -> str:
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None:
        raise RuntimeError("A run is named from within its flow.")
    began = run.expected_start_time or dt.datetime.now(dt.UTC)
    name = telling.run_name(job, local_time(began, zone), ending)
    async with get_client() as client:
        await client.update_flow_run(run.id, name=name)
    return name


def _announce(outcome: Outcome) -> None:
    """Emit an event, so that an automation of the office can send a message."""
    emit_event(
        f"allin.{outcome.part}.{outcome.status}",
        resource=_resource(outcome.part, outcome.name),
        payload={"message": outcome.told, "figures": dict(outcome.figures)},
    )


def _resource(kind: str, name: str) -> dict[str, str]:
    return {"prefect.resource.id": f"allin.{kind}.{name}", "prefect.resource.name": name}
