"""A throw-away hub around one plugin: its settings as in hub.toml, its secrets in files, its fixtures in the folder."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allin_hub.api import registry
from allin_hub.api.plugin import Raw, Source
from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.errors import refused
from allin_hub.base.ids import new_id
from allin_hub.base.reports import SourceReport
from allin_hub.base.time_limits import Bounds
from allin_hub.config.load import load
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.hub import Hub
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.ingest.prepare import Prepared, prepared_of
from allin_hub.ingest.sync_source import sync_source
from allin_hub.open_hub import open_hub
from allin_hub.store import runs
from allin_hub.store.engine import open_engine, writing
from allin_hub.testing.config_checks import written
from allin_hub.testing.fake_http import Network, hosts_of
from allin_hub.testing.time_limit import limited
from allin_schemas import Kind

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
NAME = "suite"


@dataclass(slots=True)
class Read:
    """One fetch, as the hub would do it: what came, what the source left behind, and how it ended."""

    run: LentRun
    network: Network
    raws: list[Raw] = field(default_factory=list)
    mark: str | None = None
    returned: Any = None
    """What `fetch` gave back before anything was taken from it."""
    error: BaseException | None = None
    source: Source[Any] | None = None
    """The source after the fetch, ready to map what it brought."""
    kind: Kind = Kind.ORGANISATION

    @property
    def keys(self) -> list[str]:
        """The keys that the source gave."""
        return [raw.key for raw in self.raws if raw.key is not None]


class SourceWorkshop:
    """Reads and syncs one source in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        source: type[Source[Any]],
        config: Mapping[str, Any],
        settings: Mapping[str, Any],
        fixtures: Path | Mapping[str, Any] | None,
        patience: float,
    ) -> None:
        self.folder = folder
        self._source = source
        self._fixtures = fixtures if fixtures is not None else {}
        self._hosts = hosts_of(config)
        self._patience = patience
        if isinstance(fixtures, Path):
            shutil.copytree(fixtures, folder, dirs_exist_ok=True)
        self.given = sorted(path for path in folder.rglob("*") if path.is_file())
        block = {"plugin": NAME, "allow_hosts": list(self._hosts), **settings, **config}
        for name, field_ in source.config_class.model_fields.items():
            if name in config and "SecretStr" in str(field_.annotation):
                (folder / f"{name}.secret").write_text(str(config[name]), encoding="utf-8")
                block[name] = {"file": f"{name}.secret"}
        lines = [f"{key} = {written(value)}" for key, value in block.items()]
        text = "\n".join(['[hub]\ntitle = "Suite"\n', f"[sources.{NAME}]", *lines, ""])
        (folder / CONFIG_NAME).write_text(text, encoding="utf-8")

    def network(self, **about: Any) -> Network:
        """The recorded answers, or what goes wrong with them."""
        return Network(self._fixtures, hosts=self._hosts, **about)

    def prepared(self, hub: Hub) -> Prepared:
        """The source as the hub makes it ready."""
        settings = hub.config.sources[NAME]
        return prepared_of(hub, settings, registry.source_of(hub.config, settings, self._source))

    def read(self, network: Network | None = None, since: str | None = None, most: int = 20_000) -> Read:
        """Ask for the feed's state and fetch it, without a database; every bad end is kept."""
        network = network or self.network()
        hub = self._unstored(network)
        prepared = self.prepared(hub)
        source = prepared.source
        run = LentRun(hub, prepared.settings.allow_hosts, source.columns, since, None, source)
        found = Read(run, network)
        bounds = Bounds(most, self._patience / 60)

        def fetch() -> None:
            found.mark = source.state(run)
            found.returned = source.fetch(run)
            stream = iter(found.returned)
            bounds.take(stream, found.raws, most + 1)

        try:
            limited(
                self._patience, lambda: refused("FEED_TOO_LONG", minutes=f"{self._patience / 60:g}"), fetch
            )
        except (Exception, SystemExit) as error:
            found.error = error
        finally:
            run.close()
            hub.close()
        found.source, found.kind = source, prepared.kind
        return found

    def sync(self, times: int) -> list[SourceReport]:
        """Sync so often into a real hub, each time as if the feed's mark were unknown; the reports."""
        hub = open_hub(self.folder, clock=lambda: NOW)
        network = self.network()
        lent = Hub(hub.config, hub.engine, hub.sealer, None, hub.clock, network.door)
        reports = []
        try:
            for _ in range(times):
                reports.append(sync_source(lent, self.prepared(lent), new_id()))
                with writing(lent.engine) as connection:
                    runs.save_source(connection, NAME, mark=None)
        finally:
            hub.close()
        return reports

    def holds(self, words: Sequence[str]) -> dict[str, list[str]]:
        """Which of the hub's own files hold these words readably: word -> files."""
        found: dict[str, list[str]] = {}
        own = {*self.given, self.folder / CONFIG_NAME, *self.folder.glob("*.secret")}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path not in own:
                content = path.read_bytes()
                for word in words:
                    if word.encode() in content:
                        found.setdefault(word, []).append(path.name)
        return found

    def _unstored(self, network: Network) -> Hub:
        return Hub(
            load(self.folder),
            open_engine("sqlite:///:memory:"),
            Sealer(Keys.new()),
            clock=lambda: NOW,
            network=network.door,
        )
