"""The headings that the hub recognises by itself."""

from __future__ import annotations

import pytest

from allin_hub.mapping.paths import is_path
from allin_hub.mapping.synonyms import _headings, recognised, words_of
from allin_schemas import Kind

ORGANISATIONS = {
    "Verein": "name",
    "Name des Vereins*": "name",
    "Name der Organisation": "name",
    "Organization name": "name",
    "1. Wie heißt Ihr Verein?": "name",
    "Verein / Association": "name",
    "Dernek adı": "name",
    "اسم الجمعية": "name",
    "Назва організації": "name",
    "org_name": "name",
    "Telefon": "phones",
    "Tel.": "phones",
    "TELEFONNUMMER des Vereins": "phones",
    "الهاتف": "phones",
    "E-Mail-Adresse (Pflichtfeld)": "email",
    "E-Mail\nEmail": "email",
    "e‑mail": "email",
    "PLZ": "places.postal_code",
    "postalCode": "places.postal_code",
    "Ort": "places.city",
    "PLZ / Ort": "places.postal_code+city",
    "Straße und Hausnummer": "places.street",
    "STRASSE": "places.street",
    "Adresse": "places",
    "Anschrift (z. B. Weg 3, 34117 Kassel)": "places",
    "Stadtteil": "places.district",
    "Öffnungszeiten": "places.hours",
    "Webseite": "website",
    "Homepage": "website",
    "Sprachen": "languages",
    "Welche Sprachen werden\xa0gesprochen?": "languages",
    "Welche Sprachen werden in Ihrem Verein gesprochen? (Mehrfachnennung möglich)": "languages",
    "Мови": "languages",
    "Vereinsregister-Nr.": "identifiers",
    "Kurzbeschreibung": "description",
    "Schwerpunkte": "topics",
    "Gegründet": "founded_year",
    "Wann wurde Ihr Verein gegründet?": "founded_year",
    "Ansprechpartner(in)": "contacts.name",
    "Ansprechpartner:in": "contacts.name",
    "Ansprechperson": "contacts.name",
    "1. Vorsitzende/r": "contacts.name",
    "Ihr Name": "contacts.name",
    "Vorname": "contacts.given",
    "Telefon Ansprechperson": "contacts.phones",
    "Telefon (Ansprechperson)": "contacts.phones",
    "E-Mail der Ansprechperson": "contacts.email",
    "Ihre E-Mail-Adresse": "contacts.email",
    "Sprache der Ansprechperson": "contacts.preferred_language",
    "Funktion der Ansprechperson": "contacts.function",
    "Sprache(n)": "languages",
    "Sprachen (mehrere Antworten möglich)": "languages",
    "E-Mail 1": "email",
    "E-Mail 2": "email",
    "Tel. mobil": "phones",
    "Telefon (mobil)": "phones",
    "Telefon 1": "phones",
    "Telefon 2": "phones",
    "Telefon Ansprechpartner 1": "contacts.phones",
    "E-Mail Ansprechpartner 1": "contacts.email",
    "Ansprechpartner 1": "contacts.name",
    "Register": "identifiers",
}

EVENTS = {
    "Titel": "title",
    "Wie heißt die Veranstaltung?": "title",
    "Datum": "start",
    "Uhrzeit": "start",
    "Wann?": "start",
    "Ende": "end",
    "Ort": "location",
    "Veranstaltungsort": "location",
    "PLZ": "location.postal_code",
    "Veranstalter": "organiser",
    "Verein": "organiser",
    "Ansprechpartnerin": "contacts.name",
    "E-Mail": "contacts.email",
    "Eintritt": "cost",
}


@pytest.mark.parametrize(("heading", "path"), ORGANISATIONS.items())
def test_usual_headings_of_organisations_are_recognised(heading: str, path: str) -> None:
    """Partners write what they are used to; only the unusual needs a line in hub.toml."""
    assert path == recognised(Kind.ORGANISATION, heading)


@pytest.mark.parametrize(("heading", "path"), EVENTS.items())
def test_usual_headings_of_events_are_recognised(heading: str, path: str) -> None:
    """The same word means another field in another kind: 'Verein' is an event's organiser."""
    assert path == recognised(Kind.EVENT, heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Kurzname",
        "Telefon (privat)",
        "Ihre Adresse",
        "Kontakt",
        "Ansprechpartner 2",
        "Telefon Ansprechpartner 2",
        "E-Mail Ansprechpartner(in) 2",
        "Ort 2",
        "Name 2",
        "Telefon 2024",
        "Name / Funktion",
        "Mitglieder",
        "Nr.",
        "ID",
        "",
        "2026",
        "info@brücke.example",
        "Welche Angebote hat Ihr Verein in welchen Sprachen?",
        "Was bedeutet Ihr Name?",
        "x" * 2000,
    ],
)
def test_what_may_mean_something_else_is_left_to_a_person(heading: str) -> None:
    """A wrong guess publishes a wrong thing; a missing one costs a line in hub.toml."""
    assert recognised(Kind.ORGANISATION, heading) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_heading_leads_to_a_field_of_the_model(kind: Kind) -> None:
    """A field that is renamed in the model must not leave a dead heading behind."""
    dead = {
        heading: path
        for heading, path in _headings(kind).exact.items()
        if not is_path(kind, path.partition("+")[0])
    }

    assert dead == {}


def test_the_hours_per_week_of_an_opportunity_are_no_rhythm() -> None:
    """A number of hours belongs to its own part of a slot."""
    assert recognised(Kind.OPPORTUNITY, "Stunden pro Woche") == "slots.hours_per_week"
    assert recognised(Kind.OPPORTUNITY, "Wie viele Stunden pro Woche?") == "slots.hours_per_week"
    assert recognised(Kind.OPPORTUNITY, "Wie oft?") == "slots"


def test_spelling_does_not_matter() -> None:
    """Accents, case, numbering, punctuation and line breaks differ from file to file."""
    assert words_of("3. STRAßE &\nHausnummer".replace("&", "und")) == "strasse und hausnummer"
    assert words_of("Öffnungszeiten*") == words_of(" Oeffnungszeiten: ")
    assert words_of("Ansprechpartner/in") == words_of("Ansprechpartner(in)") == "ansprechpartner"
