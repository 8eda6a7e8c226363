"""`allin up`: the whole office on one machine, watched over: Prefect's server, the schedules, and a worker."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from allin_flows import login, office, processes
from allin_flows.children import Child
from allin_flows.deployments import POOL, TEMPLATE
from allin_flows.screen import Screen
from allin_flows.wording import Say
from allin_hub.base.errors import ConfigError, HubError, Unavailable
from allin_hub.cli.console import opened
from allin_hub.cli.invocation import Call
from allin_hub.config.settings import Config
from allin_hub.config.toml_blocks import CONFIG_NAME

PORT = 4200
STARTS_WITHIN = 300.0
ANSWERS_WITHIN = 5.0
DEAF_FOR = 120.0
"""Seconds without an answer after which a server that seems to live is started again."""
PATIENCE = 20.0
"""Seconds in which everything has to end when asked."""
BREATH = 0.5
WAITING = 128
"""Requests that may wait in the socket for the server to start."""
AT_ONCE = 2
"""How many runs a worker does at the same time."""


def up(call: Call, port: int | None) -> None:
    """Run the office until somebody ends it.

    Raises HubError when it runs already, when it cannot start, and when one part of it dies again and again.
    """
    folder = Path(call.folder).resolve()
    with opened(call) as (hub, voice):
        config = hub.config
    say = Say(voice.language)
    taken = office.lock(folder)
    if taken is None:
        raise ConfigError(
            say("This hub is running already: {where}", where=_known(folder)), hint=_remedy(say)
        )
    try:
        _end_leftovers(folder)
        office.sweep(folder)
        with _listening(port, say) as listening:
            _Up(folder, config, say, listening).run()
    finally:
        (office.home(folder) / office.RUNNING).unlink(missing_ok=True)
        login.forget(folder)
        os.close(taken)


class _Up:
    """One `allin up`, from start to end."""

    def __init__(self, folder: Path, config: Config, say: Say, listening: socket.socket) -> None:
        host, port = listening.getsockname()
        self.folder, self.say = folder, say
        self.api = f"http://{host}:{port}/api"
        self.environment = office.environment(folder, self.api)
        self.screen = Screen(config, say, self.api)
        own, held = office.home(folder), listening.fileno()
        server = [sys.executable, "-m", "allin_flows.server", str(held)]
        self.server = Child("server", server, self.environment, own, inherits=[held])
        worker = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
        worker += ["--name", socket.gethostname(), "--limit", str(AT_ONCE)]
        self.worker = Child("worker", worker, self.environment, own)
        signed_in = login.SignedIn(login.make(folder))
        self.http = httpx.Client(base_url=self.api, auth=signed_in, trust_env=False, timeout=10)
        self.ending = 0
        self.heard = time.monotonic()
        self.deployed = self._settings()
        self.deploying: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start everything, watch over it, and leave nothing behind."""
        processes.adopt_orphans()
        with self._signals(), self.http, self.screen:
            try:
                self._begin()
                while not self.ending:
                    self._watch()
                    time.sleep(BREATH)
            finally:
                self.screen.ending()
                self._end()
        self.screen.ended()

    def _begin(self) -> None:
        """Start the server, then the worker while the schedules are handed over: both take seconds to load Prefect."""
        self.screen.starting(first=not (office.home(self.folder) / office.DATABASE).exists())
        self.server.start()
        self._note()
        self._until(lambda: self._answers(BREATH))
        if self.ending:
            return
        if not login.is_kept(self.http):
            raise Unavailable(
                self.say("The Prefect server lets others in than whoever has its login."),
                hint=self._read(self.server),
            )
        self.screen.handing_over()
        self._deploy()
        self._until(self._pool_stands)
        if not self.ending:
            self.worker.start()
            self._note()
        self._until(lambda: self._deployed(first=True))
        self._until(self._worker_shows)
        if not self.ending:
            self.screen.running(office.home(self.folder) / office.LOGIN)

    def _until(self, is_done: Callable[[], bool]) -> None:
        """Wait for one step of the start.

        Raises Unavailable when the server ends, or when it takes too long.
        """
        until = time.monotonic() + STARTS_WITHIN
        while not self.ending and not is_done():
            if not self.server.lives or time.monotonic() > until:
                raise Unavailable(
                    self.say("The Prefect server does not start."), hint=self._read(self.server)
                )
            time.sleep(BREATH)

    def _pool_stands(self) -> bool:
        """Whether the worker can begin: the first thing of a deploy is the pool, and a kept database has it."""
        found = self._asked("GET", f"/work_pools/{POOL}")
        ready = isinstance(found, dict) and found["base_job_template"] == TEMPLATE
        return ready or self.deploying is None or self.deploying.poll() is not None

    def _worker_shows(self) -> bool:
        """Whether the worker has told the server that it lives, or does so no more: then it is started again."""
        found = self._asked("POST", f"/work_pools/{POOL}/workers/filter") or []
        seen = [one["last_heartbeat_time"] for one in found if one["last_heartbeat_time"]]
        shown = any(dt.datetime.fromisoformat(moment) > self.screen.began for moment in seen)
        return shown or not self.worker.lives

    def _asked(self, method: str, path: str) -> Any:
        """What the server answers; None while it is not there yet, or busy."""
        try:
            found = self.http.request(method, path, json=None if method == "GET" else {})
        except httpx.TransportError:
            return None
        return found.json() if found.is_success else None

    def _watch(self) -> None:
        """Look after everything once."""
        before = [child.process for child in (self.server, self.worker)]
        for child in (self.server, self.worker):
            if child.look():
                self.screen.died(child.name)
                if child.hopeless:
                    raise HubError(
                        self.say(
                            "The {name} has died {count} times in a row.",
                            name=child.name,
                            count=len(child.deaths),
                        ),
                        hint=self._read(child),
                    )
        if before != [child.process for child in (self.server, self.worker)]:
            self._note()
        started = [self.server.process, self.worker.process, self.deploying]
        processes.bury(one.pid for one in started if one is not None)
        if self.server.lives and self._answers(ANSWERS_WITHIN):
            self.heard = time.monotonic()
            self.screen.look(self.http)
        elif time.monotonic() - self.heard > DEAF_FOR:
            self.heard = time.monotonic()
            self.server.kill()
        if self.deploying is not None:
            self._deployed(first=False)
        elif self._settings() != self.deployed and self.server.lives:
            self._deploy()

    def _answers(self, within: float) -> bool:
        """Whether the server answers; while it starts, a request waits for it in the socket that this process holds."""
        try:
            return self.http.get("/health", timeout=within).is_success
        except httpx.TransportError:
            return False

    def _deploy(self) -> None:
        """Give Prefect the schedules, in a process of its own: it loads what this one has no need of."""
        self.deployed = self._settings()
        words = [sys.executable, "-m", "allin_hub", "deploy", "--json", "--hub", str(self.folder)]
        log = office.home(self.folder) / "deploy.log"
        log.unlink(missing_ok=True)
        self.deploying = processes.start(words, log, self.environment, self.folder)

    def _deployed(self, *, first: bool) -> bool:
        """Whether the schedules have just been taken over; what is wrong with them is told."""
        if self.deploying is None or self.deploying.poll() is None:
            return False
        failed, self.deploying = self.deploying.returncode != 0, None
        told = (office.home(self.folder) / "deploy.log").read_text(encoding="utf-8", errors="replace")
        if failed:
            error = _refusal(told, self.say)
            if first:
                raise error
            self.screen.refused(error)
            return False
        if not first:
            self.screen.taken_over()
        return True

    def _settings(self) -> tuple[int, int]:
        """What changes when somebody saves hub.toml."""
        try:
            found = (self.folder / CONFIG_NAME).stat()
        except OSError:
            return self.deployed
        return found.st_mtime_ns, found.st_size

    def _end(self) -> None:
        """The worker first, so that no run begins any more; then everything that is left."""
        if self.worker.lives and self.worker.process is not None:
            self.worker.process.terminate()
            until = time.monotonic() + PATIENCE / 2
            while self.worker.lives and self.ending < 2 and time.monotonic() < until:
                time.sleep(0.1)
        groups = [child.process.pid for child in (self.worker, self.server) if child.process is not None]
        processes.end_all(groups, PATIENCE if self.ending < 2 else 0)
        (office.home(self.folder) / "children.json").unlink(missing_ok=True)

    def _note(self) -> None:
        """Remember who runs, for a second `allin up`, for `allin deploy`, and should this process be killed."""
        own = office.home(self.folder)
        (own / office.RUNNING).write_text(
            json.dumps({"api": self.api, "since": f"{self.screen.began:%d.%m. %H:%M}"}), encoding="utf-8"
        )
        (own / "children.json").write_text(json.dumps(self._running()), encoding="utf-8")

    def _running(self) -> dict[str, str | None]:
        """The number of each part, and when it began."""
        living = [child.process.pid for child in (self.server, self.worker) if child.process is not None]
        return {str(pid): processes.began(pid) for pid in living}

    def _read(self, child: Child) -> str:
        return self.say("What it said last stands in {log}. Mend that, then: allin up", log=child.log)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(_number: int, _frame: object) -> None:
            self.ending += 1

        before = {one: signal.signal(one, asked) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def _refusal(told: str, say: Say) -> HubError:
    """What `allin deploy` said when it could not go on."""
    try:
        said = json.loads(told[told.index("{") :])
        return HubError(str(said["error"]), hint=str(said["hint"]))
    except (ValueError, KeyError):
        return HubError(
            say("The schedules could not be given to Prefect."), hint=say("See why: allin deploy --debug")
        )


def _known(folder: Path) -> str:
    try:
        found = json.loads((office.home(folder) / office.RUNNING).read_text(encoding="utf-8"))
        return str(found["api"]).removesuffix("/api")
    except (OSError, ValueError, KeyError):
        return str(folder)


def _remedy(say: Say) -> str:
    return say("Look there. To start it anew, end the other one first with Ctrl-C.")


def _listening(wanted: int | None, say: Say) -> socket.socket:
    """Listen at the port that was asked for, else the usual one, else one that is free.

    The socket stays open here as long as `allin up` lives: also while its server is started again, no other process
    can take the port, and with it the login.
    """
    for port in [wanted] if wanted else [PORT, 0]:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((office.HOST, port))
            listening.listen(WAITING)
        except OSError:
            listening.close()
        else:
            return listening
    raise ConfigError(
        say("Port {port} is in use on this machine.", port=wanted),
        hint=say("Leave --port out: then a free one is taken."),
    )


def _end_leftovers(folder: Path) -> None:
    """End what an `allin up` that was killed has left behind; a number that now means another process is let be."""
    try:
        left = json.loads((office.home(folder) / "children.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for pid, began in left.items():
        if began is not None and processes.began(int(pid)) == began:
            for one in (*processes.descendants(int(pid)), int(pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
