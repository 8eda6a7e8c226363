"""A record goes through the house once: no step is entered twice for it, whichever way it comes."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from tests.hub.core.conftest import Office, associations

from allin_hub.base.encryption import Sealer
from allin_hub.doctor.database import examine
from allin_hub.ingest.check import check
from allin_hub.ingest.hold import accept
from allin_hub.ingest.sync import sync
from allin_hub.store.engine import reading
from allin_hub.store.tables import claim

STEPS = (
    ("allin_plugins.spreadsheet", "fetch"),
    ("allin_hub.ingest.fetch", "_take"),
    ("allin_hub.ingest.validate", "RecordChecker.check"),
    ("allin_hub.mapping.columns", "draft"),
    ("allin_hub.ingest.validate", "Validator.check"),
    ("allin_hub.ingest.stage_claims", "ClaimStager.stage"),
    ("allin_hub.store.staging", "add"),
    ("allin_hub.ingest.guard", "reasons"),
    ("allin_hub.ingest.apply", "apply"),
    ("allin_hub.store.staging", "move_raws"),
    ("allin_hub.store.staging", "move_claims"),
    ("allin_hub.entities.match", "ties"),
    ("allin_hub.entities.link", "Linker._write"),
    ("allin_hub.entities.merge", "merge"),
)
"""The functions behind the steps, in the order in which a record meets them."""
READ = ["fetch", "_take", "RecordChecker.check", "draft", "Validator.check", "ClaimStager.stage", "add"]
WRITTEN = ["apply", "move_raws", "move_claims", "Linker._write", "merge"]
SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
limits = {{ changed = {changed}, changed_share = 0.0 }}
"""
HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "PLZ", "Ort", "Straße", "Sprachen", "Webseite"]


class Way:
    """The steps that a record took, and what was sealed on the way."""

    def __init__(self) -> None:
        self.modules: list[str] = []
        self.steps: list[str] = []
        self.frames: list[FrameType] = []
        self.sealed: Counter[str] = Counter()


