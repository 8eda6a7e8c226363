"""What databases are fussy about: characters that one of them cannot hold, and numbers that are too long."""

from __future__ import annotations

import json
from typing import Any

import pytest

SETTINGS = """
[hub]
title = "Test"

[sources.anmeldung]
plugin = "form"
path = "data/antworten.json"
kind = "organisation"

[sources.anmeldung.columns]
"Name" = "name"
"Gegründet" = "founded_year"
"Ansprechperson" = "contacts.name"
"Ins Verzeichnis?" = "contacts.consent.directory_public"
"""
ODD = {
    "a zero character": "\x00",
    "half a character": "\ud83d",
    "a control character": "\x07\x1b[31m",
    "no character at all": "\ufffe\uffff",
    "outside the first plane": "𝄞🌞",
}


def answers(office: Any, *changes: dict[str, str]) -> None:
    """Write answers as a form service gives them."""
    office.settings(SETTINGS)
    rows = [
        {
            "id": f"a{number}",
            "Name": f"Kulturverein Nummer {number}",
            "E-Mail": f"info@verein-{number}.example",
            "Telefon": f"0561 9{number:05}",
            "Straße": f"Holländische Straße {number}",
            "Beschreibung": "Wir treffen uns dienstags.",
            "Sprachen": "Türkisch, Arabisch",
            "Ansprechperson": f"Person Nummer {number}",
            "Ins Verzeichnis?": "ja",
            "Gegründet": "1985",
            **change,
        }
        for number, change in enumerate(changes, 1)
    ]
    (office.folder / "data" / "antworten.json").write_text(json.dumps(rows), encoding="utf-8")


@pytest.mark.parametrize("odd", sorted(ODD))
def test_an_odd_character_in_any_answer_stops_nothing(
    odd: str, office: Any, synced: Any, exported: Any
) -> None:
    """PostgreSQL refuses zeros and halves: the hub has cleaned them away or asked about them before."""
    fields = ("Name", "E-Mail", "Telefon", "Straße", "Beschreibung", "Sprachen", "Ansprechperson", "id")
    answers(
        office, {}, *({field: f"Verein {ODD[odd]} mit"} for field in fields), {f"Frage{ODD[odd]}": ODD[odd]}
    )

    report = synced(office)["anmeldung"]

    stored = exported(office) + exported(office, "person")
    names = {one["name"] for one in stored}
    assert (report.status, report.fetched) == ("done", len(fields) + 2), report.message
    assert "Kulturverein Nummer 1" in names
    if odd == "a zero character":  # what no program writes on purpose costs its record, and is told
        assert report.quarantined == report.codes["ITEM_BROKEN"] == len(fields) + 1
        return
    assert f"Kulturverein Nummer {len(fields) + 2}" in names
    assert len(names) > len(fields)
    if odd != "outside the first plane":
        assert not [one for one in stored if ODD[odd][0] in json.dumps(one, default=str, ensure_ascii=False)]
    again = synced(office)["anmeldung"]
    assert (again.new, again.changed, again.withdrawn) == (0, 0, 0)


@pytest.mark.parametrize("year", ["10000001", "3000000000", "99999999999999999999", "-5000000000"])
def test_a_number_that_no_column_holds_is_left_out_with_a_warning(
    year: str, office: Any, synced: Any, exported: Any
) -> None:
    """No database sees it, so none has to refuse it."""
    answers(office, {"Gegründet": year}, {})

    report = synced(office)["anmeldung"]

    years = sorted(str(one.get("founded_year")) for one in exported(office))
    assert (report.status, report.new, report.problems_total > 0) == ("done", 2, True), report.message
    assert years == ["1985", "None"]
