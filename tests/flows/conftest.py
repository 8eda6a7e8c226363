"""A Prefect server of the tests' own: on the loopback, with a login, in a folder of its own, and reporting to nobody."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from allin_flows.login import SignedIn

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 300
"""Seconds; a cold start takes ten on a quiet machine."""
LOGIN = "office:kein-geheimnis"


@dataclass
class Server:
    """A running Prefect server: where it listens, and where it keeps what it knows."""

    url: str
    home: Path
    environment: dict[str, str]
    worked: list[str] = field(default_factory=list)
    """What the commands and workers of the tests have printed."""
    login: SignedIn = field(default_factory=lambda: SignedIn(LOGIN))

    def prefect(self, *words: str, cwd: Path = ROOT, seconds: float = 600, **more: str) -> str:
        """Call a `prefect` command; gives what it printed."""
        return self._call([sys.executable, "-m", "prefect", *words], cwd, seconds, more)

    def drive(self, *words: str, seconds: float = 600) -> dict[str, str]:
        """Run flows in a process of their own; gives the ids of the runs."""
        script = str(Path(__file__).with_name("drive.py"))
        printed = self._call([sys.executable, "-W", "ignore", script, *words], ROOT, seconds, {})
        return json.loads(printed.strip().rpartition("\n")[2])

    def find(self, what: str, **query: Any) -> Any:
        """Ask the server for objects, such as `flow_runs`."""
        return self.ask("POST", f"{what}/filter", **query)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Call the server; while its database is busy it says so, and is asked again."""
        until = time.monotonic() + STARTS_WITHIN
        while True:
            answer = self._answer(method, path, body)
            if answer is not None or time.monotonic() > until:
                assert answer is not None, f"the server did not answer: {path}"
                answer.raise_for_status()
                return answer.json() if answer.content else None
            time.sleep(0.5)

    def _answer(self, method: str, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """What the server says; None while it is too busy to say anything."""
        try:
            found = httpx.request(
                method, f"{self.url}/{path}", json=body, auth=self.login, trust_env=False, timeout=60
            )
        except httpx.TimeoutException:
            return None
        return None if found.status_code == httpx.codes.SERVICE_UNAVAILABLE else found

    def forget_deployments(self) -> None:
        """Make the server as good as new for the next test."""
        while found := self.find("deployments"):
            for one in found:
                self._answer("DELETE", f"deployments/{one['id']}", {})

    def _call(self, words: list[str], cwd: Path, seconds: float, more: dict[str, str]) -> str:
        done = subprocess.run(
            words, cwd=cwd, env={**self.environment, **more}, capture_output=True, text=True, timeout=seconds
        )
        self.worked.append(done.stdout + done.stderr)
        assert done.returncode == 0, self.worked[-1]
        return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server for the tests of one module, and stop it by its own process id."""
    home = tmp_path_factory.mktemp("prefect")
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYTHONPATH") if name in os.environ}
    environment = {
        **kept,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": url,
        "PREFECT_API_AUTH_STRING": LOGIN,
        "PREFECT_SERVER_API_AUTH_STRING": LOGIN,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "COLUMNS": "200",
    }
    words = [sys.executable, "-m", "prefect", "server", "start", "--no-ui"]
    with (home / "server.log").open("wb") as log:
        running = subprocess.Popen(
            [*words, "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            cwd=home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(lambda: _answers(url), lambda: (home / "server.log").read_text(errors="replace"))
        yield Server(url, home, environment)
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False


def _wait(ready: Callable[[], bool], why: Callable[[], str]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not ready():
        assert time.monotonic() < until, f"the Prefect server did not start:\n{why()}"
        time.sleep(0.3)
