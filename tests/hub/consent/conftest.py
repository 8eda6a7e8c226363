"""The office of the core's tests, and what its outputs show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.hub.core.conftest import exported as exported
from tests.hub.core.conftest import office as office
from tests.hub.core.conftest import published as published
from tests.hub.core.conftest import synced as synced

HUB = """
[hub]
title = "Test"
languages = ["de"]
{settings}
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"
"""
SOURCE = """
[sources.{name}]
plugin = "{plugin}"
path = "data/{name}.csv"
kind = "organisation"
key = "Nr."
columns = {{ "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }}
"""
HEADER = [
    "Nr.",
    "Zeitstempel",
    "Name",
    "E-Mail",
    "Ansprechperson",
    "E-Mail Ansprechperson",
    "Telefon Ansprechperson",
    "Darf ins Verzeichnis?",
]


class Desk:
    """A hub with sheets of a few columns: writes, syncs, publishes, and looks at what the pages show."""

    def __init__(self, office: Any, synced: Any, published: Any) -> None:
        self.office, self._synced, self._published = office, synced, published

    def settings(self, text: str = "", **sources: str) -> None:
        """Name the sources, and the plugin of each."""
        blocks = "".join(SOURCE.format(name=name, plugin=plugin) for name, plugin in sources.items())
        self.office.settings(HUB.format(settings=text) + blocks)

    def sheet(self, source: str, *rows: tuple[str, str, str, str, str], at: str = "") -> None:
        """Write a source's rows: (organisation, name, mail, phone, answer) each."""
        self.office.sheet(
            f"{source}.csv",
            HEADER,
            [
                [number, at, organisation, f"info@{organisation.lower()}.example", *rest]
                for number, (organisation, *rest) in enumerate(rows, 1)
            ],
        )

    def sync(self, *names: str, **how: Any) -> Any:
        """Sync, then publish; the reports of the sync."""
        reports = self._synced(self.office, *names, **how)
        assert {one.status for one in reports.values()} <= {"done"}, reports
        self.publish()
        return reports

    def publish(self) -> Any:
        """Publish; the reports."""
        reports = self._published(self.office)
        assert {one.status for one in reports.values()} == {"done"}, reports
        return reports

    def shows(self, word: str) -> bool:
        """Whether a word stands in any byte of the directory."""
        folder: Path = self.office.folder / "public"
        return any(word.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(office: Any, synced: Callable[..., Any], published: Callable[..., Any]) -> Desk:
    """An empty hub."""
    return Desk(office, synced, published)
