"""No source can wipe the hub: what would lose, change or re-key too much waits for a person."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.config.settings import GuardLimits
from allin_hub.ingest.diff import Difference, FieldChange, differences
from allin_hub.ingest.guard import Extent, reasons
from allin_hub.operations.quarantine import quarantine
from allin_hub.store.engine import reading, writing
from allin_hub.store.retention import give_up
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
        (Extent(before=1, fetched=1, lost=1, changed=0, new=1), []),
        (Extent(before=2, fetched=1, lost=1, changed=0, new=0), []),
        (Extent(before=2, fetched=2, lost=2, changed=0, new=2), ["lost"]),
        (Extent(before=3, fetched=2, lost=1, changed=0, new=0), []),
        (Extent(before=3, fetched=1, lost=2, changed=0, new=0), ["lost"]),
        (Extent(before=4, fetched=3, lost=1, changed=0, new=0), []),
        (Extent(before=4, fetched=2, lost=2, changed=0, new=0), ["lost"]),
        (Extent(before=5, fetched=3, lost=2, changed=0, new=0), []),
        (Extent(before=6, fetched=3, lost=3, changed=0, new=0), ["lost"]),
        (Extent(before=7, fetched=4, lost=3, changed=0, new=0), []),
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
    """More than max(3, 10 %) or two and half of all lost, max(20, 30 %) changed, max(20, 30 %) new, or none at all."""
    assert [reason.code for reason in reasons(extent, GuardLimits(), empty_is_news=True)] == expected


def test_an_office_can_let_half_of_a_source_go() -> None:
    """A calendar of four dates may lose two of them every week."""
    half = Extent(before=4, fetched=2, lost=2, changed=0, new=0)

    assert ["lost"] == [one.code for one in reasons(half, GuardLimits(lost=9), empty_is_news=True)]
    assert [] == reasons(half, GuardLimits(lost_share=0.5), empty_is_news=True)


@pytest.mark.parametrize(
    ("known", "left", "status"), [(4, 2, "held"), (3, 2, "done"), (3, 1, "held"), (2, 1, "done")]
)
def test_a_small_partner_who_loses_half_is_asked(
    known: int, left: int, status: str, sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Two of four is a broken list; one of three is an association that has ended."""
    sheet_office.sheet("vereine.csv", header, rows_of(known))
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, rows_of(left))

    assert status == synced(sheet_office)["vereine"].status


PROBLEMS = {
    "emptied": {"HELD_EMPTY", "HELD_LOST"},
    "halved": {"HELD_LOST"},
    "rekeyed": {"HELD_LOST", "HELD_NEW"},
    "mass-changed": {"HELD_CHANGED"},
}


def _open_problems(office: Any) -> list[Any]:
    hub = office.open()
    try:
        return [one.problem for one in quarantine(hub).problems]
    finally:
        hub.close()


