"""What points to a person in a text is found, and what is only called like one is not."""

from __future__ import annotations

import time

import phonenumbers
import pytest

from allin_hub.privacy.free_text.asked import Question, is_party, question
from allin_hub.privacy.free_text.find import Context, Verdict, find
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.masks import MASKS, is_only_masks, mask
from allin_hub.privacy.free_text.names_of_things import ThingNames
from allin_schemas import Kind

CHOIR = ThingNames(["Chor Alpha e.V."])


def _held(text: str, **context: object) -> list[str]:
    found = find(text, Context(things=CHOIR, **context))  # type: ignore[arg-type]
    return [text[one.start : one.end] for one in found if one.verdict is Verdict.HELD]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Ruf an: 0176 11112221", ["0176 11112221"]),
        ("0152/5550123", ["0152/5550123"]),
        ("Kontakt: [Anna Muster](https://verein.example/team)", ["[Anna Muster]"]),
        ("Kontakt: [Anna **Muster**](https://verein.example/team)", ["[Anna **Muster**]"]),
        ("٠١٧٦ ١١١١٢٢٢١ للتواصل", ["٠١٧٦ ١١١١٢٢٢١"]),
        ("0 1 7 6 - 111 12 221", ["0 1 7 6 - 111 12 221"]),
        ("+44 7700 900123", ["+44 7700 900123"]),
        ("privat 0561 123456", ["0561 123456"]),
        ("0561 123456 (privat)", ["0561 123456"]),
        ("zarifa.qvestorina@gmail.example", ["zarifa.qvestorina@gmail.example"]),
        ("zarifa.q (at) gmail punkt com", ["zarifa.q (at) gmail punkt com"]),
        ("verein.yilmaz@web.de", ["verein.yilmaz@web.de"]),
        ("familie@mueller.example", ["familie@mueller.example"]),
        ("post@anna-schmidt.example", ["post@anna-schmidt.example"]),
        ("https://wa.me/4917611112229", ["https://wa.me/4917611112229"]),
        ("https://zoom.us/j/999?pwd=geheim", ["https://zoom.us/j/999?pwd=geheim"]),
        ("https://verein.example/raum?pwd=geheim", ["https://verein.example/raum?pwd=geheim"]),
        ("https://www.facebook.com/iotana.qvestorina", ["https://www.facebook.com/iotana.qvestorina"]),
        ("linkedin.com/in/zarifa", ["linkedin.com/in/zarifa"]),
    ],
)
def test_contact_data_of_persons_are_held(text: str, held: list[str]) -> None:
    """Mobiles, private landlines, mails that are no task's, links to a person or a meeting; however they are spelled."""
    assert held == _held(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tel. 0561 9000050",
        "Kursnummer 0176-2026",
        "IBAN DE12 5205 0353 0001 1112 22",
        "VR 4411, ISBN 978-3-555-01234-5",
        "Diensthandy 0176 5551234",
        "info@chor-alpha.example, vorstand@verein.example",
        "chor-alpha@web.de",
        "https://www.facebook.com/choralpha https://www.instagram.com/chor_alpha",
        "https://verein.example/kontakt",
        "116 016, 110, 112",
    ],
)
def test_numbers_mails_and_links_of_nobody_stay(text: str) -> None:
    """What reaches an office or nobody at all is no person's."""
    assert [] == _held(text)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Frau Wolf und Herr Koch helfen", ["Frau Wolf", "Herr Koch"]),
        ("c/o Delila Qvestorina, Musterweg 4", ["c/o Delila Qvestorina"]),
        ("Ansprechpartner*in: Zarifa Qvestorina", ["Zarifa Qvestorina"]),
        (
            "Leitung: Beate Wolf (Türkisch), Ali Kaya und Peter Lustig",
            ["Beate Wolf", "Ali Kaya", "Peter Lustig"],
        ),
        ("Zarifa Qvestorina (Vorsitzende)", ["Zarifa Qvestorina"]),
        ("Anruf bei Sigma Qvestorina", ["Sigma Qvestorina"]),
        ("Mein Name ist Beate Wolf", ["Beate Wolf"]),
        ("Gamila 0176 11112223", ["Gamila", "0176 11112223"]),
        ("Please contact Jane Miller", ["Jane Miller"]),
        ("İletişim: Zeynep Yılmaz", ["Zeynep Yılmaz"]),
        ("Mustafa Bey'i arayın", ["Mustafa Bey'i"]),
        ("للتواصل: زينب الأحمد", ["زينب الأحمد"]),
        ("الدكتورة ليلى حسن", ["الدكتورة ليلى حسن"]),
        ("Контакт: Олена Коваленко", ["Олена Коваленко"]),
        ("запись у Ирины Петровой", ["Ирины Петровой"]),
        ("مسئول: مریم احمدی", ["مریم احمدی"]),
    ],
)
def test_names_beside_a_cue_are_held(text: str, held: list[str]) -> None:
    """Titles, labels and self-introductions in seven languages, gendered, in other cases, and in lists."""
    assert held == _held(text)


