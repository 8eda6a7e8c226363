"""A source that relies on its file; it has a folder of its own, for its settings are its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from allin_noticeboard import Neighbourhood

from allin_hub import PluginConfig, Raw, Source, SourceRun
from allin_schemas import Event


class FileConfig(PluginConfig):
    """A file in the hub's folder."""

    path: str


class TrustingFile(Source[FileConfig]):
    """Relies on its file."""

    produces = Event
    personal_data = ("contacts", "organiser_name")
    map = Neighbourhood.map

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for item in json.loads(run.path(self.config.path).read_text(encoding="utf-8"))["events"]:
            yield Raw(str(item["id"]), item)
