"""What people write for the members of the closed lists; the first word of each is shown in suggestions."""

from __future__ import annotations

from enum import StrEnum

from allin_schemas.vocabularies import (
    Access,
    EventStatus,
    Mode,
    OpportunityStatus,
    OpportunityType,
    OrganisationType,
    PersonType,
    PlaceRole,
    PlaceType,
    ProjectStatus,
    RecordStatus,
    Sensitivity,
    ServiceStatus,
    ServiceType,
    Visibility,
    Weekday,
)

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    OrganisationType: {
        OrganisationType.MSO: "Migrantenorganisation, MSO, Migrantinnenorganisation, "
        "Migrant*innenorganisation, Migrantenselbstorganisation,"
        " Migrant*innenselbstorganisation, MO, migrantische Organisation, neue deutsche Organisation, "
        "migrant organisation, migrant organization",
        OrganisationType.ASSOCIATION: "Verein, e. V., eV, eingetragener Verein, Kulturverein, "
        "Förderverein, Sportverein, Elternverein, Frauenverein,"
        " gemeinnütziger Verein, Verband, Dachverband, club, society",
        OrganisationType.INITIATIVE: "Initiative, Gruppe, Bürgerinitiative, Selbsthilfegruppe, "
        "Projektgruppe, Nachbarschaftsinitiative, loser Zusammenschluss, group",
        OrganisationType.MUNICIPAL: "Stadt, Kommune, Behörde, Amt, kommunal, städtisch, öffentlich, "
        "Stadtverwaltung, Verwaltung, Kommunale Einrichtung, city, public authority",
        OrganisationType.WELFARE: "Wohlfahrtsverband, Wohlfahrt, freier Träger, Träger, Sozialverband, "
        "Sozialträger, Beratungsstelle, charity",
        OrganisationType.SCHOOL: "Schule, Hochschule, Universität, Bildungsträger, Bildungseinrichtung, "
        "Volkshochschule, VHS, Kita, Kindergarten, Sprachschule, university",
        OrganisationType.FAITH: "Religionsgemeinschaft, Gemeinde, Kirche, Kirchengemeinde, Moschee, "
        "Moscheegemeinde, Synagoge, Tempel, Glaubensgemeinschaft,"
        " religiöse Gemeinde, religiös, church, mosque, religious community",
        OrganisationType.COMPANY: "Unternehmen, Firma, GmbH, gGmbH, UG, Betrieb, Geschäft, business, "
        "social enterprise, Sozialunternehmen",
        OrganisationType.NETWORK: "Netzwerk, Bündnis, Arbeitskreis, Runder Tisch, Forum, alliance, coalition",
    },
    PersonType: {
        PersonType.ROLE: "Rolle, Funktion, Stelle, Funktionspostfach, function",
        PersonType.PERSON: "Person, Mensch, Ansprechperson, contact person",
    },
    ServiceType: {
        ServiceType.ADVICE: "Beratung, Sozialberatung, Migrationsberatung, Rechtsberatung, Sprechstunde, "
        "counselling, counseling, consultation",
        ServiceType.COURSE: "Kurs, Sprachkurs, Deutschkurs, Integrationskurs, Workshop, Schulung, "
        "Unterricht, Training, class",
        ServiceType.MEETING: "Treff, Treffpunkt, Begegnung, Sprachcafé, Café, Gruppe, Offener Treff, "
        "meet-up, meetup, meeting point",
        ServiceType.SPACE: "Raum, Räume, Raumvermietung, Vermietung, Proberaum, room",
        ServiceType.FUND: "Förderung, Fonds, Zuschuss, Geld, finanzielle Hilfe, funding, grant",
        ServiceType.INTERPRETING: "Dolmetschen, Sprachmittlung, Übersetzung, Dolmetscherdienst, "
        "Begleitung, translation, language mediation",
    },
    ServiceStatus: {
        ServiceStatus.ACTIVE: "aktiv, läuft, laufend, offen, verfügbar, open, running",
        ServiceStatus.PAUSED: "pausiert, Pause, ruht, unterbrochen, vorübergehend geschlossen, "
        "temporarily closed",
        ServiceStatus.CLOSED: "geschlossen, beendet, eingestellt, defunct, inactive, inaktiv, ended",
        ServiceStatus.PLANNED: "geplant, in Planung, in Vorbereitung, upcoming",
    },
    EventStatus: {
        EventStatus.SCHEDULED: "geplant, findet statt, bestätigt, fest, aktiv, planmäßig, confirmed, "
        "planned, EventScheduled",
        EventStatus.TENTATIVE: "vorläufig, unter Vorbehalt, noch nicht sicher, voraussichtlich, provisional, unconfirmed",
        EventStatus.CANCELLED: "abgesagt, fällt aus, entfällt, storniert, canceled, cancelled, gecancelt, "
        "ausgefallen, EventCancelled",
        EventStatus.POSTPONED: "verschoben auf unbestimmte Zeit, aufgeschoben, vertagt, postponed, "
        "EventPostponed",
        EventStatus.MOVED: "verschoben, verlegt, neuer Termin, neuer Ort, moved, rescheduled, "
        "EventRescheduled",
    },
    Mode: {
        Mode.ONSITE: "vor Ort, Präsenz, in Präsenz, Präsenzveranstaltung, on site, offline, in person, "
        "presence",
        Mode.ONLINE: "online, digital, virtuell, Zoom, Videokonferenz, Webinar, virtual, Onlineveranstaltung",
        Mode.MIXED: "hybrid, gemischt, vor Ort und online, online und vor Ort, beides, both",
    },
    OpportunityType: {
        OpportunityType.ONGOING: "laufend, regelmäßig, dauerhaft, langfristig, fortlaufend, regular, "
        "long-term",
        OpportunityType.ONE_OFF: "einmalig, einmal, kurzfristig, punktuell, Aktion, once, one time, "
        "short-term",
        OpportunityType.VOLUNTEER_DAY: "Freiwilligentag, Freiwilligen-Tag, Ehrenamtstag, Aktionstag, "
        "volunteering day",
        OpportunityType.ONLINE: "online, digital, von zu Hause, remote, virtuell",
    },
    OpportunityStatus: {
        OpportunityStatus.OPEN: "offen, frei, Plätze frei, gesucht, aktiv, available, active",
        OpportunityStatus.FULL: "voll, ausgebucht, besetzt, belegt, vergeben, booked out, booked",
        OpportunityStatus.PAUSED: "pausiert, Pause, ruht, on hold",
        OpportunityStatus.DONE: "beendet, abgeschlossen, vorbei, erledigt, closed, finished, ended",
        OpportunityStatus.CANCELLED: "abgesagt, entfällt, fällt aus, storniert, canceled",
    },
    ProjectStatus: {
        ProjectStatus.PLANNED: "geplant, in Planung, beantragt, in Vorbereitung, planning",
        ProjectStatus.RUNNING: "laufend, läuft, aktiv, in Umsetzung, active, ongoing",
        ProjectStatus.DONE: "abgeschlossen, beendet, fertig, ended, finished, completed",
        ProjectStatus.CANCELLED: "abgebrochen, abgesagt, eingestellt, canceled",
    },
    RecordStatus: {
        RecordStatus.DRAFT: "Entwurf, in Arbeit",
        RecordStatus.PROPOSED: "vorgeschlagen, Vorschlag, zur Prüfung",
        RecordStatus.PUBLISHED: "veröffentlicht, öffentlich, live",
        RecordStatus.UNLISTED: "nicht gelistet, verborgen, hidden",
        RecordStatus.ARCHIVED: "archiviert, Archiv",
        RecordStatus.MERGED: "zusammengeführt",
    },
    Visibility: {
        Visibility.INTERNAL: "intern, nur intern, nicht öffentlich, privat, private",
        Visibility.PARTNERS: "Partner, nur Partner, für Partner",
        Visibility.PUBLIC: "öffentlich, für alle, sichtbar",
    },
    Sensitivity: {
        Sensitivity.NONE: "nicht sensibel, normal",
        Sensitivity.ART9: "sensibel, Art. 9, besonders schutzbedürftig",
    },
    PlaceRole: {
        PlaceRole.SEAT: "Sitz, Vereinssitz, Hauptsitz, registered office",
        PlaceRole.POSTAL: "Postanschrift, Postadresse, Briefanschrift, postal address",
        PlaceRole.VISIT: "Besuchsadresse, Besucheradresse, Treffpunkt, Standort, visiting address",
    },
    PlaceType: {
        PlaceType.PHYSICAL: "vor Ort, Ort, Adresse, physical location",
        PlaceType.POSTAL: "Postfach, Postanschrift, post box",
        PlaceType.VIRTUAL: "online, digital, virtuell",
    },
    Access: {
        Access.YES: "ja, vorhanden, barrierefrei, x, wahr, true, voll, vollständig",
        Access.PARTLY: "teilweise, eingeschränkt, zum Teil, teils, bedingt, mit Hilfe, limited, partially",
        Access.NO: "nein, nicht vorhanden, nicht barrierefrei, falsch, false",
        Access.UNKNOWN: "unbekannt, weiß nicht, unklar, not known",
    },
    Weekday: {
        Weekday.MO: "Montag, Mo, Mon, Monday",
        Weekday.TU: "Dienstag, Di, Tue, Tuesday",
        Weekday.WE: "Mittwoch, Mi, Wed, Wednesday",
        Weekday.TH: "Donnerstag, Do, Thu, Thursday",
        Weekday.FR: "Freitag, Fr, Fri, Friday",
        Weekday.SA: "Samstag, Sa, Sonnabend, Sat, Saturday",
        Weekday.SU: "Sonntag, So, Sun, Sunday",
    },
}
