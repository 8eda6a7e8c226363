"""The spreadsheet source, on files as partners send them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pydantic import SecretStr

from allin_hub import FileSettings, Refused
from allin_plugins import spreadsheet
from allin_plugins.spreadsheet import Spreadsheet, SpreadsheetConfig
from allin_schemas import Kind

Read = Callable[..., Any]
TABLE = (
    "Nr.;Name;E-Mail;PLZ\n1;Brücke e. V.;info@bruecke.example;34117\n2;Ufer e. V.;info@ufer.example;34119\n"
)


def source(**settings: Any) -> Spreadsheet:
    """Make a source with these settings."""
    return Spreadsheet("vereine", SpreadsheetConfig(**settings))


def workbook(path: Path, **sheets: list[list[Any]]) -> None:
    """Write an XLSX with these sheets."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def test_rows_become_raws_with_key_and_place(tmp_path: Path, read_with: Read) -> None:
    """A raw holds the cells as they are; its key comes from the column that hub.toml names."""
    (tmp_path / "a.csv").write_text(TABLE)
    reading = read_with(source(path="a.csv"), key="nr")
    first, second = reading.raws()

    assert (first.key, second.key, first.row, second.row, first.sheet) == ("1", "2", 2, 3, None)
    assert first.payload == {
        "Nr.": "1",
        "Name": "Brücke e. V.",
        "E-Mail": "info@bruecke.example",
        "PLZ": "34117",
    }
    assert reading.run.problems == []


def test_without_a_key_column_the_hub_derives_keys(tmp_path: Path, read_with: Read) -> None:
    """The plugin never decides identity."""
    (tmp_path / "a.csv").write_text(TABLE)

    assert [raw.key for raw in read_with(source(path="a.csv")).raws()] == [None, None]


def test_a_blank_key_is_said_and_a_missing_key_column_refused(tmp_path: Path, read_with: Read) -> None:
    """One blank cell costs a hint; a renamed key column would give every record a new identity."""
    (tmp_path / "a.csv").write_text(TABLE.replace("\n2;", "\n;"))
    reading = read_with(source(path="a.csv"), key="Nr.")

    assert [raw.key for raw in reading.raws()] == ["1", None]
    assert reading.run.problems == [("KEY_BLANK", 3, "Nr.")]
    with pytest.raises(Refused) as missing:
        read_with(source(path="a.csv"), key="Mitgliedsnummer").raws()
    assert missing.value.code == "COLUMN_MISSING"


def test_a_mapped_column_that_is_gone_refuses_the_file(tmp_path: Path, read_with: Read) -> None:
    """Else every value of that column would be blanked in silence; another column may take its place."""
    (tmp_path / "a.csv").write_text(TABLE)
    with pytest.raises(Refused) as gone:
        read_with(source(path="a.csv"), given={"Kurzname": "short_name"}).raws()

    assert gone.value.code == "COLUMN_MISSING"
    assert len(read_with(source(path="a.csv"), given={"Verein": "name", "Bemerkung": "-"}).raws()) == 2


def test_an_unchanged_file_is_not_opened(tmp_path: Path, read_with: Read) -> None:
    """The state is a digest of the bytes; reading it parses nothing."""
    (tmp_path / "a.csv").write_text(TABLE)
    reading = read_with(source(path="a.csv"))
    state = reading.source.state(reading.run)

    assert ([], state) == (reading.run.opened, read_with(source(path="a.csv")).source.state(reading.run))
    assert state != read_with(source(path="a.csv"), key="Nr.").source.state(reading.run)


def test_a_url_is_fetched_once_per_sync_with_its_token(read_with: Read) -> None:
    """State and fetch look at the same bytes; the next sync asks again."""
    reading = read_with(source(url="https://partner.example/a.csv?key=geheim", token=SecretStr("t")))
    reading.run.http.content = TABLE.encode()
    reading.source.state(reading.run)
    assert len(reading.raws()) == 2
    assert reading.run.http.asked == [("https://partner.example/a.csv?key=geheim", "t")]
    reading.source.state(reading.run)

    assert len(reading.run.http.asked) == 2
    assert reading.run.opened == ["a.csv"]


