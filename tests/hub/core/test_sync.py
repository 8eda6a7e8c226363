"""What a sync does, seen from outside: counts, entities, and what stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.ingest.check import check

BOOKKEEPING = {"run", "source_state", "lease"}


def test_a_second_sync_reports_everything_unchanged_and_changes_no_row(
    sheet_office: Any, synced: Any
) -> None:
    """Run and report rows aside, the database is the same to the byte (`the same sync twice changes nothing`)."""
    synced(sheet_office)
    before = {name: rows for name, rows in sheet_office.rows().items() if name not in BOOKKEEPING}

    report = synced(sheet_office)["vereine"]

    assert (report.status, report.fetched, report.unchanged, report.new, report.changed) == (
        "done",
        100,
        100,
        0,
        0,
    )
    assert {name: rows for name, rows in sheet_office.rows().items() if name not in BOOKKEEPING} == before


def test_a_rewritten_file_with_equal_rows_changes_no_row(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Content counts, not bytes: the same rows in another order and with other quoting are unchanged."""
    synced(sheet_office)
    before = sheet_office.rows("raw", "claim", "organisation", "change", "match_key")
    sheet_office.sheet("vereine.csv", header, list(reversed(rows_of(100))))

    report = synced(sheet_office)["vereine"]

    assert (report.unchanged, report.new, report.changed) == (100, 0, 0)
    assert sheet_office.rows("raw", "claim", "organisation", "change", "match_key") == before


def test_one_changed_row_changes_one_entity(
    sheet_office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """A publish costs what changed because the change feed names just that."""
    synced(sheet_office)
    rows = rows_of(100)
    rows[6][2] = "kontakt@verein-7.example"
    sheet_office.sheet("vereine.csv", header, rows)

    report = synced(sheet_office)["vereine"]

    assert (report.changed, report.unchanged, report.updated, report.created) == (1, 99, 1, 0)
    assert len(sheet_office.rows("change")["change"]) == 101
    assert "kontakt@verein-7.example" in {one.get("email") for one in exported(sheet_office)}


def test_a_row_that_is_gone_is_withdrawn_and_comes_back_under_its_id(
    sheet_office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """Gone is a state, never a deletion."""
    synced(sheet_office)
    ids = {one["name"]: one["id"] for one in exported(sheet_office)}
    sheet_office.sheet("vereine.csv", header, rows_of(99))

    report = synced(sheet_office)["vereine"]
    gone = set(ids) - {one["name"] for one in exported(sheet_office)}
    sheet_office.sheet("vereine.csv", header, rows_of(100))
    back = synced(sheet_office)["vereine"]

    assert (report.withdrawn, back.changed) == (1, 1)
    assert gone == {"Kulturverein Nummer 100 e. V."}
    assert {one["name"]: one["id"] for one in exported(sheet_office)} == ids


def test_a_record_under_a_new_key_is_the_same_record(
    sheet_office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """A lost and a new key with equal content are one raw, renamed."""
    synced(sheet_office)
    ids = {one["name"]: one["id"] for one in exported(sheet_office)}
    rows = rows_of(100)
    rows[0][0] = 4711
    sheet_office.sheet("vereine.csv", header, rows)

    report = synced(sheet_office)["vereine"]

    assert (report.status, report.renamed, report.withdrawn, report.new) == ("done", 1, 0, 0)
    assert {one["name"]: one["id"] for one in exported(sheet_office)} == ids


def test_a_source_without_a_key_gets_stable_ones(office: Any, synced: Any, header: Any, rows_of: Any) -> None:
    """Keys are derived from the content, repeated ones are numbered, and the report says so."""
    office.settings(
        '[sources.vereine]\nplugin = "spreadsheet"\npath = "data/vereine.csv"\nkind = "organisation"\n'
    )
    rows = [row[1:] for row in rows_of(10)]
    office.sheet("vereine.csv", header[1:], rows)
    first = synced(office)["vereine"]
    rows[3][2] = "0561 111111"
    office.sheet("vereine.csv", header[1:], rows)

    second = synced(office)["vereine"]

    assert "KEY_DERIVED" in first.codes
    assert (second.unchanged, second.changed, second.new, second.withdrawn) == (9, 1, 0, 0)


def test_a_table_without_keys_is_told_in_each_report(
    office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """A check says what the sync will; a read in which all is as before does not end the hint."""
    office.settings(
        '[sources.vereine]\nplugin = "spreadsheet"\npath = "data/vereine.csv"\nkind = "organisation"\n'
    )
    rows = [row[1:] for row in rows_of(3)]
    office.sheet("vereine.csv", header[1:], rows)
    hub = office.open()
    asked = check(hub, None).sources["vereine"]
    hub.close()
    first = synced(office)["vereine"]
    office.sheet("vereine.csv", header[1:], rows[::-1])

    again = synced(office)["vereine"]

    assert again.unchanged == 3
    assert "KEY_DERIVED" in [problem.code for problem in asked.problems]
    assert ["KEY_DERIVED" in one.codes for one in (first, again)] == [True, True]


def test_a_source_that_cannot_be_read_keeps_what_was_known(
    sheet_office: Any, synced: Any, exported: Any
) -> None:
    """The source failed and the source is empty are different facts."""
    synced(sheet_office)
    (sheet_office.folder / "data/vereine.csv").write_bytes(b"%PDF-1.7 not a table")

    report = synced(sheet_office)["vereine"]

    assert (report.status, report.problems_total) == ("failed", 1)
    assert len(exported(sheet_office)) == 100


def test_two_records_with_one_key_are_both_kept_and_the_second_waits(
    office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """A repeated key is nobody's decision but the partner's."""
    office.settings(
        '[sources.vereine]\nplugin = "spreadsheet"\npath = "data/vereine.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    rows = rows_of(3)
    rows[2][0] = 1
    office.sheet("vereine.csv", header, rows)

    report = synced(office)["vereine"]

    assert (report.fetched, report.quarantined, report.codes["KEY_DUPLICATE"]) == (3, 1, 1)


def test_fetched_is_live_plus_quarantined_plus_skipped(
    office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """Nothing read is lost silently."""
    office.settings(
        '[sources.vereine]\nplugin = "spreadsheet"\npath = "data/vereine.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    rows = rows_of(5)
    rows[1][1] = ""
    rows.insert(2, [""] * 9)
    rows.append(["", "Summe: 5", *[""] * 7])
    office.sheet("vereine.csv", header, rows)

    report = synced(office)["vereine"]

    assert report.fetched == len(exported(office)) + report.quarantined + report.skipped == 7
    assert (report.quarantined, report.skipped) == (1, 2)


@pytest.mark.parametrize(
    ("language", "remark"),
    [
        ("de", "# Was der Hub über die Spalten dieser Quelle"),
        ("en", "# What the hub found out about the columns"),
    ],
)
def test_what_was_learned_of_columns_is_told_in_the_hubs_language(
    sheet_office: Any, synced: Any, language: str, remark: str
) -> None:
    """The office reads the file and changes it; the column of the keys has its use, whatever it is called."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text.replace("[hub]", f'[hub]\nlanguages = ["{language}"]'))
    synced(sheet_office)
    learned = (sheet_office.folder / "maps" / "vereine.toml").read_text(encoding="utf-8")

    assert learned.startswith(remark)
    assert learned.count("#") == 2
