"""Scenes on both databases, each prepared when a test first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub.crash.scenes import SCENES
from tests.hub.crash.staging_grounds import Ground, prepared

RARELY_ON_POSTGRESQL = {
    "test_every_listed_point_is_reached_by_a_scene": "a point is code, whatever the database"
}
"""Tests that run on SQLite in `make test`, and on both databases in `make proof-kills`."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the long proof what says the same of both databases."""
    if item.name.endswith("[postgresql]") and item.name.partition("[")[0] in RARELY_ON_POSTGRESQL:
        item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def grounds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Ground]]:
    """Gives the ground of a scene by its name, on the database of this round."""
    postgres: Any = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    base: Path = tmp_path_factory.mktemp(request.param)
    made: dict[str, Ground] = {}

    def ground(name: str) -> Ground:
        if name not in made:
            url = (
                "sqlite:///hub.db"
                if postgres is None
                else postgres.fresh(schema=name not in {"first", "keyless"})
            )
            made[name] = prepared(SCENES[name], base / name, url, postgres)
        return made[name]

    yield ground
    for one in made.values():
        if postgres is not None:
            postgres.drop(one.database)
