"""Opens the place of an output's files: a folder of this machine, or a storage elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from allin_hub.publish.local_folder import Folder
from allin_hub.publish.output_address import is_elsewhere

if TYPE_CHECKING:
    from allin_hub.hub import Hub
    from allin_hub.publish.output_lease import Turn


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


@contextmanager
def destination(hub: Hub, output: str, path: str) -> Iterator[Destination]:
    """Open the place of an output.

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
