"""What reading commands print with --json validates against committed JSON Schemas, and the core's objects are in no language."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from jsonschema import Draft202012Validator, FormatChecker

from allin_hub.api.registry import installed
from allin_hub.cli import app
from allin_hub.cli.json_schema import COMMANDS, FOLDER, OBJECTS, rendered
from allin_hub.doctor.checks import examine
from allin_hub.entities.hidden import hidden_list
from allin_hub.entities.inspect import exported, inspect
from allin_hub.hub import Hub
from allin_hub.i18n import staff_language
from allin_hub.ingest.hold import held_runs
from allin_hub.ingest.undo import undoable_run, undoable_runs
from allin_hub.manage.edit_entry import edits
from allin_hub.open_hub import open_hub
from allin_hub.operations.past_runs import past_runs
from allin_hub.operations.planned_runs import planned_runs
from allin_hub.operations.quarantine import quarantine
from allin_hub.operations.status import hub_status
from allin_hub.privacy.office_consents import consents_of_person
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Kind

MORE_SOURCES = """
[sources.fehlt]
plugin = "spreadsheet"
path = "data/fehlt.csv"
kind = "organisation"
schedule = "every 6 hours"

[sources.leute]
plugin = "spreadsheet"
path = "data/leute.csv"
kind = "organisation"
key = "Nr."
owner = "Dachverband"
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""
PEOPLE = (
    "Nr.;Name;Ansprechperson;E-Mail der Ansprechperson;Darf ins Verzeichnis?\n"
    "1;Chor Nordstadt e. V.;Amina Yılmaz;amina@chor.example;{}\n"
)
SLUG = "kulturverein-nummer-2-"
EDITED = "kulturverein-nummer-4-"
READING: dict[str, tuple[str, ...]] = {
    "allow": ("allow",),
    "check": ("check", "vereine"),
    "consent-show": ("consent", "show", "01"),
    "doctor": ("doctor",),
    "edit": ("edit", EDITED),
    "export": ("export", "--kind", "person"),
    "fields": ("fields", "organisation"),
    "held": ("held",),
    "hide": ("hide",),
    "plugins": ("plugins",),
    "problems": ("problems",),
    "runs": ("runs",),
    "schedules": ("schedules",),
    "show": ("show", SLUG),
    "show-why": ("show", SLUG, "--why", "email"),
    "source-list": ("source", "list"),
    "status": ("status",),
    "undo": ("undo", "vereine"),
}
"""How each reading command is called, by the name of its schema."""
CHANGING = {
    "backup", "consent give", "consent withdraw", "deploy", "key new", "key rotate", "move", "new", "notify", "publish",
    "restore", "run", "sync", "upgrade", "upkeep",
    "source disable", "source enable", "source remove", "source rename", "source restore",
}  # fmt: skip
"""Commands that do something; they print a report of it."""
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return dt.datetime.fromisoformat(str(value)).tzinfo is not None


@pytest.fixture
def home() -> str:
    """A fresh file: what is read of both databases, `test_json.py` shows."""
    return "sqlite:///hub.db"


@pytest.fixture
def lived(office: Any, allin: Callable[..., Any]) -> Any:
    """An office with history: a changed entry, a held run, a failed source, a person who agreed and took it back."""
    settings = office.folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + MORE_SOURCES, encoding="utf-8")
    people = office.folder / "data" / "leute.csv"
    people.write_text(PEOPLE.format("ja"), encoding="utf-8")
    allin("sync")
    rows = office.rows(30)
    rows[1][2] = "kontakt@verein-2.example"
    office.sheet(rows)
    people.write_text(PEOPLE.format("nein"), encoding="utf-8")
    allin("sync")
    office.sheet(rows[:10])
    allin("sync")
    allin("hide", SLUG, "--until", "2099-12-31", "--reason", "auf Wunsch")
    allin("edit", EDITED, "website=neu.example")
    return office


def schema(name: str) -> Any:
    """A committed schema."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def closed(part: Any) -> Any:
    """Let a schema refuse keys that it does not name: for others it stays open, so that keys may be added."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: closed(one) for name, one in part.items()}
    if "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


