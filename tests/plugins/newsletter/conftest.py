"""An invented office with news, as the newsletter's tests see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from allin_hub import Change
from allin_hub.testing import SampleView, sample, sample_view
from allin_plugins.newsletter import Newsletter, NewsletterConfig
from allin_schemas import Event, Kind, Opportunity, Organisation, Purpose, Record

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

CONFIG: dict[str, Any] = {
    "sender": "rundbrief@servicestelle.example",
    "sender_name": "Servicestelle ALL IN",
    "imprint": "Servicestelle ALL IN\nMusterweg 1, 34117 Kassel\nVerantwortlich: die Leitung",
    "site_url": "https://verzeichnis.example/",
    "unsubscribe_url": "https://verzeichnis.example/abmelden",
}


def at(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of the invented weeks, in UTC."""
    return dt.datetime(2026, month, day, hour, minute, tzinfo=dt.UTC)


def text(**languages: str) -> dict[str, dict[str, str]]:
    """A text in several languages."""
    return {language: {"text": written} for language, written in languages.items()}


def office() -> dict[str, Record]:
    """Organisations, events and opportunities in several scripts, by a short name."""
    bridge = sample(
        Organisation,
        name="Kulturverein Brücke e. V.",
        type="mso",
        description=text(
            de="Wir bringen Nachbar:innen zusammen: mit Musik, auch im **Sprachcafé**. Alle willkommen.",
            ar="نجمع الجيران معًا: بالموسيقى والمسرح. الجميع مرحب بهم.",
        ),
        languages=[{"code": "de"}, {"code": "tr"}, {"code": "ar"}],
        places=[
            {
                "street": "Holländische Straße",
                "house_number": "74",
                "postal_code": "34127",
                "city": "Kassel",
                "district": "Nord-Holland",
            }
        ],
    )
    women = sample(
        Organisation,
        name="جمعية نور للنساء",
        description=text(de="Ein Treffpunkt für Frauen mit Beratung, Nähstube und Deutschkurs."),
        languages=[{"code": "ar"}, {"code": "fa"}],
        places=[
            {
                "street": "Friedrich-Ebert-Straße",
                "house_number": "12",
                "postal_code": "34117",
                "city": "Kassel",
                "district": "Vorderer Westen",
            }
        ],
    )
    garden = sample(
        Organisation,
        name="Сад разом – Gemeinschaftsgarten",
        description=text(uk="Ми разом вирощуємо овочі та готуємо."),
        languages=[{"code": "uk"}, {"code": "de"}],
    )
    hall = {
        "name": "Haus der Sprachen",
        "street": "Untere Königsstraße",
        "house_number": "5",
        "city": "Kassel",
        "district": "Mitte",
    }
    return {
        "bridge": bridge,
        "women": women,
        "garden": garden,
        "cafe": sample(
            Event,
            title="Sprachcafé für alle",
            start=at(11, 24, 17),
            end=at(11, 24, 19),
            rrule="FREQ=WEEKLY;BYDAY=TU",
            overrides=[{"recurrence_id": at(12, 1, 17).isoformat(), "cancelled": True}],
            location=hall,
            organiser_org_id=bridge.id,
            languages=[{"code": "de"}, {"code": "ar"}],
            cost={"free": True},
        ),
        "concert": sample(
            Event,
            title="Konzert: Saz trifft Oud",
            start=at(11, 28, 18),
            end=at(11, 28, 21),
            status="cancelled",
            location=hall,
            organiser_org_id=bridge.id,
        ),
        "market": sample(
            Event,
            title="Wintermarkt der Vereine",
            start=dt.date(2026, 12, 5),
            end=dt.date(2026, 12, 7),
            all_day=True,
            location={"name": "Lutherplatz", "city": "Kassel", "district": "Mitte"},
            cost={"amount": 2.5},
        ),
        "advice": sample(
            Event,
            title="Offene Beratung: Aufenthalt und Arbeit",
            start=at(11, 26, 9, 30),
            end=at(11, 26, 11),
            previous_start=at(11, 25, 9, 30),
            status="moved",
            location=hall,
            organiser_org_id=women.id,
            languages=[{"code": "ar"}, {"code": "ti"}],
        ),
        "tutor": sample(
            Opportunity,
            title="Lernpatenschaft für Schulkinder",
            type="ongoing",
            org_id=bridge.id,
            description=text(de="Eine Stunde in der Woche lesen und rechnen. Sie brauchen keine Ausbildung."),
            languages_welcome=[{"code": "de"}, {"code": "uk"}],
            apply={"deadline": "2026-12-15"},
        ),
        "cook": sample(Opportunity, title="Mitkochen beim Nachbarschaftsessen", org_id=women.id),
    }


def told(
    entities: dict[str, Record], *new: str, changed: dict[str, tuple[str, ...]] | None = None, first: int = 1
) -> list[Change]:
    """Changes of these entities, numbered from `first`."""
    wanted = [(name, "new", ()) for name in new] + [
        (name, "changed", units) for name, units in (changed or {}).items()
    ]
    return [
        Change(first + number, MONDAY, Kind(entities[name].kind), entities[name].id, op, units)
        for number, (name, op, units) in enumerate(wanted)
    ]


@pytest.fixture
def entities() -> dict[str, Record]:
    """The invented office's entities by a short name."""
    return office()


@pytest.fixture
def newsletter() -> Callable[..., Newsletter]:
    """Makes the output with settings changed."""

    def made(**settings: Any) -> Newsletter:
        given = {key: value for key, value in {**CONFIG, **settings}.items() if value is not None}
        return Newsletter("rundbrief", NewsletterConfig.model_validate(given))

    return made


@pytest.fixture
def news() -> Callable[..., SampleView]:
    """Makes a view over entities and their changes, at a moment of the invented weeks."""

    def made(entities: dict[str, Record], changes: list[Change] | None = None, **about: Any) -> SampleView:
        if changes is None:
            changes = told(
                entities,
                "bridge",
                "women",
                "garden",
                "cafe",
                "tutor",
                changed={"concert": ("status",), "advice": ("start",)},
            )
        about.setdefault("audience", {"ar": None, "de": 12})
        about.setdefault("now", MONDAY)
        return sample_view(entities.values(), purpose=Purpose.NEWSLETTER, changes=changes, **about)

    return made


@pytest.fixture
def change() -> Callable[..., list[Change]]:
    """Makes changes of entities."""
    return told
