"""A storage elsewhere as the place of an output: a web server's folder or a bucket, through fsspec.

Each file is sent whole: where there are folders, under a hidden name and then moved in one step; else as one
object that appears when it is complete. Nothing is read back but a file of which a killed run left no word.

A publish that slept may wake after another has taken the output over. It looks right before each step that lasts,
and a bucket is told which object it is to replace: one that changed meanwhile stays. Where only folders are, the
moment between that look and the server's move is left.
"""

from __future__ import annotations

import contextlib
import hashlib
import mimetypes
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from allin_hub.base.errors import HubError, PublishError
from allin_hub.base.failpoints import Point, around
from allin_hub.publish.output_lease import Turn

_PART = ".part"
_KINDS = {".js": "text/javascript", ".ics": "text/calendar", ".vcf": "text/vcard", ".csv": "text/csv"}
"""What machines differ in."""
_AT_ONCE = 90_000_000
"""Larger ones go in parts, which know no condition."""
_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_UNKNOWN = frozenset({"NotImplemented", "ParamValidationError", "501"})
"""What servers and libraries say that know no condition."""
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
        self._marks: dict[str, str] | None = None
        self._takes_conditions = typed

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

    def put(self, turn: Turn, staging: Path, path: str) -> bool:
        """Send a file that waits in the staging folder; False when it is not there any more."""
        turn.hold()
        source = staging / path
        try:
            data = source.read_bytes()
        except FileNotFoundError:
            return False
        with around(Point.FILE_PLACED):
            with self._reached():
                self._send(turn, path, data)
            source.unlink(missing_ok=True)
        return True

    def take_away(self, turn: Turn, paths: Sequence[str], staging: Path) -> None:  # noqa: ARG002 - as a folder's
        """Delete files, and the folders that they leave empty."""
        for path in paths:
            turn.hold()
            turn.check()
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

    def _send(self, turn: Turn, path: str, data: bytes) -> None:
        target = self._at(path)
        if not self._folders:
            self._pipe(turn, path, data)
            return
        self._make(target.rpartition("/")[0])
        folder, _, name = target.rpartition("/")
        part = f"{folder}/.{name}.{turn.fence}{_PART}"
        self._fs.pipe_file(part, data)
        turn.check()
        self._fs.allin_move(part, target)

    def _pipe(self, turn: Turn, path: str, data: bytes) -> None:
        """Send an object, on condition that nobody has changed the one that it replaces."""
        kind = {"ContentType": _kind(path)} if self._typed else {}
        condition = self._condition(path) if self._takes_conditions and len(data) < _AT_ONCE else {}
        turn.check()
        try:
            self._fs.pipe_file(self._at(path), data, **kind, **condition)
        except Exception as error:
            if not condition:
                raise
            if _code_of(error) in _CHANGED:
                raise PublishError(
                    "Somebody else has changed '{path}' at {target} while this publish ran; it stays.",
                    hint="Publish again: the hub looks anew at what is there.",
                    path=path,
                    target=self._shown,
                ) from error
            if _code_of(error) not in _UNKNOWN:
                raise
            self._takes_conditions = False
            self._pipe(turn, path, data)

    def _condition(self, path: str) -> dict[str, str]:
        """Which object may be replaced: the one that was there when this place was opened, or none."""
        if self._marks is None:
            try:
                listed = self._fs.find(self._root, detail=True)
            except FileNotFoundError:
                listed = {}
            self._marks = {str(name).strip("/"): str(one.get("ETag", "")) for name, one in listed.items()}
        mark = self._marks.get(self._at(path).strip("/"))
        return {"IfMatch": mark} if mark else {"IfNoneMatch": "*"}

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


def _code_of(error: BaseException | None) -> str:
    """What a bucket's server called its refusal, or what kept the request from being made."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
        if type(error).__name__ == "ParamValidationError":
            return "ParamValidationError"
        error = error.__cause__ or error.__context__
    return ""


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
