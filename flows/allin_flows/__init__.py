"""The Prefect flows: thin wrappers over the core's functions, and the only folder that imports Prefect."""

import gc
import os

# Prefect reports its use unless this is set; nothing that the hub starts does.
os.environ.setdefault("DO_NOT_TRACK", "1")
# Loading Prefect makes very many objects that all stay: to look through them again and again was an eighth of that.
gc.set_threshold(100_000, 50, 50)
