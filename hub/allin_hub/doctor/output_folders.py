"""Whether the folders of outputs take files, asked of the system and not tried: the doctor writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from allin_hub.doctor.finding import BROKEN, Finding
from allin_hub.hub import Hub
from allin_hub.i18n.translator import text
from allin_hub.publish.output_address import is_elsewhere
from allin_hub.store import integrity
from allin_hub.store.engine import reading


def closed(hub: Hub, output: str) -> Path | None:
    """The first folder of an output in which this account may not write; None where all is open, or elsewhere.

    The folder above counts too: new files are made ready beside the output's own, then renamed into it.
    """
    settings = hub.config.outputs.get(output)
    if settings is None or is_elsewhere(settings.path):
        return None
    folder = hub.config.folder / settings.path
    with reading(hub.engine) as connection:
        inner = {(folder / path).parent for path, _ in integrity.files_of(connection, output)}
    for one in (folder.parent, folder, *sorted(inner)):
        there = next(place for place in (one, *one.parents) if place.exists())
        if there.is_dir() and not os.access(there, os.W_OK | os.X_OK):
            return there
    return None


def examine(hub: Hub) -> Iterator[Finding]:
    """Whether the next publish will find its folders open."""
    for name, settings in hub.config.outputs.items():
        folder = closed(hub, name) if settings.enabled else None
        if folder is not None:
            yield Finding(
                "output_closed",
                BROKEN,
                text("'{name}' cannot be published: the folder {folder} takes no files."),
                text(
                    "Let the hub's account write there (who may: ls -ld {folder}), then: allin publish {name}"
                ),
                {"name": name, "folder": str(folder)},
            )
