"""A lease is taken over at once only from a process that is surely gone."""

from __future__ import annotations

import os
import subprocess
import sys

from allin_hub.base import process_identity

ASK = "from allin_hub.base import process_identity\nprint(process_identity.this_process())"


def another() -> str:
    """The name of a process of this machine that has ended."""
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_process_that_has_ended_holds_nothing_any_more() -> None:
    """A killed run does not keep its source for a quarter of an hour."""
    assert process_identity.has_ended(another())
    assert not process_identity.has_ended(process_identity.this_process())


def test_a_killed_process_holds_nothing_even_before_its_parent_has_heard_of_it() -> None:
    """Until then the system still lists it; the next run would call itself busy because of a dead one."""
    waiting = f"import sys\n{ASK}\nsys.stdout.flush()\nsys.stdin.read()"
    command = [sys.executable, "-c", waiting]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        holder = process.stdout.readline().strip()
        before = process_identity.has_ended(holder)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        after = process_identity.has_ended(holder)

    assert (before, after) == (False, True)


def test_of_other_containers_and_machines_nothing_is_known() -> None:
    """Containers count their processes apart: the same number may be a living run there."""
    host, *rest = another().split("|")
    elsewhere = "|".join(["rechner-zwei", *rest])
    container = "|".join([host.replace("[", "[9"), *rest])

    assert container.split("|")[0] != host
    assert not process_identity.has_ended(elsewhere)
    assert not process_identity.has_ended(container)
