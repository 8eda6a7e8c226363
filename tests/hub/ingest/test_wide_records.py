"""A record with very many fields waits by itself, and costs about what its bytes cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cpu import cpu_seconds

from allin_hub.ingest.check import check_file
from allin_hub.ingest.plugin_run import MOST_ALIKE

MOST = 1_000


def answer(id: int, fields: int) -> dict[str, Any]:
    """Make an answer of a form with so many fields, each with a question of its own."""
    asked = {f"Frage zum Thema {number}?": "Antwort" for number in range(fields - 2)}
    return {"id": id, "Name": f"Verein {id}", **asked}


def checked(folder: Path, *answers: dict[str, Any]) -> Any:
    """Check a form's answers as JSON."""
    (folder / "antworten.json").write_text(json.dumps(answers), encoding="utf-8")
    return check_file(str(folder / "antworten.json"), "organisation").sources["antworten.json"]


@pytest.mark.parametrize(("fields", "waiting"), [(MOST, 0), (MOST + 1, 1)])
def test_a_record_has_at_most_a_thousand_columns(tmp_path: Path, fields: int, waiting: int) -> None:
    """The others of its file are taken in."""
    report = checked(tmp_path, answer(1, fields), answer(2, 3))

    assert (report.status, report.fetched, report.quarantined) == ("done", 2, waiting)
    assert waiting == sum(problem.code == "COLUMNS_TOO_MANY" for problem in report.problems)


def test_twenty_thousand_keys_cost_less_than_two_seconds(tmp_path: Path) -> None:
    """What each of them means was looked for, and each that meant nothing was told: 34 s for 0.7 MB."""
    checked(tmp_path, answer(1, 3))  # what is loaded once
    before = cpu_seconds()
    report = checked(tmp_path, answer(1, 20_000))

    assert cpu_seconds() - before < 2
    assert ["COLUMNS_TOO_MANY"] == [problem.code for problem in report.problems]


def test_many_records_with_other_keys_each_are_refused(tmp_path: Path) -> None:
    """Each is narrow; together they are no table."""
    before = cpu_seconds()
    report = checked(tmp_path, *({"id": id, f"Frage {id}?": "ja"} for id in range(20_000)))

    assert "failed" == report.status
    assert ["COLUMNS_TOO_MANY"] == [problem.code for problem in report.problems]
    assert cpu_seconds() - before < 4


def test_equal_messages_are_folded(tmp_path: Path) -> None:
    """The first hundred unknown questions are named; of the others it says how many there are."""
    report = checked(tmp_path, answer(1, 902))
    codes = [problem.code for problem in report.problems]
    folded = next(problem for problem in report.problems if problem.code == "MESSAGES_FOLDED")

    assert codes.count("COLUMN_UNKNOWN") == MOST_ALIKE
    assert (folded.params["count"], folded.params["value"]) == (900 - MOST_ALIKE, "COLUMN_UNKNOWN")
    assert len(codes) == MOST_ALIKE + 1
