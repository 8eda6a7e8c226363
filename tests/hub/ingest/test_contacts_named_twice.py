"""A record may name a person twice, or two persons behind one address; it is stored all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.hub.core.conftest import Office
from tests.sealed import opened

from allin_hub.api import registry
from allin_hub.api.plugin import PluginConfig, Raw, Source
from allin_hub.ingest.sync import sync
from allin_hub.store.consents import consent_voices
from allin_hub.store.engine import reading
from allin_hub.store.tables import claim
from allin_schemas import Organisation

SAME = {"name": "Mina Probe", "email": "mina@privat.example"}


class Feed(Source[PluginConfig]):
    """Names the contacts that a test asks for."""

    produces = Organisation
    contacts: tuple[dict[str, Any], ...] = ()

    def fetch(self, run: Any) -> Iterator[Raw]:
        """One record."""
        yield Raw("1", {"name": "Verein"})

    def map(self, raw: Raw) -> dict[str, Any]:
        """The association and its contacts."""
        return {"name": "Verein", "contacts": [dict(one) for one in self.contacts]}


@pytest.mark.parametrize(
    ("contacts", "persons"),
    [
        ((SAME, SAME), ["Mina Probe"]),
        ((SAME, {**SAME, "name": "Ada Probe"}), ["Ada Probe", "Mina Probe"]),
    ],
)
def test_a_person_named_twice_is_one_and_two_names_behind_one_address_are_two(
    office: Office, monkeypatch: pytest.MonkeyPatch, contacts: Any, persons: list[str]
) -> None:
    """Neither costs the source its sync."""
    found, _ = _synced(office, monkeypatch, contacts)

    assert persons == found


def test_a_no_of_one_mention_outweighs_the_yes_of_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contradicting answers mean no."""
    said = [{**SAME, "consent.directory_public": answer} for answer in ("ja", "nein")]

    _, events = _synced(office, monkeypatch, said)

    assert ["refused"] == events


def _synced(office: Office, monkeypatch: pytest.MonkeyPatch, contacts: Any) -> tuple[list[str], list[str]]:
    """Sync the record; its persons by name, and the events of their consents."""
    monkeypatch.setattr(Feed, "contacts", tuple(contacts))
    monkeypatch.setattr(registry, "source", lambda _config, settings: Feed(settings.name, PluginConfig()))
    office.settings('[sources.feed]\nplugin = "feed"\n')
    hub = office.open()
    report = sync(hub).sources["feed"]
    with reading(hub.engine) as connection:
        rows = connection.execute(claim.select().where(claim.c.kind == "person")).mappings().all()
        names = sorted(opened(hub, "claim", row)["name"] for row in rows)
        events = [state[0] for state in consent_voices(connection, [row["id"] for row in rows])[0].values()]
    hub.close()

    assert report.status == "done", report.message
    return names, events
