"""Invented entities of every kind that an output may meet: with canaries in all that is private, hostile, or many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from allin_hub.publish.sample_view import NOW, sample
from allin_schemas import (
    ENTITIES,
    Event,
    Internal,
    Kind,
    Opportunity,
    Organisation,
    Person,
    Private,
    Project,
    Record,
    Service,
)
from allin_schemas.marks import marked

AGREED = "Zaunkönigin"
"""In the name of the one person who agreed."""
PROBE = "allin-probe"
"""An element, an attribute, a property or a header of this name can only come from data."""
HOSTILE = (
    f"<{PROBE}>x</{PROBE}>",
    f'"><{PROBE} {PROBE}="1">',
    f"' {PROBE}='1",
    f"</script><{PROBE}>",
    f"]]><{PROBE}>",
    "{{ 7 * 191 }}{% raw %}",
    "=HYPERLINK(1)",
    "@SUM(1)",
    "+1+1",
    "-1+1",
    "&lt;b&gt; & ; , \\ %0d%0a",
    "قلب {0} %s ${x}",
)
"""Texts that mean something to HTML, XML, scripts, templates, spreadsheets, calendars or formats."""
_LONG = f"Erste Zeile\r\n{PROBE.upper()}: 1\r\n.\r\nX-{PROBE}: 1\n<{PROBE}>"
_NUMBERS = ("+4956177001", "+4917177001")


class Canaries:
    """Makes values that occur nowhere else, and remembers them."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def _word(self, name: str) -> str:
        word = f"Kanari{len(self.words):03}{name.replace('_', '').title()}"
        self.words.append(word)
        return word

    def of(self, entity: type[Record]) -> dict[str, Any]:
        """A canary for every field of an entity that is private or internal and takes a text."""
        hidden = marked(entity, Private) | marked(entity, Internal)
        return {name: value for name in sorted(hidden) if (value := self._value(entity, name)) is not None}

    def _value(self, entity: type[Record], name: str) -> Any:
        written = str(entity.model_fields[name].annotation)
        if name == "attributes":
            return {"note": self._word(name)}
        if name in {"visibility", "sensitivity", "budget", "report_due_dates", "preferred_language"}:
            return None
        if "email" in name:
            return f"{self._word(name).lower()}@privat.example"
        if name == "phones":
            number = f"{_NUMBERS[0]}{len(self.words):03}"
            self.words.append(number[-6:])
            return [{"number": number}]
        if name == "messenger":
            return [{"service": "Signal", "account": self._word(name)}]
        if name == "hours":
            return {"note": self._word(name)}
        if "url" in name:
            return f"https://privat.example/{self._word(name)}"
        return [self._word(name)] if written.startswith("list") else self._word(name)


def city(canaries: Canaries | None = None) -> list[Record]:
    """A small city: one of each kind with much in it, one with little, and persons who agreed or did not."""
    hidden = (canaries or Canaries()).of
    forum = sample(
        Organisation,
        **hidden(Organisation),
        name="Forum der Kulturen e. V.",
        short_name="Forum",
        type="association",
        description={"de": {"text": "Wir laden ein."}, "ar": {"text": "ندعوكم"}},
        email="info@forum.example",
        phones=[{"number": "+4956190000-10".replace("-", "")}],
        website="https://forum.example",
        places=[
            {
                "street": "Musterweg",
                "house_number": "1",
                "postal_code": "34117",
                "city": "Kassel",
                "district": "Mitte",
            }
        ],
        languages=[{"code": "de"}, {"code": "ar", "level": "B1"}],
        topics=["Beratung", "Kultur"],
        founded_year=1998,
    )
    small = sample(Organisation, **hidden(Organisation), name="Initiative Ö")
    hosted: dict[str, Any] = {"organiser_org_id": forum.id}
    start = NOW + dt.timedelta(days=7)
    return [
        forum,
        small,
        sample(
            Event,
            **hidden(Event),
            **hosted,
            title="Sprachcafé",
            start=start,
            end=start + dt.timedelta(hours=2),
            rrule="FREQ=WEEKLY;COUNT=6",
            location={"name": "Haus", "city": "Kassel", "district": "Mitte"},
            languages=[{"code": "de"}],
            cost={"free": True},
        ),
        sample(Event, **hidden(Event), title="Sommerfest", start=NOW - dt.timedelta(days=40), all_day=True),
        sample(
            Opportunity,
            **hidden(Opportunity),
            title="Mithelfen beim Fest",
            type="one-off",
            org_id=forum.id,
            roles=[{"title": "Kuchen", "places_max": 4}],
            slots=[{"start": start, "end": start + dt.timedelta(hours=3)}],
            languages_welcome=[{"code": "de"}],
        ),
        sample(Service, **hidden(Service), name="Sozialberatung", provider_org_id=forum.id),
        sample(Project, **hidden(Project), name="Gemeinsam stark"),
        *_people(forum.id, canaries or Canaries()),
    ]


