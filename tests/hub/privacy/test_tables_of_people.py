"""People who stand in a table of associations: a second block of columns, and a second table below the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allin_hub.operations.quarantine import quarantine

HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "spreadsheet"
path = "data/liste.csv"
kind = "organisation"

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
TWICE = """Name;Adresse;Telefon;E-Mail;Name;Telefon;E-Mail
Kulturhaus Linde e.V.;Lindenweg 4;0561 9000061;info@linde-kultur.example;Beyza Musterfrau;0171 3920061;beyza@post.example
Tanzgruppe Ahorn;Ahornweg 5;0561 9000062;info@ahorn-tanz.example;Olek Mustermann;0171 3920062;olek@post.example
"""
BELOW = """Name des Vereins;E-Mail;PLZ;Ort
Nachbarschaft Nord e.V.;info@nord.example.org;34127;Kassel
Kulturverein Fulda e.V.;info@fulda.example.org;34125;Kassel
Frauencafe Ost e.V.;info@ost.example.org;34117;Kassel

Ansprechpersonen
Name;Funktion;Mobil
Erika Muster;Vorsitz;069 90009500
Max Muster;Kasse;069 90009501
"""


def _published(office: Any, synced: Any, published: Any, table: str) -> str:
    office.settings(HUB)
    (office.folder / "data/liste.csv").write_text(table, encoding="utf-8")
    synced(office)
    published(office)
    folder: Path = office.folder / "public"
    texts = [
        path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()
    ]
    return "\n".join(texts).replace(" ", "")


def test_a_second_block_of_columns_is_the_contacts(
    office: Any, synced: Any, published: Any, exported: Any
) -> None:
    """The same headings twice: from the second 'Name' on they are a person's, and she has not said yes."""
    text = _published(office, synced, published, TWICE)

    assert all(word in text for word in ("KulturhausLinde", "TanzgruppeAhorn", "9000061", "info@ahorn-tanz"))
    assert [
        word for word in ("Musterfrau", "beyza", "Mustermann", "3920061", "3920062") if word in text
    ] == []
    people = {one["name"]: one for one in exported(office, "person")}
    assert people["Beyza Musterfrau"]["phones"] == [{"number": "+491713920061"}]
    assert people["Olek Mustermann"]["email"] == "olek@post.example"


@pytest.mark.parametrize(
    ("header", "row", "people"),
    [
        ("Name;Telefon;Name;Mobil;E-Mail", "Chor Rot;0561 9000061;Anna Muster;0171 3920061;anna.muster@web.de", 1),
        ("Name;Ort;Name;Telefon;Name;Telefon", "Chor Rot;Kassel;Anna Muster;0171 3920061;Olek Muster;0171 3920062", 1),
        ("Name;Ansprechperson;Name;Telefon", "Chor Rot;Beyza Muster;Anna Muster;0171 3920061", 1),
    ],
)  # fmt: skip
def test_whatever_stands_behind_a_second_name_is_no_associations(
    header: str, row: str, people: int, office: Any, synced: Any, published: Any, exported: Any
) -> None:
    """Also under other headings, and where there are three blocks: then the third is nobody's."""
    text = _published(office, synced, published, f"{header}\n{row}\n{row.replace('Rot', 'Blau')}\n")

    assert "ChorRot" in text
    assert [word for word in ("Anna", "anna", "Olek", "Beyza", "3920061", "3920062") if word in text] == []
    assert len({one["name"] for one in exported(office, "person")}) == people


def test_a_second_telephone_without_a_second_name_stays_the_associations(
    office: Any, synced: Any, published: Any
) -> None:
    """A list may have two columns of numbers."""
    text = _published(office, synced, published, "Name;Telefon;Telefon\nChor Rot;0561 9000061;0561 9000062\n")

    assert "9000061" in text
    assert "9000062" in text


def test_a_second_table_below_is_told_and_not_read(
    office: Any, synced: Any, published: Any, exported: Any
) -> None:
    """Its rows are other columns' and other people's."""
    text = _published(office, synced, published, BELOW)

    assert sorted(one["name"] for one in exported(office)) == [
        "Frauencafe Ost e.V.", "Kulturverein Fulda e.V.", "Nachbarschaft Nord e.V.",
    ]  # fmt: skip
    assert [word for word in ("Muster", "Ansprechpersonen", "90009500") if word in text] == []
    hub = office.open()
    try:
        told = {one.code: (one.row, one.params) for one in quarantine(hub).problems}
    finally:
        hub.close()
    assert told["TABLE_SECOND"] == (7, {})
    assert told["SKIPPED_TABLE"][1]["count"] == 4


@pytest.mark.parametrize(
    "tail",
    [
        "\nStadtteil Nord\nChor Gelb;info@chor-gelb.example;34127;Kassel\n",
        "\nName des Vereins;E-Mail;PLZ;Ort\nChor Gelb;info@chor-gelb.example;34127;Kassel\n",
        "\n\nChor Gelb;info@chor-gelb.example;34127;Kassel\n",
    ],
)
def test_what_is_no_second_table_is_read_on(
    tail: str, office: Any, synced: Any, published: Any, exported: Any
) -> None:
    """A blank row, a section, or the same header once more."""
    _published(office, synced, published, BELOW.partition("\n\n")[0] + "\n" + tail)

    assert "Chor Gelb" in {one["name"] for one in exported(office)}
