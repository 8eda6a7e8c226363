"""The commands `allin deploy` and `allin up`, which the hub finds by its entry points."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from allin_flows import delivery, office
from allin_flows.deployments import wanted
from allin_flows.wording import Say
from allin_hub.base.errors import ConfigError, Unavailable
from allin_hub.cli.console import opened, print_json, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, line
from allin_hub.store.engine import sqlite_path

if TYPE_CHECKING:
    from allin_flows.deploying import Deployed


def run_deploy(call: Call) -> None:
    """`allin deploy`."""
    with opened(call) as (hub, voice):
        say = Say(voice.language)
        if hub.config.hub.deliver_to and sqlite_path(hub.config.database_url):
            raise ConfigError(
                say("hub.deliver_to is for workers on several machines, and these need PostgreSQL."),
                hint=say('Set database = "postgresql+psycopg://…", or take deliver_to out.'),
            )
        wishes = wanted(hub.config)
        general = hub.config.hub
        made = (delivery.hub_id(hub), general.zone, general.deliver_to)
        _choose_server(Path(call.folder))
        delivery.settle(hub)
    done, left_out = asyncio.run(_deploy(wishes, made, say))
    if call.json:
        print_json({"deployments": [_plain(one) for one in done], "left_out": left_out})
        return
    show(say, done, made[1], left_out)


def run_up(call: Call, port: int | None) -> None:
    """`allin up`."""
    from allin_flows.up import up

    up(call, port)


def show(say: Say, done: list[Deployed], zone: str, left_out: int) -> None:
    """The deployments as a table, and what was left out."""
    rows = [
        [one.path, one.schedule or EMPTY, _due(say, one, zone), say(one.did)]
        for one in sorted(done, key=lambda one: one.path)
    ]
    columns = [Column(say("Deployment")), Column(say("Schedule")), Column(say("Next")), Column(say("Done"))]
    table(columns, rows)
    if left_out:
        line(say("{count} missed runs were left out; one of each catches up.", count=left_out))
    if not any("/" in one.path and one.path.split("/")[0] in {"sync", "publish"} for one in done):
        line(say('To give a source times of its own: schedule = "every 6 hours" below it in hub.toml.'))


def _due(say: Say, one: Deployed, zone: str) -> str:
    if one.paused:
        return say("paused in Prefect")
    return f"{one.due.astimezone(ZoneInfo(zone)):%d.%m. %H:%M}" if one.due else EMPTY


def _plain(one: Deployed) -> dict[str, Any]:
    return {
        "name": one.path, "did": one.did, "schedule": one.schedule or None, "next": one.due, "paused": one.paused,
    }  # fmt: skip


async def _deploy(wishes: Any, made: tuple[str, str, str | None], say: Say) -> tuple[list[Deployed], int]:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    from allin_flows import deploying, stuck

    url = PREFECT_API_URL.value()
    if not url:
        raise ConfigError(
            say("No Prefect server is known here."),
            hint=say(
                "Start one with: allin up. Or name yours: export PREFECT_API_URL=http://127.0.0.1:4200/api"
            ),
        )
    whose, shown = deploying.Office(*made), _without_login(url)
    async with get_client() as client:
        if await client.api_healthcheck() is not None:
            raise Unavailable(
                say("The Prefect server does not answer: {url}", url=shown),
                hint=say("Start it, then deploy again. Nothing was changed."),
            )
        if not await deploying.lets_in(client):
            raise ConfigError(
                say("The Prefect server does not take this login: {url}", url=shown),
                hint=say("Set PREFECT_API_AUTH_STRING to the login of the server. Nothing was changed."),
            )
        if await deploying.lets_strangers_in(shown):
            raise ConfigError(
                say(
                    "The Prefect server asks for no login: whoever reaches it, also any web page in a browser "
                    "on its network, can run commands on this hub's machines."
                ),
                hint=say(
                    "Give it one: PREFECT_SERVER_API_AUTH_STRING there, PREFECT_API_AUTH_STRING here and at each "
                    "worker. How: docs/machines.md. Nothing was changed."
                ),
            )
        done = await deploying.deploy(client, wishes, whose, say)
        left_out = await deploying.leave_out_missed(client, whose, dt.datetime.now(dt.UTC))
        await stuck.watch(client)
    return done, left_out


def _choose_server(folder: Path) -> None:
    """Deploy to what the environment names, else to this hub's own `allin up`, with its login."""
    os.environ.update(office.QUIET)
    if "PREFECT_API_URL" in os.environ or not office.is_taken(folder):
        return
    try:
        running = json.loads((office.home(folder) / office.RUNNING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(office.environment(folder, str(running["api"])))


def _without_login(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
