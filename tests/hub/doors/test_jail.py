"""A reader that a hostile file has taken over reaches nothing: no file, no network, no other process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.archives import cells, xlsx

import allin_hub
from allin_hub.base.errors import Refused
from allin_hub.doctor import reader_jail
from allin_hub.doctor.finding import BROKEN, WEAK
from allin_hub.readers import sandbox
from allin_hub.readers.file_rules import FileRules
from allin_hub.readers.open import open_calendar, open_table
from allin_hub.workers.held import NOT_HERE, Held

HUB = Path(allin_hub.__file__).parent.parent
NOBODY = 65534
TRIES = ("open", "tcp", "udp", "remove", "rename", "mode", "signal")

STARTING = f"""
import os, sys
sys.path.insert(0, {str(HUB)!r})
from allin_hub.workers import probe, start
%s
os._exit(start.main(sys.argv[1:]))
"""
AS_NOBODY = f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
WITHOUT_LOCKS = """
def lock(before_last):
    before_last()
    return ("ENOSYS", "ENOSYS")
start.jail.lock = lock
"""

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")


Start = Callable[[str], None]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    """Put a script in the place of the one that starts workers."""

    def put(script: str) -> None:
        (tmp_path / "start.py").write_text(script)
        monkeypatch.setattr(sandbox, "_START", tmp_path / "start.py")

    return put


@pytest.fixture
def victim() -> Iterator[tuple[dict[str, Any], socket.socket]]:
    """A folder with files that the reader's user owns, and a server that takes anybody."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket() as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        udp.settimeout(0)
        for name in ("read", "remove", "rename", "mode"):
            (Path(folder) / name).write_bytes(b"x")
        if os.geteuid() == 0:
            for path in (Path(folder), *Path(folder).iterdir()):
                os.chown(path, NOBODY, NOBODY)
        yield {"folder": folder, "host": "127.0.0.1", "port": port, "pid": 0}, udp  # 0: its own group


def tried(params: dict[str, Any]) -> tuple[Held, dict[str, str]]:
    """Which locks hold in a child, and what became of each try in it."""
    held: list[Held] = []
    messages = list(sandbox.run("probe", b"", params=params, told=held.append))
    return held[0], {name: error for _, name, error in messages}


@needs_linux
@pytest.mark.parametrize("become", ["", AS_NOBODY], ids=["as-root", "as-nobody"])
def test_a_reader_reaches_nothing_even_after_it_closed_a_descriptor(
    start: Start, victim: tuple[dict[str, Any], socket.socket], become: str
) -> None:
    """It can neither open nor connect nor delete nor rename nor change modes nor signal, whoever it is."""
    if become and os.geteuid() != 0:
        pytest.skip("only root can become somebody else; this user is no root already")
    start(STARTING % become)
    params, udp = victim
    held, found = tried(params)

    assert dict.fromkeys(TRIES, "EPERM") == found
    assert held.is_locked
    assert sorted(path.name for path in Path(params["folder"]).iterdir()) == [
        "mode",
        "read",
        "remove",
        "rename",
    ]
    with pytest.raises(BlockingIOError):
        udp.recv(1)


@pytest.mark.parametrize("become", ["", AS_NOBODY], ids=["as-root", "as-nobody"])
def test_the_tries_are_true(start: Start, victim: tuple[dict[str, Any], socket.socket], become: str) -> None:
    """With limits alone, the same child opens a file, connects, deletes, renames, changes modes and signals."""
    if become and os.geteuid() != 0:
        pytest.skip("only root can become somebody else; this user is no root already")
    start(STARTING % (become + WITHOUT_LOCKS))
    params, udp = victim
    _, found = tried(params)

    assert dict.fromkeys(TRIES, "") == found
    assert udp.recv(1) == b"x"


