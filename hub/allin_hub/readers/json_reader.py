"""The door for JSON: parsed strictly in a confined child, which writes it anew for this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from allin_hub.base.errors import Refused, refused
from allin_hub.readers import sandbox
from allin_hub.readers.file_rules import FileRules
from allin_hub.workers.json_document import BROKEN

__all__ = ["BROKEN", "read_json"]

LARGEST = 50 * 2**20
SECONDS = 10.0
MEMORY = 500 * 2**20
_RULES = FileRules()


def read_json(data: Path | bytes, name: str, *, rules: FileRules = _RULES, is_tolerant: bool = False) -> Any:
    """Read strict JSON; `name` stands in what is refused.

    Raises Refused for what is too big, ambiguous or hostile: double keys, NaN, huge numbers, deep nesting. Read
    tolerantly, single values that cannot be read are BROKEN instead.
    """
    rules.refuse_large(data, name)
    if (data.stat().st_size if isinstance(data, Path) else len(data)) > LARGEST:
        raise refused("FILE_TOO_BIG", file=name)
    messages = sandbox.run(
        "json_document",
        data,
        params={"tolerant": is_tolerant},
        seconds=SECONDS,
        memory=MEMORY,
        jail_required=rules.jail_required,
    )
    try:
        return json.loads("".join(text for _, text in messages))
    except Refused as refusal:
        raise refused(refusal.code, **{**refusal.params, "file": name, "url": name}) from None
    except (ValueError, RecursionError):
        raise refused("FILE_BROKEN", file=name) from None
