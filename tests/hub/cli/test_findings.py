"""Long lists of problems are short to read: the gravest first, equal ones as one with all their rows."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.base.problems import Problem
from allin_hub.cli.problem_list import findings, show, stretches
from allin_hub.i18n.translator import Voice

SAY = Voice("de")


def court(row: int) -> tuple[str, Problem]:
    """A hint about a register number without its court."""
    params = {"value": f"VR {row}", "became": f"DE-CR-RA000275-VR{row}"}
    return "vereine", Problem("REGISTER_COURT_ASSUMED", row=row, column="VR-Nr.", params=params)


def phone(row: int, value: str) -> tuple[str, Problem]:
    """A warning about a telephone number."""
    return "vereine", Problem("PHONE_UNREADABLE", row=row, column="Telefon", params={"value": value})


def nameless(row: int) -> tuple[str, Problem]:
    """An error: a row without a name."""
    return "vereine", Problem("NAME_MISSING", row=row, column="Verein")


def said(problems: list[tuple[str, Problem]], **options: Any) -> list[str]:
    """The findings as sentences."""
    return [one.says(SAY) for one in findings(problems, **options)]


def test_equal_hints_are_one_with_all_their_rows() -> None:
    """Twenty lines that say the same hide the one that does not."""
    found = said([court(row) for row in (5, 7, 8, 9, 18)])

    assert 1 == len(found)
    assert found[0].startswith(
        "Spalte 'VR-Nr.', 5-mal, Zeilen 5, 7–9, 18: zum Beispiel: In 'VR 5' fehlt das Gericht."
    )


def test_a_file_that_cannot_be_read_is_no_row_that_waits(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks for the row that waits would not find one."""
    show(SAY, [("vereine", Problem("FILE_EMPTY"))], "")

    assert "1 Fehler an der Datei selbst." in capsys.readouterr().out


def test_two_are_no_crowd() -> None:
    """Two problems are quicker read one by one."""
    assert 2 == len(said([court(5), court(7)]))


def test_errors_with_equal_words_are_one() -> None:
    """Seven rows without a name are one thing to mend: the column."""
    found = said([nameless(row) for row in range(2, 9)])

    assert ["Spalte 'Verein', 7-mal, Zeilen 2–8: Der Name fehlt."] == [
        one.partition(" Tragen")[0] for one in found
    ]


def test_warnings_that_quote_other_values_are_one_with_a_count_and_the_first_places() -> None:
    """Four hundred wrong numbers are one habit; each by itself is a table for the partner, or --all."""
    assert ["Spalte 'Telefon', 3-mal, Zeilen 2–3, 9: zum Beispiel: 'abc' ist keine Telefonnummer."] == [
        one.partition(" So geht")[0] for one in said([phone(2, "abc"), phone(3, "0561-ABC"), phone(9, "?")])
    ]


def test_columns_that_mean_nothing_are_one_with_the_first_of_them() -> None:
    """A form has thirty questions that no directory needs."""
    found = said([("v", Problem("COLUMN_UNKNOWN", column=f"Frage {n}")) for n in range(1, 8)])

    assert 1 == len(found)
    assert found[0].startswith(
        "Spalten 'Frage 1', 'Frage 2', 'Frage 3', 'Frage 4', 'Frage 5' und 2 weitere, 7-mal: "
    )


def test_columns_and_sources_stay_apart() -> None:
    """A place has to be found again in the partner's own file."""
    other = [("termine", problem) for _, problem in map(nameless, (2, 3, 4))]

    assert 2 == len(said([*map(nameless, (2, 3, 4)), *other]))


def test_the_gravest_come_first() -> None:
    """Who reads only the top reads what keeps records from being published."""
    found = findings([court(2), phone(3, "?"), nameless(9), court(4), nameless(5), court(6)])

    assert ["error", "error", "warning", "hint"] == [str(one.first.severity) for one in found]
    assert [5, 9] == [one.first.row for one in found[:2]]


def test_each_can_be_shown_by_itself() -> None:
    """A person who works through a file ticks off row by row."""
    assert 5 == len(said([court(row) for row in range(5)], every=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([5], "5"),
        ([9, 8, 7, 7], "7–9"),
        ([1, 3, 4, 9], "1, 3–4, 9"),
        (range(0, 60, 2), "0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 und 18 weitere"),
    ],
)
def test_rows_are_written_as_people_write_them(rows: Any, expected: str) -> None:
    """Long lists of rows end with how many more there are."""
    assert expected == stretches(rows, SAY)


def test_ten_thousand_hints_are_few_lines() -> None:
    """A sheet with a habit is one finding, not a flood."""
    assert 1 == len(findings([court(row) for row in range(2, 10_002)]))
