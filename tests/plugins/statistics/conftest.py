"""An invented city in figures, as the tests of the statistics see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from allin_hub import Credit
from allin_hub.testing import SampleView, sample, sample_view
from allin_plugins.statistics import Statistics, StatisticsConfig
from allin_schemas import Event, Opportunity, Organisation, Person, Purpose, Record

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
DISTRICTS = ["Nord-Holland", "Mitte", "Vorderer Westen", "Wesertor", "Rothenditmold"]
TOPICS = [
    "Beratung",
    "Deutsch lernen",
    "Treffen und gemeinsame Feste für Familien mit kleinen Kindern",
    "=1+1",
    "<b>Kunst</b>",
]
LANGUAGES = ["de", "ar", "tr", "uk", "fa", "ti", "ku"]


def city(organisations: int = 41) -> list[Record]:
    """Organisations, events, opportunities and persons with gaps as people leave them."""
    found: list[Record] = [
        sample(
            Organisation,
            name=f"Verein {number}",
            type=["mso", "association", "initiative", None, "mso"][number % 5],
            languages=[{"code": code} for code in LANGUAGES[: number % 7]],
            topics=TOPICS[number % 5 : number % 5 + number % 3],
            description={"de": {"text": "Wir laden zu Musik, Beratung und gemeinsamem Kochen ein."}}
            if number % 3
            else None,
            email="info@verein.example" if number % 4 else None,
            places=[{"street": "Musterweg", "district": DISTRICTS[number % 5]}] if number % 6 else [],
            updated_at=NOW - dt.timedelta(days=number * 11),
        )
        for number in range(organisations)
    ]
    organiser = found[0].id
    found += [
        sample(
            Event,
            title=f"Treffen {number}",
            start=NOW + dt.timedelta(days=number * 5 - 10),
            rrule="FREQ=WEEKLY;COUNT=4" if number % 4 == 0 else None,
            status="cancelled" if number == 3 else "scheduled",
            languages=[{"code": LANGUAGES[number % 3]}],
            location={"name": "Haus", "district": DISTRICTS[number % 3]} if number % 2 else None,
            organiser_org_id=organiser,
        )
        for number in range(12)
    ]
    found += [
        sample(
            Opportunity,
            title=f"Mithelfen {number}",
            type="ongoing",
            org_id=organiser,
            languages_welcome=[{"code": "de"}],
        )
        for number in range(6)
    ]
    found += [
        sample(Person, name=f"Vorname{number} Nachname{number}", preferred_language=code)
        for number, code in enumerate(["de"] * 14 + ["ar"] * 6 + ["ti"] * 2 + ["uk"] * 3)
    ]
    return found


@pytest.fixture
def entities() -> list[Record]:
    """The invented city."""
    return city()


@pytest.fixture
def statistics() -> Callable[..., Statistics]:
    """Makes the output with settings."""

    def made(**settings: Any) -> Statistics:
        return Statistics(
            "statistik", StatisticsConfig.model_validate({"imprint": "Forum, Kassel"} | settings)
        )

    return made


@pytest.fixture
def figures() -> Callable[..., SampleView]:
    """Makes a view in which every person agreed to be counted."""

    def made(entities: list[Record], **about: Any) -> SampleView:
        credit = Credit("anmeldung", "Servicestelle ALL IN", None, NOW)
        return sample_view(
            entities,
            purpose=Purpose.STATISTICS,
            consents={one.id: [Purpose.STATISTICS] for one in entities if isinstance(one, Person)},
            credits={one.id: [credit] for one in entities},
            **about,
        )

    return made
