"""Questions that ask for a consent."""

from __future__ import annotations

import pytest

from allin_hub.mapping.synonyms import recognised
from allin_schemas import Kind

ASKED = {
    "Dürfen wir den Namen der Ansprechperson im Verzeichnis veröffentlichen?": "directory_public",
    "Darf ins Verzeichnis?": "directory_public",
    "Sind Sie damit einverstanden, dass wir Ihre Daten im Verzeichnis veröffentlichen?": "directory_public",
    "Dürfen wir die Ansprechperson mit Name im öffentlichen Verzeichnis nennen?": "directory_public",
    "May we publish your name in the directory?": "directory_public",
    "Newsletter": "newsletter",
    "Möchten Sie unseren Newsletter erhalten?": "newsletter",
    "Dürfen wir Ihre E-Mail-Adresse für den Rundbrief verwenden?": "newsletter",
    "Einwilligung Statistik": "statistics",
    "Einwilligung in die Speicherung meiner Daten": "contact_internal",
}


@pytest.mark.parametrize(("question", "purpose"), ASKED.items())
def test_a_plain_question_for_one_purpose_is_recognised(question: str, purpose: str) -> None:
    """What is asked in clear words needs no line in hub.toml."""
    assert f"contacts.consent.{purpose}" == recognised(Kind.ORGANISATION, question)


def test_the_consent_of_a_person_is_their_own() -> None:
    """In a list of persons there is no contact around the consent."""
    assert recognised(Kind.PERSON, "Newsletter") == "consent.newsletter"


@pytest.mark.parametrize(
    "question",
    [
        "Ich möchte keinen Newsletter",
        "Widerspruch gegen die Veröffentlichung im Verzeichnis",
        "Haben Sie einen Newsletter?",
        "Erhalten Sie bereits unseren Newsletter? Möchten Sie?",
        "In welcher Sprache möchten Sie den Newsletter erhalten?",
        "Wie oft möchten Sie den Newsletter?",
        "Dürfen Fotos veröffentlicht werden?",
        "Darf die Telefonnummer veröffentlicht werden?",
        "Einwilligung Newsletter und Verzeichnis",
        "Datenschutzerklärung gelesen",
        "Link zum Newsletter",
    ],
)
def test_what_is_reversed_coupled_or_something_else_is_no_consent(question: str) -> None:
    """Where yes does not clearly mean yes to one purpose, a person has to say what it means."""
    assert recognised(Kind.ORGANISATION, question) is None