@pytest.mark.parametrize("feed", FEEDS)
def test_the_problems_of_a_held_source_name_the_cause(
    feed: str, sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Until somebody accepts the run, or the source is as it was."""
    broken, _ = FEEDS[feed]
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, broken(rows_of(100)))
    held = synced(sheet_office)["vereine"]
    told = _open_problems(sheet_office)
    again = synced(sheet_office)["vereine"]

    assert PROBLEMS[feed] == {one.code for one in told if one.code.startswith("HELD")}
    assert all(
        "100" in one.message("de") and "100" in one.message("en")
        for one in told
        if one.code.startswith("HELD")
    )
    assert (held.problems_total, again.problems_total) == (len(told), len(told))
    synced(sheet_office, accepting=again.run)
    assert [] == [one.code for one in _open_problems(sheet_office) if one.code.startswith("HELD")]


@pytest.mark.parametrize("way", ["mended", "replayed", "expired"])
def test_a_cause_is_told_no_longer_than_its_run_waits(
    way: str, sheet_office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Whatever ends the held run ends its problems."""
    synced(sheet_office)
    sheet_office.sheet("vereine.csv", header, rows_of(50))
    synced(sheet_office)
    before = {one.code for one in _open_problems(sheet_office)}
    if way == "mended":
        sheet_office.sheet("vereine.csv", header, rows_of(100))
    if way == "expired":
        hub = sheet_office.open()
        with writing(hub.engine) as connection:
            give_up(connection, held_runs(connection)[0]["id"], "vereine")
        hub.close()
    else:
        synced(sheet_office, replay=way == "replayed")

    assert "HELD_LOST" in before
    assert "HELD_LOST" not in {one.code for one in _open_problems(sheet_office)}


def test_a_column_that_is_missing_is_a_problem_of_the_held_source(
    office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """The partner reads which one; a source that fails meanwhile keeps the reason why it waits."""
    office.settings(
        '[sources.v]\nplugin = "spreadsheet"\npath = "data/v.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.sheet("v.csv", header, rows_of(5))
    synced(office)
    office.sheet("v.csv", header[:2] + header[3:], [row[:2] + row[3:] for row in rows_of(2)])
    synced(office)
    told = {one.code: one.message("de") for one in _open_problems(office)}
    (office.folder / "data" / "v.csv").unlink()
    failed = synced(office)["v"]

    assert "Spalte 'E-Mail'" in told["COLUMN_LOST"]
    assert "3 von 5 Einträgen" in told["HELD_LOST"]
    assert ("failed", True) == (failed.status, "HELD_LOST" in {one.code for one in _open_problems(office)})


KEYLESS = '[sources.v]\nplugin = "spreadsheet"\npath = "data/v.csv"\nkind = "organisation"\n'


def _ids(entities: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["id"] for one in entities}


@pytest.mark.parametrize("count", [4, 60])
def test_a_key_that_is_named_later_keeps_ids_and_holds_nothing(
    count: int, office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """The key's column was a cell like any other before; the rows are the same but for that."""
    office.settings(KEYLESS)
    office.sheet("v.csv", header, rows_of(count))
    synced(office)
    before = _ids(exported(office))
    reports = []
    for setting in ('key = "Nr."\n', 'key = "E-Mail"\n', ""):
        office.settings(KEYLESS + setting)
        reports.append(synced(office)["v"])

        assert before == _ids(exported(office))
    assert [("done", count, 0, 0, 0)] * 3 == [
        (one.status, one.renamed, one.new, one.changed, one.withdrawn) for one in reports
    ]


def test_a_key_in_a_new_column_keeps_ids_and_tells_rows_apart(
    office: Any, synced: Any, exported: Any, header: Any, rows_of: Any
) -> None:
    """The partner numbers the list; two rows that were equal get a number each."""
    rows = [*rows_of(4), rows_of(4)[0]]
    office.settings(KEYLESS)
    office.sheet("v.csv", header[1:], [row[1:] for row in rows])
    synced(office)
    before = _ids(exported(office))
    office.settings(KEYLESS + 'key = "Nr."\n')
    office.sheet("v.csv", header, [[n, *row[1:]] for n, row in enumerate(rows, start=70)])

    report = synced(office)["v"]

    assert ("done", 5, 0, 0) == (report.status, report.renamed, report.new, report.withdrawn)
    assert before == _ids(exported(office))


def test_rows_that_differ_when_the_key_is_named_are_counted_by_the_guard(
    office: Any, synced: Any, header: Any, rows_of: Any
) -> None:
    """Only what is equal but for the key is known again; a wrong list does not slip in with a key."""
    office.settings(KEYLESS)
    office.sheet("v.csv", header, rows_of(8))
    synced(office)
    office.settings(KEYLESS + 'key = "Nr."\n')
    other = [[*row[:3], "0561 777777", *row[4:]] for row in rows_of(8)[:6]]
    office.sheet("v.csv", header, [*other, *rows_of(8)[6:]])

    report = synced(office)["v"]

    assert ("held", 2, 6, 6) == (report.status, report.renamed, report.new, report.withdrawn)
    assert [("lost", 6)] == [(one.code, one.count) for one in report.held]
