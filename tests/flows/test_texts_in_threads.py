"""The flows' texts are read in one thread while Prefect's others work."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from allin_flows import wording as flows_wording
from allin_hub.i18n.gettext_catalogs import catalogue_file, words

ROUNDS = 5


class Garbage:
    """Lets another thread work while it is collected, as a file does that is closed then."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        time.sleep(0)


@pytest.fixture
def hurried() -> Iterator[None]:
    """Collect garbage and change threads very often."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-5)
    gc.set_threshold(50)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("hurried")
def test_texts_can_be_read_in_several_threads_at_once() -> None:
    """Python's own parser fails at that before 3.11.8 (CPython issue 106905): now and then a run stopped with SystemError."""
    folder = Path(flows_wording.__file__).parent / "locale"
    assert catalogue_file(folder, "de").is_file()
    faults: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(ROUNDS):
                Garbage()
                words.__wrapped__(folder, "de")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
