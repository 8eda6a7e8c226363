"""Where a source's files are."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError
from tests.cpu import cpu_seconds

from allin_hub import File, Files, FileSettings, Refused
from allin_hub.http.response import Response
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.readers.file_rules import FileRules
from allin_hub.readers.open import open_table


def run_in(folder: Path) -> Any:
    """Make as much of a run as finding files needs."""
    return SimpleNamespace(path=lambda written: folder / written)


def test_a_pattern_passes_over_what_programs_leave_behind(tmp_path: Path) -> None:
    """Lock files, halves of downloads and empty files are no tables."""
    for name in ("b.xlsx", "a.xlsx", "~$a.xlsx", ".~lock.a.xlsx#", "c.xlsx.part", ".c.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "leer.xlsx").touch()
    (tmp_path / "ordner.xlsx").mkdir()
    found = Files(FileSettings(path="*.xlsx*")).found(run_in(tmp_path))

    assert [file.name for file in found] == ["a.xlsx", "b.xlsx"]


def test_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    """Most missing files are misspelt ones."""
    (tmp_path / "vereine.csv").write_text("x")
    with pytest.raises(Refused, match=r"vereine\.csv") as near:
        Files(FileSettings(path="verein.csv")).found(run_in(tmp_path))
    with pytest.raises(Refused) as far:
        Files(FileSettings(path="woanders/liste.csv")).found(run_in(tmp_path))
    with pytest.raises(Refused) as none:
        Files(FileSettings(path="partner/*.xlsx")).found(run_in(tmp_path))

    assert [e.value.code for e in (near, far, none)] == [
        "FILE_NOT_FOUND_NEAR",
        "FILE_NOT_FOUND",
        "GLOB_EMPTY",
    ]


def test_the_mark_follows_the_bytes_and_the_settings(tmp_path: Path) -> None:
    """An unchanged file is not read again, whatever its time; a changed setting reads it again."""
    file = tmp_path / "a.csv"
    file.write_text("Name\nA\n")
    run, files = run_in(tmp_path), lambda: Files(FileSettings(path="a.csv"))
    before = files().mark(run, None)
    os.utime(file, (1, 1))
    touched = files().mark(run, None)
    other = files().mark(run, "Vereine")
    file.write_text("Name\nB\n")

    assert before == touched
    assert len({before, other, files().mark(run, None)}) == 3


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"path": "a", "url": "https://a.example"},
        {"path": "a", "token": "t"},
        {"path": ""},
        {"url": "ftp://a.example"},
    ],
)
def test_settings_name_exactly_one_place(settings: dict[str, Any]) -> None:
    """A token beside a path would be a secret without a use."""
    with pytest.raises(ValidationError):
        FileSettings(**settings)


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[" * 100_000,
        b"{",
        b"",
        b'{"a": ' + b"9" * 100_000 + b"}",
        b"[" + b"1," * 2_100_000 + b"1]",
    ],
)
def test_ambiguous_or_hostile_json_is_refused(content: bytes) -> None:
    """A second list under the same name would erase the first in silence."""
    with pytest.raises(Refused):
        File("antworten.json", content).json()


DOCUMENT = {
    "größe": 12345678901234567890123,
    "leer": [{}, [], "", None, True, 0.1, -3],
    "tief": {"a": {"b": {"c": {"d": ['"\\\n\u2028😀']}}}},
    "lang": "ä" * 700_000,
    "viele": [{"id": number, "Name": "Verein"} for number in range(20_000)],
}


def test_json_comes_out_of_the_child_as_it_was(tmp_path: Path) -> None:
    """Numbers keep their digits, texts every character, at any depth and length."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")

    assert DOCUMENT == File("a.json", path).json()
    assert DOCUMENT == File("a.json", path.read_bytes()).json()


@pytest.mark.parametrize("content", ["[]", "{}", '"x"', "1", "null", "\ufeff[1]"])
def test_small_json_comes_out_too(content: str) -> None:
    """A list, an object, or a single value."""
    assert json.loads(content.removeprefix("\ufeff")) == File("a.json", content.encode()).json()


