"""The conformance suite that any output passes."""

from __future__ import annotations

from allin_hub.testing import OutputSuite
from allin_plugins.directory import Directory


class TestDirectory(OutputSuite):
    """The output with what it needs at least."""

    output = Directory
    config = {"imprint": "Servicestelle, Musterweg 1, 34117 Kassel"}
