"""Asks which of the locked versions have known vulnerabilities: python tools/audit.py constraints.hashes.txt.

Ends with 1 when there are any, and with 2 when they could not be asked for: no answer is no clean bill.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

UNASKED = "The advisory service could not be reached from here: nothing was checked."


def audited(lock: str) -> tuple[dict[str, Any], str]:
    """Run pip-audit on a file of versions and hashes: what it found, and what it said beside."""
    words = ["--requirement", lock, "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    ended = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        found = {}
    return found, ended.stderr.strip()


def judged(found: dict[str, Any], said: str) -> tuple[int, list[str]]:
    """Judge what was found: the exit code, and what to tell."""
    packages = found.get("dependencies", [])
    asked = [one for one in packages if "vulns" in one]
    if not asked:
        return 2, [UNASKED, *said.splitlines()[-1:]]
    wrong = [(one, fault) for one in asked for fault in one["vulns"]]
    lines = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one, fault in wrong
    ]
    lines += [f"Not checked: {one['name']}" for one in packages if "vulns" not in one]
    lines.append(f"{len(wrong)} known vulnerabilities in {len(asked)} packages.")
    return (1 if wrong else 0), lines


def main(lock: str) -> int:
    """Audit a lock file, and tell."""
    code, lines = judged(*audited(lock))
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