@needs_linux
def test_each_lock_is_told_and_they_last() -> None:
    """Nothing that is started later is freer: the locks hold for good."""
    code = (
        "from allin_hub.workers import jail\nheld = jail.lock()\nimport os\n"
        "try:\n    os.fork()\nexcept OSError as error:\n    forked = error.errno\n"
        "print(held.landlock.startswith('ABI') or held.landlock, held.seccomp, forked)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, env={"PYTHONPATH": str(HUB)})

    assert ended.stdout.split()[1:] == [b"on", b"1"]


@pytest.fixture
def child_that_holds(start: Start) -> Callable[[str, str], None]:
    """Let children say that these locks hold, and bring one message."""

    def put(landlock: str, seccomp: str) -> None:
        lines = [["held", landlock, seccomp], ["item", 1], ["done"]]
        start("".join(f"print({json.dumps(line)!r})\n" for line in lines))

    return put


@pytest.mark.parametrize(
    ("landlock", "seccomp", "locked"),
    [
        ("ABI 7", "on", True),
        ("ABI 1", "on", True),
        ("ENOSYS", "on", True),
        ("EOPNOTSUPP", "on", True),
        ("EMFILE", "on", False),
        ("EPERM", "on", False),
        ("ABI 7", "EPERM", False),
        ("ABI 7", "not for riscv64", False),
        (NOT_HERE, NOT_HERE, False),
    ],
)
def test_a_jail_that_is_required_holds_as_far_as_the_kernel_goes(
    child_that_holds: Callable[[str, str], None], landlock: str, seccomp: str, *, locked: bool
) -> None:
    """Seccomp is the lock; Landlock may be missing only where the kernel has none."""
    child_that_holds(landlock, seccomp)
    reading = sandbox.run("any", b"", jail_required=True)
    if locked:
        assert list(reading) == [1]
    else:
        with pytest.raises(Refused) as caught:
            list(reading)
        assert caught.value.code == "FILE_NOT_JAILED"
    assert list(sandbox.run("any", b"")) == [1]


@pytest.mark.parametrize("reader", [open_table, open_calendar])
def test_the_rule_reaches_every_reader(
    child_that_holds: Callable[[str, str], None], reader: Callable[..., Iterator[Any]]
) -> None:
    """A file of any kind is refused where the office asks for a jail that does not hold."""
    child_that_holds("ABI 7", "EPERM")
    with pytest.raises(Refused) as caught:
        list(reader(xlsx(cells(1, "Name")), "a", rules=FileRules(jail_required=True)))

    assert caught.value.code == "FILE_NOT_JAILED"


def test_a_child_that_does_not_say_what_holds_is_not_believed(start: Start) -> None:
    """Where a jail is required, nothing is taken before the child said that it holds."""
    start("print('[\"item\",1]')\nprint('[\"done\"]')")
    with pytest.raises(Refused) as caught:
        list(sandbox.run("any", b"", jail_required=True))

    assert caught.value.code == "FILE_BROKEN"


@needs_linux
def test_the_doctor_tries_it_and_reads_every_kind_of_file_in_there() -> None:
    """What holds is found by trying, not by a version; a C library that needs another call is noticed."""
    found = reader_jail.probe()

    assert found.seccomp == "on"
    assert found.open == ()
    assert found.unread == ()
    assert list(reader_jail.examine(found, required=True)) == []


def test_the_doctor_names_what_is_open_without_the_kernels_help(start: Start) -> None:
    """It is a weakness, and broken where the office asks for the jail."""
    start(STARTING % WITHOUT_LOCKS)
    found = reader_jail.probe()

    assert set(found.open) == set(TRIES)
    assert found.unread == ()
    assert [("jail_open", WEAK)] == [
        (one.code, one.state) for one in reader_jail.examine(found, required=False)
    ]
    assert [("jail_open", BROKEN)] == [
        (one.code, one.state) for one in reader_jail.examine(found, required=True)
    ]


def test_the_doctor_names_files_that_cannot_be_read_any_more(start: Start) -> None:
    """A list of calls that is too short for this machine would otherwise blame every partner's file."""
    start("import sys\nsys.exit(1)")
    found = reader_jail.probe()

    assert found.open == ("all",)
    assert {path.suffix[1:].upper() for path in reader_jail.SAMPLES.iterdir()} == set(found.unread)
