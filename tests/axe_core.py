"""Fetch axe-core, which finds what keeps people with disabilities out of a page, once per virtual environment.

npm brings the pinned version; it is used only when its digest is the one below.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""Of `axe.min.js` in that version."""
SECONDS = 120
RULES = """{
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
}"""
"""What the law asks for (EN 301 549: WCAG 2.1 AA), WCAG 2.2 AA, and axe-core's advice besides."""


def source() -> str:
    """Return the source of axe-core, from `.venv` where it is there already.

    Raises RuntimeError with the reason where it cannot be fetched.
    """
    folder = Path(sys.prefix) / "axe-core"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{VERSION}.min.js"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file() or hashlib.sha256(kept.read_bytes()).hexdigest() != SHA256:
            kept.write_bytes(_fetch())
    return kept.read_text(encoding="utf-8")


def violations(browser: Any, axe: str) -> list[tuple[str, str]]:
    """Return what axe-core says about the page that is open: rule and first element."""
    browser.execute_script(axe)
    result = browser.execute_async_script(
        f"const done = arguments[arguments.length - 1]; axe.run(document, {RULES}).then(done)"
    )
    return [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in result["violations"]]


def _fetch() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("needs npm, which fetches axe-core: apt install npm")
    with tempfile.TemporaryDirectory() as folder:
        words = [npm, "pack", "--silent", "--pack-destination", folder, f"axe-core@{VERSION}"]
        try:
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"npm did not bring axe-core {VERSION} within {SECONDS} seconds") from None
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            raise RuntimeError(f"npm did not bring axe-core {VERSION}: {done.stderr.strip()[-300:]}")
        with tarfile.open(archives[0]) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            data = member.read()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise RuntimeError(f"npm brought another axe-core {VERSION} than the one that is known")
    return data