def test_every_sheet_with_a_header_is_read(tmp_path: Path, read_with: Read) -> None:
    """Partners keep districts on sheets, and notes beside them."""
    rows = [["Verein", "PLZ"], ["Brücke e. V.", 34117]]
    workbook(tmp_path / "a.xlsx", Nord=rows, Notizen=[["Bitte bis Freitag prüfen"]], Süd=rows, Leer=[])
    reading = read_with(source(path="a.xlsx"))

    assert [(raw.sheet, raw.row) for raw in reading.raws()] == [("Nord", 2), ("Süd", 2)]
    assert reading.run.problems == [("SHEET_SKIPPED", None, None)]


def test_a_workbook_with_one_sheet_needs_no_name_of_it(tmp_path: Path, read_with: Read) -> None:
    """'Zeile 2' is enough where there is only one sheet."""
    workbook(tmp_path / "a.xlsx", Tabelle1=[["Verein", "PLZ"], ["Brücke e. V.", 34117]])

    assert [raw.sheet for raw in read_with(source(path="a.xlsx")).raws()] == [None]


def test_sheets_can_be_named(tmp_path: Path, read_with: Read) -> None:
    """A name that is not there is refused with those that are."""
    rows = [["Verein", "PLZ"], ["Brücke e. V.", 34117]]
    workbook(tmp_path / "a.xlsx", Nord=rows, Mitte=rows, Süd=rows)

    assert [raw.sheet for raw in read_with(source(path="a.xlsx", sheet="nord ")).raws()] == ["Nord"]
    assert [raw.sheet for raw in read_with(source(path="a.xlsx", sheet=["Nord", "Süd"])).raws()] == [
        "Nord",
        "Süd",
    ]
    with pytest.raises(Refused, match="Nord, Mitte, Süd") as missing:
        read_with(source(path="a.xlsx", sheet="Vereine")).raws()
    assert missing.value.code == "SHEET_MISSING"


def test_a_pattern_reads_all_files_and_names_them(tmp_path: Path, read_with: Read) -> None:
    """The place of a problem is the file, where there are several."""
    for name in ("b", "a"):
        (tmp_path / f"{name}.csv").write_text(TABLE)
    raws = read_with(source(path="*.csv")).raws()

    assert [(raw.sheet, raw.row) for raw in raws] == [("a.csv", 2), ("a.csv", 3), ("b.csv", 2), ("b.csv", 3)]


def test_what_is_no_record_is_counted(tmp_path: Path, read_with: Read) -> None:
    """Fetched is what lives, waits or was skipped: nothing is lost."""
    (tmp_path / "a.csv").write_text(
        "Vereine;;;\n;;;\n" + TABLE + "\nNr.;Name;E-Mail;PLZ\n;Summe;;2\n;;;\nStand: 01.10.2026;;;\n"
    )
    reading = read_with(source(path="a.csv"))

    assert [raw.row for raw in reading.raws()] == [4, 5]
    assert reading.run.skipped == {"blank": 2, "header": 1, "total": 1, "note": 1}


def test_a_shifted_row_waits_without_a_name(tmp_path: Path, read_with: Read) -> None:
    """Its draft is empty, now and at every replay: nothing of it can go live under a wrong column."""
    (tmp_path / "a.csv").write_text(TABLE + "3;Ufer; Verein;info@ufer.example;34119\n")
    reading = read_with(source(path="a.csv"), key="Nr.")
    shifted = reading.raws()[-1]

    assert reading.run.problems == [("ROW_SHIFTED", 4, None)]
    assert (shifted.key, reading.source.map(shifted)) == (None, {})


def test_columns_that_nobody_knows_are_said(tmp_path: Path, read_with: Read) -> None:
    """A new column is reported; numbers of rows and what was left out on purpose are not."""
    (tmp_path / "a.csv").write_text("Nr.;Name;Mitglieder;Intern\n1;A;12;x\n")
    reading = read_with(source(path="a.csv"), given={"Intern": "-"})
    reading.raws()

    assert reading.run.problems == [("COLUMN_UNKNOWN", None, "Mitglieder")]


