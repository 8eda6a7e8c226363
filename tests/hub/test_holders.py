"""A lease is taken over at once only from a process that is surely gone."""

from __future__ import annotations

import subprocess
import sys

from allin_hub import holders

ASK = "from allin_hub import holders; print(holders.this_process())"


def another() -> str:
    """The name of a process of this machine that has ended."""
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_process_that_has_ended_holds_nothing_any_more() -> None:
    """A killed run does not keep its source for a quarter of an hour."""
    assert holders.has_ended(another())
    assert not holders.has_ended(holders.this_process())


def test_of_other_containers_and_machines_nothing_is_known() -> None:
    """Containers count their processes apart: the same number may be a living run there."""
    host, *rest = another().split("|")
    elsewhere = "|".join(["rechner-zwei", *rest])
    container = "|".join([host.replace("[", "[9"), *rest])

    assert container.split("|")[0] != host
    assert not holders.has_ended(elsewhere)
    assert not holders.has_ended(container)
