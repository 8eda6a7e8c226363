"""What the columns of a source mean, as far as its settings and what was learned tell, without asking its plugin for records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allin_hub.api import registry
from allin_hub.api.plugin import Source
from allin_hub.base.errors import HubError
from allin_hub.hub import Hub
from allin_hub.mapping import learned
from allin_hub.mapping.synonyms import recognised
from allin_schemas import Kind

_TITLES = frozenset({"name", "title"})


class Headings:
    """Tells which cell of a record holds its title."""

    def __init__(self, kind: Kind | None, columns: Mapping[str, str]) -> None:
        self.kind = kind
        self._columns = columns

    def title(self, payload: Mapping[str, Any]) -> str:
        """What stands in the column of the name or the title; of persons and unknown kinds nothing."""
        if self.kind is None or self.kind is Kind.PERSON:
            return ""
        for column, value in payload.items():
            path = self._columns.get(column) or recognised(self.kind, column)
            if path in _TITLES and isinstance(value, str) and value.strip():
                return " ".join(value.split())
        return ""


def headings_of(hub: Hub, name: str) -> Headings:
    """What is known of a source's columns; of one that hub.toml no longer has, nothing."""
    settings = hub.config.sources.get(name)
    if settings is None:
        return Headings(None, {})
    kind = settings.kind
    try:
        columns = learned.learned(hub.config.folder, name)
        if kind is None:
            made = registry.plugin_class(registry.SOURCES, settings.plugin)
            produces = made.produces if issubclass(made, Source) else None
            kind = produces.kind if produces is not None else None
    except HubError:  # what is wrong there is told where it is used
        columns = {}
    return Headings(kind, {**columns, **settings.columns})
