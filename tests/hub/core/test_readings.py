"""Cells that are read once for many rows: what one row says never reaches another one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from allin_hub.ingest.field_readings import Readings
from allin_hub.mapping.drafts import ways
from allin_schemas import Kind
from allin_schemas.reading import Context


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), ([1], [True]), ({"raw": 0}, {"raw": False}), ([1], [1.0])]
)
def test_a_cell_is_read_the_same_whatever_its_neighbours_hold(one: Any, other: Any) -> None:
    """Python takes 1 and True for equal; a reader does not."""
    context = Context(today=dt.date(2026, 10, 5))
    way = ways(Kind.ORGANISATION)["topics"]

    def read(*cells: Any) -> list[Any]:
        return Readings(context, "de").column(Kind.ORGANISATION, "topics", way, cells)

    assert read(one, other) == [*read(one), *read(other)]
