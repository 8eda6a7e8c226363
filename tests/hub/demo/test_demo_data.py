"""The demo's files are lifelike, hold the faults that people make, and name nobody who exists."""

import csv
import io
import re
import tomllib
from pathlib import Path

import openpyxl
import pytest

import allin_hub.demo

FOLDER = Path(allin_hub.demo.__file__).parent
DATA = FOLDER / "data"


@pytest.fixture(scope="module")
def answers():
    """Read every answer of the form, question by question."""
    text = (DATA / "anmeldung.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture(scope="module")
def book():
    """Open the partner's workbook."""
    return openpyxl.load_workbook(DATA / "vereinsliste.xlsx")


@pytest.fixture(scope="module")
def rows(book):
    """Read the rows below the header of the partner's list."""
    header, *rows = book["Vereine"].iter_rows(min_row=4, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def calendar():
    """Read the calendar with its folded lines joined."""
    return (DATA / "termine.ics").read_bytes().decode().replace("\r\n ", "")


@pytest.fixture(scope="module")
def text(answers, book, calendar):
    """Join everything that the three files say."""
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    return "\n".join([*(value for answer in answers for value in answer.values()), *cells, calendar])


def test_every_address_of_mail_and_web_is_under_a_name_that_nobody_can_own(text):
    """Domains under .example never lead anywhere."""
    hosts = re.findall(r"[\w.+-]+@([\w.-]+\w)", text) + re.findall(r"(?:https?://|www\.)([\w.-]+\w)", text)

    assert len(hosts) > 100
    assert {"example"} == {host.rpartition(".")[2] for host in hosts}


def test_every_telephone_number_is_from_a_range_made_up_for_the_demo(text):
    """Nobody's telephone rings because of the demo."""
    numbers = re.findall(r"(?:\+49 ?|0)(?:561|17\d)[\d /-]{6,}", text)

    assert len(numbers) > 60
    assert [
        n for n in numbers if re.sub(r"\D", "", n.replace("+49", "0"))[:9] not in {"056190000", "017139200"}
    ] == []


def test_the_demo_has_about_forty_organisations_of_which_several_are_in_two_files(answers, rows):
    """Duplicates across sources are what a hub is for."""
    listed = {str(row["VR-Nr."]) for row in rows if row["VR-Nr."]}
    numbers = lambda values: {m[0] for value in values if (m := re.search(r"9\d{3}", value))}  # noqa: E731
    both = numbers(listed) & numbers(answer["Vereinsregister-Nummer (falls vorhanden)"] for answer in answers)

    assert len(answers) + len([row for row in rows if isinstance(row["Nr."], int)]) >= 48
    assert {"9101", "9102", "9103", "9104"} <= both


@pytest.mark.parametrize(
    "script", ["[\u0600-\u06ff]{3}", "[\u0400-\u04ff]{3}", "[\u1200-\u137f]{3}", "ı|ş|ğ", "ê|û"]
)
def test_the_demo_speaks_in_several_scripts(text, script):
    """Arabic and Farsi, Ukrainian, Tigrinya, Turkish and Kurdish stand in the data as people write them."""
    assert re.search(script, text)


@pytest.mark.parametrize(
    "fault",
    [
        "0561-ABC",
        "Deutsh",
        "Türksich",
        "und noch mehr",
        "www andorinha de",
        "irgendwann um 1985",
        "ginestra.example",
        "#NV",
        "vielleicht",
        "341255",
        "achtzehn",
        "Hinterhaus",
    ],
)
def test_the_demo_holds_the_faults_that_people_make(text, fault):
    """Each of these has to end in a problem with a place and a hint."""
    assert fault in text


def test_one_answer_takes_back_the_consents_of_an_earlier_one(answers):
    """A withdrawal is shown from the first day."""
    consent = "Dürfen wir die Ansprechperson mit Name, Telefon und E-Mail im öffentlichen Verzeichnis nennen?"
    given = [
        answer[consent]
        for answer in answers
        if answer["Wie heißt Ihre Organisation?"] == "Frauencafé Granatapfel"
    ]

    assert given == ["Ja", "Nein"]


def test_the_list_looks_as_partners_send_it(book, rows):
    """Title above the header, merged cells, a blank row, a row of totals, a foot, a hidden sheet."""
    sheet = book["Vereine"]

    assert "A1:W1" in [str(merged) for merged in sheet.merged_cells.ranges]
    assert sheet["A4"].value == "Nr."
    assert len([row for row in rows if not any(row.values())]) == 2
    assert [row["Verein"] for row in rows if row["Verein"] and row["Nr."] is None] == ["Summe"]
    assert str(rows[-1]["Nr."]).startswith("Stand:")
    assert book["Kassenbuch alt"].sheet_state == "hidden"


def test_the_calendar_holds_every_shape_of_event(calendar):
    """Series, exception, cancellation, all day, another program's time zone, and two faults."""
    for shape in [
        "RRULE:FREQ=WEEKLY",
        "EXDATE",
        "RECURRENCE-ID",
        "STATUS:CANCELLED",
        "DTSTART;VALUE=DATE:",
        "TZID=W. Europe Standard Time",
        "CLASS:PRIVATE",
        "SUMMARY;LANGUAGE=ar",
    ]:
        assert shape in calendar
    events = calendar.split("BEGIN:VEVENT")[1:]

    assert len(events) == 28
    assert len([event for event in events if "SUMMARY" not in event]) == 1
    assert len([event for event in events if "DTSTART" not in event]) == 1


def test_the_settings_name_three_files_and_all_outputs():
    """The demo's hub reads exactly what a person could have sent."""
    settings = tomllib.loads((FOLDER / "hub.toml").read_text(encoding="utf-8"))
    paths = {source["path"] for source in settings["sources"].values()}

    assert {"data/anmeldung.csv", "data/vereinsliste.xlsx", "data/termine.ics"} == paths
    assert paths <= set(allin_hub.demo.FILES)
    assert {"directory", "newsletter", "statistics"} == {
        output["plugin"] for output in settings["outputs"].values()
    }


def test_the_remarks_in_its_settings_are_german_first() -> None:
    """They are for the admin of an office in Kassel; one remark in English says where to read on."""
    remarks = [
        found[1]
        for line in (FOLDER / "hub.toml").read_text(encoding="utf-8").splitlines()
        if (found := re.search(r"(?:^|\s)# (.*)$", line))
    ]
    english = [one for one in remarks if re.search(r"\b(?:the|of|that|what|which|for|with|and)\b", one)]

    assert remarks[0].startswith("Die Demo")
    assert english == [one for one in remarks if one.startswith(("English:", "docs/admin.md"))]
