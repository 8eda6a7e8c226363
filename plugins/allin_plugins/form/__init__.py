"""Answers to a sign-up form: an export as a table, or the JSON that a form service gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar
from zoneinfo import ZoneInfo

from allin_hub import (
    METADATA_MARK,
    ColumnMap,
    Draft,
    File,
    Files,
    FileSettings,
    Raw,
    Source,
    SourceRun,
    TableRow,
    Tables,
    TextFileSettings,
    metadata,
    refused,
)
from allin_plugins.form.answers import cleaned, is_about_the_answer, key_of, received, unfinished
from allin_plugins.form.exports import without_accounts
from allin_plugins.form.moments import moment
from allin_plugins.form.parts import Questions, Submission
from allin_plugins.form.questions import labels
from allin_plugins.form.shapes import read_document

_JSON = (b"{", b"[")
_BOM = b"\xef\xbb\xbf"


class FormConfig(TextFileSettings):
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
    version = "2"

    def __init__(self, name: str, config: FormConfig) -> None:
        super().__init__(name, config)
        self._files = Files(config)
        self._of_service: set[str] = set()

    def state(self, run: SourceRun) -> str:
        """Digest the bytes and the settings, so that an unchanged export is not even opened."""
        settings = (self.version, self.key_column, self.config.sheet, self.config.encoding, run.zone)
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
            encoding=self.config.encoding,
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
        columns = run.columns
        about = Questions(questions, columns.is_said, lambda name: columns.path(name) is not None)
        document = read_document(file.json(is_tolerant=True), about)
        if document.taken is not None:
            run.problem("LIST_GUESSED", value=document.taken)
        if document.page is not None:
            total = document.page.total
            run.problem("LIST_PAGE", found=document.page.found, total="?" if total is None else total)
            run.partial()
        if document.submissions and all(one.fault is not None for one in document.submissions):
            raise refused("FEED_NOT_JSON", url=file.name)
        found = self._without_metadata(document.submissions, run)
        finished = [submission for submission in found if submission.is_complete]
        if len(found) > len(finished):
            run.skip("incomplete", len(found) - len(finished))
        self._understand(finished, run)
        zone = ZoneInfo(run.zone)
        for submission in finished:
            if submission.fault is not None:
                run.problem(submission.fault, row=submission.place)
            yield self._raw(submission, zone)
        if not finished:
            run.problem("NO_ROWS")

    def _raw(self, submission: Submission, zone: ZoneInfo) -> Raw:
        key = submission.key
        if self.key_column is not None:
            given = submission.answers.get(self.key_column)
            key = str(given).strip() or None if given is not None else None
        at: dt.datetime | None = moment(submission.at, dt.UTC if submission.is_utc else zone)
        return Raw(key, submission.answers, at, row=submission.place or None)

    def _without_metadata(self, found: list[Submission], run: SourceRun) -> list[Submission]:
        """Leave out what a service added to the answers, and tell what could have been taken for an answer."""
        names = list(dict.fromkeys(name for one in found for name in one.answers))
        if len(names) > ColumnMap.MOST_COLUMNS:
            return found
        columns: ColumnMap = run.columns.within(names)
        own = metadata(
            names, columns, lambda name: [one.answers[name] for one in found if name in one.answers]
        )
        renamed = {name: METADATA_MARK + name for name in own if columns.path(name) is not None}
        told = [name for name in names if name in own and (name in renamed or not is_about_the_answer(name))]
        if told:
            run.problem("FORM_METADATA", words=", ".join(name.casefold() for name in told[:8]))
        self._of_service = {renamed.get(name, name) for name in own}
        if not renamed:
            return found
        return [
            one._replace(answers={renamed.get(name, name): value for name, value in one.answers.items()})
            for one in found
        ]

    def _understand(self, found: list[Submission], run: SourceRun) -> None:
        """Understand the questions as all answers together show them, and report those that nobody knows.

        An answer with more questions than a record may have does not count: it will wait by itself.
        """
        sound = [one for one in found if len(one.answers) <= ColumnMap.MOST_COLUMNS and "" not in one.answers]
        asked = list(dict.fromkeys(question for submission in sound for question in submission.answers))
        columns: ColumnMap = run.columns.within(asked)
        run.columns = self.columns = columns
        for question in columns.unknown(asked):
            is_asked = question not in self._of_service and not is_about_the_answer(question)
            if is_asked and question != self.key_column:
                run.problem("COLUMN_UNKNOWN", column=question)

    def _questions(self, run: SourceRun) -> list[File]:
        if self.config.questions is None:
            return []
        return Files(FileSettings(path=self.config.questions)).found(run)


def _is_json(file: File) -> bool:
    return file.start.removeprefix(_BOM).lstrip().startswith(_JSON)
