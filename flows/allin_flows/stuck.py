"""Has Prefect notice runs whose worker or machine is gone, so that nobody waits for them.

Nothing that must be right depends on it: the hub's own leases let the next run begin.
"""

from __future__ import annotations

import datetime as dt

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from allin_flows.deployments import TAG

PENDING = dt.timedelta(minutes=10)
"""How long a run may take from being fetched by a worker to its first step."""
SILENT = dt.timedelta(minutes=5)
"""How long a run may be silent; each shows every minute that it lives."""
BEGUN = {f"prefect.flow-run.{state}" for state in ("Running", "Completed", "Failed", "Crashed", "Cancelled")}
LIVES = {"prefect.flow-run.heartbeat", *(BEGUN - {"prefect.flow-run.Running"})}


async def watch(
    client: PrefectClient, pending: dt.timedelta = PENDING, silent: dt.timedelta = SILENT
) -> list[str]:
    """Make the two automations that mark such runs as crashed, where they are not there yet; gives their names."""
    made = []
    for automation in (
        _automation("allin: fetched, but never begun", {"prefect.flow-run.Pending"}, BEGUN, pending),
        _automation("allin: begun, but silent", {"prefect.flow-run.heartbeat"}, LIVES, silent),
    ):
        if not await client.read_automations_by_name(automation.name):
            await client.create_automation(automation)
            made.append(automation.name)
    return made


def _automation(name: str, after: set[str], expect: set[str], within: dt.timedelta) -> AutomationCore:
    message = "The worker or its machine is gone. Nothing was half-written; the next run goes on."
    return AutomationCore(
        name=name,
        description="Made by allin deploy. Marks such a run as crashed, so that the list of runs is true.",
        trigger=EventTrigger(
            after=after,
            expect=expect,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=message)],
    )
