"""A package that somebody installed is a stranger until hub.toml names it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLUGIN = """
from pathlib import Path
from allin_hub import Output, PluginConfig, Raw, Source
from allin_schemas import Organisation, Purpose

(Path(__file__).parent / "imported").touch()


class Feed(Source[PluginConfig]):
    "Brings one."
    produces = Organisation

    def fetch(self, run):
        yield Raw("1", {"name": "Verein"})

    def map(self, raw):
        return raw.payload


class Board(Output[PluginConfig]):
    "Shows nothing."
    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC

    def publish(self, view, run):
        yield run.file("a.txt", b"a")


def run_up(*words):
    (Path(__file__).parent / "commanded").touch()
"""
ENTRY_POINTS = """
[allin_hub.sources]
feed = stranger:Feed
spreadsheet = stranger:Feed

[allin_hub.outputs]
board = stranger:Board

[allin_hub.commands]
deploy = stranger:run_up
aaa = stranger:run_up
"""
SETTINGS = """
[hub]
languages = ["de"]
backups = 0
{trust}

[sources.fremd]
plugin = "feed"

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"

[outputs.tafel]
plugin = "board"
"""


class Hub:
    """A hub's folder beside an installed package of a stranger."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder / "hub", folder / "site"
        self.folder.mkdir()
        about = self.site / "Allin_Stranger-1.dist-info"
        about.mkdir(parents=True)
        (self.site / "stranger.py").write_text(PLUGIN)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: Allin_Stranger\nVersion: 1\n")
        (about / "entry_points.txt").write_text(ENTRY_POINTS)
        (self.folder / "vereine.csv").write_text("Name;PLZ\nChor;34117\nTanz;34117\n")
        self.trust("")

    def trust(self, line: str) -> None:
        """Write hub.toml with a line about trust."""
        (self.folder / "hub.toml").write_text(SETTINGS.format(trust=line), encoding="utf-8")

    def call(self, *words: str) -> Any:
        """Call a command: the object that it prints."""
        return json.loads(self.screen(*words, "--json"))

    def screen(self, *words: str, told: bool = False) -> str:
        """Call a command: what it prints; with what it tells beside it."""
        paths = os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH", "")]))
        ended = subprocess.run(
            [sys.executable, "-m", "allin_hub", *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in ended.stderr
        return ended.stdout + (ended.stderr if told else "")

    @property
    def was_imported(self) -> bool:
        """Whether a line of the stranger's code ran."""
        return (self.site / "imported").exists()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A hub that trusts nobody yet."""
    return Hub(tmp_path)


def test_a_strangers_plugin_is_refused_by_name_and_not_even_imported(hub: Hub) -> None:
    """What others bring goes on; the message says what to write."""
    synced = hub.call("sync")["sources"]
    published = hub.call("publish")

    assert ("failed", "done") == (synced["fremd"]["status"], synced["vereine"]["status"])
    assert synced["vereine"]["fetched"] == 2
    assert "Allin_Stranger" in synced["fremd"]["message"]
    assert 'trusted_plugins = ["Allin_Stranger"]' in " ".join(hub.screen("sync", told=True).split())
    assert "Allin_Stranger" in json.dumps(published)
    assert not hub.was_imported


@pytest.mark.parametrize("written", ["Allin_Stranger", "allin-stranger", "ALLIN.stranger"])
def test_a_trusted_package_works(hub: Hub, written: str) -> None:
    """Its name counts in any spelling that registries take for the same."""
    hub.trust(f'trusted_plugins = ["{written}"]')
    synced = hub.call("sync")["sources"]
    hub.call("publish")

    assert ("done", 1) == (synced["fremd"]["status"], synced["fremd"]["fetched"])
    assert (hub.folder / "board/a.txt").exists() or (hub.folder / "tafel/a.txt").exists()


def test_plugins_of_others_are_marked(hub: Hub) -> None:
    """Listing what is installed runs none of it."""
    listed = {(one["kind"], one["name"]): one for one in hub.call("plugins")["plugins"]}

    assert {("source", "feed"), ("output", "board")} == {key for key, one in listed.items() if one["foreign"]}
    assert (True, False) == (listed["source", "feed"]["foreign"], listed["source", "feed"]["trusted"])
    assert not hub.was_imported
    hub.trust('trusted_plugins = ["allin-stranger"]')
    listed = {(one["kind"], one["name"]): one for one in hub.call("plugins")["plugins"]}
    assert (True, True) == (listed["source", "feed"]["foreign"], listed["source", "feed"]["trusted"])
    assert listed["source", "feed"]["failure"] is None


def test_no_package_takes_the_name_of_a_built_in_plugin(hub: Hub) -> None:
    """Else installing a package would change what a source reads, or stop all of them."""
    hub.trust('trusted_plugins = ["allin-stranger"]')
    listed = {(one["kind"], one["name"]): one for one in hub.call("plugins")["plugins"]}

    assert "allin-hub" == listed["source", "spreadsheet"]["package"]
    assert 2 == hub.call("sync")["sources"]["vereine"]["fetched"]


def test_no_package_takes_the_place_of_a_command(hub: Hub) -> None:
    """`allin deploy` is the hub's own, whoever else offers one."""
    code = "from allin_hub.cli.plugins import command; print(command('deploy').__module__)"
    paths = os.pathsep.join(filter(None, [str(hub.site), os.environ.get("PYTHONPATH", "")]))
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
    )

    assert "allin_flows.commands" == ended.stdout.strip()
    assert not hub.was_imported
