"""Problems for a person to read: the gravest first, equal ones as one with all their rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from allin_hub.base.problems import Problem, Severity
from allin_hub.cli.console import state, table
from allin_hub.cli.tables import Column, line
from allin_hub.i18n.translator import Voice

ORDER = (Severity.ERROR, Severity.WARNING, Severity.HINT)
ALIKE = 3
"""From how many equal problems on they are shown as one."""
RANGES = 12
"""How many rows, or stretches of rows, are named before it only says how many more there are."""
COLUMNS = 5
"""How many columns are named before it only says how many more there are."""
MOST = 100
"""How many lines are shown when nobody has asked for all."""


@dataclass(slots=True)
class Finding:
    """A problem of a source, or several that say the same of different rows."""

    source: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def first(self) -> Problem:
        """The one that speaks for all."""
        return self.problems[0]

    def says(self, say: Voice) -> str:
        """Where it is, what it is, and how to mend it."""
        language = say.language
        if len(self.problems) == 1:
            return f"{self.first.message(language)} {self.first.hint(language)}".strip()
        bare = dataclasses.replace(self.first, sheet=None, row=None, column=None)
        count = say.several("{count} time", "{count} times", len(self.problems))
        where = [self._columns(say), count, self._rows(say)]
        message = bare.message(language)
        if any(other.params != self.first.params for other in self.problems):
            message = say("for example: {message}", message=message)
        return f"{', '.join(part for part in where if part)}: {message} {bare.hint(language)}".strip()

    def _rows(self, say: Voice) -> str:
        rows = [problem.row for problem in self.problems if problem.row is not None]
        return say("rows {rows}", rows=stretches(rows, say)) if rows else ""

    def _columns(self, say: Voice) -> str:
        """The sheet and the column, or the first of several columns."""
        columns = list(dict.fromkeys(one.column for one in self.problems if one.column))
        if len(columns) < 2:
            return dataclasses.replace(self.first, row=None).where(say.language)
        named = ", ".join(f"'{one}'" for one in columns[:COLUMNS])
        if rest := len(columns) - COLUMNS if len(columns) > COLUMNS else 0:
            named = say("{rows} and {count} more", rows=named, count=say.number(rest))
        sheet = dataclasses.replace(self.first, row=None, column=None).where(say.language)
        return ", ".join(part for part in (sheet, say("columns {columns}", columns=named)) if part)


def findings(problems: Sequence[tuple[str, Problem]], *, every: bool = False) -> list[Finding]:
    """Problems with their sources, the gravest first; with `every`, each by itself.

    Those of one code about one column are one finding, whatever they quote; so are those about whole columns with one remedy.
    """
    ordered = sorted(problems, key=lambda one: weight(*one))
    if every:
        return [Finding(source, [problem]) for source, problem in ordered]
    alike: dict[object, Finding] = {}
    for source, problem in ordered:
        is_of_column = problem.row is None and problem.key is None and problem.column is not None
        where = problem.hint() if is_of_column else problem.column
        key = (source, problem.code, problem.sheet, is_of_column, where)
        alike.setdefault(key, Finding(source)).problems.append(problem)
    parted = (one for found in alike.values() for one in _parted(found))
    return sorted(parted, key=lambda one: weight(one.source, one.first))


def stretches(rows: Iterable[int], say: Voice) -> str:
    """Rows as a person writes them: 5, 7–13, 18."""
    found: list[list[int]] = []
    for row in sorted(set(rows)):
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    named = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in found[:RANGES])
    rest = sum(last - first + 1 for first, last in found[RANGES:])
    return say("{rows} and {count} more", rows=named, count=say.number(rest)) if rest else named


def show(say: Voice, problems: Sequence[tuple[str, Problem]], more: str, *, every: bool = False) -> None:
    """Problems as a table, then what they mean; `more` is the command that shows each."""
    found = findings(problems, every=every)
    shown = found if every else found[:MOST]
    several = len({one.source for one in found}) > 1
    columns = [Column(say("Weight")), Column(say("Source")), Column(say("Problem"), wraps=True)]
    rows = [[state(say, str(one.first.severity)), one.source, one.says(say)] for one in shown]
    if not several:
        del columns[1]
        rows = [[row[0], row[2]] for row in rows]
    table(columns, rows)
    line()
    line(_counted(say, [problem for _, problem in problems]))
    if len(shown) < len(problems):
        line(say("Each problem by itself: {command}", command=more))


def _parted(found: Finding) -> list[Finding]:
    few = len(found.problems) < ALIKE
    return [Finding(found.source, [problem]) for problem in found.problems] if few else [found]


def weight(source: str, problem: Problem) -> tuple[int, str, str, int]:
    """Order problems: the gravest first, then by source and place."""
    return ORDER.index(problem.severity), source, problem.sheet or "", problem.row or 0


def _counted(say: Voice, problems: Sequence[Problem]) -> str:
    errors, warnings, hints = (
        sum(problem.severity is severity for problem in problems) for severity in ORDER
    )
    whole = sum(one.severity is ORDER[0] and one.row is None and one.key is None for one in problems)
    errors -= whole
    said = [
        say.several("{count} error in the file itself.", "{count} errors in the file itself.", whole)
        if whole
        else "",
        say.several("{count} error: this row waits.", "{count} errors: these rows wait.", errors)
        if errors
        else "",
        say.several(
            "{count} warning: without that field.", "{count} warnings: without these fields.", warnings
        )
        if warnings
        else "",
        say.several("{count} hint: a guess was made.", "{count} hints: guesses were made.", hints)
        if hints
        else "",
    ]
    return " ".join(sentence for sentence in said if sentence)
