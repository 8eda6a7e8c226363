"""Whoever was overtaken writes nothing: a publish no journal, a rename, a removal and a way back no row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from allin_hub.base.errors import StoreError
from allin_hub.hub import Hub
from allin_hub.manage import remove_source, rename_source
from allin_hub.publish import local_folder, publish
from allin_hub.publish.output_lease import begun, lease_of_output
from allin_hub.publish.place import finish
from allin_hub.store import leases
from allin_hub.store.engine import writing

OUTPUT = """
[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Servicestelle (erfunden), Kassel"
"""


def overtake(hub: Hub, lease: str) -> None:
    """Another run takes a lease that has run out."""
    with writing(hub.engine) as connection:
        leases.end_all_leases(connection)
        leases.take_lease(connection, lease, "other", hub.clock())


@pytest.fixture
def publishing_office(sheet_office: Any, synced: Any) -> Any:
    """An office that has synced, and can publish."""
    sheet_office.settings((sheet_office.folder / "hub.toml").read_text(encoding="utf-8") + OUTPUT)
    synced(sheet_office)
    return sheet_office


def test_a_publish_that_was_overtaken_while_it_rendered_decides_nothing(
    publishing_office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It puts nothing in place: the other publish knows more of who may be seen."""
    hub, render = publishing_office.open(), publish._render

    def slowly(*args: Any) -> Any:
        plan = render(*args)
        overtake(hub, lease_of_output("statistik"))
        return plan

    monkeypatch.setattr(publish, "_render", slowly)

    report = publish.publish(hub)["statistik"]

    hub.close()
    assert "failed" == report.status
    assert {"journal": [], "artifact": []} == publishing_office.rows("journal", "artifact")
    assert not list(publishing_office.folder.glob(".statistik.staging.*"))


def test_who_finishes_for_another_first_takes_its_waiting_files_out_of_reach(
    publishing_office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that sleeps may wake at any moment, and must find nothing to move."""
    hub = publishing_office.open()
    monkeypatch.setattr(publish, "finish", lambda _turn: None)
    publish.publish(hub)
    waiting = next(publishing_office.folder.glob(".statistik.staging.*"))
    put, seen = local_folder.Folder.put, set()

    def watched(place: local_folder.Folder, turn: Any, staging: Path, path: str) -> bool:
        seen.add((waiting.exists(), staging == waiting))
        return put(place, turn, staging, path)

    monkeypatch.setattr(local_folder.Folder, "put", watched)
    turn = begun(hub, "statistik")
    assert turn is not None
    finish(turn)
    turn.end()

    hub.close()
    assert {(False, False)} == seen
    assert (publishing_office.folder / "statistik" / "index.html").is_file()


def test_a_publish_that_was_overtaken_while_it_cleared_an_old_folder_forgets_no_file(
    publishing_office: Any, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest is the other one's now; without it nobody would look after the files."""
    published(publishing_office)
    before = publishing_office.rows("artifact")
    text = (publishing_office.folder / "hub.toml").read_text(encoding="utf-8")
    publishing_office.settings(text.replace('path = "statistik"', 'path = "zahlen"'))
    hub, take_away = publishing_office.open(), local_folder.Folder.take_away

    def slowly(*args: Any) -> None:
        take_away(*args)
        overtake(hub, lease_of_output("statistik"))

    monkeypatch.setattr(local_folder.Folder, "take_away", slowly)

    report = publish.publish(hub)["statistik"]

    hub.close()
    assert "failed" == report.status
    assert before == publishing_office.rows("artifact")


def test_a_publish_that_was_overtaken_while_it_put_files_leaves_the_journal_open(
    publishing_office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who took over looks into it; closed by the one that slept, it would say that all lies in place."""
    hub, take_away = publishing_office.open(), local_folder.Folder.take_away

    def slowly(*args: Any) -> None:
        take_away(*args)
        overtake(hub, lease_of_output("statistik"))

    monkeypatch.setattr(local_folder.Folder, "take_away", slowly)

    report = publish.publish(hub)["statistik"]

    hub.close()
    found = publishing_office.rows("journal", "artifact")
    assert ("failed", 1, []) == (report.status, len(found["journal"]), found["artifact"])


def _rename(hub: Hub) -> None:
    rename_source.rename(hub, "vereine", "gruppen")


def _remove(hub: Hub) -> None:
    remove_source.remove(hub, "vereine")


def _bring_back(hub: Hub) -> None:
    remove_source.restore(hub.config.folder, "vereine", hub)


@pytest.mark.parametrize(
    ("module", "act"), [(rename_source, _rename), (remove_source, _remove), (remove_source, _bring_back)]
)
def test_a_change_of_a_source_that_was_overtaken_changes_no_row(
    sheet_office: Any,
    synced: Any,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    act: Callable[[Hub], None],
) -> None:
    """A run that took the source meanwhile would write into what is renamed or withdrawn under its hands."""
    synced(sheet_office)
    hub = sheet_office.open()
    if act is _bring_back:
        remove_source.remove(hub, "vereine")
        hub.close()
        hub = sheet_office.open()
    before = sheet_office.rows("raw", "claim", "organisation", "change")

    def late(*args: Any) -> Any:
        overtake(hub, "vereine")
        return writing(*args)

    monkeypatch.setattr(module, "writing", late)

    with pytest.raises(StoreError, match="taken this source over"):
        act(hub)

    hub.close()
    assert before == sheet_office.rows("raw", "claim", "organisation", "change")
