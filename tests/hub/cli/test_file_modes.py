"""Who may read what the hub makes: its own account alone, but for what is published."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "web/public"
imprint = "Servicestelle (erfunden)"
contact_email = "info@servicestelle.example"
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that others may pass, as one for web servers is."""
    folder = Path(tempfile.mkdtemp(prefix="allin-modes-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def allin(*words: str, umask: int = 0o022) -> str:
    """Run a command of the hub under a umask that lets others read."""
    done = subprocess.run(
        [sys.executable, "-c", "from allin_hub.cli import main; main()", *words],
        capture_output=True, text=True, check=False, umask=umask,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def hub(home: Path) -> Path:
    """A hub made, synced, published and backed up by commands."""
    folder = home / "hub"
    allin("init", str(folder))
    (folder / "data" / "vereine.csv").write_text("Nr.;Name\n1;Chor Alpha e.V.\n", encoding="utf-8")
    with (folder / "hub.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    allin("run", "--hub", str(folder))
    allin("backup", "--hub", str(folder))
    return folder


def modes(folder: Path) -> dict[str, int]:
    """Relative path -> mode of everything in a folder, and of itself."""
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in [folder, *folder.rglob("*")]
    }


def test_all_is_the_hubs_own_but_what_is_published(hub: Path) -> None:
    """Partners' lists, the key, the database and backups are nobody else's."""
    found = modes(hub)
    public = {path: mode for path, mode in found.items() if path.startswith("web/public")}
    own = {
        path: mode
        for path, mode in found.items()
        if path not in public | {"data/vereine.csv": 0}  # the test made it
    }

    assert 0o711 == own.pop(".")
    assert 0o755 == own.pop("web")
    assert {"hub.key", "hub.db", "hub.toml", "maps/vereine.toml", "backups"} <= own.keys()
    assert {} == {path: oct(mode) for path, mode in own.items() if mode & 0o077}
    assert "web/public/index.html" in public
    assert {0o644, 0o755} == set(public.values())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as somebody else")
def test_a_web_server_reads_the_pages_and_nothing_else(hub: Path) -> None:
    """Asked as the account that a web server has."""
    code = "import os, sys; print(*(os.access(name, os.R_OK) for name in sys.argv[1:]))"
    names = [
        "web/public/index.html",
        "hub.key",
        "hub.db",
        "hub.toml",
        "maps/vereine.toml",
        "data/vereine.csv",
    ]
    done = subprocess.run(
        [shutil.which("python3", path="/usr/bin:/bin") or sys.executable, "-c", code, *(str(hub / name) for name in names)],
        capture_output=True, text=True, check=True, user=NOBODY, group=NOBODY, cwd="/",
    )  # fmt: skip

    assert ["True", *["False"] * 5] == done.stdout.split()


def test_the_doctor_closes_what_is_open_and_opens_the_way_to_the_pages(hub: Path) -> None:
    """A hub of an earlier release has files that all may read; a careless chmod closes the way."""
    (hub / "hub.db").chmod(0o644)
    (hub / "backups").chmod(0o755)
    (hub / "web").chmod(0o700)
    found = allin("doctor", "--hub", str(hub))
    allin("doctor", "--fix", "--hub", str(hub))

    assert "hub.db" in found
    assert "web" in found
    assert [0o600, 0o700, 0o701] == [
        stat.S_IMODE((hub / name).stat().st_mode) for name in ("hub.db", "backups", "web")
    ]
