"""What the office demands of every file that is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from allin_hub.base.errors import refused
from allin_hub.base.types import MEGABYTE


@dataclass(frozen=True, slots=True)
class FileRules:
    """What holds for each file of a source, whatever its format."""

    megabytes: int = 200
    """How big a file may be. Formats that take more memory to read have lower limits of their own."""
    jail_required: bool = False
    """Whether a file is refused when its reader cannot be locked in."""

    def refuse_large(self, data: Path | bytes, name: str) -> None:
        """Raise Refused for a file over the limit; its size is asked, no byte of it is read."""
        try:
            size = data.stat().st_size if isinstance(data, Path) else len(data)
        except OSError:
            raise refused("FILE_UNREADABLE", file=name) from None
        if size > self.megabytes * MEGABYTE:
            raise refused(
                "FILE_OVER_LIMIT", file=name, size=math.ceil(size / MEGABYTE), megabytes=self.megabytes
            )
