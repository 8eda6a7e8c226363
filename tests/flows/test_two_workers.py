"""Two workers with folders of their own share the sources of one hub in PostgreSQL, and may die at any moment."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from tests.flows.running import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
SOURCES = ["alpha", "beta", "gamma", "delta"]
ROWS = 40
HUB = """
[hub]
languages = ["de"]
database = "{database}"
key = {{ env = "ALLIN_KEY" }}
deliver_to = "file://{storage}"
nightly = "nie"
upkeep = "nie"
"""
SOURCE = """
[sources.{name}]
plugin = "spreadsheet"
url = "http://127.0.0.1:{port}/{name}.csv"
allow_hosts = ["127.0.0.1:{port}"]
kind = "organisation"
key = "Nr."
schedule = "every 9 hours"
"""


class Partner(BaseHTTPRequestHandler):
    """A partner's slow server: each answer takes a while, and asking twice at once is noticed."""

    asked: ClassVar[Counter[str]] = Counter()
    running: ClassVar[Counter[str]] = Counter()
    twice: ClassVar[Counter[str]] = Counter()
    pause = 2.0
    lock = threading.Lock()

    def do_GET(self) -> None:
        """Answer with a table, after a pause."""
        name = self.path.strip("/").removesuffix(".csv")
        with self.lock:
            self.asked[name] += 1
            self.running[name] += 1
            self.twice[name] += self.running[name] > 1
        try:
            time.sleep(self.pause)
            lines = [f"{n};Verein {name} {n} e.V.;3411{n % 10};Kassel" for n in range(1, ROWS + 1)]
            body = "\n".join(["Nr.;Verein;PLZ;Ort", *lines, ""]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            return
        finally:
            with self.lock:
                self.running[name] -= 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Worker:
    """A worker with a folder and a home of its own, as on a machine of its own."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder / "hub"
        folder.mkdir()
        self.environment = {
            **environment,
            "HOME": str(folder),
            "ALLIN_HUB": str(self.folder),
            "PREFECT_HOME": str(folder / "prefect"),
        }
        self.log = folder / "log"
        words = ["worker", "start", "--pool", "office", "--name", name, "--limit", "2"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "prefect", *words],
                env=self.environment,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def everything(self) -> set[int]:
        """Its own process and those of its runs."""
        mark = f"ALLIN_HUB={self.folder}".encode()
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
            except OSError:
                continue
        return found

    def kill(self) -> None:
        """Pull the plug."""
        for pid in self.everything():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def took(self) -> int:
        """How many runs it has begun."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("submitted to infrastructure")


@pytest.fixture
def partner():
    """A partner's server for the time of a test."""
    for count in (Partner.asked, Partner.running, Partner.twice):
        count.clear()
    Partner.pause = 2.0
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    serving.daemon_threads = True
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def office(server, partner, fresh_postgres, tmp_path):
    """A hub in PostgreSQL whose schedules are deployed, and two workers."""
    server.forget_deployments()
    folder = tmp_path / "office"
    folder.mkdir()
    database = fresh_postgres(schema=False)
    storage = tmp_path / "storage"
    text = HUB.format(database=database, storage=storage)
    port = partner.server_address[1]
    (folder / "hub.toml").write_text(
        text + "".join(SOURCE.format(name=name, port=port) for name in SOURCES), encoding="utf-8"
    )
    key = b64encode(secrets.token_bytes(32)).decode()
    made = type("Office", (), {})()
    made.server, made.database = server, database
    made.environment = {**server.environment, "ALLIN_KEY": key}
    words = [sys.executable, "-W", "ignore", "-m", "allin_hub", "deploy", "--hub", str(folder)]
    done = subprocess.run(words, env=made.environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    made.workers = [Worker(name, tmp_path / name, made.environment) for name in ("eins", "zwei")]
    made.deployments = {one["name"]: one["id"] for one in server.find("deployments")}
    yield made
    for worker in made.workers:
        worker.kill()


def run(office, *names):
    """Let sources be synced, as when they are due; gives the ids of the runs."""
    paths = [f"deployments/{office.deployments[name]}/create_flow_run" for name in names]
    return [office.server.ask("POST", path)["id"] for path in paths]


def ended(office, ids):
    """Wait until all of these runs have ended; gives their states."""

    def look():
        found = office.server.find("flow_runs", flow_runs={"id": {"any_": ids}})
        over = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return found if len(found) == len(ids) and all(one["state_type"] in over for one in found) else None

    logs = lambda: "\n".join(worker.log.read_text(errors="replace") for worker in office.workers)  # noqa: E731
    return eventually(look, logs, 600)


def known(office, query):
    """Ask the hub's own database."""
    engine = sa.create_engine(office.database)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text(query)).all()
    finally:
        engine.dispose()


def test_two_workers_share_the_sources_and_none_is_synced_twice_at_once(office):
    """More machines make it quicker, and never read a partner's feed twice over."""
    states = ended(office, run(office, *SOURCES, *SOURCES))
    spans = known(office, "SELECT target, status, started_at, finished_at FROM run ORDER BY started_at")
    overlapping = [
        (one.target, one.started_at, other.started_at)
        for number, one in enumerate(spans)
        for other in spans[number + 1 :]
        if one.target == other.target and other.started_at < one.finished_at
    ]

    assert [worker.took() > 0 for worker in office.workers] == [True, True]
    assert overlapping == []
    assert not +Partner.twice
    assert {one.status for one in spans} == {"done"}
    assert {one["state_name"] for one in states} <= {"Completed", "Failed"}
    assert all("Ein anderer Lauf" in _said(one) for one in states if one["state_name"] == "Failed")
    assert known(office, "SELECT source, count(*) FROM raw GROUP BY source ORDER BY source") == [
        (name, ROWS) for name in sorted(SOURCES)
    ]
    assert all((worker.folder / "hub.toml").is_file() for worker in office.workers)


def _said(run):
    return str(run["state"]["message"])


def test_a_killed_worker_loses_nothing_and_the_other_goes_on(office):
    """A machine may burn down in the middle of a feed."""
    Partner.pause = 30.0
    run(office, "alpha")
    eventually(lambda: Partner.running["alpha"] or None, office.workers[0].log.read_text)
    busy = [worker for worker in office.workers if len(worker.everything()) > 1]
    before = known(office, "SELECT count(*) FROM raw")
    for worker in busy:
        worker.kill()
    (left,) = [worker for worker in office.workers if worker not in busy]
    Partner.pause = 0.5
    took = left.took()
    (state,) = ended(office, run(office, "alpha"))

    assert len(busy) == 1
    assert before == [(0,)]
    assert state["state_type"] == "COMPLETED"
    assert left.took() == took + 1
    assert known(office, "SELECT count(*) FROM raw") == [(ROWS,)]
    assert known(office, "SELECT status, count(*) FROM run GROUP BY status ORDER BY status") == [
        ("done", 1),
        ("killed", 1),
    ]
    assert dt.datetime.fromisoformat(state["end_time"])
