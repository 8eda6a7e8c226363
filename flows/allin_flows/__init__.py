"""The Prefect flows: thin wrappers over the core's functions, and the only folder that imports Prefect."""

import os

# Prefect reports its use unless this is set; nothing that the hub starts does.
os.environ.setdefault("DO_NOT_TRACK", "1")
