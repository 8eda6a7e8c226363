"""Where a source's files are: one path, a pattern of paths, or a URL that is fetched once per sync."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from allin_hub.api.plugin import PluginConfig
from allin_hub.base.errors import refused
from allin_hub.base.types import Secret
from allin_hub.readers.encodings import EncodingName
from allin_hub.readers.file_rules import FileRules, inside, open_file
from allin_hub.sources.feeds import Feed

if TYPE_CHECKING:
    from allin_hub.api.source_run import SourceRun

_RULES = FileRules()
_WILD = frozenset("*?[")
_UNFINISHED = (".part", ".crdownload", ".tmp", ".download")


class FileSettings(PluginConfig):
    """The settings of a source that reads files: exactly one of `path` and `url`."""

    path: Annotated[str, StringConstraints(min_length=1)] | None = None
    """A file, or a pattern like `partner/*.xlsx`, in the hub's folder."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    token: Secret | None = Field(default=None)
    """Sent as a bearer token to the host of `url` alone."""

    @model_validator(mode="after")
    def _one_place(self) -> FileSettings:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path or url")
        if self.token is not None and self.url is None:
            raise ValueError("token is only sent to a url")
        return self


class TextFileSettings(FileSettings):
    """The settings of a source whose files may be texts of an older encoding."""

    encoding: EncodingName | None = None
    """The encoding of CSV files, for example `cp1251`; without it, the hub finds it out, and refuses what it cannot prove."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source: its name for people, and where its bytes are."""

    name: str
    data: Path | bytes
    rules: FileRules = _RULES
    """What the office demands of it."""

    @property
    def start(self) -> bytes:
        """The first bytes, to tell what the file is."""
        if isinstance(self.data, bytes):
            return self.data[:1024]
        try:
            with open_file(self.data) as stream:
                return stream.read(1024)
        except OSError:
            raise refused("FILE_UNREADABLE", file=self.name) from None

    def mark(self) -> str:
        """Digest the bytes."""
        return _digest(self).hex()

    def json(self, *, is_tolerant: bool = False) -> Any:
        """Read the file as strict JSON, in a confined child.

        Raises Refused for what is too big, ambiguous or hostile: double keys, NaN, deep nesting. Read tolerantly, a
        single value that cannot be read is BROKEN, and costs only the record in which it stands.
        """
        from allin_hub.readers.json_reader import read_json

        return read_json(self.data, self.name, rules=self.rules, is_tolerant=is_tolerant)


class Files:
    """The files of one source, found or fetched when they are first asked for."""

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._found: list[File] | None = None
        self._run: SourceRun | None = None
        self._feed = Feed(settings.url, settings.token) if settings.url is not None else None

    def found(self, run: SourceRun) -> list[File]:
        """List the files, by name. A URL is fetched only once in a run.

        Raises Refused where there is none, where a link leads out of the folder that hub.toml names, and where one is
        larger than the office allows: before a byte of it is read.
        """
        if self._found is None or self._run is not run:
            found = self._look(run)
            for file in found:
                file.rules.refuse_large(file.data, file.name)
            self._found, self._run = found, run
        return self._found

    def mark(self, run: SourceRun, *settings: Any) -> str:
        """Digest the bytes of all files, and the settings that say how they are read.

        A server that knows the state of the last sync is not asked for the bytes again.
        """
        if self._feed is not None:
            return self._feed.mark(
                run, lambda content: _marked([self._fetched(content, run)], settings), *settings
            )
        return _marked(self.found(run), settings)

    def done(self) -> None:
        """Let go of what was found, so that the next sync looks again."""
        self._found = self._run = None
        if self._feed is not None:
            self._feed.done()

    def _look(self, run: SourceRun) -> list[File]:
        settings = self._settings
        if self._feed is not None:
            return [self._fetched(self._feed.content(run), run)]
        written = settings.path or ""
        if _WILD.isdisjoint(written):
            path = _existing(run.path(written), written)
            return [File(Path(written).name, inside(path, path.parent), _rules(run))]
        return _matching(run, written)

    def _fetched(self, content: bytes, run: SourceRun) -> File:
        return File(_last_part(self._settings.url or ""), content, _rules(run))


def _rules(run: SourceRun) -> FileRules:
    """What the office demands of files; a plugin's own tests may lend a run that says nothing of it."""
    return getattr(run, "file_rules", _RULES)


def _marked(files: list[File], settings: tuple[Any, ...]) -> str:
    digest = blake2b(repr(settings).encode(), digest_size=16)
    for file in files:
        digest.update(b"\x1e" + file.name.encode("utf-8", "surrogateescape") + b"\x1f")
        digest.update(_digest(file))
    return digest.hexdigest()


def _digest(file: File) -> bytes:
    if isinstance(file.data, bytes):
        return blake2b(file.data, digest_size=16).digest()
    try:
        with open_file(file.data) as stream:
            return file_digest(stream, lambda: blake2b(digest_size=16)).digest()
    except OSError:
        raise refused("FILE_UNREADABLE", file=file.name) from None


def _last_part(url: str) -> str:
    """Name what a URL leads to, without its query: that may hold a key."""
    bare = url.partition("?")[0].partition("#")[0].rstrip("/")
    return bare.rpartition("/")[2] or "url"


def _existing(path: Path, written: str) -> Path:
    if path.is_file():
        return path
    folder = path.parent
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError:
        names = []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.5)
    if near:
        raise refused("FILE_NOT_FOUND_NEAR", file=written, folder=folder.name or ".", nearest=near[0])
    raise refused("FILE_NOT_FOUND", file=written, folder=folder.name or ".")


def _matching(run: SourceRun, written: str) -> list[File]:
    """List the files that a pattern matches, but for what a program has not finished or left behind."""
    parts = Path(written).parts
    first = next(index for index, part in enumerate(parts) if not _WILD.isdisjoint(part))
    base = run.path(str(Path(*parts[:first]))) if first else run.path(".")
    pattern = str(Path(*parts[first:]))
    found = sorted(path for path in base.glob(pattern) if _is_whole(path))
    if not found:
        raise refused("GLOB_EMPTY", pattern=written)
    rules = _rules(run)
    return [File(path.relative_to(base).as_posix(), inside(path, base), rules) for path in found]


def _is_whole(path: Path) -> bool:
    name = path.name
    if name.startswith((".", "~$")) or name.casefold().endswith(_UNFINISHED):
        return False
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False
