"""Invented associations, events and chances to volunteer in many scripts, and the site made of them."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from allin_hub.api.view import Credit
from allin_hub.testing import SampleView, render, sample, sample_view
from allin_plugins.directory import Directory, DirectoryConfig
from allin_schemas import Event, Opportunity, Organisation, Person, PersonType, Purpose, Record

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
DISTRICTS = ("Nord-Holland", "Wesertor", "Mitte", "Vorderer Westen", "Bettenhausen", "Rothenditmold")
ASSOCIATIONS = (
    (
        "Afrikanischer Kulturverein Sankofa e.V.",
        "fr sw de",
        "Kultur; Beratung",
        "Wir treffen uns zum **Kochen**, Tanzen und Reden. Wer neu ist, findet hier Freunde und Rat.",
    ),
    (
        "Türkischer Elternverein Nordstadt",
        "tr de",
        "Eltern; Bildung",
        "Eltern helfen Eltern: Wir begleiten zu Gesprächen in der Schule und übersetzen.",
    ),
    ("جمعية الأمل الثقافية", "ar de", "Kultur; Frauen", "نساعد العائلات الجديدة في كاسل، ونلتقي كل أسبوع."),
    (
        "Українська громада Касселя",
        "uk de ru",
        "Beratung; Deutschkurs",
        "Допомагаємо з документами, мовою та пошуком житла.",
    ),
    ("ማሕበር ኤርትራውያን ካሰል", "ti de", "Kultur; Jugend", "ብትግርኛን ብጀርመንን ንሕግዝ።"),
    ("انجمن فرهنگی نوروز", "fa de", "Kultur; Musik", "هر ماه یک شب شعر و موسیقی برگزار می‌کنیم."),
    (
        "Kurdisches Frauencafé Jiyan",
        "kmr ckb de",
        "Frauen; Treff",
        "Ein Ort zum Reden, Lernen und Ausruhen. Kinder sind willkommen.",
    ),
    (
        "Sprachtreff Wesertor",
        "de-simple de en",
        "Deutsch lernen; Treff",
        "Deutsch üben ohne Anmeldung. Jeden Dienstag.",
    ),
    ("Club Latino Fulda", "es pt de", "Tanz; Musik", "Salsa, Sprache und Sonntagskaffee."),
    (
        "Bosnischer Kulturverein Most",
        "bs hr sr de",
        "Kultur; Sport",
        "Most heißt Brücke. Wir bauen sie mit Fußball, Chor und Festen.",
    ),
    ("Vietnamesischer Seniorenkreis", "vi de", "Treff; Beratung", "Tee, Karten und Hilfe bei Briefen."),
    ("Griechische Gemeinde Kassel-Ost (erfunden)", "el de", "Kultur", "Tanzgruppe und Sprachunterricht."),
)
MORE = (
    "Nachbarschaftshilfe",
    "Lernwerkstatt",
    "Begegnungscafé",
    "Gartengruppe",
    "Fahrradwerkstatt",
    "Hausaufgabenhilfe",
)


def associations() -> list[Organisation]:
    """Thirty organisations, a dozen of them described at length."""
    made = []
    for number, (name, languages, topics, text) in enumerate(ASSOCIATIONS):
        language = (
            "ar"
            if "جمعية" in name
            else "fa"
            if "انجمن" in name
            else "uk"
            if "Укр" in name
            else "ti"
            if "ማ" in name
            else "de"
        )
        texts = {language: {"text": text}}
        if number == 0:
            texts |= {
                "en": {"text": "We cook, dance and talk. New in Kassel? Find friends and advice here."},
                "ar": {"text": "نطبخ ونرقص ونتحدث.", "origin": "machine"},
            }
        made.append(
            sample(
                Organisation,
                name=name,
                type="mso" if number != 7 else "initiative",
                description=texts,
                email=f"info@verein-{number}.example",
                phones=[{"number": f"+4956190000{number:02d}", "note": "Büro"}],
                website=f"https://www.verein-{number}.example/",
                languages=[
                    {"code": code, "level": "Muttersprache" if at == 0 else None}
                    for at, code in enumerate(languages.split())
                ],
                topics=topics.split("; "),
                founded_year=1990 + number,
                licence="CC BY 4.0",
                identifiers=[{"scheme": "DE-CR", "value": f"DE-CR-RA000275-VR9{number:03d}"}],
                assured_at=NOW - dt.timedelta(days=21) if number % 2 == 0 else None,
                places=[
                    {
                        "street": "Holländische Straße",
                        "house_number": str(70 + number),
                        "postal_code": "34127",
                        "city": "Kassel",
                        "district": DISTRICTS[number % len(DISTRICTS)],
                        "country": "DE",
                        "role": "visit",
                        "hours": {
                            "slots": [
                                {"weekday": day, "opens": "09:00", "closes": "12:30"} for day in ("MO", "TH")
                            ]
                            + [{"weekday": "MO", "opens": "14:00", "closes": "18:00"}],
                            "note": "oder nach Vereinbarung",
                        },
                        "accessibility": {"step_free": "yes", "toilet": "partly"},
                        "transit_note": "Straßenbahn 1 und 5, Haltestelle Holländischer Platz",
                    }
                ],
            )
        )
    made += [
        sample(
            Organisation,
            name=f"{MORE[number % len(MORE)]} {DISTRICTS[number % 5]} {number // 6 + 1}",
            type="initiative",
            languages=[{"code": "de"}, {"code": ("tr", "ar", "en")[number % 3]}],
            topics=[("Familie", "Räume", "Nachbarschaft")[number % 3]],
            areas_served=[DISTRICTS[number % 5]],
        )
        for number in range(18)
    ]
    return made


def people(organisations: Sequence[Organisation]) -> list[Person]:
    """A role without a name, a person who said yes, and one who did not."""
    first = organisations[0].id
    return [
        sample(
            Person,
            name="Vorstand",
            type=PersonType.ROLE,
            org_id=first,
            email="vorstand@verein-0.example",
            function="Anfragen",
        ),
        sample(
            Person,
            name="Amina Beispielova",
            org_id=first,
            function="Ansprechperson",
            phones=[{"number": "+4956190000123"}],
        ),
        sample(Person, name="Canary Ungenannt", org_id=first, email="canary@privat.example"),
    ]


def events(organisations: Sequence[Organisation]) -> list[Event]:
    """Single dates, a series, one that is cancelled, one that is over."""
    place = {
        "name": "Stadtteilzentrum",
        "street": "Weserstraße",
        "house_number": "26",
        "postal_code": "34125",
        "city": "Kassel",
        "district": "Wesertor",
        "country": "DE",
    }

    def at(days: int, hour: int = 16) -> dt.datetime:
        return (NOW + dt.timedelta(days=days)).replace(hour=hour, minute=0)

    return [
        sample(
            Event,
            title="Sprachcafé für alle",
            start=at(1),
            end=at(1, 18),
            rrule="FREQ=WEEKLY;COUNT=12",
            location=place,
            organiser_org_id=organisations[7].id,
            languages=[{"code": "de"}],
            topics=["Deutsch lernen"],
            cost={"free": True},
            description={"de": {"text": "Kommen Sie vorbei. Es gibt Tee."}},
            childcare=True,
        ),
        sample(
            Event,
            title="Herbstfest am Wesertor",
            start=at(5, 12),
            end=at(5, 20),
            location=place,
            organiser_org_id=organisations[0].id,
            topics=["Fest", "Kultur"],
            cost={"amount": 3.5, "note": "Kinder frei"},
            mode="onsite",
        ),
        sample(
            Event,
            title="أمسية شعرية",
            start=at(12, 17),
            end=at(12, 20),
            location=place,
            organiser_org_id=organisations[2].id,
            languages=[{"code": "ar"}],
            topics=["Kultur"],
            description={"ar": {"text": "شعر وموسيقى."}},
        ),
        sample(
            Event,
            title="Elternabend (fällt aus)",
            start=at(3),
            end=at(3, 18),
            status="cancelled",
            organiser_org_id=organisations[1].id,
            topics=["Eltern"],
        ),
        sample(
            Event,
            title="Tag der offenen Tür",
            start=NOW.date() + dt.timedelta(days=20),
            end=NOW.date() + dt.timedelta(days=21),
            all_day=True,
            organiser_org_id=organisations[3].id,
        ),
        sample(
            Event,
            title="Sommerfest vom Juli",
            start=at(-80),
            end=at(-80, 20),
            organiser_org_id=organisations[0].id,
        ),
    ]


def opportunities(organisations: Sequence[Organisation]) -> list[Opportunity]:
    """Open, full and over."""
    return [
        sample(
            Opportunity,
            title="Lesepatin oder Lesepate für die Grundschule",
            org_id=organisations[1].id,
            type="ongoing",
            description={"de": {"text": "Sie lesen einmal in der Woche mit Kindern."}},
            roles=[{"title": "Vorlesen", "places_max": 4}],
            languages_welcome=[{"code": "tr"}],
            min_age=18,
            police_certificate=True,
            insurance=True,
            expenses=True,
            slots=[{"rhythm": "dienstags 14 bis 15 Uhr", "hours_per_week": 1}],
            topics=["Bildung"],
        ),
        sample(
            Opportunity,
            title="Helfen beim Herbstfest",
            org_id=organisations[0].id,
            type="one-off",
            status="full",
            publish_until=dt.date(2026, 10, 20),
        ),
        sample(
            Opportunity,
            title="Abgelaufene Suche",
            org_id=organisations[0].id,
            publish_until=dt.date(2026, 9, 1),
        ),
    ]


@pytest.fixture(scope="session")
def entities() -> list[Record]:
    """Everything that the sample site shows, and some that it must not."""
    organisations = associations()
    return [*organisations, *people(organisations), *events(organisations), *opportunities(organisations)]


@pytest.fixture(scope="session")
def view(entities: list[Record]) -> SampleView:
    """The gated view of it."""
    named = next(entity for entity in entities if getattr(entity, "name", "") == "Amina Beispielova")
    credit = Credit("vereinsliste", "Forum Nachbarschaft", "CC BY 4.0", NOW - dt.timedelta(days=2))
    return sample_view(
        entities,
        consents={named.id: [Purpose.DIRECTORY_PUBLIC]},
        credits={entity.id: [credit] for entity in entities},
        now=NOW,
    )


@pytest.fixture(scope="session")
def directory() -> Directory:
    """The plugin with the settings that an office would give it."""
    imprint = "Servicestelle Vielfalt (erfunden)\n\nObere Königsstraße 99, 34117 Kassel"
    return Directory(
        "verzeichnis",
        DirectoryConfig(imprint=imprint, contact_email="info@servicestelle.example", page_size=10),
    )


@pytest.fixture(scope="session")
def site(directory: Directory, view: SampleView) -> dict[str, bytes]:
    """Every file of the sample site."""
    return render(directory, view, title="ALL IN Kassel")


@pytest.fixture(scope="session")
def folder(site: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site on a disk."""
    root = tmp_path_factory.mktemp("site")
    for path, content in site.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture
def published(directory: Directory) -> Callable[..., dict[str, bytes]]:
    """The site over other entities."""

    def made(*entities: Record, **about: object) -> dict[str, bytes]:
        return render(directory, sample_view(entities, now=NOW, **about), title="ALL IN Kassel")

    return made
