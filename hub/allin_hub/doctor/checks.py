"""Says what is wrong with a hub and how to mend it; changes nothing unless it is asked to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from allin_hub.backup.create import key_name
from allin_hub.base.errors import HubError, StoreError
from allin_hub.config.load import load
from allin_hub.config.settings import Config
from allin_hub.doctor import database, environment, reader_jail
from allin_hub.doctor.finding import BROKEN, WEAK, Finding, stopped
from allin_hub.hub import Hub
from allin_hub.i18n.translator import text
from allin_hub.open_hub import open_hub
from allin_hub.store import integrity, runs
from allin_hub.store.engine import known_schemas, newest_schema, open_engine, reading, sqlite_path


@dataclass(slots=True)
class Diagnosis:
    """What was found, and what of it was mended."""

    findings: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    jail: reader_jail.ReaderJail | None = None
    """What holds around the readers of files; None where the examination did not come so far."""

    @property
    def ok(self) -> bool:
        """Whether nothing that is left is broken."""
        return all(one.state != BROKEN for one in self.findings)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def examine(folder: Path, *, fix: bool = False, clock: Callable[[], dt.datetime] = _now) -> Diagnosis:
    """Look at a hub from its settings to its last row; with `fix`, mend what can be mended without asking anybody."""
    found = Diagnosis()
    with _guarded(found, "settings"):
        config = load(folder)
        found.jail = reader_jail.probe()
        with _guarded(found, "settings"):
            _examine_hub(config, found, fix=fix, clock=clock)
        found.findings += reader_jail.examine(found.jail, required=config.hub.jail == "required")
    return found


def _examine_hub(config: Config, found: Diagnosis, *, fix: bool, clock: Callable[[], dt.datetime]) -> None:
    found.findings += _before_opening(config)
    if any(one.state == BROKEN for one in found.findings) or _is_new(config):
        return
    with _guarded(found, "database"):
        hub = open_hub(config.folder, clock)
        try:
            _look(hub, found)
            if fix:
                _mend(hub, found)
        finally:
            hub.close()


@contextmanager
def _guarded(found: Diagnosis, code: str) -> Iterator[None]:
    try:
        yield
    except HubError as error:
        found.findings.append(stopped(code, error))


def _look(hub: Hub, found: Diagnosis) -> None:
    for look in (database.examine, environment.examine):
        with _guarded(found, "database"):
            found.findings += look(hub)


def _mend(hub: Hub, found: Diagnosis) -> None:
    """Mend, then look again: what is left was not mended."""
    for one in found.findings:
        if one.cure is not None:
            one.cure()
    after = Diagnosis()
    _look(hub, after)
    left = {(one.code, str(one.params)) for one in after.findings}
    found.mended = [one for one in found.findings if one.cure and (one.code, str(one.params)) not in left]
    found.findings = after.findings


def _is_new(config: Config) -> bool:
    """Whether the hub has not run yet: then there is nothing to look at, and nothing may be made."""
    path = sqlite_path(config.database_url)
    if path is not None:
        return not path.exists()
    engine = open_engine(config.database_url)
    try:
        with reading(engine) as connection:
            return integrity.schema(connection) is None or runs.fact(connection, "key") is None
    finally:
        engine.dispose()


def _before_opening(config: Config) -> Iterator[Finding]:
    """What has to be known before the hub is opened, because opening it makes what is missing."""
    if _is_new(config):
        yield environment.unused(config)
        return
    name = key_name(config)
    if not name.startswith("$") and not (config.folder / name).is_file():
        yield Finding(
            "key_missing",
            BROKEN,
            text("{file} is not there, but the database was made with it."),
            text("Put the file back from its copy. Without it nothing sealed can be read."),
            {"file": name},
        )
        return
    engine = open_engine(config.database_url)
    try:
        with reading(engine) as connection:
            schema = integrity.schema(connection)
    finally:
        engine.dispose()
    if schema is None or schema == newest_schema():
        return
    if schema not in known_schemas():
        raise StoreError(
            "This database was written by a newer release of the hub.",
            hint="Update: pip install --upgrade allin-hub",
        )
    yield Finding(
        "schema_old",
        WEAK,
        text("The database was made by an older release."),
        text("Bring it up to date, with a backup first: allin upgrade. Any other command does so too."),
    )
