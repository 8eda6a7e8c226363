"""The values that entities are made of. Everything here is plain data; reading what people wrote comes before."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, RootModel, StringConstraints

from allin_schemas.marks import Private, Reads
from allin_schemas.vocabularies import Access, Origin, PlaceRole, PlaceType, Weekday

PLACE_NAMESPACE = UUID("4e0a8a52-6a4b-5d53-8a7a-3b1f7c5b9d10")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur", "ckb", "sd", "ug", "yi", "dv"})


@cache
def _zones() -> set[str]:
    from zoneinfo import available_timezones

    return available_timezones()


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone of the IANA database")
    return name


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), Reads("line")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300), Reads("name")]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=20_000), Reads("text")]
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"), Reads("language")
]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}$", max_length=254),
    Reads("email"),
]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$"), Reads("phone")]
WebAddress = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s/$.?#][^\s]*$", max_length=2_000), Reads("url")
]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z -]{2,9}$"), Reads("postal_code")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Reads("country")]
Zone = Annotated[str, AfterValidator(_known_zone), Reads("line")]
Moment = AwareDatetime | dt.date
"""A point in time, or a whole day for what lasts all day."""
Flag = Annotated[bool, Reads("flag")]
Count = Annotated[int, Field(ge=0, le=10_000_000), Reads("count")]
Year = Annotated[int, Field(ge=1000, le=2100), Reads("year")]
Day = Annotated[dt.date, Reads("date")]
When = Annotated[Moment, Reads("moment")]


class Value(BaseModel):
    """Base of all values: closed, and silent about its content in errors."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, defer_build=True)


class Localized(Value):
    """A text in one language, and who wrote it."""

    text: LongText
    origin: Origin = Origin.PARTNER
    source_version: str | None = None
    outdated: bool = False


class LocalizedText(RootModel[dict[LanguageTag, Localized]]):
    """One text in several languages, by BCP 47 tag."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True, defer_build=True)

    def best(self, *languages: str) -> tuple[str, str] | None:
        """The first of these languages that is there, else German, else any: (language, text)."""
        for language in (*languages, "de", *self.root):
            if language in self.root:
                return language, self.root[language].text
        return None

    def __bool__(self) -> bool:
        return bool(self.root)


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` of a text in this language."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


class Identifier(Value):
    """A number or name under which a register or platform knows the entity."""

    scheme: Line
    value: Line


class SpokenLanguage(Value):
    """A language that an organisation or a service works in."""

    code: LanguageTag
    level: Line | None = None
    note: Line | None = None
    mode: Line | None = None


class Phone(Value):
    """A telephone number in E.164, and what it is for."""

    number: PhoneNumber
    extension: Line | None = None
    type: Line | None = None
    languages: list[LanguageTag] = []
    note: Line | None = None


class Address(Value):
    """A postal address; `raw` keeps a line that could not be split."""

    street: Line | None = None
    house_number: Line | None = None
    extra: Line | None = None
    postal_code: PostalCode | None = None
    city: Line | None = None
    district: Annotated[Line | None, Reads("district")] = None
    state: Line | None = None
    country: CountryCode | None = None


class HoursSlot(Value):
    """One opening slot in local time; a day may have several."""

    weekday: Weekday
    opens: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
    closes: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]


class OpeningHours(Value):
    """When something is open in a normal week, with what people wrote beside it."""

    slots: list[HoursSlot] = []
    note: Line | None = None
    zone: Zone = "Europe/Berlin"


class Accessibility(Value):
    """How far a place meets people's needs."""

    step_free: Access = Access.UNKNOWN
    lift: Access = Access.UNKNOWN
    toilet: Access = Access.UNKNOWN
    hearing_loop: Access = Access.UNKNOWN
    parking: Access = Access.UNKNOWN
    quiet_room: Access = Access.UNKNOWN
    note: Line | None = None


class Cost(Value):
    """What something costs; free unless an amount is named."""

    free: Flag | None = None
    amount: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    note: Line | None = None


class Place(Address):
    """Where something is: an address, a room, or a link for what is online."""

    name: Line | None = None
    type: PlaceType = PlaceType.PHYSICAL
    role: PlaceRole | None = None
    room: Line | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    geo_precision: Line | None = None
    geo_source: Line | None = None
    geo_checked_at: AwareDatetime | None = None
    url: WebAddress | None = None
    phone: PhoneNumber | None = None
    transit_note: Line | None = None
    accessibility: Accessibility | None = None
    hours: Annotated[OpeningHours | None, Reads("hours")] = None
    external_ids: list[Identifier] = []
    raw: Line | None = None

    @property
    def id(self) -> UUID:
        """An id derived from the content, for standards that ask for one (HSDS)."""
        parts = (self.name, self.street, self.house_number, self.postal_code, self.city, self.room, self.url)
        return uuid5(PLACE_NAMESPACE, "\x1f".join(part or "" for part in parts))


class Override(Value):
    """One changed occurrence of a series (RFC 5545 RECURRENCE-ID), with `and_following` all that come after it too."""

    recurrence_id: Moment
    and_following: bool = False
    start: Moment | None = None
    end: Moment | None = None
    title: Line | None = None
    description: LongText | None = None
    url: WebAddress | None = None
    cancelled: bool = False
    tentative: bool = False
    location: Annotated[Place | None, Reads("place")] = None


class Role(Value):
    """A task in an engagement that people can take on."""

    title: Line
    tasks: LongText | None = None
    places_min: Count | None = None
    places_max: Count | None = None
    booked: Count | None = None
    waitlist: Count | None = None


class Slot(Value):
    """When an engagement takes place: a date, or a weekly rhythm. An `end` that is a day is the day after the last one."""

    start: Moment | None = None
    end: Moment | None = None
    zone: Zone = "Europe/Berlin"
    rhythm: Line | None = None
    hours_per_week: Annotated[float, Field(ge=0, le=168)] | None = None


class Apply(Value):
    """How to join an engagement."""

    url: WebAddress | None = None
    deadline: Day | None = None
    needs_account: Flag | None = None
    note: Line | None = None


class Partner(Value):
    """An organisation's part in a project."""

    org_id: UUID
    role: Line


class Messenger(Value):
    """A messenger account of a person."""

    service: Line
    account: Annotated[Line, Private()]


Attributes = dict[Annotated[str, StringConstraints(max_length=100)], Any]
