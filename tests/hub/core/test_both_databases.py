"""What is true of the core is true on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

from tests.databases import DATABASES


def test_every_test_of_the_core_runs_on_both_databases(collected: Any, on_one: dict[str, str]) -> None:
    """A test that runs on one only would let the other one rot; a named exception has a reason."""
    lonely = {name.rpartition("/")[2] for name, sorts in collected.items() if sorts != set(DATABASES)}
    known = {name.rpartition("/")[2] for name in collected}

    assert lonely == set(on_one) & known
    assert all(on_one.values())
