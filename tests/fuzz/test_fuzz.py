"""A short look with always the same inputs; `make fuzz` looks for an hour, at new ones."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from tests.fuzz.everything import TARGETS
from tests.fuzz.target import Overrun, Target, bounded

from allin_schemas.reading import READERS


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_no_input_does_harm(target: Target) -> None:
    """Whatever comes in is read or refused by name, within its share of the machine."""

    @seeded(0)
    @settings(
        max_examples=target.short,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(target.inputs)
    def holds(value: object) -> None:
        target.run(value)

    holds()


def test_every_reader_door_and_map_is_fuzzed() -> None:
    """A reader that is added later is fuzzed by its name, without another list."""
    names = {target.name for target in TARGETS}

    assert len(names) == len(TARGETS)
    assert {f"reader-{name}" for name in READERS} <= names
    assert {"door-csv", "door-workbook", "door-calendar", "network-answer", "hub-toml"} <= names


def test_what_runs_for_ever_is_ended() -> None:
    """A fuzzer that hangs with what it fuzzes would find nothing more."""

    def run_for_ever() -> None:
        with bounded(0.0):
            while True:
                pass

    with pytest.raises(Overrun, match="CPU time"):
        run_for_ever()
