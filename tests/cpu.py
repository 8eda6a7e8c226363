"""Count CPU seconds for tests that bound a cost: a clock on the wall also counts what else the machine does."""

from __future__ import annotations

import resource


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended, in all threads."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in usage)
