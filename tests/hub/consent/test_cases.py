"""Whole hubs whose people came out wrong elsewhere: what is read of them, who may be shown, and that every entry is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.databases import with_database

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def run(office: Any, synced: Any, published: Any) -> Any:
    """Sync and publish a case; each page and file as text."""

    def ran(name: str, rows: int) -> str:
        shutil.copytree(CASES / name, office.folder, dirs_exist_ok=True)
        settings = office.folder / "hub.toml"
        office.settings(with_database(settings.read_text(encoding="utf-8"), office.database))
        reports = synced(office)
        assert [(one.status, one.new, one.quarantined) for one in reports.values()] == [("done", rows, 0)] * 2
        assert {one.status for one in published(office).values()} == {"done"}
        pages = (path for path in (office.folder / "public").rglob("*") if path.is_file())
        return "\n".join(path.read_bytes().decode(errors="replace") for path in pages)

    return ran


def test_a_consent_does_not_travel_to_what_another_source_adds(run: Any) -> None:
    """What the form says of her is shown; the mobiles, mails and functions of the list are not."""
    text = run("consent-travels", 4)

    shown = ["Jasmin Erstling", "Jonas Zweitling", "Jule Drittling", "Maria Viertling"]
    shown += ["familie.erstling@gmx.example", "jonas.zweitling@gmx.example", "7000004"]
    shown += [f"Verein {number}" for number in ("Eins", "Zwei", "Drei", "Vier")]
    hidden = ["Karim", "Sohn", "Privatmann", "22220001", "22220002", "22220003", "M. Viertling"]
    hidden += ["jule.privat", "m.viertling.privat"]
    assert [word for word in shown if word not in text] == []
    assert [word for word in hidden if word in text] == []


def test_a_newer_no_reaches_every_spelling_of_the_name(run: Any) -> None:
    """Nobody of the two files is public; the five associations are."""
    text = run("newer-no", 5)

    assert [letter for letter in "ABCDE" if f"Neinverein {letter}" not in text] == []
    assert "erdacht" not in text.casefold()
