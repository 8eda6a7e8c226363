"""Records from a table as people keep it: CSV, XLSX, ODS or XLS, from a path, a pattern or a URL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from allin_hub import Files, Raw, Source, SourceRun, Tables, TextFileSettings


class SpreadsheetConfig(TextFileSettings):
    """Written under ``[sources.<name>]`` in hub.toml."""

    sheet: str | list[str] | None = None
    """The sheet or sheets to read; without it, every visible sheet whose header is found."""
    header_row: Annotated[int, Field(ge=1, le=50)] | None = None
    """The row that holds the names of the columns, where the hub does not find it by itself."""


class Spreadsheet(Source[SpreadsheetConfig]):
    """Reads every row below the header. The setting `key` names the column that identifies a row."""

    about: ClassVar = {
        "de": "Einträge aus einer Tabelle, wie Menschen sie führen: CSV, XLSX, ODS oder XLS, als Datei, Muster oder Adresse."
    }
    personal_data = ("*",)
    licence = None
    requests_per_minute = None
    version = "2"
    reads_files = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")

    def __init__(self, name: str, config: SpreadsheetConfig) -> None:
        super().__init__(name, config)
        self._files = Files(config)

    def state(self, run: SourceRun) -> str:
        """Digest the files' bytes and the settings, so that an unchanged file is not even opened."""
        config = self.config
        return self._files.mark(
            run, self.version, self.key_column, config.sheet, config.header_row, config.encoding
        )

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        """Yield one raw per row, under the names of its columns."""
        sheet = self.config.sheet
        wanted = [sheet] if isinstance(sheet, str) else sheet or []
        tables = Tables(
            self, run, sheets=wanted, header_row=self.config.header_row, encoding=self.config.encoding
        )
        for row in tables.rows(self._files.found(run)):
            yield Raw(key=row.key, payload=row.cells, sheet=row.sheet, row=row.row)
