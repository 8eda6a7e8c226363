"""What Prefect costs: the whole process of a small sync as a flow, beside the same sync without it.

With a Prefect server running (for example that of `allin up`):
    PREFECT_API_URL=http://127.0.0.1:4200/api python bench/flow.py HUB SOURCE [TIMES]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

IMPORT = "import prefect; from prefect import flow, task"
FLOW = "import asyncio, sys; from allin_flows import flows; asyncio.run(flows.sync(sys.argv[1], [sys.argv[2]], return_state=True))"


def spent(words: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of one process, with all that it starts."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", *words], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, time.perf_counter() - began


def main(hub: str, source: str, times: int = 5) -> None:
    """Print the median of each."""
    assert os.environ.get("PREFECT_API_URL"), (
        "name a running server: PREFECT_API_URL=http://127.0.0.1:4200/api"
    )
    rows = {
        "python alone": ["-c", "pass"],
        "import prefect": ["-c", IMPORT],
        "allin sync": ["-m", "allin_hub", "sync", source, "--hub", hub, "--json"],
        "the same as a flow": ["-c", FLOW, hub, source],
    }
    print(f"{'median of ' + str(times):24}{'CPU s':>8}{'wall s':>8}")
    for name, words in rows.items():
        found = sorted(spent(words) for _ in range(times))
        print(f"{name:24}{found[times // 2][0]:8.2f}{sorted(one[1] for one in found)[times // 2]:8.2f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:]))
