"""Runs the flows in a process of its own, as nobody wishes to see them; prints which run was which.

Called with the folder of a hub, and with an empty folder.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from allin_flows import flows
from allin_hub.base.reports import SourceReport, SyncReport
from allin_hub.operations import child_process

CANARY = "Kanaria Vogelsang"
NO_EVENTS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//DE\r\nEND:VCALENDAR\r\n"

sync, report = child_process.sync, flows.report


async def run(flow: Any, *names: Any) -> str:
    """Run a flow to its end, whatever that is."""
    state = await flow(*names, return_state=True)
    return str(state.state_details.flow_run_id)


def silent(times: int) -> Any:
    """Make a sync whose source does not answer so many times."""
    left = iter(range(times))

    def asked(hub: Any, names: list[str], **more: Any) -> SyncReport:
        if next(left, None) is None:
            return sync(hub, names, **more)
        failed = SourceReport(names[0], "failed", message="No answer.", hint="Later.", again=True)
        return SyncReport("", {names[0]: failed})

    return asked


def faulty(_hub: Any, _names: list[str], **_more: Any) -> SyncReport:
    """Fail as a fault of the hub would, quoting what was read."""
    raise ValueError(f"cannot read {CANARY}")


async def broken(*_: Any) -> State[None]:
    """Break off as Prefect's server or the interpreter may make a flow do, where nobody expects it."""
    raise ValueError(f"cannot tell {CANARY}")


async def main(hub: str, empty: str) -> dict[str, str]:
    """Run one flow after the other."""
    flows.sync_source = flows.sync_source.with_options(retry_delay_seconds=0)
    runs = {
        "unstarted": await run(flows.nightly, empty),
        "unknown": await run(flows.sync, hub, ["anmeldungen"]),
    }
    Path(hub, "data/termine.ics").write_text(NO_EVENTS, encoding="utf-8")
    runs["held"] = await run(flows.nightly, hub)
    child_process.sync = silent(2)
    runs["back"] = await run(flows.sync, hub, ["anmeldung"])
    child_process.sync = silent(9)
    runs["gone"] = await run(flows.sync, hub, ["netz"])
    child_process.sync = faulty
    runs["faulty"] = await run(flows.sync, hub, ["mitmachen"])
    child_process.sync = sync
    flows.report = broken
    runs["broken"] = await run(flows.publish, hub, ["rundbrief"])
    flows.report = report
    runs["one output"] = await run(flows.publish, hub, ["rundbrief"])
    return runs


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(asyncio.run(main(*sys.argv[1:]))) + "\n")
