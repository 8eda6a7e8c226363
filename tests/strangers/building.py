"""Builds wheels of plugin packages without a network, and makes a place in which they are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HUB = [str(ROOT / part) for part in ("schemas", "hub", "plugins", "flows")]


def installed(place: Path, *packages: Path) -> Path:
    """Build packages' wheels as pip does, and install them beside nothing else; the folder of their modules."""
    wheels, modules = place / "wheels", place / "modules"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, *packages],
        check=True,
        capture_output=True,
    )
    built = sorted(wheels.glob("*.whl"))
    assert len(built) == len(packages)
    subprocess.run([*pip, "install", *offline, "--target", modules, *built], check=True, capture_output=True)
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
