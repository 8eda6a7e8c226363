"""The demo does what a newcomer is told: everything is taken, merged, gated and published."""

import datetime as dt
import json
from pathlib import Path

import pytest

from allin_hub import demo
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish

NOW = dt.datetime(2027, 3, 17, 9, 0, tzinfo=dt.UTC)
SEEN = [
    "Defne Yalınkaya",
    "Oksana Werbyzka",
    "Mulu Tesfazgi",
    "Rami Al-Chatib",
    "Jonas Weidenbrück",
    "Amira Feldkamp",
    "Ibou Ndoyène",
    "Aino Sandvik",
]
UNSEEN = [
    "Hêvîn Baranî",
    "Parisa Dordaneh",
    "Lucía Amancay",
    "Sohrab Nuristani",
    "Malte Hasenpusch",
    "Tarek Osterloh",
    "Bilal Rahimzai",
    "ruth.mandelkern",
    "Gerlinde Verborgen",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Copy the demo into a folder of its own."""
    place = tmp_path_factory.mktemp("demo")
    demo.copy(place, NOW.date())
    return place


@pytest.fixture(scope="module")
def reports(folder):
    """Sync all of the demo and publish all of it."""
    hub = open_hub(folder, clock=lambda: NOW)
    try:
        return sync(hub), publish(hub)
    finally:
        hub.close()


@pytest.fixture(scope="module")
def published(folder, reports):
    """Read everything that the demo publishes."""
    pages = [path for name in ("public", "rundbrief", "statistik") for path in (folder / name).rglob("*")]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in pages if path.is_file())


def listed(folder: Path, kind: str) -> list[dict]:
    """Read the public list of a kind."""
    found = json.loads((folder / f"public/data/{kind}.json").read_text(encoding="utf-8"))
    return found[kind] if isinstance(found, dict) else found


def test_every_source_is_done_and_every_output_written(reports):
    """A demo with a failed part would frighten a newcomer away."""
    synced, outputs = reports

    assert {name: str(one.status) for name, one in synced.sources.items()} == dict.fromkeys(
        ("anmeldung", "vereinsliste", "mitmachen", "angebote", "termine"), "done"
    )
    assert {name: one.ok for name, one in outputs.items()} == dict.fromkeys(
        ("verzeichnis", "rundbrief", "statistik"), True
    )


def test_faults_end_where_they_should(reports):
    """Rows that cannot live wait, rows that are no records are skipped, the rest is live."""
    counts = {name: (one.fetched, one.quarantined, one.skipped) for name, one in reports[0].sources.items()}

    assert counts == {
        "anmeldung": (22, 1, 0),
        "vereinsliste": (34, 3, 4),
        "mitmachen": (11, 1, 0),
        "angebote": (6, 0, 0),
        "termine": (28, 2, 1),
    }


def test_what_two_sources_say_of_one_association_is_one_entry(folder, reports):
    """Associations stand in both files under different spellings; the directory shows each once."""
    names = [one["name"] for one in listed(folder, "organisations")]

    for part in (
        "Zeytin",
        "Sonjaschnyk",
        "Adey Abeba",
        "Al-",
        "Simorgh",
        "Teranga",
        "Mehrsprachig",
        "Granatapfel",
    ):
        assert len([name for name in names if part.lower() in name.lower()]) == 1, part
    assert len(names) == 40


@pytest.mark.parametrize("person", SEEN)
def test_whoever_said_yes_can_be_found(published, person):
    """A contact who agreed is a name to call."""
    assert person in published


@pytest.mark.parametrize("person", UNSEEN)
def test_whoever_did_not_say_yes_is_nowhere(published, person):
    """No, nothing, perhaps, a withdrawn yes, a calendar's organiser, a hidden sheet: none is a yes."""
    assert person not in published


def test_the_directory_speaks_in_every_script_of_the_demo(published):
    """Texts come through as they were written."""
    for text in ("جمعية الجسر الثقافية", "Український дім", "ንሕና ኣብ ካሰል", "کتابخانهٔ", "herkes davetlidir"):
        assert text in published


def test_events_of_the_coming_weeks_are_there_and_the_cancelled_one_says_so(folder, reports):
    """A living calendar: coming dates, and a cancellation that nobody misses."""
    events = listed(folder, "events")

    assert len(events) >= 18
    assert [one["title"] for one in events if one.get("status") == "cancelled"] == ["Kochabend: Sommerrollen"]


def test_a_second_run_finds_everything_unchanged(folder, reports):
    """What did not change costs nothing and writes nothing."""
    hub = open_hub(folder, clock=lambda: NOW)
    try:
        again, outputs = sync(hub), publish(hub)
    finally:
        hub.close()

    assert {(one.new, one.changed, one.withdrawn) for one in again.sources.values()} == {(0, 0, 0)}
    assert {one.written for one in outputs.values()} == {0}
