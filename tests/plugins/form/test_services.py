"""JSON as form services give it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allin_hub import Refused
from allin_plugins import form
from allin_plugins.form import Form, FormConfig
from allin_plugins.form.parts import Questions
from allin_plugins.form.questions import labels
from allin_plugins.form.shapes import submissions

Read = Callable[..., Any]
FIXTURES = Path(__file__).parent / "fixtures"
SENT = dt.datetime(2026, 10, 5, 12, 3, 11, tzinfo=dt.UTC)
NAME = "Elternverein Nordstern e. V."
ASKED = Questions({}, lambda _: False)

# fixture, key, what was left out, and how the answer about languages reads
SERVICES = [
    ("nextcloud.json", "6", 0, ["Türkisch", "Arabisch"]),
    ("typeform.json", "r1", 1, ["Türkisch", "Arabisch", "Tigrinya"]),
    ("tally.json", "r1", 0, ["Türkisch", "Arabisch"]),
    ("kobo.json", "91", 0, "tr ar"),
    ("odk.json", "uuid:1", 0, "tr ar"),
    ("formbricks.json", "cm1", 1, ["Türkisch", "Arabisch"]),
    ("limesurvey.json", "17", 1, ["tr", "ar"]),
    ("google.json", "AC1", 0, ["Türkisch", "Arabisch"]),
    ("gravity.json", "159", 1, ["Türkisch", "Arabisch"]),
    ("plain.json", "a1", 1, ["Türkisch", "Arabisch"]),
]


@pytest.fixture
def reading(tmp_path: Path, read_with: Read) -> Read:
    """Read a document; the questions of services that name only ids are at hand."""

    def read(name: str, content: bytes | None = None, questions: str | None = None, **settings: Any) -> Any:
        if content is None:
            copy(FIXTURES / name, tmp_path)
        else:
            (tmp_path / name).write_bytes(content)
        (tmp_path / "ids.json").write_text('{"q1": "Name des Vereins"}')
        copy(FIXTURES / "google_form.json", tmp_path)
        return read_with(Form("anmeldung", FormConfig(path=name, questions=questions)), **settings)

    return read


@pytest.mark.parametrize(("name", "key", "left_out", "languages"), SERVICES)
def test_every_service_comes_down_to_the_same_draft(
    reading: Read, name: str, key: str, left_out: int, languages: Any
) -> None:
    """One answer, its id, its time, its choices: whatever the service, the draft is the same."""
    questions = {"google.json": "google_form.json", "formbricks.json": "ids.json"}.get(name)
    read = reading(name, questions=questions)
    (raw,) = read.raws()
    draft = read.source.map(raw)

    assert (raw.key, raw.updated_at) == (key, SENT)
    assert (draft["name"], draft["languages"]) == (NAME, languages)
    assert read.run.skipped.total() == left_out


def test_hidden_fields_and_yes_or_no_are_answers(reading: Read) -> None:
    """Typeform carries what the link already knew; a ticked box is a yes."""
    (draft,) = reading("typeform.json").drafts()

    assert draft["places.district"] == "Nord-Holland"
    assert draft["contacts.consents"][0] | {"at": ""} == {
        "purpose": "newsletter",
        "answer": True,
        "wording": "newsletter",
        "column": "newsletter",
        "at": "",
    }


def test_technical_names_count_where_hub_toml_uses_them(reading: Read) -> None:
    """The text of a question changes with its wording; its technical name does not."""
    (draft,) = reading("nextcloud.json", given={"sprachen": "attributes.languages"}).drafts()

    assert draft["attributes.languages"] == ["Türkisch", "Arabisch"]


def test_lists_of_records_are_read_as_well() -> None:
    """People save the pages of an API, or the events of a webhook, into one file."""
    tally = json.loads((FIXTURES / "tally.json").read_text())
    kobo = json.loads((FIXTURES / "kobo.json").read_text())["results"]
    encoded = base64.b64encode((FIXTURES / "limesurvey.json").read_bytes()).decode()

    assert [found.key for found in submissions([tally, *kobo], ASKED)] == ["r1", "91"]
    assert [found.key for found in submissions({"result": encoded}, ASKED)] == ["17", "18"]
    assert [found.key for found in submissions({"data": [{"id": 1, "answers": {"Name": "A"}}]}, ASKED)] == [
        "1"
    ]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"ocs": {"meta": {"status": "failure", "message": "CSRF check failed"}, "data": []}}, "FORM_ERROR"),
        ({"result": {"status": "Invalid session key"}}, "FORM_ERROR"),
        ({"status": "No permission"}, "FORM_ERROR"),
        ({"error": {"code": "itemNotFound", "message": "gone"}}, "FORM_ERROR"),
        ({"results": [], "next": "https://kobo.example/?start=100", "count": 200}, "FORM_CUT"),
        ({"value": [], "@odata.context": "x", "@odata.nextLink": "https://odk.example"}, "FORM_CUT"),
        ({"items": [], "total_items": 40}, "FORM_CUT"),
        ({"responses": [{"responseId": "a"}], "nextPageToken": "t"}, "FORM_CUT"),
        ({"ocs": {"data": {"submissions": [], "questions": [], "filteredSubmissionsCount": 4}}}, "FORM_CUT"),
        ({"value": [{"__system": {"status": "notDecrypted"}}], "@odata.context": "x"}, "FORM_ENCRYPTED"),
        ({"hello": "world"}, "FORM_UNKNOWN"),
        ([1, 2], "FORM_UNKNOWN"),
        ("text", "FORM_UNKNOWN"),
        ({"responses": "no list"}, "FORM_UNKNOWN"),
        ({"result": "no base64!"}, "FORM_UNKNOWN"),
        ({"submissions": [{"answers": [{"questionId": [], "text": "x"}]}], "questions": []}, "FORM_UNKNOWN"),
    ],
)
def test_what_is_no_complete_set_of_answers_is_refused(document: Any, code: str) -> None:
    """A page of an API taken for everything would withdraw the rest."""
    with pytest.raises(Refused) as refusal:
        submissions(document, ASKED)

    assert refusal.value.code == code


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "ocs",
                        "data",
                        "meta",
                        "submissions",
                        "questions",
                        "answers",
                        "items",
                        "fields",
                        "responses",
                        "results",
                        "value",
                        "entries",
                        "result",
                        "id",
                        "_id",
                        "_uuid",
                        "@odata.context",
                        "finished",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_document_is_read_or_refused(document: Any) -> None:
    """No shape ends in a traceback."""
    try:
        found = submissions(document, ASKED)
    except Refused:
        return
    assert all(submission.key is None or submission.key for submission in found)


@pytest.mark.parametrize(
    "content",
    [b'{"responses": [', b'[{"a": 1, "a": 2}]', b"[" * 5000, b"[NaN]", '{"name": "é"}'.encode("latin-1")],
)
def test_broken_json_is_one_clear_refusal(reading: Read, content: bytes) -> None:
    """What was known before stays."""
    with pytest.raises(Refused) as refusal:
        reading("a.json", content).raws()

    assert refusal.value.code


def test_an_empty_list_is_said_to_be_empty(reading: Read) -> None:
    """No answers yet is no fault; whether it can be right is for the guard."""
    read = reading("a.json", b"[]")

    assert read.raws() == []
    assert read.run.problems == [("NO_ROWS", None, None)]


def test_questions_that_nobody_knows_are_said(reading: Read) -> None:
    """A new question is reported once, a service's own fields never."""
    read = reading(
        "a.json",
        b'[{"id": 1, "Verein": "A", "Haustier?": "ja"}, {"id": 2, "Verein": "B"}]',
    )
    read.raws()

    assert read.run.problems == [("COLUMN_UNKNOWN", None, "Haustier?")]


