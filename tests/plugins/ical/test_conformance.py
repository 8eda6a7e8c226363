"""The conformance suite that any source passes, from a file and from an address."""

from __future__ import annotations

from pathlib import Path

from allin_hub.testing import SourceSuite
from allin_plugins.ical import Calendar

FIXTURES = Path(__file__).parent / "fixtures"


class TestCalendarFile(SourceSuite):
    """A calendar in the hub's folder."""

    source = Calendar
    config = {"path": "kulturverein.ics", "holds": "all"}
    fixtures = FIXTURES


class TestCalendarFeed(SourceSuite):
    """A calendar behind an address."""

    source = Calendar
    config = {
        "url": "https://verein.example/kulturverein.ics",
        "token": "token-of-the-calendar",
        "holds": "all",
    }
    fixtures = {"https://verein.example/kulturverein.ics": FIXTURES / "kulturverein.ics"}
