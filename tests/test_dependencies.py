"""What the hub brings along is locked by hash, listed, and asked about; and none of it reports to anybody."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LOCKED = re.compile(r"^([a-z0-9-]+)==([^ ;\\\n]+)((?: ; [^\\\n]+?)?)(?: \\)?$", re.MULTILINE)
HASHES = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def tool(name: str) -> ModuleType:
    """Load a tool of the repository."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_every_locked_version_has_hashes_and_nothing_else() -> None:
    """The same names and versions as in constraints.txt; no address of a download, no host of a registry."""
    plain = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    hashed = (ROOT / "constraints.hashes.txt").read_text(encoding="utf-8")
    others = [line for line in hashed.splitlines() if not HASHES.match(line) and not LOCKED.match(line)]
    blocks = re.split(r"^(?=[a-z0-9])", hashed, flags=re.MULTILINE)[1:]

    assert [] == others
    assert {found[0]: found[1] for found in LOCKED.findall(plain)} == {
        found[0]: found[1] for found in LOCKED.findall(hashed)
    }
    assert [] == [block.partition("==")[0] for block in blocks if "--hash=sha256:" not in block]


def test_the_bill_lists_what_an_office_installs_and_no_tool_of_developers(tmp_path: Path) -> None:
    """Each component with name, version and purl, and who needs it; twice the same."""
    made = tool("sbom")
    first, second = made.main(tmp_path / "a"), made.main(tmp_path / "b")
    found: dict[str, Any] = json.loads(first.read_text(encoding="utf-8"))
    names = {one["name"] for one in found["components"]}
    references = {one["bom-ref"] for one in [*found["components"], found["metadata"]["component"]]}
    needs = {one["ref"]: one["dependsOn"] for one in found["dependencies"]}

    assert first.read_bytes() == second.read_bytes()
    assert ("CycloneDX", "1.6") == (found["bomFormat"], found["specVersion"])
    assert {"pydantic", "pydantic-core", "sqlalchemy", "prefect", "amplitude-analytics"} <= names
    assert not names & {"pytest", "ruff", "mypy", "hypothesis", "pip-audit"}
    assert references == set(needs)
    assert references >= {one for several in needs.values() for one in several}
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in found["components"])


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ({}, 2, "nothing was checked"),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 2, "nothing was checked"),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0, "0 known"),
        (
            {
                "dependencies": [
                    {"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}
                ]
            },
            1,
            "a 1: X-1, mended in 2",
        ),
    ],
)
def test_an_audit_without_an_answer_is_no_clean_bill(found: dict[str, Any], code: int, said: str) -> None:
    """pip-audit itself says "No known vulnerabilities found" where it found no service to ask."""
    ended, lines = tool("audit").judged(found, "")

    assert ended == code
    assert said in "\n".join(lines)


TELEMETRY = """
import allin_flows.work
from prefect._internal.analytics import emit_sdk_event, is_telemetry_enabled
from prefect._internal.analytics.service import AnalyticsService
from prefect.settings import get_current_settings
emit_sdk_event("first_sdk_import")
service, settings = AnalyticsService.instance(), get_current_settings()
queued = service._queue.qsize(), service._started
print(is_telemetry_enabled(), *queued, settings.server.analytics_enabled, settings.telemetry.enable_resource_metrics)
"""


@pytest.mark.parametrize("wish", [None, "0", "false"])
def test_prefects_telemetry_is_off_in_all_that_the_hub_starts(tmp_path: Path, wish: str | None) -> None:
    """Prefect brings a package that reports each machine's first steps to its maker, unless the environment says no.

    A run on a worker that somebody else has started is a process of the hub, too.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CI", "PREFECT_"))
    }
    environment.pop("DO_NOT_TRACK", None)
    environment |= {} if wish is None else {"DO_NOT_TRACK": wish, "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    environment |= {"PREFECT_HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    paths = [str(ROOT / folder) for folder in ("schemas", "hub", "plugins", "flows")]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    ended = subprocess.run([sys.executable, "-c", TELEMETRY], env=environment, capture_output=True, text=True)

    assert ended.stdout.split("\n")[-2:-1] == ["False 0 False False False"], ended.stderr[-800:]
