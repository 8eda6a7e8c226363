"""Canaries: invented people in every text field of every kind, by every cue of the list, are in no output, log or message."""

from __future__ import annotations

import csv
import datetime as dt
import logging
import types
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, RootModel
from typer.testing import CliRunner

from allin_hub.cli import app
from allin_hub.i18n.translator import voice_of
from allin_hub.ingest.sync import sync
from allin_hub.mapping.paths import known_paths
from allin_hub.open_hub import open_hub
from allin_hub.operations.notify import due
from allin_hub.operations.notify_messages import message
from allin_hub.privacy.free_text.cues import published
from allin_hub.privacy.free_text.find import Context, Verdict, find
from allin_hub.privacy.free_text.names_of_things import ThingNames
from allin_hub.privacy.public_texts import PERSONS_OWN, public_texts, text_fields
from allin_hub.publish.publish import publish
from allin_hub.testing.file_checks import readable
from allin_schemas import ENTITIES, Internal, Kind, Private
from allin_schemas.marks import marked

NOW = dt.datetime(2026, 11, 15, 9, 0, tzinfo=dt.UTC)
NAMES = {
    "de": "Zarifa Qvestorina",
    "en": "Zarifa Qvestorina",
    "tr": "Zarife Kvestoroğlu",
    "ar": "زينب القفستوري",
    "uk": "Зарифа Квесторенко",
    "ru": "Зарифа Квесторова",
    "fa": "مریم کفستوری",
}
MOBILE = "0176 11112221"
MAIL = "zarifa.q@post.example"
CANARIES = sorted(
    {word.casefold() for name in NAMES.values() for word in name.split()}
    | {"kvestoroglu", "11112221", "1111222", "zarifa.q"}
)
BOUNDED = {
    "slug": "made by the hub of the title, without the persons in it",
    "email": "judged when it is read: a person's is private",
    "zone": "a name of the IANA database",
    "currency": "three capitals",
    "code": "a tag of a language",
    "languages": "tags of languages",
    "country": "two capitals",
    "opens": "a time of the day",
    "closes": "a time of the day",
    "source_version": "made by the hub",
}
"""Fields of texts that nobody looks at for persons, each with its reason: by the last name of their path."""


class Sign(NamedTuple):
    """A cue, and a text in which it stands beside a person's name."""

    language: str
    cue: str
    text: str


def _signs() -> Iterator[Sign]:
    for language, lists in published().items():
        name = NAMES[language]
        for role in ("titles", "titles_after", "labels", "prepositions", "self"):
            for cue in lists.get(role, ()):
                word = cue.strip("+")
                word = f"Haupt{word[1:].lower()}" if word.startswith("*") else word
                behind = role == "titles_after" or (role == "prepositions" and language == "tr")
                joint = ": " if role == "labels" else " "
                yield Sign(language, cue, f"{name} {word}" if behind else f"{word}{joint}{name}")


SIGNS = list(_signs())


def _shown(text: str, context: Context) -> str:
    """A text without what is held."""
    held = [one for one in find(text, context) if one.verdict is Verdict.HELD]
    return "".join(
        " " if any(one.start <= at < one.end for one in held) else letter for at, letter in enumerate(text)
    )


def _canaries_in(text: str) -> list[str]:
    return [word for word in CANARIES if word in text.casefold()]


@pytest.mark.parametrize("language", list(NAMES))
@pytest.mark.parametrize("tail", ["", f", {MOBILE}, {MAIL}", f" ({MOBILE})", f"\nTel.: {MOBILE}"])
def test_every_cue_of_the_list_holds_a_name_and_its_contact_data(language: str, tail: str) -> None:
    """In prose, in fields of few words, and in those of places."""
    things = ThingNames(["Chor Alpha e.V."])
    contexts = [
        Context(short, place, things) for short, place in ((False, False), (True, False), (True, True))
    ]
    seen = [
        (one.cue, canaries)
        for one in SIGNS
        if one.language == language
        for context in contexts
        if (canaries := _canaries_in(_shown(one.text + tail, context)))
    ]

    assert [] == seen


# Every text field of the model


