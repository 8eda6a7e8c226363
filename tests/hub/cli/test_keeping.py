"""Backup, restore, upkeep and doctor say what they did and what to do next, to people and to programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from allin_hub.cli import app
from allin_hub.cli.invocation import Call


def test_a_backup_says_where_it_lies_and_what_is_not_in_it(allin: Any, told: Any, office: Any) -> None:
    """The one thing that people forget is the key."""
    allin("sync")
    said = allin("backup").stdout
    report = told("backup", str(office.folder.parent))

    assert "Der Schlüssel ist nicht darin: hub.key" in said
    assert {"file", "size", "rows", "keys", "removed", "elsewhere"} == set(report)
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


def test_a_restored_hub_says_that_its_outputs_wait_to_be_published_anew(
    allin: Any, told: Any, office: Any, tmp_path: Path
) -> None:
    """They were published: `never` would frighten whoever has just restored; after a publish all is as before."""
    allin("run")
    made = told("backup")
    there = str(tmp_path / "probe")
    allin("restore", made["file"], there, "--key", str(office.folder / "hub.key"), hub=False)
    before = told("status", "--hub", there, hub=False)
    said = allin("status", "--hub", there, hub=False).stdout
    allin("publish", "--hub", there, hub=False)
    after = told("status", "--hub", there, hub=False)

    assert ("restored", "done") == tuple(one["outputs"]["statistik"]["state"] for one in (before, after))
    assert before["outputs"]["statistik"]["last_success_at"] is not None
    assert "zurückgeholt" in said
    assert "was im Netz steht, bleibt bis dahin: statistik" in said
    assert f"allin publish statistik --hub {there}" in said


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
    assert {"code", "state", "message", "hint", "fixed"} <= set(broken["findings"][0])


def test_the_doctor_misses_a_file_and_names_the_folder_that_he_looked_at(
    allin: Any, told: Any, office: Any
) -> None:
    """A command to copy works where the person is, which is not where the hub is."""
    allin("run")
    allin("upkeep")
    (office.folder / "data" / "vereine.csv").rename(office.folder / "data" / "verein.csv")
    (office.folder / "statistik" / "index.html").unlink()
    found = {one["code"]: one for one in told("doctor")["findings"]}

    assert found["source_file"]["message"].startswith("vereine: ")
    assert "verein.csv" in found["source_file"]["message"] + found["source_file"]["hint"]
    assert f"allin publish --hub {office.folder} statistik" in found["output_files"]["hint"]


def test_the_doctor_misses_a_database_that_has_been_there(allin: Any, told: Any, office: Any) -> None:
    """Deleted, or empty: in both cases the hub has forgotten all consents."""
    allin("run")
    for file in office.folder.glob("hub.db*"):
        file.unlink()
    gone = told("doctor", exit_code=1)["findings"]
    (office.folder / "hub.db").touch()
    allin("status")
    anew = told("doctor", exit_code=1)["findings"]

    assert ["database_gone"] == [one["code"] for one in gone]
    assert "database_gone" in [one["code"] for one in anew]
    assert "statistik/" in gone[0]["message"]
    assert f"allin restore DATEI {office.folder} --force" in gone[0]["hint"]


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everywhere")
def test_the_doctor_names_a_folder_that_takes_no_files(allin: Any, office: Any) -> None:
    """No next run mends a right that is missing; `--fix` neither, and it says so instead of stopping there."""
    allin("run")
    office.sheet(office.rows(33))
    folders = [
        office.folder / "statistik",
        *(path for path in (office.folder / "statistik").rglob("*") if path.is_dir()),
    ]
    for folder in folders:
        folder.chmod(0o500)
    try:
        failed = _as_owner("run", office.folder)
        seen, fixed = (_as_owner("doctor", office.folder, *words) for words in ((), ("--fix",)))
    finally:
        for folder in folders:
            folder.chmod(0o700)
    allin("publish")
    after = allin("doctor").stdout

    assert 1 == failed.returncode
    assert "ließ sich nicht schreiben" in failed.stderr + failed.stdout
    for one in (seen, fixed):
        assert 1 == one.returncode
        assert f"In den Ordner {office.folder / 'statistik'} darf der Hub nicht schreiben." in one.stdout
        assert "Schreibrecht" in one.stdout
        assert "abgebrochen" not in one.stdout
    assert "Schreibrecht" not in after
    assert "abgebrochen" not in after


def _as_owner(command: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call a command with the rights of the files' owner and no others, also where root calls."""
    rights = "-dac_override,-dac_read_search"
    alone = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"] if os.geteuid() == 0 else []
    allin = str(Path(sys.executable).with_name("allin"))
    return subprocess.run(
        [*alone, allin, command, *words, "--hub", str(folder)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("command", ["sync", "publish", "run", "status", "problems", "backup", "upgrade"])
def test_no_command_makes_a_new_database_where_one_was_lost(
    allin: Any, told: Any, office: Any, command: str
) -> None:
    """An empty one would know of no consent and no decision, and the next publish would write that over the site."""
    allin("run")
    allin("backup")
    for file in office.folder.glob("hub.db*"):
        file.unlink()
    before = sorted(path.name for path in office.folder.rglob("*"))
    refused = told(command, exit_code=2)

    assert "hub.db" in refused["error"]
    assert "backups/allin-" in refused["error"]
    assert f"allin restore DATEI {office.folder} --force" in refused["hint"]
    assert "backups, .last-backup, statistik." in refused["hint"]
    assert before == sorted(path.name for path in office.folder.rglob("*"))


def test_a_hub_whose_database_was_lost_comes_back_or_begins_anew(allin: Any, told: Any, office: Any) -> None:
    """Both ways that the message names are open."""
    allin("run")
    allin("backup")
    for file in office.folder.glob("hub.db*"):
        file.unlink()
    (backup,) = (office.folder / "backups").glob("*.zip")
    told("restore", str(backup), str(office.folder), "--force", hub=False)
    back = told("sync")["sources"]["vereine"]
    for file in office.folder.glob("hub.db*"):
        file.unlink()
    places = told("sync", exit_code=2)["hint"].partition("übrig ist: ")[2].partition(". ")[0]
    (office.folder / "alt").mkdir()
    for place in places.split(", "):
        (office.folder / place).rename(office.folder / "alt" / place)
    anew = told("sync")["sources"]["vereine"]

    assert (0, back["fetched"]) == (back["new"], back["unchanged"])
    assert anew["new"] == anew["fetched"] > 0


def test_a_new_hub_beside_files_of_others_is_made(allin: Any, told: Any, office: Any) -> None:
    """Something that lies where an output is to go shows no loss as long as no key was ever made."""
    (office.folder / "public").mkdir()
    (office.folder / "public" / "CNAME").write_text("forum.example")

    assert "done" == told("sync")["sources"]["vereine"]["status"]


def test_every_command_of_a_hub_is_known_where_its_folder_is_added() -> None:
    """A new command would else be shown without it."""
    every = {
        " ".join(names): {option for param in command.params for option in param.opts}
        for names, command in _commands(typer.main.get_command(app))
    }
    named = {
        name
        for name in every
        if Call("there").placed(f"Tun Sie das: allin {name}.").endswith(" --hub there.")
    }

    assert named == {name for name, options in every.items() if "--hub" in options}


def test_a_folder_is_named_once_and_only_where_it_is_needed() -> None:
    """Not in the folder itself, and not where the command names it already."""
    assert Call().placed("Los: allin sync") == "Los: allin sync"
    assert (
        Call("a b").placed("Los: allin sync x. Oder: allin up")
        == "Los: allin sync --hub 'a b' x. Oder: allin up --hub 'a b'"
    )
    assert Call("da").placed("Los: allin sync x --hub da") == "Los: allin sync x --hub da"


def _commands(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "commands"):
        yield names, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, *names, name)


def test_the_doctor_says_what_it_has_mended(allin: Any, office: Any) -> None:
    """Nothing is changed in silence."""
    allin("sync")
    (office.folder / "hub.key").chmod(0o640)
    said = allin("doctor", "--fix").stdout

    assert "In Ordnung gebracht: Andere auf diesem Rechner dürfen den Schlüssel hub.key lesen." in said


def test_an_upgrade_says_when_there_is_nothing_to_do_and_makes_no_hub(
    allin: Any, told: Any, office: Any
) -> None:
    """A call too many changes nothing: neither a new hub nor one of today's schema."""
    before = allin("upgrade").stdout
    files = {path.name for path in office.folder.glob("hub.*")}
    allin("sync")
    after = allin("upgrade").stdout

    assert "hat noch keine Datenbank" in before
    assert files == {"hub.toml"}
    assert "Es ist nichts zu tun" in after
    assert {"from", "to", "upgraded", "backup"} == set(told("upgrade"))


def test_upkeep_tells_what_it_did(allin: Any, told: Any) -> None:
    """One sentence for each thing, or one object."""
    allin("sync")
    said = allin("upkeep").stdout
    report = told("upkeep")

    assert "Eine Sicherung ist gemacht: allin-" in said
    assert (True, []) == (report["ok"], report["faults"])
    assert Path(report["backup"]).exists()
