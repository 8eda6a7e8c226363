"""Plugins that do not end are ended, alone, with everything that they started; one that takes its process along fails alone."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from allin_flows import work
from allin_flows.outcomes import Status
from allin_hub.base.errors import ConfigError, PublishError, StoreError, Unavailable
from allin_hub.base.problems import Problem
from allin_hub.base.reports import EntryChange, SourceReport
from allin_hub.base.types import Reason
from allin_hub.open_hub import open_hub
from allin_hub.operations import child_messages
from allin_hub.store.engine import reading
from allin_hub.store.tables import lease, run, staged_raw

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
MARK = "ALLIN_TEST_MARK"
PATIENCE = 300
PLUGINS = '''
"""Plugins that never end, or end more than themselves."""

import contextlib
import hashlib
import os
import signal
import subprocess
import time
from pathlib import Path

from allin_hub import Output, PluginConfig, Raw, Source
from allin_schemas import Organisation, Purpose


class Config(PluginConfig):
    """What it is to do, and where it tells that it does it."""

    does: str
    told: str


def do(config):
    """Do it."""
    Path(config.told).touch()
    if config.does == "sleeps":
        time.sleep(10**6)
    while config.does == "loops":
        pass
    while config.does == "catches everything":
        with contextlib.suppress(BaseException):
            time.sleep(10**6)
    if config.does == "calls c":
        hashlib.pbkdf2_hmac("sha512", b"a", b"b", 2**31 - 1)
    if config.does == "starts another":
        subprocess.run(["sleep", "1000000"])
    if config.does == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if config.does == "leaves":
        os._exit(3)


class Stubborn(Source[Config]):
    """Brings a record first."""

    produces = Organisation

    def fetch(self, run):
        yield Raw("1", {"name": "Verein"})
        do(self.config)

    def map(self, raw):
        return raw.payload


class StubbornBoard(Output[Config]):
    """Makes a file first."""

    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC

    def publish(self, view, run):
        yield run.file("first.txt", lambda: b"first", uses=[])
        do(self.config)
'''
METADATA = "Metadata-Version: 2.1\nName: stubborn\nVersion: 1\n"
ENTRY_POINTS = "[allin_hub.sources]\nstubborn = stubborn:Stubborn\n[allin_hub.outputs]\nstubborn = stubborn:StubbornBoard\n"
SETTINGS = """
[hub]
languages = ["de"]
trusted_plugins = ["stubborn"]

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"

