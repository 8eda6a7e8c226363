"""`allin deploy` brings a Prefect server into agreement with hub.toml, and leaves alone what people decided there."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from allin_flows.deployments import TEMPLATE

SETTINGS = """
[hub]
languages = ["de", "en"]
nightly = "{nightly}"

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
schedule = "{schedule}"

[sources.termine]
plugin = "ical"
path = "data/termine.ics"
schedule = "täglich um 6 Uhr"
enabled = {enabled}

[sources.still]
plugin = "ical"
path = "data/still.ics"

[outputs.verzeichnis]
plugin = "directory"
path = "public"
schedule = "every weekday at 07:30"
"""


class Office:
    """A hub's folder, and the commands that are typed in it."""

    def __init__(self, folder, server, deployer):
        self.folder, self.server, self.deployer = folder, server, deployer

    def write(self, schedule="alle 6 Stunden", enabled="true", nightly="täglich um 3 Uhr", more=""):
        """Save hub.toml."""
        self.folder.mkdir(exist_ok=True)
        text = SETTINGS.format(schedule=schedule, enabled=enabled, nightly=nightly) + more
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")

    def call(self, as_json=False):
        """Deploy; gives the exit code, and what was printed."""
        self.deployer.stdin.write(json.dumps([str(self.folder), as_json]) + "\n")
        self.deployer.stdin.flush()
        return json.loads(self.deployer.stdout.readline())

    def type(self, environment):
        """Type `allin deploy` in a window of its own."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "allin_hub", "deploy", "--hub", str(self.folder)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def deploy(self):
        """Deploy; gives what was done to each deployment."""
        code, out, err = self.call(as_json=True)
        assert code == 0, out + err
        return json.loads(out)

    def did(self):
        """Deploy; gives name -> what was done."""
        return {one["name"]: one["did"] for one in self.deploy()["deployments"]}

    def found(self):
        """What the server knows, by name."""
        return {one["name"]: one for one in self.server.find("deployments")}

    def change(self, path, **values):
        """Change something as the pages of Prefect do."""
        self.server.ask("PATCH", path, **values)


@pytest.fixture(scope="module")
def deployer(server):
    """A process that has loaded Prefect once, and deploys often."""
    script = Path(__file__).with_name("deploy_often.py")
    words = [sys.executable, "-W", "ignore", str(script)]
    with subprocess.Popen(
        words, env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.stdin.close()


@pytest.fixture
def office(server, deployer, tmp_path):
    """A hub whose schedules are deployed, on a server without others."""
    server.forget_deployments()
    made = Office(tmp_path / "hub", server, deployer)
    made.write()
    made.first = made.deploy()
    return made


def test_each_schedule_becomes_a_deployment_and_a_second_time_nothing_happens(office):
    """Who deploys twice, or every night, changes nothing by it."""
    paths = {"sync/vereine", "sync/termine", "publish/verzeichnis", "nightly/nightly", "upkeep/upkeep"}
    before = office.found()

    assert {one["name"]: one["did"] for one in office.first["deployments"]} == dict.fromkeys(paths, "new")
    assert office.did() == dict.fromkeys(paths, "unchanged")
    assert {name: one["updated"] for name, one in office.found().items()} == {
        name: one["updated"] for name, one in before.items()
    }


def test_schedules_are_in_the_zone_of_the_office(office):
    """Three in the morning is three on its own clock, in summer and in winter."""
    times = {name: one["schedules"][0]["schedule"] for name, one in office.found().items()}

    assert times["nightly"]["cron"] == "0 3 * * *"
    assert times["verzeichnis"]["cron"] == "30 7 * * 1-5"
    assert times["vereine"]["interval"] == 6 * 3600
    assert {one["timezone"] for one in times.values()} == {"Europe/Berlin"}
    (due,) = {one["next"] for one in office.first["deployments"] if one["name"] == "nightly/nightly"}
    assert dt.datetime.fromisoformat(due).astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_prefect_learns_names_and_no_folder(office):
    """A path often holds the name of a person."""
    everything = json.dumps(list(office.found().values()))

    assert {name: set(one["parameters"]) for name, one in office.found().items()} == {
        "vereine": {"sources", "hub_id"},
        "termine": {"sources", "hub_id"},
        "verzeichnis": {"outputs", "hub_id"},
        "nightly": {"hub_id"},
        "upkeep": {"hub_id"},
    }
    assert str(office.folder) not in everything


def test_what_was_paused_stays_paused_even_when_its_times_change(office):
    """Whoever switched a run off in the browser had a reason."""
    found = office.found()
    slot = found["vereine"]["schedules"][0]
    office.change(f"deployments/{found['vereine']['id']}/schedules/{slot['id']}", active=False)
    office.change(f"deployments/{found['termine']['id']}", paused=True)
    office.write(schedule="alle 15 Minuten", nightly="nie")
    done = {one["name"]: one for one in office.deploy()["deployments"]}
    now = office.found()

    assert done["sync/vereine"]["did"] == "changed"
    assert (done["sync/vereine"]["paused"], done["sync/termine"]["paused"]) == (True, True)
    assert [(one["active"], one["schedule"]["interval"]) for one in now["vereine"]["schedules"]] == [
        (False, 900)
    ]
    assert now["termine"]["paused"] is True
    assert done["nightly/nightly"]["did"] == "removed"


def test_what_left_the_settings_is_removed_and_what_others_made_is_not(office):
    """A schedule of a source that is gone would fail every night; those of others are none of our business."""
    flow = office.server.ask("POST", "flows/", name="ablage")["id"]
    foreign = {"name": "ablage", "flow_id": flow, "entrypoint": "buero.ablage", "tags": ["allin"]}
    office.server.ask("POST", "deployments/", **foreign)
    office.write(enabled="false")

    assert office.did()["sync/termine"] == "removed"
    assert set(office.found()) == {"vereine", "verzeichnis", "nightly", "upkeep", "ablage"}


def test_another_hub_on_the_same_server_is_not_overwritten(office, tmp_path):
    """Two offices with a source of the same name would take each other's runs away."""
    other = Office(tmp_path / "other", office.server, office.deployer)
    other.write()
    before = office.found()["vereine"]
    code, _, err = other.call()

    assert code == 2
    assert "sync/vereine" in err
    assert "eigenen Prefect-Server" in err
    assert office.found()["vereine"]["updated"] == before["updated"]


