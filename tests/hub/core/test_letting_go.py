"""What outputs keep of entities goes before the next publish where a person asked for it, or no publish comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from allin_hub.api import registry
from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output, PluginConfig
from allin_hub.hub import Hub
from allin_hub.manage import remove_source
from allin_hub.operations.retention import retain
from allin_hub.publish.publish import publish
from allin_hub.store.after_restore import settle_copy
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import kept
from allin_schemas import Organisation, Purpose

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
PEOPLE = {"erste": "Fatma Beispiel", "zweite": "Leyla Muster"}


def _tell(office: Any, source: str, person: str, may: str) -> None:
    row = [1, "Teehaus e. V.", "info@teehaus.example", person, f"{source}@person.example", may]
    office.sheet(f"{source}.csv", HEADER, [row])


@pytest.fixture
def public(office: Any, synced: Any, published: Any) -> Any:
    """Two sources that know the same association, each with a person who may be named; published."""
    office.settings(SETTINGS)
    for name, person in PEOPLE.items():
        _tell(office, name, person, "ja")
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
    with_hub(public, remove_source.remove, "erste")

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


class Seldom(Output[PluginConfig]):
    """An output that keeps whom an association names, and looks at it only when it is told to."""

    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC
    looks = True

    def publish(self, view: Any, run: Any) -> Iterator[Artifact]:
        """Yield one file with names, or without."""
        names = []
        for one in view.all(Organisation):
            people = view.contacts(one)
            if self.looks:
                names += run.kept(one, uses=people).setdefault("names", [each.name for each in people])
        yield run.file("names.txt", "\n".join(names))


@pytest.fixture
def seldom(public: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Publishes with it, looking or not, and gives how much is kept afterwards."""
    output = Seldom("verzeichnis", PluginConfig())

    def run(*, looks: bool) -> int:
        output.looks = looks
        monkeypatch.setattr(registry, "output", lambda *_: output)
        hub = public.open()
        try:
            assert publish(hub)["verzeichnis"].status == "done"
        finally:
            hub.close()
        return _kept(public)

    return run


def test_a_consent_that_ended_ends_what_a_publish_did_not_look_at(
    public: Any, synced: Any, seldom: Any
) -> None:
    """An output that looks seldom leaves no person lying there; with the same consents, it finds it again."""
    assert seldom(looks=True) == 1
    public.now += dt.timedelta(days=1)
    assert seldom(looks=False) == 1
    _tell(public, "erste", PEOPLE["erste"], "nein")
    synced(public)

    assert seldom(looks=False) == 0


def test_another_plugin_under_the_same_name_keeps_nothing_of_the_first(
    public: Any, synced: Any, published: Any
) -> None:
    """Nobody would ever ask for it again, and it would stay as long as the association."""
    public.settings(SETTINGS.replace('plugin = "directory"', 'plugin = "statistics"'))

    assert published(public)["verzeichnis"].status == "done"

    assert _kept(public) == 0


class Odd(Seldom):
    """An output that keeps what JSON cannot hold."""

    def publish(self, view: Any, run: Any) -> Iterator[Artifact]:
        """Yield one file, and keep a set."""
        for one in view.all(Organisation):
            run.kept(one)["name"] = {one.name}
        yield run.file("names.txt", "names")


def test_a_publish_that_cannot_keep_leaves_no_files_behind(
    public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails as the plugin's fault, and the pages that were made ready do not lie beside the public ones."""
    monkeypatch.setattr(registry, "output", lambda *_: Odd("verzeichnis", PluginConfig()))
    hub = public.open()
    try:
        report = publish(hub)["verzeichnis"]
    finally:
        hub.close()

    assert report.status == "failed"
    assert "TypeError" in str(report.message)
    assert not list(public.folder.glob(".public*"))
    assert _kept(public) == 2
