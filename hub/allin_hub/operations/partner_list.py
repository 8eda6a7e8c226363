"""Writes a source's open problems into a file for its partner: in the partner's language, with places and remedies."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.problems import Problem, Severity
from allin_hub.config.settings import chosen
from allin_hub.hub import Hub
from allin_hub.operations.quarantine import quarantine
from allin_hub.privacy.quoting import shown_outside
from allin_hub.publish.csv_writer import csv_file

HEADINGS = {
    "de": ("Blatt", "Zeile", "Feld", "Meldung", "Was zu tun ist"),
    "en": ("Sheet", "Row", "Field", "Message", "What to do"),
}
_SHEETS = {"de": "Meldungen", "en": "Problems"}
_WIDTHS = (16, 8, 24, 60, 60)
_ORDER = tuple(Severity)

Row = tuple[str, int | str, str, str, str]


def language_of(hub: Hub, source: str) -> str:
    """German or English, whichever is nearer to the language in which a source writes."""
    language = hub.config.sources[source].language or hub.config.hub.languages[0]
    return "de" if language.lower().startswith("de") else "en"


def partner_list(hub: Hub, source: str | None, files: Sequence[Path]) -> int:
    """Write the open problems of a source into new files, CSV or XLSX by their endings; how many problems they are.

    Raises ConfigError where it is not clear which source is meant, or a file is there already: it might be the partner's own.
    """
    names = chosen(hub.config, "sources", [source] if source else None)
    if len(names) != 1:
        raise ConfigError(
            "A file is for one partner.", hint="Name the source: allin problems SOURCE --csv FILE"
        )
    language = language_of(hub, names[0])
    rows = table_of([one.problem for one in quarantine(hub, names).problems], language)
    for file in files:
        _write_new(file, (xlsx_file if file.suffix.lower() == ".xlsx" else csv_bytes)(rows, language))
    return len(rows)


def _write_new(file: Path, content: bytes) -> None:
    try:
        with file.open("xb") as opened:
            opened.write(content)
    except FileExistsError:
        raise ConfigError(
            "There is a file '{file}' already.",
            hint="Choose another name, or delete it first.",
            file=str(file),
        ) from None
    except OSError as error:
        raise StoreError(
            "The file '{file}' cannot be written ({fault}).",
            hint="Choose another folder.",
            file=str(file),
            fault=error.strerror or type(error).__name__,
        ) from error


def table_of(problems: Sequence[Problem], language: str) -> list[Row]:
    """The problems as rows, the gravest first, then by sheet and row."""
    ordered = sorted(
        map(shown_outside, problems),
        key=lambda one: (_ORDER.index(one.severity), one.sheet or "", one.row or 0),
    )
    return [
        (
            one.sheet or "",
            one.row if one.row is not None else "",
            one.column or "",
            dataclasses.replace(one, sheet=None, row=None, column=None).message(language),
            one.hint(language),
        )
        for one in ordered
    ]


def csv_bytes(rows: Sequence[Row], language: str) -> bytes:
    """The rows as CSV that no spreadsheet computes."""
    return csv_file(HEADINGS[language], rows)


def xlsx_file(rows: Sequence[Row], language: str) -> bytes:
    """The rows as a workbook in which every text is a text: no formula, no link."""
    from xlsxwriter import Workbook

    made = BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(made, {"in_memory": True, **as_text}) as book:
        sheet = book.add_worksheet(_SHEETS[language])
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for column, (heading, width) in enumerate(zip(HEADINGS[language], _WIDTHS, strict=True)):
            sheet.set_column(column, column, width, wrapped)
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell, wrapped)
                elif cell:
                    sheet.write_string(number, column, cell, wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(_WIDTHS) - 1)
    return made.getvalue()
