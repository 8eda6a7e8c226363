"""The conformance suite that any output passes."""

from __future__ import annotations

from allin_hub.testing import OutputSuite
from allin_plugins.statistics import Statistics


class TestStatistics(OutputSuite):
    """The output with what it needs at least."""

    output = Statistics
    config = {"imprint": "Servicestelle, Musterweg 1, 34117 Kassel"}
