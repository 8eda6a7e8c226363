"""Each broken or hostile table has exactly its outcome, and costs little."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.archives import xlsx
from tests.corpus.case import Case
from tests.corpus.tables import CASES

from allin_hub.readers.open import open_table

MOST_SECONDS = 10
"""Of CPU time: other tests may share the machine."""
MOST_MEGABYTES = 500


@pytest.fixture(scope="module")
def measure() -> Iterator[Callable[[Path], dict[str, Any]]]:
    """Ask a process of its own what a file costs."""
    command = [sys.executable, str(Path(__file__).with_name("measuring.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None

        def ask(path: Path) -> dict[str, Any]:
            process.stdin.write(f"{path}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_costs_at_most_10_seconds_and_500_megabytes(case: Case, measure, tmp_path) -> None:
    """Taken or refused: no file may slow the hub down; and a refusal shows nothing that stands in it."""
    path = tmp_path / case.filename
    path.write_bytes(case.build())
    cost = measure(path)

    assert cost["refused"] == case.refused
    assert bool(cost["told"]) == bool(case.refused)
    assert "Verein" not in cost["told"]
    assert cost["seconds"] <= MOST_SECONDS
    assert cost["megabytes"] <= MOST_MEGABYTES
    assert case.rows is None or tuple(cost["rows"]) == case.rows


@pytest.mark.parametrize("case", [case for case in CASES if case.refused is None], ids=str)
def test_what_stands_in_a_file_comes_through_and_nothing_else(case: Case) -> None:
    """Every text is found as it was written; hidden sheets, comments and formulas are not."""
    texts: set[str] = set()
    hints: set[str] = set()
    for sheet in open_table(case.build(), case.filename):
        for _, row in sheet.rows:
            texts.update(str(cell) for cell in row)
        hints.update(problem.code for problem in sheet.problems)
    everything = "\n".join(texts)

    assert set(case.holds) - texts == set()
    assert [canary for canary in case.lacks if canary in everything] == []
    assert hints == set(case.hints)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("xlsx-formulas-of-programs", [["#FORMULA?"] * 4, [21, "Saz", None, 22]]),
        ("ods-formulas", [["#FORMULA?"] * 4 + [21]]),
    ],
)
def test_a_formula_whose_result_was_not_saved_is_told_from_one_with_an_empty_result(
    name: str, rows: list[list[Any]]
) -> None:
    """A program that does not calculate writes formulas alone; read as blank, the value would be lost silently."""
    case = next(case for case in CASES if case.name == name)
    found = [row for sheet in open_table(case.build(), case.filename) for _, row in sheet.rows]

    assert [list(row) for row in found[-len(rows) :]] == rows


def test_no_formula_is_missed_where_a_large_sheet_is_read_in_pieces() -> None:
    """A cell may begin in one piece and end in the next."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>B{n}&amp;"x"</f><v></v></c></row>' for n in range(1, 30_001))
    found = [row for sheet in open_table(xlsx(rows), "a.xlsx") for _, row in sheet.rows]

    assert [list(row) for row in found] == [["#FORMULA?"]] * 30_000


def test_the_corpus_is_large_enough_and_its_names_are_unique() -> None:
    """Each name stands for one fault."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60
