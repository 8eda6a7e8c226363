"""Imported once by the process that all others are forked from: does what is slow only the first time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.hub.crash.scenes import NOW, evening, settings

from allin_hub.cli import console, status, sync_publish
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish

MODULES = (status, console, sync_publish)

with tempfile.TemporaryDirectory() as _folder:
    settings(Path(_folder), "sqlite:///hub.db")
    evening(Path(_folder))
    _hub = open_hub(Path(_folder), lambda: NOW)
    sync(_hub)
    publish(_hub)
    _hub.close()
