"""Events as the store holds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from allin_schemas import Event

CHANGED = dt.datetime(2026, 9, 1, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def event() -> Callable[..., Event]:
    """Make an event from the fields that a test is about."""

    def made(**fields: Any) -> Event:
        known = {
            "id": UUID("019a0000-0000-7000-8000-000000000001"),
            "slug": "sprachcafe",
            "created_at": CHANGED,
            "updated_at": CHANGED,
            "title": "Sprachcafé",
        }
        return Event.model_validate(known | fields)

    return made
