"""Organisations that records name as their host and that the hub does not know: shown as they are written, and told."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from allin_hub.base.bindings import of_raw
from allin_hub.base.problems import Severity
from allin_hub.config.settings import chosen
from allin_hub.hub import Hub
from allin_hub.operations.quarantine import OpenProblem
from allin_hub.privacy.free_text.find import persons_in_host
from allin_hub.store import references
from allin_hub.store.engine import reading
from allin_schemas import HOSTED_BY


def unknown_hosts(hub: Hub, names: Sequence[str] | None = None) -> list[OpenProblem]:
    """The hosts that nobody tells of, as problems of these sources; what looks like a person is told of as a text that names one.

    Raises ConfigError for a name that hub.toml does not know.
    """
    sources = set(chosen(hub.config, "sources", names))
    found = []
    with reading(hub.engine) as connection:
        for one in references.open_hosts(connection, sorted(set(HOSTED_BY.values()))):
            name = orjson.loads(one.data).get("host_name")
            if not name or one.source not in sources or persons_in_host(name):
                continue
            content = hub.sealer.unseal(one.content, of_raw(one.raw))
            found.append(
                OpenProblem(
                    -one.claim, one.source, one.raw, "", "HOST_UNKNOWN", Severity.HINT, content["k"],
                    content.get("s"), content.get("r"), None, one.field, {"value": name},
                )
            )  # fmt: skip
    return found
