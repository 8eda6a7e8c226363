"""The flows run for real, on a Prefect server: deployed, fetched by a worker, shown, and silent about people."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import yaml

from allin_hub import demo

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/scheduling.md"
MAKE_POOL = "work-pool create office --type process --base-job-template flows/allin_flows/work_pool.json"
LIMIT = {"tag": "host netz.example", "concurrency_limit": 1}
PARTNER = """
[sources.partner]
plugin = "spreadsheet"
path = "data/fehlt.csv"
kind = "event"

[sources.netz]
plugin = "spreadsheet"
url = "https://netz.example/liste.csv"
kind = "event"
enabled = false
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Lay out the demo, with one source whose file is missing and one that nobody fetches at night."""
    folder = tmp_path_factory.mktemp("office") / "hub"
    demo.copy(folder, dt.datetime.now(dt.UTC).date())
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + PARTNER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def deployed(server, office):
    """Deploy everything as the page for the office says."""
    server.prefect(*MAKE_POOL.split())
    server.prefect("deploy", "--all", ALLIN_HUB=str(office))
    return {found["name"]: found for found in server.find("deployments")}


@pytest.fixture(scope="module")
def night(server, deployed, office, tmp_path_factory):
    """Let a worker do the nightly run of the demo with its one missing file."""
    printed = server.prefect("deployment", "run", "nightly/nightly")
    elsewhere = tmp_path_factory.mktemp("worker")
    server.prefect("worker", "start", "--pool", "office", "--run-once", cwd=elsewhere)
    return told(server, re.search(r"UUID: (\S+)", printed)[1], 9)


@pytest.fixture(scope="module")
def later(server, night, office, tmp_path_factory):
    """Run the flows again: without a hub, with an emptied calendar, a silent source, a fault of the hub."""
    server.ask("POST", "concurrency_limits/", **LIMIT)
    runs = server.drive(str(office), str(tmp_path_factory.mktemp("empty")))
    tasks = {
        "unstarted": 0,
        "unknown": 0,
        "held": 9,
        "back": 1,
        "gone": 1,
        "faulty": 1,
        "broken": 1,
        "one output": 1,
    }
    return {name: told(server, run, tasks[name]) for name, run in runs.items()}


def told(server, run_id, number_of_tasks):
    """Gather what Prefect shows of a run; its tasks reach the server a moment later."""
    one = {"flow_runs": {"id": {"any_": [run_id]}}}
    (run,) = server.find("flow_runs", **one)

    def ended():
        tasks = {task["name"]: task for task in server.find("task_runs", **one)}
        final = [task for task in tasks.values() if task["state_type"] in {"COMPLETED", "FAILED"}]
        return tasks if len(final) == len(tasks) == number_of_tasks else None

    tasks = eventually(ended)
    pages = server.find("artifacts", **one)
    return SimpleNamespace(run=run, state=run["state"], tasks=tasks, pages=pages)


def eventually(look, seconds=300):
    """Look until there is something, be it empty."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.3)
    return found


def test_all_deployments_are_made_from_the_clone(deployed, office):
    """`prefect deploy --all` is all that the office has to type."""
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))

    assert {"nightly", "sync", "publish", "upkeep"} == set(deployed)
    assert set(deployed) == {one["name"] for one in written["deployments"]}
    for one in deployed.values():
        assert one["work_pool_name"] == "office"
        assert one["parameters"] == {"hub": str(office)}
        assert one["job_variables"] == {}
    assert {"nightly", "upkeep"} == {name for name, one in deployed.items() if one["schedules"]}


