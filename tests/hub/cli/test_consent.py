"""`allin consent`: what holds of a person, noted and taken back at once; no name stands in a command, a message or a log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from allin_hub.cli import app

PEOPLE = """
[sources.leute]
plugin = "spreadsheet"
path = "data/leute.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Büro (erfunden), Kassel"
"""
ROWS = (
    "Nr.;Name;E-Mail;Ansprechperson;E-Mail der Ansprechperson;Telefon der Ansprechperson;Darf ins Verzeichnis?\n"
    "1;Chor Nord e. V.;info@chor.example;Amina Yılmaz;amina@privat.example;0176 5550001;ja\n"
    "2;Zeytin e. V.;info@zeytin.example;Amina Kaya;kaya@privat.example;;\n"
)


@pytest.fixture
def chor(office: Any, allin: Any) -> Any:
    """An office whose directory shows Amina Yılmaz."""
    settings = office.folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + PEOPLE, encoding="utf-8")
    (office.folder / "data" / "leute.csv").write_text(ROWS, encoding="utf-8")
    assert allin("run").exit_code == 0
    assert shows(office, "Amina Yılmaz")
    return office


def shows(office: Any, word: str) -> bool:
    """Whether a word stands in the directory."""
    return any(
        word.encode() in path.read_bytes() for path in (office.folder / "public").rglob("*") if path.is_file()
    )


def asked(office: Any, typed: str, *words: str) -> Any:
    """Call a command, and type at its prompt."""
    return CliRunner().invoke(app, ["consent", *words, "--hub", str(office.folder)], input=f"{typed}\n")


@pytest.mark.parametrize(
    "typed", ["Yılmaz, Amina", "amina yilmaz", "AMINA@privat.example", "0176/555 0001", "+49 176 5550001"]
)
def test_a_withdrawal_takes_effect_at_once_and_lasts(typed: str, chor: Any, allin: Any) -> None:
    """One command; the sheet's yes is read again, and changes nothing."""
    result = asked(chor, typed, "withdraw")

    assert result.exit_code == 0, result.output
    assert not shows(chor, "Amina")
    assert shows(chor, "Chor Nord")
    assert allin("sync", "--replay").exit_code == 0
    assert allin("publish").exit_code == 0
    assert not shows(chor, "Amina")


def test_a_yes_is_noted_by_id_and_published_at_once(chor: Any, told: Any) -> None:
    """As a program calls it; the answer tells what holds and what was published."""
    found = json.loads(asked(chor, "kaya@privat.example", "show", "--json").stdout)
    assert "none" == found["purposes"][0]["answer"]
    assert ["Zeytin e. V."] == found["organisations"]

    noted = told("consent", "give", found["id"])

    assert {"purpose": "directory_public", "answer": "yes", "sources": ["leute"], "until": None} in noted[
        "person"
    ]["purposes"]
    assert "done" == noted["outputs"]["verzeichnis"]["status"]
    assert shows(chor, "Amina Kaya")
    assert ["office"] == [one["method"] for one in noted["person"]["events"]]


def test_a_paper_yes_for_the_newsletter_is_a_request(chor: Any, told: Any) -> None:
    """Mails begin when they are confirmed."""
    person = json.loads(asked(chor, "kaya", "show", "--json").stdout)["id"]

    noted = told("consent", "give", person, "--purpose", "newsletter")

    assert {"newsletter": "asked"}.items() <= {
        one["purpose"]: one["answer"] for one in noted["person"]["purposes"]
    }.items()


def test_a_name_that_fits_several_asks_for_an_id(chor: Any) -> None:
    """Nothing is noted; both are told with their ids."""
    result = asked(chor, "Amina", "withdraw")

    assert result.exit_code == 2
    assert [word for word in ("Chor Nord", "Zeytin") if word not in result.stderr] == []
    assert shows(chor, "Amina Yılmaz")


@pytest.mark.parametrize("word", ["Amina Yılmaz", "amina@privat.example", "ffff"])
def test_a_name_in_the_command_is_refused_and_not_repeated(word: str, chor: Any, allin: Any) -> None:
    """It would stand in the shell's history; the hint says how to name her."""
    result = allin("consent", "withdraw", word)

    assert result.exit_code == 2
    assert word not in result.output
    assert "Kennung" in result.output
    assert shows(chor, "Amina Yılmaz")


def test_nobody_and_no_purpose_of_that_name(chor: Any, allin: Any) -> None:
    """Each is said in a sentence, and nothing is noted."""
    nobody, empty = asked(chor, "Niemand Bekannt", "withdraw"), asked(chor, "", "withdraw")
    purpose = allin("consent", "give", "01", "--purpose", "public")

    assert (2, 2, 2) == (nobody.exit_code, empty.exit_code, purpose.exit_code)
    assert "Niemand Bekannt" not in nobody.stderr.replace("Niemand mit", "")
    assert "directory_public" in purpose.output