def test_missed_runs_are_left_out_but_for_the_newest(office):
    """After a weekend switched off, sixty runs would begin at once and all do the same."""
    deployment = office.found()["vereine"]
    now = dt.datetime.now(dt.UTC)
    flow, hub = deployment["flow_id"], deployment["tags"]
    for hours in (30, 24, 18):
        due = (now - dt.timedelta(hours=hours)).isoformat()
        planned = {
            "flow_id": flow,
            "deployment_id": deployment["id"],
            "tags": hub,
            "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due}},
        }
        _plan(office.server, planned, due)
    left_out = office.deploy()["left_out"]
    query = {
        "flow_runs": {
            "deployment_id": {"any_": [deployment["id"]]},
            "expected_start_time": {"before_": now.isoformat()},
        }
    }
    (kept,) = office.server.find("flow_runs", **query)

    assert left_out == 2
    assert now - dt.datetime.fromisoformat(kept["expected_start_time"]) < dt.timedelta(hours=19)


def _plan(server, planned, due):
    """Plan a run in the past, as the server's own scheduler had done before it was switched off."""
    made = server.ask("POST", "flow_runs/", **planned)
    with closing(sqlite3.connect(server.home / "prefect.db", timeout=30)) as database:
        database.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (made["id"],))
        database.commit()


def test_runs_without_a_worker_are_noticed_by_two_automations(office):
    """A list in which a dead run seems to work for ever helps nobody."""
    asked = office.server.ask("POST", "automations/filter")
    ours = [one for one in asked if one["name"].startswith("allin: ")]

    assert sorted(one["name"] for one in ours) == [
        "allin: begun, but silent",
        "allin: fetched, but never begun",
    ]
    assert {one["actions"][0]["state"] for one in ours} == {"CRASHED"}


def test_without_a_server_nothing_is_started_and_the_way_is_told(office):
    """Prefect would quietly start a server of its own for a moment, and forget everything with it."""
    given = office.server.environment
    nowhere = office.type({name: value for name, value in given.items() if name != "PREFECT_API_URL"})
    deaf = office.type({**given, "PREFECT_API_URL": "http://user:geheim@127.0.0.1:9/api"})

    assert (nowhere.returncode, deaf.returncode) == (2, 1)
    assert "allin up" in nowhere.stderr
    assert "http://127.0.0.1:9/api" in deaf.stderr
    assert "geheim" not in deaf.stderr + deaf.stdout


def test_a_server_without_a_login_is_refused_and_why_is_told(office):
    """Whoever reaches it may have commands run where the hub's workers are."""

    class Open(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/api/health" else 404)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"true")

        def log_message(self, *_):
            pass

    before = office.server.find("deployments")
    with ThreadingHTTPServer(("127.0.0.1", 0), Open) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{serving.server_address[1]}/api"
        done = office.type({**office.server.environment, "PREFECT_API_URL": url})
        serving.shutdown()
        thread.join()

    assert done.returncode == 2
    assert "verlangt keine Anmeldung" in done.stderr
    assert "docs/machines.md" in done.stderr
    assert office.server.find("deployments") == before


def test_a_wrong_login_is_told_and_not_shown(office):
    """What has to be mended is a variable, and what stands in it is nobody's business."""
    given = office.server.environment
    done = office.type({**given, "PREFECT_API_AUTH_STRING": "office:falsch"})

    assert done.returncode == 2
    assert "PREFECT_API_AUTH_STRING" in done.stderr
    assert "falsch" not in done.stderr + done.stdout


def test_a_pool_that_is_there_takes_no_command_any_more(office):
    """One that Prefect or an earlier release made runs any command that a run asks for."""
    office.server.prefect("work-pool", "create", "office", "--type", "process", "--overwrite")
    before = office.server.ask("GET", "work_pools/office")["base_job_template"]
    office.change(f"deployments/{office.found()['vereine']['id']}", job_variables={"env": {"A": "1"}})
    done = office.did()
    after = office.server.ask("GET", "work_pools/office")["base_job_template"]

    assert "{{ command }}" in json.dumps(before)
    assert after == TEMPLATE
    assert "{{" not in json.dumps(after)
    assert (done["sync/vereine"], office.found()["vereine"]["job_variables"]) == ("changed", {})


@pytest.mark.parametrize(
    "variables", [{"command": "true"}, {"env": {"PYTHONPATH": "elsewhere"}}, {"working_dir": "elsewhere"}]
)
def test_no_run_may_have_variables(office, variables):
    """Each of them decides what is run."""
    path = f"deployments/{office.found()['nightly']['id']}/create_flow_run"
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        office.server.ask("POST", path, job_variables=variables)


def test_the_table_says_what_was_done(office):
    """An admin sees at a glance what runs when."""
    office.write(schedule="alle 15 Minuten")
    code, out, _ = office.call()
    rows = [line for line in out.splitlines() if line.startswith("sync/vereine ")]

    assert code == 0
    assert ["alle 15 Minuten" in row and "geändert" in row for row in rows] == [True]
    assert out.splitlines()[0].split() == ["Lauf", "Zeitplan", "Als", "Nächstes", "Getan"]
