"""What a cell's text is before anybody reads it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from allin_schemas.reading import Context, read
from allin_schemas.reading.cleaning import UNCOMPUTED

Value = Callable[[str, Any], Any]
Codes = Callable[[str, Any], list[str]]

NAMES = [
    "Ayşe Yılmaz",
    "Đặng Thị Hương",
    "Søren Ångström",
    "Zoë Brontë",
    "Łukasz Żółć",
    "Françoise d’Aubigné",
    "José Ñíguez",
    "Þórunn Ægisdóttir",
    "Jürgen Großmann-Ößler",
    "Dvořák Čeněk",
    "Ştefan Țîrlea",
    "Олена Ковальчук-Щербак",
    "Ђорђе Њежић",
    "Ελένη Παπαδοπούλου",
    "نور الهدى العلي",
    "فاطمه می‌خواهم",
    "שרה כהן",
    "ትግስት ገብረመድህን",
    "सुनीता क्ष्‍मा",
    "தமிழ்ச்செல்வி",
    "王小明",
    "김민준",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_pass_unchanged(name: str, value: Value) -> None:
    """Cleaning must never cost a person a letter, nor a joiner that the script needs."""
    assert value("line", name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  Verein\u00a0\u2003Nord \t", "Verein Nord"),
        ("Verein\u200b Nord\ufeff", "Verein Nord"),
        ("Ver\u00adein", "Verein"),
        ("\u202eVerein\u202c", "Verein"),
        ("\u2067Verein\u2069", "Verein"),
        ("Verein\U000e0041\U000e0042", "Verein"),
        ("Verein\ufdd0\uffff", "Verein"),
        ("Ver\u200dein", "Verein"),
        ("Zeile_x000D_\nzwei", "Zeile zwei"),
        ("a\x00b\x07c", "abc"),
        ("Mu\u0308ller", "Müller"),
        ("a\u2028b", "a b"),
        ("Familie 👨\u200d👩\u200d👧", "Familie 👨\u200d👩\u200d👧"),
        ("\ud800Verein", "Verein"),
    ],
)
def test_what_shows_nothing_is_removed(written: str, expected: str, value: Value) -> None:
    """Invisible characters make two equal names unequal, or turn a page around."""
    assert value("line", written) == expected


@pytest.mark.parametrize(
    "blank", ["", " ", "-", "–", "k.A.", "K. A.", "n/a", "N/A", "keine", "\u00a0", None, "\u200b"]
)
@pytest.mark.parametrize("name", ["line", "phones", "email", "url", "languages", "date", "places"])
def test_nothing_said_is_no_problem(name: str, blank: Any, value: Value, codes: Codes) -> None:
    """People write dashes where they have nothing to say."""
    assert value(name, blank) is None
    assert codes(name, blank) == []


@pytest.mark.parametrize("written", ["#REF!", "#NV", "#N/A", "#WERT!", "#DIV/0!", "#NAME?"])
def test_errors_of_a_spreadsheet_are_no_text(written: str, value: Value, codes: Codes) -> None:
    """A broken formula must not become an association's name."""
    assert value("line", written) is None
    assert codes("line", written) == ["CELL_ERROR"]


@pytest.mark.parametrize("name", ["line", "phones", "email", "date", "places"])
def test_a_formula_without_its_result_is_told(name: str, value: Value, codes: Codes) -> None:
    """Nobody else would notice that a value is missing."""
    assert value(name, UNCOMPUTED) is None
    assert codes(name, UNCOMPUTED) == ["FORMULA_UNCOMPUTED"]


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("MÃ¼ller", "Müller"),
        ("YÄ±lmaz", "Yılmaz"),
        ("CafÃ© â€“ Treff", "Café – Treff"),
        ("M\ufffdller", None),
    ],
)
def test_a_wrong_character_set_is_noticed_and_undone_as_a_suggestion(
    written: str, nearest: str | None, context: Context
) -> None:
    """Mojibake is never stored; what it was before is shown."""
    reading = read("line", written, context)

    assert reading.value is None
    assert [(one.code, one.nearest) for one in reading.findings] == [("MOJIBAKE", nearest)]


