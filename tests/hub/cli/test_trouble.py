"""Whatever goes wrong, a person reads what it is and what to do, with the promised exit code and no traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allin_hub import SourceRun
from allin_hub.api.plugin import Raw
from allin_hub.http.client import Http

FAILED, WRONG = 1, 2
PERSON = "Defne Beispielname"
URL = 'url = "http://127.0.0.1:9/vereine.csv"\nallow_hosts = ["127.0.0.1:9"]'
PATH = 'path = "data/vereine.csv"'


def said(result: Any) -> str:
    """All that a person reads, in one line."""
    text = f"{result.stdout} {result.stderr}"
    assert "Traceback" not in text
    return " ".join(text.split())


def test_a_folder_without_settings(allin: Any, office: Any) -> None:
    """The first mistake of all is to stand in another folder."""
    (office.folder / "hub.toml").unlink()
    result = allin("sync")

    assert WRONG == result.exit_code
    assert "gibt es keine hub.toml" in said(result)
    assert "allin init" in said(result)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'title = "Test"',
            "title = Test",
            "hub.toml, Zeile 3: Die Schreibweise stimmt hier nicht: der Wert ist nicht lesbar.",
        ),
        (
            'key = "Nr."',
            'defaults = { typ = "mso" }',
            "hub.toml, Zeile 10: sources.vereine.defaults.typ ist nicht bekannt. Meinten Sie 'type'?",
        ),
        (
            'key = "Nr."',
            'defaults = { founded_year = "neulich" }',
            "sources.vereine.defaults.founded_year muss eine ganze Zahl sein.",
        ),
        ("[hub]", "[hub]\nsprachen = []", "hub.toml, Zeile 3: hub.sprachen ist nicht bekannt."),
        (
            "[sources.vereine]",
            "[source.vereine]",
            "hub.toml, Zeile 6: source ist nicht bekannt. Meinten Sie 'sources'?",
        ),
        (
            'key = "Nr."',
            'keys = "Nr."',
            "hub.toml, Zeile 10: sources.vereine.keys ist nicht bekannt. Meinten Sie 'key'?",
        ),
        (
            'key = "Nr."',
            'sheeet = "A"',
            "hub.toml, Zeile 10: sources.vereine.sheeet ist nicht bekannt. Meinten Sie 'sheet'?",
        ),
        (
            'key = "Nr."',
            'trust = "viel"',
            "hub.toml, Zeile 10: sources.vereine.trust muss eine ganze Zahl sein.",
        ),
        (
            'key = "Nr."',
            "limits = { lsot = 3 }",
            "sources.vereine.limits.lsot ist nicht bekannt. Meinten Sie 'lost'?",
        ),
        (
            'key = "Nr."',
            'token = "geheim"',
            "sources.vereine.token: Ein Geheimnis darf nicht in hub.toml selbst stehen.",
        ),
        ('"organisation"', '"organization"', "hub.toml, Zeile 9: sources.vereine.kind muss eines davon sein"),
        (
            '"spreadsheet"',
            '"spredsheet"',
            "hub.toml, Zeile 7: Ein Plugin 'spredsheet' gibt es nicht. Meinten Sie 'spreadsheet'?",
        ),
        (
            'title = "Test"',
            "keep_raw_days = 0",
            "hub.toml, Zeile 3: hub.keep_raw_days muss mindestens 1 sein.",
        ),
        (
            'title = "Test"',
            'zone = "Kassel"',
            "hub.toml, Zeile 3: hub.zone stimmt nicht: das ist keine Zeitzone",
        ),
        ('title = "Test"', 'database = "mysql://x"', "hub.database stimmt nicht."),
        (
            'path = "data/vereine.csv"\n',
            "",
            "hub.toml, Zeile 6: sources.vereine stimmt nicht: nennen Sie entweder path oder url.",
        ),
        (
            'key = "Nr."',
            'columns = { "Ort" = "palces" }',
            "Die Spalte 'Ort' führt zu 'palces'. Dieses Feld hat die Art organisation nicht.",
        ),
    ],
)
def test_wrong_settings_name_the_key_the_line_and_what_was_meant(
    allin: Any, office: Any, old: str, new: str, expected: str
) -> None:
    """Nobody should have to search a file for what is wrong in it."""
    office.settings(old=old, new=new)
    result = allin("sync")

    assert WRONG == result.exit_code
    assert expected in said(result)
    assert "geheim" not in said(result)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sync", "verein"), "In hub.toml gibt es keine Quelle 'verein'. Meinten Sie 'vereine'?"),
        (("check", "verein"), "In hub.toml gibt es keine Quelle 'verein'. Meinten Sie 'vereine'?"),
        (("problems", "verein"), "In hub.toml gibt es keine Quelle 'verein'. Meinten Sie 'vereine'?"),
        (("publish", "statistk"), "In hub.toml gibt es keine Ausgabe 'statistk'. Meinten Sie 'statistik'?"),
        (("held", "vereine"), "Kein angehaltener Lauf heißt 'vereine'."),
        (("sync", "--accept", "vereine"), "Kein angehaltener Lauf heißt 'vereine'."),
        (("sync", "vereine", "--accept", "x"), "Ein angehaltener Lauf wird für sich angenommen."),
        (("show", "nirgends"), "Kein Eintrag heißt 'nirgends'."),
        (("export", "--kind", "vereine"), "Die Art 'vereine' gibt es nicht."),
        (("check", "nix.csv", "--kind", "organisation"), "Die Datei 'nix.csv' gibt es nicht."),
    ],
)
def test_a_wrong_call_says_what_is_there(allin: Any, words: tuple[str, ...], expected: str) -> None:
    """A word that was mistyped is named, with the one that was probably meant."""
    result = allin(*words)

    assert WRONG == result.exit_code
    assert expected in said(result)


def test_errors_speak_the_language_of_the_hub(
    allin: Any, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office that works in English reads English, also while its settings cannot be read."""
    office.settings("en")
    unknown = allin("sync", "verein")
    office.settings("en", old='title = "Test"', new="title = Test")
    broken = allin("sync")
    (office.folder / "hub.toml").unlink()
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    missing = allin("sync")

    assert "There is no source 'verein' in hub.toml. Did you mean 'vereine'?" in said(unknown)
    assert "hub.toml, line 3: This is not valid TOML: Invalid value." in said(broken)
    assert "There is no hub.toml in" in said(missing)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            r'path = "C:\Users\Amt\vereine.xlsx"',
            "In einem Text steht ein \\. Schreiben Sie Pfade mit /, auch unter Windows",
        ),
        (
            r'path = "data\vereine.csv"',
            "In einem Text steht ein \\. Schreiben Sie Pfade mit /, auch unter Windows",
        ),
        (
            "path = „data/vereine.csv“",
            "Nehmen Sie gerade Anführungszeichen, nicht die eines Schreibprogramms",
        ),
        ('path = "data/vereine.csv', "ein Text ist nicht mit Anführungszeichen geschlossen"),
        ("[sources.noch", "eine Zeile wie [sources.vereine] ist nicht mit ] geschlossen"),
        ('columns = { "Ort" = "-"', "eine Klammer { ist nicht in derselben Zeile mit } geschlossen"),
        ('columns = { a = "-", a = "-" }', "Ein Wert steht zweimal da"),
    ],
)
def test_what_is_misspelt_in_the_settings_is_said_in_german(
    allin: Any, office: Any, line: str, expected: str
) -> None:
    """The parser speaks English, to programmers; who writes a path as Windows shows it learns how to write it."""
    office.settings(old=PATH, new=line)
    result = allin("sync")

    assert result.exit_code == WRONG
    assert expected in said(result)


