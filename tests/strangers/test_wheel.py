"""A stranger's package: built as a wheel, installed beside the hub, with nothing but the public door."""

from __future__ import annotations

import ast
import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.strangers.building import installed, python

PACKAGE = Path(__file__).parent / "noticeboard"
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "ar"]
trusted_plugins = ["allin-noticeboard"]

[sources.nachbarschaft]
plugin = "neighbourhood"
url = "http://{host}/events.json"
allow_hosts = ["{host}"]
token = {{ file = "token" }}

[outputs.brett]
plugin = "noticeboard"
path = "brett"
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stranger's wheel is installed."""
    return installed(tmp_path_factory.mktemp("stranger"), PACKAGE)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """A server of the stranger's feed on this machine."""
    feed = tmp_path / "feed"
    feed.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(feed))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = f"127.0.0.1:{server.server_address[1]}"
        for recorded in (PACKAGE / "tests/fixtures").iterdir():
            text = recorded.read_text(encoding="utf-8").replace(
                "https://nachbarschaft.example", f"http://{found}"
            )
            (feed / recorded.name).write_text(text, encoding="utf-8")
        yield found
        server.shutdown()


def test_a_strangers_plugins_need_the_public_door_alone() -> None:
    """What stands in this package any other package can do as well."""
    found = {
        name
        for path in (PACKAGE / "allin_noticeboard").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in [node.module]
        if name.startswith("allin_")
    }

    assert found == {"allin_hub", "allin_schemas"}


def test_a_strangers_wheel_appears_syncs_and_publishes(modules: Path, host: str, tmp_path: Path) -> None:
    """Installed and trusted is enough: `allin plugins` lists it, a sync reads its pages, a publish writes its site."""
    office = tmp_path / "office"
    office.mkdir()
    (office / "hub.toml").write_text(SETTINGS.format(host=host), encoding="utf-8")
    (office / "token").write_text("a-token-of-the-feed", encoding="utf-8")

    listed = json.loads(python("-m", "allin_hub", "plugins", "--json", modules=modules, cwd=office).stdout)
    synced = json.loads(python("-m", "allin_hub", "sync", "--json", modules=modules, cwd=office).stdout)
    again = json.loads(python("-m", "allin_hub", "sync", "--json", modules=modules, cwd=office).stdout)
    made = json.loads(python("-m", "allin_hub", "publish", "--json", modules=modules, cwd=office).stdout)

    strange = {(one["name"], one["package"]) for one in listed["plugins"]} & {
        ("neighbourhood", "allin-noticeboard"),
        ("noticeboard", "allin-noticeboard"),
    }
    assert len(strange) == 2
    first, second = synced["sources"]["nachbarschaft"], again["sources"]["nachbarschaft"]
    assert ("done", 3, 3, 0) == (first["status"], first["fetched"], first["new"], first["quarantined"])
    assert ("done", 3, 0) == (second["status"], second["unchanged"], second["new"] + second["changed"])
    assert "done" == made["outputs"]["brett"]["status"]
    page = (office / "brett/de/index.html").read_text(encoding="utf-8")
    assert "Sprachcafé" in page
    everything = b"".join(path.read_bytes() for path in (office / "brett").rglob("*") if path.is_file())
    assert b"beispielfrau" not in everything.lower()


def test_a_strangers_own_tests_pass_where_it_is_installed(modules: Path, tmp_path: Path) -> None:
    """The suites need pytest and the installed packages, and nothing of this repository."""
    shutil.copytree(PACKAGE / "tests", tmp_path / "tests")

    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", modules=modules, cwd=tmp_path)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert " failed" not in done.stdout