def test_what_the_door_guessed_about_rows_is_passed_on(tmp_path: Path, read_with: Read) -> None:
    """A stray quotation mark is shown at its row."""
    (tmp_path / "a.csv").write_text(
        'Name;E-Mail;PLZ\n"A;info@a.example;34117\nB;info@b.example;34117\nC;info@c.example;34117\n'
    )
    reading = read_with(source(path="a.csv"))

    assert len(reading.raws()) == 3
    assert ("QUOTE_STRAY", 2, None) in reading.run.problems


@pytest.mark.parametrize(
    ("content", "code"),
    [("1;2;3\n4;5;6\n", "HEADER_NOT_FOUND"), ("", "FILE_EMPTY"), ("\n\n \n", "FILE_EMPTY")],
)
def test_a_file_without_a_header_is_refused(tmp_path: Path, read_with: Read, content: str, code: str) -> None:
    """What was known before stays."""
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(Refused) as refusal:
        read_with(source(path="a.csv")).raws()

    assert code == refusal.value.code


def test_a_table_that_is_only_a_header_is_said_to_be_empty(tmp_path: Path, read_with: Read) -> None:
    """An empty source and a failed one are different facts; the guard decides what to do about it."""
    (tmp_path / "a.csv").write_text("Name;E-Mail\n")
    reading = read_with(source(path="a.csv"))

    assert reading.raws() == []
    assert reading.run.problems == [("NO_ROWS", None, None)]


def test_the_header_row_can_be_named(tmp_path: Path, read_with: Read) -> None:
    """Where no heading can be recognised, hub.toml says row and columns."""
    (tmp_path / "a.csv").write_text("x;y\nAlpha;Beta\nBrücke e. V.;34117\n")
    reading = read_with(source(path="a.csv", header_row=2), given={"Alpha": "name"})

    assert reading.drafts() == [{"name": "Brücke e. V."}]


def test_what_columns_mean_together_is_known_in_the_first_sync(tmp_path: Path, read_with: Read) -> None:
    """A person's name must not become an association's, not even once."""
    (tmp_path / "a.csv").write_text(
        "Verein;Name;Telefon;PLZ\nBrücke e. V.;Ada Muster;1;34117\n;Ali Muster;2;34117\n"
    )
    reading = read_with(source(path="a.csv"))

    assert [(draft.get("name"), draft.get("contacts.name")) for draft in reading.drafts()] == [
        ("Brücke e. V.", "Ada Muster"),
        (None, "Ali Muster"),
    ]
    assert reading.run.columns.headers == ("Verein", "Name", "Telefon", "PLZ")


def test_rows_are_streamed(tmp_path: Path, read_with: Read) -> None:
    """A hundred thousand rows must not wait in memory for the last."""
    (tmp_path / "a.csv").write_text(TABLE + "3;C;info@c.example;34117\n" * 100_000)
    reading = read_with(source(path="a.csv"))
    stream = reading.source.fetch(reading.run)

    assert next(stream).payload["Nr."] == "1"
    stream.close()


def test_events_give_day_and_time_together(tmp_path: Path, read_with: Read) -> None:
    """A list of dates is a table like any other."""
    (tmp_path / "a.csv").write_text(
        "Titel;Datum;Uhrzeit;Ort;Veranstalter\nSommerfest;05.10.2026;14-18 Uhr;Stadthalle;Brücke e. V.\n"
    )

    assert read_with(source(path="a.csv"), Kind.EVENT).drafts() == [
        {
            "title": "Sommerfest",
            "start": ["05.10.2026", "14-18 Uhr"],
            "location": "Stadthalle",
            "organiser": "Brücke e. V.",
        }
    ]


def test_the_example_is_a_valid_source() -> None:
    """What people copy has to work."""
    folder = Path(spreadsheet.__file__).parent
    written = tomllib.loads((folder / "example.toml").read_text())["sources"]["vereine"]
    own = {name: value for name, value in written.items() if name in SpreadsheetConfig.model_fields}

    assert SpreadsheetConfig(**own).path == "data/vereine.xlsx"
    assert all(f"`{name}`" in (folder / "README.md").read_text() for name in SpreadsheetConfig.model_fields)
    assert issubclass(SpreadsheetConfig, FileSettings)
