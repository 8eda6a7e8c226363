"""A check is a true preview: it tells what the sync after it does, entry by entry, and writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.ingest.check import check

SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[sources.ohne]
plugin = "spreadsheet"
path = "data/ohne.csv"
kind = "organisation"
"""
COUNTS = (
    "status",
    "fetched",
    "unchanged",
    "new",
    "changed",
    "renamed",
    "withdrawn",
    "reread",
    "quarantined",
    "skipped",
)


def _checked(office: Any) -> Any:
    hub = office.open()
    try:
        return check(hub, None).sources
    finally:
        hub.close()


def test_a_known_source_with_new_and_gone_rows_is_checked(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """The staging of a check lies apart; its ids are none that the hub has given."""
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, [*rows_of(98, first=3), *rows_of(3, first=201)])

    report = _checked(sheet_office)["vereine"]

    assert ("done", 3, 2) == (report.status, report.new, report.withdrawn)
