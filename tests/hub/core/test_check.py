"""A check is a true preview: it tells what the sync after it does, entry by entry, and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from allin_hub.ingest.check import check, check_file

SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
{columns}
[sources.ohne]
plugin = "spreadsheet"
path = "data/ohne.csv"
kind = "organisation"

[sources.antworten]
plugin = "form"
path = "data/antworten.json"
kind = "organisation"
"""
COUNTS = (
    "status", "fetched", "unchanged", "new", "new_waiting", "changed", "renamed", "withdrawn", "reread", "quarantined",
    "skipped", "problems_total",
)  # fmt: skip
SEEN = ("op", "title", "sheet", "row", "fields", "waits")


def _checked(office: Any) -> Any:
    hub = office.open()
    try:
        return check(hub, None).sources
    finally:
        hub.close()


def _counts(report: Any, *left_out: str) -> dict[str, Any]:
    return {name: getattr(report, name) for name in COUNTS if name not in left_out}


def _entries(report: Any) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in SEEN) for one in report.entries]


def test_a_known_source_with_new_and_gone_rows_is_checked(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """The staging of a check lies apart; its ids are none that the hub has given."""
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, [*rows_of(98, first=3), *rows_of(3, first=201)])

    report = _checked(sheet_office)["vereine"]

    assert ("done", 3, 2) == (report.status, report.new, report.withdrawn)


@pytest.fixture
def three(office: Any, header: Any, rows_of: Any) -> Callable[..., None]:
    """Write three sources: rows with a key, rows without one, and answers of a form."""

    def write(keyed: Any, keyless: Any, answers: Any, *, columns: str = "") -> None:
        office.settings(SETTINGS.format(columns=columns))
        office.sheet("vereine.csv", [*header, "Kurzname"], [[*row, "Kürzel"] for row in keyed])
        office.sheet("ohne.csv", header[1:], [row[1:] for row in keyless])
        (office.folder / "data" / "antworten.json").write_text(
            json.dumps([{"name": name, "phone": phone} for name, phone in answers]), encoding="utf-8"
        )

    return write


def _first(rows_of: Any) -> tuple[Any, Any, Any]:
    return rows_of(20), rows_of(12, first=101), [(f"Chor {n} e. V.", "0561 92000") for n in range(8)]


def _states(rows_of: Any) -> dict[str, tuple[tuple[Any, Any, Any], str]]:
    """What the three sources bring in turn, and columns that the office names."""
    keyed, keyless, answers = _first(rows_of)
    mended = [[*row] for row in keyed[3:]]
    mended[0][3], mended[1][1] = "0561 777777", ""
    mended.append([91, "", *[""] * 7])
    other = [[*row] for row in keyless[2:]]
    other[0][3] = "0561-ABC"
    changed = [(answers[0][0], "0561 93000"), *answers[2:], ("Neuer Chor e. V.", "")]
    return {
        "some": ((mended, other, changed), ""),
        "mapped": ((mended, other, changed), 'columns = { "Kurzname" = "short_name" }'),
        "moved": (([*mended[5:], *mended[:5]], [*other, *keyless[:2]], answers), ""),
        "halved": ((keyed[:8], keyless[:5], answers[:4]), ""),
        "emptied": (([], [], []), ""),
    }


def test_a_check_counts_what_the_sync_after_it_counts(
    office: Any, three: Callable[..., None], synced: Any, rows_of: Any
) -> None:
    """Over three sources and six states: new, changed, gone, waiting and read otherwise, entry by entry."""
    three(*_first(rows_of))
    for state, (content, columns) in {"first": (_first(rows_of), ""), **_states(rows_of)}.items():
        three(*content, columns=columns)

        before, after = _checked(office), synced(office)

        for name, report in after.items():
            seen = before[name]
            left_out = ("status", "quarantined", "problems_total") if report.status == "held" else ()
            assert _counts(seen, *left_out) == _counts(report, *left_out), (state, name)
            assert list(seen.held) == list(report.held), (state, name)
            assert bool(report.held) == (report.status == "held")
            assert sorted(_entries(seen), key=str) == sorted(_entries(report), key=str), (state, name)
    assert {"held"} == {report.status for report in after.values()}


def test_a_check_names_each_entry_with_its_place_and_fields(
    office: Any, three: Callable[..., None], synced: Any, rows_of: Any
) -> None:
    """Which ones come, change, wait and go; the fields, and never what stands in them."""
    three(*_first(rows_of))
    synced(office)
    three(*_states(rows_of)["some"][0])

    entries = _entries(_checked(office)["vereine"])

    assert [
        ("new", "", None, 19, (), True),
        ("changed", "Kulturverein Nummer 4 e. V.", None, 2, ("phones",), False),
        ("changed", "Kulturverein Nummer 5 e. V.", None, 3, (), True),
        ("gone", "Kulturverein Nummer 1 e. V.", None, 2, (), False),
        ("gone", "Kulturverein Nummer 2 e. V.", None, 3, (), False),
        ("gone", "Kulturverein Nummer 3 e. V.", None, 4, (), False),
    ] == entries


def test_a_check_names_no_person(office: Any, synced: Any) -> None:
    """Persons are counted and stand at their row; so does a title that names one."""
    office.settings(
        '[sources.leute]\nplugin = "spreadsheet"\npath = "data/leute.csv"\nkind = "person"\n'
        '[sources.kurse]\nplugin = "spreadsheet"\npath = "data/kurse.csv"\nkind = "event"\n'
    )
    office.sheet("leute.csv", ["Name", "E-Mail"], [["Defne Yalınkaya", "defne@example.org"]])
    office.sheet("kurse.csv", ["Titel", "Beginn"], [["Malkurs mit Petra Schulz", "24.12.2026 18:00"]])

    checked, done = _checked(office), synced(office)

    for reports in (checked, done):
        titles = {name: [one.title for one in report.entries] for name, report in reports.items()}
        assert {"leute": ["…"], "kurse": ["…"]} == titles
        assert [2, 2] == [one.row for report in reports.values() for one in report.entries]


def test_a_check_of_a_file_names_its_entries(tmp_path: Any) -> None:
    """A partner sees before sending what the hub would take of it."""
    file = tmp_path / "vereine.csv"
    file.write_text("Name;Telefon\nZeytin e.V.;0561 90000\n;0561 91000\n", encoding="utf-8")

    report = check_file(str(file), "organisation").sources["vereine.csv"]

    assert [("new", "Zeytin e.V.", None, 2, (), False), ("new", "", None, 3, (), True)] == _entries(report)
    assert (2, 1) == (report.new, report.new_waiting)