@contextmanager
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """Log the module of every function of the hub that is called, each step that is entered, and each raw that is sealed."""
    way, seal = Way(), Sealer.seal_bytes
    wanted = {(module, name) for module, name in STEPS}

    def watch(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event != "call" or not module.startswith(("allin_hub", "allin_plugins")):
            return
        if not way.modules or way.modules[-1] != module:
            way.modules.append(module)
        name = (
            frame.f_code.co_qualname.removeprefix("Spreadsheet.")
            .removeprefix("Fetch.")
            .removeprefix("ColumnMap.")
        )
        if (module, name) in wanted and frame not in way.frames:  # a generator goes on in the same frame
            way.frames.append(frame)
            way.steps.append(name)

    def counted(sealer: Sealer, data: bytes, binding: bytes) -> bytes:
        if binding.startswith(b"raw "):
            way.sealed[json.loads(data)["k"]] += 1
        return seal(sealer, data, binding)

    monkeypatch.setattr(Sealer, "seal_bytes", counted)
    sys.setprofile(watch)
    try:
        yield way
    finally:
        sys.setprofile(None)
        monkeypatch.setattr(Sealer, "seal_bytes", seal)


@pytest.fixture
def one_record(office: Office) -> Callable[..., None]:
    """Write a source with one record."""

    def write(*, email: str = "info@verein-1.example", changed: int = 20) -> None:
        office.settings(SETTINGS.format(changed=changed))
        [row] = associations(1)
        row[2] = email
        office.sheet("vereine.csv", HEADER, [row])

    return write


def test_a_sync_enters_each_step_once(
    office: Office, one_record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the file to the entity: read, mapped, checked, staged, guarded, moved and merged, each once, and sealed once."""
    one_record()
    hub = office.open()
    with followed(monkeypatch) as way:
        report = sync(hub).sources["vereine"]
    hub.close()

    assert report.created == 1
    assert [*READ, *WRITTEN] == way.steps
    assert Counter({"1": 1}) == way.sealed


def test_only_a_record_that_is_known_for_itself_at_the_end_is_sealed_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One under a new key, or without one: its seal is bound to an id that it has only then. All others are sealed once."""
    with_key = SETTINGS.format(changed=20)
    office.settings(with_key + with_key.replace("vereine", "partner").replace('key = "Nr."\n', ""))
    rows = associations(8)
    office.sheet("vereine.csv", HEADER, rows)
    office.sheet("partner.csv", HEADER[1:], [row[1:] for row in rows])
    hub = office.open()
    sync(hub)
    rows[0][0] = "91"
    rows[1][3] = "0561 777777"
    rows[2][2] = "office@verein-3.example"
    office.sheet("vereine.csv", HEADER, [*rows[:3], ["92", "Neu e. V.", *[""] * 7], *rows[3:]])
    office.sheet("partner.csv", HEADER[1:], [row[1:] for row in rows[:2]] + [row[1:] for row in rows[3:]])
    sealed = []
    for name in ("vereine", "partner"):
        with followed(monkeypatch) as way:
            report = sync(hub, [name]).sources[name]
        sealed.append((report.new, report.changed, report.renamed, dict(way.sealed)))
    found = examine(hub)
    hub.close()

    once_and_again = {"91": 2, "2": 1, "3": 1, "92": 1}
    assert [(1, 2, 1, once_and_again), (0, 1, 0, {"": 2})] == sealed
    assert [] == [one.message for one in found]


def test_a_replay_begins_at_the_map_and_seals_no_record(
    office: Office, one_record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is opened, mapped, checked and compared; its cells are neither read nor sealed again."""
    one_record()
    hub = office.open()
    sync(hub)
    with followed(monkeypatch) as way:
        report = sync(hub, replay=True).sources["vereine"]
    hub.close()

    assert (report.status, report.reread) == ("done", 0)
    expected = ["RecordChecker.check", "draft", "Validator.check", "ClaimStager.stage", "add", "reasons"]
    assert [*expected, "apply", "move_raws", "move_claims"] == way.steps
    assert Counter() == way.sealed


def test_a_held_run_stops_at_the_guard_and_an_accept_begins_there(
    office: Office, one_record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person accepts is not read, mapped or checked again, and nothing of it is sealed again."""
    one_record()
    hub = office.open()
    sync(hub)
    one_record(email="office@verein-1.example", changed=0)
    hub.close()
    hub = office.open()
    with followed(monkeypatch) as held:
        report = sync(hub).sources["vereine"]
    with followed(monkeypatch) as accepted:
        taken = accept(hub, "vereine").sources["vereine"]
    hub.close()

    assert ("held", "done") == (report.status, taken.status)
    assert [*READ, "reasons"] == held.steps
    assert WRITTEN == accepted.steps
    assert (Counter({"1": 1}), Counter()) == (held.sealed, accepted.sealed)


def test_a_check_goes_the_way_of_a_sync_as_far_as_the_guard(
    office: Office, one_record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no second sync: the same functions stage for it, and nothing is moved or merged."""
    one_record()
    hub = office.open()
    sync(hub)
    one_record(email="office@verein-1.example")
    with followed(monkeypatch) as way:
        report = check(hub, None).sources["vereine"]
    hub.close()

    assert (report.status, report.changed) == ("done", 1)
    assert [*READ, "reasons"] == way.steps
    assert not any(module in {"allin_hub.ingest.apply", "allin_hub.entities.link"} for module in way.modules)


def test_two_replays_a_year_apart_give_equal_claims(office: Office) -> None:
    """A "5.12." read in November is of that year, on whatever day it is read again."""
    office.settings('[sources.t]\nplugin = "spreadsheet"\npath = "data/t.csv"\nkind = "event"\nkey = "Nr."\n')
    office.sheet(
        "t.csv", ["Nr.", "Titel", "Beginn"], [["1", "Nikolausfest", "5.12. 15:00"], ["2", "Fest", "6.12."]]
    )
    said = []
    for days in (0, 0, 366):
        office.now += dt.timedelta(days=days)
        hub = office.open()
        report = sync(hub, replay=bool(said)).sources["t"]
        with reading(hub.engine) as connection:
            rows = connection.execute(claim.select().order_by(claim.c.id)).mappings()
            said.append([{name: row[name] for name in ("id", "data", "digest", "version")} for row in rows])
        hub.close()

        assert ("done", 0) == (report.status, report.reread)

    assert "2026-12-05" in said[0][0]["data"]
    assert said[0] == said[1] == said[2]
