"""Brings the deployments of a Prefect server into agreement with hub.toml; what was paused there stays paused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from httpx import HTTPStatusError, codes
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_KEY,
    PREFECT_API_URL,
    PREFECT_CLIENT_CUSTOM_HEADERS,
    temporary_settings,
)
from prefect.utilities.callables import parameter_schema

from allin_flows import flows
from allin_flows.deployments import POOL, TAG, TEMPLATE, TOLD, Wanted, hub_tag
from allin_flows.wording import Say
from allin_hub.base.errors import ConfigError
from allin_hub.config.schedules import ANCHOR
from allin_hub.i18n.translator import text

NEW, CHANGED, SAME, REMOVED = text("new"), text("changed"), text("unchanged"), text("removed")
PAGE = 200
OVERDUE = dt.timedelta(minutes=2)
"""From when on a planned run that nobody began counts as missed."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What became of one deployment; `due` is its next run."""

    path: str
    did: str
    schedule: str = ""
    due: dt.datetime | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Whose deployments they are: the hub's id, its zone, and from where workers fetch its settings."""

    hub_id: str
    zone: str
    delivered: str | None = None

    @property
    def tags(self) -> list[str]:
        """The tags of everything that is deployed for it."""
        return [TAG, hub_tag(self.hub_id)]

    @property
    def pull_steps(self) -> list[dict[str, Any]]:
        """How a worker comes to the settings: from shared storage, else they lie where ALLIN_HUB says."""
        return [{"allin_flows.delivery.fetch_hub": {"url": self.delivered}}] if self.delivered else []


async def deploy(client: PrefectClient, wanted: Sequence[Wanted], office: Office, say: Say) -> list[Deployed]:
    """Make what is missing, change what differs, remove what is gone; a second time, nothing happens.

    Raises ConfigError when another hub has deployments of the same names on this server.
    """
    await _ensure_pool(client)
    there = {one.path: one for one in wanted}
    known = {one.path: await _standing(client, one, office, say) for one in wanted}
    done = [await _agree(client, one, known[one.path], office, say) for one in wanted]
    for found, path in await _ours(client, office):
        if path not in there:
            await client.delete_deployment(found.id)
            done.append(Deployed(path, REMOVED))
    return done


async def lets_in(client: PrefectClient) -> bool:
    """Whether the server takes the login that the client has."""
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        return True
    except HTTPStatusError as error:
        if error.response.status_code in {codes.UNAUTHORIZED, codes.FORBIDDEN}:
            return False
        raise
    return True


async def lets_strangers_in(url: str) -> bool:
    """Whether the server at an address answers without a login."""
    bare: dict[Any, Any] = {
        PREFECT_API_URL: url,
        PREFECT_API_AUTH_STRING: None,
        PREFECT_API_KEY: None,
        PREFECT_CLIENT_CUSTOM_HEADERS: {},
    }
    with temporary_settings(bare):
        async with get_client() as stranger:
            return await lets_in(stranger)


async def leave_out_missed(client: PrefectClient, office: Office, now: dt.datetime) -> int:
    """Forget planned runs that nobody began, but for the newest of each deployment: one run catches up for all."""
    missed = await client.read_flow_runs(
        deployment_filter=DeploymentFilter.model_validate({"tags": {"all_": office.tags}}),
        flow_run_filter=FlowRunFilter.model_validate(
            {
                "state": {"type": {"any_": ["SCHEDULED"]}},
                "expected_start_time": {"before_": now - OVERDUE},
            }
        ),
        limit=PAGE,
    )
    newest: dict[UUID | None, dt.datetime] = {}
    planned = [
        (run, run.expected_start_time) for run in missed if run.auto_scheduled and run.expected_start_time
    ]
    for run, due in planned:
        newest[run.deployment_id] = max(newest.get(run.deployment_id, due), due)
    left_out = [run for run, due in planned if due < newest[run.deployment_id]]
    for run in left_out:
        await client.delete_flow_run(run.id)
    return len(left_out)


async def _ensure_pool(client: PrefectClient) -> None:
    """Make the work pool; one that is there takes no command and no variable from now on either."""
    try:
        found = await client.read_work_pool(POOL)
    except ObjectNotFound:
        pool = WorkPoolCreate(name=POOL, type="process", base_job_template=TEMPLATE)
        try:
            await client.create_work_pool(pool)
        except ObjectAlreadyExists:
            return
    else:
        if found.base_job_template != TEMPLATE:
            await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=TEMPLATE))


