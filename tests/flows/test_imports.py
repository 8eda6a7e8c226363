"""Prefect stays at the top: nothing below the flows imports it, so that every command starts quickly."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = ["schemas", "hub", "plugins"]

LOAD_ALL = """
import importlib, pkgutil, sys
for name in ("allin_schemas", "allin_hub", "allin_plugins"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not any(part in ("workers", "migrations") for part in module.name.split(".")):
            importlib.import_module(module.name)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"prefect", "allin_flows"}))
"""


def imported(path: Path) -> set[str]:
    """List the top-level packages that a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("folder", BELOW)
def test_only_the_flows_import_prefect(folder):
    """An import hidden in a function would still make a command need Prefect."""
    users = [path for path in (ROOT / folder).rglob("*.py") if imported(path) & {"prefect", "allin_flows"}]

    assert users == []
    assert "prefect" in imported(ROOT / "flows/allin_flows/flows.py")


def test_no_module_of_the_hub_brings_prefect_along():
    """Importing Prefect takes two seconds, which `allin --help` does not have."""
    done = subprocess.run([sys.executable, "-c", LOAD_ALL], capture_output=True, text=True, timeout=600)

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
