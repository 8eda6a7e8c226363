"""No message quotes a cell in which the hub finds a person: problems, their JSON, reports, notifications, logs."""

from __future__ import annotations

import json
from string import Formatter
from typing import Any

import pytest

from allin_hub.base.errors import failure_of, refused
from allin_hub.base.problems import Problem, catalogue
from allin_hub.base.quotations import shows_person
from allin_hub.i18n.translator import Voice
from allin_hub.mapping.paths import known_paths
from allin_hub.operations.quarantine import quarantine
from allin_hub.privacy.quoting import shown_key, shown_title, without_persons
from allin_schemas import Kind

OF_THE_HUB = {"url", "file", "folder", "pattern", "scheme", "plugin", "zone", "words", "codes", "entry"}
"""What messages name that stands in hub.toml or in the hub itself."""
CANARIES = [
    "Kanarina Vogelperson",
    "kanarina.vogelperson@privat.example",
    "kanarina (at) privat.example",
    "0176 5550777",
    "Tel. +49 (0)176/555-0777 Kanarina",
    "٠١٧٦ ٥٥٥٠٧٧٧",
    "Frau Kanarina",
    "c/o kanarina",
    "Mo 10-12 Uhr, nach Absprache mit Kanarina Vogelperson",
    "пані Канарина",
]


def _placeholders(code: str) -> set[str]:
    entry = catalogue()[code]
    texts = [text for what in ("message", "hint") for text in entry[what].values()]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name} | {"nearest"}


QUOTING = sorted(code for code in catalogue() if _placeholders(code) - OF_THE_HUB - {"nearest"})


@pytest.mark.parametrize("code", QUOTING)
def test_no_code_quotes_a_person(code: str) -> None:
    """Whatever made the problem, and whenever: its message, hint and JSON leave the person out."""
    for canary in CANARIES:
        params = dict.fromkeys(_placeholders(code) - OF_THE_HUB, canary)
        problem = Problem(code, row=3, column="Spalte", params=params)
        error = refused(code, **params)
        said = [json.dumps(problem.to_json(language), ensure_ascii=False) for language in ("de", "en")]
        said += [*Voice("de").error(error), str(failure_of(error)), str(error)]
        said.append(str(without_persons(problem).params))

        assert [text for text in said if canary in text] == []


def test_what_names_nobody_is_quoted() -> None:
    """A message that quotes is the better one."""
    for text in (
        "31.02.2027",
        "0561 9000",
        "info@verein",
        "Holländische Straße 98",
        "Türkisch",
        "Kulturverein Nord",
        "Mo-Fr 9-17",
    ):
        assert not shows_person(text)
        assert text in Problem("VALUE_INVALID", row=3, params={"value": text}).message("de")


def test_names_of_the_record_are_quoted_nowhere() -> None:
    """One word of a contact's name is enough, in any field; an address is quoted only where it is the association's."""
    found = Problem("DATE_UNREADABLE", field="founded_year", params={"value": "seit Vogelperson"})
    mail = Problem("EMAIL_UNREADABLE", field="email", params={"value": "kanarina.privat.example"})

    assert without_persons(found, ["Kanarina Vogelperson"]).params == {"value": "…"}
    assert without_persons(found).params == {"value": "seit Vogelperson"}
    assert without_persons(mail).params == {"value": "…"}
    assert without_persons(Problem("NAME_MISSING", key="Kanarina"), of_person=True).key == "…"
    assert without_persons(Problem("NAME_MISSING", key="17"), of_person=True).key == "17"
    assert without_persons(Problem("NAME_MISSING", key="kanarina.vogel@web.de")).key == "…"
    own = Problem("NAME_MISSING", key="kanarina@privat.example")
    assert without_persons(own, mails={"kanarina@privat.example"}).key == "…"
    assert without_persons(own).key == "kanarina@privat.example"


HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "spreadsheet"
path = "data/liste.csv"
kind = "{kind}"
key = "Nr."
[sources.liste.columns]
{columns}
"""


@pytest.mark.parametrize("kind", [Kind.ORGANISATION, Kind.EVENT, Kind.OPPORTUNITY, Kind.PERSON])
def test_a_person_in_the_wrong_cell_is_in_no_report(
    kind: Kind, office: Any, synced: Any, caplog: Any, capsys: Any
) -> None:
    """Every field of a kind filled with a person: nothing that is told of the run holds one."""
    title = {Kind.ORGANISATION: "name", Kind.PERSON: "name"}.get(kind, "title")
    paths = [
        path for path in sorted(known_paths(kind)) if not path.startswith(("contacts", "consent", title))
    ]
    columns = {f"Spalte {n}": path for n, path in enumerate(paths)} | {"Titel": title, "Wer": "contacts.name"}
    if kind is Kind.PERSON:
        del columns["Wer"]
    office.settings(
        HUB.format(
            kind=kind.value, columns="\n".join(f'"{name}" = "{path}"' for name, path in columns.items())
        )
    )
    rows = [
        [str(n), *[canary] * len(paths), "Verein", "Kanarina Vogelperson"][: len(columns) + 1]
        for n, canary in enumerate(CANARIES)
    ]
    office.sheet("liste.csv", ["Nr.", *columns], rows)

    report = synced(office)["liste"]

    hub = office.open()
    try:
        found = quarantine(hub)
    finally:
        hub.close()
    said = [json.dumps(report.to_json("de"), ensure_ascii=False), caplog.text, *capsys.readouterr()]
    said += [one.problem.message("de") + one.problem.hint("de") + str(one) for one in found.problems]
    assert report.status == "done"
    assert len(found.problems) > len(CANARIES)
    assert [
        text
        for text in said
        for word in ("anarina", "ogelperson", "5550777", "٥٥٥٠", "анарина")
        if word in text
    ] == []


def test_a_heading_that_names_a_person_is_not_quoted() -> None:
    """Some people write whom to call above a column, or call a sheet after her."""
    heading = "Telefon Frau Kanarina Vogel, 0176 5551234"
    told = without_persons(Problem("COLUMN_LOST", sheet=heading, column=heading, params={"value": heading}))

    assert "Kanarina" not in str(told)
    assert without_persons(Problem("COLUMN_LOST", column="Tel. Ansprechpartner/in")).column


def test_a_key_that_names_a_person_is_not_quoted() -> None:
    """A UID is whatever a program made of what was typed; one that only looks like an address is told."""
    assert shown_key("probe mit Frau Kanarina Vogel", of_person=False) == "…"
    assert shown_key("20261014T100000@forum.example", of_person=False) == "20261014T100000@forum.example"


@pytest.mark.parametrize(
    ("title", "kind", "shown"),
    [
        ("Nähen mit Orvald Quimbek", Kind.EVENT, False),
        ("Zumba Abend im Hof", Kind.EVENT, True),
        ("Sprachcafé Wesertor", Kind.EVENT, True),
        ("Komeleya Jinen Kurd", Kind.ORGANISATION, True),
        ("Anna Muster", Kind.ORGANISATION, False),
        ("Chor Alpha", Kind.PERSON, False),
    ],
)
def test_a_report_says_no_title_that_may_name_a_person(title: str, kind: Kind, shown: bool) -> None:
    """Logs keep reports, and they do not know whom the hub knows."""
    assert (shown_title(title, kind) == title) is shown
