"""Where an output's files go: a folder of this machine, or a storage elsewhere by its address.

`path = "public"` is a folder; `path = "sftp://host/folder"`, `webdav://…` and `s3://bucket/…` are storages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from allin_hub.publish.local_folder import Folder

if TYPE_CHECKING:
    from allin_hub.hub import Hub
    from allin_hub.publish.lease import Turn


class Destination(Protocol):
    """What placing asks of a place. Its name as text is what people may see of it."""

    waits_beside: Path
    """The local folder beside which files wait in a staging folder."""

    def present(self) -> frozenset[str]:
        """The paths of all files that are there."""

    def put(self, turn: Turn, staging: Path, path: str) -> bool:
        """Bring a file that waits in the staging folder to its place, whole; False when it does not wait any more."""

    def take_away(self, turn: Turn, paths: Sequence[str], staging: Path) -> None:
        """Take files away, and folders that are empty then."""

    def digest(self, path: str) -> str | None:
        """What is in a file; None when it is not there."""

    def close(self) -> None:
        """Let go of it."""


def is_elsewhere(path: str) -> bool:
    """Whether an output's path is the address of a storage."""
    return "://" in path


def shown(path: str) -> str:
    """A path as people may see it: an address without user and query."""
    if not is_elsewhere(path):
        return path
    parts = urlsplit(path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def destination(hub: Hub, output: str, path: str) -> Iterator[Destination]:
    """The place of an output.

    Raises ConfigError when a storage needs something that is not installed or not set, PublishError when it is away.
    """
    if not is_elsewhere(path):
        yield Folder(hub.config.folder / path)
        return
    from allin_hub.publish.remote_clients import storage

    place = storage(hub.config, output, path)
    try:
        yield place
    finally:
        place.close()
