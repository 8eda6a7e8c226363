"""What the office demands of every file that is read, and how one is opened."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from allin_hub.base.errors import refused
from allin_hub.base.types import MEGABYTE

_OPENING = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class FileRules:
    """What holds for each file of a source, whatever its format."""

    megabytes: int = 200
    """How big a file may be. Formats that take more memory to read have lower limits of their own."""
    jail_required: bool = False
    """Whether a file is refused when its reader cannot be locked in."""

    def refuse_large(self, data: Path | bytes, name: str) -> None:
        """Raise Refused for a file over the limit; its size is asked, no byte of it is read."""
        try:
            size = data.stat().st_size if isinstance(data, Path) else len(data)
        except OSError:
            raise refused("FILE_UNREADABLE", file=name) from None
        if size > self.megabytes * MEGABYTE:
            raise refused("FILE_TOO_BIG", file=name)


def inside(path: Path, folder: Path) -> Path:
    """Follow the links of a file's path, as long as they stay in a folder that the office named.

    Raises Refused where one leaves it: who may write into that folder would choose what the hub reads elsewhere.
    """
    real = path.resolve()
    if not real.is_relative_to(folder.resolve()):
        raise refused("FILE_LINKED_AWAY", file=path.name)
    return real


def open_file(path: Path) -> BufferedReader:
    """Open a regular file, never through a link: it may have been put there since the path was looked at.

    Raises Refused for what is no regular file, and OSError.
    """
    stream = open(path, "rb", opener=lambda name, _flags: os.open(name, _OPENING))  # noqa: SIM115 - Path.open has no opener; the caller closes
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise refused("FILE_UNREADABLE", file=path.name)
    return stream
