"""Tables in shapes that people give them: each cell is read right, or kept and told, or refused and told."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from tests.corpus.archives import ods, ods_row

from allin_hub.operations.quarantine import quarantine

INPUTS = Path(__file__).parent / "inputs"
HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "{plugin}"
path = "data/{name}"
kind = "{kind}"
{more}

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""


class Told(NamedTuple):
    """A problem: code, row, column."""

    code: str
    row: int | None
    column: str | None


class Outcome(NamedTuple):
    """What became of a table."""

    status: str
    entries: dict[str, dict[str, Any]]
    people: dict[str, dict[str, Any]]
    told: list[Told]

    def codes(self, *but: str) -> list[str]:
        """List the codes told, without those that say only how many rows there were."""
        return sorted(
            {one.code for one in self.told if one.code not in {"KEY_DERIVED", "SKIPPED_BLANK", *but}}
        )

    def told_of(self, code: str) -> list[tuple[int | None, str | None]]:
        """List where a code was told."""
        return [(one.row, one.column) for one in self.told if one.code == code]


Reads = Callable[..., Outcome]


@pytest.fixture
def database() -> str:
    """The one database of these tests: none decides what a table means."""
    return "sqlite:///hub.db"


@pytest.fixture
def read(office: Any, synced: Any, exported: Any) -> Reads:
    """Read one file through a real hub: a case by its name, or a name and its content."""

    def run(
        name: str,
        content: str | bytes | None = None,
        *,
        kind: str = "organisation",
        plugin: str = "spreadsheet",
        more: str = "",
    ) -> Outcome:
        if content is None:
            content = (INPUTS / name).read_bytes()
        data = content.encode() if isinstance(content, str) else content
        (office.folder / "data" / name).write_bytes(data)
        office.settings(HUB.format(plugin=plugin, name=name, kind=kind, more=more))
        status = synced(office)["liste"].status
        hub = office.open()
        try:
            told = [Told(one.code, one.row, one.column) for one in quarantine(hub).problems]
        finally:
            hub.close()
        title = "title" if kind in {"event", "opportunity"} else "name"
        entries = {one[title]: one for one in exported(office, kind)}
        return Outcome(status, entries, {one["name"]: one for one in exported(office, "person")}, told)

    return run


def xlsx(rows: Sequence[Sequence[Any]], *merged: str, beside: Sequence[Sequence[Any]] = ()) -> bytes:
    """Write a workbook with merged cells, and with a second sheet where there are rows for it."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    if beside:
        second = book.create_sheet("zweites")
        for row in beside:
            second.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def place(entry: dict[str, Any]) -> dict[str, Any]:
    """Give the one place of an organisation."""
    return dict(entry["places"][0]) if entry.get("places") else {}


def languages(entry: dict[str, Any]) -> list[str]:
    """Give the codes of an entry's languages."""
    return [one["code"] for one in entry.get("languages", [])]


# --- house numbers ---


def test_a_number_beside_the_street_is_the_house_number(read: Reads) -> None:
    """It was taken for a running number and dropped without a word."""
    outcome = read("house-number-column.csv")

    assert {name: (place(one)["street"], place(one)["house_number"]) for name, one in outcome.entries.items()} == {
        "Nachbarschaft Forstfeld e.V.": ("Ochshäuser Straße", "12"),
        "Radkollektiv Nord": ("Holländische Straße", "98"),
        "Chor der Sprachen": ("Mombachstraße", "12"),
    }  # fmt: skip
    assert outcome.codes() == []


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Verein;Straße;Hnr;PLZ;Ort", "organisation"),
        ("Verein;Straße;Nr;PLZ;Ort", "organisation"),
        ("Verein;Strasse;Haus-Nr.;PLZ;Ort", "organisation"),
        ("Organisation;Street;No.;Postcode;City", "organisation"),
        ("Dernek;Sokak;Kapı no;Posta kodu;Şehir", "organisation"),
        ("Angebot;Straße;Nr.;PLZ;Ort", "service"),
    ],
)
def test_a_house_number_goes_by_many_names(header: str, kind: str, read: Reads) -> None:
    """Also in other languages, and of other kinds."""
    outcome = read("liste.csv", f"{header}\nHaus Linde;Aweg;7a;34117;Kassel\n", kind=kind)

    assert place(outcome.entries["Haus Linde"])["house_number"] == "7a"


