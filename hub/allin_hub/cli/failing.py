"""What a person reads when a command cannot go on."""

from __future__ import annotations

import json
import sys

from allin_hub.errors import ConfigError, HubError


def explain(error: Exception) -> int:
    """Print a sentence and the next step; the exit code."""
    if isinstance(error, HubError):
        message, hint, code = error.message, error.hint, 2 if isinstance(error, ConfigError) else 1
    else:
        message, code = f"The hub stopped with {type(error).__name__}.", 1
        hint = "Run the command again with --debug and report what it shows. Nothing was half-written."
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": message, "hint": hint}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{message}\n")
        if hint:
            sys.stderr.write(f"{hint}\n")
    return code
