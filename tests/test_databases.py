"""The tests' own databases: nothing runs on one only, and nothing is skipped in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "tests" / "hub" / "core"
BORROWED = "from tests.databases import database, databases_used, fresh_postgres, postgres  # noqa\n"
WITHOUT_A_SERVER = """
import tests.databases

def broken(session):
    raise RuntimeError("initdb: not today")

tests.databases._start = broken
"""


def pytest_on(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder in a session of their own."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-rs"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(folder), *words),
        ],
        cwd=ROOT,
        env={**{name: value for name, value in os.environ.items() if name != "CI"}, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize("lonely", [False, True])
def test_a_test_that_runs_on_one_database_only_is_found(lonely: bool, tmp_path: Path) -> None:
    """The check in the core's own tests is real: it fails beside a test that turns the second database off."""
    conftest = (CORE / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        conftest.replace("import csv", f"{BORROWED}import csv", 1), encoding="utf-8"
    )
    check = (CORE / "test_both_databases.py").read_text(encoding="utf-8")
    (tmp_path / "test_both_databases.py").write_text(check, encoding="utf-8")
    mark = '@pytest.mark.parametrize("database", ["sqlite"], indirect=True)\n' if lonely else ""
    (tmp_path / "test_other.py").write_text(
        f"import pytest\n{mark}def test_other(): pass\n", encoding="utf-8"
    )

    done = pytest_on(tmp_path, "-k", "every_test and sqlite")

    assert (done.returncode, "test_other.py::test_other" in done.stdout) == (int(lonely), lonely), done.stdout


@pytest.mark.parametrize(("ci", "code", "said"), [("", 0, "SKIPPED"), ("true", 1, "Failed")])
def test_without_a_server_tests_are_skipped_with_the_reason_but_fail_in_ci(
    ci: str, code: int, said: str, tmp_path: Path
) -> None:
    """A machine that cannot run PostgreSQL is no reason to stop working, but none to publish a release either."""
    (tmp_path / "conftest.py").write_text(BORROWED + WITHOUT_A_SERVER, encoding="utf-8")
    (tmp_path / "test_it.py").write_text("def test_it(database): pass\n", encoding="utf-8")

    done = pytest_on(tmp_path, CI=ci)

    assert done.returncode == code, done.stdout
    assert said in done.stdout
    assert "no PostgreSQL server runs here: initdb: not today" in done.stdout
