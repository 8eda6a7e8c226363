"""`allin new`: what it makes works as it is made, and it overwrites nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.strangers.building import installed, python

from allin_hub import scaffold
from allin_hub.base.errors import ConfigError

NAMES = {"source": "city-events", "output": "city-board"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a source and an output are made, built and installed."""
    return tmp_path_factory.mktemp("authors")


@pytest.fixture(scope="module")
def made(place: Path) -> dict[str, Path]:
    """The folders of a source and an output as they are made."""
    return {kind: scaffold.make(kind, name, place).folder for kind, name in NAMES.items()}


@pytest.fixture(scope="module")
def modules(place: Path, made: dict[str, Path]) -> Path:
    """Where the wheels of both are installed."""
    return installed(place, *made.values())


@pytest.mark.parametrize(("kind", "tests"), [("source", 30), ("output", 20)])
def test_what_is_made_passes_its_own_tests_as_a_wheel(
    kind: str, tests: int, made: dict[str, Path], modules: Path
) -> None:
    """An author begins with green tests: the package builds, installs and conforms."""
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", modules=modules, cwd=made[kind])

    assert done.returncode == 0, done.stdout[-2000:]
    assert int(done.stdout.rpartition(" passed")[0].split()[-1]) >= tests


def test_what_is_made_and_installed_is_found(modules: Path, tmp_path: Path) -> None:
    """Nothing else has to be told to the hub."""
    listed = python("-m", "allin_hub", "plugins", modules=modules, cwd=tmp_path)

    assert [] == [name for name in NAMES.values() if name not in listed.stdout]


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_made_is_clean_for_ruff_and_mypy(kind: str, made: dict[str, Path], place: Path) -> None:
    """Nobody begins with warnings of a linter that she did not write."""
    tools = [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--cache-dir", str(place / "cache")],
    ]

    for tool in tools:
        done = subprocess.run([sys.executable, "-m", *tool], cwd=made[kind], capture_output=True, text=True)

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
