"""Languages, yes and no, numbers, costs, closed lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from allin_schemas.reading import Context, read, read_consent
from allin_schemas.reading.word_lists import WORDS
from allin_schemas.reading.words import closed

Value = Callable[[str, Any], Any]
Codes = Callable[[str, Any], list[str]]


@pytest.mark.parametrize(
    "written", ["türk.", "Türkisch", "tr", "Turkish", "Türkçe", "TÜRKISCH", "Tuerkisch", "tr-TR"]
)
def test_one_language_has_many_names(written: str, value: Value) -> None:
    """German, English and native names, codes and abbreviations are one language."""
    assert value("languages", written) == [{"code": "tr"}]
    assert value("language", written) == "tr"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Deutsch, Türkisch und Arabisch", ["de", "tr", "ar"]),
        ("de/tr/ar", ["de", "tr", "ar"]),
        ("tr ar de", ["tr", "ar", "de"]),
        ("Türkisch;Arabisch;", ["tr", "ar"]),
        ("العربية، Українська, ትግርኛ", ["ar", "uk", "ti"]),
        ("Farsi/Dari", ["fa", "fa-AF"]),
        ("Persisch (Dari)", ["fa-AF"]),
        ("Kurdisch (Kurmanci, Sorani)", ["kmr", "ckb"]),
        ("leichte Sprache", ["de-simple"]),
        ("Bosnisch/Kroatisch/Serbisch", ["bs", "hr", "sr"]),
        ("Sprachen: Deutsch & Englisch", ["de", "en"]),
        ("pt-BR, en-GB, de_DE", ["pt-BR", "en", "de"]),
        (["Türkisch", "türk., Deutsch"], ["tr", "de"]),
        ("Walisisch", ["cy"]),
    ],
)
def test_lists_of_languages(written: Any, expected: list[str], value: Value, codes: Codes) -> None:
    """However a list is written, it is a list."""
    assert [item["code"] for item in value("languages", written)] == expected
    assert codes("languages", written) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Arabisch (B1)", {"code": "ar", "level": "B1"}),
        ("Deutsch: C1", {"code": "de", "level": "C1"}),
        ("Türkisch (Muttersprache)", {"code": "tr", "level": "native"}),
        ("etwas Englisch", {"code": "en", "note": "etwas"}),
        ("Farsi auf Anfrage", {"code": "fa", "mode": "on request", "note": "auf Anfrage"}),
        ("Arabisch mit Dolmetscher", {"code": "ar", "mode": "interpreter", "note": "mit Dolmetscher"}),
    ],
)
def test_levels_and_notes_stay_with_the_language(
    written: str, expected: dict[str, str], value: Value
) -> None:
    """How well a language is spoken matters to who comes for help."""
    assert value("languages", written) == [expected]


def test_an_unknown_language_costs_only_itself(context: Context) -> None:
    """The others live, and the nearest is suggested."""
    reading = read("languages", "Türkish, Deutsch", context)

    assert reading.value == [{"code": "de"}]
    assert [(one.code, one.written, one.nearest) for one in reading.findings] == [
        ("LANGUAGE_UNKNOWN", "Türkish", "Türkisch")
    ]


def test_kurdish_is_asked_about(value: Value, codes: Codes) -> None:
    """Who reads Kurmanji does not read Sorani."""
    assert value("languages", "Kurdisch") == [{"code": "ku"}]
    assert codes("languages", "Kurdisch") == ["LANGUAGE_AMBIGUOUS"]


@pytest.mark.parametrize("written", ["ja", "nein", "alle", "xx", "viele Sprachen"])
def test_other_words_are_no_languages(written: str, value: Value, codes: Codes) -> None:
    """'Ja' is the code of Japanese, but not what a person means by it."""
    assert value("languages", written) is None
    assert codes("languages", written) == ["LANGUAGE_UNKNOWN"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ja", True),
        ("X", True),
        ("✓", True),
        ("☑", True),
        ("wahr", True),
        (1, True),
        ("N", False),
        ("falsch", False),
        (0, False),
        ("☐", False),
    ],
)
def test_flags(written: Any, expected: bool, value: Value) -> None:
    """Crosses, ticks and words."""
    assert value("flag", written) is expected


@pytest.mark.parametrize("written", ["vielleicht", "ja, aber", 2, "✗", "ja/nein"])
def test_an_unclear_flag_is_no_flag(written: Any, value: Value, codes: Codes) -> None:
    """Perhaps is neither."""
    assert value("flag", written) is None
    assert codes("flag", written) == ["FLAG_UNREADABLE"]


YES = [
    "ja",
    "Ja!",
    "JA",
    "x",
    "✓",
    True,
    1,
    "Ja, gerne",
    "einverstanden",
    "Ja, ich bin damit einverstanden, dass mein Name veröffentlicht wird.",
]
NO = [
    *(
        "nein",
        "",
        None,
        "vielleicht",
        "ja?",
        "ja, aber nur intern",
        "ja, außer Telefon",
        "Ja, wenn vorher gefragt wird",
    ),
    *(
        "k.A.",
        "ja/nein",
        0,
        2,
        False,
        "Ich bin nicht einverstanden",
        "Ja, ich möchte nicht genannt werden",
        "später",
    ),
    *("jain", "Ja, bis auf die Handynummer", {"answer": "ja"}, float("nan")),
]


@pytest.mark.parametrize("answer", YES)
def test_a_clear_yes_is_consent(answer: Any) -> None:
    """Consent is an unambiguous indication (Art. 4(11) GDPR)."""
    assert read_consent([answer]) == "yes"


@pytest.mark.parametrize("answer", NO)
def test_anything_else_is_no_consent(answer: Any) -> None:
    """Unclear and empty mean no."""
    assert read_consent([answer]) == "no"


def test_contradicting_answers_are_no_consent() -> None:
    """Two columns may ask the same."""
    assert read_consent(["ja", "ja"]) == "yes"
    assert [read_consent(["ja", other]) for other in ("nein", "", None, "vielleicht")] == ["no"] * 4
    assert read_consent([]) == "no"


@pytest.mark.parametrize("vocabulary", WORDS, ids=lambda one: one.__name__)
def test_a_word_means_one_member(vocabulary: Any, context: Context) -> None:
    """Every member has words, and no word two members."""
    reader = closed(vocabulary)

    assert WORDS[vocabulary].keys() == set(vocabulary)
    for member, words in WORDS[vocabulary].items():
        for word in (member.value, *words.split(",")):
            assert reader(word.strip(), context).value == member.value, word


def test_a_mistyped_word_is_suggested_and_not_taken(context: Context) -> None:
    """A guess between closed words would be silent harm."""
    reading = read("organisation_type", "Verain", context)

    assert reading.value is None
    assert [(one.code, one.nearest) for one in reading.findings] == [("WORD_UNKNOWN", "Verein")]


def test_who_writes_an_unknown_word_reads_the_list_of_that_field(context: Context) -> None:
    """Words of other fields help nobody; each word that is named is understood."""
    (found,) = read("organisation_type", "Treff", context).findings

    assert found.params["words"].startswith("Migrantenorganisation, Verein, Initiative, Stadt")
    for word in f"{found.params['words']}, {found.params['codes']}".split(", "):
        assert read("organisation_type", word, context).value is not None


@pytest.mark.parametrize(
    ("name", "written", "expected", "noticed"),
    [
        ("count", "1.234", 1234, []),
        ("count", "20 Personen", 20, []),
        ("count", "zwölf", 12, []),
        ("count", "ca. 20", 20, ["COUNT_GUESSED"]),
        ("count", "20-30", 30, ["COUNT_GUESSED"]),
        ("count", 20.5, None, ["COUNT_UNREADABLE"]),
        ("count", -1, None, ["COUNT_UNREADABLE"]),
        ("count", float("inf"), None, ["COUNT_UNREADABLE"]),
        ("year", "gegr. 2014", 2014, []),
        ("year", "2014/15", 2014, ["YEAR_GUESSED"]),
        ("year", "98", None, ["YEAR_UNREADABLE"]),
        ("year", "29.02.2020", 2020, []),
        ("year", "31.02.2020", None, ["YEAR_UNREADABLE"]),
        ("year", "2020-02-31", None, ["YEAR_UNREADABLE"]),
        ("cost", "kostenlos", {"free": True}, []),
        ("cost", "5,50 EUR", {"free": False, "amount": 5.5, "currency": "EUR"}, []),
        ("cost", "10,- Euro", {"free": False, "amount": 10.0, "currency": "EUR"}, []),
        ("cost", "1.234,50 €", {"free": False, "amount": 1234.5, "currency": "EUR"}, []),
        ("cost", "Spende", {"free": True, "note": "Spende"}, []),
        ("cost", "auf Anfrage", {"note": "auf Anfrage"}, ["COST_KEPT_AS_NOTE"]),
        (
            "roles",
            "Standhilfe (2-3 Personen)",
            [{"title": "Standhilfe", "places_min": 2, "places_max": 3}],
            [],
        ),
        ("country", "Türkei", "TR", []),
        ("country", "Ecuador", "EC", []),
        ("country", "Narnia", None, ["COUNTRY_UNKNOWN"]),
    ],
)
def test_numbers_and_costs(
    name: str, written: Any, expected: Any, noticed: list[str], value: Value, codes: Codes
) -> None:
    """Germans write 1.234,50."""
    assert value(name, written) == expected
    assert codes(name, written) == noticed


@pytest.mark.parametrize(
    "written",
    [
        "maria.muster@example.org",
        "mailto:maria@example.org",
        "0561 123456",
        "+49 (0)561 / 12-34 56",
        "dito",
        "s.o.",
        "siehe oben",
        '"',
    ],
)
def test_a_name_is_no_address_no_number_and_no_mark_of_repetition(written: str, value: Value) -> None:
    """Columns get mixed up: a person's mail address would else be published as an association's name."""
    reading = read("name", written, Context(today=dt.date(2026, 10, 1)))

    assert reading.value is None
    assert [(one.code, one.written) for one in reading.findings] == [("NAME_UNFIT", "…")]
    assert value("line", written) == written


@pytest.mark.parametrize(
    "written",
    ["TSV 1860", "50plus", "2026", "3. Welt Laden", "@home Kassel", "Café (0561)", "Same", "1001 Nacht e.V."],
)
def test_names_with_digits_and_signs_are_names(written: str, value: Value) -> None:
    """Associations are called many things."""
    assert value("name", written) == written