def test_a_running_number_is_no_house_number(read: Reads) -> None:
    """The first column counts the rows: nothing is told of it, and nothing taken from it."""
    outcome = read("liste.csv", "Nr.;Verein;Straße;PLZ\n1;Chor Rot;Aweg;34117\n2;Chor Blau;Bweg 3;34117\n")

    assert "house_number" not in place(outcome.entries["Chor Rot"])
    assert place(outcome.entries["Chor Blau"])["house_number"] == "3"
    assert outcome.codes() == []


def test_a_number_elsewhere_never_vanishes_without_a_word(read: Reads) -> None:
    """Numbers that do not count the rows are somebody's."""
    outcome = read("liste.csv", "Verein;Nr.;Ort\nChor Rot;12;Kassel\nChor Blau;12;Kassel\n")

    assert outcome.told_of("COLUMN_UNKNOWN") == [(None, "Nr.")]


# --- tables on their side ---


def test_a_table_on_its_side_is_refused_in_words(read: Reads) -> None:
    """Its fields became organisations called 'E-Mail', 'Telefon', 'Ort'."""
    outcome = read("transposed.csv")

    assert (outcome.status, outcome.entries, outcome.codes()) == ("failed", {}, ["TABLE_SIDEWAYS"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Name,Alpha,Beta\nEmail,a@a.example,b@b.example\nCity,Kassel,Kassel\n", "organisation"),
        ("Verein;Chor Rot\nTelefon;0561 9000001\nOrt;Kassel\n", "organisation"),
        (";;\nNr.;1;2\nVerein;Rot;Blau\nTelefon;0561 9000001;0561 9000002\nPLZ;34117;34119\n", "organisation"),
        ("Titel;Lesung;Konzert\nDatum;05.12.2026;06.12.2026\nUhrzeit;18:00;19:00\nOrt;Kassel;Vellmar\n", "event"),
        ("Verein;Chor Rot;Chor Blau\nGründer;A;B\nFarbe;x;y\nMotto;x;y\nTelefon;0561 9000001;\nOrt;Kassel;\n", "organisation"),
        ("Dernek;Korosu;Evi\nTelefon;0561 9000001;0561 9000002\nŞehir;Kassel;Kassel\n", "organisation"),
    ],
)  # fmt: skip
def test_tables_on_their_side_of_other_sorts(text: str, kind: str, read: Reads) -> None:
    """One entry alone, other languages, other kinds, a running number above."""
    outcome = read("liste.csv", text, kind=kind)

    assert (outcome.status, outcome.codes()) == ("failed", ["TABLE_SIDEWAYS"])


def test_a_sheet_on_its_side_leaves_the_others_alone(read: Reads) -> None:
    """It is told, and the sheet that stands upright is read."""
    good = [["Verein", "Telefon", "Ort"], ["Chor Rot", "0561 9000001", "Kassel"]]
    turned = [["Verein", "Chor Blau"], ["Telefon", "0561 9000002"], ["Ort", "Kassel"]]
    outcome = read("liste.xlsx", xlsx(good, beside=turned))

    assert list(outcome.entries) == ["Chor Rot"]
    assert outcome.codes() == ["SHEET_SIDEWAYS"]


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Verein\nChor Rot\nTelefonkette\n", "organisation", ["Chor Rot", "Telefonkette"]),
        ("Verein;Ort\nE-Mail;Kassel\n", "organisation", []),
        ("Angebot;Art\nDeutschkurs;Kurs\nRecht;Beratung\nHilfe;Angebot\n", "service", ["Deutschkurs", "Hilfe", "Recht"]),
    ],
)  # fmt: skip
def test_a_table_with_names_in_its_first_column_stands_upright(
    text: str, kind: str, names: list[str], read: Reads
) -> None:
    """Words that happen to be headings, too, turn no table."""
    outcome = read("liste.csv", text, kind=kind)

    assert outcome.status == "done"
    assert set(names) <= outcome.entries.keys()
    assert "TABLE_SIDEWAYS" not in outcome.codes()


# --- lines between the records ---


def test_a_section_line_is_no_association(read: Reads) -> None:
    """'Stadtteil Nord-Holland' is the district of what stands below it, up to a blank row."""
    outcome = read("section-line.csv")

    assert sorted(outcome.entries) == ["Kopf A", "Kopf B", "Kopf C", "Kopf D"]
    assert [place(outcome.entries[f"Kopf {letter}"]).get("district") for letter in "ABCD"] == [
        None, None, "Nord-Holland", None,
    ]  # fmt: skip
    assert outcome.told_of("SECTION_DISTRICT") == [(6, None)]
    assert outcome.codes() == ["SECTION_DISTRICT", "SKIPPED_HEADER", "SKIPPED_SECTION", "SKIPPED_TOTAL"]