def test_a_database_that_cannot_be_opened(allin: Any, office: Any) -> None:
    """A path that leads nowhere is no reason for a traceback."""
    office.settings(old='title = "Test"', new='database = "sqlite:///nirgends/hub.db"')
    result = allin("sync")

    assert FAILED == result.exit_code
    assert "die Datei der Datenbank lässt sich nicht öffnen" in said(result)


def test_a_database_that_is_something_else(allin: Any, office: Any) -> None:
    """A file that happens to have the name of the database is left as it is."""
    (office.folder / "hub.db").write_bytes(b"no database" * 500)
    result = allin("sync")

    assert FAILED == result.exit_code
    assert "Die Datenbank ist beschädigt." in said(result)
    assert f"allin restore DATEI {office.folder} --force" in said(result)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("kein Schlüssel", "Der Schlüssel in hub.key ist nicht lesbar."),
        ("a2V5", "Der Schlüssel des Hubs hat nicht die richtige Länge."),
        ("A" * 43 + "=", "Dieser hub.key gehört nicht zu dieser Datenbank."),
    ],
)
def test_a_wrong_key_is_refused_before_anything_is_read(
    allin: Any, office: Any, content: str, expected: str
) -> None:
    """With another key the database would fill with what nobody can read."""
    allin("sync")
    (office.folder / "hub.key").write_text(content, encoding="utf-8")
    result = allin("status")

    assert WRONG == result.exit_code
    assert expected in said(result)


def test_a_lost_key_is_not_replaced_in_silence(allin: Any, office: Any) -> None:
    """A new key beside an old database would only hide that the old one is gone."""
    allin("sync")
    (office.folder / "hub.key").unlink()
    result = allin("status")

    assert WRONG == result.exit_code
    assert "hub.key fehlt." in said(result)
    assert not (office.folder / "hub.key").exists()


