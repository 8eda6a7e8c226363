"""Nothing that the hub starts reports its use to anybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASK = """
import json, os
import allin_flows
from prefect._internal.analytics import is_telemetry_enabled
from prefect.settings import get_current_settings

settings = get_current_settings()
print(json.dumps([
    settings.server.analytics_enabled,
    settings.server.ui.show_promotional_content,
    settings.telemetry.enable_resource_metrics,
    is_telemetry_enabled(),
]))
"""


def test_prefect_is_silent_in_the_clone_without_any_setting_of_the_office(tmp_path):
    """Who forgets to set a variable must not thereby tell a company about the office."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path)}
    words = [sys.executable, "-W", "ignore", "-c", ASK]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [False, False, False, False]
