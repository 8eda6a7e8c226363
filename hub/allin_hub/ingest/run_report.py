"""Completes the report of a run: open problems, quarantine, notices of the whole file.

Apart from apply, so that a run of an unchanged source loads little.
"""

from __future__ import annotations

from sqlalchemy import Connection

from allin_hub.base.bindings import of_problem
from allin_hub.base.problems import Problem, catalogue, problem_of
from allin_hub.base.reports import SHOWN, SourceReport
from allin_hub.hub import Hub
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.store import problems, raw_records


def complete_report(connection: Connection, hub: Hub, report: SourceReport) -> None:
    """Add what is true of the source as a whole: its quarantine, and all its open problems."""
    report.quarantined = raw_records.counts(connection, report.source).get(raw_records.QUARANTINED, 0)
    rows = problems.problems(connection, report.source)
    report.problems_total = len(rows)
    report.problems = [problem_of(hub.sealer.unseal(row.sealed, of_problem(row.id))) for row in rows[:SHOWN]]
    codes: dict[str, int] = {}
    for row in rows:
        codes[row.code] = codes.get(row.code, 0) + 1
    report.codes = codes


def notices(result: FetchResult, key_column: str | None) -> list[Problem]:
    """Say what is true of the whole file: why rows were skipped, each kind counted, and that keys were derived."""
    found = [
        Problem(
            f"SKIPPED_{what.upper()}" if f"SKIPPED_{what.upper()}" in catalogue() else "SKIPPED_ROWS",
            params={"count": count, "value": what},
        )
        for what, count in sorted(result.skipped.items())
    ]
    if result.derived_keys and key_column is None:
        found.append(Problem("KEY_DERIVED"))
    return found
