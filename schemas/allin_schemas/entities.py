"""The entities of the shared model (MODEL: Organisation, Person, Service, Event, Opportunity, Project).

Each field is defined here once; claims, tables, JSON Schema and the gate are derived from it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from allin_schemas.marks import ByHub, Internal, Private, Reads, RefersTo, Whole
from allin_schemas.values import (
    Accessibility,
    Apply,
    Attributes,
    Cost,
    Count,
    Day,
    Email,
    Flag,
    Identifier,
    LanguageTag,
    Line,
    LocalizedText,
    LongText,
    Messenger,
    Name,
    OpeningHours,
    Override,
    Partner,
    Phone,
    Place,
    Role,
    Slot,
    SpokenLanguage,
    WebAddress,
    When,
    Year,
    Zone,
)
from allin_schemas.vocabularies import (
    EventStatus,
    Kind,
    Mode,
    OpportunityStatus,
    OpportunityType,
    OrganisationType,
    PersonType,
    ProjectStatus,
    RecordStatus,
    Sensitivity,
    ServiceStatus,
    ServiceType,
    Visibility,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]


class Record(BaseModel):
    """What every entity carries."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)

    kind: ClassVar[Kind]
    title_field: ClassVar[str] = "name"
    required: ClassVar[tuple[str, ...]] = ("name",)

    id: Annotated[UUID, ByHub()]
    slug: Annotated[Slug, ByHub()]
    record_status: RecordStatus = RecordStatus.PUBLISHED
    merged_into: Annotated[UUID | None, ByHub()] = None
    steward_org_id: Annotated[UUID | None, RefersTo("organisation", via="steward")] = None
    version: Annotated[int, ByHub()] = 1
    created_at: Annotated[AwareDatetime, ByHub()]
    updated_at: Annotated[AwareDatetime, ByHub()]
    assured_at: AwareDatetime | None = None
    assured_by: Annotated[Line | None, Private()] = None
    review_due_at: AwareDatetime | None = None
    visibility: Annotated[Visibility, Internal()] = Visibility.PUBLIC
    licence: Line | None = None
    topics: Annotated[list[Line], Reads("topics")] = []
    audience: Annotated[list[Line], Reads("lines")] = []
    attributes: Annotated[Attributes, Internal()] = {}


class Organisation(Record):
    """An association, initiative or body that does something for people in the city."""

    kind = Kind.ORGANISATION

    name: Name
    legal_name: Name | None = None
    alternate_names: Annotated[list[Line], Reads("lines")] = []
    short_name: Name | None = None
    type: Annotated[OrganisationType | None, Reads("organisation_type")] = None
    description: LocalizedText | None = None
    mission: LongText | None = None
    identifiers: Annotated[list[Identifier], Reads("identifiers")] = []
    email: Email | None = None
    email_personal: Annotated[Email | None, Private()] = None
    phones: Annotated[list[Phone], Reads("phones")] = []
    website: WebAddress | None = None
    social: Annotated[list[WebAddress], Reads("urls")] = []
    logo: WebAddress | None = None
    founded_year: Year | None = None
    parent_org_id: Annotated[UUID | None, RefersTo("organisation", via="parent")] = None
    member_of: Annotated[list[Line], Reads("lines")] = []
    places: Annotated[list[Place], Reads("places"), Whole()] = []
    languages: Annotated[list[SpokenLanguage], Reads("languages")] = []
    areas_served: Annotated[list[Line], Reads("districts")] = []
    nonprofit_status: Line | None = None
    purposes: Annotated[list[Line], Reads("lines")] = []
    register_checked_at: Day | None = None
    sensitivity: Annotated[Sensitivity, Internal()] = Sensitivity.NONE


class Person(Record):
    """A person, or a role without a name, who can be reached for an organisation."""

    kind = Kind.PERSON

    visibility: Annotated[Visibility, Internal()] = Visibility.INTERNAL
    topics: Annotated[list[Line], Reads("topics"), Private()] = []
    audience: Annotated[list[Line], Reads("lines"), Private()] = []
    type: PersonType = PersonType.PERSON
    name: Annotated[Name, Private()]
    given: Annotated[Line | None, Private()] = None
    family: Annotated[Line | None, Private()] = None
    salutation: Annotated[Line | None, Private()] = None
    pronouns: Annotated[Line | None, Private()] = None
    function: Annotated[Line | None, Private()] = None
    department: Annotated[Line | None, Private()] = None
    org_id: Annotated[UUID | None, RefersTo("organisation", via="organisation")] = None
    email: Annotated[Email | None, Private()] = None
    phones: Annotated[list[Phone], Reads("phones"), Private()] = []
    messenger: Annotated[list[Messenger], Reads("messengers"), Private()] = []
    preferred_language: Annotated[LanguageTag | None, Private()] = None
    hours: Annotated[OpeningHours | None, Reads("hours"), Private()] = None
    appointment_url: Annotated[WebAddress | None, Private()] = None
    reach_note: Annotated[Line | None, Private()] = None
    retention_until: Day | None = None
    last_contact_at: AwareDatetime | None = None


