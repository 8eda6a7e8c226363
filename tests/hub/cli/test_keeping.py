"""Backup, restore, upkeep and doctor say what they did and what to do next, to people and to programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_backup_says_where_it_lies_and_what_is_not_in_it(allin: Any, told: Any, office: Any) -> None:
    """The one thing that people forget is the key."""
    allin("sync")
    said = allin("backup").stdout
    report = told("backup", str(office.folder.parent))

    assert "Der Schlüssel ist nicht darin: hub.key" in said
    assert {"file", "size", "rows", "keys", "removed"} == set(report)
    assert Path(report["file"]).parent == office.folder.parent
    assert report["rows"] > 30


def test_a_restored_hub_says_what_to_do_next(allin: Any, told: Any, office: Any, tmp_path: Path) -> None:
    """Who restores is in a hurry, and should not have to look anything up."""
    allin("sync")
    made = told("backup")
    there = tmp_path / "probe"
    done = allin("restore", made["file"], str(there), "--key", str(office.folder / "hub.key"), hub=False)

    assert 0 == done.exit_code, done.output
    assert f"allin doctor --hub {there}" in done.stdout
    assert f"allin run --hub {there}" in done.stdout


def test_a_wrong_call_writes_nothing(allin: Any, told: Any, tmp_path: Path) -> None:
    """A restore that cannot be made leaves no folder behind, and ends with 2."""
    there = tmp_path / "probe"
    done = allin("restore", str(tmp_path / "nichts.zip"), str(there), hub=False)
    answer = told("restore", str(tmp_path / "nichts.zip"), str(there), hub=False, exit_code=2)

    assert 2 == done.exit_code
    assert "nichts.zip" in answer["error"]
    assert not there.exists()


def test_the_doctor_ends_with_one_when_something_is_broken(allin: Any, told: Any, office: Any) -> None:
    """A script that runs every morning needs no more than that."""
    allin("sync")
    fine = told("doctor")
    (office.folder / "hub.key").unlink()
    broken = told("doctor", exit_code=1)

    assert fine["ok"]
    assert not broken["ok"]
    assert ["key_missing"] == [one["code"] for one in broken["findings"]]
    assert {"code", "state", "message", "hint", "fixed"} == set(broken["findings"][0])


def test_the_doctor_says_what_it_has_mended(allin: Any, office: Any) -> None:
    """Nothing is changed in silence."""
    allin("sync")
    (office.folder / "hub.key").chmod(0o640)
    said = allin("doctor", "--fix").stdout

    assert "In Ordnung gebracht: Andere auf diesem Rechner dürfen den Schlüssel hub.key lesen." in said


def test_upkeep_tells_what_it_did(allin: Any, told: Any) -> None:
    """One sentence for each thing, or one object."""
    allin("sync")
    said = allin("upkeep").stdout
    report = told("upkeep")

    assert "Eine Sicherung ist gemacht: allin-" in said
    assert (True, []) == (report["ok"], report["faults"])
    assert Path(report["backup"]).exists()
