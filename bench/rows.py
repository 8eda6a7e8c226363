"""Invented associations for the benchmarks: 20 columns, as partners' spreadsheets have them."""

from __future__ import annotations

import csv
from pathlib import Path

HEADER = (
    "Nr.",
    "Name",
    "Kurzname",
    "Kurzbeschreibung",
    "E-Mail",
    "Telefon",
    "Mobil",
    "Webseite",
    "Straße",
    "Hausnummer",
    "PLZ",
    "Ort",
    "Stadtteil",
    "Sprachen",
    "Schwerpunkte",
    "Gegründet",
    "Art",
    "Zielgruppe",
    "Vereinsregister-Nr.",
    "Gemeinnützigkeit",
)
CONTACT = ("Ansprechperson", "E-Mail Ansprechperson", "Telefon Ansprechperson", "Darf ins Verzeichnis?")
DISTRICTS = ("Nord-Holland", "Mitte", "Wesertor", "Rothenditmold", "Bettenhausen")


def row(n: int, *, is_changed: bool = False, with_contact: bool = False) -> list[str]:
    """One association; every fourth column differs from row to row, as names and addresses do."""
    cells = [
        str(n),
        f"Kulturverein Brücke {n} e. V.",
        f"KVB {n}",
        f"Begegnung und Kultur im Stadtteil, Nummer {n}{' neu' * is_changed}.",
        f"info@verein-{n}.example",
        f"0561 {900000 + n % 99999}",
        f"0171 {1000000 + n}",
        f"https://www.verein-{n}.example",
        "Holländische Straße",
        str(n % 200 + 1),
        "34127",
        "Kassel",
        DISTRICTS[n % 5],
        "Türkisch, Arabisch, Deutsch",
        "Kultur, Bildung",
        str(1950 + n % 70),
        "Verein",
        "Frauen, Jugendliche",
        f"VR {10000 + n} Kassel",
        "ja",
    ]
    if with_contact:
        cells += [
            f"Fatma Beispiel{n}",
            f"fatma.beispiel{n}@verein-{n}.example",
            f"0561 {800000 + n % 99999}",
            "ja" if n % 2 else "nein",
        ]
    return cells


def write(path: Path, rows: int, *, changed: int = 0, with_contact: bool = False) -> None:
    """A CSV of so many rows, the first ones changed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER + (CONTACT if with_contact else ()))
        writer.writerows(
            row(n, is_changed=n <= changed, with_contact=with_contact) for n in range(1, rows + 1)
        )
