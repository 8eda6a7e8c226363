"""Tells what an output's `path` is: a folder of this machine, or the address of a storage elsewhere.

`path = "public"` is a folder; `path = "sftp://host/folder"`, `webdav://…` and `s3://bucket/…` are storages.
"""

from __future__ import annotations

from urllib.parse import urlsplit


def is_elsewhere(path: str) -> bool:
    """Tell whether an output's path is the address of a storage."""
    return "://" in path


def shown(path: str) -> str:
    """Make of a path what people may see: an address without user and query."""
    if not is_elsewhere(path):
        return path
    parts = urlsplit(path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