[outputs.gut]
plugin = "statistics"
path = "gut"
imprint = "Forum, Kassel"
"""
BLOCK = """
[{part}.{name}]
plugin = "stubborn"
does = "{does}"
told = "told-{name}"
limits = {{ minutes = {minutes} }}
"""
ENDLESS = ["sleeps", "loops", "catches everything", "calls c", "starts another"]
DYING = {"crashes": "Signal 11", "leaves": "Code 3"}


@pytest.fixture(autouse=True)
def _heeds_ctrl_c() -> Iterator[None]:
    """Let commands be stopped: what a shell starts in the background ignores Ctrl-C, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Office:
    """A hub with good and bad plugins, and the processes that were started for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hub"
        self.site = folder / "site"
        self.mark = secrets.token_hex(8)
        self.folder.mkdir()
        about = self.site / "stubborn-1.dist-info"
        about.mkdir(parents=True)
        (self.site / "stubborn.py").write_text(PLUGINS)
        (about / "METADATA").write_text(METADATA)
        (about / "entry_points.txt").write_text(ENTRY_POINTS)
        rows = [f"Verein {number};34117" for number in range(1, 6)]
        (self.folder / "vereine.csv").write_text("\n".join(["Name;PLZ", *rows]))

    def settings(self, part: str, doing: list[str], *, minutes: float = 0.01) -> list[str]:
        """Write hub.toml with one bad source or output for each thing to do, before and after the good ones; their names.

        Those that end by themselves have half an hour for it.
        """
        names = [does.replace(" ", "-") for does in doing]
        blocks = [
            BLOCK.format(part=part, name=name, does=does, minutes=30 if does in DYING else minutes)
            for name, does in zip(names, doing, strict=True)
        ]
        text = "".join([blocks[0], SETTINGS, *blocks[1:]])
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")
        return names

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in the hub's folder."""
        paths = os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH", "")]))
        return subprocess.Popen(
            [sys.executable, "-m", "allin_hub", *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths, MARK: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *words: str) -> tuple[int, Any]:
        """Call a command to its end: its exit code, and the object that it prints."""
        process = self.start(*words, "--json")
        out, err = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        return process.returncode, json.loads(out)

    def processes(self) -> set[int]:
        """Every living process that was started for this hub, whoever its parent is now."""
        mark, found = f"{MARK}={self.mark}".encode(), set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
            except OSError:
                continue
        return found

    def left_over(self) -> dict[str, Any]:
        """What a run has left that waits for an end."""
        hub = open_hub(self.folder)
        try:
            with reading(hub.engine) as connection:
                return {
                    "leases": connection.execute(
                        select(lease.c.source).where(lease.c.owner.is_not(None))
                    ).all(),
                    "running": connection.execute(select(run.c.id).where(run.c.status == "running")).all(),
                    "staged": connection.execute(select(staged_raw.c.run_id)).all(),
                    "files": [path.name for path in self.folder.glob(".*staging*")],
                }
        finally:
            hub.close()


NOTHING: dict[str, Any] = {"leases": [], "running": [], "staged": [], "files": []}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office, whose processes end with the test."""
    made = Office(tmp_path)
    yield made
    for pid in made.processes():
        os.kill(pid, signal.SIGKILL)


def eventually(seen: Callable[[], bool]) -> None:
    """Look until it is so."""
    until = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_source_that_does_not_end_is_ended_alone(office: Office) -> None:
    """However it resists: the others are done, and nothing of it is left but its failure."""
    names = office.settings("sources", ENDLESS)
    code, said = office.call("sync")
    _, status = office.call("status")
    known = {name: one["message"] or "" for name, one in status["sources"].items()}

    assert (1, ("done", 5)) == (
        code,
        (said["sources"]["vereine"]["status"], said["sources"]["vereine"]["new"]),
    )
    assert dict.fromkeys(names, "failed") == {name: said["sources"][name]["status"] for name in names}
    assert all("noch nicht fertig" in said["sources"][name]["message"] for name in names)
    assert all("noch nicht fertig" in known[name] and "minutes unter limits" in known[name] for name in names)
    assert (set(), NOTHING) == (office.processes(), office.left_over())


def test_an_output_that_does_not_end_is_ended_alone(office: Office) -> None:
    """What it had begun to write is gone, and the others are whole."""
    names = office.settings("outputs", ENDLESS)
    office.call("sync")
    code, said = office.call("publish")
    _, status = office.call("status")

    assert (1, "done") == (code, said["outputs"]["gut"]["status"])
    assert dict.fromkeys(names, "failed") == {name: said["outputs"][name]["status"] for name in names}
    assert all("nach 0.01 Minuten noch nicht fertig" in said["outputs"][name]["message"] for name in names)
    assert dict.fromkeys(names, "failed") == {name: status["outputs"][name]["state"] for name in names}
    assert not any((office.folder / name).exists() for name in names)
    assert (set(), NOTHING) == (office.processes(), office.left_over())


def test_a_plugin_that_takes_its_process_along_fails_alone(office: Office) -> None:
    """A library that crashes, and memory that ran out, end the process and not the night."""
    names = office.settings("sources", list(DYING))
    code, said = office.call("run")

    assert (1, "done", "done") == (
        code,
        said["sources"]["vereine"]["status"],
        said["outputs"]["gut"]["status"],
    )
    assert [f"Der Prozess, der daran arbeitete, endete mit {end}." for end in DYING.values()] == [
        said["sources"][name]["message"] for name in names
    ]
    assert (set(), NOTHING) == (office.processes(), office.left_over())


def test_a_check_of_a_source_that_does_not_end_ends(office: Office) -> None:
    """It writes nothing, and says of all others what a sync would do."""
    (name,) = office.settings("sources", ["sleeps"])
    code, said = office.call("check")

    assert (1, "failed", "done") == (
        code,
        said["sources"][name]["status"],
        said["sources"]["vereine"]["status"],
    )
    assert ["FEED_TOO_LONG"] == [one["code"] for one in said["sources"][name]["problems"]]
    assert ["hub.toml", f"told-{name}", "vereine.csv"] == sorted(
        path.name for path in office.folder.iterdir()
    )


def test_a_command_that_a_person_stops_ends_what_it_started(office: Office) -> None:
    """With Ctrl-C; the next command need not wait for it."""
    (name,) = office.settings("sources", ["starts another"], minutes=30)
    process = office.start("sync")
    eventually(lambda: (office.folder / f"told-{name}").exists() and len(office.processes()) > 2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)

    assert (130, True) == (process.returncode, "Abgebrochen." in err)
    assert (set(), []) == (office.processes(), office.left_over()["leases"])


def test_a_command_that_is_killed_takes_its_child_along(office: Office) -> None:
    """Nobody would be there to end it."""
    (name,) = office.settings("sources", ["sleeps"], minutes=30)
    process = office.start("sync")
    eventually((office.folder / f"told-{name}").exists)
    process.kill()
    process.communicate(timeout=PATIENCE)

    eventually(lambda: office.processes() == set())


@pytest.mark.parametrize("part", ["sources", "outputs"])
def test_a_flow_lives_with_plugins_that_do_not_end(
    office: Office, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's process has threads, so that its child is a new interpreter; that works on with the next task."""
    names = office.settings(part, ["catches everything", "crashes"])
    monkeypatch.syspath_prepend(str(office.site))
    monkeypatch.setenv(MARK, office.mark)
    monkeypatch.chdir(office.folder)
    here, found = str(office.folder), {}

    def tasks() -> None:
        for name in [*names, "vereine"] if part == "sources" else []:
            found[name] = work.sync_one(here, name, "invocation")
        for name in [*names, "gut"] if part == "outputs" else []:
            found[name] = work.publish_one(here, name)
        work.end_plugins()

    thread = threading.Thread(target=tasks)
    thread.start()
    thread.join()

    assert [Status.FAILED, Status.FAILED, Status.DONE] == [one.status for one in found.values()]
    assert "noch nicht fertig" in found[names[0]].message
    assert "Signal 11" in found[names[1]].message
    assert (NOTHING, set()) == (office.left_over(), office.processes() - {os.getpid()})


def test_reports_come_whole_through_the_pipe() -> None:
    """What a person reads is what the child found."""
    problem = Problem("KEY_DUPLICATE", "7", "Blatt", 3, "Nr.", "key", {"value": "7"})
    report = SourceReport("vereine", "held", "run", 3, 1, held=[Reason("lost", 1, 3)], problems=[problem])
    report.entries = (EntryChange("changed", 7, "Chor", None, 3, ("phones",), False),)
    line = child_messages.line_of(child_messages.source_values(report))

    assert report == child_messages.source_report(json.loads(line))


def test_errors_come_through_the_pipe_with_what_is_said_and_what_is_done_about_them() -> None:
    """Their class decides the exit code, their texts are said in the reader's language."""
    for error in (
        ConfigError("There is no '{word}'.", hint="Look.", at=("hub.toml", 3), word="x"),
        Unavailable("No answer.", code="FEED_EMPTY", retry_after=7.0, url="https://x.example"),
        StoreError("Gone."),
        PublishError("The output '{name}' stopped.", name="gut"),
    ):
        made: Any = child_messages.error_of(json.loads(json.dumps(child_messages.error_values(error))))

        assert type(error) is type(made)
        assert (str(error), error.code, error.at, error.params) == (
            str(made),
            made.code,
            made.at,
            made.params,
        )
        assert getattr(error, "retry_after", None) == getattr(made, "retry_after", None)


def test_of_a_strange_error_only_its_type_comes_through_the_pipe() -> None:
    """Its text may quote a record."""
    values = child_messages.error_values(KeyError("kanarina@privat.example"))

    assert "kanarina" not in json.dumps(values)
    assert "KeyError" == type(child_messages.error_of(values)).__name__
