"""What an output keeps saves time and nothing else: every byte is as without it, and what may not be seen is not kept."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from allin_hub.publish.entity_cache import _unpacked
from sqlalchemy import delete, select, update

from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output, PluginConfig
from allin_hub.publish import store_view
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import artifact, kept, output_state
from allin_schemas import Organisation, Purpose

HEADER = [
    "Nr.",
    "Name",
    "Kurzbeschreibung",
    "Ansprechperson",
    "E-Mail Ansprechperson",
    "Darf ins Verzeichnis?",
]
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "ar"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""
DATED = """
[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."
columns = { "Beginn" = "start", "Ende" = "end" }

[sources.helfen]
plugin = "spreadsheet"
path = "data/helfen.csv"
kind = "opportunity"
key = "Nr."
columns = { "Bis" = "publish_until" }
"""
DIRECTORY = """
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
Change = Callable[[list[list[Any]]], None]


def _rows() -> list[list[Any]]:
    return [
        [n, f"Kulturverein Nummer {n} e. V.", f"Begegnung {n}.", f"Fatma Probe{n}", f"fatma{n}@verein-{n}.example", "ja"]
        for n in range(1, 31)
    ]  # fmt: skip


@pytest.fixture
def public(office: Any, synced: Any, published: Any) -> Any:
    """An office whose 30 associations, each with a person who may be named, are synced and published."""
    office.settings(SETTINGS + DIRECTORY)
    office.sheet("vereine.csv", HEADER, _rows())
    synced(office)
    assert published(office)["verzeichnis"].status == "done"
    return office


@pytest.fixture
def resynced(public: Any, synced: Any) -> Callable[[Change], None]:
    """Changes the partner's file, and syncs it."""

    def run(change: Change) -> None:
        rows = _rows()
        change(rows)
        public.sheet("vereine.csv", HEADER, rows)
        synced(public)

    return run


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _kept(office: Any) -> dict[tuple[str, int], dict[str, Any]]:
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            rows = connection.execute(select(kept.c.entity_id, kept.c.alone, kept.c.packed)).all()
        return {
            (entity, alone): _unpacked(hub.sealer.unseal_bytes(bytes(packed)))
            for entity, alone, packed in rows
        }
    finally:
        hub.close()


def _run(office: Any, *statements: Any) -> None:
    hub = office.open()
    try:
        with writing(hub.engine) as connection:
            for statement in statements:
                connection.execute(statement)
    finally:
        hub.close()


def _from_nothing(office: Any, published: Any) -> dict[str, bytes]:
    """What is published where nothing was kept, and no file is there."""
    _run(office, delete(kept), delete(artifact), update(output_state).values(fingerprint=None))
    shutil.rmtree(office.folder / "public")
    assert published(office)["verzeichnis"].status == "done"
    return _files(office.folder / "public")


def _describe(rows: list[list[Any]]) -> None:
    rows[4][2] = "Ein <b>neuer</b> Satz."


def _rename(rows: list[list[Any]]) -> None:
    rows[4][1] = "Zuletzt e. V."


def _name_another(rows: list[list[Any]]) -> None:
    rows[4][3:5] = ["Leyla Beispiel", "leyla@verein-5.example"]


def _take_back(rows: list[list[Any]]) -> None:
    rows[4][5] = "nein"


def _leave(rows: list[list[Any]]) -> None:
    del rows[4]


@pytest.mark.parametrize("change", [_describe, _rename, _name_another, _take_back, _leave])
def test_a_publish_after_a_change_makes_the_bytes_of_one_from_nothing(
    public: Any, resynced: Any, published: Any, change: Change
) -> None:
    """A changed text, name or contact, a consent taken back, an association that left: in every page, list and table."""
    resynced(change)

    report = published(public)["verzeichnis"]
    after = _files(public.folder / "public")

    assert report.status == "done"
    assert report.written > 0
    assert after == _from_nothing(public, published)


@pytest.mark.parametrize("change", [_name_another, _take_back, _leave])
def test_nothing_is_kept_of_who_is_no_longer_shown(
    public: Any, resynced: Any, published: Any, change: Change
) -> None:
    """With the next publish, what showed the person is gone from the database too."""
    assert "fatma5@verein-5.example" in orjson.dumps(list(_kept(public).values())).decode()
    resynced(change)

    published(public)

    left = orjson.dumps(list(_kept(public).values())).decode()
    assert "Fatma Probe5" not in left
    assert "fatma5@verein-5.example" not in left
    assert "Fatma Probe6" in left


def test_an_output_that_is_no_more_keeps_nothing(public: Any, published: Any) -> None:
    """Its files go, and what was kept to make them."""
    assert _kept(public)
    public.settings(
        SETTINGS + DIRECTORY.replace("verzeichnis", "statistik").replace('"directory"', '"statistics"')
    )

    published(public)

    assert _kept(public) == {}


def test_other_settings_keep_nothing_of_before(public: Any, published: Any) -> None:
    """What is kept was made under other words: it is made again, and the old goes."""
    before = _marks(public)
    public.settings(SETTINGS.replace('title = "Test"', 'title = "Vielfalt"') + DIRECTORY)

    published(public)
    marks = _marks(public)

    assert marks.keys() == before.keys()
    assert set(marks.values()).isdisjoint(before.values())
    assert _files(public.folder / "public") == _from_nothing(public, published)


def test_another_licence_of_the_hub_is_told_by_the_next_publish(public: Any, published: Any) -> None:
    """Sources without one of their own have it: no page may tell the old one until somebody syncs."""
    public.settings(SETTINGS.replace('title = "Test"', 'title = "Test"\nlicence = "CC BY 4.0"') + DIRECTORY)

    published(public)
    after = _files(public.folder / "public")

    assert b"CC BY 4.0" in after["de/downloads.html"]
    assert after == _from_nothing(public, published)


def _marks(office: Any) -> Mapping[Any, bytes]:
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            rows = connection.execute(select(kept.c.entity_id, kept.c.alone, kept.c.mark)).all()
        return {(entity, alone): bytes(mark) for entity, alone, mark in rows}
    finally:
        hub.close()


def test_what_the_clock_alone_ends_is_no_more_announced_on_the_same_day(
    public: Any, synced: Any, published: Any
) -> None:
    """No source says anything new when an event is over, nor when midnight comes to the office before Greenwich."""
    public.settings(SETTINGS + DATED + DIRECTORY)
    event = [1, "Lesung", "05.10.2026 12:00", "05.10.2026 14:00", "Kassel"]
    public.sheet("termine.csv", ["Nr.", "Titel", "Beginn", "Ende", "Ort"], [event])
    public.sheet("helfen.csv", ["Nr.", "Titel", "Bis"], [[1, "Äpfel ernten", "05.10.2026"]])
    synced(public)
    published(public)

    for hours in (4, 10):
        before = _files(public.folder / "public")
        public.now += dt.timedelta(hours=hours)
        published(public)
        after = _files(public.folder / "public")

        assert public.now.date() == dt.date(2026, 10, 5)
        assert after != before
        assert after == _from_nothing(public, published)


@pytest.mark.parametrize("packed", [b"", b"\x01cut", b"\x00" * 400])
def test_what_was_kept_and_is_damaged_is_made_again(
    public: Any, resynced: Any, published: Any, packed: bytes
) -> None:
    """Losing it costs time: every byte is right, and the rows are whole again."""
    _run(public, update(kept).values(packed=packed))
    resynced(_describe)

    assert published(public)["verzeichnis"].status == "done"

    assert len(_kept(public)) == 60
    assert _files(public.folder / "public") == _from_nothing(public, published)


def test_the_model_reads_only_what_changed(
    public: Any, resynced: Any, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thirty associations one is read, and nobody looked closer at the others."""
    resynced(_describe)
    read: list[str] = []
    plain = store_view._read

    def told(model: Any, several: list[dict[str, Any]]) -> Any:
        if model is Organisation:
            read.extend(data["name"] for data in several)
        return plain(model, several)

    monkeypatch.setattr(store_view, "_read", told)

    published(public)

    assert read == ["Kulturverein Nummer 5 e. V."]


class Keeper(Output[PluginConfig]):
    """An output that keeps how a name reads, and counts how often it works that out."""

    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC
    made: int

    def publish(self, view: Any, run: Any) -> Iterator[Artifact]:
        """Yield one file that shows all names."""
        self.made = 0
        names = []
        for one in view.all(Organisation):
            found = run.kept(one)
            if "name" not in found:
                self.made += 1
                found["name"] = one.name.upper()
            around = run.kept(one, uses=[one], day=run.now.date())
            around.setdefault("name", found["name"].lower())
            names += [found["name"], around["name"]]
        yield run.file("names.txt", "\n".join(names))


def test_a_plugin_keeps_what_it_worked_out(
    public: Any, resynced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an entity alone, and with what else it used; only what changed is asked for again."""
    from allin_hub.api import registry
    from allin_hub.publish.publish import publish

    keeper = Keeper("verzeichnis", PluginConfig())
    monkeypatch.setattr(registry, "output", lambda *_: keeper)
    made = []
    for change in (None, _rename, None):
        if change is not None:
            resynced(change)
        hub = public.open()
        try:
            publish(hub)
        finally:
            hub.close()
        made.append(keeper.made)

    assert made[:2] == [30, 1]
    assert "ZULETZT E. V.\nzuletzt e. v." in (public.folder / "public/names.txt").read_text()
