"""Files as partners send them: encodings, broken bytes and items, lists in JSON, pages, and what form services add.

A cell is read right, or the record waits and says so, or the file is refused with the setting that reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.base.reports import SourceReport
from allin_hub.entities.inspect import exported
from allin_hub.ingest.check import check
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store.engine import reading
from allin_schemas import Kind

INPUTS = Path(__file__).parent / "inputs"


class Desk:
    """A hub with one source `a`, whose file a test writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = "a.csv"
        self.lines: list[str] = []
        self.kind = "organisation"
        self.plugin = "spreadsheet"

    def file(self, content: bytes | Any, name: str = "a.csv") -> Desk:
        """Write the file; what is no bytes is written as JSON."""
        self.name = name
        if not isinstance(content, bytes):
            content = json.dumps(content, ensure_ascii=False).encode()
        (self.folder / name).write_bytes(content)
        return self

    def form(self, document: Any, kind: str = "organisation", *lines: str) -> SourceReport:
        """Sync answers of a form in JSON."""
        self.plugin, self.kind = "form", kind
        self.lines = list(lines)
        return self.file(document, "a.json").sync()

    def sync(self, working: Callable[..., Any] = sync) -> SourceReport:
        """Sync the source, or check it."""
        settings = [
            "[sources.a]",
            f'plugin = "{self.plugin}"',
            f'path = "{self.name}"',
            f'kind = "{self.kind}"',
            *self.lines,
        ]
        (self.folder / "hub.toml").write_text("\n".join(settings), encoding="utf-8")
        hub = open_hub(self.folder)
        try:
            report: SourceReport = working(hub, None).sources["a"]
        finally:
            hub.close()
        return report

    def entries(self) -> list[Mapping[str, Any]]:
        """Export what the hub knows."""
        hub = open_hub(self.folder)
        try:
            with reading(hub.engine) as connection:
                return [one.data for one in exported(connection, hub, Kind(self.kind))]
        finally:
            hub.close()

    def names(self) -> set[str]:
        """The titles of what the hub knows."""
        return {str(one.get("name") or one.get("title")) for one in self.entries()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A hub in a folder of its own."""
    return Desk(tmp_path)


def told(report: SourceReport) -> set[tuple[str, int | None]]:
    """Codes and rows of what was found."""
    return {(one.code, one.row) for one in report.problems}


def hints(report: SourceReport, code: str) -> str:
    """All that is said in German under a code."""
    return " ".join(f"{one.message('de')} {one.hint('de')}" for one in report.problems if one.code == code)


def table(*names: str) -> str:
    """A list of associations as CSV."""
    return "Verein;Ort;Telefon\r\n" + "".join(
        f"{name};Kassel;0561 90001{number:02}\r\n" for number, name in enumerate(names)
    )


PROVEN = [
    ("cp1251", ("Соняшник Кассель", "Українська школа")),
    ("cp1251", ("Союз женщин", "Русский клуб")),
    ("cp1251", ("Български клуб Касел", "Народно хоро")),
    ("cp1254", ("Türk Kadınlar Derneği", "Aşağı Köy Kültür Evi")),
    ("cp1254", ("Şişli Gençlik", "İzmir Dostları", "Yıldız Spor")),
    ("cp1256", ("جمعية النساء العربية", "مدرسة اللغة العربية")),
    ("utf-16-le", ("Bürgerhaus Größe", "Frauenhaus Äpfel")),
    ("utf-16-be", ("Соняшник Кассель", "Українська школа")),
]


@pytest.mark.parametrize(("encoding", "names"), PROVEN)
def test_an_encoding_that_the_text_proves_is_read_and_told_as_a_guess(
    desk: Desk, encoding: str, names: tuple[str, ...]
) -> None:
    """The names come out as they were written, and the hint has the line that makes the guess a setting."""
    report = desk.file(table(*names).encode(encoding)).sync()

    assert set(names) == desk.names()
    assert ("ENCODING_GUESSED", None) in told(report)
    assert f'encoding = "{encoding}"' in hints(report, "ENCODING_GUESSED")


UNCLEAR = [
    ("mac-roman", ("Bürgerhaus Größe", "Frauenhaus Äpfel")),
    ("mac-roman", ("Köln hilft",)),
    ("mac-roman", ("Verein der Väter",)),
    ("mac-roman", ("Übergang",)),
    ("mac-roman", ("Café Nord",)),
    ("cp850", ("Verein Köln",)),
    ("cp850", ("Große Freiheit",)),
    ("cp1250", ("Koło Żołnierzy", "Związek Polaków")),
    ("cp1250", ("Klub Poznań",)),
    ("cp1250", ("Świetlica",)),
    ("cp1250", ("Český spolek", "Dvořákův sbor")),
    ("cp1250", ("KUD Petrović",)),
    ("cp1250", ("Magyar Erdők",)),
    ("cp1250", ("Comunitatea Română",)),
    ("cp1253", ("Ελληνική Κοινότητα", "Σύλλογος Γυναικών")),
    ("cp1255", ("קהילה יהודית", "מרכז קהילתי")),
    ("koi8-u", ("Союз женщин", "Русский клуб")),
    ("iso8859-6", ("جمعية النساء العربية", "مدرسة اللغة العربية")),
    ("mac-cyrillic", ("Союз женщин", "Русский клуб")),
    ("cp1254", ("Barış Evi",)),
]


@pytest.mark.parametrize(("encoding", "names"), UNCLEAR)
def test_an_encoding_that_is_only_likely_is_refused_with_the_setting_that_reads_it(
    desk: Desk, encoding: str, names: tuple[str, ...]
) -> None:
    """Nothing is known of the file until the office has said it; the line to write stands in the hint."""
    report = desk.file(table(*names).encode(encoding)).sync()

    assert "failed" == report.status
    assert set() == desk.names()
    assert f'encoding = "{encoding}"' in hints(report, "FILE_ENCODING_UNCLEAR")

    desk.lines = [f'encoding = "{encoding}"']
    report = desk.sync()

    assert "done" == report.status
    assert set(names) == desk.names()
    assert not {code for code, _ in told(report)} & {"ENCODING_GUESSED", "CHARACTER_BROKEN", "TEXT_MENDED"}


@pytest.mark.parametrize(
    "names",
    [
        ("Brücke „Größe“ – Straße", "Äpfel & Öl", "Über uns"),
        ("Genève Français", "São Paulo", "señor España", "København", "città", "Œdipe", "Škoda", "Café été"),
        ("10 €inkl. m² m³", "Fußnote¹", "¿Qué tal?", "ça va à la Tête", "Kjær Malmø Tromsø"),
    ],
)
def test_western_european_lists_are_read_without_a_word(desk: Desk, names: tuple[str, ...]) -> None:
    """German lists of Excel are the rule: nothing is asked and nothing told."""
    for encoding in ("cp1252", "utf-8", "utf-8-sig"):
        report = desk.file(table(*names).encode(encoding)).sync()

        assert set(names) == desk.names()
        assert not {code for code, _ in told(report)} & {
            "ENCODING_GUESSED",
            "CHARACTER_BROKEN",
            "TEXT_MENDED",
        }


@pytest.mark.parametrize("name", ["mac-roman.csv", "ukrainian-excel.csv"])
def test_the_two_lists_that_went_wrong(desk: Desk, name: str) -> None:
    """A list of an old Macintosh is refused with its setting; a Ukrainian one proves what it is."""
    report = desk.file((INPUTS / name).read_bytes()).sync()
    if name == "mac-roman.csv":
        assert 'encoding = "mac-roman"' in hints(report, "FILE_ENCODING_UNCLEAR")
        desk.lines = ['encoding = "macroman"']
        desk.sync()

    expected = {"Bürgerhaus Größe", "Frauenhaus Äpfel"}
    if name != "mac-roman.csv":
        expected = {"Соняшник Кассель", "Українська школа"}

    assert expected == desk.names()


def test_a_partner_who_changes_to_utf8_is_read_in_spite_of_the_setting(desk: Desk) -> None:
    """UTF-8 beyond plain letters is no accident: the setting would make rubbish of it."""
    desk.lines = ['encoding = "cp1251"']
    for encoding in ("utf-8", "utf-8-sig"):
        report = desk.file(table("Соняшник", "Brücke").encode(encoding)).sync()

        assert {"Соняшник", "Brücke"} == desk.names()
        assert "cp1251" in hints(report, "ENCODING_OTHER")


def test_a_setting_that_does_not_fit_is_refused(desk: Desk) -> None:
    """UTF-8 was promised, and hardly a letter is."""
    desk.lines = ['encoding = "utf-8"']
    report = desk.file(table("Brücke", "Größe", "Äpfel").encode("cp1252")).sync()

    assert ("FILE_ENCODING_WRONG", None) in told(report)


@pytest.mark.parametrize("word", ["rot13", "base64", "klingon", "utf-7", "", "idna"])
def test_an_encoding_that_is_none_is_told_when_hub_toml_is_read(desk: Desk, word: str) -> None:
    """The message names the key, and some that exist."""
    desk.lines = [f'encoding = "{word}"']
    with pytest.raises(ConfigError, match="encoding"):
        desk.file(table("Brücke").encode()).sync()


def test_changing_the_setting_reads_the_file_again(desk: Desk) -> None:
    """The bytes are the same; what they say is not."""
    content = table("Petroviæ e.V.").encode("cp1252")
    desk.lines = ['encoding = "cp1252"']
    desk.file(content).sync()
    before = desk.names()
    desk.lines = ['encoding = "cp1250"']
    desk.sync()

    assert ({"Petroviæ e.V."}, {"Petrović e.V."}) == (before, desk.names())


BROKEN_BYTES = [
    (b"K\xf6ln hilft", "TEXT_MENDED", "Köln hilft"),
    (b"\xc4pfel", "TEXT_MENDED", "Äpfel"),
    (b"\x84Haus\x93", "TEXT_MENDED", None),
    (b"K\x9aln", "CHARACTER_BROKEN", None),
    (b"K\xc3ln", "CHARACTER_BROKEN", None),
    (b"K\0ln", "CHARACTER_BROKEN", None),
    (b"K\x01ln", "CHARACTER_BROKEN", None),
    (b"Ko\xb3o", "CHARACTER_BROKEN", None),
]


@pytest.mark.parametrize(("name", "code", "expected"), BROKEN_BYTES)
def test_one_bad_byte_costs_one_row_and_names_it_and_no_other(
    desk: Desk, name: bytes, code: str, expected: str | None
) -> None:
    """The umlauts of the other rows were right: nobody says that they were not."""
    rows = table("Brücke", "Größe", "PLATZ", "Süd e.V.").encode().replace(b"PLATZ", name)
    report = desk.file(rows).sync()
    found = {one for one in told(report) if one[0] in {"TEXT_MENDED", "CHARACTER_BROKEN"}}

    assert {(code, 4)} == found
    assert {"Brücke", "Größe", "Süd e.V."} <= desk.names()
    assert expected is None or expected in desk.names()
    assert (code == "CHARACTER_BROKEN") == (len(desk.names()) == 3)
    assert report.quarantined == (code == "CHARACTER_BROKEN")


def test_one_bad_byte_in_a_western_list_costs_one_row(desk: Desk) -> None:
    """0x81 is no letter in Windows-1252; a Polish name pasted from elsewhere is none of its words."""
    names = [f"Brücke {number} für Köln" for number in range(30)]
    for bad in (b"A\x81C", b"Ko\xb3o"):
        report = desk.file(table(*names, "PLATZ").encode("cp1252").replace(b"PLATZ", bad)).sync()

        assert ("CHARACTER_BROKEN", 32) in told(report)
        assert set(names) == desk.names()


def test_a_byte_in_an_address_is_never_dropped(desk: Desk) -> None:
    """What is left without it would be somebody else's address."""
    content = "Verein;E-Mail\r\nBrücke;info@bruecke.example\r\nA;po".encode() + b"\0st@sued.example\r\n"
    report = desk.file(content).sync()

    assert ("CHARACTER_BROKEN", 3) in told(report)
    assert {"Brücke"} == desk.names()


def test_a_big_number_costs_its_record(desk: Desk) -> None:
    """The record waits, the other lives."""
    report = desk.form((INPUTS / "big-number.json").read_bytes())

    assert ("done", 1) == (report.status, report.quarantined)
    assert {"Verein B e.V."} == desk.names()
    assert ("ITEM_BROKEN", 1) in told(report)


@pytest.mark.parametrize(
    "broken",
    [
        b'{"name": "X", "id": NaN}',
        b'{"name": "X", "id": 1e400}',
        b'{"name": "X", "id": -Infinity}',
        b'{"name": "X\\u0000Y", "id": 9}',
        b'{"name": "X\0Y", "id": 9}',
        b'{"name": "K\xf6ln", "id": 9}',
        b'{"name": "X", "name": "Y", "id": 9}',
        b'{"name": "X", "tags": [1, {"n": NaN}]}',
        b'{"na\0me": "X", "id": 9}',
        b"null",
        b'"text"',
        b"17",
        b"[]",
        b"true",
        b"NaN",
    ],
)
def test_one_broken_item_costs_itself(desk: Desk, broken: bytes) -> None:
    """It waits under its place in the list; the others are read."""
    good = '{"id": 1, "name": "Brücke e.V."}, '.encode()
    report = desk.form(b"[" + good + broken + b', {"id": 2, "name": "Colibri e.V."}]')

    assert "done" == report.status
    assert {"Brücke e.V.", "Colibri e.V."} == desk.names()
    assert {("ITEM_BROKEN", 2), ("ITEM_UNREADABLE", 2)} & told(report)
    assert 1 == report.quarantined


def test_one_item_that_is_text_costs_itself(desk: Desk) -> None:
    """The two associations live."""
    report = desk.form((INPUTS / "one-item-is-text.json").read_bytes())

    assert {"Verein 1 e.V.", "Verein 2 e.V."} == desk.names()
    assert ("ITEM_UNREADABLE", 3) in told(report)
    assert 1 == report.quarantined


def test_a_list_twice_under_one_name_is_refused(desk: Desk) -> None:
    """The second would erase the first."""
    report = desk.form(b'{"items": [{"name": "A"}], "items": [{"name": "B"}]}')

    assert "failed" == report.status


A = {"name": "Liste A e.V.", "email": "info@a.example"}
B = {"name": "Liste B e.V.", "email": "info@b.example"}
LISTS = [
    ({"vereine": [A, B]}, "vereine"),
    ({"data": {"rows": [A, B]}}, "data.rows"),
    ({"result": {"success": True, "records": [A, B]}}, "result.records"),
    (
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": A, "geometry": None},
                {
                    "type": "Feature",
                    "properties": B,
                    "geometry": {"type": "Point", "coordinates": [9.5, 51.3]},
                },
            ],
        },
        "features",
    ),
    (
        {
            "took": 3,
            "hits": {
                "total": {"value": 2, "relation": "eq"},
                "hits": [
                    {"_index": "v", "_id": "1", "_score": 1.0, "_source": A},
                    {"_index": "v", "_id": "2", "_score": 1.0, "_source": B},
                ],
            },
        },
        "hits.hits",
    ),
    ({"hits": [A, B], "facets": [{"n": "x"}, {"n": "y"}, {"n": "z"}]}, "hits"),
    ({"kategorien": [{"id": 1, "farbe": "rot"}] * 3, "vereine": [A, B]}, "vereine"),
    ({"v1": A, "v2": B}, None),
    ({"stand": "2026", "vereine": {"v1": A, "v2": B}}, "vereine"),
    (
        {
            "data": [
                {"type": "orgs", "id": "1", "attributes": A},
                {"type": "orgs", "id": "2", "attributes": B},
            ]
        },
        None,
    ),
    (
        {"records": [{"id": "r1", "createdTime": "2026-01-01", "fields": A}, {"id": "r2", "fields": B}]},
        "records",
    ),
    ({"edges": [{"node": A}, {"node": B, "cursor": "x"}]}, "edges"),
    ({"results": [A, B], "next": None, "count": 2}, None),
    ({"@odata.context": "x", "value": [A, B]}, "value"),
    ({"responses": [A, B]}, None),
]


