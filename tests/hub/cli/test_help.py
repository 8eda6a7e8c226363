"""The command line explains itself, and what is wrong with a call, in German and in English."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from babel.messages.pofile import read_po
from typer.testing import CliRunner

from allin_hub.cli import app
from allin_hub.cli.translated_help import ERRORS, LOCALE, PLACES, WORDS
from allin_hub.i18n import staff_language
from allin_hub.i18n.gettext_catalogs import catalogue_file, words

NOT_FOR_HELP = ("pydantic", "sqlalchemy", "babel", "rich", "prefect", "fastapi", "pandas", "apprise", "httpx")


@pytest.fixture(autouse=True)
def nobody_asked() -> Iterator[None]:
    """Leave no language behind for other tests."""
    yield
    staff_language.ask_for(None)


def texts(command: Any) -> Iterator[str]:
    """All that a command and those below it explain."""
    yield command.help
    yield from (param.help for param in command.params if getattr(param, "help", None))
    for inner in getattr(command, "commands", {}).values():
        yield from texts(inner)


def test_every_text_of_the_help_is_there_in_german_and_none_in_vain() -> None:
    """A missing one would stand in English in the middle of German help."""
    with catalogue_file(LOCALE, "de").open("rb") as lines:
        catalogue = read_po(lines, abort_invalid=True)
    known = {str(one.id) for one in catalogue if one.id and one.string}

    assert set(texts(typer.main.get_command(app))) | {*WORDS, *ERRORS, *PLACES} == known


def commands(command: Any, *names: str) -> Iterator[tuple[str, ...]]:
    """Every command, by the words that call it."""
    yield names
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *names, name)


def test_no_english_word_stands_for_what_a_person_puts_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """ORDNER, not DIR; and neither brackets around brackets nor what a program calls the sort of a value."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    for names in commands(typer.main.get_command(app)):
        said = CliRunner().invoke(app, [*names, "--help"]).output

        assert re.findall(r"\b(?:DIR|FIELD|FILE|KIND|NEW|OLD|OUTPUT|RUN|SOURCE|TO|URL|PATH)\b", said) == [], (
            said
        )
        assert re.findall(r"<\w+.*?>|\[\[|\{|<=", said) == [], said


def test_the_usage_says_what_may_be_left_out() -> None:
    """In brackets; what has to be there stands by itself."""
    usages = {
        name: CliRunner().invoke(app, [name, "--help", "--lang", "en"]).output.splitlines()[0]
        for name in ("sync", "show", "restore")
    }

    assert usages == {
        "sync": "Usage: allin sync [OPTIONS] [SOURCE]...",
        "show": "Usage: allin show [OPTIONS] ID",
        "restore": "Usage: allin restore [OPTIONS] FILE [DIR]",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lang", "fr"], "Die Sprache 'fr' gibt es hier nicht: --lang de, oder --lang en.\n"),
        (["--lang=x"], "Die Sprache 'x' gibt es hier nicht: --lang de, oder --lang en.\n"),
        (["--lang"], "Die Option '--lang' braucht einen Wert.\n"),
    ],
)
def test_a_language_that_nobody_speaks_is_said_to_be_none(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """English instead of French would look as if nobody had listened."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    result = CliRunner().invoke(app, ["status", *words])

    assert (2, said, "") == (result.exit_code, result.stderr, result.stdout)
    assert CliRunner().invoke(app, ["held", "--help", "--lang", "en_GB"]).output.startswith("Usage")


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_list_of_commands_says_what_each_does_in_whole_sentences(
    columns: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence that is cut at the edge says half; what is written wider than the window is cut by the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    said = CliRunner().invoke(app, ["--help", "--lang", language]).output
    example = words(LOCALE, language).gettext("my-hub")

    assert "..." not in said.replace("[ANGABEN]...", "").replace("[ARGS]...", "")
    assert columns >= max(len(line) for line in said.splitlines())
    assert f"allin init {example}" in " ".join(said.split())


@pytest.mark.parametrize("name", ["", "status", "source", "source remove"])
def test_help_is_in_one_language(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """German at a German terminal, English where that is asked for."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    german = CliRunner().invoke(app, [*name.split(), "--help"]).output
    english = CliRunner().invoke(app, [*name.split(), "--help", "--lang", "en"]).output

    assert german.startswith("Aufruf: allin")
    assert english.startswith("Usage: allin")
    for word in ("Usage", "Options", "Commands", "Arguments", "Show", "Example", "default", "[required]"):
        assert word not in german, word
    assert "Aufruf" not in english


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["sync", "--nix"], "Die Option --nix gibt es nicht."),
        (["nix"], "Den Befehl 'nix' gibt es nicht."),
        (["export"], "Die Option '--kind' fehlt."),
        (["show"], "Die Angabe 'ID' fehlt."),
        (["source", "rename", "nur"], "Die Angabe 'NEU' fehlt."),
        (["status", "zu", "viel"], "Das ist zu viel: zu viel"),
        (["up", "--port", "x"], "Der Wert für '--port' passt nicht: Es muss eine ganze Zahl sein."),
        (["up", "--port", "0"], "Der Wert für '--port' passt nicht: Es muss mindestens 1 sein."),
        (["up", "--port", "99999"], "Der Wert für '--port' passt nicht: Es darf höchstens 65535 sein."),
    ],
)
def test_a_wrong_call_is_explained_in_german(
    call: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong, how the call should look, and where to read more; exit code 2."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    result = CliRunner().invoke(app, call)

    assert 2 == result.exit_code
    assert said == result.stderr.splitlines()[-1]
    assert result.stderr.startswith("Aufruf: allin")
    assert "Hilfe: allin" in result.stderr


def test_the_language_is_that_asked_for_then_the_hubs_then_the_terminals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An English guest in a German office reads English, if she says so."""
    (tmp_path / "hub.toml").write_text('[hub]\nlanguages = ["en"]\n', encoding="utf-8")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    hub = ["status", "--hub", str(tmp_path)]

    assert CliRunner().invoke(app, [*hub, "--help"]).output.startswith("Usage")
    assert CliRunner().invoke(app, [*hub, "--help", "--lang=de"]).output.startswith("Aufruf")
    assert "Es gibt noch keine Quelle." in CliRunner().invoke(app, [*hub, "--lang", "de"]).output
    assert "There is no source yet." in CliRunner().invoke(app, hub).output
    assert CliRunner().invoke(app, ["--help"]).output.startswith("Aufruf")


def test_german_help_loads_nothing_heavy() -> None:
    """`allin --help` answers at once in German too."""
    code = (
        "import sys\nfrom allin_hub.cli import main\nsys.argv = ['allin', '--help', '--lang', 'de']\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Aufruf")
    assert set() == set(NOT_FOR_HELP) & set(done.stdout.rpartition("loaded:")[2].split())


def test_an_option_without_its_value_is_explained_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typer knows no command yet when it finds that; the sentence is there all the same."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    result = CliRunner().invoke(app, ["held", "--hub"])

    assert (2, "Die Option '--hub' braucht einen Wert.\n") == (result.exit_code, result.stderr)