def faults(name: str, value: Any) -> list[str]:
    """Where a value is not as its schema says."""
    validator = Draft202012Validator(closed(schema(name)), format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def objects(hub: Hub) -> dict[str, list[Any]]:
    """Every object of the core that a screen shows, by the name of its schema."""
    with reading(hub.engine) as connection:
        (found,) = entities.find(connection, SLUG)
        entity = inspect(connection, hub, *found)
        organisations = list(exported(connection, hub, Kind.ORGANISATION))
        persons = list(exported(connection, hub, Kind.PERSON))
    return {
        "entity": [entity],
        "exported-entity": organisations,
        "exported-person": persons,
        "field-origin": [entity.origin("email")],
        "finding": [one.plain(fixed=False) for one in examine(hub.config.folder).findings],
        "held-run": held_runs(hub, with_rows=True),
        "hidden-entry": hidden_list(hub),
        "office-edit": edits(hub),
        "past-run": list(past_runs(hub)),
        "person-consents": [consents_of_person(hub, one.id) for one in persons],
        "planned-run": list(planned_runs(hub)),
        "plugin": list(installed()),
        "quarantine": [quarantine(hub)],
        "status": [hub_status(hub)],
        "undoable-run": [undoable_run(hub, "vereine"), *undoable_runs(hub)],
    }


def test_the_schemas_are_those_of_the_classes() -> None:
    """Programs stand on these files; `make schemas` writes them."""
    written = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in FOLDER.rglob("*.json")
    }

    assert written == rendered()


@pytest.mark.parametrize(
    "name", [f"objects/{one}" for one in OBJECTS] + [f"commands/{one}" for one in COMMANDS]
)
def test_a_schema_is_valid_json_schema(name: str) -> None:
    """Of the draft that it names."""
    found = schema(name)

    Draft202012Validator.check_schema(found)
    assert "https://json-schema.org/draft/2020-12/schema" == found["$schema"]


def test_the_page_for_programs_lists_every_schema() -> None:
    """Who writes a program finds the command and the file."""
    page = (Path(__file__).parents[3] / "docs" / "programs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `allin .*?`.*\| `([a-z-]+)\.json` \|$", page, re.MULTILINE)
    named = re.findall(r"^\| `[a-z]+\.[A-Za-z_.]+`.* \| `([a-z-]+)\.json` \|$", page, re.MULTILINE)

    assert sorted(COMMANDS) == sorted(rows)
    assert sorted(OBJECTS) == sorted(named)


def test_every_command_that_reads_has_a_schema() -> None:
    """A new command with --json either reads, and has a schema, or does something."""
    known = {
        " ".join(
            word for word in call[:2] if word in {"source", "list", "consent", "show"} or word == call[0]
        )
        for call in READING.values()
    }
    top = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    speaking = {
        f"{name} {inner}".strip()
        for name, command in top.items()
        for inner, one in getattr(command, "commands", {"": command}).items()
        if "--json" in {option for parameter in one.params for option in parameter.opts}
    }

    assert speaking == known | CHANGING
    assert set(COMMANDS) - {"export-line"} == set(READING)


def test_reading_commands_print_what_their_schemas_say(lived: Any, allin: Any) -> None:
    """On a hub in which everything happened that a screen can show."""
    printed = {}
    for name, call in READING.items():
        result = allin(*call, "--json", hub=name not in {"fields", "plugins"})
        printed[name] = json.loads(result.stdout)
        assert [] == faults(f"commands/{name}", printed[name]), name
    lines = allin("export", "--kind", "person").stdout.splitlines()

    assert [] == [fault for line in lines for fault in faults("commands/export-line", json.loads(line))]
    assert printed["export"]["entities"] == [json.loads(line) for line in lines]
    assert {"held", "failed", "done"} <= {one["state"] for one in printed["status"]["sources"].values()}
    assert printed["held"]["held"][0]["rows"]
    assert printed["problems"]["waiting"]
    assert printed["show"]["versions"]
    assert json.loads(allin("show", EDITED, "--json").stdout)["edits"] == printed["edit"]["edits"] != []
    assert printed["undo"]["runs"][0]["rows"]
    assert printed["export"]["entities"][0]["consents"]
    assert {"done", "held", "failed"} <= {one["status"] for one in printed["runs"]["runs"]}
    assert ["sync", "nightly", "upkeep"] == sorted(
        (one["job"] for one in printed["schedules"]["schedules"]), key=["sync", "nightly", "upkeep"].index
    )


def test_a_sync_prints_what_the_schema_of_a_check_says(lived: Any, allin: Any) -> None:
    """Both answer the same questions."""
    assert [] == faults("commands/check", json.loads(allin("sync", "--json").stdout))


