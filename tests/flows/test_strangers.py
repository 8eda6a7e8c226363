"""Pages in the office's browser and other users of its machine can neither read nor change what `allin up` runs."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from tests.flows import strangers
from tests.flows.running import Up, eventually

from allin_hub import demo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
SENT = "Network.requestWillBeSent"
CALLS = """
    const [api, tries, done] = arguments;
    const told = [];
    const call = async (name, path, options) => {
        try {
            const answer = await fetch(`${api}/${path}`, options);
            told.push([name, answer.type === "opaque" ? "unreadable" : `${answer.status} ${await answer.text()}`]);
        } catch (error) { told.push([name, "failed"]); }
    };
    const listen = (path, protocols) => new Promise((ended) => {
        const socket = new WebSocket(`${api.replace("http", "ws")}/${path}`, protocols);
        socket.onopen = () => { told.push([`socket ${path}`, "open"]); ended(); };
        socket.onerror = () => { told.push([`socket ${path}`, "failed"]); ended(); };
    });
    (async () => {
        for (const [how, path, body] of tries) {
            const sent = body === null ? {} : { body: JSON.stringify(body) };
            const json = { "Content-Type": "application/json" }, guessed = { Authorization: "Basic YTpi" };
            await call(`${how} ${path}`, path, { method: how, headers: json, ...sent });
            await call(`${how} ${path} with a password`, path, { method: how, headers: guessed, ...sent });
            if (how === "GET" || how === "POST")
                await call(`${how} ${path} simple`, path, { method: how, mode: "no-cors", credentials: "include", ...sent });
        }
        for (const path of ["events/in", "events/out", "logs/out"]) {
            await listen(path, []);
            await listen(path, ["prefect"]);
        }
        done(told);
    })();
"""
FORMS = """
    const [api, tries] = arguments;
    let number = 0;
    for (const [how, path, body] of tries.filter(([how]) => how === "POST"))
        for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
            const frame = Object.assign(document.createElement("iframe"), { name: `frame${number++}` });
            document.body.appendChild(frame);
            const form = document.body.appendChild(document.createElement("form"));
            Object.assign(form, { method: "post", action: `${api}/${path}`, enctype, target: frame.name });
            const text = JSON.stringify({ ...body, last: "=" });
            const field = form.appendChild(document.createElement("input"));
            [field.name, field.value] = [text.slice(0, -3), text.slice(-2)];
            frame.onload = () => { document.title = String(Number(document.title) + 1); };
            form.submit();
        }
    document.title = "0";
    return number;
"""
"""The body of a form of plain text is `name=value`: valid JSON, with the sign of equality within a text."""


@pytest.fixture(scope="module")
def running():
    """An office of the demo in a folder that others may enter, as a home directory often is."""
    home = Path(tempfile.mkdtemp(prefix="office"))
    home.chmod(0o755)
    folder = home / "hub"
    demo.copy(folder, dt.datetime.now(dt.UTC).date())
    folder.chmod(0o755)
    settings = folder / "hub.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("alle 5 Minuten", "alle 6 Stunden"), encoding="utf-8"
    )
    started = Up(folder)
    try:
        yield started.runs()
    finally:
        started.stop()
        shutil.rmtree(home)


@pytest.fixture
def all_tries(running, tmp_path):
    """What is tried; nothing of it may have changed anything afterwards."""
    before = standing(running)
    (nightly,) = [one for one in running.find("deployments") if one["name"] == "nightly"]
    mark = tmp_path / "ran"
    yield strangers.tries(nightly["id"], mark)

    assert standing(running) == before
    assert not mark.exists()


def standing(running):
    """What strangers would like to change."""

    def look():
        deployments, runs = running.find("deployments"), running.find("flow_runs", limit=200)
        pool = running.ask("GET", "work_pools/office")
        if deployments is None or runs is None or pool is None:
            return None
        kept = ("name", "paused", "schedules", "job_variables", "updated")
        asked_for = sorted(run["id"] for run in runs if not run["auto_scheduled"])
        return (
            [{name: one[name] for name in kept} for one in deployments],
            asked_for,
            pool.json()["is_paused"],
        )

    return eventually(look, running.said)


@pytest.fixture
def page(browser):
    """A page of somebody else's, at another port of this machine, open in the office's browser."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>0</title><body>")

        def log_message(self, *_):
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    browser.get(f"http://127.0.0.1:{serving.server_address[1]}/")
    browser.set_script_timeout(120)
    yield browser
    browser.get("about:blank")
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_a_page_of_another_origin_reads_and_changes_nothing_by_scripts(running, all_tries, page):
    """Any page that is open in the office's browser could pause, delete and run commands."""
    told = page.execute_async_script(CALLS, running.api, all_tries)

    assert len(told) > 2 * len(all_tries)
    assert {how for _, how in told} <= {"failed", "unreadable"}, told


