"""Opens files one by one, and tells for each what became of it and what it cost.

Run as a process of its own, so that only the door's memory and time count: reads paths from standard input,
writes one JSON line for each. Each file is opened in a fork, whose peak of memory is its own.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from allin_hub.base.errors import Refused
from allin_hub.readers.open import open_table


def measured(path: Path) -> dict[str, Any]:
    """Open a table and read all of it; CPU seconds and megabytes include the door's children."""
    refused, told = None, ""
    rows: list[int] = []
    try:
        rows.extend(sum(1 for _ in sheet.rows) for sheet in open_table(path, path.name))
    except Refused as refusal:
        refused, told = refusal.code, str(refusal)
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {
        "refused": refused,
        "told": told,
        "rows": rows,
        "seconds": sum(part.ru_utime + part.ru_stime for part in usage),
        "megabytes": sum(part.ru_maxrss for part in usage) / unit,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps(measured(Path(line.rstrip("\n")))) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
