"""Settings that change later: what follows from them is done again, and wrong ones are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.base.errors import ConfigError

BLOCK = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
"""
EVENTS = """
[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."
owner = "{owner}"
"""


def test_defaults_fill_what_a_source_never_says(
    office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """They count less than what anybody says, and follow hub.toml when they change."""
    office.settings(BLOCK + 'defaults = { type = "association" }\nlicence = "CC BY 4.0"\n')
    office.sheet("vereine.csv", header, rows_of(3))
    synced(office)
    first = {(one["type"], one["licence"]) for one in exported(office)}
    office.settings(BLOCK + 'defaults = { type = "mso" }\n')

    report = synced(office)["vereine"]

    assert first == {("association", "CC BY 4.0")}
    assert {(one["type"], one.get("licence"), one["sensitivity"]) for one in exported(office)} == {
        ("mso", None, "art9")
    }
    assert (report.unchanged, report.updated) == (3, 3)


@pytest.mark.parametrize(
    ("defaults", "said"),
    [
        ('{ typ = "association" }', "vereine.defaults.typ is not known"),
        ('{ type = "Kegelklub" }', "vereine.defaults.type must be one of"),
        ("{ founded_year = 3 }", "founded_year"),
    ],
)
def test_wrong_defaults_are_refused_by_name(
    defaults: str, said: str, office: Any, synced: Any, header: Any
) -> None:
    """Before anything is read."""
    office.settings(BLOCK + f"defaults = {defaults}\n")
    office.sheet("vereine.csv", header, [])

    with pytest.raises(ConfigError) as caught:
        synced(office)

    assert said in str(caught.value)


def test_events_without_an_organiser_are_the_owners(
    office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """The owner is found by name, also when it changes later and when its entry comes later."""
    office.settings(BLOCK + EVENTS.format(owner="Kulturverein Nummer 1"))
    office.sheet("termine.csv", ["Nr.", "Titel", "Datum"], [[1, "Sommerfest", "01.08.2027 15:00"]])
    office.sheet("vereine.csv", header, rows_of(2))
    synced(office, "termine")
    alone = exported(office, "event")[0].get("organiser_org_id")
    synced(office, "vereine")
    ids = {one["name"]: one["id"] for one in exported(office)}
    first = exported(office, "event")[0]["organiser_org_id"]
    office.settings(BLOCK + EVENTS.format(owner="Kulturverein Nummer 2"))

    synced(office)

    assert alone is None
    assert first == ids["Kulturverein Nummer 1 e. V."]
    assert exported(office, "event")[0]["organiser_org_id"] == ids["Kulturverein Nummer 2 e. V."]


def test_an_organiser_that_is_ambiguous_is_not_guessed(
    office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """Two of one name: the reference stays open, and the report counts a question."""
    office.settings(BLOCK + EVENTS.format(owner="Kulturverein"))
    rows = rows_of(2)
    rows[0][1] = rows[1][1] = "Kulturverein"
    office.sheet("vereine.csv", header, rows)
    office.sheet("termine.csv", ["Nr.", "Titel", "Datum"], [[1, "Sommerfest", "01.08.2027 15:00"]])

    report = synced(office)["termine"]

    assert exported(office, "event")[0].get("organiser_org_id") is None
    assert report.questions == 1
