"""How batches use memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 20, 20)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector: batches make many objects and no cycles."""
    was = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was:
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """With the garbage collector at work a hundred times less often: for the code of others, which may make cycles."""
    was = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*was)
