"""A storage elsewhere as the place of an output: a web server's folder or a bucket, through fsspec.

Each file is sent whole: where there are folders, under a hidden name and then moved in one step; else as one
object that appears when it is complete. Nothing is read back but a file of which a killed run left no word.
"""

from __future__ import annotations

import contextlib
import hashlib
import mimetypes
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from allin_hub.crashing import Point, around
from allin_hub.errors import HubError, PublishError
from allin_hub.turns import Turn

_PART = ".part"
_KINDS = {".js": "text/javascript", ".ics": "text/calendar", ".vcf": "text/vcard", ".csv": "text/csv"}
"""What machines differ in."""
_DENIED = frozenset({"PermissionError", "AuthenticationException", "ForbiddenOperation"})
_CODES = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


class Storage:
    """The files of an output on another machine. `root` is the path there, `fs` the way to it.

    `folders` are made, and files moved within them; without, an object that is `typed` says what it is.
    """

    def __init__(
        self, fs: Any, root: str, shown: str, staging: Path, *, folders: bool, typed: bool = False
    ) -> None:
        self.waits_beside = staging
        self._fs = fs
        self._root = root.rstrip("/")
        self._shown = shown
        self._folders = folders
        self._typed = typed
        self._made: set[str] = set()

    def __str__(self) -> str:
        return self._shown

    def present(self) -> frozenset[str]:
        """The paths of all files there; what a killed run sent half is taken away."""
        found = self.listed()
        half = {path for path in found if _is_half(path)}
        with self._reached():
            for path in sorted(half):
                with around(Point.FILE_REMOVED):
                    self._fs.rm_file(self._at(path))
        return found - half

    def listed(self) -> frozenset[str]:
        """The paths of all files there, by its own listing."""
        with self._reached():
            try:
                found = [str(name) for name in self._fs.find(self._root or "/")]
            except FileNotFoundError:
                return frozenset()
        top = len(self._root.strip("/")) + 1 if self._root.strip("/") else 0
        return frozenset(name.strip("/")[top:] for name in found)

    def put(self, turn: Turn, source: Path, path: str) -> bool:
        """Send a file that waits in the staging folder; False when it is not there any more."""
        turn.hold()
        try:
            data = source.read_bytes()
        except FileNotFoundError:
            return False
        with around(Point.FILE_PLACED):
            with self._reached():
                self._send(path, data)
            source.unlink(missing_ok=True)
        return True

    def take_away(self, turn: Turn, paths: Sequence[str], staging: Path) -> None:  # noqa: ARG002 - as a folder's
        """Delete files, and the folders that they leave empty."""
        for path in paths:
            turn.hold()
            with self._reached(), contextlib.suppress(FileNotFoundError), around(Point.FILE_REMOVED):
                self._fs.rm_file(self._at(path))
        if not self._folders:
            return
        above = {
            str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."
        }
        for folder in sorted(above, key=lambda one: one.count("/"), reverse=True):
            with self._reached(), contextlib.suppress(FileNotFoundError):
                if not self._fs.ls(self._at(folder), detail=False):
                    with around(Point.FOLDER_REMOVED):
                        self._fs.rmdir(self._at(folder))
                    self._made.discard(self._at(folder))

    def digest(self, path: str) -> str | None:
        """What is in a file; None when it is not there."""
        with self._reached():
            try:
                data = self._fs.cat_file(self._at(path))
            except FileNotFoundError:
                return None
        return hashlib.blake2b(data, digest_size=16).hexdigest()

    def close(self) -> None:
        """Let go of the connection."""
        closing = getattr(self._fs, "allin_close", None)
        if closing is not None:
            closing()

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _send(self, path: str, data: bytes) -> None:
        target = self._at(path)
        if not self._folders:
            self._fs.pipe_file(target, data, **({"ContentType": _kind(path)} if self._typed else {}))
            return
        self._make(target.rpartition("/")[0])
        folder, _, name = target.rpartition("/")
        part = f"{folder}/.{name}{_PART}"
        self._fs.pipe_file(part, data)
        self._fs.allin_move(part, target)

    def _make(self, folder: str) -> None:
        if folder and folder not in self._made:
            self._fs.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Whatever breaks on the way is a PublishError that names the storage, and nothing that was sent."""
        try:
            yield
        except (HubError, FileNotFoundError):
            raise
        except Exception as error:
            raise unreached(self._shown, error) from error


def _is_half(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.startswith(".") and name.endswith(_PART)


def _kind(path: str) -> str:
    kind = (
        _KINDS.get(PurePosixPath(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    )
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def unreached(shown: str, error: Exception) -> PublishError:
    """What to do about a storage that does not do what it is asked."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    status = str(code or getattr(error, "status_code", ""))
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & _DENIED or status in _CODES:
        return PublishError(
            "The storage '{target}' refuses the hub ({fault}).",
            hint="Check access in hub.toml: user, password, and the right to write there. What was published before stays.",
            target=shown,
            fault=status or type(error).__name__,
        )
    return PublishError(
        "The storage '{target}' cannot be written ({fault}).",
        hint="What was published before stays. Publish again when it is there: the hub goes on where it stopped.",
        target=shown,
        fault=status or type(error).__name__,
    )
