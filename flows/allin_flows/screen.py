"""What `allin up` shows: where to look, and on a terminal one calm table of what ran last and what comes next."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from allin_flows.deployments import TAG
from allin_flows.wording import Say
from allin_hub.base.errors import HubError
from allin_hub.cli.tables import EMPTY, Column, laid_out, line, plain, tell
from allin_hub.config.settings import Config
from allin_hub.i18n.translator import text

EVERY = 3.0
"""Seconds between two looks at the runs."""
MOST = 100
"""Runs that are asked for at once; an office that looks every minute has more ahead before the night begins."""
STATES = {
    "Completed": (text("done"), "green"), "Held": (text("held"), "yellow"), "Partial": (text("partial"), "yellow"),
    "Busy": (text("busy"), "yellow"), "Failed": (text("failed"), "red"), "Crashed": (text("ended too early"), "red"),
    "Skipped": (text("left out"), "dim"), "Running": (text("running"), "cyan"), "Pending": (text("begins"), "cyan"),
    "Late": (text("begins soon"), "yellow"), "Cancelled": (text("stopped"), "yellow"),
    "Submitting": (text("begins"), "cyan"), "InfrastructurePending": (text("begins"), "cyan"),
    "Retrying": (text("running"), "cyan"), "Cancelling": (text("stopped"), "yellow"),
}  # fmt: skip
"""Prefect's states in the words of the office."""
PARTS = {"server": text("server"), "worker": text("worker")}


class Screen:
    """Speaks for `allin up`; in a pipe or a log each thing is one line."""

    def __init__(self, config: Config, say: Say, api: str) -> None:
        self.config, self.say, self.page = config, say, api.removesuffix("/api")
        self.zone = ZoneInfo(config.hub.zone)
        self.began = dt.datetime.now(self.zone)
        self.console = Console(highlight=False)
        self._live = Live(console=self.console, auto_refresh=False, transient=True) if self._moves else None
        self._looked = 0.0
        self._told: set[str] = set()

    @property
    def _moves(self) -> bool:
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None and self._live.is_started:
            self._live.stop()

    def starting(self, *, first: bool) -> None:
        """Say what takes a moment."""
        told = text("First start: Prefect makes its database; this takes up to a minute …")
        tell(self.say(told if first else text("Prefect is starting …")))

    def handing_over(self) -> None:
        """Say what takes the next moment."""
        tell(self.say("Prefect takes the schedules, and its worker starts …"))

    def running(self, login: Path) -> None:
        """Say where to look, and how to get in there."""
        line(self.say("The office is running. Schedules and runs: {page}", page=self.page))
        line(self.say("To sign in there, copy the line that stands in {file}.", file=login))
        for name, output in self.config.outputs.items():
            if output.enabled and "://" not in output.path:
                page = (self.config.folder / output.path).resolve() / "index.html"
                line(f"{name}: {page.as_uri()}")
        line(self.say("It ends with Ctrl-C. A change of hub.toml is taken over by itself."))
        if self._live is not None:
            self._live.start()

    def died(self, name: str) -> None:
        """Say that a part is started again."""
        self._say(self.say("The {name} ended and is started again.", name=self.say(PARTS[name])))

    def taken_over(self) -> None:
        """Say that a change of hub.toml counts now."""
        self._say(self.say("hub.toml has changed; its schedules count from now on."))

    def refused(self, error: HubError) -> None:
        """Say what is wrong in hub.toml; the schedules that were there go on."""
        self._say(f"{error} {self.say('Until then the schedules stay as they were.')}")

    def ending(self) -> None:
        """Say that it takes a moment."""
        if self._live is not None and self._live.is_started:
            self._live.stop()
        tell(self.say("Ending …"))

    def ended(self) -> None:
        """Say what is left."""
        line(self.say("Ended. No process is left; what was committed and published stays."))

    def look(self, http: httpx.Client) -> None:
        """Show what ran last and what comes next; a server that is busy is asked again a little later."""
        if time.monotonic() - self._looked < EVERY:
            return
        self._looked = time.monotonic()
        try:
            known = {one["id"]: one for one in _found(http, "deployments", {"deployments": _tagged()})}
            ended = _runs(http, known, "ended", "END_TIME_DESC")
            ahead = _runs(http, known, "ahead", "EXPECTED_START_TIME_ASC")
        except (httpx.HTTPError, ValueError):
            return
        if self._live is not None:
            self._live.update(self._table(known, ended, ahead), refresh=True)
        else:
            self._list(ended)

    def _table(self, known: dict[str, Any], ended: list[Any], ahead: list[Any]) -> Group:
        last, following = _first(ended), _first(ahead)
        rows = []
        for key, one in sorted(known.items(), key=lambda item: _name(item[1])):
            now, then = last.get(key), following.get(key)
            state = then if then and then["state_type"] != "SCHEDULED" else now
            shown = self._moment(then["expected_start_time"]) if then and state is not then else EMPTY
            paused = one["paused"] or not any(slot["active"] for slot in one["schedules"])
            due = self.say("paused") if paused else shown
            rows.append([_name(one), self._moment((now or {}).get("end_time")), self._state(state), due])
        columns = [
            Column(self.say(word)) for word in (text("Run"), text("Last"), text("State"), text("Next"))
        ]
        return Group(Text(), *laid_out(columns, rows, self.console.width))

    def _list(self, ended: list[Any]) -> None:
        """A line for each run that has ended since the last look."""
        for run in reversed(ended):
            if run["id"] not in self._told and dt.datetime.fromisoformat(run["end_time"]) > self.began:
                line(run["name"])
            self._told.add(run["id"])

    def _state(self, run: dict[str, Any] | None) -> Text:
        if run is None:
            return Text(EMPTY)
        word, style = STATES.get(run["state_name"], (run["state_name"], ""))
        return Text(self.say(word), style=style)

    def _moment(self, moment: str | None) -> str:
        if not moment:
            return EMPTY
        there = dt.datetime.fromisoformat(moment).astimezone(self.zone)
        return (
            f"{there:%H:%M}" if there.date() == dt.datetime.now(self.zone).date() else f"{there:%d.%m. %H:%M}"
        )

    def _say(self, sentence: str) -> None:
        if self._live is not None and self._live.is_started:
            self._live.console.print(Text(plain(sentence)))
        else:
            tell(sentence)


def _tagged() -> dict[str, Any]:
    return {"tags": {"all_": [TAG]}}


def _types(which: str) -> dict[str, Any]:
    ended = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]
    return {"type": {"any_": ended if which == "ended" else ["RUNNING", "PENDING", "SCHEDULED"]}}


def _found(http: httpx.Client, what: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    answer = http.post(f"/{what}/filter", json={**query, "limit": MOST})
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def _runs(http: httpx.Client, known: Iterable[str], which: str, order: str) -> list[dict[str, Any]]:
    """The runs that come first; those of a deployment that others crowd out are asked for apart."""
    query = {"flow_runs": {**_tagged(), "state": _types(which)}, "sort": order}
    found = _found(http, "flow_runs", query)
    missing = sorted(set(known) - {run["deployment_id"] for run in found})
    if len(found) == MOST and missing:
        found += _found(http, "flow_runs", {**query, "deployments": {"id": {"any_": missing}}})
    return found


def _first(runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The first run of each deployment."""
    return {run["deployment_id"]: run for run in reversed(runs)}


def _name(deployment: dict[str, Any]) -> str:
    flow, name = Path(str(deployment["entrypoint"])).name.rpartition(".")[2], str(deployment["name"])
    return name if flow == name else f"{flow} {name}"
