"""Builds wheels of plugin packages without a network, and makes a place in which they are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HUB = [str(ROOT / part) for part in ("schemas", "hub", "plugins", "flows")]


def installed(package: Path, place: Path) -> Path:
    """Build a package's wheel as pip does, and install it beside nothing else; the folder of its modules."""
    wheels, modules = place / "wheels", place / "modules"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, package],
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", *offline, "--target", modules, wheel], check=True, capture_output=True)
    return modules


def python(*words: object, modules: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python where these modules are installed beside the hub."""
    path = os.pathsep.join([str(modules), *HUB])
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "LC_ALL": "en_GB.UTF-8", "COLUMNS": "200"},
    )
