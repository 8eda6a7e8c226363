"""An invented office in its first three days: its settings, and what its partners send on each day.

All names, numbers and addresses are invented.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DAYS = tuple(dt.datetime(2026, 10, day, 9, 0, tzinfo=dt.UTC) for day in (5, 6, 7))
TODAY = dt.datetime(2026, 10, 8, 9, 0, tzinfo=dt.UTC)
"""The day of the upgrade: the leases of killed runs have run out."""
KEY_FILE = "invented.key"
KEY = "QUxMIElOIGh1YjogYW4gaW52ZW50ZWQga2V5IG9ubHk=\n"
DATABASE = "{{DATABASE}}"
"""Stands in the kept hub.toml for the address of the database."""
SETTINGS = """\
[hub]
database = "{{DATABASE}}"
title = "Testamt (erfunden)"
languages = ["de"]
court = "RA000275"
key = { file = "invented.key" }

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
trust = 20
owner = "Forum Beispiel"
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }

[sources.anmeldung]
plugin = "form"
path = "data/anmeldung.csv"
kind = "organisation"
trust = 30

[sources.anmeldung.columns]
"Dürfen wir die Ansprechperson im Verzeichnis nennen?" = "contacts.consent.directory_public"
"Möchte die Ansprechperson unseren Rundbrief?" = "contacts.consent.newsletter"
"Dürfen wir die Angaben der Ansprechperson für Statistiken nutzen?" = "contacts.consent.statistics"

[sources.partner]
plugin = "spreadsheet"
path = "data/partner.csv"
kind = "organisation"
licence = "CC0 1.0"
limits = { lost = 1 }

[sources.termine]
plugin = "ical"
path = "data/termine.ics"
language = "de"

[sources.veranstaltungen]
plugin = "spreadsheet"
path = "data/veranstaltungen.csv"
kind = "event"
key = "Nr."

[sources.angebote]
plugin = "spreadsheet"
path = "data/angebote.csv"
kind = "service"
key = "Nr."

[sources.mitmachen]
plugin = "spreadsheet"
path = "data/mitmachen.csv"
kind = "opportunity"
key = "Nr."

[sources.projekte]
plugin = "spreadsheet"
path = "data/projekte.csv"
kind = "project"
key = "Nr."

[sources.altbestand]
plugin = "spreadsheet"
path = "data/altbestand.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Testamt (erfunden), Beispielweg 1, 34117 Kassel"
page_size = 10

[outputs.rundbrief]
plugin = "newsletter"
path = "briefe"
sender = "rundbrief@testamt.example"
imprint = "Testamt (erfunden), Beispielweg 1, 34117 Kassel"
site_url = "https://testamt.example"

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Testamt (erfunden), Beispielweg 1, 34117 Kassel"
"""
COURSES = """
[sources.kurse]
plugin = "spreadsheet"
path = "data/kurse.csv"
kind = "service"
key = "Nr."
"""
HEADER = [
    "Nr.",
    "Name",
    "VR-Nr.",
    "E-Mail",
    "Telefon",
    "Straße",
    "PLZ",
    "Ort",
    "Sprachen",
    "Ansprechpartner",
    "E-Mail Ansprechpartner",
    "Darf ins Verzeichnis?",
]
PLAIN = ["Name", "E-Mail", "Telefon", "Straße", "PLZ", "Ort", "Sprachen"]
QUESTIONS = [
    "Antwort-ID",
    "Zeitstempel",
    "Wie heißt Ihr Verein?",
    "Vereinsregister-Nr.",
    "E-Mail des Vereins",
    "Straße und Hausnummer",
    "Postleitzahl",
    "Ort",
    "Name der Ansprechperson",
    "E-Mail der Ansprechperson",
    "Telefon der Ansprechperson",
    "Dürfen wir die Ansprechperson im Verzeichnis nennen?",
    "Möchte die Ansprechperson unseren Rundbrief?",
    "Dürfen wir die Angaben der Ansprechperson für Statistiken nutzen?",
]
PERSONS = ("Ada", "Ben", "Cem", "Dana", "Emre", "Fatma", "Gül", "Hadi", "Ida", "Jana")


def association(n: int, **changed: Any) -> list[Any]:
    """A row of an invented association with a person to ask."""
    person = PERSONS[n % len(PERSONS)]
    known = {
        "Nr.": n,
        "Name": f"Kulturverein Nummer {n} e. V.",
        "VR-Nr.": f"VR {9000 + n}" if n < 5 else "",
        "E-Mail": f"info@verein-{n}.example",
        "Telefon": f"0561 90000-{n:02}",
        "Straße": f"Beispielstraße {n}",
        "PLZ": "34127" if n % 3 else "34117",
        "Ort": "Kassel",
        "Sprachen": "Türkisch, Arabisch" if n % 2 else "Dari",
        "Ansprechpartner": f"{person} Muster",
        "E-Mail Ansprechpartner": f"{person.lower().replace('ü', 'ue')}@verein-{n}.example",
        "Darf ins Verzeichnis?": "ja" if n % 4 else "nein",
    }
    return [{**known, **changed}[name] for name in HEADER]


def entry(n: int, **changed: Any) -> list[Any]:
    """A row of a partner's list without numbers, and without persons."""
    row = dict(zip(HEADER, association(n, Telefon=f"0561 90000-{n + 40}"), strict=True))
    return [{**row, **changed}[name] for name in PLAIN]