@pytest.mark.parametrize(
    "text",
    [
        "Frau und Beruf, Frau Holle, Herr Doktor",
        "Die Clara-Zetkin-Straße, Martin Luther King Hall, Robert Bosch Stiftung, Rosa Flieder e.V.",
        "Leitung: Musikschule Kassel, Kontakt: Vereinsbüro",
        "Rosa, Frieden, Post und Müller sind Wörter",
        "вулиця Лесі Українки 5",
        "مدرس: دانشکده زبان",
        "Trainer C Lizenz Breitensport",
    ],
)
def test_things_that_are_called_like_persons_stay(text: str) -> None:
    """Streets, houses, foundations, the honoured, works, words."""
    assert [] == _held(text)


def test_names_without_a_cue_are_only_hinted_at() -> None:
    """Most are announced on purpose; a source may hold them all the same."""
    text = "Lesung mit Fatma Aydemir"

    assert [] == _held(text)
    assert ["Fatma Aydemir"] == _held(text, hold_hints=True)
    assert [Verdict.HINTED] == [one.verdict for one in find(text, Context())]


def test_a_known_full_name_is_held_in_any_order_and_case_and_says_whose_it_is() -> None:
    """A family name alone is nobody's; a name that a hub's association has is the association's."""
    known = KnownNames([("Sigma Qvestorina", "id-1"), ("Rosa Flieder", "id-2"), ("Олена Коваленко", "id-3")])
    things = ThingNames([], ["Rosa Flieder e.V."])

    for text in (
        "Es kocht Sigma Qvestorina",
        "QVESTORINA, Sigma",
        "S. Qvestorina kocht",
        "Sigma Qvestorinas Suppe",
    ):
        (found,) = find(text, Context(known=known, things=things))
        assert frozenset(["id-1"]) == found.whose
    assert frozenset(["id-3"]) == find("зустріч з Оленою Коваленко", Context(known=known))[0].whose
    assert [] == find("Rosa Flieder e.V. lädt ein", Context(known=known, things=things))
    assert [] == find("Familientreffen bei uns, Qvestorina kocht", Context(known=known))


@pytest.mark.parametrize(
    "word", ["Thetana Qvestorina (Vorsitz)", "Wohnung Nyra Qvestorina", "bei Familie Epsilo-Qvestorina"]
)
def test_in_a_short_field_a_capital_wants_an_explanation(word: str) -> None:
    """Where few words stand, a word that nothing explains is a name."""
    assert "Qvestorina" in "".join(_held(word, short=True))
    assert [] == _held(
        "Raum 2, Hinterhaus, Café Jacqueline, Grimmwelt, Rothenditmold, Holländische Straße", short=True
    )


def test_spans_fit_the_text_as_it_is_written() -> None:
    """Also with markup, entities, invisible signs and composed letters between."""
    text = "**Kontakt:** Be\u00adate Wo\u200blf<br>0176&#50;3456789 und Frau Mu\u0308ller"

    assert ["Be\u00adate Wo\u200blf", "0176&#50;3456789", "Frau Mu\u0308ller"] == _held(text)


def test_a_mask_reads_the_same_everywhere_and_takes_its_cue_along() -> None:
    """Masks side by side are one; nothing dangles; never across a line."""
    text = "Wir singen. Ansprechpartnerin: Zarifa Qvestorina, Tel. 0176 11112221, z.q@gmail.example\nFrau Wolf hilft."

    assert "Wir singen. [ausgelassen]\n[ausgelassen] hilft." == mask(text, find(text, Context()), "de")
    assert is_only_masks(mask("bei Familie Wolf", find("bei Familie Wolf", Context()), "tr"))
    assert {"de", "de-simple", "en", "tr", "ar", "fa", "uk", "ru", "kmr", "ti"} == set(MASKS)


