"""Holds the open hub: its settings, its database, its key. Every step takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.process_identity import user_name
from allin_hub.base.types import PendingEdit, SchemaUpgrade
from allin_hub.config.settings import Config
from allin_hub.store import ledger, runs
from allin_hub.store.engine import migrate, open_engine

if TYPE_CHECKING:
    from allin_hub.http.client import Http


def now_in_utc() -> dt.datetime:
    """Tell the time by the machine's clock."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Hub:
    """One office's hub. `new_key` is the path of a key that was made just now; `network` stands in for it in tests.

    `ended` is the edit of files that an earlier command left unfinished, and that opening the hub has finished.
    `upgraded` tells how opening the hub has changed the schema of its database.
    """

    config: Config
    engine: Engine
    sealer: Sealer
    new_key: Path | None = None
    clock: Callable[[], dt.datetime] = field(default=now_in_utc)
    network: Callable[[], Http] | None = None
    ended: PendingEdit | None = None
    upgraded: SchemaUpgrade | None = None

    def begin_run(
        self, connection: Connection, run_id: str, job: str, target: str, invocation: str | None = None
    ) -> None:
        """Note that a run of a job on a source or an output has begun; a run of its own is its own invocation."""
        values = {
            "id": run_id,
            "invocation": invocation or run_id,
            "job": job,
            "target": target,
            "started_at": self.clock(),
            "config_digest": self.config.digest,
        }
        self.note_settings(connection)
        runs.begin_run(connection, values)

    def note_settings(self, connection: Connection) -> None:
        """Note in the audit that hub.toml has changed since it was used last."""
        if runs.fact(connection, ledger.SETTINGS_USED) != self.config.digest:
            runs.save_fact(connection, ledger.SETTINGS_USED, self.config.digest)
            self.note(connection, "settings", "hub.toml", {"digest": self.config.digest})

    def note(
        self,
        connection: Connection,
        what: str,
        target: str,
        details: Mapping[str, Any] | None = None,
        sealer: Sealer | None = None,
    ) -> None:
        """Note in the audit what staff did; neither `target` nor `details` may name a person.

        `sealer` has the keys that the hub is just given.
        """
        ledger.note(connection, sealer or self.sealer, user_name(), what, target, self.clock(), details)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def hub_in_memory(config: Config, clock: Callable[[], dt.datetime] = now_in_utc) -> Hub:
    """Make a hub on an empty database in memory, with a key of its own. It leaves nothing behind."""
    engine = open_engine("sqlite:///:memory:")
    migrate(engine)
    return Hub(config, engine, Sealer(Keys.new()), None, clock)
