"""A run that is taken back leaves its source as it was, whatever others have done since; and comes not again unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pytest
from tests.hub.core.conftest import Office

from allin_hub.base.errors import ConfigError
from allin_hub.entities.inspect import exported
from allin_hub.ingest.undo import UndoableRun, undo, undoable_run, undoable_runs
from allin_hub.manage.edit_entry import Change, edit
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Kind

SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Kontakt" = "contacts.name", "Mail Kontakt" = "contacts.email", "Verzeichnis?" = "contacts.consent.directory_public" }

[sources.partner]
plugin = "spreadsheet"
path = "data/partner.csv"
kind = "organisation"
key = "Nr."
trust = 50

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "PLZ", "Ort", "Straße", "Kontakt", "Mail Kontakt", "Verzeichnis?"]
EVENTS = ["Nr.", "Titel", "Beginn", "Veranstalter"]
FIRST, LAST = "ABCDEFGH", ["Ahorn", "Birke", "Chilin", "Dill", "Esche", "Farn", "Ginster", "Hasel"]


def row(n: int, **changed: Any) -> list[Any]:
    """An invented association with a contact."""
    known = {
        "Nr.": n,
        "Name": f"Verein {LAST[n % 8]} e. V.",
        "E-Mail": f"info@verein-{n}.example",
        "Telefon": f"0561 9{n:05}",
        "PLZ": "34117",
        "Ort": "Kassel",
        "Straße": f"Musterweg {n}",
        "Kontakt": f"Erika Muster{LAST[n % 8].casefold()}",
        "Mail Kontakt": f"erika{n}@privat.example",
        "Verzeichnis?": "nein" if n % 3 == 0 else "ja",
    }
    return [{**known, **changed}[name] for name in HEADER]


GOOD = [row(n) for n in range(1, 9)]
WRONG = [
    row(1, Name="Ganz anderer Name"),
    row(2, **{"E-Mail": "info@verein-4.example", "Name": "Verein Esche e. V."}),
    row(3, **{"Verzeichnis?": "ja"}),
    row(4, **{"Verzeichnis?": "nein"}),
    row(77, Name="Verein Farn e. V.", **{"E-Mail": "info@verein-5.example", "Kontakt": "", "Mail Kontakt": ""}),
    row(6, Name=""),
    row(30, Name="Neuer Verein"),
    row(7, **{"Nr.": 70}),
]
"""Another name, one that falls together with another entry, answers turned round, a name gone, some gone, some new, a new key."""


@pytest.fixture
def known(office: Office, synced: Callable[..., Mapping[str, Any]]) -> Office:
    """An office with three sources that speak of each other."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", HEADER, GOOD)
    office.sheet("partner.csv", HEADER[:7], [row(n, **{"Nr.": f"p{n}", "Telefon": "0561 7777"})[:7] for n in (4, 5, 8)])
    office.sheet(
        "termine.csv", EVENTS, [[n, f"Fest {n}", "10.11.2026 18:00", f"Verein {LAST[n]} e. V."] for n in (1, 2, 4)]
    )
    synced(office)
    return office


def canonical(office: Office, *, consents: bool = False) -> dict[str, Any]:
    """All that staff can export, the ledger left aside: it is appended to, and nothing is taken out of it."""
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            found = {}
            for kind in Kind:
                for one in exported(connection, hub, kind):
                    printed = orjson.loads(orjson.dumps(one))
                    if not consents:
                        printed.pop("consents", None)
                    stored = entities.load(connection, kind, [one.id], hub.sealer)[one.id]
                    printed["provenance"] = stored.provenance
                    found[one.id] = printed
            return found
    finally:
        hub.close()


def pages(office: Office) -> dict[str, bytes]:
    """All files of the directory."""
    public = office.folder / "public"
    return {str(path.relative_to(public)): path.read_bytes() for path in sorted(public.rglob("*")) if path.is_file()}


def wrong_sheet(
    office: Office, synced: Callable[..., Mapping[str, Any]], rows: Sequence[Sequence[Any]] = WRONG
) -> str:
    """Let a wrong sheet come and be accepted; the run that applied it."""
    office.sheet("vereine.csv", HEADER, rows)
    report = synced(office, "vereine")["vereine"]
    if report.status == "held":
        report = synced(office, accepting="vereine")["vereine"]
    assert report.status == "done"
    return str(report.run)


def undone(office: Office, word: str = "vereine") -> Any:
    """Take a run back as a command would."""
    hub = office.open()
    try:
        return undo(hub, word)
    finally:
        hub.close()


def offered(office: Office) -> list[UndoableRun]:
    """What can be taken back."""
    hub = office.open()
    try:
        return undoable_runs(hub)
    finally:
        hub.close()


def test_a_wrong_sheet_that_is_undone_leaves_all_as_before(
    known: Office, synced: Callable[..., Mapping[str, Any]], published: Callable[..., Mapping[str, Any]]
) -> None:
    """What can be exported is equal, and so are the outputs."""
    published(known)
    before, site = canonical(known), pages(known)
    wrong_sheet(known, synced)
    published(known)
    between, wrong_site = canonical(known), pages(known)

    undone(known)
    published(known)

    assert before != between
    assert site != wrong_site
    assert before == canonical(known)
