"""The command line starts at once, explains itself, and begins a hub that explains itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from allin_hub.api import registry
from allin_hub.cli import app
from allin_hub.cli.init_demo_new import TEMPLATES
from allin_hub.cli.invocation import Call
from allin_hub.config.load import load

HEAVY = (
    "alembic",
    "babel",
    "cryptography",
    "fastapi",
    "httpx",
    "jinja2",
    "prefect",
    "pydantic",
    "rich",
    "sqlalchemy",
)
COMMANDS = sorted(
    command.name or command.callback.__name__ for command in app.registered_commands if command.callback
)


def python(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True
    )
    return done.stdout.strip()


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    """`allin --help` answers at once, because it loads nothing that only commands need."""
    loaded = python(
        "import sys, allin_hub.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    assert set() == set(HEAVY) & set(loaded.split())


def test_help_costs_less_than_a_third_of_a_second() -> None:
    """The time that this process works counts, so that a busy machine does not."""
    code = """
import resource, sys
from allin_hub.cli import main
sys.argv = ["allin", "--help"]
sys.stdout, out = open("/dev/null", "w"), sys.stdout
try:
    main()
except SystemExit:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, file=out)
"""

    assert min(float(python(code)) for _ in range(3)) < 0.3


def test_all_commands_are_there() -> None:
    """The commands that the pages promise can be called."""
    promised = {
        "check",
        "demo",
        "export",
        "held",
        "init",
        "plugins",
        "problems",
        "publish",
        "run",
        "show",
        "status",
        "sync",
    }

    assert promised <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example is read before any option."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    result = CliRunner().invoke(app, [name, "--help"])

    assert 0 == result.exit_code
    assert re.search(rf"Examples?:\s+allin {name}\b", result.output)
    assert "--debug" in result.output


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_new_hub_has_settings_that_are_read_as_they_stand(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the remarks show is true: without its #, each line is taken."""
    monkeypatch.setenv("LANG", f"{language}_XX.UTF-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "neu")])
    written = (tmp_path / "neu" / "hub.toml").read_text(encoding="utf-8")
    bare = load(tmp_path / "neu")
    shown = re.sub(r"^# (?=\[|[a-z]+ = )", "", written, flags=re.MULTILINE)
    (tmp_path / "neu" / "hub.toml").write_text(shown, encoding="utf-8")
    full = load(tmp_path / "neu")

    assert 0 == result.exit_code
    assert TEMPLATES[language].read_text(encoding="utf-8") == written
    assert ({}, {}) == (bare.sources, bare.outputs)
    assert ["vereine"] == [registry.source(full, one).name for one in full.sources.values()]
    assert ["verzeichnis"] == [registry.output(full, one).name for one in full.outputs.values()]


def test_a_new_hub_says_how_to_go_on(tmp_path: Path) -> None:
    """From an empty folder every command names the next one."""
    folder = str(tmp_path / "neu")
    made = CliRunner().invoke(app, ["init", folder])
    checked = CliRunner().invoke(app, ["check", "--hub", folder])
    status = CliRunner().invoke(app, ["status", "--hub", folder])

    assert f"allin check --hub {folder}" in made.output
    assert 2 == checked.exit_code
    assert "In hub.toml steht noch keine Quelle." in checked.output
    assert "[sources.vereine]" in checked.output
    assert 0 == status.exit_code
    assert "Es gibt noch keine Quelle." in status.output.splitlines()[0] + status.stdout.splitlines()[0]


def test_commands_are_shown_as_they_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is copied from the screen works where the person is."""
    assert "allin sync" == Call().command("sync")
    assert "allin sync --hub 'mein buero'" == Call("mein buero").command("sync")
    monkeypatch.setenv("ALLIN_HUB", "/srv/hub")
    assert "allin sync" == Call("/srv/hub").command("sync")


def test_a_wrong_option_ends_with_two(allin: Any) -> None:
    """A call that is wrong is no failure of a source."""
    assert [2, 2, 2] == [
        allin("sync", "--nonsense").exit_code,
        allin("export").exit_code,
        allin("nonsense").exit_code,
    ]
