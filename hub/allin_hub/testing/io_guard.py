"""Sees what a plugin does behind the hub's back: sockets, files, processes, the environment, the clock, chance.

Audit events of Python tell of the first three; the environment is heard when a variable's name is encoded; the
clock and chance are seen as calls into C. What the hub's own doors do is the hub's, and what loads code is no I/O.
"""

from __future__ import annotations

import gc
import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import allin_hub

_HUB = f"{Path(allin_hub.__file__).parent}{os.sep}"
_LIBRARIES = tuple(
    {f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {f"{sys.prefix}{os.sep}", f"{sys.base_prefix}{os.sep}", "<frozen"}
)
_ZONES = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")
_LOADING = (
    "<frozen importlib",
    f"{os.sep}importlib{os.sep}",
    f"{os.sep}linecache.py",
    f"{os.sep}traceback.py",
)
_EVENTS = {
    "socket.connect": "opened a socket",
    "socket.bind": "opened a socket",
    "socket.sendto": "opened a socket",
    "socket.getaddrinfo": "asked for the address of a host",
    "socket.gethostbyname": "asked for the address of a host",
    "subprocess.Popen": "started a program",
    "os.system": "started a program",
    "os.exec": "started a program",
    "os.posix_spawn": "started a program",
    "os.fork": "started a process",
    "os.remove": "removed a file",
    "os.rename": "renamed a file",
    "os.mkdir": "made a folder",
    "os.rmdir": "removed a folder",
    "os.truncate": "wrote a file",
    "os.chmod": "changed a file",
    "os.listdir": "listed a folder",
    "os.scandir": "listed a folder",
    "os.putenv": "changed the environment",
    "os.unsetenv": "changed the environment",
    "shutil.copyfile": "copied a file",
    "shutil.move": "moved a file",
    "shutil.rmtree": "removed a folder",
    "sqlite3.connect": "opened a database",
    "time.sleep": "slept",
}
_CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "monotonic"),
    ("time", "perf_counter"), ("Random", "random"), ("Random", "getrandbits"), ("posix", "urandom"), ("nt", "urandom"),
    ("posix", "getrandom"), ("_uuid", "generate_time_safe"),
}  # fmt: skip
_OF_ENVIRONMENT = ("os.py", "_collections_abc.py", "<frozen os>", "<frozen _collections_abc>")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """What was seen while a plugin worked. `reads` are folders in which it may read; `home` is its own."""

    def __init__(self, home: Path, reads: tuple[Path, ...] = (), *, first: bool = True) -> None:
        self.seen: list[str] = []
        self._home = str(home)
        self._reads = tuple(f"{folder.resolve()}{os.sep}" for folder in reads)
        self._first = first
        self._thread = threading.get_ident()

    def note(self, what: str) -> None:
        """Remember something once."""
        if what not in self.seen:
            self.seen.append(what)

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        """Judge an audit event."""
        if event == "open":
            self._opened(*args[:3])
        elif event in _EVENTS:
            frame = sys._getframe(2)
            if event in {"os.listdir", "os.scandir"} and (_is_loading(frame) or self._may_read(args[0])):
                return
            if self._is_plugins(frame):
                shown = next((str(arg) for arg in args if isinstance(arg, str | tuple)), "")
                self.note(f"{_EVENTS[event]}{f' ({shown})' if shown else ''}")

    def asked_environment(self, name: Any) -> None:
        """Judge a look at a variable of the environment."""
        if not isinstance(name, str):
            return
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename.endswith(_OF_ENVIRONMENT):
            frame = frame.f_back
        if frame is None or not self._is_plugins(frame):
            return
        if self._first and not self._is_own(frame.f_code.co_filename):
            return
        self.note(f"read {name} from the environment")

    def called(self, frame: FrameType, event: str, function: Any) -> None:
        """Judge a call into C, as `sys.setprofile` tells of it."""
        if event != "c_call":
            return
        owner = getattr(function, "__self__", None)
        if owner is None:
            return
        kind = owner if isinstance(owner, type) else type(owner)
        names = {kind.__name__, *(base.__name__ for base in kind.__mro__), getattr(owner, "__name__", "")}
        name = getattr(function, "__name__", "")
        for place in names:
            if (place, name) in _CLOCK and self._is_plugins(frame):
                self.note(f"called {place}.{name}()")
                return

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        frame = sys._getframe(3)
        if _is_loading(frame) or not self._is_plugins(frame):
            return
        writes = bool(set(mode or "") & set("wax+")) or bool((flags or 0) & _WRITING)
        if not writes and self._may_read(path):
            return
        self.note(f"{'wrote' if writes else 'read'} the file {os.fsdecode(path)}")

    def _may_read(self, path: Any) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        full = os.path.realpath(os.fsdecode(path))
        libraries = (*_LIBRARIES, *_ZONES, *(_library_paths() if self._first else ()))
        return f"{full}{os.sep}".startswith(self._reads) or (self._first and full.startswith(libraries))

    def _is_own(self, file: str) -> bool:
        return file == self._home or file.startswith(f"{self._home}{os.sep}")

    def _is_plugins(self, frame: FrameType | None) -> bool:
        """Whether the plugin asked for it: going outwards, its code comes before the hub's."""
        while frame is not None:
            file = frame.f_code.co_filename
            if self._is_own(file):
                return True
            if file.startswith(_HUB):
                return False
            if not file.startswith(_LIBRARIES):
                return True
            frame = frame.f_back
        return False


_active: list[Watch] = []
_hooked: list[Callable[..., None]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _active and (event == "open" or event in _EVENTS):
        watch = _active[-1]
        _active.clear()
        try:
            watch.heard(event, args)
        finally:
            _active.append(watch)


@contextmanager
def watching(watch: Watch, *, clock: bool = False) -> Iterator[Watch]:
    """Watch what runs inside; with `clock` also the clock and chance.

    Callbacks of the garbage collector are put aside meanwhile: Hypothesis reads the clock in one, in the midst of any code.
    """
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked.append(_hook)
    environment: Any = os.environ
    encode = environment.encodekey

    def heard(name: Any) -> Any:
        watch.asked_environment(name)
        return encode(name)

    before = sys.getprofile()
    environment.encodekey = heard
    _active.append(watch)
    callbacks = list(gc.callbacks)
    if clock:
        gc.callbacks.clear()
        sys.setprofile(watch.called)
    try:
        yield watch
    finally:
        if clock:
            sys.setprofile(before)
            gc.callbacks[:] = callbacks
        _active.clear()
        environment.encodekey = encode


def home_of(plugin: type) -> Path:
    """The folder of a plugin's package, or its module's file where that stands alone."""
    file = Path(str(sys.modules[plugin.__module__].__file__))
    return file.parent if (file.parent / "__init__.py").is_file() else file


def _is_loading(frame: FrameType | None) -> bool:
    """Whether Python is loading code, or a library its own data."""
    while frame is not None:
        file = frame.f_code.co_filename
        if any(word in file for word in _LOADING):
            return True
        frame = frame.f_back
    return False


def _library_paths() -> tuple[str, ...]:
    return tuple(f"{path}{os.sep}" for path in sys.path if path)
