"""`allin new`: what it makes works as it is made, and it overwrites nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.strangers.building import installed, python

from allin_hub import scaffold
from allin_hub.errors import ConfigError


@pytest.mark.parametrize(("kind", "tests"), [("source", 30), ("output", 20)])
def test_what_is_made_passes_its_own_tests_as_a_wheel(kind: str, tests: int, tmp_path: Path) -> None:
    """An author begins with green tests: the package builds, installs, is found and conforms."""
    made = scaffold.make(kind, "city-events", tmp_path)
    modules = installed(made.folder, tmp_path)

    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", modules=modules, cwd=made.folder)
    listed = python("-m", "allin_hub", "plugins", modules=modules, cwd=tmp_path)

    assert done.returncode == 0, done.stdout[-2000:]
    assert int(done.stdout.rpartition(" passed")[0].split()[-1]) >= tests
    assert "city-events" in listed.stdout


@pytest.mark.parametrize("kind", ["source", "output"])
def test_what_is_made_is_clean_for_ruff_and_mypy(kind: str, tmp_path: Path) -> None:
    """Nobody begins with warnings of a linter that she did not write."""
    made = scaffold.make(kind, "city-events", tmp_path)
    tools = [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--cache-dir", str(tmp_path / "cache")],
    ]

    for tool in tools:
        done = subprocess.run([sys.executable, "-m", *tool], cwd=made.folder, capture_output=True, text=True)

        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", ["City", "7days", "city_events", "city--events", "-city", "city-", "", "../x", "c" * 41]
)
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    """The name becomes a package, a module, a class and an entry point."""
    with pytest.raises(ConfigError, match="cannot be the name"):
        scaffold.make("source", name, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_no_name_is_taken_twice(tmp_path: Path) -> None:
    """Work of an afternoon is not lost to a command that is typed twice."""
    made = scaffold.make("source", "city-events", tmp_path)
    mine = made.folder / made.module / "__init__.py"
    mine.write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError, match="already"):
        scaffold.make("source", "city-events", tmp_path)
    with pytest.raises(ConfigError, match="already"):
        scaffold.make("source", "ical", tmp_path)

    assert "mine" == mine.read_text(encoding="utf-8")
