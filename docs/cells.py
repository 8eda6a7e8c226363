"""Writes cells.md, what the hub makes of cells as people write them: python docs/cells.py."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from allin_hub.base.problems import Problem
from allin_schemas.reading import Context, Reading, read, read_when

PAGE = Path(__file__).with_name("cells.md")
READ_ON = Context(today=dt.date(2026, 11, 20))
BERLIN = ZoneInfo("Europe/Berlin")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
BEGIN, END = "<!-- cells: begin -->\n", "<!-- cells: end -->"
CELLS: dict[tuple[str, str, str], list[tuple[str, str]]] = {
    ("when", "Tag und Uhrzeit", "Day and time"): [
        ("5.12.2026, 18 Uhr", ""),
        ("5.12.2026 18:00-20:00", ""),
        ("Sa, 5. Dezember 2026, halb 8 abends", ""),
        ("5.12.2026 18 s.t.", ""),
        ("5.12.2026 gegen 18 Uhr", ""),
        ("5.12.2026 18:00 (Einlass 17:30)", ""),
        ("5 December 2026, 6 pm", ""),
        ("5.12., 12.12. und 19.12.2026, 18 Uhr", ""),
        ("5.12.2026 ganztägig", ""),
        ("4.12.2026", "6.12.2026"),
        ("5.12.2026 20 Uhr", "2 Uhr"),
        ("05/12/2026", ""),
        ("Mo, 5.12.2026", ""),
        ("5.12.2026 18 Uhr", "17 Uhr"),
        ("wird noch bekannt gegeben", ""),
    ],
    ("hours", "Öffnungszeiten", "Opening hours"): [
        ("Mo-Fr 9-17 Uhr, Sa 10-14 Uhr", ""),
        ("Mo-Fr 9-17 Uhr (nicht Mi)", ""),
        ("jeden 1. Mittwoch im Monat 16-18 Uhr", ""),
        ("Di 15-18 Uhr, nach Vereinbarung", ""),
        ("bis auf Weiteres geschlossen", ""),
        ("2026-12-09", ""),
    ],
    ("phones", "Telefon", "Telephone"): [
        ("0561/90 00 05-0", ""),
        ("Tel. 0561 9000050, Fax -51", ""),
        ("4,95619E+11", ""),
        ("9000050", ""),
    ],
    ("place", "Adresse", "Address"): [
        ("Musterweg 5a (Hinterhaus), 34117 Kassel", ""),
        ("Straße des 17. Juni 135, 10623 Berlin", ""),
        ("A-1010 Wien, Ring 4", ""),
        ("Weserstr. 03. Mai", ""),
        ("siehe oben", ""),
    ],
    ("email", "E-Mail", "E-mail"): [
        ("info (at) verein.example", ""),
        (".post@verein.example", ""),
        ("info@verein.example%0d%0aBcc:fremd@andere.example", ""),
    ],
    ("name", "Name", "Name"): [
        ("None", ""),
        ("N.N.", ""),
        ("siehe oben", ""),
        ("Tee &amp;amp; Kaffee Kreis", ""),
    ],
    ("languages", "Sprachen", "Languages"): [
        ("Türkisch, Deutsch B2", ""),
        ("Kurdisch", ""),
        ("Klingonisch", ""),
    ],
    ("organisation_type", "Art", "Type"): [
        ("Verein", ""),
        ("Helferkreis", ""),
    ],
}
"""Reader and what it reads, in German and English -> cells; the second of a pair is that of the column 'Bis'."""


def page() -> str:
    """Give cells.md as the readers of today make it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    parts = []
    for (reader, german, english), cells in CELLS.items():
        parts.append(f"## {german} / {english}\n")
        parts.append("| Zelle, cell | gelesen, read | gesagt wird, told |\n| --- | --- | --- |")
        for cell, until in cells:
            reading = (
                read_when({"start": cell, "end": until or None}, READ_ON)
                if reader == "when"
                else read(reader, cell, READ_ON)
            )
            written = f"`{cell}`" + (f", Bis: `{until}`" if until else "")
            parts.append(f"| {written} | {_shown(reading.value)} | {_told(reading)} |".replace("\n", " "))
        parts.append("")
    return f"{before}{BEGIN}\n" + "\n".join(parts) + f"\n{END}{rest.partition(END)[2]}"


def _told(reading: Reading) -> str:
    """What a partner is told, in German and English; each once."""
    told = []
    for one in reading.findings:
        problem = Problem(one.code, params={"value": one.written, "nearest": one.nearest, **one.params})
        text = f"{problem.message('de')} *{problem.message('en')}*"
        told += [text] if text not in told else []
    return "<br>".join(told) or "–"


def _shown(value: Any) -> str:
    """A reading in short: parts by name, moments on the clocks of Kassel."""
    if value is None:
        return "–"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{dt.datetime.fromisoformat(value).astimezone(BERLIN):%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping) and "weekday" in value:
        return f"{value['weekday']} {value['opens']}-{value['closes']}"
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name}: {_shown(one)}" for name, one in value.items() if one not in (None, "", [], {})
        )
    if isinstance(value, list | tuple):
        return "; ".join(map(_shown, value))
    return str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
