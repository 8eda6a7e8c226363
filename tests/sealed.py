"""Opens what a row of the hub's tables holds sealed, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allin_hub.hub import Hub
from allin_hub.store.tables import SEALED, metadata


def binding(table: str, row: Mapping[str, Any], column: str = "sealed") -> bytes:
    """What a sealed value of this row is bound to."""
    mark = metadata.tables[table].c[column].info[SEALED]
    return bytes(mark.of(*(row[name] or 0 for name in mark.columns)))


def opened(hub: Hub, table: str, row: Mapping[str, Any], column: str = "sealed") -> Any:
    """What a row holds sealed; None where it holds nothing."""
    if row[column] is None:
        return None
    return hub.sealer.unseal(bytes(row[column]), binding(table, row, column))