SECTIONS = [
    ("Sport", "topics", ["Sport"]),
    ("Kultur und Musik (2)", "topics", ["Kultur und Musik"]),
    ("Kategorie: Umwelt", "topics", ["Umwelt"]),
    ("--- Bildung ---", "topics", ["Bildung"]),
    ("Nordstadt:", "district", "Nord-Holland"),
    ("Vorderer Westen", "district", "Vorderer Westen"),
    ("Bezirk Mitte (12 Vereine)", "district", "Mitte"),
    ("Ortsteil Unterdorf", "district", "Unterdorf"),
    ("Semt Kuzey", "district", "Kuzey"),
    ("Weitere Vereine", "", None),
    ("A – C", "", None),
    ("Vereine in der Nachbarschaft", "", None),
    ("Rund ums Haus:", "", None),
]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
def test_section_lines_in_many_words(ending: str, read: Reads) -> None:
    """By their form or by what they name; each is told, and used where it names a district or a topic."""
    rows = [["Verein", "Telefon", "Ort"], ["Chor 0", "0561 9000100", "Kassel"]]
    for number, (line, *_) in enumerate(SECTIONS, 1):
        rows += [[line, "", ""], [f"Chor {number}", f"0561 9000{100 + number}", "Kassel"]]
    content: str | bytes = "\n".join(";".join(row) for row in rows)
    if ending == "xlsx":
        content = xlsx(rows)
    elif ending == "ods":
        content = ods(*(ods_row(*row) for row in rows))
    outcome = read(f"liste.{ending}", content)

    assert sorted(outcome.entries) == sorted(f"Chor {number}" for number in range(len(SECTIONS) + 1))
    found = []
    for number, (line, field, _) in enumerate(SECTIONS, 1):
        entry = outcome.entries[f"Chor {number}"]
        value = {"topics": entry.get("topics"), "district": place(entry).get("district")}.get(field)
        other = [*entry.get("topics", []), place(entry).get("district")] if not field else []
        code = {"topics": "SECTION_TOPIC", "district": "SECTION_DISTRICT"}.get(field, "SECTION_LINE")
        found.append((line, field, value))
        assert other in ([], [None])
        assert (2 * number + 1, None) in outcome.told_of(code)
    assert found == SECTIONS
    assert "topics" not in outcome.entries["Chor 0"]


@pytest.mark.parametrize(
    "row",
    [
        "Sport;0561 9000003;",
        "Sport;;Kassel",
        "Kultur;0561 9000003;Kassel",
        "Nordstadt:;0561 9000003;",
        "Frauencafé;;",
        "1. FC Brücke;;",
        "Sportverein Nord;;",
        "Stadtteil Nord e.V.;;",
        "Verein 7;;",
    ],
)
def test_what_is_no_section_stays_an_entry(row: str, read: Reads) -> None:
    """An association called 'Sport' with a number is one, and so is a bare name without a sign of a section."""
    outcome = read(
        "liste.csv", f"Verein;Telefon;Ort\nChor Rot;0561 9000001;Kassel\n{row}\nChor Blau;;Kassel\n"
    )

    assert len(outcome.entries) == 3
    assert not [code for code in outcome.codes() if code.startswith("SECTION")]


def test_a_bare_name_between_full_rows_is_asked_about(read: Reads) -> None:
    """It may be an association, or a section that nobody can know: the guess is shown."""
    outcome = read(
        "liste.csv", "Verein;Telefon;Ort\nChor Rot;0561 9000001;Kassel\nFrauencafé;;\nChor Blau;;Kassel\n"
    )

    assert outcome.told_of("NAME_ALONE") == [(3, None)]


def test_a_section_says_nothing_where_the_table_has_a_column_for_it(read: Reads) -> None:
    """What stands in a row of its own is not overruled by a line above it."""
    text = "Verein;Stadtteil;Ort\nStadtteil Waldau;;\nChor Rot;Mitte;Kassel\nChor Blau;;Kassel\n"
    outcome = read("liste.csv", text)

    assert place(outcome.entries["Chor Rot"])["district"] == "Mitte"
    assert "district" not in place(outcome.entries["Chor Blau"])
    assert outcome.told_of("SECTION_LINE") == [(2, None)]


