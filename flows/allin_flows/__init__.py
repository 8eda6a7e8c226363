"""The Prefect flows: thin wrappers over the core's functions, and the only folder that imports Prefect."""

import gc
import os

SILENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
}
"""Prefect reports its use to its maker (by amplitude-analytics, and its server by itself) unless these are set. No process of
the hub does, whatever stood in its environment, also where somebody else started the worker."""
os.environ.update(SILENT)
# Loading Prefect makes very many objects that all stay: to look through them again and again was an eighth of that.
gc.set_threshold(100_000, 50, 50)
