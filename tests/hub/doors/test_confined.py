"""A child that misbehaves in any way ends as a refusal, soon, and leaves nothing behind."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import allin_hub
from allin_hub.base.errors import Refused
from allin_hub.readers import sandbox

HUB = Path(allin_hub.__file__).parent.parent

BAD_ENDS = {
    "import sys; sys.exit(3)": "FILE_BROKEN",
    "import os; os.abort()": "FILE_TOO_BIG",
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": "FILE_BROKEN",
    "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)": "FILE_TOO_SLOW",
    "print('garbage')": "FILE_BROKEN",
    "print('{}')": "FILE_BROKEN",
    "print('[]')": "FILE_BROKEN",
    'print(\'["refused", "NO_SUCH_CODE", {}]\')': "FILE_BROKEN",
    "print('[\"refused\", 7, 8]')": "FILE_BROKEN",
    "print('[\"item\", 1')": "FILE_BROKEN",
    "print('[\"item\", 1]')": "FILE_BROKEN",
    "raise ValueError('CANARY')": "FILE_BROKEN",
    "import time; time.sleep(60)": "FILE_TOO_SLOW",
    "import os, time; os.close(1); time.sleep(60)": "FILE_BROKEN",
    "while True: pass": "FILE_TOO_SLOW",
    "import sys\nwhile True: sys.stdout.write('x' * 65536)": "FILE_TOO_BIG",
}
READERS = {
    "open(__file__)": "FILE_BROKEN",
    "__import__('socket').create_connection(('127.0.0.1', 9))": "FILE_BROKEN",
    "open('/tmp/leak', 'w').write('x')": "FILE_BROKEN",
    "bytearray(2**30)": "FILE_TOO_BIG",
    "[0] * 10**9": "FILE_TOO_BIG",
    "(lambda f: f(f))(lambda f: f(f))": "FILE_BROKEN",
    "exit(0)": "FILE_BROKEN",
}


@pytest.fixture
def child(monkeypatch, tmp_path) -> Callable[[str], None]:
    """Put a script in the place of the one that starts workers."""

    def put(script: str) -> None:
        path = tmp_path / "start.py"
        path.write_text(script)
        monkeypatch.setattr(sandbox, "_START", path)

    return put


@pytest.fixture
def reader(child) -> Callable[[str], None]:
    """Make `evil` a worker that evaluates an expression; all limits are as always."""

    def put(expression: str) -> None:
        child(
            f"import sys, types\nsys.path.insert(0, {str(HUB)!r})\nimport socket\n"
            "from allin_hub.workers import start\n"
            "evil = types.ModuleType('evil')\n"
            f"evil.read = lambda data, params: [{expression}]\n"
            "sys.modules['allin_hub.workers.evil'] = evil\n"
            "import os\nos._exit(start.main(sys.argv[1:]))\n"
        )

    return put


@pytest.mark.parametrize(("script", "code"), BAD_ENDS.items())
def test_every_bad_end_becomes_a_refusal(child, script, code) -> None:
    """A reader that crashes, hangs or talks nonsense is the file's fault, and costs only the file."""
    child(script)
    with pytest.raises(Refused) as caught:
        list(sandbox.run("any", b"data", seconds=0.7 if code == "FILE_TOO_SLOW" else 60))

    assert caught.value.code == code
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("expression", "code"), READERS.items())
def test_a_reader_can_open_nothing_and_take_no_more_than_its_share(reader, expression, code) -> None:
    """Whatever a hostile file makes a reader do, it has no file, no socket and little memory."""
    reader(expression)
    with pytest.raises(Refused) as caught:
        list(sandbox.run("evil", b"data", memory=200 * 2**20, seconds=5))

    assert caught.value.code == code


def test_a_reader_sees_no_environment(reader, monkeypatch) -> None:
    """Secrets often stand there."""
    monkeypatch.setenv("HUB_TOKEN", "CANARY")
    reader("sorted(__import__('os').environ)")

    assert "HUB_TOKEN" not in next(sandbox.run("evil", b""))


def test_bytes_and_files_arrive_whole(reader, tmp_path) -> None:
    """More than a pipe holds, and nothing at all."""
    reader("[len(data), data[-1:].decode()]")
    path = tmp_path / "file"
    for content in (b"", b"x", bytes(3_000_000) + b"z"):
        path.write_bytes(content)
        expected = [[len(content), content[-1:].decode()]]

        assert list(sandbox.run("evil", content)) == expected
        assert list(sandbox.run("evil", path)) == expected


def test_parameters_arrive(child) -> None:
    """Limits travel with the call."""
    child("import sys\nprint('[\"item\",' + sys.argv[4] + ']')\nprint('[\"done\"]')")

    assert list(sandbox.run("any", b"", params={"zone": "Europe/Berlin", "ü": [1, None]})) == [
        {"zone": "Europe/Berlin", "ü": [1, None]}
    ]


def test_only_waiting_counts_as_time(child, monkeypatch) -> None:
    """A hub that is busy for hours with the rows so far must not blame the file."""
    child("print('[\"item\",1]', flush=True)\nprint('[\"done\"]')")
    busy = 0
    monkeypatch.setattr(sandbox, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + busy))
    messages = sandbox.run("any", b"", seconds=60)
    assert next(messages) == 1
    busy = 10_000

    assert list(messages) == []


def test_a_reader_that_nobody_listens_to_is_ended(child, tmp_path) -> None:
    """Giving up half-way leaves no process behind."""
    mark = tmp_path / "pid"
    tell = f"open({str(mark)!r}, 'w').write(str(os.getpid()))"
    child(f"import os, time\n{tell}\nprint('[\"item\",1]', flush=True)\ntime.sleep(60)")
    messages = sandbox.run("any", b"")
    assert next(messages) == 1
    del messages
    gc.collect()

    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize("missing", ["nowhere.xlsx", "."])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path, missing) -> None:
    """A file may be moved away between two syncs."""
    with pytest.raises(Refused) as caught:
        list(sandbox.run("table", tmp_path / missing))

    assert caught.value.code == "FILE_UNREADABLE"