def test_sections_of_a_calendar(read: Reads) -> None:
    """Months between events are no events."""
    text = "Titel;Datum;Ort\nOktober 2026;;\nLesung;05.12.2026 18:00;Kassel\nMusik;;\nKonzert;06.12.2026 18:00;Kassel\n"
    outcome = read("liste.csv", text, kind="event")

    assert sorted(outcome.entries) == ["Konzert", "Lesung"]
    assert outcome.entries["Konzert"]["topics"] == ["Musik"]
    assert outcome.codes() == ["SECTION_LINE", "SECTION_TOPIC", "SKIPPED_SECTION"]


# --- merged cells ---


def test_merged_cells_are_filled_down_and_told_once(read: Reads) -> None:
    """The city of the second and third row was lost without a word."""
    outcome = read("merged-cells.xlsx")

    assert [place(one) for one in outcome.entries.values()] == [{"city": "Kassel"}] * 3
    assert [one["email"] for one in outcome.entries.values()] == [
        "info@verbunda.example", "info@verbundb.example", "info@verbundc.example",
    ]  # fmt: skip
    assert outcome.told_of("CELLS_MERGED") == [(4, "Ort")]
    assert outcome.codes() == ["CELLS_MERGED"]


MERGED = [
    ["Verein", "Telefon", "Ort"],
    ["Alles rund um den Westen", None, None],
    ["Verb Eins", "0561 9300011", "Kassel"],
    ["Verb Zwei", "0561 9300012", None],
    ["Verb Drei", "0561 9300013", None],
    ["Verb Vier", None, "Vellmar"],
]


def _merged_ods() -> bytes:
    def cell(text: str, columns: int = 1, rows: int = 1) -> str:
        return (
            f'<table:table-cell office:value-type="string" table:number-columns-spanned="{columns}" '
            f'table:number-rows-spanned="{rows}"><text:p>{text}</text:p></table:table-cell>'
        )

    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    return ods(
        ods_row("Verein", "Telefon", "Ort"),
        f"<table:table-row>{cell('Alles rund um den Westen', columns=3)}{covered}</table:table-row>",
        f"<table:table-row>{cell('Verb Eins')}{cell('0561 9300011')}{cell('Kassel', rows=3)}</table:table-row>",
        f"<table:table-row>{cell('Verb Zwei')}{cell('0561 9300012')}<table:covered-table-cell/></table:table-row>",
        f"<table:table-row>{cell('Verb Drei')}{cell('0561 9300013')}<table:covered-table-cell/></table:table-row>",
        f"<table:table-row>{cell('Verb Vier')}<table:table-cell/>{cell('Vellmar')}</table:table-row>",
    )


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_merged_cells_down_and_across(ending: str, read: Reads) -> None:
    """A cell merged across the table is a section, whatever it says; one merged down holds for each of its rows."""
    content = xlsx(MERGED, "A2:C2", "C3:C5") if ending == "xlsx" else _merged_ods()
    outcome = read(f"liste.{ending}", content)

    assert {name: place(one).get("city") for name, one in outcome.entries.items()} == {
        "Verb Eins": "Kassel", "Verb Zwei": "Kassel", "Verb Drei": "Kassel", "Verb Vier": "Vellmar",
    }  # fmt: skip
    assert outcome.told_of("CELLS_MERGED") == [(4, "Ort")]
    assert outcome.told_of("SECTION_LINE") == [(2, None)]


def test_a_row_of_merged_cells_alone_is_no_record(read: Reads) -> None:
    """Every cell merged over two rows is one entry, not two."""
    rows = [
        ["Verein", "Telefon", "Ort"],
        ["Verb Eins", "0561 9300011", "Kassel"],
        [],
        ["Verb Zwei", None, "Kassel"],
    ]
    outcome = read("liste.xlsx", xlsx(rows, "A2:A3", "B2:B3", "C2:C3"))

    assert sorted(outcome.entries) == ["Verb Eins", "Verb Zwei"]
    assert outcome.codes() == []


def test_a_merged_key_stays_with_its_first_row(read: Reads) -> None:
    """A key that stands for two rows would make them one."""
    rows = [["Nr.", "Verein", "Ort"], [1, "Verb Eins", "Kassel"], [None, "Verb Zwei", "Kassel"]]
    outcome = read("liste.xlsx", xlsx(rows, "A2:A3"), more='key = "Nr."')

    assert sorted(outcome.entries) == ["Verb Eins", "Verb Zwei"]
    assert outcome.codes() == ["KEY_BLANK"]


