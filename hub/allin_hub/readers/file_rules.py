"""What the office demands of every file that is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRules:
    """What holds for each file of a source, whatever its format."""

    jail_required: bool = False
    """Whether a file is refused when its reader cannot be locked in."""