def test_a_page_of_another_origin_changes_nothing_by_forms(running, all_tries, page):
    """A browser sends a form anywhere, and asks nobody before."""
    sent = page.execute_script(FORMS, running.api, all_tries)
    WebDriverWait(page, 60).until(lambda browser: int(browser.title) >= sent, f"of {sent}")

    assert sent >= 10


def test_another_user_of_the_machine_reads_and_changes_nothing(running, all_tries):
    """A loopback address is open to everybody who is signed in to the machine."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    own = running.folder / ".prefect"
    files = [str(path) for path in [own, *own.rglob("*")]]
    files += [f"/proc/{pid}/environ" for pid in running.children().values()]
    asked = json.dumps([running.api, all_tries, files])
    words = [sys.executable, "-W", "ignore", "-m", "tests.flows.strangers", asked]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    answers, opened = json.loads(done.stdout)

    assert len(files) > 8
    assert set(answers.values()) <= {401, 403}, answers
    assert opened == []


def test_the_login_stands_in_no_process_list_and_in_no_file_that_others_may_read(running):
    """What one file hides, another must not show."""
    login = (running.folder / ".prefect/login").read_text(encoding="ascii").strip()
    lines = [Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") for pid in running.everything()]
    files = [path for path in running.folder.rglob("*") if path.is_file()]
    holding = {path.name for path in files if login.encode() in path.read_bytes()}

    assert len(lines) >= 2
    assert [line for line in lines if login in line] == []
    assert holding == {"login", "profiles.toml"}


def test_not_even_the_login_lets_a_run_have_a_command_of_its_own(running, all_tries):
    """Nobody needs it, so the work pool has no place for it."""
    how, path, body = all_tries[0]
    answer = running.ask(how, path, **body)

    assert answer.status_code == 422


def test_the_office_signs_in_and_its_page_asks_nobody_else(running, browser):
    """The page works behind its lock; what it wants of a company's servers does not leave the machine."""
    origin = running.api.removesuffix("/api")
    login = (running.folder / ".prefect/login").read_text(encoding="ascii").strip()
    browser.get_log("performance")
    browser.get(origin)
    shown = WebDriverWait(browser, 60)
    shown.until(lambda page: page.find_elements(By.CSS_SELECTOR, "input[type=password]"))[0].send_keys(login)
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    shown.until(lambda page: "/login" not in page.current_url)
    for path, words in (
        ("v2/deployments", "vereinsliste"),
        ("deployments", "vereinsliste"),
        ("v2/runs", "Runs"),
    ):
        browser.get(f"{origin}/{path}")
        shown.until(lambda page, words=words: words in page.find_element(By.TAG_NAME, "body").text)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    browser.execute_script("localStorage.clear()")
    sent = [told["params"]["request"]["url"] for told in messages if told["method"] == SENT]
    sockets = [told["params"]["url"] for told in messages if told["method"] == "Network.webSocketCreated"]
    own = (origin, f"ws{origin.removeprefix('http')}", "data:", "blob:")

    assert len(sent) > 50
    assert {url for url in [*sent, *sockets] if not url.startswith(own)} == set()
