"""Answers to a sign-up form: an export as a table, or the JSON that a form service gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar
from zoneinfo import ZoneInfo

from allin_hub import ColumnMap, Draft, File, Files, FileSettings, Raw, Source, SourceRun, TableRow, Tables
from allin_plugins.form.answers import cleaned, is_about_the_answer, key_of, received, unfinished
from allin_plugins.form.exports import without_accounts
from allin_plugins.form.moments import moment
from allin_plugins.form.parts import Questions, Submission
from allin_plugins.form.questions import labels
from allin_plugins.form.shapes import submissions

_JSON = (b"{", b"[")
_BOM = b"\xef\xbb\xbf"


class FormConfig(FileSettings):
    """Written under ``[sources.<name>]`` in hub.toml."""

    sheet: str | None = None
    """The sheet that holds the answers, where an export has several."""
    questions: str | None = None
    """A JSON file with the form's questions, for services whose answers name only their ids."""


class Form(Source[FormConfig]):
    """Yields every answer; questions become fields as the columns of a table do."""

    about: ClassVar = {
        "de": "Antworten auf ein Anmeldeformular: als Tabelle, oder als JSON, wie ein Formulardienst es ausgibt."
    }
    personal_data = ("*",)
    licence = None
    requests_per_minute = None
    reads_files = (".json",)
    consent_method = "form"

    def __init__(self, name: str, config: FormConfig) -> None:
        super().__init__(name, config)
        self._files = Files(config)

    def state(self, run: SourceRun) -> str:
        """Digest the bytes and the settings, so that an unchanged export is not even opened."""
        settings = (self.version, self.key_column, self.config.sheet, run.zone)
        return self._files.mark(run, *settings, *(file.mark() for file in self._questions(run)))

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        """Yield one raw per finished answer; several answers of one organisation stay several."""
        try:
            files = self._files.found(run)
            tables = [file for file in files if not _is_json(file)]
            for file in files:
                if _is_json(file):
                    yield from self._document(file, run)
            if tables:
                yield from self._tables(tables, run)
        finally:
            self._files.done()

    def map(self, raw: Raw) -> Draft:
        """Put answers under the fields that their questions ask for; consents carry the day of the answer."""
        draft = self.columns.draft({question: cleaned(answer) for question, answer in raw.payload.items()})
        if raw.updated_at is not None:
            for path in ("contacts.consents", "consents"):
                for consent in draft.get(path, ()):
                    consent["at"] = raw.updated_at.isoformat()
        return draft

    def _tables(self, files: list[File], run: SourceRun) -> Iterator[Raw]:
        sheets = [self.config.sheet] if self.config.sheet else []
        tables = Tables(
            self,
            run,
            sheets=sheets,
            is_known=is_about_the_answer,
            renamed=without_accounts,
            is_export=True,
        )
        zone = ZoneInfo(run.zone)
        for row in tables.rows(files):
            if unfinished(row.cells, self.columns.headers):
                run.skip("incomplete")
                continue
            yield self._raw_of_row(row, zone)

    def _raw_of_row(self, row: TableRow, zone: ZoneInfo) -> Raw:
        key = row.key if self.key_column is not None else key_of(row.cells)
        return Raw(key, row.cells, received(row.cells, zone), row.sheet, row.row)

    def _document(self, file: File, run: SourceRun) -> Iterator[Raw]:
        questions = {}
        for asked in self._questions(run):
            questions.update(labels(asked.json()))
        found = submissions(file.json(), Questions(questions, run.columns.is_said))
        finished = [submission for submission in found if submission.is_complete]
        if len(found) > len(finished):
            run.skip("incomplete", len(found) - len(finished))
        self._understand(finished, run)
        zone = ZoneInfo(run.zone)
        for submission in finished:
            yield self._raw(submission, zone)
        if not finished:
            run.problem("NO_ROWS")

    def _raw(self, submission: Submission, zone: ZoneInfo) -> Raw:
        key = submission.key
        if self.key_column is not None:
            given = submission.answers.get(self.key_column)
            key = str(given).strip() or None if given is not None else None
        at: dt.datetime | None = moment(submission.at, dt.UTC if submission.is_utc else zone)
        return Raw(key, submission.answers, at)

    def _understand(self, found: list[Submission], run: SourceRun) -> None:
        """Understand the questions as all answers together show them, and report those that nobody knows.

        An answer with more questions than a record may have does not count: it will wait by itself.
        """
        sound = [one for one in found if len(one.answers) <= ColumnMap.MOST_COLUMNS]
        asked = list(dict.fromkeys(question for submission in sound for question in submission.answers))
        columns: ColumnMap = run.columns.within(asked)
        run.columns = self.columns = columns
        for question in columns.unknown(asked):
            if not is_about_the_answer(question) and question != self.key_column:
                run.problem("COLUMN_UNKNOWN", column=question)

    def _questions(self, run: SourceRun) -> list[File]:
        if self.config.questions is None:
            return []
        return Files(FileSettings(path=self.config.questions)).found(run)


def _is_json(file: File) -> bool:
    return file.start.removeprefix(_BOM).lstrip().startswith(_JSON)
