"""What somebody without the login may try against a running `allin up`; as a program: as another user of the machine.

Called with JSON: the address of the API, the tries, and the files that are none of this user's business.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx

NOBODY = 65534


def tries(deployment: str, mark: Path) -> list[tuple[str, str, Any]]:
    """Requests that would read, change or delete something, or run a command that leaves a mark."""
    run = {"state": {"type": "SCHEDULED"}, "job_variables": {"command": f"touch {mark}"}}
    one, pool = f"deployments/{deployment}", "work_pools/office"
    return [
        ("POST", f"{one}/create_flow_run", run),
        ("POST", f"{one}/pause_deployment", {}),
        ("POST", f"{one}/schedule", {}),
        ("PATCH", one, {"paused": True, "job_variables": run["job_variables"]}),
        ("DELETE", one, None),
        ("PATCH", pool, {"is_paused": True}),
        ("DELETE", pool, None),
        ("POST", "deployments/filter", {}),
        ("POST", "flow_runs/filter", {}),
        ("GET", one, None),
        ("GET", "version", None),
        ("GET", "admin/settings", None),
        ("GET", "csrf-token?client=stranger", None),
    ]


def ask(api: str, all_tries: list[tuple[str, str, Any]], **headers: str) -> dict[str, int]:
    """Make each try; gives the status of each answer."""
    with httpx.Client(base_url=api, trust_env=False, timeout=60, headers=headers) as http:
        return {
            f"{how} {path}": http.request(how, path, json=body).status_code for how, path, body in all_tries
        }


def opened(files: list[str]) -> list[str]:
    """The files that this user can read, or folders that it can list."""
    found = []
    for file in files:
        try:
            Path(file).read_bytes()
        except IsADirectoryError:
            found.append(file)
        except OSError:
            continue
        else:
            found.append(file)
    return found


if __name__ == "__main__":
    api, all_tries, files = json.loads(sys.argv[1])
    ask(api, [("GET", "health", None)])  # loads what this user may not read any more afterwards
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    sys.stdout.write(json.dumps([ask(api, all_tries), opened(files)]))