@pytest.mark.parametrize(("document", "path"), LISTS)
def test_a_list_is_found_under_any_name(desk: Desk, document: Any, path: str | None) -> None:
    """Which one was taken is told where it was a guess."""
    report = desk.form(document)

    assert {"Liste A e.V.", "Liste B e.V."} == desk.names()
    assert "done" == report.status
    assert path is None or f"'{path}'" in hints(report, "LIST_GUESSED")


@pytest.mark.parametrize("document", [{"hello": "world"}, {"a": [1, 2]}, {"a": {"b": 1}, "c": {"d": 2}}, 17])
def test_what_holds_no_list_is_refused(desk: Desk, document: Any) -> None:
    """There is nothing to take for a record."""
    assert "failed" == desk.form(document).status


PAGES = [
    {"total": 50},
    {"count": 50},
    {"totalItems": 50},
    {"page": {"number": 0, "totalElements": 50, "totalPages": 5}},
    {"meta": {"total_pages": 5, "page": 1}},
    {"meta": {"pagination": {"total": "50"}}},
    {"page": 2, "total_pages": 2},
    {"offset": 10},
    {"links": {"next": "https://x.example/?p=2"}},
    {"_links": {"next": {"href": "https://x.example/?p=2"}}},
    {"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "https://x.example/?p=2"}]},
    {"next": "https://x.example/?p=2"},
    {"next": "https://x.example/?p=2", "count": 2},
    {"hasMore": True},
    {"has_more": True},
    {"pageInfo": {"hasNextPage": True, "endCursor": "x"}},
    {"@odata.nextLink": "https://x.example/?$skip=2"},
    {"@odata.count": 50},
    {"nextPageToken": "x"},
    {"exceededTransferLimit": True},
    {"previous": "https://x.example/?p=1", "next": None},
    {"limit": 2},
]


@pytest.mark.parametrize("said", PAGES)
@pytest.mark.parametrize("name", ["items", "vereine"])
def test_a_page_of_a_longer_list_withdraws_nothing(desk: Desk, said: dict[str, Any], name: str) -> None:
    """What stood in the whole list before is still there after a page of it, and the page is told."""
    desk.form({name: [{"id": n, "name": f"Verein {n} e.V."} for n in range(1, 6)]})
    report = desk.form({name: [{"id": n, "name": f"Verein {n} e.V."} for n in (1, 6)], **said})

    assert ("partial", 0, 1) == (report.status, report.withdrawn, report.new)
    assert ("LIST_PAGE", None) in told(report)
    assert {f"Verein {n} e.V." for n in range(1, 7)} == desk.names()


@pytest.mark.parametrize(
    "said",
    [
        {"total": 2},
        {"total": 2, "next": "https://x.example/?offset=100"},
        {"count": 2, "next": None, "previous": None},
        {"meta": {"total_pages": 1, "page": 1}},
        {"hasMore": False},
        {"limit": 100, "offset": 0},
        {"links": {"self": "https://x.example", "next": None}},
    ],
)
def test_a_whole_list_counts_as_complete(desk: Desk, said: dict[str, Any]) -> None:
    """What is gone from it is withdrawn, as ever."""
    desk.form({"items": [{"id": n, "name": f"Verein {n} e.V."} for n in range(1, 4)]})
    report = desk.form({"items": [{"id": n, "name": f"Verein {n} e.V."} for n in (1, 2)], **said})

    assert ("done", 1) == (report.status, report.withdrawn)


def test_the_first_page_that_went_wrong(desk: Desk) -> None:
    """10 of 50: read, told, and a check says so, too."""
    document = json.loads((INPUTS / "paged-first-page.json").read_bytes())
    report = desk.form(document)
    desk.form({"items": document["items"][:7], "total": 50})
    checked = desk.sync(check)

    assert ("partial", 10) == (report.status, report.new)
    assert "10 Einträge von 50" in hints(report, "LIST_PAGE")
    assert 10 == len(desk.names())
    assert ("LIST_PAGE", None) in told(checked)


KOBO = "start,end,_id,_uuid,_submission_time,_index"
METADATA = [
    (
        "organisation",
        "Start Date,End Date,Country,Device,IP Address,Location Latitude,Response Type,Network ID,_index,"
        "Name der Organisation,Ort\n"
        "2026-11-01,2026-11-01,Germany,mobile,1.2.3.4,51.3,completed,abc,1,Meta Eins,Wien\n",
        "Country",
    ),
    (
        "organisation",
        "Name der Organisation,Ort,Webseite,Browser,OS,Country,IP\nMeta Eins,Wien,,Firefox,Linux,Germany,1.2.3.4\n",
        "Country",
    ),
    (
        "event",
        "start,end,Titel,Datum,Uhrzeit\n"
        "2026-11-02T10:00:00.000+01:00,2026-11-02T10:05:00.000+01:00,Meta Eins,10.01.2027,18:00\n",
        "start, end",
    ),
    (
        "event",
        f"{KOBO},Titel,Datum,Uhrzeit\n"
        "2026-11-02T10:00:00.000+01:00,2026-11-02T10:05:00.000+01:00,7,u,2026-11-02T09:05:00,1,Meta Eins,"
        "10.01.2027,18:00\n",
        "start, end",
    ),
    (
        "event",
        "SubmissionDate,start,end,Titel,Datum,Uhrzeit,KEY,SubmitterName\n"
        "2026-11-02T09:05:00Z,2026-11-02T10:00:00Z,2026-11-02T10:05:00Z,Meta Eins,10.01.2027,18:00,uuid:1,Amt\n",
        "start, end",
    ),
    (
        "event",
        "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Titel;Datum;Uhrzeit\n"
        "1;02.11.2026 10:00:02;02.11.2026 10:05:11;anonymous;;Meta Eins;10.01.2027;18:00\n",
        "Startzeit",
    ),
]


@pytest.mark.parametrize("plugin", ["form", "spreadsheet"])
@pytest.mark.parametrize(("kind", "content", "named"), METADATA)
def test_what_a_form_service_adds_is_never_a_field(
    desk: Desk, kind: str, content: str, named: str, plugin: str
) -> None:
    """When somebody opened the form is not when the event begins, nor is their connection the association's country."""
    desk.kind, desk.plugin = kind, plugin
    report = desk.file(content.encode()).sync()
    (entry,) = desk.entries()

    assert named.casefold() in hints(report, "FORM_METADATA")
    assert "COLUMN_UNKNOWN" not in {
        one.code
        for one in report.problems
        if one.column in {"Device", "Network ID", "Browser", "IP", "_index"}
    }
    if kind == "event":
        assert "2027-01-10" in str(entry["start"])
        assert "2026-11" not in str(entry)
    else:
        assert "DE" not in {place.get("country") for place in entry["places"]}


def test_metadata_in_json_are_no_fields_either(desk: Desk) -> None:
    """The same names, as a service's web hook gives them."""
    report = desk.form(
        [
            {
                "submission_id": "7",
                "browser": "Firefox",
                "country": "Germany",
                "ip_address": "1.2.3.4",
                "name": "Meta Eins",
                "city": "Wien",
            }
        ]
    )
    (entry,) = desk.entries()

    assert "country" in hints(report, "FORM_METADATA")
    assert "DE" not in {place.get("country") for place in entry["places"]}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("event", "Titel;start;end\nFest;2027-01-10T18:00:00;2027-01-10T20:00:00\n", "2027-01-10"),
        ("event", "Titel;Datum;Start;Ende\nFest;10.01.2027;18:00;20:00\n", "2027-01-10"),
        (
            "event",
            "Title;Start time;End time;Duration\nFest;2027-01-10 18:00;2027-01-10 20:00;2\n",
            "2027-01-10",
        ),
        ("organisation", "Name;Ort;Land;Browser\nFest;Wien;Österreich;Firefox\n", "AT"),
        (
            "organisation",
            "Name;Straße;PLZ;Ort;Country;Submission ID;IP Address\nFest;A 1;1010;Wien;Austria;7;1.2.3.4\n",
            "AT",
        ),
    ],
)
def test_a_question_stays_a_question(desk: Desk, kind: str, content: str, expected: str) -> None:
    """One heading alone makes no form service, and an address that ends with its country is one."""
    desk.kind = kind
    desk.file(content.encode()).sync()
    (entry,) = desk.entries()

    assert expected in str(entry)


