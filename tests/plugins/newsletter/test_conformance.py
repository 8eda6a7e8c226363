"""The conformance suite that any output passes."""

from __future__ import annotations

from allin_hub.testing import OutputSuite
from allin_plugins.newsletter import Newsletter


class TestNewsletter(OutputSuite):
    """The output with what it needs at least."""

    output = Newsletter
    config = {
        "imprint": "Servicestelle, Musterweg 1, 34117 Kassel",
        "sender": "rundbrief@servicestelle.example",
    }
