"""An office whose directory goes to a storage, and each storage as its readers see it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.hub.storage import servers

from allin_hub.base.reports import OutputReport
from allin_hub.hub import Hub
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
imprint = "Forum, Kassel"
"""


class Office:
    """A hub of a few associations that publishes to a storage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sheet(6)

    def sheet(self, count: int, mail: str = "info") -> None:
        """Write the associations anew."""
        with (self.folder / "vereine.csv").open("w", encoding="utf-8", newline="") as file:
            rows = [
                [n, f"Kulturverein Nummer {n} e. V.", f"{mail}@verein-{n}.example"]
                for n in range(1, count + 1)
            ]
            csv.writer(file, delimiter=";").writerows([["Nr.", "Name", "E-Mail"], *rows])

    def settings(self, lines: str) -> None:
        """Write hub.toml with these lines in the output's block."""
        (self.folder / "hub.toml").write_text(SETTINGS + lines, encoding="utf-8")

    def open(self) -> Hub:
        """Open the hub anew, as each command does."""
        return open_hub(self.folder, clock=lambda: NOW)

    def publish(self) -> OutputReport:
        """Sync and publish, as `allin run` does."""
        hub = self.open()
        try:
            sync(hub)
            return publish(hub)["verzeichnis"]
        finally:
            hub.close()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_file: Callable[[Path], None]) -> Office:
    """An office with a password in the environment."""
    monkeypatch.setenv("STORAGE_PASSWORD", servers.PASSWORD)
    folder = tmp_path / "office"
    folder.mkdir()
    empty_file(folder)
    return Office(folder)


Files = Callable[[], Mapping[str, bytes]]


def files_in(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(params=["memory", "webdav", "sftp", pytest.param("s3", marks=pytest.mark.slow)])
def storage(request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Iterator[Files]:
    """The office's output goes to this storage; gives what lies there."""
    root = tmp_path / "remote"
    root.mkdir()
    if request.param == "memory":
        from fsspec.implementations.memory import MemoryFileSystem

        fs = MemoryFileSystem()
        office.settings('path = "memory://storage/site"\n')
        yield lambda: {
            name.removeprefix("/storage/site/"): fs.cat_file(name) for name in fs.find("/storage/site")
        }
        fs.store.clear()
        fs.pseudo_dirs[:] = [""]
    elif request.param == "webdav":
        with servers.webdav(root) as port:
            office.settings(
                f'path = "webdav+http://127.0.0.1:{port}/site"\nallow_hosts = ["127.0.0.1:{port}"]\n'
                'access = { user = "web", password = { env = "STORAGE_PASSWORD" } }\n'
            )
            yield lambda: files_in(root / "site")
    elif request.param == "sftp":
        server = servers.SftpServer(root)
        office.settings(
            f'path = "sftp://127.0.0.1:{server.port}/site"\nallow_hosts = ["127.0.0.1:{server.port}"]\n'
            f'[outputs.verzeichnis.access]\nuser = "web"\npassword = {{ env = "STORAGE_PASSWORD" }}\n'
            f'host_key = "{server.host_key}"\n'
        )
        yield lambda: files_in(root / "site")
        server.close()
    else:
        with servers.s3() as (port, bucket, client):
            office.settings(
                f'path = "s3://{bucket}/site"\nallow_hosts = ["127.0.0.1:{port}"]\n'
                f'[outputs.verzeichnis.access]\nuser = "web"\npassword = {{ env = "STORAGE_PASSWORD" }}\n'
                f'endpoint = "http://127.0.0.1:{port}"\nregion = "eu-central-1"\n'
            )

            def stored() -> dict[str, bytes]:
                listed = client.list_objects_v2(Bucket=bucket).get("Contents", [])
                return {
                    one["Key"].removeprefix("site/"): client.get_object(Bucket=bucket, Key=one["Key"])[
                        "Body"
                    ].read()
                    for one in listed
                }

            yield stored
