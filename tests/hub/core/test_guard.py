"""No source can wipe the hub: what would lose, change or re-key too much waits for a person."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.config.settings import GuardLimits
from allin_hub.ingest.diff import Difference, FieldChange, differences
from allin_hub.ingest.guard import Extent, reasons
from allin_hub.store.engine import reading
from allin_hub.store.runs import held_runs


def _waiting(office: Any) -> list[Difference]:
    """What the held run of an office would do, row by row."""
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            run = held_runs(connection)[0]
        return list(differences(hub, run["id"]))
    finally:
        hub.close()


def _halved(rows: list[list[Any]]) -> list[list[Any]]:
    return rows[:50]


def _emptied(rows: list[list[Any]]) -> list[list[Any]]:
    return []


def _rekeyed(rows: list[list[Any]]) -> list[list[Any]]:
    return [[f"N{row[0]}", *row[1:]] for row in rows]


def _mass_changed(rows: list[list[Any]]) -> list[list[Any]]:
    return [[*row[:2], f"office@verein-{row[0]}.example", *row[3:]] for row in rows]


FEEDS = {
    "emptied": (_emptied, "empty"),
    "halved": (_halved, "lost"),
    "rekeyed": (_rekeyed, "new"),
    "mass-changed": (_mass_changed, "changed"),
}


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_that_breaks_off_is_held_and_applied_only_by_a_person(
    feed: str, sheet_office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """Held, shown row by row, then exactly that is applied."""
    broken, reason = FEEDS[feed]
    synced(sheet_office)
    before = exported(sheet_office)
    sheet_office.sheet("vereine.csv", header, broken(rows_of(100)))

    report = synced(sheet_office)["vereine"]

    assert report.status == "held"
    assert reason in {one.code for one in report.held}
    assert exported(sheet_office) == before
    assert len(_waiting(sheet_office)) == report.new + report.changed + report.withdrawn + report.renamed

    accepted = synced(sheet_office, accepting=report.run)["vereine"]

    expected = {row[1] for row in broken(rows_of(100))}
    assert accepted.status == "done"
    assert {one["name"] for one in exported(sheet_office)} == expected
    again = synced(sheet_office)["vereine"]
    assert (again.status, again.changed, again.new, again.withdrawn) == ("done", 0, 0, 0)


def test_outputs_keep_the_last_good_state_while_a_run_waits(
    sheet_office: Any, synced: Any, published: Any, header: Any, rows_of: Any
) -> None:
    """Not a byte of the site changes until a person has decided; then just what she decided."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(
        text
        + '\n[outputs.v]\nplugin = "directory"\npath = "public"\nimprint = "Forum, Kassel"\n'
        + 'contact_email = "info@forum.example"\n'
    )
    synced(sheet_office)
    published(sheet_office)
    public = sheet_office.folder / "public"
    before = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}
    sheet_office.sheet("vereine.csv", header, rows_of(50))
    held = synced(sheet_office)["vereine"]

    published(sheet_office)
    meanwhile = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}
    synced(sheet_office, accepting=held.run)
    published(sheet_office)

    assert held.status == "held"
    assert meanwhile == before
    shown = b"".join(path.read_bytes() for path in public.rglob("*") if path.is_file())
    assert b"Kulturverein Nummer 50 " in shown
    assert b"Kulturverein Nummer 51 " not in shown


def test_a_held_difference_names_field_and_both_values(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """A person decides on what would change, not on a count."""
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, _mass_changed(rows_of(100)))
    synced(sheet_office)

    first = _waiting(sheet_office)[0]

    assert (first.op, first.row, first.title) == ("changed", 2, "Kulturverein Nummer 1 e. V.")
    assert first.fields == (FieldChange("email", "info@verein-1.example", "office@verein-1.example"),)


def test_a_newer_sync_overtakes_a_held_run(sheet_office: Any, synced: Any, header: Any, rows_of: Any) -> None:
    """What was mended at the source needs no decision any more."""
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, rows_of(40))
    held = synced(sheet_office)["vereine"]
    sheet_office.sheet("vereine.csv", header, rows_of(100))

    report = synced(sheet_office)["vereine"]

    assert (held.status, report.status) == ("held", "done")
    assert sheet_office.rows("staged_raw")["staged_raw"] == []
    hub = sheet_office.open()
    with reading(hub.engine) as connection:
        assert held_runs(connection) == []
    hub.close()


def test_a_newer_held_run_leaves_nothing_of_the_one_before(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """One question at a time; and nobody's data lies about in staging for a decision that nobody will take."""
    synced(sheet_office)
    runs = []
    for count in (40, 30):
        sheet_office.sheet("vereine.csv", header, rows_of(count))
        runs.append(synced(sheet_office)["vereine"].run)

    staged = sheet_office.rows("staged_raw")["staged_raw"]

    assert [runs[1]] == [row["id"] for row in _held(sheet_office)]
    assert 0 == sum(runs[0] in row for row in staged)
    assert 0 < sum(runs[1] in row for row in staged)


def _held(office: Any) -> Any:
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            return held_runs(connection)
    finally:
        hub.close()


def test_a_new_column_that_nothing_uses_holds_nothing(
    sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Every raw differs, no record does: changes are counted under the map."""
    synced(sheet_office)
    sheet_office.sheet(
        "vereine.csv", [*header, "xq"], [[*row, f"interne Notiz {row[0]}"] for row in rows_of(100)]
    )

    report = synced(sheet_office)["vereine"]

    assert (report.status, report.changed, report.updated) == ("done", 100, 0)


def test_a_lost_column_is_held(office: Any, synced: Any, header: Any, rows_of: Any) -> None:
    """A mapped column that is missing would blank a field in every record, however few there are."""
    office.settings(
        '[sources.v]\nplugin = "spreadsheet"\npath = "data/v.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.sheet("v.csv", header, rows_of(5))
    synced(office)
    office.sheet("v.csv", header[:2] + header[3:], [row[:2] + row[3:] for row in rows_of(5)])

    report = synced(office)["v"]

    assert report.status == "held"
    assert [one.code for one in report.held] == ["columns"]


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        (Extent(before=100, fetched=90, lost=10, changed=0, new=0), []),
        (Extent(before=100, fetched=89, lost=11, changed=0, new=0), ["lost"]),
        (Extent(before=10, fetched=7, lost=3, changed=0, new=0), []),
        (Extent(before=10, fetched=6, lost=4, changed=0, new=0), ["lost"]),
        (Extent(before=100, fetched=100, lost=0, changed=30, new=0), []),
        (Extent(before=100, fetched=100, lost=0, changed=31, new=0), ["changed"]),
        (Extent(before=50, fetched=71, lost=0, changed=0, new=21), ["new"]),
        (Extent(before=50, fetched=70, lost=0, changed=0, new=20), []),
        (Extent(before=1, fetched=0, lost=1, changed=0, new=0), ["empty"]),
        (Extent(before=0, fetched=0, lost=0, changed=0, new=0), []),
    ],
)
def test_the_limits_are_those_of_the_design(extent: Extent, expected: list[str]) -> None:
    """More than max(3, 10 %) lost, max(20, 30 %) changed, max(20, 30 %) new, or none at all."""
    assert [reason.code for reason in reasons(extent, GuardLimits(), empty_is_news=True)] == expected
