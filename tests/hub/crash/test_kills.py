"""Runs killed at any moment: the next run makes the same of it, and a reader of the site never notices."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from tests.hub.crash.staging_grounds import Ground

KILLS = int(os.environ.get("ALLIN_TEST_KILLS", "200"))
SEED = int(os.environ.get("ALLIN_TEST_SEED", "1"))


def _killed(grounds: Callable[[str], Ground], times: int, seed: int) -> dict[str, list[str]]:
    """What went wrong in so many runs, killed at moments that the seed decides."""
    found = {}
    chance = random.Random(seed)  # noqa: S311 - the same moments each time
    for number in range(times):
        ground = grounds("first" if number % 5 == 4 else "changed")
        moment = chance.random() * ground.seconds
        differences = ground.prove(lambda order: order, within=moment)
        if differences:
            found[f"{ground.scene.name}, killed after {moment:.3f} s"] = differences
    return found


def test_runs_killed_at_random_moments_leave_what_undisturbed_ones_make(
    grounds: Callable[[str], Ground],
) -> None:
    """Half a dozen of them; `make proof-kills` does two hundred on each database."""
    assert _killed(grounds, 6, SEED) == {}


@pytest.mark.slow
def test_two_hundred_kills_at_random_moments_leave_what_undisturbed_runs_make(
    grounds: Callable[[str], Ground],
) -> None:
    """Over sync and publish, the first one ever and one after a night of changes."""
    assert _killed(grounds, KILLS, SEED + 1) == {}


@pytest.mark.parametrize("scene", ["rotated", "rehashed"])
def test_a_rotation_killed_at_random_moments_leaves_one_key_or_the_other(
    grounds: Callable[[str], Ground], scene: str
) -> None:
    """The next one finds a hub that opens, and makes the same of it."""
    ground, chance = grounds(scene), random.Random(SEED)  # noqa: S311 - the same moments each time

    assert [] == [
        found
        for _ in range(3)
        for found in ground.prove(lambda order: order, within=chance.random() * ground.seconds)
    ]


@pytest.mark.parametrize(
    "place",
    [
        "raws-staged:2",
        "rows-written:5",
        "sync-applied:1",
        "sync-applied:2",
        "file-placed:2",
        "file-removed:1",
    ],
)
def test_a_run_killed_at_a_point_that_matters_leaves_what_an_undisturbed_one_makes(
    grounds: Callable[[str], Ground], place: str
) -> None:
    """The points where most is at stake; `make proof-kills` goes through all of them."""
    point, _, hit = place.partition(":")

    assert grounds("changed").prove(lambda order: order.at(point, int(hit))) == []