# --- second tables ---


def test_a_second_table_below_is_not_read(read: Reads) -> None:
    """Its rows are other people's."""
    outcome = read("second-table-below.csv")

    assert sorted(outcome.entries) == [
        "Frauencafe Ost e.V.",
        "Kulturverein Fulda e.V.",
        "Nachbarschaft Nord e.V.",
    ]
    assert outcome.people == {}
    assert outcome.told_of("TABLE_SECOND") == [(7, None)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Verein;Telefon\nChor Rot;0561 9000001\nChor Blau;\nAnsprechpersonen\nName;Mobil\nErika Muster;0171 5550001\n", 5),
        ("Verein;Telefon;Ort\nChor Rot;0561 9000001;\nChor Blau;;Kassel\nName;Funktion;Mobil\nErika Muster;Vorsitz;\n", 4),
        ("Club,Phone,City\nChor Rot,0561 9000001,\nChor Blau,,Kassel\nFirst name,Last name,Mobile\nErika,Muster,0171\n", 4),
    ],
)  # fmt: skip
def test_a_second_table_without_a_blank_row_is_not_read(text: str, row: int, read: Reads) -> None:
    """Its header ends the first, with a line above it or without."""
    outcome = read("liste.csv", text)

    assert sorted(outcome.entries) == ["Chor Blau", "Chor Rot"]
    assert outcome.people == {}
    assert outcome.told_of("TABLE_SECOND") == [(row, None)]


def test_a_header_in_another_language_is_no_second_table(read: Reads) -> None:
    """The same columns once more, as on the next printed page."""
    text = "Verein;Telefon;Ort\nChor Rot;0561 9000001;Kassel\nAssociation;Phone;City\nChor Blau;0561 9000002;Kassel\n"
    outcome = read("liste.csv", text)

    assert sorted(outcome.entries) == ["Chor Blau", "Chor Rot"]
    assert outcome.codes() == ["SKIPPED_HEADER"]


@pytest.mark.parametrize("second", ["Name;Mobil", "Vorname;Nachname", "Verein;Telefon"])
def test_a_second_table_beside_is_not_read(second: str, read: Reads) -> None:
    """A blank column parts them: Erika belongs to no association of the first."""
    text = f"Verein;Ort;;{second}\nChor Rot;Kassel;;Erika Muster;0171 5550011\nChor Blau;Kassel;;Max Muster;0171 5550012\n"
    outcome = read("liste.csv", text)

    assert sorted(outcome.entries) == ["Chor Blau", "Chor Rot"]
    assert outcome.people == {}
    assert not any(one.get("phones") for one in outcome.entries.values())
    assert outcome.told_of("TABLE_BESIDE") == [(1, "D")]


def test_a_blank_column_within_a_table_is_no_border(read: Reads) -> None:
    """People leave a column free for looks."""
    text = "Verein;;Straße;;PLZ;;Ansprechperson;Mobil\nChor Rot;;Aweg 3;;34117;;Erika Muster;0171 5550011\n"
    outcome = read("liste.csv", text)

    assert place(outcome.entries["Chor Rot"])["postal_code"] == "34117"
    assert list(outcome.people) == ["Erika Muster"]
    assert "TABLE_BESIDE" not in outcome.codes()


# --- columns ---


def test_the_same_heading_twice_is_the_persons_from_the_second_name_on(
    read: Reads, office: Any, published: Any
) -> None:
    """Nothing of the second block is published without a yes."""
    outcome = read("same-header-twice.csv")
    published(office)
    folder: Path = office.folder / "public"
    text = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()
    ).replace(" ", "")

    assert outcome.people["Beyza Musterfrau"]["phones"] == [{"number": "+491713920061"}]
    assert [phone["number"] for phone in outcome.entries["Tanzgruppe Ahorn"]["phones"]] == ["+495619000062"]
    assert "KulturhausLinde" in text
    assert [
        word for word in ("Musterfrau", "Mustermann", "3920061", "3920062", "postfach") if word in text
    ] == []


def test_a_mail_twice_is_told(read: Reads) -> None:
    """The hub takes the first, and says so."""
    outcome = read("liste.csv", "Verein;E-Mail;E-Mail\nChor Rot;info@rot.example;buero@rot.example\n")

    assert outcome.entries["Chor Rot"]["email"] == "info@rot.example"
    assert outcome.told_of("COLUMN_TWICE") == [(None, "E-Mail")]


