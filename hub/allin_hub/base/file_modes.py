"""Decides who may read what the hub makes: the hub's own account alone, but for what is published."""

from __future__ import annotations

import os
from pathlib import Path

PUBLISHED_FILE = 0o644
PUBLISHED_FOLDER = 0o755
PASSABLE_FOLDER = 0o711
"""A folder above published ones: a web server passes through it, and cannot list what lies in it."""


def keep_private() -> None:
    """Let this process and its children make files of mode 0600 and folders of mode 0700, unless they are published."""
    os.umask(0o077)


def make_passable(folder: Path) -> None:
    """Make a folder, and those above it that are missing, so that a web server can pass; one that is there stays as it is."""
    _make(folder, PASSABLE_FOLDER)


def make_published(folder: Path) -> None:
    """Make a folder of an output, and those above it that are missing; one that is there stays as it is."""
    _make(folder, PUBLISHED_FOLDER)


def _make(folder: Path, mode: int) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        one.chmod(mode)
