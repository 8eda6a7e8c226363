"""`allin up` runs the whole office on one machine, mends itself, and ends without a trace."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys

import httpx
import openpyxl
import pytest
from tests.flows import strangers
from tests.flows.running import Up, eventually

from allin_hub import demo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
NEW = "Verein der neuen Zeile e.V."


def office(folder, schedule):
    """Lay out the demo, with schedules for the partner's spreadsheet and the directory."""
    demo.copy(folder, dt.datetime.now(dt.UTC).date())
    settings = folder / "hub.toml"
    text = settings.read_text(encoding="utf-8")
    for block in ("[sources.vereinsliste]\n", "[outputs.verzeichnis]\n"):
        head, _, rest = text.partition(block)
        kept = "\n".join(line for line in rest.splitlines() if not line.startswith("schedule = "))
        text = f'{head}{block}schedule = "{schedule}"\n{kept}\n'
    settings.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def up(tmp_path):
    """Start offices, and leave none running."""
    started = []

    def start(schedule="every 6 hours", folder=None):
        running = Up(folder or office(tmp_path / "hub", schedule))
        started.append(running)
        return running

    yield start
    for one in started:
        one.stop()


def typed(*words, hub):
    """Type a command in another window."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "allin_hub", *words, "--hub", str(hub.folder)],
        env=hub.environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_it_says_where_to_look_refuses_a_second_one_and_ends_without_a_trace(up):
    """What an office does in its first five minutes with it."""
    running = up().runs()
    second = typed("up", hub=running)
    deployed = {one["name"]: one for one in running.find("deployments")}
    everything = running.everything()
    again = typed("deploy", "--json", hub=running)
    page = running.api.removesuffix("/api")
    mark = running.folder / "ran"
    tries = strangers.tries(deployed["nightly"]["id"], mark)
    answers = strangers.ask(running.api, tries)
    abroad = strangers.ask(running.api, tries, Host="evil.example")
    unchanged = {one["name"]: one for one in running.find("deployments")}
    asked_for = [run for run in running.find("flow_runs") if not run["auto_scheduled"]]
    own = running.folder / ".prefect"
    open_to_others = [path for path in [own, *own.rglob("*")] if path.lstat().st_mode & 0o077]
    ended = running.tell(signal.SIGINT)
    said = running.log.read_text(encoding="utf-8")

    assert (second.returncode, page in second.stderr) == (2, True)
    assert set(deployed) == {"vereinsliste", "verzeichnis", "nightly", "upkeep"}
    assert deployed["vereinsliste"]["schedules"][0]["active"] is True
    assert (again.returncode, again.stdout.count('"unchanged"')) == (0, 4)
    assert len(everything) >= 2
    assert ended == 0
    assert running.everything() == set()
    assert set(answers.values()) <= {401, 403}, answers
    assert set(abroad.values()) == {403}
    assert {name: one["updated"] for name, one in unchanged.items()} == {
        name: one["updated"] for name, one in deployed.items()
    }
    assert (asked_for, mark.exists()) == ([], False)
    assert open_to_others == []
    assert [path.name for path in (own / "login", own / "profiles.toml") if path.exists()] == []
    assert page in said
    assert "Erster Start" in said
    assert str(own / "login") in said
    assert "public/index.html" in said
    assert "Kein Prozess läuft mehr" in said


def test_a_port_in_use_is_told_before_anything_starts(up, tmp_path):
    """Half an office would be worse than none."""
    folder = office(tmp_path / "taken", "every 6 hours")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = Up(folder, "--port", str(taken.getsockname()[1]))
        try:
            ended = running.process.wait(120)
        finally:
            running.stop()

    assert ended == 2
    assert "--port" in running.log.read_text(encoding="utf-8")
    assert running.everything() == set()


@pytest.mark.slow
def test_a_row_added_to_the_partners_file_is_on_the_site_without_any_command(up):
    """The promise of the whole: the partner saves a file, and the town can read it."""
    running = up("every 1 minute").runs()
    eventually(lambda: (running.folder / "public/index.html").is_file() or None, running.said)
    sheet = running.folder / "data/vereinsliste.xlsx"
    book = openpyxl.load_workbook(sheet)
    rows = book["Vereine"]
    header = [cell.value for cell in rows[4 if rows[3][0].value is None else 3]]
    values = dict.fromkeys(header)
    number, name = header[0], header[1]
    values.update({number: 9901, name: NEW})
    last = max(row for row in range(4, rows.max_row + 1) if isinstance(rows.cell(row, 1).value, int | float))
    rows.insert_rows(last + 1)
    for column, word in enumerate(header, 1):
        rows.cell(last + 1, column).value = values[word]
    book.save(sheet)

    eventually(
        lambda: (
            any(NEW in page.read_text(encoding="utf-8") for page in running.folder.glob("public/**/*.html"))
            or None
        ),
        running.said,
        900,
    )
    done = running.find("flow_runs", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})

    assert {run["name"].split(" ")[1] for run in done if "fertig" in run["name"]} >= {
        "vereinsliste",
        "verzeichnis",
    }


@pytest.mark.slow
def test_killed_parts_come_back_and_a_killed_office_leaves_nothing(up):
    """Nobody has to look after what looks after the office."""
    running = up().runs()
    before = eventually(lambda: found if len(found := running.children()) == 2 else None, running.said)

    os.kill(before["worker"], signal.SIGKILL)
    os.kill(before["server"], signal.SIGKILL)

    def both_back():
        now = running.children()
        return now if len(now) == 2 and not set(now.values()) & set(before.values()) else None

    eventually(both_back, running.said)
    eventually(lambda: running.find("deployments"), running.said)
    pool = "work_pools/office/workers"
    eventually(lambda: [one for one in running.find(pool) or [] if one["status"] == "ONLINE"] or None)
    running.tell(signal.SIGKILL)
    eventually(lambda: True if running.everything() == set() else None, running.said)
    fresh = up(folder=running.folder).runs()

    assert fresh.tell(signal.SIGTERM) == 0
    assert fresh.everything() == set()


@pytest.mark.slow
def test_a_change_of_hub_toml_counts_without_a_restart_and_a_wrong_one_changes_nothing(up):
    """An admin edits a file, and nothing else."""
    running = up().runs()
    settings = running.folder / "hub.toml"
    good = settings.read_text(encoding="utf-8")

    def planned():
        found = running.find("deployments") or []
        return {one["name"]: one["schedules"][0]["schedule"] for one in found}

    settings.write_text(good.replace('"every 6 hours"', '"alle drölf Stunden"'), encoding="utf-8")
    eventually(lambda: "drölf" in running.log.read_text(encoding="utf-8") or None, running.said)
    unchanged = planned()
    settings.write_text(good.replace('"every 6 hours"', '"alle 3 Stunden"'), encoding="utf-8")

    eventually(lambda: planned().get("vereinsliste", {}).get("interval") == 10800 or None, running.said)
    assert unchanged["vereinsliste"]["interval"] == 21600
    assert httpx.get(f"{running.api}/health", trust_env=False, timeout=30).is_success
