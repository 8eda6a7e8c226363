"""What a publish writes: only what changed, whole files, and nothing when a plugin fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allin_hub.api.output_run import Artifact, Order
from allin_hub.api.plugin import Output, PluginConfig
from allin_hub.publish import local_folder, output_lease, place
from allin_hub.publish.publish import publish_output
from allin_hub.store import publish_journal, runs
from allin_hub.store.engine import reading, writing
from allin_schemas import Organisation, Purpose

SETTINGS = """
[hub]
title = "Test"
languages = ["de", "ar"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Forum, Kassel"
"""


@pytest.fixture
def public(office: Any, header: Any, rows_of: Any, synced: Any) -> Any:
    """An office whose 30 associations are synced."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", header, rows_of(30))
    synced(office)
    return office


def _state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_publish_after_an_unchanged_sync_writes_no_file(public: Any, published: Any, synced: Any) -> None:
    """Times and contents of all files stay."""
    published(public)
    before = _state(public.folder / "public") | _state(public.folder / "statistik")
    synced(public)

    reports = published(public)

    assert [(one.written, one.removed) for one in reports.values()] == [(0, 0), (0, 0)]
    assert _state(public.folder / "public") | _state(public.folder / "statistik") == before
    assert len(before) > 60


def test_one_changed_organisation_changes_only_files_that_show_it(
    public: Any, published: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Every file that is written anew shows the organisation; no page of another one is touched."""
    published(public)
    before = _state(public.folder / "public")
    rows = rows_of(30)
    rows[4][3] = "0561 999999"
    public.sheet("vereine.csv", header, rows)
    synced(public)

    published(public, "verzeichnis")

    after = _state(public.folder / "public")
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed
    assert set(before) == set(after)
    assert all(
        b"Kulturverein Nummer 5 " in after[path][1] or b"verein-5.example" in after[path][1]
        for path in changed
    )
    pages = {path for path in changed if "kulturverein-nummer" in path}
    assert {path for path in pages if "kulturverein-nummer-5-" not in path} == set()


def test_a_withdrawn_organisation_leaves_no_page_behind(
    public: Any, published: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Neither its page nor its name stays anywhere."""
    published(public)
    public.sheet("vereine.csv", header, rows_of(29))
    synced(public)

    published(public)

    everything = b"".join(content for _, content in _state(public.folder / "public").values())
    assert b"Kulturverein Nummer 30 " not in everything


def test_a_deleted_folder_is_made_again(public: Any, published: Any) -> None:
    """The manifest is no excuse for missing files."""
    import shutil

    published(public)
    before = {path: content for path, (_, content) in _state(public.folder / "public").items()}
    shutil.rmtree(public.folder / "public")

    published(public)

    assert {path: content for path, (_, content) in _state(public.folder / "public").items()} == before


def test_foreign_files_in_the_folder_stay(public: Any, published: Any) -> None:
    """The hub takes away only what it has put there."""
    (public.folder / "public").mkdir()
    (public.folder / "public/CNAME").write_text("verzeichnis.example")

    published(public)
    published(public)

    assert (public.folder / "public/CNAME").read_text() == "verzeichnis.example"


class Odd(Output[PluginConfig]):
    """An output that breaks after its first page."""

    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC

    def publish(self, view: Any, run: Any) -> Iterator[Artifact]:
        """Yield one page, then fail."""
        yield run.file("one.txt", "one")
        raise RuntimeError("kanarina")


def test_an_output_that_fails_keeps_its_last_good_state_and_says_no_content(
    public: Any, published: Any
) -> None:
    """The report names the plugin and the sort of error, never its text."""
    published(public, "verzeichnis")
    before = _state(public.folder / "public")
    hub = public.open()

    report = publish_output(hub, hub.config.outputs["verzeichnis"], Odd("verzeichnis", PluginConfig()))

    hub.close()
    assert report.status == "failed"
    assert "RuntimeError" in str(report.message)
    assert "kanarina" not in f"{report.message} {report.hint}"
    assert _state(public.folder / "public") == before


class Linked(Output[PluginConfig]):
    """A page and an index that links to it."""

    reads = (Organisation,)
    purpose = Purpose.DIRECTORY_PUBLIC
    text = "first"

    def publish(self, view: Any, run: Any) -> Iterator[Artifact]:
        """Yield index, page and asset, in the wrong order."""
        yield run.file("index.html", f"index {self.text}", order=Order.INDEX)
        yield run.file("page.html", f"page {self.text}", order=Order.PAGE)
        yield run.file("asset.css", f"asset {self.text}", order=Order.ASSET)


def test_assets_come_before_pages_and_pages_before_indexes(
    public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every link leads somewhere, at every moment."""
    hub = public.open()
    put: list[str] = []
    replace = os.replace
    monkeypatch.setattr(local_folder.os, "replace", lambda a, b: (put.append(Path(b).name), replace(a, b)))

    publish_output(hub, hub.config.outputs["verzeichnis"], Linked("verzeichnis", PluginConfig()))

    hub.close()
    assert put == ["asset.css", "page.html", "index.html"]


def test_a_publish_that_was_killed_between_two_files_is_finished_by_the_next(
    public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal knows what had been decided."""
    hub = public.open()
    settings = hub.config.outputs["verzeichnis"]
    publish_output(hub, settings, Linked("verzeichnis", PluginConfig()))
    changed = Linked("verzeichnis", PluginConfig())
    changed.text = "second"
    replace, done = os.replace, []

    def killed(a: Any, b: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(b)
        replace(a, b)

    monkeypatch.setattr(local_folder.os, "replace", killed)
    with writing(hub.engine) as connection:
        runs.save_output(connection, "verzeichnis", fingerprint="changed")
    with pytest.raises(KeyboardInterrupt):
        publish_output(hub, settings, changed)
    monkeypatch.setattr(local_folder.os, "replace", replace)

    turn = output_lease.begun(hub, "verzeichnis")
    assert turn is not None
    place.finish(turn)
    turn.end()

    with reading(hub.engine) as connection:
        assert publish_journal.read_journal(connection, "verzeichnis") is None
    hub.close()
    assert {path.name: path.read_text() for path in (public.folder / "public").iterdir()} == {
        "asset.css": "asset second",
        "page.html": "page second",
        "index.html": "index second",
    }


def test_two_outputs_may_not_share_a_folder(public: Any) -> None:
    """Each would take the other's files away."""
    from allin_hub.base.errors import ConfigError

    public.settings(SETTINGS.replace('path = "statistik"', 'path = "public/"'))

    with pytest.raises(ConfigError, match="same folder"):
        public.open()
