"""Writes problem codes into partners.md, cues into people-in-texts.md, fields into fields.md: python docs/problem_codes.py."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from allin_hub.base.problems import Problem, Severity, catalogue
from allin_hub.mapping.field_list import fields
from allin_hub.privacy.free_text.cues import published
from allin_schemas import Kind
from allin_schemas.reading import Context, read

PAGE = Path(__file__).with_name("partners.md")
BEGIN, END = "<!-- codes: begin -->\n", "<!-- codes: end -->"
LEVELS = {
    Severity.ERROR: ("Fehler", "Errors", "Fehler · error"),
    Severity.WARNING: ("Warnungen", "Warnings", "Warnung · warning"),
    Severity.HINT: ("Hinweise", "Hints", "Hinweis · hint"),
}

SAMPLE = {
    "column": "Nr.",
    "columns": "Name, Telefon",
    "count": 2,
    "file": "vereine.csv",
    "folder": "data",
    "found": "PDF",
    "length": 400,
    "minutes": 30,
    "most": 300,
    "of": 4,
    "name": "DESCRIPTION",
    "pattern": "partner/*.xlsx",
    "rows": 50,
    "scheme": "ftp",
    "seconds": 10,
    "sheet": "Vereine",
    "sheets": "Tabelle1",
    "id": "5db50f50c529",
    "what_de": "Name, Handynummer",
    "what_en": "name, mobile number",
    "where": "description.de.text",
    "url": "https://verein.example/vereine.csv",
    "zone": "Europe/Berlin",
}
"""What stands in the messages beside the value of the example."""


CUES = Path(__file__).with_name("people-in-texts.md")
CUES_BEGIN, CUES_END = "<!-- cues: begin -->\n", "<!-- cues: end -->"


def cues_page() -> str:
    """Give back people-in-texts.md with the cues of today."""
    text = CUES.read_text(encoding="utf-8")
    before, _, rest = text.partition(CUES_BEGIN)
    parts = []
    for language, lists in published().items():
        parts.append(f"### {language}\n")
        parts += [f"{name}: {' · '.join(cues)}\n" for name, cues in lists.items()]
    return f"{before}{CUES_BEGIN}\n" + "\n".join(parts) + f"\n{CUES_END}{rest.partition(CUES_END)[2]}"


def section() -> str:
    """Explain every code in German and English, with its example, the gravest first."""
    parts = []
    for severity, (german, english, word) in LEVELS.items():
        parts.append(f"## {german} / {english}\n")
        parts += [_explained(code, word) for code in catalogue() if Problem(code).severity is severity]
    return "\n".join(parts)


def page() -> str:
    """Give back partners.md with the list of today."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{section()}\n{END}{rest.partition(END)[2]}"


def _explained(code: str, word: str) -> str:
    example = str(catalogue()[code]["example"])
    said = {"value": example, "status": example.partition(" ")[0]} if example else {}
    if "{nearest}" in catalogue()[code]["hint"]["de"]:
        said |= {"file": "verein.csv", "nearest": "vereine.csv"}
    if "{words}" in catalogue()[code]["hint"]["de"]:
        said |= read("organisation_type", example, Context(today=dt.date(2026, 1, 1))).findings[0].params
    problem = Problem(code, params=SAMPLE | said)
    german, english = (f"{problem.message(language)} {problem.hint(language)}" for language in ("de", "en"))
    shown = f"\n\nBeispiel, example: `{example}`" if example else ""
    return f"### `{code}`\n\n{word}\n\n{german}\n\n*{english}*{shown}\n"


FIELDS = Path(__file__).with_name("fields.md")
KINDS = {
    Kind.ORGANISATION: ("Organisationen", "Organisations"),
    Kind.PERSON: ("Personen", "Persons"),
    Kind.SERVICE: ("Hilfe und Kurse", "Services"),
    Kind.EVENT: ("Termine", "Events"),
    Kind.OPPORTUNITY: ("Mitmachen", "Opportunities"),
    Kind.PROJECT: ("Projekte", "Projects"),
}
FIELDS_HEAD = """# Felder / Fields

Was eine Spalte enthalten kann: wie das Feld in `hub.toml` heißt, was gelesen wird, ein Beispiel, und Überschriften, die der Hub
von selbst erkennt. Eine Spalte mit anderer Überschrift ordnen Sie unter ihrer Quelle zu:
`columns = { "Ihre Überschrift" = "feld" }`. Dasselbe zeigt `allin fields ART`.

*What a column can hold: the name of the field in `hub.toml`, what is read, an example, and headings that the hub recognises by
itself. A column with another heading is mapped under its source: `columns = { "Your heading" = "field" }`. `allin fields KIND`
shows the same.*
"""
FIELDS_ROW = (
    "| Feld, field | Das ist, what it is | Gelesen wird, read as | Beispiel, example | Überschriften, headings |\n"
    "| --- | --- | --- | --- | --- |"
)


def fields_page() -> str:
    """Give fields.md with the fields of today."""
    parts = [FIELDS_HEAD]
    for kind, (german, english) in KINDS.items():
        parts.append(f'## {german} / {english}\n\n`kind = "{kind.value}"`\n')
        parts.append(FIELDS_ROW)
        for one in fields(kind):
            words = f": {', '.join(one.words)}" if one.words else ""
            cells = (
                f"`{one.path}`", f"{one.label_de}, *{one.label_en}*", f"{one.reads_de}; *{one.reads_en}*{words}",
                f"`{one.examples[0]}`" if one.examples else "", ", ".join(one.headings),
            )  # fmt: skip
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    FIELDS.write_text(fields_page(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    CUES.write_text(cues_page(), encoding="utf-8")