def _people(org: UUID, canaries: Canaries) -> Iterator[Record]:
    agreed = {
        "name": f"Amina {AGREED}",
        "email": "zaunkoenigin@privat.example",
        "org_id": org,
        "visibility": "public",
    }
    yield sample(Person, **agreed)
    role = {
        "name": "Büro",
        "type": "role",
        "org_id": org,
        "email": "buero@forum.example",
        "visibility": "public",
    }
    yield sample(Person, **role)
    for _ in range(2):
        yield sample(Person, **canaries.of(Person), org_id=org, visibility="public")


def consenting(entities: Iterable[Record]) -> list[UUID]:
    """The persons who agreed."""
    return [one.id for one in entities if isinstance(one, Person) and AGREED in one.name]


def hostile() -> list[Record]:
    """Entities whose texts try to be more than text."""
    found: list[Record] = []
    for number, text in enumerate(HOSTILE):
        org = sample(
            Organisation,
            name=f"{text} {number}",
            description={"de": {"text": f"{text}\n{_LONG}"}},
            topics=[text],
            places=[{"street": text, "city": text, "district": text, "name": text}],
            areas_served=[text],
            alternate_names=[text],
        )
        found.append(org)
        found.append(
            sample(
                Event,
                title=f"{text} {number}",
                start=NOW + dt.timedelta(days=number + 1),
                summary=text,
                description={"de": {"text": f"{text}\n{_LONG}"}, "ar": {"text": text}},
                location={"name": text, "city": text, "district": text},
                organiser_org_id=org.id,
                topics=[text],
            )
        )
        found.append(
            sample(
                Opportunity,
                title=f"{text} {number}",
                description={"de": {"text": f"{text}\n{_LONG}"}},
                org_id=org.id,
                roles=[{"title": text, "tasks": text}],
                meeting_point=text,
                skills=[text],
            )
        )
        found.append(sample(Service, name=f"{text} {number}", provider_org_id=org.id, eligibility=text))
        found.append(sample(Person, name=f"{text} {number}", org_id=org.id, type="role", function=text))
    return found


def many(count: int) -> list[Record]:
    """So many entities, of the kinds that a hub has most of."""
    half = count // 2
    found: list[Record] = [
        sample(
            Organisation,
            name=f"Verein {number}",
            topics=[f"Thema {number % 12}"],
            languages=[{"code": ("de", "ar", "tr", "uk")[number % 4]}],
            places=[{"city": "Kassel", "district": f"Stadtteil {number % 9}"}],
        )
        for number in range(half)
    ]
    found += [
        sample(
            Event,
            title=f"Treffen {number}",
            start=NOW + dt.timedelta(hours=number + 1),
            organiser_org_id=found[number % half].id,
        )
        for number in range(count - half)
    ]
    return found


def renamed(entities: Iterable[Record], kinds: Iterable[Kind]) -> Iterator[tuple[Record, list[Record]]]:
    """For the first entity of each kind: it, and all entities with it under another name."""
    entities = list(entities)
    for kind in kinds:
        first = next((one for one in entities if one.kind is kind and not isinstance(one, Person)), None)
        if first is None:
            continue
        title = ENTITIES[kind].title_field
        fresh = first.model_copy(update={title: f"{getattr(first, title)} (neu)"})
        yield first, [fresh if one is first else one for one in entities]