def answer(n: int, name: str, **changed: Any) -> list[Any]:
    """An answer to the sign-up form."""
    known = dict.fromkeys(QUESTIONS, "") | {
        "Antwort-ID": n,
        "Zeitstempel": f"0{n % 4 + 1}.10.2026 1{n % 10}:05:00",
        "Wie heißt Ihr Verein?": name,
        "E-Mail des Vereins": f"kontakt@anmeldung-{n}.example",
        "Straße und Hausnummer": f"Formularweg {n}",
        "Postleitzahl": "34119",
        "Ort": "Kassel",
        "Name der Ansprechperson": f"{PERSONS[n % len(PERSONS)]} Probe",
        "E-Mail der Ansprechperson": f"person-{n}@anmeldung-{n}.example",
        "Telefon der Ansprechperson": f"0561 90000-{70 + n % 20}",
        QUESTIONS[-3]: "ja",
        QUESTIONS[-2]: "ja",
        QUESTIONS[-1]: "ja",
    }
    return [{**known, **changed}[name] for name in QUESTIONS]


ASSOCIATIONS = [
    *(association(n) for n in range(1, 7)),
    association(9, Name=""),
    association(10, Name="Frauenforum Nord", Telefon="keins", **{"E-Mail": "frauen@forum-nord.example"}),
]
LATER_ASSOCIATIONS = [
    association(1),
    association(2, Name="Kulturverein Zwei e. V.", Telefon="0561 90000-22"),
    association(3, **{"Darf ins Verzeichnis?": "nein"}),
    association(4, **{"Darf ins Verzeichnis?": "ja"}),
    association(9, Name=""),
    association(10, Name="Frauenforum Nord", Telefon="keins", **{"VR-Nr.": "VR 9102"}),
    association(11, Sprachen="Ukrainisch"),
    association(5, **{"Nr.": 55}),
]
LAST_ASSOCIATIONS = [
    *LATER_ASSOCIATIONS[:-2],
    association(11, Sprachen="Ukrainisch, Russisch"),
    association(12),
]
ANSWERS = [
    answer(101, "Kulturverein Nummer 1", **{"Vereinsregister-Nr.": "VR 9001"}),
    answer(102, "Frauenforum Kassel-Nord e. V.", **{"Vereinsregister-Nr.": "VR 9102"}),
    answer(103, "", **{"E-Mail des Vereins": "niemand@@anmeldung"}),
    answer(104, "Theatergruppe Probebühne", **{QUESTIONS[-3]: "nein", QUESTIONS[-1]: ""}),
]
LATER_ANSWERS = [
    *ANSWERS[:3],
    answer(104, "Theatergruppe Probebühne", **{QUESTIONS[-2]: "nein", QUESTIONS[-1]: "ja"}),
]
PARTNER = [entry(n) for n in (4, 20, 21, 22)]
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Testamt//Termine//DE
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:sprachcafe@verein-1.example
DTSTAMP:20261001T070000Z
LAST-MODIFIED:20260930T101500Z
SUMMARY:Sprachcafé
DESCRIPTION:Deutsch sprechen\\, ohne Angst vor Fehlern.
LOCATION:Beispielstraße 1\\, 34127 Kassel
CATEGORIES:Deutsch lernen,Treffen
DTSTART;TZID=Europe/Berlin:20261007T170000
DTEND;TZID=Europe/Berlin:20261007T190000
RRULE:FREQ=WEEKLY;BYDAY=WE
EXDATE;TZID=Europe/Berlin:20261014T170000
ORGANIZER;CN="Kulturverein Nummer 1 e. V.":mailto:info@verein-1.example
END:VEVENT
BEGIN:VEVENT
UID:sprachcafe@verein-1.example
DTSTAMP:20261001T070000Z
RECURRENCE-ID;TZID=Europe/Berlin:20261021T170000
DTSTART;TZID=Europe/Berlin:20261021T183000
DTEND;TZID=Europe/Berlin:20261021T200000
SUMMARY:Sprachcafé (heute später)
END:VEVENT
BEGIN:VEVENT
UID:fest@verein-20.example
DTSTAMP:20261001T070000Z
SUMMARY:Herbstfest
DTSTART;VALUE=DATE:20261031
DTEND;VALUE=DATE:20261102
ORGANIZER;CN="Verein, den niemand kennt":mailto:fest@unbekannt.example
END:VEVENT
BEGIN:VEVENT
UID:ohne-beginn@verein-1.example
DTSTAMP:20261001T070000Z
SUMMARY:Treffen ohne Beginn
END:VEVENT
END:VCALENDAR
"""
SERVICES = [
    ["Nr.", "Angebot", "Beschreibung", "Anbieter", "Sprachen", "Kosten"],
    [1, "Hausaufgabenhilfe", "Für Kinder bis 12.", "Kulturverein Nummer 1 e. V.", "Deutsch", "kostenlos"],
    [2, "Nähkurs", "Maschinen sind da.", "Verein im Aufbau", "Türkisch", "5 Euro"],
]
OPPORTUNITIES = [
    ["Nr.", "Titel", "Beschreibung", "Verein", "Projekt", "Stunden pro Woche", "Sprachen"],
    [
        1,
        "Vorlesen",
        "Bücher für Kinder.",
        "Kulturverein Nummer 4 e. V.",
        "Nachbarschaft im Park",
        2,
        "Deutsch",
    ],
    [2, "Fahrrad-Werkstatt", "Schrauben helfen.", "Frauenforum Nord", "", 3, "Deutsch, Arabisch"],
]
PROJECTS = [
    ["Nr.", "Projekt", "Beschreibung", "Beginn", "Ende", "Förderer"],
    [1, "Nachbarschaft im Park", "Ein Sommer zusammen.", "01.05.2026", "30.11.2026", "Stiftung Beispiel"],
]
EVENTS = [
    ["Nr.", "Titel", "Beginn", "Ende", "Veranstalter", "Ort"],
    [1, "Sommerfest", "14.11.2026 15:00", "14.11.2026 18:00", "Kulturverein Nummer 4 e. V.", "Kassel"],
    [2, "Erzählabend", "20.11.2026 19:00", "20.11.2026 21:00", "Kulturverein Nummer 5 e. V.", "Kassel"],
    [3, "Flohmarkt", "21.11.2026 10:00", "21.11.2026 14:00", "Verein, den niemand kennt", "Kassel"],
]
COURSE_ROWS = [["Nr.", "Kurs", "Beschreibung", "Anbieter"], [1, "Schwimmkurs", "Ab 8 Jahren.", ""]]


def write(folder: Path, name: str, rows: Sequence[Sequence[Any]]) -> None:
    """A CSV as a German spreadsheet program writes it."""
    (folder / "data").mkdir(exist_ok=True)
    with (folder / "data" / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)


def open_office(folder: Path, database: str) -> None:
    """What stands in the folder on the first day."""
    folder.mkdir(parents=True)
    (folder / "hub.toml").write_text(SETTINGS.replace(DATABASE, database), encoding="utf-8")
    (folder / KEY_FILE).write_text(KEY, encoding="ascii")
    write(folder, "vereine.csv", [HEADER, *ASSOCIATIONS])
    write(folder, "anmeldung.csv", [QUESTIONS, *ANSWERS])
    write(folder, "partner.csv", [PLAIN, *PARTNER])
    write(folder, "altbestand.csv", [["Nr.", *PLAIN], *([n, *entry(n)] for n in (30, 31))])
    write(folder, "angebote.csv", SERVICES)
    write(folder, "mitmachen.csv", OPPORTUNITIES)
    write(folder, "projekte.csv", PROJECTS)
    write(folder, "veranstaltungen.csv", EVENTS)
    (folder / "data" / "termine.ics").write_text(CALENDAR, encoding="utf-8")


def second_day(folder: Path) -> None:
    """Rows are changed, renumbered, gone and new; consents are withdrawn; a number shows that two are one."""
    write(folder, "vereine.csv", [HEADER, *LATER_ASSOCIATIONS])
    write(folder, "anmeldung.csv", [QUESTIONS, *LATER_ANSWERS])
    write(folder, "mitmachen.csv", OPPORTUNITIES[:2])


def third_day(folder: Path) -> None:
    """A partner sends half of its list, another has a row changed, one gone and one new; and there is a new source."""
    write(folder, "partner.csv", [PLAIN, PARTNER[0], entry(20, Telefon="0561 90000-99"), entry(23)])
    write(folder, "vereine.csv", [HEADER, *LAST_ASSOCIATIONS])
    write(folder, "kurse.csv", COURSE_ROWS)
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + COURSES, encoding="utf-8")
