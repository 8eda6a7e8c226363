"""The doctor names what is wrong and the next step, mends what is safe to mend, and changes nothing unasked."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest

from allin_hub.doctor.checks import Diagnosis, examine
from allin_hub.doctor.finding import BROKEN
from allin_hub.i18n.translator import Voice

OUTPUT = """
[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Servicestelle (erfunden), Obere Königsstraße 99, 34117 Kassel"
"""


@pytest.fixture
def sound(sheet_office: Any, synced: Any, published: Any) -> Any:
    """An office in which all is well, a backup apart."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text.replace("[hub]", "[hub]\nbackups = 0") + OUTPUT)
    synced(sheet_office)
    published(sheet_office)
    return sheet_office


def examined(office: Any, *, fix: bool = False) -> Diagnosis:
    """The doctor's look at an office."""
    return examine(office.folder, fix=fix, clock=lambda: office.now)


def codes(found: Diagnosis) -> list[str]:
    """What was found, by its words; each of them can be said in both languages."""
    for one in found.findings:
        for language in ("de", "en"):
            message, hint = one.said(Voice(language))
            assert message
            assert hint
    return sorted(one.code for one in found.findings)


def changed(office: Any, statement: str, **values: Any) -> None:
    """Change the database behind the hub's back."""
    from sqlalchemy import text

    hub = office.open()
    with hub.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.execute(text(statement), values)
    hub.close()


def test_a_sound_hub_has_no_findings(sound: Any) -> None:
    """Whoever is called for nothing soon does not come any more."""
    found = examined(sound)

    assert [] == codes(found)
    assert found.ok


def test_looking_changes_nothing(sound: Any) -> None:
    """A doctor who treats before he asks is to be feared."""
    before = sound.rows()
    files = sorted(path.name for path in sound.folder.iterdir())
    changed(sound, "INSERT INTO staged_raw (run_id, id, op, status) VALUES ('gone', 1, 'new', 'live')")
    examined(sound)
    after = sound.rows()
    after["staged_raw"].pop()

    assert before == after
    assert files == sorted(path.name for path in sound.folder.iterdir())


def test_a_hub_that_never_ran_is_not_made(office: Any) -> None:
    """Looking at an empty folder leaves neither a key nor a database behind."""
    office.settings('[hub]\ntitle = "Neu"\n')
    (office.folder / "hub.db").unlink(missing_ok=True)
    found = examined(office)

    assert found.ok
    assert not (office.folder / "hub.db").exists()
    assert not (office.folder / "hub.key").exists()
    assert ["not_run"] == codes(found)


def test_a_hub_that_was_looked_at_before_its_first_source_is_new(office: Any) -> None:
    """`allin status` in a new folder makes the database; what SQLite keeps beside it while it is open is no sign of a loss."""
    office.settings('[hub]\ntitle = "Neu"\n')
    office.open().close()
    found = examined(office)

    assert ["not_run"] == codes(found)
    assert found.ok


def test_wrong_settings_are_named(sound: Any) -> None:
    """The first thing that is wrong is said as every command says it."""
    (sound.folder / "hub.toml").write_text("[hub]\ntitel = 1\n")
    found = examined(sound)

    assert ["settings"] == codes(found)
    assert not found.ok
    assert "titel" in found.findings[0].said(Voice("de"))[0]


def test_a_missing_key_is_named_and_none_is_made(sound: Any) -> None:
    """A new key would open nothing, and hide that the old one is gone."""
    (sound.folder / "hub.key").unlink()
    found = examined(sound)

    assert ["key_missing"] == codes(found)
    assert not found.ok
    assert not (sound.folder / "hub.key").exists()


def test_a_foreign_key_is_named(sound: Any) -> None:
    """A key of another hub looks just the same."""
    (sound.folder / "hub.key").write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n")
    found = examined(sound)

    assert ["database"] == codes(found)
    assert not found.ok


def test_a_key_that_others_may_read_is_mended(sound: Any) -> None:
    """One chmod, and nobody has to be asked."""
    key = sound.folder / "hub.key"
    key.chmod(0o644)
    found = examined(sound)
    mended = examined(sound, fix=True)

    assert ["key_mode"] == codes(found)
    assert ["key_mode"] == [one.code for one in mended.mended]
    assert 0o600 == key.stat().st_mode & 0o777
    assert [] == codes(mended)


BREAKS = {
    "claim_without_entity": "UPDATE claim SET entity_id = 'nobody' WHERE id = 3",
    "entity_without_claim": "UPDATE claim SET live = 0 WHERE id = 3",
    "provenance": """UPDATE organisation SET provenance = '{"*":[999999]}' WHERE slug = (SELECT MIN(slug) FROM organisation)""",
    "forwarding": "UPDATE organisation SET merged_into = id WHERE slug = (SELECT MIN(slug) FROM organisation)",
    "claim_of_gone_record": "UPDATE raw SET status = 'withdrawn' WHERE id = 5",
    "sealed": "UPDATE raw SET sealed = digest WHERE id = 7",
}


@pytest.mark.parametrize("code", BREAKS)
def test_every_broken_invariant_is_found(sound: Any, code: str) -> None:
    """What the code promises between two tables is asked of the rows themselves."""
    changed(sound, BREAKS[code])
    found = examined(sound)

    assert code in codes(found)
    assert not found.ok
    assert {BROKEN} == {one.state for one in found.findings if one.code == code}


def test_a_reference_into_nothing_is_found(sound: Any) -> None:
    """An event whose organiser is not there would be published without one."""
    changed(
        sound,
        "INSERT INTO reference (claim_id, field, target_kind, target_claim) VALUES (1, 'x', 'organisation', 99999)",
    )

    assert "reference" in codes(examined(sound))


def test_what_a_killed_run_left_is_mended(sound: Any) -> None:
    """Lease, run and staging of a process that is gone; a live one is left alone."""
    until = (sound.now + dt.timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    past = (sound.now - dt.timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for name, run, expires in (("tot", "r-tot", past), ("lebt", "r-lebt", until)):
        changed(
            sound,
            "INSERT INTO lease (source, owner, holder, fence, expires_at) VALUES (:name, :run, 'elsewhere|x|1|1', 1, :expires)",
            name=name,
            run=run,
            expires=expires,
        )
        changed(
            sound,
            "INSERT INTO run (id, invocation, job, target, status, started_at, counts, config_digest)"
            " VALUES (:run, 'i', 'sync', :name, 'running', :past, '{}', '')",
            name=name,
            run=run,
            past=past,
        )
        changed(
            sound, "INSERT INTO staged_raw (run_id, id, op, status) VALUES (:run, 1, 'new', 'live')", run=run
        )
    found = examined(sound)
    mended = examined(sound, fix=True)
    status = sound.rows("run")["run"]

    assert ["lease", "staging"] == codes(found)
    assert found.ok
    assert [] == codes(mended)
    assert {"lease", "staging"} == {one.code for one in mended.mended}
    assert [True] == ["killed" in row for row in status if "'r-tot'" in row]
    assert [True] == ["running" in row for row in status if "'r-lebt'" in row]
    assert 1 == len(sound.rows("staged_raw")["staged_raw"])


def test_a_publish_that_was_cut_off_is_finished(sound: Any, synced: Any, rows_of: Any, header: Any) -> None:
    """The journal says what was decided; the doctor ends it as the next publish would."""
    import os

    sound.sheet("vereine.csv", header, rows_of(101))
    synced(sound)
    done = subprocess.run(
        [sys.executable, "-m", "allin_hub", "publish", "--hub", str(sound.folder)],
        env={**os.environ, "ALLIN_STOP_AT": "file-placed:3"},
        capture_output=True,
        check=False,
    )
    sound.now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    found = examined(sound)
    mended = examined(sound, fix=True)

    assert -9 == done.returncode
    assert "journal" in codes(found)
    assert "journal" in {one.code for one in mended.mended}
    assert [] == sound.rows("journal")["journal"]
    assert [] == codes(mended)


def test_lost_pages_are_named(sound: Any) -> None:
    """Somebody has tidied the web folder."""
    (sound.folder / "statistik" / "index.html").unlink()
    found = examined(sound)

    assert ["output_files"] == codes(found)
    assert "index.html" in found.findings[0].said(Voice("en"))[0]


def test_records_of_a_source_that_hub_toml_forgot_are_named(sound: Any) -> None:
    """They would be published for ever, and nobody would keep them true."""
    text = (sound.folder / "hub.toml").read_text(encoding="utf-8")
    sound.settings(text.replace("sources.vereine", "sources.andere"))

    assert "source_left" in codes(examined(sound))


def test_a_missing_plugin_is_named(sound: Any) -> None:
    """The package was not installed on the new machine."""
    text = (sound.folder / "hub.toml").read_text(encoding="utf-8")
    sound.settings(text.replace('"statistics"', '"nirgends"'))
    found = examined(sound)

    assert ["output statistik"] == codes(found)
    assert not found.ok


def test_a_clock_that_went_back_is_named(sound: Any) -> None:
    """Ages and leases would be wrong, and nobody would know why."""
    sound.now -= dt.timedelta(days=2)

    assert "clock" in codes(examined(sound))


def test_a_full_disk_is_named(sound: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a sync stops in the night."""
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("allin_hub.doctor.environment.shutil.disk_usage", lambda _: usage(10, 9, 1))

    assert ["disk"] == codes(examined(sound))


def test_a_hub_without_a_copy_is_named(sound: Any) -> None:
    """The disk dies on the day on which nobody thought of it."""
    text = (sound.folder / "hub.toml").read_text(encoding="utf-8")
    sound.settings(text.replace("backups = 0", "backups = 2"))
    none = codes(examined(sound))
    from allin_hub.backup.create import back_up

    hub = sound.open()
    back_up(hub)
    hub.close()
    fresh = codes(examined(sound))
    sound.now += dt.timedelta(days=5)

    assert ["backup_none"] == none
    assert [] == fresh
    assert ["backup_old"] == codes(examined(sound))
