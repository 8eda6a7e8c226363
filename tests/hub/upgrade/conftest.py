"""Hubs of earlier schemas, each on both databases, laid into a fresh folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.databases import DATABASES
from tests.hub.upgrade.old_hub import FIXTURES, SCHEMAS, OldHub, lay_hub


@pytest.fixture(params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> str:
    """The schema that a hub has before its upgrade."""
    return str(request.param)


@pytest.fixture(params=DATABASES)
def old_hub(request: pytest.FixtureRequest, schema: str, tmp_path: Path) -> OldHub:
    """The folder of a hub that nobody has opened since, with its database filled."""
    url = "sqlite:///hub.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("fresh_postgres")(schema=False)
    lay_hub(tmp_path / "hub", schema, url)
    expected = json.loads((FIXTURES / schema / "expected.json").read_text(encoding="utf-8"))
    return OldHub(tmp_path / "hub", expected)
