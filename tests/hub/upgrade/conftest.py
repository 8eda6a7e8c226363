"""Hubs of earlier schemas, each on both databases, laid into a fresh folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.databases import DATABASES
from tests.hub.upgrade.old_hub import FIXTURES, SCHEMAS, OldHub, lay_hub

FROM_THE_NEWEST = {
    "test_any_command_upgrades_and_tells_it",
    "test_status_names_every_source",
    "test_the_command_upgrade_tells_from_where_to_where_and_keeps_a_backup",
}
"""What is said of an upgrade: in `make test` from the schema before, in `make proof-postgresql` from each."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the long proof what each schema says alike."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if item.name.partition("[")[0] in FROM_THE_NEWEST and params.get("schema") != SCHEMAS[-1]:
        item.add_marker(pytest.mark.slow)


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
