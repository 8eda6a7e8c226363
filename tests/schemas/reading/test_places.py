"""Addresses, districts, postal codes, register numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from allin_schemas.reading.districts import DISTRICTS

Value = Callable[[str, Any], Any]
Codes = Callable[[str, Any], list[str]]

WEG = {"street": "Weg", "house_number": "3", "postal_code": "34117", "city": "Kassel"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Weg 3, 34117 Kassel", WEG),
        ("Weg 3 34117 Kassel", WEG),
        ("Weg 3\n34117 Kassel", WEG),
        (["Weg 3", "34117 Kassel"], WEG),
        ({"street": "Weg 3", "postal_code": 34117, "city": "Kassel"}, WEG),
        ({"raw": "Weg 3, 34117 Kassel", "district": "Nordstadt"}, {**WEG, "district": "Nord-Holland"}),
        ("Weg 3, D-34117 Kassel, Deutschland", {**WEG, "country": "DE"}),
        ("Weg 3, 34117 Kassel-Nord (Holland)", {**WEG, "district": "Nord-Holland"}),
        ("Weg 3, 34117 Kassel (Wehlheiden)", {**WEG, "district": "Wehlheiden"}),
        ("Weg 3, 34117 Kassel-Neudorf", {**WEG, "district": "Neudorf"}),
        ("Weg 3; 34117 Kassel (Hinterhaus)", {**WEG, "extra": "Hinterhaus"}),
        ("Weg 3, 34117 Kassel (barrierefrei)", {**WEG, "extra": "barrierefrei"}),
        ("Weg 3, 34117 Kassel - 2. OG", {**WEG, "extra": "2. OG"}),
        ("Weg 3, Hof, 34117 Kassel (2. OG)", {**WEG, "extra": "Hof, 2. OG"}),
        (
            {"street": "Weg 3", "postal_code": "34117", "city": "Kassel (Hinterhaus)"},
            {**WEG, "extra": "Hinterhaus"},
        ),
        ("Haus der Vielfalt, Weg 3, 34117 Kassel", {**WEG, "name": "Haus der Vielfalt"}),
        ("c/o Brücke, Weg 3, Hinterhaus, 34117 Kassel", {**WEG, "extra": "c/o Brücke, Hinterhaus"}),
        ("Weg 3, 34117 Kassel, Raum 5", {**WEG, "room": "Raum 5"}),
        (
            "Friedrich-Ebert-Straße 12-14a, 34117 Kassel",
            {**WEG, "street": "Friedrich-Ebert-Straße", "house_number": "12-14a"},
        ),
        ("Musterstr.12, 34117 Kassel", {**WEG, "street": "Musterstr.", "house_number": "12"}),
        (
            "Straße des 17. Juni 135, 34117 Kassel",
            {**WEG, "street": "Straße des 17. Juni", "house_number": "135"},
        ),
        ("Königsplatz, Kassel", {"street": "Königsplatz", "city": "Kassel"}),
        (
            "Postfach 10 12 34, 34012 Kassel",
            {"type": "postal", "street": "Postfach 10 12 34", "postal_code": "34012", "city": "Kassel"},
        ),
        ("Kulturzentrum", {"name": "Kulturzentrum"}),
        ("Online", {"type": "virtual", "name": "Online"}),
        (
            "Zoom: https://treffen.example/abc",
            {"type": "virtual", "name": "Zoom", "url": "https://treffen.example/abc"},
        ),
    ],
)
def test_addresses_are_taken_apart(
    written: Any, expected: dict[str, str], value: Value, codes: Codes
) -> None:
    """One cell, several cells or parts: the same place."""
    assert value("place", written) == expected
    assert codes("place", written) == []


def test_what_cannot_be_taken_apart_stays_whole(value: Value, codes: Codes) -> None:
    """Text that found no place is kept, and said."""
    assert value("place", "hinter Gleis 3 nach rechts")["raw"] == "hinter Gleis 3 nach rechts"
    assert codes("place", "hinter Gleis 3 nach rechts") == ["PLACE_UNSPLIT"]


def test_two_addresses_are_two_places(value: Value) -> None:
    """Associations write seat and meeting place into one cell."""
    assert [
        place["postal_code"] for place in value("places", "Weg 3, 34117 Kassel; Platz 5, 34119 Kassel")
    ] == ["34117", "34119"]


def test_there_are_23_districts(value: Value) -> None:
    """All of the city's own, each under its own name."""
    assert len(DISTRICTS) == 23
    assert value("districts", "; ".join(DISTRICTS)) == list(DISTRICTS)


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("Kassel-Nord (Holland)", ["Nord-Holland"], []),
        ("Nordstadt", ["Nord-Holland"], []),
        ("34127 Kassel-Nord", ["Nord-Holland"], []),
        ("Stadtteil Waldau", ["Waldau"], []),
        ("Nord, West und Mitte", ["Nord-Holland", "Vorderer Westen", "Mitte"], []),
        ("Süsterfeld/Helleböhn", ["Süsterfeld-Helleböhn"], []),
        ("ganz Kassel", ["Kassel"], []),
        ("Vellmar", ["Vellmar"], []),
        ("Stadt und Landkreis Kassel", ["Stadt und Landkreis Kassel"], []),
        ("Buxtehude", ["Buxtehude"], ["DISTRICT_UNKNOWN"]),
    ],
)
def test_districts(written: str, expected: list[str], noticed: list[str], value: Value, codes: Codes) -> None:
    """Old names, parts and spellings become the city's names."""
    assert value("districts", written) == expected
    assert codes("districts", written) == noticed


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("34117", "34117", []),
        (34117.0, "34117", []),
        ("D-34117", "34117", []),
        (1067, "01067", ["POSTAL_CODE_ZERO_ADDED"]),
        ("34117 Kassel", "34117", ["POSTAL_CODE_ONLY"]),
        ("341", None, ["POSTAL_CODE_UNREADABLE"]),
        ("Kassel", None, ["POSTAL_CODE_UNREADABLE"]),
    ],
)
def test_postal_codes(
    written: Any, expected: str | None, noticed: list[str], value: Value, codes: Codes
) -> None:
    """Spreadsheets take the zero of the east away."""
    assert value("postal_code", written) == expected
    assert codes("postal_code", written) == noticed


