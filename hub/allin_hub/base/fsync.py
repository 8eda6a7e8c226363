"""Lets names in a folder last: a file that was given its name is there after the power was cut, too."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_FAILED = frozenset({errno.EIO, errno.ENOSPC, errno.EDQUOT})
"""What a disk says that could not do it; all else says a file system that knows nothing of it."""


def sync_folder(folder: Path) -> None:
    """Let the names in a folder last, where its file system can.

    Raises OSError when the disk is full or broken.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in _FAILED:
            raise
    finally:
        os.close(handle)
