"""Reads the changed dates of a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allin_schemas.reading.cancellations import says_cancelled
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding
from allin_schemas.reading.structures import read_structure
from allin_schemas.values import Override


def read_overrides(cell: Any, context: Context) -> Reading:
    """Read changed dates that come in parts; one that does not say which date it changes is left out."""
    if cell is None or cell == "" or cell == []:
        return BLANK
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for parts in cell if isinstance(cell, list | tuple) else [cell]:
        if not isinstance(parts, Mapping):
            findings.append(finding("VALUE_INVALID", str(parts)))
            continue
        value, noticed = read_structure(Override, parts, context)
        findings.extend(noticed)
        if not value or "recurrence_id" not in value:
            continue
        if not value.get("cancelled") and says_cancelled(value.get("title") or ""):
            value = {**value, "cancelled": True}
            findings.append(finding("TITLE_CANCELLED", "…"))
        found.append(value)
    return Reading(found or None, tuple(findings))
