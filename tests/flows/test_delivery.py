"""Workers on several machines work with the same settings, or not at all."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from allin_flows import delivery, work
from allin_hub.base.errors import ConfigError, HubError, Unavailable
from allin_hub.open_hub import open_hub

SETTINGS = """
[hub]
languages = ["de"]
database = "sqlite:///{shared}/hub.db"
key = {{ file = "{shared}/hub.key" }}
{more}

[sources.vereine]
plugin = "spreadsheet"
path = "{shared}/vereine.csv"
kind = "organisation"
"""
ROWS = "Nr.;Verein;PLZ;Ort\n1;Kulturverein Zeytin e.V.;34127;Kassel\n2;Casa Colibrí e.V.;34121;Kassel\n"


@pytest.fixture
def office(tmp_path):
    """The office's folder, with what all machines share beside it."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "vereine.csv").write_text(ROWS, encoding="utf-8")
    folder = tmp_path / "office"
    write(folder, shared)
    return folder


def write(folder, shared, more="", title="Büro"):
    """Save hub.toml."""
    folder.mkdir(exist_ok=True)
    settings = SETTINGS.format(shared=shared, more=f'title = "{title}"\n{more}')
    (folder / "hub.toml").write_text(settings, encoding="utf-8")


@contextlib.contextmanager
def opened(folder):
    """Open the hub of a folder."""
    hub = open_hub(folder)
    try:
        yield hub
    finally:
        hub.close()


def deploy(folder):
    """Let the settings of a folder count; gives the hub's id."""
    with opened(folder) as hub:
        delivery.settle(hub)
        return delivery.hub_id(hub)


def plan(folder, hub_id):
    """Begin a run as a worker does."""
    return work.plan(str(folder), None, None, syncs=True, publishes=False, hub_id=hub_id)


def copied(office, tmp_path):
    """Copy the office's folder to another machine."""
    other = tmp_path / "elsewhere"
    shutil.copytree(office, other)
    return other


def test_a_worker_with_the_same_settings_begins(office, tmp_path):
    """A copy is as good as the office's own folder."""
    hub_id = deploy(office)
    other = copied(office, tmp_path)

    assert plan(other, hub_id).sources == plan(office, hub_id).sources == {"vereine": []}


def test_a_worker_with_other_settings_is_refused_by_name(office, tmp_path, monkeypatch):
    """Two machines that read the same feed differently would undo each other's work every night."""
    hub_id = deploy(office)
    other = copied(office, tmp_path)
    write(other, tmp_path / "shared", title="Anders")
    monkeypatch.setattr(delivery.socket, "gethostname", lambda: "rechner-zwei")

    with pytest.raises(HubError) as error:
        plan(other, hub_id)

    assert "rechner-zwei" in str(error.value)
    assert "hub.toml" in str(error.value)
    assert "deliver_to" in str(error.value)


def test_a_worker_with_another_map_is_refused_for_that_source(office, tmp_path):
    """The columns decide what a row says; a map of another source does not matter."""
    (office / "maps").mkdir()
    (office / "maps/vereine.toml").write_text('[columns]\n"Verein" = "name"\n', encoding="utf-8")
    hub_id = deploy(office)
    other = copied(office, tmp_path)
    (other / "maps/andere.toml").write_text("[columns]\n", encoding="utf-8")
    plan(other, hub_id)
    (other / "maps/vereine.toml").write_text('[columns]\n"Verein" = "short_name"\n', encoding="utf-8")

    with pytest.raises(HubError, match=r"maps/vereine\.toml"):
        plan(other, hub_id)


def test_what_stands_in_the_offices_own_folder_counts(office, tmp_path):
    """Whoever mends hub.toml at her desk need not deploy first; the other machines have to follow."""
    hub_id = deploy(office)
    other = copied(office, tmp_path)
    write(office, tmp_path / "shared", title="Neu")

    assert plan(office, hub_id).sources == {"vereine": []}
    with pytest.raises(HubError, match=r"hub\.toml"):
        plan(other, hub_id)


def test_a_run_meant_for_another_hub_is_refused(office):
    """Two hubs on one machine may have sources of the same name."""
    deploy(office)

    with opened(office) as hub, pytest.raises(ConfigError, match="ALLIN_HUB"):
        delivery.refuse_others(hub, "0192-another", ["vereine"])


def test_runs_that_were_not_deployed_are_not_asked(office, tmp_path):
    """One machine, `prefect deploy --all`, and a hub.toml that somebody edits: that goes on as it did."""
    other = copied(office, tmp_path)
    write(other, tmp_path / "shared", title="Anders")

    assert plan(other, None).sources == {"vereine": []}


def test_settings_and_what_a_sync_learns_travel_through_shared_storage(office, tmp_path, monkeypatch):
    """A worker that has nothing fetches all it needs, and gives back what it finds out."""
    storage = tmp_path / "storage"
    write(office, tmp_path / "shared", more=f'deliver_to = "file://{storage}"')
    hub_id = deploy(office)
    worker = tmp_path / "worker"
    monkeypatch.setenv("ALLIN_HUB", str(worker))
    fetched = delivery.fetch_hub(f"file://{storage}")
    plan(worker, hub_id)
    outcome = work.sync_one(str(worker), "vereine", "0192")
    stale = tmp_path / "third"
    monkeypatch.setenv("ALLIN_HUB", str(stale))
    shutil.copytree(worker, stale, ignore=shutil.ignore_patterns("maps"))
    with pytest.raises(HubError, match=r"maps/vereine\.toml"):
        plan(stale, hub_id)
    delivery.fetch_hub(f"file://{storage}")

    assert fetched == {"directory": str(worker)}
    assert (outcome.status, outcome.figures["new"]) == ("done", 2)
    assert (storage / "maps/vereine.toml").read_bytes() == (worker / "maps/vereine.toml").read_bytes()
    assert plan(stale, hub_id).sources == {"vereine": []}
    assert not [path for path in storage.rglob("*") if path.name in {"hub.key", "hub.db"}]


def test_a_map_that_left_the_storage_leaves_the_worker(office, tmp_path, monkeypatch):
    """Who deletes a map wants the columns to be learned anew, everywhere."""
    storage = tmp_path / "storage"
    (office / "maps").mkdir()
    (office / "maps/vereine.toml").write_text("[columns]\n", encoding="utf-8")
    write(office, tmp_path / "shared", more=f'deliver_to = "file://{storage}"')
    deploy(office)
    monkeypatch.setenv("ALLIN_HUB", str(tmp_path / "worker"))
    delivery.fetch_hub(f"file://{storage}")
    had = (tmp_path / "worker/maps/vereine.toml").is_file()
    (office / "maps/vereine.toml").unlink()
    hub_id = deploy(office)
    delivery.fetch_hub(f"file://{storage}")

    assert had
    assert not (tmp_path / "worker/maps/vereine.toml").exists()
    plan(tmp_path / "worker", hub_id)


def test_storage_that_cannot_be_read_is_told_and_changes_nothing(office, tmp_path, monkeypatch):
    """A worker without its storage keeps what it has, and says what to look at."""
    monkeypatch.setenv("ALLIN_HUB", str(office))
    before = (office / "hub.toml").read_bytes()

    with pytest.raises(Unavailable, match="deliver_to"):
        delivery.fetch_hub(f"file://{tmp_path}/nowhere")

    assert (office / "hub.toml").read_bytes() == before
