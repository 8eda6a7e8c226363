"""Starts `allin up` as a person does, and looks at what it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from allin_flows.login import SignedIn

T = TypeVar("T")
SECONDS = 300
"""Of patience; a quiet machine needs a tenth of it."""


def eventually(look: Callable[[], T | None], why: Callable[[], str] = str, seconds: float = SECONDS) -> T:
    """Look until there is something."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < until, f"it did not happen in time:\n{why()}"
        time.sleep(0.5)
    return found


class Up:
    """One `allin up` of a hub's folder."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.log")
        self._login: SignedIn | None = None
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYTHONPATH") if name in os.environ}
        self.environment = {**kept, "HOME": str(folder.parent), "LANG": "C.UTF-8"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "allin_hub", "up", "--hub", str(folder), *words],
                env=self.environment,
                cwd=folder.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it has printed, and its parts."""
        logs = [self.log, *sorted((self.folder / ".prefect").glob("*.log"))]
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs if log.exists())

    def runs(self) -> Up:
        """Wait until it says that the office is running."""
        printed = lambda: self.log.read_text(encoding="utf-8", errors="replace")  # noqa: E731
        eventually(lambda: "Das Büro läuft" in printed() or self._gone() or None, self.said)
        assert self.process.poll() is None, self.said()
        return self

    def _gone(self) -> bool:
        return self.process.poll() is not None

    @property
    def api(self) -> str:
        """Where its server listens."""
        return str(json.loads((self.folder / ".prefect/running.json").read_text(encoding="utf-8"))["api"])

    def children(self) -> dict[str, int]:
        """Its server and its worker, by name."""
        found = {}
        for pid in self.everything():
            words = _read(pid, "cmdline").split("\0")
            if words[1:3] == ["-m", "allin_flows.server"]:
                found["server"] = pid
            elif words[2:5] == ["prefect", "worker", "start"]:
                found["worker"] = pid
        return found

    def everything(self) -> set[int]:
        """Every living process that was started for this hub, whoever its parent is now."""
        mark = f"PREFECT_HOME={self.folder.resolve() / '.prefect'}"
        numbers = {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        return {pid for pid in numbers if mark in _read(pid, "environ").split("\0")}

    @property
    def login(self) -> SignedIn:
        """The login that it has made."""
        if self._login is None:
            self._login = SignedIn((self.folder / ".prefect/login").read_text(encoding="ascii").strip())
        return self._login

    def find(self, what: str, **query: Any) -> Any:
        """Ask the server for objects; None while it does not answer."""
        found = self.ask("POST", f"{what}/filter", **query)
        return found.json() if found is not None and found.is_success else None

    def ask(self, method: str, path: str, **body: Any) -> httpx.Response | None:
        """Call the server with its login; None while it does not answer."""
        try:
            return httpx.request(
                method, f"{self.api}/{path}", json=body, auth=self.login, trust_env=False, timeout=30
            )
        except httpx.TransportError:
            return None

    def tell(self, what: signal.Signals) -> int:
        """Send it a signal, and wait for its end."""
        self.process.send_signal(what)
        return self.process.wait(SECONDS)

    def stop(self) -> None:
        """Leave nothing running, however a test ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in self.everything():
            os.kill(pid, signal.SIGKILL)


def _read(pid: int, what: str) -> str:
    try:
        return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
