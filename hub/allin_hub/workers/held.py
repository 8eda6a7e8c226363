"""Which locks hold in a child: said by it, and judged by its parent."""

from __future__ import annotations

from typing import NamedTuple

ON = "on"
NOT_HERE = "not on this system"
ABSENT = frozenset({NOT_HERE, "ENOSYS", "EOPNOTSUPP"})
"""What stands for a lock that this kernel does not have, or that was not chosen when it was started."""


class Held(NamedTuple):
    """Which locks hold: `on` or `ABI 7`; else the error, or that the system has none."""

    landlock: str
    seccomp: str

    @property
    def is_locked(self) -> bool:
        """Whether a child is locked in: by seccomp, which is the lock, and by Landlock where the kernel has it."""
        return self.seccomp == ON and (self.landlock.startswith("ABI") or self.landlock in ABSENT)
