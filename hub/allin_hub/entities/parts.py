"""Persons as only some of their claims tell them: a consent covers what its own claim says, and nothing that others add."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from allin_hub.base.types import OFFICE
from allin_hub.entities.link import refers, sourced, standing_of
from allin_hub.entities.merge import merge, ranked
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.privacy.roles import is_role
from allin_hub.store import claims, entities
from allin_schemas import Kind


def parts_of_persons(
    connection: Connection, hub: Hub, chosen: Mapping[str, Collection[int]]
) -> dict[str, dict[str, Any]]:
    """Person -> the fields that come of these of her claims, as if no other had been made; roles are left out.

    Where the office corrects what one of them says, it is said as the office says it; what it adds needs a yes of its own.
    """
    ids = sorted(chosen)
    if not ids:
        return {}
    config = with_left(connection, hub).config
    live = claims.of_entities(connection, ids)
    targets = entities.targets(connection, ids)
    found = {}
    for person in ids:
        every = [
            sourced(claim, hub.sealer, *standing_of(config, claim.source, Kind.PERSON))
            for claim in live.get(person, ())
        ]
        if is_role(merge(Kind.PERSON, every)[0]):
            continue  # anybody may hold it: it needs no consent
        said = [one for one in every if one.claim in chosen[person]]
        covered = {name for one in said for name in one.data}
        said += [
            one for one in every if one.source == OFFICE and one not in said and covered >= one.data.keys()
        ]
        data, _ = merge(Kind.PERSON, said)
        rank = {one.claim: place for place, one in enumerate(ranked(said))}
        for name, pairs in targets.get(person, {}).items():
            own = [pair for pair in pairs if pair[1] in rank]
            if own and refers(Kind.PERSON, name):
                data[name] = min(own, key=lambda pair: rank[pair[1]])[0]
        found[person] = data
    return found
