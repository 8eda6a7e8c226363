"""Where an office's own Prefect lives, and the settings under which everything of it runs: silent, and on this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from allin_flows import SILENT
from allin_flows.deployments import TEMPLATE

FOLDER = ".prefect"
"""In the hub's folder: Prefect's own database, its logs, and who runs it."""
HOST = "127.0.0.1"
RUNNING = "running.json"
"""Who runs this office's Prefect, and at which address."""
LOCK = "up.lock"
LOGIN, PROFILE = "login", "profiles.toml"
"""The login as a person types it, and as Prefect reads it."""
DATABASE = "prefect.db"
SCRATCH = "tmp"
"""Where runs lay what they need for a moment; among it are their settings with the login."""

QUIET: Mapping[str, str] = {
    **SILENT,
    **TEMPLATE["job_configuration"]["env"],
}
"""Nothing reports its use to anybody, and a run shows each minute that it lives."""
KEPT = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * 86400),
}
"""How long the office's own server remembers runs, in seconds; events it forgets after a week by itself."""


def home(folder: Path) -> Path:
    """The folder of a hub's own Prefect."""
    return folder.resolve() / FOLDER


def environment(folder: Path, url: str) -> dict[str, str]:
    """The environment of everything that `allin up` starts: nothing of another Prefect on this machine reaches it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    own = home(folder)
    return {
        **inherited,
        **QUIET,
        **KEPT,
        "ALLIN_HUB": str(folder.resolve()),
        "NO_PROXY": ",".join(filter(None, (inherited.get("NO_PROXY"), HOST))),
        "PREFECT_HOME": str(own),
        "PREFECT_PROFILES_PATH": str(own / PROFILE),
        "PREFECT_API_URL": url,
        "PREFECT_UI_API_URL": url,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url.removesuffix("/api"),
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{own / DATABASE}",
        "TMPDIR": str(own / SCRATCH),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }


def lock(folder: Path) -> int | None:
    """The file descriptor of the lock that only one `allin up` of a hub can hold, or None while another does."""
    own = home(folder)
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    own.chmod(0o700)
    taken = os.open(own / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(taken, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(taken)
        return None
    return taken


def sweep(folder: Path) -> None:
    """Empty the folder in which runs lay what they need for a moment: one that was killed has left it there."""
    scratch = home(folder) / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, exist_ok=True)


def is_taken(folder: Path) -> bool:
    """Whether an `allin up` of this hub is running."""
    if not (home(folder) / LOCK).is_file():
        return False
    taken = lock(folder)
    if taken is not None:
        os.close(taken)
    return taken is None