def test_what_is_asked_about_before_it_is_shown() -> None:
    """Sole traders and associations that are only called like a person, and a person's party."""
    assert Question("name", "named_after_person") == question(Kind.ORGANISATION, {"name": "Pi Qvestorina"})
    assert Question("name", "sole_trader") == question(
        Kind.ORGANISATION,
        {"name": "Kappana Qvestorina", "legal_name": "Kappana Qvestorina (Einzelunternehmerin)"},
    )
    for name in ("Chor Kappa", "Rosa Flieder e.V.", "Zeytin", "Café Jacqueline", "Kulturverein Brücke"):
        assert question(Kind.ORGANISATION, {"name": name}) is None
    assert is_party("Geburtstag von Taunia Qvestorina")
    assert is_party("Henna für Aylin")
    assert not is_party("10 Jahre: Geburtstag des Vereins")
    assert not is_party("Hochzeitsmesse in der Stadthalle")


HOSTILE = {
    "hyphens": "A-", "dots": "a.", "at": "a@", "digits": "0 ", "digit run": "1", "zero run": "0", "signs": "+4",
    "digits and slashes": "0/1 ", "hyphen digits": "0-1-", "mobiles": "0176 11112222 Anna ", "landlines": "0561 123456 ",
    "private": "privat 0561 123456 ", "office": "Büro Telefon ", "cards": "Anna Wolf\nTel. 0561 123456\n",
    "titles": "Frau ", "doctors": "Dr. ", "care of": "c/o ", "care of names": "c/o Anna Wolf ", "labels": "Kontakt: ",
    "complements": "Kontakt der Gruppe ", "gendered": "Leiter*in:", "names": "bei Anna ", "lists": "Leitung: Anna Abra (",
    "capitals": "Aa Bb ", "unknown names": "Qvesto Rina ", "particles": "von der ", "initials": "A. ", "lines": "Anna\n",
    "quotes": "Chor „Anna ", "compounds": "Vereinsraumkontaktleitung ", "one word": "Q", "joined": "Ab",
    "turkish": "Anna'ya ", "apostrophes": "a'", "titles behind": "Anna Bey ", "postpositions": "Anna Wolf ile ",
    "cyrillic": "Контакт Анна ", "arabic": "السيد ", "persian": "ثبت‌نام با ",
    "brackets": "(", "nested brackets": "()", "tags": "<a", "whole tags": "<b>", "comments": "<!--", "entities": "&#",
    "whole entities": "&amp;", "stars": "*a", "spaces": " ", "tabs": "\t", "newlines": "\n",
    "links": "https://", "addresses": "www.a.b/", "paths": "a.b.c/", "handles": "insta: @a.b ", "many dots": ".",
    "mails": "a@b.c ", "ats": "@", "at words": " at ", "dot words": "a@a dot ",
    "spelled dots": "a(dot)", "mail words": "anna.wolf.",
    "accents": "\u0301", "accented": "e\u0301", "marks of direction": "\u200f\u202e", "marks in words": "A\u200f",
}  # fmt: skip
"""What is written again and again until the text is 20,000 letters long."""
PARSED_IN = 20e-6
"""CPU seconds in which the machine that the bounds name reads a telephone number; bench/publish.py measures by the same."""


def machine() -> float:
    """How many times as slow as that machine this one is now, at least 1."""
    began = time.process_time()
    for _ in range(500):
        phonenumbers.parse("0561 9001234", "DE")
    return max(1.0, (time.process_time() - began) / 500 / PARSED_IN)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("short", [False, True], ids=["prose", "short"])
def test_hostile_text_costs_little(name: str, short: bool) -> None:
    """20,000 letters written to wear the search out; CPU time, best of five, each beside the machine's speed at that moment."""
    text = (HOSTILE[name] * 20_000)[:20_000]
    context = Context(short=short, known=KnownNames([("Anna Wolf", "id-1")]))
    find("Frau Wolf 0176 1234567 a@b.de", context)
    spent = []
    for _ in range(5):
        began = time.process_time()
        find(text, context)
        spent.append((time.process_time() - began) / machine())

    assert min(spent) < 0.05


def test_a_text_that_is_full_of_cues_is_held_as_a_whole() -> None:
    """No office writes so; nothing in it is shown unread."""
    text = "Frau Zarifa Kontakt " * 900

    assert [(0, len(text))] == [one[:2] for one in find(text, Context())]