def test_answers_that_were_kept_map_without_the_document(reading: Read) -> None:
    """A replay maps what was kept, with what was learned, and comes to the same."""
    read = reading("plain.json")
    (raw,) = read.raws()
    fetched = read.source.map(raw)
    again = reading("plain.json", learned=read.run.columns.learned_from(read.run.columns.headers))

    assert again.source.map(raw) == fetched
    assert again.source.columns.fingerprint == read.run.columns.fingerprint


def test_the_texts_of_questions_are_found_in_the_forms_of_services() -> None:
    """Services call the id and the text of a question differently."""
    google = json.loads((FIXTURES / "google_form.json").read_text())
    typeform = {"fields": [{"id": "a1", "ref": "r1", "title": "Name"}]}
    formbricks = {"data": {"questions": [{"id": "q1", "headline": {"default": "Name", "de": "Vereinsname"}}]}}

    assert labels(google)["6a401f95"] == "Sprachen"
    assert labels(typeform) == {"a1": "Name", "r1": "Name"}
    assert labels(formbricks) == {"q1": "Vereinsname"}
    assert labels({"q1": "Name"}) == {"q1": "Name"}


def test_the_state_follows_the_questions_too(reading: Read, tmp_path: Path) -> None:
    """With new texts of questions, the same answers mean something else."""
    read = reading("formbricks.json", questions="ids.json")
    before = read.source.state(read.run)
    (tmp_path / "ids.json").write_text('{"q1": "Kurzname"}')
    read.source._files.done()

    assert read.source.state(read.run) != before


def test_the_example_is_a_valid_source() -> None:
    """What people copy has to work."""
    folder = Path(form.__file__).parent
    written = tomllib.loads((folder / "example.toml").read_text())["sources"]["anmeldung"]
    own = {name: value for name, value in written.items() if name in FormConfig.model_fields}

    assert FormConfig(**own).path == "data/anmeldung.csv"
    assert all(f"`{name}`" in (folder / "README.md").read_text() for name in FormConfig.model_fields)