def test_the_night_is_planned_for_three_in_the_morning(server, deployed):
    """A schedule that the server cannot turn into runs would leave the directory as it is, without a word."""
    state = {"type": {"any_": ["SCHEDULED"]}}
    only = {"id": {"any_": [deployed["nightly"]["id"]]}}
    query = {"flow_runs": {"state": state}, "deployments": only, "sort": "EXPECTED_START_TIME_ASC"}
    planned = eventually(
        lambda: [run for run in server.find("flow_runs", **query) if run["auto_scheduled"]] or None
    )
    starts = {dt.datetime.fromisoformat(run["expected_start_time"]) for run in planned}

    assert {"03:00"} == {f"{start.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for start in starts}


def test_one_failed_source_shows_as_failed_and_the_rest_as_done(night):
    """Nobody reads a log in the morning; the colour of each line has to say it."""
    states = {name: (task["state_type"], task["state_name"]) for name, task in night.tasks.items()}

    assert states == {
        "sync partner": ("FAILED", "Failed"),
        **{
            f"sync {name}": ("COMPLETED", "Completed")
            for name in ("anmeldung", "vereinsliste", "mitmachen", "angebote", "termine")
        },
        **{
            f"publish {name}": ("COMPLETED", "Completed")
            for name in ("verzeichnis", "rundbrief", "statistik")
        },
    }
    assert night.tasks["sync partner"]["run_count"] == 1


def test_a_failed_source_shows_in_the_name_the_state_and_the_page_of_the_run(night):
    """Whoever looks only at a list of runs, a notification or the report learns the same."""
    (page,) = night.pages

    assert re.fullmatch(
        r"nightly \d\d\.\d\d\. \d\d:\d\d – 1 gescheitert \(partner\), 8 fertig", night.run["name"]
    )
    assert (night.state["type"], night.state["name"]) == ("FAILED", "Failed")
    assert night.state["message"].startswith("1 von 6 Quellen gescheitert: partner. ")
    assert "data/fehlt.csv" in night.state["message"]
    assert page["key"] == "nightly-report"
    assert page["data"].startswith(
        f"# {night.run['name']}\n\n## Was zu tun ist\n\n- **partner** (gescheitert): "
    )
    assert re.search(r"^\| anmeldung \| fertig \| 22 \|", page["data"], re.MULTILINE)
    assert re.search(r"^\| verzeichnis \| fertig \| \d+ \|", page["data"], re.MULTILINE)


def test_the_rest_is_published_although_a_source_failed(night, office):
    """One partner's missing file is no reason to show old pages of all others."""
    assert "Zeytin" in (office / "public/de/index.html").read_text(encoding="utf-8") + "".join(
        path.read_text(encoding="utf-8") for path in (office / "public").rglob("*zeytin*.html")
    )
    assert list((office / "rundbrief").rglob("*.eml"))
    assert list((office / "statistik").rglob("*.html"))


def test_a_failed_source_is_announced_as_an_event(server, night):
    """An automation of the office can send a message because of it."""
    query = {"filter": {"event": {"name": ["allin.source.failed"]}}}
    (event, *others) = eventually(lambda: server.find("events", **query)["events"] or None)

    assert event["resource"]["prefect.resource.id"] == "allin.source.partner"
    assert "data/fehlt.csv" in event["payload"]["message"]
    assert others == []


def test_a_held_source_shows_and_says_how_to_look_and_how_to_accept(later):
    """An emptied calendar waits for a person, who finds the two commands where she looks."""
    held = later["held"]

    assert (held.tasks["sync termine"]["state_type"], held.tasks["sync termine"]["state_name"]) == (
        "COMPLETED",
        "Held",
    )
    assert "1 angehalten (termine)" in held.run["name"]
    assert "1 von 6 Quellen angehalten: termine." in held.state["message"]
    assert "allin held termine" in held.state["message"]
    assert "allin sync --accept termine" in held.pages[0]["data"]
    assert "| termine | **angehalten** |" in held.pages[0]["data"]


def test_only_a_source_that_did_not_answer_is_tried_again(later):
    """A server that is back a minute later needs nobody; all else would end the same."""
    assert later["back"].tasks["sync anmeldung"]["run_count"] == 3
    assert later["back"].state["type"] == "COMPLETED"
    assert later["gone"].tasks["sync netz"]["run_count"] == 3
    assert later["gone"].state["message"] == "1 von 1 Quellen gescheitert: netz. No answer. Later."
    assert later["faulty"].tasks["sync mitmachen"]["run_count"] == 1


def test_syncs_of_one_host_can_be_limited(server, later):
    """A partner's small server need not answer twice at once; the place is given back after a failure, too."""
    limit = server.ask("GET", f"concurrency_limits/tag/{LIMIT['tag']}")

    assert later["gone"].tasks["sync netz"]["tags"] == [LIMIT["tag"]]
    assert limit["active_slots"] == []
    assert later["back"].tasks["sync anmeldung"]["tags"] == []


def test_wrong_settings_and_unknown_names_are_told_in_a_sentence(later):
    """What has to be mended stands in the state; nothing was begun."""
    assert later["unstarted"].run["name"].endswith(" – nicht begonnen")
    assert "hub.toml" in later["unstarted"].state["message"]
    assert "'anmeldungen'" in later["unknown"].state["message"]
    assert "'anmeldung'?" in later["unknown"].state["message"]
    for ended in (later["unstarted"], later["unknown"]):
        assert ended.state["type"] == "FAILED"
        assert ended.tasks == {}
        assert "Traceback" not in ended.pages[0]["data"]


def test_a_fault_of_the_hub_itself_shows_without_what_it_quotes(later):
    """An exception may quote the row at which it happened; only its type may leave the machine's memory."""
    message = later["faulty"].state["message"]

    assert message.startswith(
        "1 von 1 Quellen gescheitert: mitmachen. Der Hub ist mit ValueError abgebrochen."
    )


def test_an_exception_never_leaves_a_flow(later):
    """Prefect would keep it with all that it quotes, whatever a flow says about keeping results."""
    state = later["broken"].state

    assert (state["type"], state["message"]) == ("FAILED", "Der Hub ist mit ValueError abgebrochen.")


def test_one_output_can_be_published_alone(later):
    """After a correction nobody waits for the night."""
    assert set(later["one output"].tasks) == {"publish rundbrief"}
    assert later["one output"].run["name"].startswith("publish rundbrief ")
    assert later["one output"].state["type"] == "COMPLETED"


def test_prefect_knows_no_person_of_the_demo(server, night, later, office):
    """Whoever may look at schedules may not thereby look at people."""
    known = everything_that(server)
    people = named_people(office)

    assert len(people) > 60
    assert "sync anmeldung" in known
    assert "allin sync --accept termine" in known
    assert [person for person in [*people, "Kanaria Vogelsang"] if person in known] == []


def test_the_page_for_the_office_shows_the_commands_that_are_proven_here():
    """Its blocks start servers, so that this module runs them instead of the page's own test."""
    shown = re.findall(r"^ *(?:ALLIN_HUB=\S+ )?prefect (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(shown) == {
        MAKE_POOL,
        "worker start --pool office",
        "deployment run nightly/nightly",
        'concurrency-limit create "host netz.example" 1',
    }


def test_flows_keep_no_results(server, night, later):
    """What a task gives back stays in the process."""
    assert not [path for path in server.home.rglob("*") if path.is_file() and "storage" in path.parts]


def everything_that(server):
    """Join all that the server, its database and the workers have kept or printed, in readable form."""
    texts = list(server.worked)
    with closing(sqlite3.connect(f"file:{server.home}/prefect.db?mode=ro", uri=True)) as database:
        texts += database.iterdump()
    texts += [
        path.read_bytes().decode("utf-8", "replace") for path in server.home.rglob("*") if path.is_file()
    ]
    assert any(path.name == "prefect.db" for path in server.home.iterdir())
    text = "\n".join(texts)
    return text + re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), text)


def named_people(office):
    """List the names, telephone numbers and addresses of the people in the demo's files."""
    text = (office / "data/anmeldung.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    columns = ["Name der Ansprechperson", "Telefon der Ansprechperson", "E-Mail der Ansprechperson"]
    found = {row[column] for row in rows for column in columns}
    sheet = openpyxl.load_workbook(office / "data/vereinsliste.xlsx")["Vereine"]
    header, *lines = sheet.iter_rows(min_row=4, values_only=True)
    for column in ("Ansprechpartner/in", "Tel. Ansprechpartner/in", "Mail Ansprechpartner/in"):
        found |= {str(line[header.index(column)] or "") for line in lines}
    for part in sorted(found):
        digits = re.sub(r"\D", "", part)
        found |= {digits, digits.lstrip("0")} if len(digits) > 8 else set()
    return sorted(value for value in found if len(value) > 6)
