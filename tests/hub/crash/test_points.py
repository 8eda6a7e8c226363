"""Every point at which a run may be killed: the next run makes the same of it, and a reader never notices."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hub.crash.scenes import SCENES
from tests.hub.crash.staging_grounds import Ground

from allin_hub.base import failpoints
from allin_hub.base.failpoints import Point
from allin_hub.store import runs
from allin_hub.store.engine import migrate, open_engine, reading, writing


def test_every_listed_point_is_reached_by_a_scene(grounds: Callable[[str], Ground]) -> None:
    """A point without a case would prove nothing."""
    reached = {point for name in SCENES for point in grounds(name).reached}

    assert {point.value for point in Point} - reached == set()


def test_a_commit_is_a_point_just_before_and_just_after(tmp_path: Path) -> None:
    """Killed before, it has not happened; killed after, it has."""
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(engine)
    seen: list[tuple[Point, str | None]] = []

    def look(point: Point) -> None:
        if point is Point.SYNC_BEGUN:
            with reading(engine) as connection:
                seen.append((point, runs.fact(connection, "done")))

    failpoints.watch(look)
    try:
        with writing(engine, Point.SYNC_BEGUN) as connection:
            runs.save_fact(connection, "done", "yes")
    finally:
        failpoints.watch(None)
        engine.dispose()

    assert seen == [(Point.SYNC_BEGUN, None), (Point.SYNC_BEGUN, "yes")]


def test_a_step_with_a_file_is_a_point_just_before_and_just_after(tmp_path: Path) -> None:
    """As a commit is; a step that fails is over before its end."""
    file, seen = tmp_path / "file", []
    failpoints.watch(lambda point: seen.append((point, file.exists())))
    try:
        with failpoints.around(Point.FILE_PLACED):
            file.touch()
        with pytest.raises(FileNotFoundError), failpoints.around(Point.FILE_REMOVED):
            (tmp_path / "other").unlink()
    finally:
        failpoints.watch(None)

    assert seen == [(Point.FILE_PLACED, False), (Point.FILE_PLACED, True), (Point.FILE_REMOVED, True)]


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