def test_hub_toml_can_say_that_it_was_a_question(desk: Desk) -> None:
    """What is mapped by hand is never left out."""
    desk.lines = ["[sources.a.columns]", '"Country" = "places.country"']
    content = METADATA[0][1]
    report = desk.file(content.encode()).sync()
    (entry,) = desk.entries()

    assert {"DE"} == {place.get("country") for place in entry["places"]}
    assert "country" not in hints(report, "FORM_METADATA")


TYPES = "Name;Art;E-Mail\nBrücke;Helferkreis;info@a.example\nSüd;Verein;info@b.example\n".encode()


def types(desk: Desk) -> dict[str, Any]:
    """What each association is."""
    return {str(one["name"]): one.get("type") for one in desk.entries()}


def test_an_unknown_word_proposes_its_line_and_the_line_reads_it(desk: Desk) -> None:
    """The guess may be wrong; the line is one that hub.toml takes as it stands."""
    report = desk.file(TYPES).sync()
    said = hints(report, "WORD_UNKNOWN")
    before = types(desk)
    desk.lines = [said[said.index("values = ") :]]
    guessed = desk.sync()
    after = types(desk)
    desk.lines = [
        'values = { type = { "helfer-kreis" = "x", "HELFERKREIS" = "initiative" } }'.replace(
            '"helfer-kreis" = "x", ', ""
        )
    ]
    desk.sync()

    assert {"Brücke": None, "Süd": "association"} == before
    assert 'values = { type = { "Helferkreis" = "' in said
    assert "WORD_UNKNOWN" not in {code for code, _ in told(guessed)}
    assert after["Brücke"] is not None
    assert {"Brücke": "initiative", "Süd": "association"} == types(desk)


