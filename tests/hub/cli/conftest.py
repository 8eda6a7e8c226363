"""A small office for the command line, and commands called as a person calls them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from allin_hub.cli import app

ON_BOTH = {"test_findings.py", "test_json.py", "test_screens.py"}
"""Modules whose tests run on SQLite and on PostgreSQL; the others are about settings, words and the terminal."""
RARELY = {"test_screens.py"}
"""What is drawn of figures that `--json` shows on both: on PostgreSQL with `make proof-postgresql`."""
SETTINGS = """
[hub]
title = "Test"
languages = ["{language}"]
{database}
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Servicestelle (erfunden), Obere Königsstraße 99, 34117 Kassel"
"""
HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "Ort", "VR-Nr."]


class Office:
    """A hub's folder that a test fills."""

    def __init__(self, folder: Path, database: str = "sqlite:///hub.db") -> None:
        self.folder = folder
        self._database = "" if database == "sqlite:///hub.db" else f'database = "{database}"'
        (folder / "data").mkdir(parents=True)
        self.settings()
        self.sheet(self.rows(30))

    def settings(self, language: str = "de", *, old: str = "", new: str = "") -> None:
        """Write hub.toml, with one piece of it replaced."""
        text = SETTINGS.replace("{language}", language).replace("{database}", self._database)
        assert old in text
        (self.folder / "hub.toml").write_text(text.replace(old, new) if old else text, encoding="utf-8")

    def rows(self, count: int) -> list[list[Any]]:
        """Rows of invented associations; the third has a bad telephone, the fifth no name."""
        rows = [
            [
                n,
                f"Kulturverein Nummer {n} e. V.",
                f"info@verein-{n}.example",
                f"0561 90000-{n:02}",
                "Kassel",
                f"VR {9100 + n}",
            ]
            for n in range(1, count + 1)
        ]
        if count >= 5:
            rows[2][3], rows[4][1] = "0561-ABC", ""
        return rows

    def sheet(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write the sheet of the source."""
        with (self.folder / "data" / "vereine.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([HEADER, *rows])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What commands say of a hub they say on both databases."""
    if "home" in metafunc.fixturenames and metafunc.definition.path.name in ON_BOTH:
        marks = (pytest.mark.slow,) if metafunc.definition.path.name in RARELY else ()
        homes = ["sqlite", pytest.param("postgresql", marks=marks)]
        metafunc.parametrize("home", homes, indirect=True)


@pytest.fixture
def home(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database, as hub.toml has it."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return "sqlite:///hub.db"
    return str(request.getfixturevalue("fresh_postgres")())


@pytest.fixture
def office(tmp_path: Path, home: str) -> Office:
    """An office with a source of 30 rows and an output."""
    return Office(tmp_path / "buero", home)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in ("ALLIN_HUB", "LC_ALL", "LC_MESSAGES", "LANG", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def allin(office: Office) -> Callable[..., Any]:
    """Calls a command on the office within this process."""

    def call(*words: str, hub: bool = True) -> Any:
        return CliRunner().invoke(app, [*words, *(["--hub", str(office.folder)] if hub else [])])

    return call


@pytest.fixture
def told(allin: Callable[..., Any]) -> Callable[..., Any]:
    """Calls a command with --json; what it prints has to be one object and nothing else."""

    def call(*words: str, hub: bool = True, exit_code: int = 0) -> Any:
        result = allin(*words, "--json", hub=hub)
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    return call


@pytest.fixture
def shell(office: Office) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls a command as a process of its own, in the office's folder."""

    def call(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("allin")), *words]
        return subprocess.run(
            command,
            cwd=cwd or office.folder,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return call