def test_this_process_never_parses_a_partners_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that a file takes over takes over a locked child; what comes back is written anew."""
    content = b'{ "a" : [ 1 ,2], "b":"\\u00e4" }'
    seen: list[str] = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text, **options: (seen.append(text), loads(text, **options))[1])

    assert File("a.json", content).json() == {"a": [1, 2], "b": "ä"}
    assert seen == ['{"a":[1,2],"b":"ä"}']


def test_a_large_answer_of_a_server_is_parsed_in_the_child_too() -> None:
    """What a small one costs is bounded by its size; both are read by the same rules."""
    padding = b" " * 2**20
    for content in (b'{"a": 1}', b'{"a": 1}' + padding):
        assert Response("x", 200, {}, content).json() == {"a": 1}
    for content in (b'{"a": 1, "a": 2}', b'{"a": 1, "a": 2}' + padding):
        with pytest.raises(Refused) as caught:
            Response("https://a.example/x", 200, {}, content).json()
        assert caught.value.code == "FEED_NOT_JSON"
        assert "https://a.example/x" in str(caught.value)


def test_reading_a_large_document_costs_this_process_little(tmp_path: Path) -> None:
    """Nested lists are many objects for few bytes: the child refuses them before this process sees one."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b"[]," * 3_000_000 + b"[]]")
    began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with pytest.raises(Refused) as caught:
        File("a.json", path).json()

    assert caught.value.code == "FILE_TOO_BIG"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - began < 1


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "a.ics"])
@pytest.mark.parametrize("plugin", ["spreadsheet", "form", "ical"])
def test_a_file_of_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path, plugin: str, name: str) -> None:
    """To digest a sparse file of 1 GB took half a minute; its size is known without reading it."""
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.write(b"Name;Ort\r\n")
        stream.truncate(2**30)
    settings = f'[sources.a]\nplugin = "{plugin}"\npath = "{name}"\nkind = "event"\n'
    (tmp_path / "hub.toml").write_text(settings, encoding="utf-8")
    hub = open_hub(tmp_path)
    try:
        sync(hub)  # what is loaded and made once
        before = cpu_seconds()
        report = sync(hub).sources["a"]
        spent = cpu_seconds() - before
    finally:
        hub.close()

    assert report.status == "failed"
    assert {"FILE_TOO_BIG": 1} == report.codes or {"CALENDAR_TOO_BIG": 1} == report.codes
    assert spent < 0.5


def test_the_limit_of_a_source_is_its_own(tmp_path: Path) -> None:
    """A partner whose lists are small need not send more."""
    (tmp_path / "a.csv").write_bytes(b"Name;Ort\r\n" + b"Verein;Kassel\r\n" * 120_000)
    run = run_in(tmp_path)
    assert Files(FileSettings(path="a.csv")).found(run)
    run.file_rules = FileRules(megabytes=1)
    for files in (Files(FileSettings(path="a.csv")), Files(FileSettings(path="*.csv"))):
        with pytest.raises(Refused) as caught:
            files.found(run)

        assert caught.value.code == "FILE_TOO_BIG"


@pytest.fixture
def partner(tmp_path: Path) -> Path:
    """A partner's folder beside the list of another, and links in it."""
    folder = tmp_path / "partner"
    folder.mkdir()
    (tmp_path / "other.csv").write_text("secret")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.csv").write_text("Name")
    (folder / "own.csv").write_text("Name")
    (folder / "within.csv").symlink_to("own.csv")
    (folder / "key.csv").symlink_to("../other.csv")
    (folder / "absolute.csv").symlink_to(tmp_path / "other.csv")
    (folder / "twice.csv").symlink_to("key.csv")
    (folder / "away").symlink_to("../sub")
    return folder


@pytest.mark.parametrize(
    "path",
    ["partner/key.csv", "partner/absolute.csv", "partner/twice.csv", "partner/k*.csv", "partner/*/x.csv"],
)
def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path, partner: Path, path: str) -> None:
    """A partner could have the hub's key, or another partner's list, read and published."""
    with pytest.raises(Refused) as caught:
        Files(FileSettings(path=path)).found(run_in(tmp_path))

    assert caught.value.code == "FILE_LINKED_AWAY"


def test_links_within_the_folder_and_to_it_are_followed(tmp_path: Path, partner: Path) -> None:
    """The office names the folder; that it lies elsewhere is its own doing."""
    (tmp_path / "share").symlink_to("partner")
    for path in ("partner/within.csv", "share/own.csv", "share/within.csv", "share/w*.csv"):
        found = Files(FileSettings(path=path)).found(run_in(tmp_path))

        assert [file.start for file in found] == [b"Name"]


def test_a_link_that_is_put_there_later_is_not_followed(tmp_path: Path, partner: Path) -> None:
    """Between the look at the folder and the read, a partner may change it."""
    file = Files(FileSettings(path="partner/own.csv")).found(run_in(tmp_path))[0]
    (partner / "own.csv").unlink()
    (partner / "own.csv").symlink_to("../other.csv")
    for read in (lambda: file.start, file.mark, file.json, lambda: list(open_table(file.data, file.name))):
        with pytest.raises(Refused):
            read()


def test_every_plugin_that_asks_for_a_path_is_kept_from_links(tmp_path: Path, partner: Path) -> None:
    """The calendar reads its file by itself."""
    (partner / "a.ics").symlink_to("../other.csv")
    settings = '[sources.a]\nplugin = "ical"\npath = "partner/a.ics"\n'
    (tmp_path / "hub.toml").write_text(settings, encoding="utf-8")
    hub = open_hub(tmp_path)
    try:
        report = sync(hub).sources["a"]
    finally:
        hub.close()

    assert report.status == "failed"
    assert "a.ics" in (report.message or "")
    assert "secret" not in repr(report)