def _sample(annotation: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every text within a type: its path, and a value that holds it and nothing else."""
    if get_origin(annotation) is Annotated:
        yield from _sample(get_args(annotation)[0], path)
    elif get_origin(annotation) in {Union, types.UnionType}:
        for one in get_args(annotation):
            yield from _sample(one, path)
    elif get_origin(annotation) is list:
        for inner, value in _sample(get_args(annotation)[0], f"{path}.0"):
            yield inner, [value]
    elif get_origin(annotation) is dict:
        for inner, value in _sample(get_args(annotation)[1], f"{path}.de"):
            yield inner, {"de": value}
    elif isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _sample(annotation.model_fields["root"].annotation, path)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for inner, value in _sample(field.annotation, f"{path}.{name}"):
                yield inner, {name: value}
    elif annotation is str:
        yield path, f"Kontakt: {NAMES['de']}"


def _texts(kind: Kind) -> dict[str, Any]:
    model = ENTITIES[kind]
    hidden = marked(model, Internal)
    hidden |= PERSONS_OWN if kind is Kind.PERSON else marked(model, Private)
    return {
        path: value
        for name, field in model.model_fields.items()
        if name not in hidden
        for path, value in _sample(field.annotation, name)
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_every_text_field_of_the_model_is_looked_at(kind: Kind) -> None:
    """A new field is looked at from its first day, or has its reason in BOUNDED."""
    unseen = set()
    for path, value in _texts(kind).items():
        field = path.partition(".")[0]
        looked = [one.path for one in public_texts(field, value)] if field in text_fields(kind) else []
        if not {path, path.removesuffix(".number")} & set(looked):
            unseen.add(path)
    named = {
        path
        for path in unseen
        if {path.rpartition(".")[2], path.split(".")[-2 if "." in path else -1]} & set(BOUNDED)
    }

    assert unseen == named


# A whole hub

SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"

[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "info@forum.example"
imprint = "Forum, Kassel"

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Forum, Kassel"
"""
SOURCE = """
[sources.{kind}]
plugin = "spreadsheet"
path = "{kind}.csv"
kind = "{kind}"
key = "Nr."
[sources.{kind}.columns]
{columns}
"""
NEEDED = {Kind.EVENT: {"title": "Sommerfest", "start": "20.11.2026 15:00"}}
LEFT_OUT = (
    "consent",
    "contacts.consent",
    "contacts.visibility",
    "visibility",
    "record_status",
    "contacts.record_status",
)
"""Answers and marks: what steers whether an entry is shown at all is no text."""
CONSENTING = "Amina Einverstanden"


def _write(folder: Path) -> int:
    """A list of each kind: each row has a canary in one column, by the next cue; the rest of the cues go into descriptions."""
    text, signs, rows_in_all = SETTINGS, iter(SIGNS * 2), 0
    for kind in Kind:
        if kind is Kind.PERSON:
            continue
        needed = NEEDED.get(kind, {ENTITIES[kind].title_field: "Chor"})
        paths = sorted(
            path for path in known_paths(kind) if not path.startswith(LEFT_OUT) and path not in {"start"}
        )
        header = ["Nr.", *dict.fromkeys([*needed, *paths])]
        if kind is Kind.ORGANISATION:
            header += ["contacts.consent.directory_public"]
        rows = []
        chosen = paths + ["description"] * (len(SIGNS) // 5 - len(paths))
        for number, path in enumerate(chosen, 1):
            values = {**needed, ENTITIES[kind].title_field: f"Chor Nummer {number}"}
            values[path] = f"{next(signs).text}, {MOBILE}, {MAIL}"
            rows.append([str(number), *(values.get(name, "") for name in header[1:])])
        if kind is Kind.ORGANISATION:
            agreed = {
                "name": "Chor Beta e.V.", "contacts.name": CONSENTING, "contacts.email": "amina@post.example",
                "contacts.consent.directory_public": "ja",
                "description": f"Leitung: {CONSENTING}, amina@post.example",
            }  # fmt: skip
            rows.append(["beta", *(agreed.get(name, "") for name in header[1:])])
        columns = "\n".join(f'"{name}" = "{name}"' for name in header[1:])
        text += SOURCE.format(kind=kind.value, columns=columns)
        with (folder / f"{kind.value}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])
        rows_in_all += len(rows)
    (folder / "hub.toml").write_text(text, encoding="utf-8")
    return rows_in_all


class Made(NamedTuple):
    """A hub that was synced and published, and all that was said meanwhile."""

    folder: Path
    logged: str
    published: dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The hub, once for all tests."""
    folder = tmp_path_factory.mktemp("canaries")
    folder.chmod(0o711)
    rows = _write(folder)
    heard: list[str] = []
    listener = logging.Handler(logging.INFO)
    listener.emit = lambda record: heard.append(record.getMessage() + str(record.exc_info or ""))  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    try:
        with closing(open_hub(folder, clock=lambda: NOW)) as hub:
            read = 0
            for source, report in sync(hub).sources.items():
                assert report.status == "done", (source, report.message)
                read += report.new
            for output, told in publish(hub).items():
                assert told.status == "done", (output, told.message)
                heard.append(str(told))
    finally:
        root.removeHandler(listener)
        root.setLevel(level)

    assert read > rows / 2, "most rows have to be read, else this shows nothing"
    return Made(
        folder,
        "\n".join(heard),
        {
            str(path.relative_to(folder)): readable(path.read_bytes(), str(path.relative_to(folder)))
            for name in ("public", "rundbrief", "statistik")
            for path in sorted((folder / name).rglob("*"))
            if path.is_file()
        },
    )


def test_no_canary_is_in_any_published_file(made: Made) -> None:
    """Its name and its content, of all three outputs."""
    assert {} == {path: words for path, text in made.published.items() if (words := _canaries_in(text))}


def test_who_agreed_is_shown(made: Made) -> None:
    """By name and with the own mail, in the text too."""
    text = "\n".join(made.published.values())

    assert f"leitung: {CONSENTING.casefold()}" in text
    assert "amina@post.example" in text


def test_no_canary_is_in_logs_and_reports(made: Made) -> None:
    """Of sync and publish."""
    assert [] == _canaries_in(made.logged)


@pytest.mark.parametrize(
    "command",
    [
        ("problems", "--all"), ("problems", "--json"), ("status", "--json"), ("allow",), ("allow", "--json"),
        ("check", "--json"), ("publish", "--dry-run"), ("publish", "--dry-run", "--json"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_canary_is_on_a_screen_that_somebody_may_keep(made: Made, command: tuple[str, ...]) -> None:
    """Lists of problems, of held texts, and of what a publish would do."""
    done = CliRunner().invoke(app, [*command, "--hub", str(made.folder)])

    assert done.exit_code in {0, 1}, done.output
    assert len(done.output) > 10
    assert [] == _canaries_in(done.output)


def test_no_canary_is_in_a_message_to_the_office(made: Made) -> None:
    """When every source is late."""
    with closing(open_hub(made.folder, clock=lambda: NOW + dt.timedelta(days=400))) as hub:
        said = message(hub, due(hub), voice_of(hub.config))

    assert [] == _canaries_in("\n".join(said))