def test_what_a_word_means_is_learnt(desk: Desk) -> None:
    """The answer stands in maps/, where it can be changed; hub.toml wins over it."""
    desk.lines = ['values = { type = { "Helferkreis" = "initiative" } }']
    desk.file(TYPES).sync()
    desk.lines = []
    desk.sync()
    kept = (desk.folder / "maps" / "a.toml").read_text(encoding="utf-8")
    learnt = types(desk)
    (desk.folder / "maps" / "a.toml").write_text(kept.replace('"initiative"', '"network"'), encoding="utf-8")
    desk.sync()
    changed = types(desk)
    desk.lines = ['values = { type = { "Helferkreis" = "faith" } }']
    desk.sync()

    assert '[values.type]\n"Helferkreis" = "initiative"' in kept
    assert ["initiative", "network", "faith"] == [one["Brücke"] for one in (learnt, changed, types(desk))]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ('{ type = { "Helferkreis" = "helferkreis" } }', "means itself"),
        ('{ type = { "Verein" = "Gruppe", "Gruppe" = "Verein" } }', "in turn"),
        ('{ type = { "A" = "Gruppe", "Gruppe" = "network" } }', "in turn"),
        ('{ type = { "Helferkreis" = "Verain" } }', "not on the list"),
        ('{ typ = { "Helferkreis" = "initiative" } }', "no field"),
        ('{ name = { "Helferkreis" = "initiative" } }', "no field"),
        ('{ "Helferkreis" = "initiative" }', "values"),
    ],
)
def test_a_map_that_leads_nowhere_is_told_when_hub_toml_is_read(desk: Desk, values: str, word: str) -> None:
    """Onto itself, in a circle, onto a word that is on no list, or for a field without one."""
    desk.lines = [f"values = {values}"]
    with pytest.raises(ConfigError) as caught:
        desk.file(TYPES).sync()

    assert word in f"{caught.value} {caught.value.params}"


def test_words_in_lists_are_mapped_one_by_one(desk: Desk) -> None:
    """A cell may name several topics; each word has its own meaning."""
    desk.lines = ['values = { languages = { "Kurmandschi-Dialekt" = "Kurdisch" } }']
    desk.file("Name;Sprachen\nBrücke;Kurmandschi-Dialekt, Deutsch\n".encode()).sync()
    (entry,) = desk.entries()

    assert 2 == len(entry["languages"])
