"""Outputs on storages elsewhere: the same files as in a folder, only what changed is sent, and a fault loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import update
from tests.hub.storage import servers
from tests.hub.storage.conftest import files_in

from allin_hub.backup.create import back_up
from allin_hub.base.errors import ConfigError
from allin_hub.config.load import load
from allin_hub.doctor.checks import examine
from allin_hub.i18n.translator import Voice
from allin_hub.ingest.sync import sync
from allin_hub.publish.destination_factory import destination
from allin_hub.publish.orphans import forget
from allin_hub.publish.output_lease import Turn
from allin_hub.publish.publish import publish
from allin_hub.publish.remote import Storage
from allin_hub.store.engine import writing
from allin_hub.store.tables import lease

Files = Callable[[], Mapping[str, bytes]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were sent to the storage, in order."""
    found: list[str] = []
    real = Storage._send

    def noted(self: Any, turn: Any, path: str, data: bytes) -> None:
        found.append(path)
        real(self, turn, path, data)

    monkeypatch.setattr(Storage, "_send", noted)
    return found


def test_a_storage_holds_what_a_folder_would(office: Any, storage: Files, tmp_path: Path) -> None:
    """Byte for byte, and nothing half or hidden beside it."""
    there = office.publish()
    remote = dict(storage())
    settings = (office.folder / "hub.toml").read_text(encoding="utf-8")
    hub = office.open()
    path = hub.config.outputs["verzeichnis"].path
    hub.close()
    lines = [line for line in settings.splitlines() if not line.startswith(("allow_hosts", "access"))]
    plain = "\n".join(lines).partition("[outputs.verzeichnis.access]")[0].replace(path, "public")
    (office.folder / "hub.toml").write_text(plain, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allin_hub.publish.publish._tidy", lambda *_: None)
        here = office.publish()

    assert ("done", "done") == (there.status, here.status), (there.message, here.message)
    assert len(remote) > 20
    assert remote == files_in(office.folder / "public")


def test_only_what_changed_is_sent_and_what_left_is_taken_away(
    office: Any, storage: Files, sent: list[str]
) -> None:
    """A second publish sends nothing; a changed association sends what shows it; a lost one is taken away."""
    first = office.publish()
    assert first.status == "done", first.message
    before = dict(storage())
    sent.clear()
    again = office.publish()
    nothing = list(sent)
    office.sheet(5)
    changed = office.publish()
    after = dict(storage())

    assert ([], 0) == (nothing, again.written)
    assert set(before) - set(after)
    assert not any(b"Kulturverein Nummer 6 " in content for content in after.values())
    assert {path for path in after if before.get(path) != after[path]} == set(sent)
    assert len(sent) == changed.written < first.written


def test_a_start_page_comes_after_all_that_it_leads_to(office: Any, storage: Files, sent: list[str]) -> None:
    """Assets, pages, lists, and last the page where readers begin."""
    report = office.publish()

    assert report.status == "done", report.message
    assert "index.html" == sent[-1]
    assert sent.index("assets/site.css") < next(
        at for at, path in enumerate(sent) if path.startswith("de/organisations/kulturverein")
    )
    assert storage()["index.html"].rstrip().endswith(b"</html>")


def test_a_storage_that_breaks_midway_is_completed_by_the_next_publish(
    office: Any, storage: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says it in a sentence, what was there is whole, and nothing is sent twice."""
    assert office.publish().status == "done"
    before = dict(storage())
    office.sheet(6, mail="kontakt")
    real = Storage._send
    left = [3]
    resent: list[str] = []

    def breaking(self: Any, turn: Any, path: str, data: bytes) -> None:
        if not left[0]:
            raise ConnectionResetError("kanarina")
        left[0] -= 1
        real(self, turn, path, data)
        resent.append(path)

    monkeypatch.setattr(Storage, "_send", breaking)
    failed = office.publish()
    between = dict(storage())
    left[0] = 10_000
    done = office.publish()
    after = dict(storage())

    assert "failed" == failed.status
    assert "lässt sich nicht schreiben (ConnectionResetError)" in str(failed.message)
    assert "kanarina" not in f"{failed.message} {failed.hint}"
    assert set(before) == set(between)
    assert 3 == sum(before[path] != between[path] for path in before)
    assert "done" == done.status, done.message
    assert len(resent) == len(set(resent))
    assert not any(b"info@verein-" in content for content in after.values())


def test_a_publish_that_slept_changes_nothing_once_it_was_overtaken(
    office: Any, storage: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks right before the step that lasts, not only when it has slept for a minute."""
    assert office.publish().status == "done"
    before = dict(storage())
    office.sheet(6, mail="kontakt")
    real = Storage._send

    def asleep(self: Any, turn: Any, path: str, data: bytes) -> None:
        with writing(turn.hub.engine) as connection:
            taken = {"fence": lease.c.fence + 1, "owner": None, "expires_at": None}
            connection.execute(update(lease).values(taken))
        real(self, turn, path, data)

    monkeypatch.setattr(Storage, "_send", asleep)
    overtaken = office.publish()
    between = {path: content for path, content in storage().items() if not path.endswith(".part")}
    monkeypatch.setattr(Storage, "_send", real)
    done = office.publish()

    assert overtaken.status == "failed"
    assert "inzwischen" in str(overtaken.message)
    assert between == before
    assert done.status == "done", done.message
    assert not any(path.endswith(".part") for path in storage())
    assert not any(b"info@verein-" in content for content in storage().values())


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_an_object_that_somebody_else_has_changed_meanwhile_stays(
    office: Any, storage: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look and the bucket's own work lies a moment; the bucket compares once more."""
    assert office.publish().status == "done"
    office.sheet(6, mail="kontakt")
    real, others = Turn.check, b"another publish was here"
    hub = office.open()
    path = hub.config.outputs["verzeichnis"].path

    def late(self: Any) -> None:
        real(self)
        with destination(hub, "verzeichnis", path) as place:
            for name in ("index.html", "de/index.html", "data/organisations.csv"):
                place._fs.pipe_file(place._at(name), others)  # type: ignore[attr-defined]

    monkeypatch.setattr(Turn, "check", late)
    overtaken = office.publish()
    between = dict(storage())
    monkeypatch.setattr(Turn, "check", real)
    done = office.publish()
    hub.close()

    assert overtaken.status == "failed"
    assert "Jemand anderes hat" in str(overtaken.message)
    assert others in (between["index.html"], between["data/organisations.csv"])
    assert done.status == "done", done.message


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_a_bucket_that_knows_no_condition_gets_its_files_all_the_same(
    office: Any, storage: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every server that speaks S3 compares; then the look right before it is what there is."""
    from s3fs import S3FileSystem

    real, refused = S3FileSystem._call_s3, []

    async def old(self: Any, method: str, *args: Any, **named: Any) -> Any:
        if "IfMatch" in named or "IfNoneMatch" in named:
            refused.append(method)
            raise NotImplementedError from ClientError({"Error": {"Code": "NotImplemented"}}, method)
        return await real(self, method, *args, **named)

    monkeypatch.setattr(S3FileSystem, "_call_s3", old)

    report = office.publish()

    assert report.status == "done", report.message
    assert refused == ["put_object"]
    assert storage()["index.html"]


def test_a_waiting_file_that_is_lost_is_made_again(
    office: Any, storage: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on another machine, which has no copy of what the killed run had rendered."""
    import shutil

    assert office.publish().status == "done"
    office.sheet(6, mail="kontakt")
    real = Storage._send
    monkeypatch.setattr(Storage, "_send", lambda *_: (_ for _ in ()).throw(TimeoutError()))
    assert office.publish().status == "failed"
    monkeypatch.setattr(Storage, "_send", real)
    for waiting in office.folder.glob(".*.staging.*"):
        shutil.rmtree(waiting)

    done = office.publish()

    assert "done" == done.status, done.message
    assert not any(b"info@verein-" in content for content in storage().values())


def test_a_file_that_somebody_deleted_there_is_sent_again(
    office: Any, storage: Files, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest is no excuse for missing files."""
    office.publish()
    before = dict(storage())
    hub = office.open()
    with destination(hub, "verzeichnis", hub.config.outputs["verzeichnis"].path) as place:
        place._fs.rm_file(place._at("de/index.html"))  # type: ignore[attr-defined]
    hub.close()
    sent.clear()

    office.publish()

    assert ["de/index.html"] == sent
    assert before == dict(storage())


def test_an_output_that_moves_to_a_folder_leaves_nothing_on_the_storage(office: Any, storage: Files) -> None:
    """Nobody would keep what is left there true."""
    office.publish()
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    hub = office.open()
    path = hub.config.outputs["verzeichnis"].path
    hub.close()
    (office.folder / "hub.toml").write_text(text.replace(path, "public"), encoding="utf-8")

    report = office.publish()

    assert "done" == report.status, report.message
    assert {} == dict(storage())
    assert (office.folder / "public/index.html").is_file()


def test_files_of_a_removed_output_are_left_until_a_person_has_deleted_them(
    office: Any, tmp_path: Path
) -> None:
    """Without its block the hub has no password to delete them with; it says so, fails nothing, and can forget them."""
    root = tmp_path / "remote"
    root.mkdir()
    with servers.webdav(root) as port:
        office.settings(
            f'path = "webdav+http://127.0.0.1:{port}/site"\nallow_hosts = ["127.0.0.1:{port}"]\n'
            'access = { user = "web", password = { env = "STORAGE_PASSWORD" } }\n'
        )
        office.publish()
    toml = office.folder / "hub.toml"
    toml.write_text(toml.read_text(encoding="utf-8").partition("[outputs")[0], encoding="utf-8")
    hub = office.open()

    report = publish(hub)["verzeichnis"]
    found = [one.code for one in examine(office.folder, clock=hub.clock).findings]
    path = forget(hub, "verzeichnis")

    assert (report.status, report.ok) == ("left", True)
    assert "allin publish --forget verzeichnis" in str(report.hint)
    assert "output_left" in found
    assert path == f"webdav+http://127.0.0.1:{port}/site"
    assert "output_left" not in [one.code for one in examine(office.folder).findings]
    with pytest.raises(ConfigError, match="no output yet"):
        publish(hub)
    with pytest.raises(ConfigError, match="no files of an output"):
        forget(hub, "verzeichnis")
    hub.close()


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
def test_an_output_in_hub_toml_is_not_forgotten(office: Any, storage: Files) -> None:
    """Else its files would lie there twice, once looked after and once not."""
    office.publish()
    hub = office.open()

    with pytest.raises(ConfigError, match="looks after its files"):
        forget(hub, "verzeichnis")

    hub.close()
    assert storage()


@pytest.mark.parametrize("storage", ["memory", "webdav"], indirect=True)
def test_the_doctor_misses_files_on_a_storage(office: Any, storage: Files) -> None:
    """By the list that the storage gives; what another publish is just sending there stays."""
    office.publish()
    hub = office.open()
    path = hub.config.outputs["verzeichnis"].path
    whole = [one.code for one in examine(office.folder, clock=hub.clock).findings]
    with destination(hub, "verzeichnis", path) as place:
        place._fs.rm_file(place._at("de/index.html"))  # type: ignore[attr-defined]
        place._fs.pipe_file(place._at(".x.html.part"), b"half")  # type: ignore[attr-defined]
    found = {one.code: one.said(Voice("de"))[0] for one in examine(office.folder, clock=hub.clock).findings}
    hub.close()

    assert "output_files" not in whole
    assert "de/index.html" in found["output_files"]
    assert ".x.html.part" in storage()


def test_a_backup_says_what_lies_on_a_storage_only(office: Any, tmp_path: Path) -> None:
    """Earlier issues of a newsletter cannot be made again; whoever counts on the backup has to know."""
    settings = (
        'path = "public"\n[outputs.briefe]\nplugin = "newsletter"\nsender = "rundbrief@forum.example"\n'
        'imprint = "Forum, Kassel"\nsite_url = "https://forum.example"\npath = "memory://storage/briefe"\n'
    )
    office.settings(settings)
    hub = office.open()
    sync(hub)
    empty = back_up(hub, tmp_path / "empty.zip")
    publish(hub)

    made = back_up(hub, tmp_path / "made.zip")

    hub.close()
    assert empty.elsewhere == {}
    assert made.elsewhere == {"briefe": "memory://storage/briefe"}
    MemoryFileSystem.store.clear()


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_an_object_says_what_it_is(office: Any, storage: Files) -> None:
    """A bucket that is a web site hands pages to browsers as pages."""
    office.publish()
    hub = office.open()
    with destination(hub, "verzeichnis", hub.config.outputs["verzeichnis"].path) as place:
        kinds = {
            path: place._fs.info(place._at(path))["ContentType"]  # type: ignore[attr-defined]
            for path in ("index.html", "assets/site.css", "data/organisations.csv", "assets/icon.svg")
        }
    hub.close()

    assert kinds == {
        "index.html": "text/html; charset=utf-8",
        "assets/site.css": "text/css; charset=utf-8",
        "data/organisations.csv": "text/csv; charset=utf-8",
        "assets/icon.svg": "image/svg+xml",
    }


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('path = "ftp://host.example/site"', "cannot publish to ftp://"),
        ('path = "sftp://web:geheim@host.example/site"', "do not belong into the address"),
        ('path = "sftp://host.example/../etc"', "may not contain"),
        ('path = "s3://b/c"\naccess = { user = "a", password = "geheim" }', "may not stand in hub.toml"),
        ('path = "s3://b/c"\naccess = { user = "a", passwort = "geheim" }', "is not known"),
    ],
)
def test_a_wrong_address_is_refused_before_anything_is_done(office: Any, lines: str, words: str) -> None:
    """With the key, the line and what to write instead; never with the secret."""
    office.settings(lines)

    with pytest.raises(ConfigError, match=words) as caught:
        office.open()

    assert "geheim" not in str(caught.value)


def test_the_place_where_workers_fetch_settings_holds_no_password(tmp_path: Path) -> None:
    """It is part of each deployment, which everybody sees who sees Prefect."""
    text = '[hub]\ndeliver_to = "sftp://web:geheim@host.example/hub"\n'
    (tmp_path / "hub.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match="do not belong into the address") as caught:
        load(tmp_path)

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('path = "webdav+http://dav.verein.example/site"', "unverschlüsselt"),
        ('path = "s3://b/c"', "access.user fehlt"),
        (
            'path = "s3://b/c"\naccess = { user = "a", password = { env = "STORAGE_PASSWORD" }, '
            'endpoint = "http://127.0.0.1:9/" }',
            "127.0.0.1",
        ),
        ('path = "webdav://127.0.0.1/site"\naccess = { user = "a" }', "127.0.0.1"),
        ('path = "sftp://127.0.0.1/site"\naccess = { user = "a" }', "127.0.0.1"),
    ],
)
def test_an_inward_or_open_way_is_not_taken(office: Any, lines: str, words: str) -> None:
    """In-house hosts only where they are listed, and never in clear where they are not."""
    office.settings(lines)

    report = office.publish()

    assert "failed" == report.status
    assert words in str(report.message)


def test_a_server_with_another_key_gets_nothing(office: Any, tmp_path: Path) -> None:
    """Who sits in between would get the password."""
    root = tmp_path / "remote"
    root.mkdir()
    server, other = servers.SftpServer(root), servers.SftpServer(root)
    office.settings(
        f'path = "sftp://127.0.0.1:{server.port}/site"\nallow_hosts = ["127.0.0.1:{server.port}"]\n'
        f'[outputs.verzeichnis.access]\nuser = "web"\npassword = {{ env = "STORAGE_PASSWORD" }}\n'
        f'host_key = "{other.host_key}"\n'
    )

    report = office.publish()

    server.close()
    other.close()
    assert "failed" == report.status
    assert "einen Schlüssel, den der Hub nicht kennt" in str(report.message)
    assert {} == files_in(root)


def test_a_wrong_password_is_said_and_not_shown(office: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """The sentence says where to look."""
    monkeypatch.setenv("STORAGE_PASSWORD", "kanarina-falsch")
    root = tmp_path / "remote"
    root.mkdir()
    with servers.webdav(root) as port:
        office.settings(
            f'path = "webdav+http://127.0.0.1:{port}/site"\nallow_hosts = ["127.0.0.1:{port}"]\n'
            'access = { user = "web", password = { env = "STORAGE_PASSWORD" } }\n'
        )
        report = office.publish()

    assert "failed" == report.status
    assert "weist den Hub ab (401)" in str(report.message)
    assert "kanarina" not in f"{report.message} {report.hint}"
