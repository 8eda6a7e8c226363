"""Cells that are read once for many rows: what one row says never reaches another one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import BaseModel, model_validator

from allin_hub.ingest import field_readings
from allin_hub.ingest.field_readings import Readings
from allin_hub.mapping.drafts import Way, ways
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


class _Range(BaseModel):
    start: int
    end: int

    @model_validator(mode="after")
    def _in_order(self) -> _Range:
        if self.end < self.start:
            raise ValueError("ends before it starts")
        return self


class _Claim(BaseModel):
    topics: list[_Range] | None = None


def test_a_value_is_checked_by_the_validators_of_the_models_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a value could be stored that no entity may hold."""
    monkeypatch.setattr(field_readings, "claim_of", lambda _entity: _Claim)
    monkeypatch.setattr(field_readings, "_adapter", field_readings._adapter.__wrapped__)
    context = Context(today=dt.date(2026, 10, 5))
    way = Way(None, localized=False, private=False)
    cells = [[{"start": 1, "end": 2}], [{"start": 2, "end": 1}], [{"start": "1", "end": 2}]]

    found = Readings(context, "de").column(Kind.ORGANISATION, "topics", way, cells)

    assert [one.value for one in found] == [cells[0], None, None]
    assert [one.code for reading in found for one in reading.findings] == ["VALUE_INVALID"] * 2