class Service(Record):
    """A standing help or course."""

    kind = Kind.SERVICE

    name: Name
    description: LocalizedText | None = None
    type: Annotated[ServiceType | None, Reads("service_type")] = None
    provider_org_id: Annotated[UUID | None, RefersTo("organisation", via="provider")] = None
    host_name: Line | None = None
    project_id: Annotated[UUID | None, RefersTo("project", via="project")] = None
    status: Annotated[ServiceStatus, Reads("service_status")] = ServiceStatus.ACTIVE
    languages: Annotated[list[SpokenLanguage], Reads("languages")] = []
    eligibility: LongText | None = None
    access: Line | None = None
    url: WebAddress | None = None
    documents: Annotated[list[Line], Reads("lines")] = []
    cost: Annotated[Cost | None, Reads("cost")] = None
    places: Annotated[list[Place], Reads("places"), Whole()] = []
    areas_served: Annotated[list[Line], Reads("districts")] = []


class Event(Record):
    """Something at a time: one date, or a series with its exceptions.

    An `end` that is a day is exclusive, as in calendars (RFC 5545): it is the day after the last one, whether the
    start is a day or has a time.
    """

    kind = Kind.EVENT
    title_field = "title"
    required = ("title", "start")

    title: Line
    summary: Line | None = None
    description: LocalizedText | None = None
    start: When
    end: When | None = None
    all_day: Flag = False
    time_note: Line | None = None
    zone: Zone = "Europe/Berlin"
    rrule: Annotated[str, StringConstraints(max_length=500)] | None = None
    rdates: Annotated[list[When], Reads("moments")] = []
    exdates: Annotated[list[When], Reads("moments")] = []
    overrides: Annotated[list[Override], Reads("overrides")] = []
    status: Annotated[EventStatus, Reads("event_status")] = EventStatus.SCHEDULED
    previous_start: When | None = None
    mode: Annotated[Mode | None, Reads("mode")] = None
    location: Annotated[Place | None, Reads("place")] = None
    online_url: Annotated[WebAddress | None, Internal()] = None
    organiser_name: Annotated[Line | None, Private()] = None
    organiser_org_id: Annotated[UUID | None, RefersTo("organisation", via="organiser")] = None
    host_name: Line | None = None
    url: WebAddress | None = None
    registration_url: WebAddress | None = None
    registration_opens: When | None = None
    registration_closes: When | None = None
    capacity: Count | None = None
    booked: Count | None = None
    waitlist: Count | None = None
    cost: Annotated[Cost | None, Reads("cost")] = None
    languages: Annotated[list[SpokenLanguage], Reads("languages")] = []
    interpreting: Flag | None = None
    childcare: Flag | None = None
    accessibility: Annotated[Accessibility | None, Reads("accessibility")] = None
    image: WebAddress | None = None
    image_alt: Line | None = None
    project_id: Annotated[UUID | None, RefersTo("project", via="project")] = None
    platform_ids: Annotated[list[Identifier], Reads("identifiers")] = []


class Opportunity(Record):
    """A chance to volunteer: an action with roles and slots."""

    kind = Kind.OPPORTUNITY
    title_field = "title"
    required = ("title",)

    title: Line
    description: LocalizedText | None = None
    type: Annotated[OpportunityType | None, Reads("opportunity_type")] = None
    org_id: Annotated[UUID | None, RefersTo("organisation", via="organisation")] = None
    host_name: Line | None = None
    project_id: Annotated[UUID | None, RefersTo("project", via="project")] = None
    volunteer_day: Year | None = None
    publish_from: Day | None = None
    publish_until: Day | None = None
    status: Annotated[OpportunityStatus, Reads("opportunity_status")] = OpportunityStatus.OPEN
    roles: Annotated[list[Role], Reads("roles"), Whole()] = []
    slots: Annotated[list[Slot], Reads("slots"), Whole()] = []
    location: Annotated[Place | None, Reads("place")] = None
    meeting_point: Line | None = None
    remote_ok: Flag | None = None
    transport: Line | None = None
    languages_needed: Annotated[list[SpokenLanguage], Reads("languages")] = []
    languages_welcome: Annotated[list[SpokenLanguage], Reads("languages")] = []
    skills: Annotated[list[Line], Reads("lines")] = []
    min_age: Annotated[int, Field(ge=0, le=99), Reads("count")] | None = None
    under_18_ok: Flag | None = None
    police_certificate: Flag | None = None
    health_proof: Flag | None = None
    clothing: Line | None = None
    accessibility: Annotated[Accessibility | None, Reads("accessibility")] = None
    expenses: Flag | None = None
    insurance: Flag | None = None
    certificate: Flag | None = None
    training: Line | None = None
    food: Flag | None = None
    apply: Annotated[Apply | None, Reads("apply")] = None


class Project(Record):
    """A funded undertaking of several organisations."""

    kind = Kind.PROJECT

    name: Name
    description: LocalizedText | None = None
    partners: list[Partner] = []
    start: Day | None = None
    end: Day | None = None
    status: Annotated[ProjectStatus, Reads("project_status")] = ProjectStatus.RUNNING
    funder: Annotated[Line | None, Internal()] = None
    funding_programme: Annotated[Line | None, Internal()] = None
    funding_reference: Annotated[Line | None, Internal()] = None
    budget: Annotated[float | None, Internal()] = None
    goals: Annotated[list[Line], Reads("lines")] = []
    report_due_dates: Annotated[list[Day], Reads("dates"), Internal()] = []
    public_url: WebAddress | None = None


ENTITIES: dict[Kind, type[Record]] = {
    entity.kind: entity for entity in (Organisation, Person, Service, Event, Opportunity, Project)
}

HOSTED_BY = {Kind.SERVICE: "provider_org_id", Kind.EVENT: "organiser_org_id", Kind.OPPORTUNITY: "org_id"}
"""Kind -> the field that holds whose it is; `host_name` says it where the hub does not know the organisation."""
