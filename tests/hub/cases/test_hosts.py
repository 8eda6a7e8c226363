"""Whose an entry is: known and tied, unknown and shown as it is written, a person and held back."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from allin_hub.ingest.hosts import name_host
from allin_hub.ingest.sync import sync
from allin_hub.mapping.claim import CheckedClaim
from allin_hub.open_hub import open_hub
from allin_hub.operations.unknown_hosts import unknown_hosts
from allin_hub.publish.publish import publish
from allin_schemas import Kind

INPUTS = Path(__file__).parent / "inputs"
NOW = dt.datetime(2026, 11, 15, 9, 0, tzinfo=dt.UTC)
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en"]
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Servicestelle"
"""
SOURCE = """
[sources.{name}]
plugin = "spreadsheet"
path = "{name}.csv"
kind = "{kind}"
key = "Nr."
{more}
"""


class Office:
    """A hub's folder with some lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "hub.toml").write_text(SETTINGS, encoding="utf-8")

    def list(self, name: str, kind: str, text: str, more: str = "") -> None:
        """Write a list, and its source where it is new."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            with (self.folder / "hub.toml").open("a", encoding="utf-8") as file:
                file.write(SOURCE.format(name=name, kind=kind, more=more))
        path.write_text(text, encoding="utf-8")

    def run(self) -> list[str]:
        """Sync and publish; the codes of what is told of hosts, with what is quoted."""
        with closing(open_hub(self.folder, clock=lambda: NOW)) as hub:
            for source, report in sync(hub).sources.items():
                assert report.status == "done", (source, report.message)
            assert publish(hub)["verzeichnis"].status == "done"
            return [one.problem.message("de") for one in unknown_hosts(hub)]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The entries of a kind in the published data."""
        found: list[dict[str, Any]] = json.loads((self.folder / f"public/data/{kind}.json").read_bytes())
        return found

    def shows(self, word: str) -> list[str]:
        """The published files with a word in them."""
        return [
            str(path.relative_to(self.folder / "public"))
            for path in sorted((self.folder / "public").rglob("*"))
            if path.is_file() and word in path.read_text(encoding="utf-8", errors="replace")
        ]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A hub without sources."""
    return Office(tmp_path)


def test_an_unknown_organiser_is_shown_as_written_told_and_tied_when_it_comes(office: Office) -> None:
    """The name stands on the page and in the data, and becomes a link with the organisation."""
    text = (INPUTS / "unknown-organiser.csv").read_text(encoding="utf-8")
    name = "Nachbarschaft Forstfeld e.V."
    assert name in text
    office.list("mitmachen", "opportunity", text)
    told = office.run()

    entry = next(one for one in office.data("opportunities") if one.get("host_name") == name)
    page = (office.folder / f"public/de/opportunities/{entry['slug']}.html").read_text(encoding="utf-8")
    assert f'<dt class="tall">Bei</dt><dd><bdi>{name}</bdi></dd>' in page
    assert len(told) == 2

    office.list("vereine", "organisation", f"Nr.;Verein;E-Mail\n1;{name};info@brueckenschlag.example\n")
    told = office.run()
    entry = next(one for one in office.data("opportunities") if one["id"] == entry["id"])
    page = (office.folder / f"public/de/opportunities/{entry['slug']}.html").read_text(encoding="utf-8")
    assert "host_name" not in entry
    assert entry["org_id"]
    assert f"<bdi>{name}</bdi></a></dd>" in page
    assert len(told) == 1


@pytest.mark.parametrize("kind", ["event", "service", "opportunity"])
def test_a_person_in_the_column_of_the_organiser_is_held_back(office: Office, kind: str) -> None:
    """What looks like a person is one; the entry itself is shown."""
    office.list(
        "liste", kind, "Nr.;Titel;Veranstalter;Datum\n1;Nähtreff;Zarifa Qvestorina;3.12.2026 18 Uhr\n"
    )
    assert office.run() == []
    assert office.shows("Nähtreff")
    assert office.shows("Qvestorina") == []


