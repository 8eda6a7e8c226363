"""`allin edit` and `allin undo` as the office types them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from allin_hub.cli import app

FOUR = "kulturverein-nummer-4-"
PEOPLE = """
[sources.leute]
plugin = "spreadsheet"
path = "data/leute.csv"
kind = "organisation"
key = "Nr."
"""
ROWS = (
    "Nr.;Name;E-Mail;Ansprechperson;E-Mail der Ansprechperson\n"
    "1;Chor Nord e. V.;info@chor.example;Amina Yılmaz;amina@privat.example\n"
)


def typed(office: Any, words: str, *command: str) -> Any:
    """Call a command, and type at its prompt."""
    return CliRunner().invoke(app, [*command, "--hub", str(office.folder)], input=f"{words}\n")


@pytest.fixture
def known(office: Any, allin: Any) -> Any:
    """An office that was read once."""
    settings = office.folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + PEOPLE, encoding="utf-8")
    (office.folder / "data" / "leute.csv").write_text(ROWS, encoding="utf-8")
    assert allin("sync").exit_code == 0
    return office


def test_an_edit_is_shown_with_who_and_when_and_taken_back(known: Any, allin: Any) -> None:
    """By the command itself and by `allin show`; the audit holds the field, never the value."""
    done = allin("edit", FOUR, "website=neu.example", "short_name=KV 4", "--lang", "de")
    shown = allin("show", FOUR, "--lang", "de").stdout
    why = allin("show", FOUR, "--why", "website", "--lang", "de").stdout
    back = allin("edit", FOUR, "website", "--back", "--lang", "de")
    left = allin("edit", FOUR, "--lang", "de").stdout
    every = allin("edit", "--lang", "de").stdout

    assert 0 == done.exit_code == back.exit_code
    assert "Zu sehen ist es mit der nächsten Veröffentlichung" in done.stdout
    assert "Vom Büro geändert: website, von " in shown
    assert "office" in why
    assert "https://neu.example" in why
    assert ("KV 4" in left, "website" in left) == (True, False)
    assert "KV 4" in every
    assert "https://neu.example" not in allin("show", FOUR).stdout


def test_what_cannot_be_read_is_said_in_words(known: Any, allin: Any) -> None:
    """In the office's language, with what to do; a wrong field with the one that was meant."""
    phone = allin("edit", FOUR, "phones=0561-ABC", "--lang", "de")
    field = allin("edit", FOUR, "webseite=x", "--lang", "de")
    nobody = allin("edit", FOUR, "website", "--back", "--lang", "de")

    assert [2, 2, 2] == [phone.exit_code, field.exit_code, nobody.exit_code]
    assert "Telefon" in phone.stderr
    assert "website" in field.stderr
    assert "Das Büro hat zu 'website' hier nichts eingetragen" in nobody.stderr
    assert "Das Büro hat hier nichts geändert" in allin("edit", FOUR, "--lang", "de").stdout


def test_a_value_that_names_a_person_is_asked_for(known: Any, allin: Any) -> None:
    """Behind the command it is refused, without repeating it."""
    person = json.loads(allin("export", "--kind", "person").stdout.splitlines()[0])["id"]
    refused = allin("edit", person, "name=Amina Beispielova", "--lang", "de")
    done = typed(known, "Amina Beispielova", "edit", person, "name")
    private = allin("edit", "chor-nord", "email_personal=amina@neu.example")
    nothing = typed(known, "", "edit", person, "function")

    assert 2 == refused.exit_code == private.exit_code
    assert "Beispielova" not in refused.output
    assert "amina@neu" not in private.output
    assert 0 == done.exit_code, done.output
    assert "Beispielova" in allin("export", "--kind", "person").stdout
    assert 2 == nothing.exit_code
    assert "Beispielova" not in allin("runs").stdout


def test_an_undo_is_shown_asked_done_and_told_when_it_comes_again(known: Any, allin: Any) -> None:
    """From the list to the sheet that is held with its date."""
    rows = known.rows(30)
    rows[3][2] = "post@verein-4.example"
    known.sheet(rows)
    allin("sync", "vereine")
    listed = allin("undo", "--lang", "de").stdout
    asked = allin("undo", "vereine", "--lang", "de")
    done = allin("undo", "vereine", "--yes", "--lang", "de")
    shown = allin("show", FOUR).stdout
    again = allin("undo", "vereine", "--yes", "--lang", "de")
    held = allin("sync", "vereine", "--lang", "de").stdout
    detail = allin("held", "vereine", "--lang", "de").stdout
    runs = allin("runs", "vereine", "--lang", "de").stdout
    accepted = allin("sync", "--accept", "vereine")

    assert "vereine" in listed
    assert 2 == asked.exit_code
    assert "email: post@verein-4.example → info@verein-4.example" in asked.stdout
    assert "--yes" in asked.stderr
    assert 0 == done.exit_code
    assert "allin publish" in done.stdout
    assert "info@verein-4.example" in shown
    assert 2 == again.exit_code
    assert "schon zurückgenommen" in again.stderr
    assert "Das wurde schon einmal zurückgenommen" in held
    assert "Das wurde am " in detail
    assert "zurückgenommen" in runs
    assert "Lauf zurücknehmen" in runs
    assert 0 == accepted.exit_code
    assert "post@verein-4.example" in allin("show", FOUR).stdout


def test_a_person_says_yes_at_the_prompt(known: Any, monkeypatch: pytest.MonkeyPatch, allin: Any) -> None:
    """Only Enter leaves all as it is."""
    from allin_hub.cli.corrections import undo

    known.sheet(known.rows(31))
    allin("sync", "vereine")
    monkeypatch.setattr(undo, "_asks", lambda: True)
    left = typed(known, "", "undo", "vereine")
    count = len(allin("export", "--kind", "organisation").stdout.splitlines())
    done = typed(known, "j", "undo", "vereine")

    assert 0 == left.exit_code == done.exit_code
    assert [count - 1] == [len(allin("export", "--kind", "organisation").stdout.splitlines())]


def test_json_undoes_only_with_yes(known: Any, told: Any) -> None:
    """Without it, it tells what would be done."""
    shown = told("undo", "vereine")
    done = told("undo", "vereine", "--yes")

    assert [False, True] == [shown["undone"], done["undone"]]
    assert shown["runs"] == done["runs"]
    assert 30 == len(shown["runs"][0]["rows"])
