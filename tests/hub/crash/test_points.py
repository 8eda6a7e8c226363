"""Every point at which a run may be killed: the next run makes the same of it, and a reader never notices."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest
from tests.hub.crash.scenes import SCENES
from tests.hub.crash.staging_grounds import Ground

from allin_hub.crashing import Point

NEVER_IN_A_TEST = frozenset[Point]()


def test_every_listed_point_is_reached_by_a_scene(grounds: Callable[[str], Ground]) -> None:
    """A point without a case would prove nothing."""
    reached = {point for name in SCENES for point in grounds(name).reached}

    assert {point.value for point in Point} - reached == set()


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES)
def test_a_run_killed_at_any_point_leaves_what_an_undisturbed_one_makes(
    grounds: Callable[[str], Ground], scene: str
) -> None:
    """The first, the second, one in the middle and the last time that each point is reached, in every scene."""
    ground = grounds(scene)
    found = {}
    only = os.environ.get("ALLIN_TEST_POINT")
    for point, times in sorted(Counter(ground.reached).items()):
        if only and point != only:
            continue
        for hit in sorted({1, 2, (times + 1) // 2, times} & set(range(1, times + 1))):
            differences = ground.prove(lambda order, point=point, hit=hit: order.at(point, hit))
            if differences:
                found[f"{point}:{hit}"] = differences

    assert found == {}
