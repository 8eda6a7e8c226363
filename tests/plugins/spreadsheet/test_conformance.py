"""The conformance suite that any source passes, from a file and from an address."""

from __future__ import annotations

from pathlib import Path

from allin_hub.testing import SourceSuite
from allin_plugins.spreadsheet import Spreadsheet

FIXTURES = Path(__file__).parent / "fixtures"


class TestSheet(SourceSuite):
    """A table in the hub's folder, with a column that identifies a row."""

    source = Spreadsheet
    config = {"path": "vereine.csv"}
    settings = {"kind": "organisation", "key": "Nr."}
    fixtures = FIXTURES


class TestSheetWithoutKeys(SourceSuite):
    """A table whose rows nothing identifies."""

    source = Spreadsheet
    config = {"path": "*.csv"}
    settings = {"kind": "organisation"}
    fixtures = FIXTURES


class TestSheetOfAnAddress(SourceSuite):
    """A table behind an address."""

    source = Spreadsheet
    config = {"url": "https://forum.example/vereine.csv", "token": "token-of-the-sheet"}
    settings = {"kind": "organisation", "key": "Nr."}
    fixtures = {"https://forum.example/vereine.csv": FIXTURES / "vereine.csv"}