async def _ours(client: PrefectClient, office: Office) -> list[tuple[DeploymentResponse, str]]:
    chosen = DeploymentFilter.model_validate({"tags": {"all_": office.tags}})
    found: list[tuple[DeploymentResponse, str]] = []
    names: dict[UUID, str] = {}
    while page := await client.read_deployments(deployment_filter=chosen, limit=PAGE, offset=len(found)):
        for one in page:
            if one.flow_id not in names:
                names[one.flow_id] = (await client.read_flow(one.flow_id)).name
            found.append((one, f"{names[one.flow_id]}/{one.name}"))
    return found


async def _standing(
    client: PrefectClient, wish: Wanted, office: Office, say: Say
) -> DeploymentResponse | None:
    """The deployment that is there under this name; it is ours, or nobody's: made by `prefect deploy --all`."""
    try:
        found = await client.read_deployment_by_name(wish.path)
    except ObjectNotFound:
        return None
    owners = [tag for tag in found.tags if tag.startswith(hub_tag(""))]
    ours = (found.entrypoint or "").startswith("allin_flows.") and owners in ([], [hub_tag(office.hub_id)])
    if not ours:
        raise ConfigError(
            say(
                "This Prefect server has a deployment {path} already, and it is not of this hub.",
                path=wish.path,
            ),
            hint=say("Give each hub a Prefect server of its own, or remove it there."),
        )
    return found


async def _agree(
    client: PrefectClient, wish: Wanted, found: DeploymentResponse | None, office: Office, say: Say
) -> Deployed:
    due = wish.schedule.next_after(dt.datetime.now(dt.UTC), office.zone)
    if found is None:
        await _create(client, wish, office, say)
        return Deployed(wish.path, NEW, wish.schedule.text, due)
    changed = await _change(client, found, wish, office, say)
    standing = next((one for one in found.schedules if one.slug == wish.name), None)
    paused = found.paused or (standing is not None and not standing.active)
    did = CHANGED if await _reschedule(client, found.id, standing, wish, office) or changed else SAME
    return Deployed(wish.path, did, wish.schedule.text, None if paused else due, paused)


async def _create(client: PrefectClient, wish: Wanted, office: Office, say: Say) -> None:
    slot = DeploymentScheduleCreate(schedule=_prefect(wish, office), slug=wish.name)
    settings = _settings(wish, office, say)
    flow_id = await client.create_flow_from_name(wish.flow)
    await client.create_deployment(flow_id=flow_id, name=wish.name, schedules=[slot], **settings)


def _settings(wish: Wanted, office: Office, say: Say) -> dict[str, Any]:
    flow = getattr(flows, wish.flow)
    return {
        "entrypoint": f"{flows.__name__}.{wish.flow}",
        "parameters": {**wish.parameters, "hub_id": office.hub_id},
        "parameter_openapi_schema": parameter_schema(flow).model_dump_for_openapi(),
        "description": say(TOLD[wish.flow], name=wish.name),
        "tags": office.tags,
        "work_pool_name": POOL,
        "pull_steps": office.pull_steps,
        "job_variables": {},
    }


async def _change(
    client: PrefectClient, found: DeploymentResponse, wish: Wanted, office: Office, say: Say
) -> bool:
    """Change what differs, and nothing else: whether it is paused is not ours to say."""
    settings = _settings(wish, office, say)
    if all(_comparable(getattr(found, name)) == _comparable(value) for name, value in settings.items()):
        return False
    await client.update_deployment(found.id, DeploymentUpdate.model_validate(settings))
    return True


def _comparable(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump()
    return (
        sorted(value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value)
        else value or None
    )


async def _reschedule(
    client: PrefectClient, deployment: UUID, standing: DeploymentSchedule | None, wish: Wanted, office: Office
) -> bool:
    """Give the deployment its times; a schedule that was switched off stays off, others beside it stay."""
    times = _prefect(wish, office)
    if standing is None:
        slot = DeploymentScheduleCreate(schedule=times, slug=wish.name)
        await client.create_deployment_schedules(deployment, [slot])
        return True
    if standing.schedule == times:
        return False
    await client.update_deployment_schedule(deployment, standing.id, schedule=times, slug=wish.name)
    return True


def _prefect(wish: Wanted, office: Office) -> CronSchedule | IntervalSchedule:
    due = wish.schedule
    if due.every is None:
        return CronSchedule(cron=str(due.cron), timezone=office.zone)
    anchor = ANCHOR.replace(tzinfo=ZoneInfo(office.zone))
    return IntervalSchedule(interval=due.every, anchor_date=anchor, timezone=office.zone)
