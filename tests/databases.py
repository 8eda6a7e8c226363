"""The two homes of a hub, for tests: SQLite, and a PostgreSQL server that one test session starts when it first needs one.

`fresh_postgres()` gives the address of an empty database; it holds in other processes too.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).with_name("postgres_server.py")
STARTS_WITHIN = 120
"""Seconds; one to three on a quiet machine."""
DATABASES = ("sqlite", "postgresql")
TEMPLATE = "template_hub"
_RUNNING = "postgres.json"


class Postgres:
    """A running server: makes and drops databases that have the hub's newest schema."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def url(self, database: str) -> str:
        """The address of a database, as it stands in hub.toml."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def tell(self, *statements: str) -> None:
        """Run statements as the server's owner, each by itself."""
        import psycopg

        with psycopg.connect(
            f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def fresh(self, *, schema: bool = True) -> str:
        """The address of a new database, with the hub's tables or with nothing in it."""
        name = f"hub_{secrets.token_hex(6)}"
        template = TEMPLATE if schema else "template0"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def copy_of(self, url: str) -> str:
        """The address of a copy of a database that nobody is connected to."""
        name = f"hub_{secrets.token_hex(6)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {_name(url)} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Forget a database, whoever is still connected to it."""
        self.tell(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def make_template(self) -> None:
        """Migrate once; every fresh database is a copy."""
        from allin_hub.store.engine import migrate, open_engine

        self.tell(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        engine = open_engine(self.url(TEMPLATE))
        try:
            migrate(engine)
        finally:
            engine.dispose()


def _name(url: str) -> str:
    from sqlalchemy import make_url

    name = make_url(url).database
    assert name is not None
    return name


def _session_folder(config: pytest.Config) -> Path:
    """The folder that the whole session shares; that of a worker lies inside it."""
    base = Path(config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]
    return base.parent if hasattr(config, "workerinput") else base


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one worker at a time starts or stops the server."""
    with (folder / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(session: Path) -> str:
    """The server's socket folder, started by whoever comes first.

    Raises RuntimeError with the reason where it cannot run.
    """
    folder = Path(tempfile.mkdtemp(prefix="allin-pg-"))
    folder.chmod(0o755)
    controller = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(folder), str(controller)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (session / _RUNNING).write_text(json.dumps({"folder": str(folder), "process": process.pid}))
    until = time.monotonic() + STARTS_WITHIN
    while not (folder / "address").exists():
        if process.poll() is not None or time.monotonic() > until:
            said = (folder / "log").read_text(errors="replace").strip().splitlines()
            raise RuntimeError(said[-1] if said else "it does not answer")
        time.sleep(0.05)
    Postgres((folder / "address").read_text()).make_template()
    process.returncode = 0  # it outlives this worker; the session's end stops it
    return (folder / "address").read_text()


def stop_postgres(config: pytest.Config) -> None:
    """End the server of this session, if there is one."""
    if hasattr(config, "workerinput") or not hasattr(config, "_tmp_path_factory"):
        return
    known = _session_folder(config) / _RUNNING
    if not known.exists():
        return
    running = json.loads(known.read_text())
    known.unlink()
    _end(int(running["process"]))
    shutil.rmtree(running["folder"], ignore_errors=True)


def _end(process: int) -> None:
    """Ask the server's keeper to stop it, and see it gone."""
    try:
        os.kill(process, 15)
    except ProcessLookupError:
        return
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if os.waitpid(process, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            if not Path(f"/proc/{process}").exists():
                return
        time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Postgres:
    """A PostgreSQL server; without one the test is skipped, but fails where CI=true."""
    session = _session_folder(request.config)
    with _alone(session):
        answer = session / "postgres.address"
        if not answer.exists():
            try:
                answer.write_text(json.dumps([_start(session), None]))
            except (OSError, RuntimeError, ImportError) as error:
                answer.write_text(json.dumps([None, f"no PostgreSQL server runs here: {error}"]))
        folder, reason = json.loads(answer.read_text())
    if reason is not None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return Postgres(folder)


@pytest.fixture
def fresh_postgres(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Makes addresses of fresh databases; they are dropped after the test."""
    made: list[str] = []

    def fresh(*, schema: bool = True) -> str:
        made.append(postgres.fresh(schema=schema))
        return made[-1]

    yield fresh
    for url in made:
        postgres.drop(url)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Lays a SQLite file with the hub's tables and nothing in them into a folder: migrated once, then copied."""
    from allin_hub.store.engine import migrate, open_engine

    made = tmp_path_factory.mktemp("empty") / "hub.db"
    engine = open_engine(f"sqlite:///{made}")
    try:
        migrate(engine)
    finally:
        engine.dispose()

    def lay(folder: Path) -> None:
        shutil.copyfile(made, folder / "hub.db")

    return lay


@pytest.fixture
def databases_used() -> Iterator[set[str]]:
    """The sorts of databases that were connected to during a test, in this process."""
    from sqlalchemy import Engine, event

    used: set[str] = set()

    def note(connection: Any) -> None:
        name = str(connection.engine.url.database)
        if name != ":memory:" and not name.endswith("/staging.db"):  # where a check stages, to throw it away
            used.add(connection.dialect.name)

    event.listen(Engine, "engine_connect", note)
    yield used
    event.remove(Engine, "engine_connect", note)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Any:
    """The address of a fresh database as hub.toml has it: each test that asks for one runs on both."""
    if request.param == "sqlite":
        return "sqlite:///hub.db"
    return request.getfixturevalue("fresh_postgres")()


def with_database(settings: str, url: str) -> str:
    """The text of a hub.toml with the database named in it."""
    line = f'database = "{url}"'
    if "[hub]" in settings:
        return settings.replace("[hub]", f"[hub]\n{line}", 1)
    return f"[hub]\n{line}\n{settings}"
