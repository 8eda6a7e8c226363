"""The processes of an office's Prefect: each is started again when it dies, later each time, and not for ever."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allin_flows import processes

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
TOO_OFTEN, WITHIN = 6, 600.0
"""How many deaths within how many seconds are too many."""
LARGEST_LOG = 5_000_000


@dataclass
class Child:
    """One process that is to live as long as `allin up`."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    inherits: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    _due: float = 0.0

    @property
    def log(self) -> Path:
        """Where it writes what it has to say."""
        return self.folder / f"{self.name}.log"

    @property
    def lives(self) -> bool:
        """Whether it is running now."""
        return self.process is not None and self.process.poll() is None

    @property
    def hopeless(self) -> bool:
        """Whether it has died so often that another start would not help."""
        return len(self.deaths) >= TOO_OFTEN

    def start(self) -> None:
        """Start it."""
        self.process = processes.start(self.words, self.log, self.environment, self.folder, self.inherits)

    def look(self) -> bool:
        """Start it again when it has died and its pause is over; True when it has died since the last look."""
        self._cut_log()
        if self.process is not None and self.process.poll() is not None:
            now = time.monotonic()
            self.deaths = [*(death for death in self.deaths if now - death < WITHIN), now]
            self._due = now + min(FIRST_PAUSE * 2 ** (len(self.deaths) - 1), LONGEST_PAUSE)
            self.process = None
            return True
        if self.process is None and time.monotonic() >= self._due and not self.hopeless:
            self.start()
        return False

    def kill(self) -> None:
        """End it at once; the next look starts it again."""
        if self.process is not None:
            self.process.kill()

    def _cut_log(self) -> None:
        """Keep one older part of the log beside it; the process goes on writing at the new beginning."""
        if self.log.is_file() and self.log.stat().st_size > LARGEST_LOG:
            shutil.copyfile(self.log, self.log.with_suffix(".old.log"))
            with self.log.open("r+b") as written:
                written.truncate(0)
