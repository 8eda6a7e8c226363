"""A hub lives with bad plugins: each fails alone, and all others finish."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from allin_hub.api import registry
from allin_hub.base import time_limits
from allin_hub.hub import Hub
from allin_hub.open_hub import open_hub
from allin_hub.operations.child_process import publish, sync

HERE = Path(__file__).parent
SOURCES = [
    "Endless",
    "Sleeping",
    "CrashingFetch",
    "LeavingFetch",
    "CrashingBirth",
    "OtherContract",
    "LeavingMap",
    "LoopingMap",
]
OUTPUTS = ["Crashing", "Leaving", "Escaping", "EndlessBoard", "SleepingBoard", "Undeclared"]
SETTINGS = """
[hub]
languages = ["de"]
trusted_plugins = ["bad"]

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"

[outputs.gut]
plugin = "board"
path = "gut"
"""
BLOCK = """
[sources.{lower}]
plugin = "{name}"
url = "https://nachbarschaft.example/events.json"
limits = {{ records = 5000, minutes = 0.05 }}
"""
OUTPUT_BLOCK = """
[outputs.{lower}]
plugin = "{name}"
path = "{lower}"
limits = {{ files = 500, minutes = 0.05 }}
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one good source and output, and many bad ones."""
    for place in (HERE, HERE / "noticeboard"):
        monkeypatch.syspath_prepend(str(place))
    from allin_hub.testing.fake_http import Network

    sources, outputs = (dict(registry.announced(group)) for group in (registry.SOURCES, registry.OUTPUTS))
    for found, group, names, module in (
        (sources, registry.SOURCES, SOURCES, "bad.feeds"),
        (outputs, registry.OUTPUTS, [*OUTPUTS, "Telling", "Board"], "bad.boards"),
    ):
        for name in names:
            entry = EntryPoint(name.lower(), f"{module}:{name}", group)
            found[name.lower()] = registry.Found(group, name.lower(), "bad", "1", entry)
    monkeypatch.setattr(
        registry, "announced", lambda group: sources if group == registry.SOURCES else outputs
    )
    monkeypatch.setattr(time_limits, "MAP_SECONDS", 2.0)
    text = SETTINGS + "".join(BLOCK.format(lower=name.lower(), name=name.lower()) for name in SOURCES)
    text += "".join(
        OUTPUT_BLOCK.format(lower=name.lower(), name=name.lower()) for name in [*OUTPUTS, "Telling"]
    )
    (tmp_path / "hub.toml").write_text(text, encoding="utf-8")
    rows = [f"Verein {n};Kanarina Vogelperson{n};kanarina{n}@privat.example" for n in range(1, 6)]
    (tmp_path / "vereine.csv").write_text(
        "\n".join(["Name;Ansprechperson;E-Mail Ansprechperson", *rows]), encoding="utf-8"
    )
    opened = open_hub(tmp_path)
    network = Network(HERE / "noticeboard/tests/fixtures", hosts=("nachbarschaft.example",))
    yield Hub(opened.config, opened.engine, opened.sealer, network=network.door)
    opened.close()
    for name in [one for one in sys.modules if one.partition(".")[0] in {"bad", "allin_noticeboard"}]:
        del sys.modules[name]


def test_bad_plugins_fail_alone(hub: Hub) -> None:
    """Crash, exit, loop, endless data, wrong contract, files beside the folder: whatever it is, the others finish."""
    synced = sync(hub).sources
    made = publish(hub)

    assert ("done", 5, 0) == (synced["vereine"].status, synced["vereine"].new, synced["vereine"].quarantined)
    bad = {name.lower() for name in SOURCES} - {"leavingmap"}
    assert dict.fromkeys(bad, "failed") == {name: synced[name].status for name in bad}
    assert synced["leavingmap"].quarantined == synced["leavingmap"].fetched == 3
    assert all(synced[name].message and synced[name].hint for name in bad)
    assert "done" == made["gut"].status
    assert dict.fromkeys([name.lower() for name in OUTPUTS], "failed") == {
        name.lower(): made[name.lower()].status for name in OUTPUTS
    }
    assert not (hub.config.folder / "beside.txt").exists()


def test_what_the_view_strips_no_output_can_show(hub: Hub) -> None:
    """An output that prints every field of everything it sees prints nobody who did not agree."""
    sync(hub, ["vereine"])
    report: Any = publish(hub, ["telling"])["telling"]

    shown = (hub.config.folder / "telling/everything.txt").read_text(encoding="utf-8").casefold()
    assert "done" == report.status
    assert "verein 1" in shown
    assert "kanarina" not in shown
    assert "vogelperson" not in shown