REGISTER = [{"scheme": "DE-CR", "value": "DE-CR-RA000275-VR1234"}]


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("VR 1234 Kassel", REGISTER, []),
        ("VR 1234, Amtsgericht Kassel", REGISTER, []),
        ("Amtsgericht Kassel, VR-Nr. 1234", REGISTER, []),
        ("Vereinsregister Kassel 1234", REGISTER, []),
        ("eingetragen im Vereinsregister beim Amtsgericht Kassel unter VR 1234", REGISTER, []),
        ("DE-CR-RA000275-VR1234", REGISTER, []),
        ("VR1234", REGISTER, ["REGISTER_COURT_ASSUMED"]),
        ("VR 1234 Musterstadt", None, ["REGISTER_COURT_UNKNOWN"]),
        ("1234", None, ["IDENTIFIER_UNREADABLE"]),
        ("??", None, ["IDENTIFIER_UNREADABLE"]),
        (["?"], None, ["IDENTIFIER_UNREADABLE"]),
        ("-", None, []),
        ("k. A.", None, []),
        ("DE136695976", [{"scheme": "VAT", "value": "DE136695976"}], []),
        ("DE123456789", None, ["VAT_NUMBER_WRONG"]),
        ("https://www.wikidata.org/wiki/Q42", [{"scheme": "Wikidata", "value": "Q42"}], []),
        ("Steuernummer: 026 250 12345", None, ["IDENTIFIER_UNREADABLE"]),
        ("partner: 77", [{"scheme": "partner", "value": "77"}], []),
        ({"scheme": "ical", "value": "x@y"}, [{"scheme": "ical", "value": "x@y"}], []),
    ],
)
def test_identifiers(written: Any, expected: Any, noticed: list[str], value: Value, codes: Codes) -> None:
    """Matching trusts register numbers, so none is made of what is only a number."""
    assert value("identifiers", written) == expected
    assert codes("identifiers", written) == noticed
