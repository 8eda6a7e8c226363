"""An output that publishes its secret; it has a folder of its own, for its settings are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import allin_noticeboard
from allin_noticeboard import NoticeBoard

from allin_hub import Artifact, Output, OutputRun, PluginConfig, Secret, View
from allin_schemas import Event, Organisation, Person, Purpose


class TokenConfig(PluginConfig):
    """Holds a secret."""

    heading: str = "Was ist los?"
    token: Secret


class ShownToken(Output[TokenConfig]):
    """Publishes its secret."""

    reads = (Event, Organisation, Person)
    purpose = Purpose.DIRECTORY_PUBLIC
    templates = Path(allin_noticeboard.__file__).parent / "templates"

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from NoticeBoard.publish(self, view, run)  # type: ignore[arg-type]
        yield run.file("token.txt", self.config.token.get_secret_value())
