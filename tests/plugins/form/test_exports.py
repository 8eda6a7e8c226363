"""Tables that form services export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from allin_plugins.form import Form, FormConfig
from allin_plugins.form.answers import cleaned
from allin_plugins.form.moments import moment

Read = Callable[..., Any]
FIXTURES = Path(__file__).parent / "fixtures"
SENT = dt.datetime(2026, 10, 5, 12, 3, 11, tzinfo=dt.UTC)


@pytest.fixture
def reading(tmp_path: Path, read_with: Read) -> Read:
    """Read a recorded export."""

    def read(name: str, **settings: Any) -> Any:
        copy(FIXTURES / name, tmp_path)
        return read_with(Form("anmeldung", FormConfig(path=name)), **settings)

    return read


def test_microsoft_forms_keys_choices_and_times(reading: Read) -> None:
    """A choice ends with a semicolon; the account of whoever filled in the form is no answer."""
    read = reading("microsoft.csv")
    raws, drafts = read.raws(), read.drafts()

    assert [("1", SENT), ("2", SENT + dt.timedelta(hours=1))] == [(raw.key, raw.updated_at) for raw in raws]
    assert [draft["name"] for draft in drafts] == ["Elternverein Nordstern e. V.", "Frauencafé Ufer"]
    assert [draft["email"] for draft in drafts] == ["info@nordstern.example", "kontakt@ufer.example"]
    assert [draft["languages"] for draft in drafts] == ["Türkisch", ["Arabisch", "Tigrinya"]]
    assert "ali.muster@amt.example" not in str(drafts)
    assert read.run.problems == []


def test_consents_land_in_the_draft_with_their_words_and_their_day(reading: Read) -> None:
    """The proof of a consent is what was asked, what was answered, and when; no answer is none."""
    first, second = reading("microsoft.csv").drafts()
    asked = "Dürfen wir den Namen der Ansprechperson im Verzeichnis veröffentlichen?"

    assert first["contacts.consents"][0] == {
        "purpose": "directory_public",
        "answer": "Ja",
        "wording": asked,
        "column": asked,
        "at": SENT.isoformat(),
    }
    assert [(consent["purpose"], consent["answer"]) for consent in first["contacts.consents"]] == [
        ("directory_public", "Ja"),
        ("newsletter", "Nein"),
    ]
    assert [(consent["purpose"], consent["answer"]) for consent in second["contacts.consents"]] == [
        ("newsletter", "ja, aber nur im Sommer")
    ]


def test_google_forms_options_in_columns_and_several_answers_of_one_organisation(reading: Read) -> None:
    """Each submission stays a raw; the mail of the account gives way to the mail that was asked for."""
    read = reading("google.csv")
    raws, drafts = read.raws(), read.drafts()

    assert [raw.key for raw in raws] == [None, None]
    assert [raw.updated_at for raw in raws] == [SENT, SENT + dt.timedelta(hours=1)]
    assert [draft["languages"] for draft in drafts] == [["Türkisch", "Tigrinya"], "Arabisch"]
    assert [draft["email"] for draft in drafts] == ["info@nordstern.example"] * 2


def test_flamingo_warnings_are_taken_off_in_the_draft_alone(reading: Read) -> None:
    """The plugin marks every number that begins with +; the raw keeps what the file says."""
    read = reading("flamingo.csv")
    (raw,) = read.raws()

    assert raw.payload["telefon"].startswith("(Security Alert")
    assert read.source.map(raw)["phones"] == "+49 561 9000001"
    assert raw.updated_at == SENT


def test_limesurvey_leaves_out_what_was_not_finished(reading: Read) -> None:
    """A blank date of sending means: left before the end. 1980 means: no dates are kept."""
    read = reading("limesurvey.csv")
    raws = read.raws()

    assert [(raw.key, raw.updated_at) for raw in raws] == [("17", SENT), ("19", None)]
    assert read.run.skipped == {"incomplete": 1}
    assert [read.source.map(raw)["languages"] for raw in raws] == ["tr", "ar"]
    assert read.run.problems == []


def test_the_key_can_be_a_question(reading: Read) -> None:
    """An association that answers again changes its record instead of adding one."""
    read = reading("microsoft.csv", key="Name des Vereins")

    assert [raw.key for raw in read.raws()] == ["Elternverein Nordstern e. V.", "Frauencafé Ufer"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Türkisch;Arabisch;", ["Türkisch", "Arabisch"]),
        ("Türkisch;", "Türkisch"),
        ("Türkisch; Arabisch", "Türkisch; Arabisch"),
        ("(Sicherheitswarnung: Verdächtig.) =1+1", "=1+1"),
        ("(0561) 90000-01", "(0561) 90000-01"),
        ("anonymous", None),
        (True, True),
        (["a"], ["a"]),
    ],
)
def test_only_the_marks_of_services_are_taken_off(answer: Any, expected: Any) -> None:
    """What people wrote stays as it is."""
    assert cleaned(answer) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-10-05T12:03:11Z", SENT),
        ("2026-10-05T14:03:11+02:00", SENT),
        ("2026-10-05 14:03:11", SENT),
        ("05.10.2026 14:03:11", SENT),
        ("05.10.2026, 14:03:11 Uhr", SENT),
        ("2026/10/05 2:03:11 PM GMT+2", SENT),
        ("Monday, October 5, 2026 at 2:03:11 PM GMT+2:00", SENT),
        (1791201791, SENT),
        (1791201791000, SENT),
        (46300.58554398148, SENT),
        ("10/25/2026 14:03", dt.datetime(2026, 10, 25, 13, 3, tzinfo=dt.UTC)),
        ("10/5/2026 14:03:11", None),
        ("1980-01-01 00:00:00", None),
        ("31.02.2026", None),
        ("gestern", None),
        ("", None),
        (None, None),
        (True, None),
        (-1, None),
        (10**30, None),
    ],
)
def test_times_are_read_as_services_write_them(written: Any, expected: dt.datetime | None) -> None:
    """A time that could be two dates is none: the newer answer wins, so it has to be right."""
    from zoneinfo import ZoneInfo

    assert moment(written, ZoneInfo("Europe/Berlin")) == expected