def test_a_missing_file_fails_its_source_and_names_the_nearest(allin: Any, office: Any) -> None:
    """The partner's file was renamed: what was known stays, and the new name is guessed."""
    allin("sync")
    (office.folder / "data" / "vereine.csv").rename(office.folder / "data" / "vereine-neu.csv")
    result = allin("sync")

    assert FAILED == result.exit_code
    assert "gescheitert" in said(result)
    assert "vereine-neu.csv" in said(result)
    assert "29" in said(allin("status"))


def test_an_address_that_does_not_answer(allin: Any, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last good data stay, and status says how old they are."""
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "sleep", lambda _seconds: None)
    allin("sync")
    office.settings(old=PATH, new=URL)
    result = allin("sync")
    status = said(allin("status"))

    assert FAILED == result.exit_code
    assert "127.0.0.1" in said(result)
    assert "gescheitert" in status
    assert "29" in status
    assert "vor " in status


def _stops(_self: Any, _run: SourceRun) -> Iterator[Raw]:
    yield Raw("1", {"Name": PERSON})
    raise ValueError(f"cannot read {PERSON}")


def test_a_plugin_that_stops_is_named_without_what_it_said(
    allin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a strange exception says may quote a person's row; where it came from is for --debug."""
    monkeypatch.setattr("allin_plugins.spreadsheet.Spreadsheet.fetch", _stops)
    plain, debugged = allin("sync"), allin("sync", "--debug")

    assert (FAILED, FAILED) == (plain.exit_code, debugged.exit_code)
    assert "ValueError" in said(plain)
    assert "in _stops" in debugged.stderr
    assert PERSON not in plain.output + debugged.output


def test_an_output_that_stops_is_named_and_traced(allin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was published before stays, and the sync before it counts."""

    def publish(_self: Any, _view: Any, _run: Any) -> None:
        raise RuntimeError(PERSON)

    monkeypatch.setattr("allin_plugins.statistics.Statistics.publish", publish)
    plain, debugged = allin("run"), allin("run", "--debug")

    assert (FAILED, FAILED) == (plain.exit_code, debugged.exit_code)
    assert "Das Plugin 'statistics' musste anhalten (RuntimeError)." in said(plain)
    assert "in publish" in debugged.stderr
    assert PERSON not in plain.output + debugged.output


def test_debug_shows_where_an_error_came_from(allin: Any) -> None:
    """Whoever mends the hub needs the place, and still the sentence and the exit code."""
    result = allin("sync", "verein", "--debug")

    assert WRONG == result.exit_code
    assert "Traceback" in result.stderr
    assert "ConfigError" in result.stderr
    assert "Meinten Sie 'vereine'?" in result.stderr


def test_a_surprise_inside_the_hub_is_a_sentence(allin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what nobody thought of ends with what to do next, and without a person's data."""

    def surprise(*_anything: Any) -> None:
        raise KeyError(PERSON)

    monkeypatch.setattr("allin_hub.operations.status.sources", surprise)
    plain, debugged = allin("status"), allin("status", "--debug")

    assert (FAILED, FAILED) == (plain.exit_code, debugged.exit_code)
    assert "Der Hub musste anhalten (KeyError)." in said(plain)
    assert "in surprise" in debugged.stderr
    assert PERSON not in plain.output + debugged.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(allin: Any, office: Any) -> None:
    """The first run needs to write its key; the person reads that, not an errno."""
    office.folder.chmod(0o500)
    try:
        result = allin("sync")
    finally:
        office.folder.chmod(0o700)

    assert WRONG == result.exit_code
    assert "ließ sich kein Schlüssel anlegen" in said(result)


def test_init_leaves_existing_settings_alone(allin: Any, office: Any) -> None:
    """An office that calls init twice keeps its sources."""
    before = (office.folder / "hub.toml").read_bytes()
    result = allin("init", str(office.folder), hub=False)

    assert WRONG == result.exit_code
    assert before == (office.folder / "hub.toml").read_bytes()
    assert "gibt es schon eine hub.toml" in said(result)


def test_processes_end_with_the_promised_codes(shell: Any, office: Any, tmp_path: Path) -> None:
    """A script or a scheduler has nothing else to go by."""
    synced = shell("sync")
    shutil.move(office.folder / "data" / "vereine.csv", tmp_path / "vereine.csv")
    failed = shell("sync")
    wrong = shell("sync", "verein")
    nonsense = shell("sync", "--nonsense")

    assert [0, FAILED, WRONG, WRONG] == [one.returncode for one in (synced, failed, wrong, nonsense)]
    assert "Traceback" not in "".join(one.stderr for one in (synced, failed, wrong, nonsense))
    assert ["", ""] == [wrong.stdout, nonsense.stdout]
