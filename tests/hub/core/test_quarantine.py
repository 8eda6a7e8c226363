"""Rows that cannot become claims wait with all their problems, and are taken up again without the file."""

from __future__ import annotations

from typing import Any

SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
{columns}
"""
HEADER = ["Nr.", "Name", "Kurzname", "E-Mail", "Telefon"]


def _rows(rows_of: Any) -> list[list[Any]]:
    rows = [[row[0], row[1], "", row[2], row[3]] for row in rows_of(100)]
    for row in rows[10:17]:
        row[1], row[2] = "", row[1]
    return rows


def test_rows_whose_name_stands_elsewhere_wait_with_place_and_a_german_message(
    office: Any, synced: Any, exported: Any, rows_of: Any
) -> None:
    """93 live, 7 wait; each says its row, its column and what to do."""
    office.settings(SETTINGS.format(columns=""))
    office.sheet("vereine.csv", HEADER, _rows(rows_of))

    report = synced(office)["vereine"]

    missing = [problem for problem in report.problems if problem.code == "NAME_MISSING"]
    assert (len(exported(office)), report.quarantined) == (93, 7)
    assert [problem.row for problem in missing] == list(range(12, 19))
    assert missing[0].message("de") == "Zeile 12, Spalte 'Name': Der Name fehlt."
    assert "Spalte" in missing[0].hint("de")


def test_a_new_map_takes_waiting_rows_without_the_file(
    office: Any, synced: Any, exported: Any, rows_of: Any
) -> None:
    """`--replay` maps again what is kept; the file is gone meanwhile."""
    office.settings(SETTINGS.format(columns=""))
    path = office.sheet("vereine.csv", HEADER, _rows(rows_of))
    synced(office)
    ids = {one["id"] for one in exported(office)}
    path.unlink()
    office.settings(SETTINGS.format(columns='columns = { "Kurzname" = "name" }'))

    report = synced(office, replay=True)["vereine"]

    assert (report.status, report.created, report.quarantined) == ("done", 7, 0)
    assert len(exported(office)) == 100
    assert ids < {one["id"] for one in exported(office)}


def test_a_changed_map_is_applied_at_the_next_sync(
    office: Any, synced: Any, exported: Any, rows_of: Any
) -> None:
    """Records whose content is unchanged are mapped again from what is kept."""
    office.settings(SETTINGS.format(columns=""))
    office.sheet("vereine.csv", HEADER, _rows(rows_of))
    synced(office)
    office.settings(SETTINGS.format(columns='columns = { "Kurzname" = "name" }'))

    report = synced(office)["vereine"]

    assert (report.status, report.unchanged, report.quarantined) == ("done", 100, 0)
    assert len(exported(office)) == 100


def test_a_bad_optional_cell_costs_that_field_only(
    office: Any, synced: Any, exported: Any, rows_of: Any
) -> None:
    """7 rows live, each with one warning; nothing else of them differs."""
    office.settings(SETTINGS.format(columns=""))
    good = [[row[0], row[1], "", row[2], row[3]] for row in rows_of(100)]
    office.sheet("vereine.csv", HEADER, good)
    synced(office)
    whole = {one["id"]: one for one in exported(office)}
    for row in good[:7]:
        row[4] = "0561-ABC"
    office.sheet("vereine.csv", HEADER, good)

    report = synced(office)["vereine"]

    after = {one["id"]: one for one in exported(office)}
    changed = {id for id in whole if whole[id] != after[id]}
    assert (report.changed, report.quarantined) == (7, 0)
    assert len(changed) == 7
    assert all(
        {k: v for k, v in whole[id].items() if k != "phones"}
        == {k: v for k, v in after[id].items() if k != "phones"}
        for id in whole
    )
    warnings = [problem for problem in report.problems if problem.severity == "warning"]
    assert [(problem.code, problem.row, problem.column) for problem in warnings] == [
        ("PHONE_UNREADABLE", n, "Telefon") for n in range(2, 9)
    ]


def test_a_mended_row_leaves_the_quarantine(office: Any, synced: Any, rows_of: Any) -> None:
    """What the partner mends is live at the next sync, and its problem is gone."""
    office.settings(SETTINGS.format(columns=""))
    office.sheet("vereine.csv", HEADER, _rows(rows_of))
    synced(office)
    rows = _rows(rows_of)
    rows[10][1] = "Endlich mit Namen"
    office.sheet("vereine.csv", HEADER, rows)

    report = synced(office)["vereine"]

    assert (report.changed, report.created, report.quarantined, report.codes["NAME_MISSING"]) == (1, 1, 6, 6)


def test_a_live_record_that_breaks_keeps_its_last_good_state(
    office: Any, synced: Any, exported: Any, rows_of: Any
) -> None:
    """A name deleted by mistake does not take the entry out of the directory; it waits with a problem."""
    office.settings(SETTINGS.format(columns=""))
    good = [[row[0], row[1], "", row[2], row[3]] for row in rows_of(10)]
    office.sheet("vereine.csv", HEADER, good)
    synced(office)
    good[0][1] = ""
    office.sheet("vereine.csv", HEADER, good)

    report = synced(office)["vereine"]

    assert (report.changed, report.quarantined) == (1, 1)
    assert len(exported(office)) == 10
