"""What outputs keep of entities goes before the next publish where a person asked for it, or no publish comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from allin_hub import removing
from allin_hub.hub import Hub
from allin_hub.retention import retain
from allin_hub.store.engine import reading, writing
from allin_hub.store.settling import settle_copy
from allin_hub.store.tables import kept

HEADER = ["Nr.", "Name", "E-Mail", "Ansprechperson", "E-Mail Ansprechperson", "Darf ins Verzeichnis?"]
SOURCE = """
[sources.{name}]
plugin = "spreadsheet"
path = "data/{name}.csv"
kind = "organisation"
key = "Nr."
columns = {{ "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }}
"""
SETTINGS = f"""
[hub]
title = "Test"
languages = ["de"]
{SOURCE.format(name="erste")}
{SOURCE.format(name="zweite")}
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""


@pytest.fixture
def public(office: Any, synced: Any, published: Any) -> Any:
    """Two sources that know the same association, each with a person who may be named; published."""
    office.settings(SETTINGS)
    for name, person in (("erste", "Fatma Beispiel"), ("zweite", "Leyla Muster")):
        row = [1, "Teehaus e. V.", "info@teehaus.example", person, f"{name}@person.example", "ja"]
        office.sheet(f"{name}.csv", HEADER, [row])
    synced(office)
    assert published(office)["verzeichnis"].status == "done"
    assert _kept(office) == 2
    return office


def _kept(office: Any) -> int:
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(kept)).scalar_one())
    finally:
        hub.close()


@pytest.fixture
def with_hub() -> Callable[..., Any]:
    """Does something with an open hub."""

    def run(office: Any, do: Callable[..., Any], *about: Any) -> Any:
        hub = office.open()
        try:
            return do(hub, *about)
        finally:
            hub.close()

    return run


def test_what_a_removed_source_said_is_kept_nowhere(public: Any, with_hub: Any, published: Any) -> None:
    """Its association stays, for another knows it too; of its person nothing waits for the next publish."""
    with_hub(public, removing.remove, "erste")

    assert _kept(public) == 0
    assert published(public)["verzeichnis"].status == "done"
    assert _kept(public) == 2


def test_an_output_that_nobody_publishes_keeps_nothing_for_longer_than_raws(
    public: Any, with_hub: Any
) -> None:
    """Nothing has looked for so long at who may still be seen; the period is that of whole records."""
    public.now += dt.timedelta(days=29)
    with_hub(public, retain)
    assert _kept(public) == 2

    public.now += dt.timedelta(days=2)
    with_hub(public, retain)

    assert _kept(public) == 0


def test_an_output_that_is_published_keeps_what_it_kept(public: Any, with_hub: Any, published: Any) -> None:
    """A publish that finds nothing new has looked, too."""
    public.now += dt.timedelta(days=29)
    published(public)
    public.now += dt.timedelta(days=2)

    with_hub(public, retain)

    assert _kept(public) == 2


def test_a_restored_hub_keeps_nothing(public: Any, with_hub: Any, published: Any) -> None:
    """It publishes all anew, by what it knows then of who may be seen."""

    def settle(hub: Hub) -> None:
        with writing(hub.engine) as connection:
            settle_copy(connection, "another", public.now, ())

    with_hub(public, settle)

    assert _kept(public) == 0
    assert published(public)["verzeichnis"].status == "done"
    assert _kept(public) == 2