def test_a_hub_without_a_source_prints_the_same_shapes(office: Any, allin: Any) -> None:
    """Nothing is left out where there is nothing to show."""
    (office.folder / "hub.toml").write_text("[hub]\n", encoding="utf-8")
    for name in ("doctor", "export", "held", "runs", "schedules", "source-list", "status"):
        result = allin(*READING[name], "--json")
        assert 0 == result.exit_code, result.output
        assert [] == faults(f"commands/{name}", json.loads(result.stdout)), name


def test_a_missing_and_an_unknown_key_are_found(lived: Any, allin: Any) -> None:
    """The check of these tests would notice."""
    value = json.loads(allin("status", "--json").stdout)
    less, more = copy.deepcopy(value), copy.deepcopy(value)
    del less["sources"]["vereine"]["live"]
    more["sources"]["vereine"]["unknown"] = 1
    wrong = value | {"ok": "yes"}

    assert [1, 1, 1] == [len(faults("commands/status", one)) for one in (less, more, wrong)]


def test_objects_of_the_core_are_as_their_schemas_say(lived: Any) -> None:
    """A web app asks the same functions, without any command."""
    hub = open_hub(Path(lived.folder))
    try:
        found = objects(hub)
    finally:
        hub.close()

    assert set(OBJECTS) == set(found)
    for name, values in found.items():
        assert values, name
        for value in values:
            assert [] == faults(f"objects/{name}", orjson.loads(orjson.dumps(value))), name


def test_objects_of_the_core_are_in_no_language(lived: Any) -> None:
    """The same for whoever looks; each screen says them in its reader's language."""
    seen = []
    for language in ("de", "en"):
        staff_language.ask_for(language)
        hub = open_hub(Path(lived.folder), lambda: dt.datetime(2036, 10, 5, 12, tzinfo=dt.UTC))
        try:
            seen.append(orjson.dumps(objects(hub)))
        finally:
            hub.close()
            staff_language.ask_for(None)

    assert seen[0] == seen[1]
    words = seen[0].decode()
    assert "Der Name fehlt" not in words
    assert "The name is missing" not in words


def test_what_failed_is_data_that_each_language_can_say(lived: Any, allin: Any) -> None:
    """Kind, code and parameters for programs; the sentence comes with the language of the call."""
    german, english = (
        json.loads(allin("status", "--json", "--lang", language).stdout)["sources"]["fehlt"]
        for language in ("de", "en")
    )

    assert german["failure"] == english["failure"]
    assert "refused" == german["failure"]["kind"]
    assert german["message"] != english["message"]
    assert "data/fehlt.csv" in german["message"]
    runs = json.loads(allin("runs", "fehlt", "--json", "--lang", "en").stdout)["runs"]
    assert [english["message"]] == list({one["message"] for one in runs})


def test_a_problem_has_its_place_and_the_key_of_its_record(lived: Any, allin: Any) -> None:
    """A program can lead from the problem to the record that waits, and back."""
    found = json.loads(allin("problems", "vereine", "--json").stdout)
    problem = next(one for one in found["problems"] if one["code"] == "NAME_MISSING")
    waiting = next(one for one in found["waiting"] if one["raw"] == problem["raw"])

    assert (6, "5", "Name") == (problem["row"], problem["key"], problem["column"])
    assert (6, "5") == (waiting["row"], waiting["key"])
    assert problem["id"] in waiting["problems"]


def test_an_entry_tells_its_history(lived: Any, allin: Any) -> None:
    """Which run changed what, and what the source had said before."""
    shown = json.loads(allin("show", SLUG, "--json").stdout)
    (before,) = shown["versions"]

    assert ["changed", "new"] == [one["op"] for one in shown["changes"]]
    assert ["email"] == shown["changes"][0]["fields"]
    assert "info@verein-2.example" == before["data"]["email"]
    assert "kontakt@verein-2.example" == shown["data"]["email"]
    assert (before["claim"], before["closed_by"]) == (shown["claims"][0]["id"], shown["changes"][0]["run"])
    assert {"*": [shown["claims"][0]["id"]]} == shown["provenance"]


def test_runs_and_schedules_are_laid_out_for_people(lived: Any, allin: Any) -> None:
    """One line for each, the newest and the next first."""
    runs = allin("runs", "--lang", "de").stdout
    planned = allin("schedules", "--lang", "de").stdout

    assert "angehalten" in runs
    assert "holen" in runs
    assert "every 6 hours" in planned
    assert "alles holen und veröffentlichen" in planned
    assert 1 == len(json.loads(allin("runs", "--json", "--last", "1").stdout)["runs"])