def test_a_hidden_organisation_is_not_named_by_what_belongs_to_it(office: Office) -> None:
    """The name as a source writes it is dropped with the tie, so that hiding the one hides it there too."""
    office.list("vereine", "organisation", "Nr.;Verein\n1;Chor Alpha e.V.\n")
    office.list(
        "termine", "event", "Nr.;Titel;Veranstalter;Datum\n1;Probe;Chor Alpha e.V.;3.12.2026 18 Uhr\n"
    )
    office.run()
    entry = next(iter(office.data("events")))
    assert "host_name" not in entry
    assert entry["organiser_org_id"]


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Wir singen.\nVeranstalter: Chor Alpha e.V.", "Chor Alpha e.V."),
        ("Wir singen. Veranstalterin: Kulturhaus Beta. Eintritt frei.", "Kulturhaus Beta"),
        ("Organisiert von der Initiative Gamma\nAlle sind willkommen.", "Initiative Gamma"),
        ("Hosted by: Delta Association", "Delta Association"),
        ("Veranstalter: Zarifa Qvestorina", None),
        ("Der Veranstalter haftet nicht.", None),
        ("Wir wurden von vielen Vereinen eingeladen.", None),
    ],
)
def test_the_text_says_whose_it_is_where_no_column_does(text: str, host: str | None) -> None:
    """Only behind a label, and never a person; it is told."""
    claim = CheckedClaim(Kind.EVENT, "", {"title": "Fest", "description": {"de": {"text": text}}})
    made, told = name_host(claim)
    assert made.references.get("organiser_org_id") == made.data.get("host_name") == host
    assert (told is not None) is (host is not None)


def test_the_place_says_whose_it_is_before_the_owner_of_the_source(office: Office) -> None:
    """An organisation that is called as the place is; the owner where the place is none."""
    office.list("vereine", "organisation", "Nr.;Verein\n1;Kulturhaus Beta\n2;Stadtteilzeitung\n")
    office.list(
        "termine",
        "event",
        "Nr.;Titel;Datum;Ort\n1;Lesung;3.12.2026 18 Uhr;Kulturhaus Beta\n2;Rundgang;4.12.2026 18 Uhr;Lutherplatz\n",
        more='owner = "Stadtteilzeitung"',
    )
    office.run()
    names = {one["id"]: one["name"] for one in office.data("organisations")}
    hosts = {one["title"]: names[one["organiser_org_id"]] for one in office.data("events")}
    assert hosts == {"Lesung": "Kulturhaus Beta", "Rundgang": "Stadtteilzeitung"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Zelmira Vontrapp, Zeytin e.V.", "Zeytin e.V."),
        ("Zeytin e.V. (Zelmira Vontrapp)", "Zeytin e.V."),
        ("Projekt von Orvald Quimbek", "Probe"),
    ],
)
def test_a_person_beside_an_organisation_is_held_back(office: Office, written: str, shown: str) -> None:
    """The organisation's name stays: of a list of hosts, of a bracket behind one, and beside somebody who said no elsewhere."""
    office.list(
        "vereine",
        "organisation",
        "Nr.;Verein;Ansprechperson;Darf ins Verzeichnis?\n1;Colibri e.V.;Orvald Quimbek;nein\n",
        more='columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }',
    )
    office.list("termine", "event", f"Nr.;Titel;Veranstalter;Datum\n1;Probe;{written};3.12.2026 18 Uhr\n")
    told = office.run()
    assert office.shows(shown)
    for person in ("Vontrapp", "Quimbek"):
        assert office.shows(person) == []
    assert not any("Vontrapp" in one for one in told)


def test_a_note_beside_a_time_names_nobody(office: Office) -> None:
    """It is a short field: two words that nothing explains are a person; the words of times stay."""
    office.list(
        "termine",
        "event",
        "Nr.;Titel;Datum\n1;Probe;5.12.2026 18 Uhr (Zelmira Vontrapp fragen)\n2;Fest;5.12.2026 18 Uhr (Einlass 17:30)\n",
    )
    office.run()
    assert office.shows("Probe")
    assert office.shows("Vontrapp") == []
    assert office.shows("Einlass 17:30")


def test_papers_to_bring_and_ways_to_come_name_nobody(office: Office) -> None:
    """They are short fields, too."""
    office.list(
        "angebote",
        "service",
        "Nr.;Angebot;Unterlagen;Zugang\n1;Beratung;Ausweis, Brief von Zelmira Vontrapp;Zelmira Vontrapp fragen\n",
    )
    office.run()
    assert office.shows("Ausweis")
    assert office.shows("Vontrapp") == []


def test_a_topic_that_may_be_a_person_is_no_page(office: Office) -> None:
    """Topics have pages of their own: what is only hinted at elsewhere is left out there; dances and sports stay."""
    office.list(
        "liste", "organisation", "Nr.;Verein;Themen\n1;Chor Alpha;Zelmira Vontrapp, Hip Hop, Deutsch lernen\n"
    )
    office.run()
    assert office.data("organisations")[0]["topics"] == ["Hip Hop", "Deutsch lernen"]
    assert office.shows("Vontrapp") == []