def test_two_headings_for_one_field_are_told(read: Reads) -> None:
    """The second counts where the first is blank; where both are filled, one of them is lost."""
    text = "Verein;E-Mail;Mailadresse\nChor Rot;info@rot.example;buero@rot.example\nChor Blau;;info@blau.example\n"
    outcome = read("liste.csv", text)

    assert [one.get("email") for one in outcome.entries.values()] == ["info@rot.example", "info@blau.example"]
    assert outcome.told_of("COLUMN_SECOND") == [(None, "Mailadresse")]


@pytest.mark.parametrize("heading", ["Fax", "Telefax", "Fax-Nr.", "Faks", "Fax number"])
def test_a_fax_has_a_column_of_its_own(heading: str, read: Reads) -> None:
    """It is a number of the association, marked as what it is."""
    outcome = read("liste.csv", f"Verein;Telefon;{heading}\nChor Rot;0561 9100011;0561 9100012\n")

    assert outcome.entries["Chor Rot"]["phones"] == [
        {"number": "+495619100011"}, {"number": "+495619100012", "type": "fax"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    ["E-Mail/Internet", "E-Mail, Homepage", "Mail und Web", "Internet / E-Mail", "E-Mail | Website"],
)
def test_a_cell_with_mail_and_web_gives_both(heading: str, read: Reads) -> None:
    """In any order, with any sign between them, or one of them alone."""
    text = (
        f'Verein;{heading}\nChor Rot;"info@rot.example, www.rot.example"\nChor Blau;www.blau.example\n'
        'Chor Grün;"https://gruen.example\ninfo@gruen.example"\nChor Gelb;info@gelb.example\n'
    )
    outcome = read("liste.csv", text)

    assert [(one.get("email"), one.get("website")) for one in outcome.entries.values()] == [
        ("info@rot.example", "https://www.rot.example"),
        (None, "https://www.blau.example"),
        ("info@gruen.example", "https://gruen.example"),
        ("info@gelb.example", None),
    ]
    assert outcome.codes() == []


def test_a_cell_with_a_number_and_a_mail_gives_both(read: Reads) -> None:
    """The same kind: `Tel./E-Mail`."""
    outcome = read("liste.csv", 'Verein;Tel./E-Mail\nChor Rot;"0561 90000-12, info@rot.example"\n')
    red = outcome.entries["Chor Rot"]

    assert (red["phones"], red["email"]) == ([{"number": "+495619000012"}], "info@rot.example")


# --- choices in columns ---


def test_choices_of_kobo(read: Reads) -> None:
    """`Sprachen/Türkisch` = 1 or 0 beside the column with all choices; the sheet of repeats is told as what it is."""
    outcome = read("kobo-choices.xlsx", plugin="form")

    assert {name: languages(one) for name, one in outcome.entries.items()} == {
        "Kobo A": ["tr", "de"], "Kobo B": ["tr"],
    }  # fmt: skip
    assert "LANGUAGE_UNKNOWN" not in outcome.codes()
    assert "SHEET_SKIPPED" not in outcome.codes()
    assert "SHEET_REPEATS" in outcome.codes()


@pytest.mark.parametrize("plugin", ["form", "spreadsheet"])
@pytest.mark.parametrize(
    ("turkish", "german"),
    [
        ("Sprachen/Türkisch", "Sprachen/Deutsch"),
        ("gruppe/Sprachen/Türkisch", "gruppe/Sprachen/Deutsch"),
        ("Welche Sprachen? [Türkisch]", "Welche Sprachen? [Deutsch]"),
        ("G01Q02[SQ001]. Welche Sprachen? [Türkisch]", "G01Q02[SQ002]. Welche Sprachen? [Deutsch]"),
        ("G01Q02[SQ001]. Türkisch", "G01Q02[SQ002]. Deutsch"),
        ("A1 Türkisch", "[A2] Deutsch"),
        ("Türkisch", "Deutsch"),
        ("Languages/Turkish", "Languages/German"),
    ],
)
def test_choices_in_columns(turkish: str, german: str, plugin: str, read: Reads) -> None:
    """Each service has its way to head them, and its way to say yes."""
    said = [("1", "0"), ("True", "False"), ("TRUE", "FALSE"), ("ja", "nein"), ("x", ""), ("Y", "N/A")]
    rows = [f"Name der Organisation;{turkish};{german}"]
    for number, (yes, no) in enumerate(said):
        rows += [f"Chor A{number};{yes};{no}", f"Chor B{number};{yes};{yes}", f"Chor C{number};{no};{no}"]
    outcome = read("antworten.csv", "\n".join(rows), plugin=plugin)

    assert {name: languages(one) for name, one in outcome.entries.items()} == {
        f"Chor {letter}{number}": spoken
        for number in range(len(said))
        for letter, spoken in (("A", ["tr"]), ("B", ["tr", "de"]), ("C", []))
    }
    assert outcome.codes("NAME_ALONE") == []


def test_a_bare_answer_of_a_form_is_never_a_section(read: Reads) -> None:
    """Nobody has laid out an export."""
    text = "Name der Organisation;Telefon;Ort\nChor Rot;0561 9000001;Kassel\nSport;;\nChor Blau;;Kassel\n"
    outcome = read("antworten.csv", text, plugin="form")

    assert sorted(outcome.entries) == ["Chor Blau", "Chor Rot", "Sport"]
    assert outcome.codes() == []


def test_choices_below_their_question(read: Reads) -> None:
    """The question in a merged cell above the choices, as SurveyMonkey and people write it."""
    rows = [
        ["Verein", "Sprachen", None, "Ort"],
        [None, "Türkisch", "Deutsch", None],
        ["Chor Rot", "x", None, "Kassel"],
        ["Chor Blau", "x", "x", "Kassel"],
    ]
    outcome = read("liste.xlsx", xlsx(rows, "B1:C1", "A1:A2", "D1:D2"))

    assert {name: languages(one) for name, one in outcome.entries.items()} == {
        "Chor Rot": ["tr"], "Chor Blau": ["tr", "de"],
    }  # fmt: skip
    assert outcome.codes() == []


def test_choices_of_typeform(read: Reads) -> None:
    """A column for each choice holds the choice itself; the last one what was written beside 'Other'."""
    text = "Name der Organisation,Türkisch,Deutsch,Other\nChor Rot,Türkisch,,Lingala\nChor Blau,,Deutsch,\n"
    outcome = read("antworten.csv", text, plugin="form")

    assert [languages(one) for one in outcome.entries.values()] == [["tr", "ln"], ["de"]]
    assert outcome.codes() == []


def test_choices_keep_their_meaning_when_the_file_changes(read: Reads) -> None:
    """What the hub has learned of a column says that it is a choice, too."""
    text = "Name der Organisation,Welche Sprachen? [Türkisch],Welche Sprachen? [Deutsch]\nChor Rot,Ja,Nein\n"
    read("antworten.csv", text, plugin="form")
    outcome = read("antworten.csv", f"{text}Chor Blau,Ja,Ja\n", plugin="form")

    assert [languages(one) for one in outcome.entries.values()] == [["tr"], ["tr", "de"]]
    assert outcome.codes() == []


def test_choices_of_other_fields(read: Reads) -> None:
    """Topics as well; an option that says only 'other' adds nothing."""
    text = (
        "Name der Organisation;Themen/Sport;Themen/Kultur;Themen/Sonstiges\nChor Rot;1;0;1\nChor Blau;1;1;0\n"
    )
    outcome = read("antworten.csv", text, plugin="form")

    assert [one.get("topics") for one in outcome.entries.values()] == [["Sport"], ["Sport", "Kultur"]]


def test_codes_of_limesurvey_are_no_part_of_an_answer(read: Reads) -> None:
    """Headings and answers in 'code & text'; an answer without a date of its end was left before it."""
    text = (
        '"id. Antwort ID","submitdate. Datum Abgeschickt","G01Q01. Name der Organisation","G01Q02. Sprachen"\n'
        '1,2026-11-02 10:00:00,Chor Rot,"[A2] Deutsch"\n2,,Chor Blau,"[A1] Türkisch"\n'
    )
    outcome = read("antworten.csv", text, plugin="form")

    assert {name: languages(one) for name, one in outcome.entries.items()} == {"Chor Rot": ["de"]}
    assert outcome.codes() == ["SKIPPED_INCOMPLETE"]


def test_a_heading_in_two_languages_is_no_choice(read: Reads) -> None:
    """`Sprachen/Languages` holds languages."""
    outcome = read("liste.csv", "Verein;Sprachen/Languages\nChor Rot;Türkisch, Deutsch\n")

    assert languages(outcome.entries["Chor Rot"]) == ["tr", "de"]


# --- columns that contradict their heading ---


def test_swapped_columns_are_told_and_never_published(read: Reads) -> None:
    """'Ort' with postal codes made the city '34117'."""
    outcome = read("liste.csv", "Verein;PLZ;Ort\nChor Rot;Kassel;34117\nChor Blau;Kassel;34119\n")

    assert [one.get("places") or [] for one in outcome.entries.values()] == [[], []]
    assert outcome.told_of("COLUMN_HOLDS_WORDS") == [(1, "PLZ")]
    assert outcome.told_of("COLUMN_HOLDS_POSTAL_CODE") == [(1, "Ort")]


@pytest.mark.parametrize(
    ("header", "cells", "code"),
    [
        ("Telefon", ["info@a.example", "info@b.example"], "COLUMN_HOLDS_MAIL"),
        ("E-Mail", ["0561 9000001", "0561 9000002"], "COLUMN_HOLDS_PHONE"),
        ("Webseite", ["info@a.example", "info@b.example"], "COLUMN_HOLDS_MAIL"),
        ("E-Mail", ["www.a.example", "https://b.example"], "COLUMN_HOLDS_WEB"),
        ("Straße", ["34117", "34119"], "COLUMN_HOLDS_POSTAL_CODE"),
        ("Stadtteil", ["0561 9000001", "0561 9000002"], "COLUMN_HOLDS_PHONE"),
        ("Sprachen", ["info@a.example", "info@b.example"], "COLUMN_HOLDS_MAIL"),
    ],
)
def test_columns_that_contradict_their_heading(header: str, cells: list[str], code: str, read: Reads) -> None:
    """Told once for the column, with what it seems to hold; none of it is used."""
    text = f"Verein;{header};Ziel\nChor Rot;{cells[0]};Singen\nChor Blau;{cells[1]};Tanzen\n"
    outcome = read("liste.csv", text)

    assert outcome.codes() == [code]
    assert outcome.told_of(code) == [(1, header)]
    assert not any(cell in repr(outcome.entries) for cell in cells)


def test_a_single_cell_that_contradicts_is_refused_by_itself(read: Reads) -> None:
    """One row proves nothing about a column, and is as wrong."""
    outcome = read("liste.csv", "Verein;PLZ;Ort\nChor Rot;34117;34117\nChor Blau;34119;Kassel\n")

    assert place(outcome.entries["Chor Rot"]) == {"postal_code": "34117"}
    assert outcome.told_of("TOWN_UNREADABLE") == [(2, "Ort")]


def test_columns_that_fit_are_left_alone(read: Reads) -> None:
    """Numbers with words, addresses without 'www', postal codes as numbers."""
    text = (
        "Verein;Telefon;Webseite;PLZ;Ort\nChor Rot;nach Absprache;rot.example;34117;Kassel\n"
        "Chor Blau;auf Anfrage;blau.example;34119;34119 Kassel\n"
    )
    outcome = read("liste.csv", text)

    assert not [code for code in outcome.codes() if code.startswith("COLUMN_HOLDS")]


def test_what_is_left_out_stays_left_out_when_maps_are_learned(
    read: Reads, synced: Any, office: Any, exported: Any
) -> None:
    """A third person's number is nobody's that the hub knows, also when kept rows are mapped again."""
    text = (
        "Name;Telefon;Name;Telefon;Name;Telefon\n"
        "Chor Rot;0561 9000061;Anna Muster;0171 3920061;Olek Muster;0171 3920062\n"
    )
    read("liste.csv", text)
    synced(office, replay=True)

    assert [phone["number"] for phone in exported(office)[0]["phones"]] == ["+495619000061"]


def test_a_second_number_and_mail_that_nobody_is_named_for_are_left_out_and_told(
    read: Reads,
) -> None:
    """They are another's: without a column for the contact nobody knows whose, so no page shows them."""
    text = (
        "Verein;Ort;Telefon;E-Mail;Telefon;E-Mail\n"
        "Chor Rot;Kassel;0561 9000050;info@chor-rot.example;0561 9000059;z.muster@post.example\n"
    )
    outcome = read("liste.csv", text)

    assert [one["number"] for one in outcome.entries["Chor Rot"]["phones"]] == ["+495619000050"]
    assert "COLUMN_TWICE" in outcome.codes()
