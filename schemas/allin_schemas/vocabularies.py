"""The closed word lists of the model. German words that people write for them are read in `reading.words`."""

from enum import StrEnum


class Kind(StrEnum):
    """The entity types."""

    ORGANISATION = "organisation"
    PERSON = "person"
    SERVICE = "service"
    EVENT = "event"
    OPPORTUNITY = "opportunity"
    PROJECT = "project"


class Purpose(StrEnum):
    """What a person's data may be used for; consent is given for each on its own."""

    DIRECTORY_PUBLIC = "directory_public"
    NEWSLETTER = "newsletter"
    VOLUNTEER_MATCHING = "volunteer_matching"
    STATISTICS = "statistics"
    CONTACT_INTERNAL = "contact_internal"


class RecordStatus(StrEnum):
    """Where an entity stands between a first note and the archive."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    UNLISTED = "unlisted"
    ARCHIVED = "archived"
    MERGED = "merged"


class Visibility(StrEnum):
    """Who may see an entity at all."""

    INTERNAL = "internal"
    PARTNERS = "partners"
    PUBLIC = "public"


class Sensitivity(StrEnum):
    """Whether belonging to the organisation reveals a trait that Art. 9 GDPR protects."""

    NONE = "none"
    ART9 = "art9"


class OrganisationType(StrEnum):
    """What sort of body an organisation is."""

    MSO = "mso"
    ASSOCIATION = "association"
    INITIATIVE = "initiative"
    MUNICIPAL = "municipal"
    WELFARE = "welfare"
    SCHOOL = "school"
    FAITH = "faith"
    COMPANY = "company"
    NETWORK = "network"


class PersonType(StrEnum):
    """A named person, or a role that anyone may hold."""

    ROLE = "role"
    PERSON = "person"


class ServiceType(StrEnum):
    """What sort of standing help a service is."""

    ADVICE = "advice"
    COURSE = "course"
    MEETING = "meeting"
    SPACE = "space"
    FUND = "fund"
    INTERPRETING = "interpreting"


class ServiceStatus(StrEnum):
    """Whether a service can be used now."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"
    PLANNED = "planned"


class EventStatus(StrEnum):
    """Whether an event takes place as announced."""

    SCHEDULED = "scheduled"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    MOVED = "moved"


class Mode(StrEnum):
    """Where an event takes place."""

    ONSITE = "onsite"
    ONLINE = "online"
    MIXED = "mixed"


class OpportunityType(StrEnum):
    """How long an engagement lasts."""

    ONGOING = "ongoing"
    ONE_OFF = "one-off"
    VOLUNTEER_DAY = "volunteer-day"
    ONLINE = "online"


class OpportunityStatus(StrEnum):
    """Whether people can still join."""

    OPEN = "open"
    FULL = "full"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class ProjectStatus(StrEnum):
    """Where a project stands."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """Who wrote a text in a language."""

    PARTNER = "partner"
    STAFF = "staff"
    MACHINE = "machine"


class PlaceRole(StrEnum):
    """What a place is for an organisation."""

    SEAT = "seat"
    POSTAL = "postal"
    VISIT = "visit"


class PlaceType(StrEnum):
    """Whether one can go there, write there or click there."""

    PHYSICAL = "physical"
    POSTAL = "postal"
    VIRTUAL = "virtual"


class Access(StrEnum):
    """How far a place meets a need."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class ConsentEvent(StrEnum):
    """What happened to a consent; the ledger keeps these, the state is derived."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Weekday(StrEnum):
    """Days as iCalendar abbreviates them."""

    MO = "MO"
    TU = "TU"
    WE = "WE"
    TH = "TH"
    FR = "FR"
    SA = "SA"
    SU = "SU"
