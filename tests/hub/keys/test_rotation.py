"""New keys: what the hub knows stays, nothing that it keeps hangs on the old key any more, and a kill leaves one or the other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, update
from tests.hub.upgrade.hub_content import content
from tests.hub.upgrade.office import KEY_FILE, LATER_ANSWERS, QUESTIONS, TODAY, answer, write

from allin_hub.backup.archive import verified
from allin_hub.backup.restore import Wish, restore
from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError, HubError, StoreError
from allin_hub.base.ids import new_id
from allin_hub.base.reports import SourceReport
from allin_hub.doctor.database import examine, opens
from allin_hub.hub import Hub
from allin_hub.ingest.hold import accept
from allin_hub.ingest.sync import sync
from allin_hub.operations.rotate_key import new_value, rotate
from allin_hub.publish.publish import publish
from allin_hub.store import leases, staging
from allin_hub.store.engine import reading, writing
from allin_hub.store.integrity import sealed_values
from allin_hub.store.tables import HASHED, SEALED, metadata

Opened = Callable[[], AbstractContextManager[Hub]]
HELD, KILLED = ("vereine", "veranstaltungen", "partner"), "kurse"
both_keys = pytest.mark.parametrize("hashes", [False, True], ids=["seals", "hashes"])


def known(hub: Hub) -> dict[str, Any]:
    """All that the hub knows, opened; but for slots, which are hashes, and for runs: killed ones are noted as such."""
    found = dict(json.loads(json.dumps(content(hub))))
    del found["runs"]
    found["claims"] = [
        {name: value for name, value in one.items() if name != "slot"} for one in found["claims"]
    ]
    return found


def figures(report: SourceReport) -> tuple[str, int, int, int, int]:
    """What a sync says of a source."""
    return report.status, report.new, report.changed, report.withdrawn, report.reread


def hashed(hub: Hub) -> set[Any]:
    """Every keyed hash that the hub keeps."""
    found: set[Any] = set()
    with reading(hub.engine) as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if HASHED in column.info:
                    found |= {
                        (column.info[HASHED], value) for value in connection.execute(select(column)).scalars()
                    }
    return found - {
        (how, nothing) for how in ("hash", "number", "numbers", "slot", "keys") for nothing in (None, "", b"")
    }


def test_every_column_of_bytes_says_whether_it_is_sealed_or_hashed() -> None:
    """A column without a mark would keep its old key for ever."""
    unmarked = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not {SEALED, HASHED} & column.info.keys()
    ]

    assert [] == unmarked


@both_keys
def test_a_rotation_changes_nothing_that_the_hub_knows(opened: Opened, hashes: bool) -> None:
    """Nor does a sync of unchanged sources after it; what was held stays held, and is applied as it was shown."""
    with opened() as hub:
        before = known(hub)
        done = rotate(hub, hashes=hashes)
    with opened() as hub:
        after = known(hub)
        findings = [one.code for one in examine(hub) if one.code != "journal"]
        names = [name for name in hub.config.sources if name not in {*HELD, KILLED}]
        reports = sync(hub, names).sources
        same = known(hub)
        accepted = [accept(hub, name).sources[name] for name in HELD]
        again = sync(hub, HELD).sources.values()

    nothing = {("done", 0, 0, 0, 0)}
    assert (0, True) == (done.left, done.values > 100)
    assert before == after
    assert not {"sealed", "held_run"} & set(findings)
    assert nothing == {figures(one) for one in reports.values()}
    for part in ("entities", "raws", "claims", "claim_versions", "references", "consents", "changes", "held"):
        assert before[part] == same[part], part
    assert [("done", 1, 1, 4, 0), ("done", 1, 1, 2, 0), ("done", 1, 1, 2, 0)] == [
        figures(one) for one in accepted
    ]
    assert nothing == {figures(one) for one in again}


def test_the_old_sealing_key_opens_nothing_any_more(opened: Opened) -> None:
    """Whoever stole it has what he had copied, and nothing of the hub of now."""
    with opened() as hub:
        old, hashes = hub.sealer, hashed(hub)
        rotate(hub, hashes=False)
    with opened() as hub, reading(hub.engine) as connection:
        found = list(sealed_values(connection))
        for _, binding, sealed in found:
            hub.sealer.unseal(sealed, binding)
            with pytest.raises(StoreError, match=r"not sealed with this hub\.key"):
                old.unseal(sealed, binding)

        assert len(found) > 100
        assert hashes == hashed(hub)


def test_no_page_of_the_database_holds_what_was_overwritten(opened: Opened, folder: Path) -> None:
    """SQLite leaves what is deleted in its pages: whoever has the old key and the file of now would read it there."""
    with opened() as hub, reading(hub.engine) as connection:
        if hub.engine.dialect.name != "sqlite":
            pytest.skip("a server keeps its own files")
        before = [sealed for _, _, sealed in sealed_values(connection)]
    with opened() as hub:
        with writing(hub.engine) as connection:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")  # as many builds of SQLite have it
            staging.drop(connection, staging.saved_runs(connection))
        done = rotate(hub, hashes=False)
    kept = b"".join(path.read_bytes() for path in folder.glob("hub.db*"))

    assert done.rewritten
    assert [] == [sealed for sealed in before if sealed[-16:] in kept]


def test_the_old_hashing_key_knows_nothing_again(opened: Opened) -> None:
    """No hash is what it was: not of raws, slots, digests, match keys and references, nor in staging and old versions."""
    with opened() as hub:
        old, before = hub.sealer, hashed(hub)
        rotate(hub, hashes=True)
    with opened() as hub:
        after = hashed(hub)

        assert len(before) == len(after) > 100
        assert set() == before & after
        assert old.hash_text("key", "1") != hub.sealer.hash_text("key", "1")
        assert old.keys.sealing == hub.sealer.keys.sealing


@both_keys
def test_a_new_record_still_finds_what_it_speaks_of(opened: Opened, folder: Path, hashes: bool) -> None:
    """What is read after a rotation is hashed as what was renewed by it."""
    with opened() as hub:
        rotate(hub, hashes=hashes)
    news = [
        answer(105, "Der vierte Verein", **{"Vereinsregister-Nr.": "VR 9004"}),
        answer(106, "Kulturverein Nummer 11 e. V.", **{"E-Mail des Vereins": "info@verein-11.example"}),
    ]
    write(folder, "anmeldung.csv", [QUESTIONS, *LATER_ANSWERS, *news])
    with opened() as hub:
        count = len(titles(hub, "organisation"))
        report = sync(hub, ["anmeldung"]).sources["anmeldung"]

        assert ("done", 2, 0) == (report.status, report.new, report.changed)
        assert count == len(titles(hub, "organisation"))


def titles(hub: Hub, kind: str) -> list[str]:
    """The names of entities in sight."""
    found = [one["data"] for one in content(hub)["entities"] if one["kind"] == kind]
    return sorted(one["name"] for one in found if one["record_status"] == "published")


def test_each_backup_wants_the_key_of_its_time(opened: Opened, folder: Path, tmp_path: Path) -> None:
    """Rotated twice: the key before lies beside, under the fingerprint that its backups name."""
    key = folder / KEY_FILE
    first = Sealer(_keys(key)).mark().hex()
    made = []
    for hashes in (False, True):
        with opened() as hub:
            made.append(rotate(hub, hashes=hashes))
    [one, two], newest = made, Sealer(_keys(key)).mark().hex()
    kept = [one.old_key, two.old_key]

    assert [f"{KEY_FILE}.old-{first[:8]}", f"{KEY_FILE}.old-{one.fingerprint[:8]}"] == [
        path.name for path in kept if path
    ]
    assert two.fingerprint == newest
    assert [0o600] * 3 == [path.stat().st_mode & 0o777 for path in (key, *kept) if path]
    for number, (done, old) in enumerate(zip(made, kept, strict=True)):
        facts = verified(done.backup).facts
        place = tmp_path / f"back-{number}"
        place.mkdir()
        with pytest.raises(ConfigError, match="does not belong to this backup"):
            restore(done.backup, place, Wish(key=key, database="sqlite:///hub.db"), now=TODAY)
        restore(done.backup, place, Wish(key=old, database="sqlite:///hub.db"), now=TODAY)

        assert facts["keys"][0]["fingerprint"] == Sealer(_keys(place / KEY_FILE)).mark().hex()
    assert [] == list(folder.glob(".*.next"))


def _keys(path: Path) -> Any:
    from allin_hub.base.encryption import Keys

    return Keys.parsed(path.read_text(), path.name)


def test_the_key_of_before_is_refused(opened: Opened, folder: Path) -> None:
    """Wrong or lost, nothing is begun with it; the right one put back, all goes on."""
    with opened() as hub:
        done = rotate(hub, hashes=False)
    key, new = folder / KEY_FILE, (folder / KEY_FILE).read_bytes()
    assert done.old_key is not None
    shutil.copy(done.old_key, key)
    with pytest.raises(ConfigError, match="does not belong to this database"), opened():
        pass
    key.unlink()
    with pytest.raises(ConfigError, match="is not there, but the database was made with it"), opened():
        pass
    assert not key.exists()
    key.write_bytes(new)
    with opened() as hub, reading(hub.engine) as connection:
        assert [] == list(opens(hub, connection))


@pytest.mark.parametrize(
    ("place", "hashes"),
    [
        ("next-key-written:2", False),
        ("rows-written:7", True),
        ("key-rotated:1", False),
        ("key-rotated:2", True),
        ("old-key-kept:2", False),
        ("hub-key-replaced:2", True),
    ],
)
def test_a_rotation_that_was_killed_is_done_or_not_begun(
    opened: Opened, folder: Path, place: str, hashes: bool
) -> None:
    """The next command finds the keys that the database wants; an unchanged sync finds nothing new."""
    with opened() as hub:
        before, old = known(hub), hub.sealer.mark()
    words = ["key", "rotate", *(["--hashes"] if hashes else []), "--hub", str(folder)]
    command = [sys.executable, "-m", "allin_hub", *words]
    killed = subprocess.run(command, env={**os.environ, "ALLIN_STOP_AT": place}, capture_output=True)
    with opened() as hub:
        is_new = hub.sealer.mark() != old
        after = known(hub)
        with reading(hub.engine) as connection:
            closed = list(opens(hub, connection))
        names = [name for name in hub.config.sources if name not in {*HELD, KILLED}]
        reports = sync(hub, names).sources.values()
        rotate(hub, hashes=hashes)

    assert -signal.SIGKILL == killed.returncode
    assert (place in {"key-rotated:2", "old-key-kept:2", "hub-key-replaced:2"}) == is_new
    assert before == after
    assert [] == closed
    assert {("done", 0, 0, 0, 0)} == {figures(one) for one in reports}
    assert [] == list(folder.glob(".*.next"))


def test_what_was_opened_before_a_rotation_writes_nothing_after_it(opened: Opened) -> None:
    """It would seal with the old key what nobody could open."""
    with opened() as slow:
        with opened() as hub:
            rotate(hub, hashes=False)
        with pytest.raises(ConfigError, match="key was renewed while this command ran"):
            sync(slow, ["mitmachen"])
    with opened() as hub, reading(hub.engine) as connection:
        assert [] == list(opens(hub, connection))


def test_nothing_is_rotated_while_a_source_is_at_work(opened: Opened, folder: Path) -> None:
    """It says which, and leaves no backup and no key."""
    with opened() as hub:
        with writing(hub.engine) as connection:
            leases.take_lease(connection, "vereine", new_id(), hub.clock())
        before = (folder / KEY_FILE).read_bytes()
        with pytest.raises(HubError, match="'vereine' is at work"):
            rotate(hub, hashes=False)

    assert before == (folder / KEY_FILE).read_bytes()
    assert [] == [*folder.glob("backups/before-key*"), *folder.glob(".*.next"), *folder.glob("*.old-*")]


@both_keys
def test_what_does_not_open_is_counted_and_left_as_it_was(opened: Opened, hashes: bool) -> None:
    """A rotation makes nothing right that was wrong: doctor finds it before and after."""
    raw = metadata.tables["raw"]
    with opened() as hub:
        with writing(hub.engine) as connection:
            connection.execute(update(raw).where(raw.c.id == 1).values(sealed=b"\x02cut"))
        done = rotate(hub, hashes=hashes)
    with opened() as hub, reading(hub.engine) as connection:
        [found] = opens(hub, connection)

    assert (0 if hashes else 1) == done.left
    assert {"count": 1, "table": "raw", "records": "raw 1"} == found.params


@both_keys
def test_a_key_in_the_environment_is_set_by_the_admin(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch, hashes: bool
) -> None:
    """The hub makes the next one when asked, and writes it nowhere."""
    settings, key = folder / "hub.toml", folder / KEY_FILE
    text = settings.read_text(encoding="utf-8").replace(f'{{ file = "{KEY_FILE}" }}', '{ env = "HUB_KEY" }')
    settings.write_text(text, encoding="utf-8")
    monkeypatch.setenv("HUB_KEY", key.read_text())
    key.unlink()
    with opened() as hub:
        with pytest.raises(ConfigError, match="HUB_KEY: the hub cannot change it") as refused:
            rotate(hub, hashes=hashes)
        name, value = new_value(hub, hashes=hashes)
        wrong = new_value(hub, hashes=not hashes)[1]
        monkeypatch.setenv(name, wrong)
        with pytest.raises(ConfigError, match="HUB_KEY_NEW holds does not follow"):
            rotate(hub, hashes=hashes)
        monkeypatch.setenv(name, value)
        before, done = known(hub), rotate(hub, hashes=hashes)

    assert "allin key new" in str(refused.value.hint)
    assert ("HUB_KEY", "HUB_KEY_NEW", None) == (done.variable, name, done.old_key)
    with opened() as hub:  # still with both: the new one counts
        assert before == known(hub)
    monkeypatch.setenv("HUB_KEY", value)
    monkeypatch.delenv(name)
    with opened() as hub:
        assert before == known(hub)
    secret = value.split()[0].partition(":")[2].encode()
    assert [] == [path for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_pages_are_the_same_after_both_rotations(opened: Opened, folder: Path) -> None:
    """They hang on no key: a publish afterwards makes nothing else."""

    def pages() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file()}

    with opened() as hub:
        publish(hub)
        before = pages()
        rotate(hub, hashes=False)
    with opened() as hub:
        rotate(hub, hashes=True)
    with opened() as hub:
        reports = publish(hub)

    assert {"done"} == {one.status for one in reports.values()}
    assert before == pages()