@pytest.mark.parametrize(
    "written", ["„CAFÉ“", "SÃO PAULO", "Ä–Z", "Fuß²", "10 °C", "Größe: „Ü“", "Ähren", "Ðorđe"]
)
def test_good_text_is_not_taken_for_mojibake(written: str, value: Value) -> None:
    """Capital letters before quotation marks look like broken UTF-8, but are not."""
    assert value("line", written) == written


def test_a_text_that_is_too_long_is_left_out_with_a_reason(value: Value, codes: Codes) -> None:
    """Cutting it would change what a partner said."""
    assert value("line", "x" * 300) == "x" * 300
    assert value("line", "x" * 301) is None
    assert codes("line", "x" * 301) == ["TEXT_TOO_LONG"]


@pytest.mark.parametrize("length", [20_001, 30_000, 150_000])
def test_a_text_that_is_too_long_keeps_what_fits(length: int, context: Context) -> None:
    """The model's limit must not cost a partner the whole description, and what was left out is told."""
    reading = read("text", ("Wort " * length)[: length - 1] + ".", context)

    assert reading.value.startswith("Wort Wort")
    assert reading.value.endswith(" Wort…")
    assert 19_000 < len(reading.value) <= 20_000
    assert [(one.code, dict(one.params)["length"]) for one in reading.findings] == [
        ("TEXT_SHORTENED", str(length))
    ]


def test_paragraphs_stay_apart(value: Value) -> None:
    """Descriptions have paragraphs, spreadsheets have line breaks of three kinds."""
    assert value("text", " eins\r\n\r\n\r\n\r\nzwei_x000D_drei\u00a0") == "eins\n\nzwei\ndrei"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Bildung; Sport\nKunst • Musik", ["Bildung", "Sport", "Kunst", "Musik"]),
        ("Kochen, Backen", ["Kochen", "Backen"]),
        ("Hilfe (Amt, Schule), Sport", ["Hilfe (Amt, Schule)", "Sport"]),
        ("- eins\n- zwei\n3. drei", ["eins", "zwei", "drei"]),
        ("Brücke, e. V.", ["Brücke, e. V."]),
        (["a", "b; a"], ["a", "b"]),
    ],
)
def test_lists_are_split_where_people_mean_a_list(written: Any, expected: list[str], value: Value) -> None:
    """Semicolons and lines always part; commas only where the parts are short."""
    assert value("lines", written) == expected


@pytest.mark.parametrize("written", ["NA", "Null", "None", "True", "NaN", "No", "0", "nil", 0, True])
def test_a_name_that_reads_like_empty_is_kept_and_shown(written: Any, value: Value, codes: Codes) -> None:
    """Programs write these words for nothing, and associations are called so."""
    assert value("name", written) == str(written)
    assert codes("name", written) == ["NAME_READS_EMPTY"]


@pytest.mark.parametrize(
    "written",
    [
        "-",
        "–",
        "keine",
        "k. A.",
        "unbekannt",
        "N.N.",
        "n. n.",
        "NN",
        "Herr N.N.",
        "N.N. (Vorsitz)",
        "vakant",
        "wird noch benannt",
        "\u200b",
        "⠀",
        "ㅤ",
        "\xa0",
        "\xad\u200d",
        " ⠀\u200b ",
        float("nan"),
    ],
)
def test_no_name_is_none(written: Any, value: Value, codes: Codes) -> None:
    """What people write for nobody, and what nobody can see, names nothing."""
    assert value("name", written) is None
    assert codes("name", written) == []


@pytest.mark.parametrize(
    "written", ["siehe oben", "dito", "***", "!!!", "\u034f", "info@verein.example", "0561 900001"]
)
def test_what_cannot_be_a_name_is_refused(written: str, value: Value, codes: Codes) -> None:
    """A sign, a number or a mail address would be published as an association."""
    assert value("name", written) is None
    assert codes("name", written) == ["NAME_UNFIT"]


@pytest.mark.parametrize(
    "written", ["Nana", "Nn-Treff", "Vakantie Kassel", "Null Komma Nix e. V.", "1860", "Familie N. Neumann"]
)
def test_names_beside_these_stay(written: str, value: Value, codes: Codes) -> None:
    """Only the whole name counts."""
    assert value("name", written) == written
    assert codes("name", written) == []
