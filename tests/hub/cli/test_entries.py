"""Every report of a sync names which entries came, changed in what, and went; a held run has an exit code of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def changed(allin: Any, office: Any) -> None:
    """A second sheet: a new association, one with another mail, one that waits, one that is gone."""
    allin("sync")
    rows = office.rows(30)
    rows[1][2], rows[9][1] = "post@verein-2.example", ""
    office.sheet([*rows[:29], [31, "Sprachcafé Wesertor", "", "", "Kassel", ""]])


NEWS = (
    "vereine, neu: Sprachcafé Wesertor (Zeile 31)",
    "vereine, geändert: Kulturverein Nummer 2 e. V. (Zeile 3): email; "
    "Kulturverein Nummer 10 e. V. (Zeile 11), wartet, bis er verbessert ist",
    "vereine, weg: Kulturverein Nummer 30 e. V. (Zeile 31)",
)


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize("command", ["sync", "run"])
def test_a_sync_names_what_came_changed_and_went(allin: Any, command: str) -> None:
    """Titles, places and fields; the new mail address stands nowhere."""
    said = allin(command)

    assert set(NEWS) <= set(said.stdout.splitlines())
    assert "post@" not in said.output


@pytest.mark.usefixtures("changed")
def test_a_check_lists_them_line_by_line(allin: Any) -> None:
    """The same, before anything is taken in."""
    said = allin("check").stdout.splitlines()

    first = said.index("vereine, neu: 1")
    assert ["  Sprachcafé Wesertor (Zeile 31)", "", "vereine, geändert: 2"] == said[first + 1 : first + 4]
    assert "  Kulturverein Nummer 2 e. V. (Zeile 3): email" in said
    assert ["vereine, weg: 1", "  Kulturverein Nummer 30 e. V. (Zeile 31)"] == said[first + 7 : first + 9]


@pytest.mark.usefixtures("changed")
def test_past_runs_name_them_too(allin: Any, told: Any) -> None:
    """A week later the office sees what a run did."""
    report = told("sync")["sources"]["vereine"]
    shown, (run, *_) = allin("runs").stdout, told("runs")["runs"]

    assert report["entries"] == run["entries"]
    assert [("new", "Sprachcafé Wesertor", 31, [])] == [
        (one["op"], one["title"], one["row"], one["fields"]) for one in run["entries"] if one["op"] == "new"
    ]
    assert "1 neu (Sprachcafé Wesertor (Zeile 31))" in " ".join(shown.split())


def test_a_check_names_ten_of_each_and_says_how_many_more(allin: Any, told: Any) -> None:
    """With --all each one; --json always has all."""
    short, whole = allin("check").stdout, allin("check", "--all").stdout
    entries = told("check")["sources"]["vereine"]["entries"]

    assert "vereine, neu: 30" in short
    assert ("  und 20 weitere; alle: --all" in short, "weitere; alle" in whole) == (True, False)
    assert (False, True) == ("Nummer 20 e. V." in short, "Nummer 20 e. V." in whole)
    assert 30 == len(entries)


def test_a_held_run_ends_with_three_and_is_told_once(allin: Any, office: Any) -> None:
    """A cron job can tell it from a failure; the second time it only says that it still waits."""
    allin("run")
    office.sheet(office.rows(10))
    held, again, all_again = allin("sync"), allin("sync"), allin("run")
    office.sheet(office.rows(9))
    other = allin("run")
    accepted = allin("sync", "--accept", "vereine")

    assert [3, 3, 3, 3, 0] == [one.exit_code for one in (held, again, all_again, other, accepted)]
    assert ("vereine ist angehalten." in held.stdout, "vereine, weg: " in held.stdout) == (True, True)
    for one in (again, all_again):
        assert "vereine ist immer noch angehalten." in one.stdout
        assert "vereine, weg: " not in one.stdout
    assert "vereine ist angehalten." in other.stdout


def test_a_failure_outweighs_what_is_held(allin: Any, office: Any) -> None:
    """1 wants somebody at once; the held run is told in the same report."""
    office.settings(
        old="[outputs",
        new='[sources.fort]\nplugin = "spreadsheet"\npath = "data/fort.csv"\nkind = "event"\n[outputs',
    )
    allin("run")
    office.sheet(office.rows(10))
    both = allin("run")

    assert (1, True) == (both.exit_code, "vereine ist angehalten." in both.stdout)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_help_of_both_commands_names_the_exit_code(allin: Any, lang: str) -> None:
    """Whoever writes a cron line reads it there."""
    for command in ("sync", "run"):
        said = " ".join(allin(command, "--help", "--lang", lang, hub=False).stdout.split())

        assert ("Rückgabewert 3" if lang == "de" else "Exit code 3") in said


def test_a_waiting_record_is_named_by_its_place_never_by_its_key(allin: Any, office: Any) -> None:
    """A key says nothing to who looks into the sheet; of a JSON file without rows the title stands there."""
    office.settings(
        old="[outputs",
        new='[sources.termine]\nplugin = "form"\npath = "data/t.json"\nkind = "event"\nkey = "id"\n'
        "limits = { changed = 0, changed_share = 0.0 }\n[outputs",
    )
    events = [{"id": f"K-{n}", "title": f"Sprachcafé {n}", "start": "2026-12-24T18:00"} for n in range(4)]
    path = office.folder / "data" / "t.json"
    path.write_text(json.dumps(events), encoding="utf-8")
    allin("sync")
    rows = [[*row[:4], "Baunatal", *row[5:]] for row in office.rows(30)]
    office.sheet([*rows, [99, "", "", "", "Kassel", ""]])
    broken = [{**one, "start": "irgendwann"} for one in events[:2]]
    path.write_text(
        json.dumps([*broken, *events[2:], {"id": "K-9", "title": "Chor", "start": "bald"}]), encoding="utf-8"
    )
    allin("sync")
    rows_shown, events_shown = allin("held", "vereine").stdout, allin("held", "termine").stdout

    assert ["neu", "32", "Zeile", "32"] in [line.split()[:4] for line in rows_shown.splitlines()]
    assert ["neu", "–", "Chor", "würde"] in [line.split()[:4] for line in events_shown.splitlines()]
    assert "K-9" not in events_shown
    assert "würde warten, bis er verbessert ist: Spalte 'Name': Der Name fehlt." in " ".join(
        rows_shown.split()
    )
