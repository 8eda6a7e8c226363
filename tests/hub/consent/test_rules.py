"""A yes covers its own claim, a no reaches every claim of the same person, and nothing old is said anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from allin_hub.hub import Hub
from allin_hub.privacy import office_consents, person_keys
from allin_hub.store import consents
from allin_hub.store.engine import reading
from allin_schemas import Purpose

YES = ("Rot", "Kanarina Rot", "kanarina@privat.example", "", "ja")


@pytest.mark.parametrize(
    "no",
    [
        ("Rot", "Kanarina Rot-Neu", "KANARINA@privat.example", "", "nein"),
        ("Blau", "K. R.", "kanarina@privat.example", "", "nein"),
        ("Rot", "", "kanarina@privat.example", "", "nein"),
        ("Rot", "Dr. Rot, Kanarina", "", "", "nein"),
        ("Rot", "Frau KANÀRINA ROT", "", "", "nein"),
        ("Rot", "", "", "", "nein"),
        ("Rot", "", "info@rot.example", "", "nein"),
    ],
)
def test_a_no_reaches_her_however_she_is_spelled(no: tuple[str, ...], desk: Any) -> None:
    """By her mail wherever it stands, by her name within one organisation, and where no name stands at all."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", YES)
    desk.sync("a")
    assert desk.shows("Kanarina")
    desk.sheet("b", no)

    desk.sync()

    assert not desk.shows("Kanarina")
    assert desk.shows(">Rot<")


def test_a_no_reaches_her_by_her_phone(desk: Any) -> None:
    """Written otherwise, under another name, for another organisation."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", ("Rot", "Kanarina Rot", "", "0176 5550001", "ja"))
    desk.sheet("b", ("Blau", "K. Rot", "", "+49 (0)176-5550001", "nein"))

    desk.sync()

    assert not desk.shows("Kanarina")


@pytest.mark.parametrize(
    "no",
    [
        ("Blau", "Kanarina Rot", "", "", "nein"),
        ("Rot", "Berta Blau", "info@rot.example", "", "nein"),
        ("Blau", "", "", "", "nein"),
    ],
)
def test_a_no_reaches_nobody_else(no: tuple[str, ...], desk: Any) -> None:
    """A name alone says nothing elsewhere, and a mailbox of a task is nobody's."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", YES)
    desk.sheet("b", no)

    desk.sync()

    assert desk.shows("Kanarina")


def test_a_no_holds_when_its_row_is_gone(desk: Any) -> None:
    """What she refused stays refused, under all her keys."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    rest = ("Gelb", "", "", "", "")
    desk.sheet("b", rest, ("Rot", "Dr. Kanarina Rot", "", "", "nein"))
    desk.sync("b")
    desk.sheet("b", rest)
    desk.sync("b")
    desk.sheet("a", YES)

    desk.sync()

    assert not desk.shows("Kanarina")


def test_swapped_columns_publish_nobody(desk: Any) -> None:
    """The name stands where the answer should be, and the answer where the name should be."""
    desk.settings(a="spreadsheet")
    desk.sheet(
        "a",
        ("Rot", "ja", "kanarina@privat.example", "", "Kanarina Rot"),
        ("Blau", "Ja", "berta@privat.example", "", "ja"),
        ("Gelb", "nein", "carla@privat.example", "", "ja"),
    )

    reports = desk.sync()

    assert (reports["a"].new, reports["a"].quarantined) == (3, 0)
    assert all(desk.shows(f">{name}<") for name in ("Rot", "Blau", "Gelb"))
    assert not any(desk.shows(word) for word in ("Kanarina", "kanarina@", "berta@", "carla@"))


def _noted(desk: Any) -> list[tuple[str, dt.datetime]]:
    hub = desk.office.open()
    try:
        with reading(hub.engine) as connection:
            return [(one.event, one.at) for one in consents.events(connection)]
    finally:
        hub.close()


def _withdraw(desk: Any, words: str = "Kanarina Rot") -> str:
    hub: Hub = desk.office.open()
    try:
        [person] = office_consents.find_by_words(hub, words)
        office_consents.withdraw(hub, person.id, list(Purpose))
        return person.id
    finally:
        hub.close()


def _give(desk: Any, person: str) -> None:
    hub: Hub = desk.office.open()
    try:
        office_consents.give(hub, person, [Purpose.DIRECTORY_PUBLIC])
    finally:
        hub.close()


def test_an_answer_is_never_later_than_its_reading(desk: Any) -> None:
    """A date that lies ahead counts as now; when it comes, the unchanged row is no new yes."""
    desk.settings(a="form")
    desk.sheet("a", YES, at="2026-12-24 10:00:00")
    desk.sync()
    assert [("confirmed", desk.office.now)] == _noted(desk)
    assert desk.shows("Kanarina")
    desk.office.now += dt.timedelta(days=1)
    _withdraw(desk)
    desk.office.now += dt.timedelta(days=200)

    desk.sync(replay=True)
    desk.sheet("a", (*YES[:3], "0176 5550001", "ja"), at="2026-12-24 10:00:00")
    desk.sync()
    desk.sheet("a", YES, at="2099-12-24 10:00:00")
    desk.sync()

    assert not desk.shows("Kanarina")


@pytest.mark.parametrize("plugin", ["spreadsheet", "form"])
def test_what_the_office_withdrew_outlasts_every_sync(plugin: str, desk: Any) -> None:
    """The old yes is read again, in a changed row, in a replay, in another source: it stays withdrawn."""
    desk.settings(a=plugin, b=plugin)
    desk.sheet("a", YES, at="2026-10-01 10:00:00")
    desk.sync("a")
    desk.office.now += dt.timedelta(hours=1)
    _withdraw(desk)
    desk.publish()
    assert not desk.shows("Kanarina")
    desk.sheet("a", (*YES[:3], "0176 5550001", "ja"), at="2026-10-01 10:00:00")
    desk.sheet("b", ("Blau", "K. Rot", YES[2], "", "ja"), at="2026-10-01 10:00:00")

    desk.sync()
    desk.sync(replay=True)

    assert not any(desk.shows(word) for word in ("Kanarina", "K. Rot", YES[2]))


def test_a_form_that_she_filled_in_later_begins_anew(desk: Any) -> None:
    """She said it herself, after she had withdrawn; what other sources repeat stays out."""
    desk.settings(a="form", b="spreadsheet")
    desk.sheet("a", YES, at="2026-10-01 10:00:00")
    desk.sheet("b", (*YES[:3], "0176 5550001", "ja"))
    desk.sync()
    assert desk.shows("5550001")
    desk.office.now += dt.timedelta(hours=1)
    _withdraw(desk)
    desk.office.now += dt.timedelta(days=9)
    desk.sheet("a", YES, at="2026-10-10 10:00:00")

    desk.sync()

    assert desk.shows("Kanarina")
    assert not desk.shows("5550001")


def test_what_the_office_gave_outlasts_the_old_no_and_not_a_new_one(desk: Any) -> None:
    """The partner's row still says no, and is read again; then she says no in another."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", (*YES[:4], "nein"))
    desk.sheet("b", ("Blau", "", "", "", ""))
    desk.sync()
    hub = desk.office.open()
    [person] = office_consents.find_by_words(hub, "kanarina@privat.example")
    hub.close()
    _give(desk, person.id)
    desk.sheet("a", (*YES[:3], "0176 5550001", "nein"))
    desk.sync()
    desk.sync(replay=True)
    assert desk.shows("Kanarina")
    desk.sheet("b", ("Blau", "K. Rot", YES[2], "", "nein"))

    desk.sync()

    assert not desk.shows("Kanarina")


def test_a_yes_that_the_office_notes_needs_no_column(desk: Any) -> None:
    """No sheet asks her; what she signed on paper holds, and nothing that another source adds later."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", (*YES[:4], ""))
    desk.sheet("b", ("Gelb", "", "", "", ""))
    desk.sync()
    hub = desk.office.open()
    [person] = office_consents.find_by_words(hub, "rot kanarina")
    hub.close()
    _give(desk, person.id)
    desk.sheet("b", ("Gelb", "Kanarina Rot", YES[2], "0176 5550001", ""))

    desk.sync()
    desk.sync(replay=True)

    assert desk.shows("Kanarina")
    assert not desk.shows("5550001")


def test_a_yes_ends_that_only_an_unread_source_repeats(desk: Any) -> None:
    """After the time that the office sets; the source that is read goes on."""
    desk.settings("unread_consent_days = 100\n", a="spreadsheet", b="spreadsheet")
    desk.sheet("a", YES)
    desk.sheet("b", ("Blau", "Berta Blau", "berta@privat.example", "", "ja"))
    desk.sync()
    desk.office.now += dt.timedelta(days=99)
    desk.sync("b")
    assert desk.shows("Kanarina")
    desk.office.now += dt.timedelta(days=2)

    desk.sync("b")

    assert not desk.shows("Kanarina")
    assert desk.shows("Berta")
    desk.sync("a")
    assert desk.shows("Kanarina")


def test_a_request_ends_a_week_after_its_letter(desk: Any) -> None:
    """One that was never sent waits; the unchanged yes does not ask again."""
    from allin_hub.privacy.consent_ledger import event_for
    from allin_hub.store.consents import ConsentState

    now = desk.office.now
    waits, ended, sent = (
        ConsentState("requested", "form", now - dt.timedelta(days=90), b"x", at)
        for at in (None, now, now + dt.timedelta(days=7))
    )

    found = [
        event_for("newsletter", "yes", state, state, "form", None, evidence, now)
        for state, evidence in ((waits, b"y"), (sent, b"y"), (ended, b"x"), (ended, b"y"))
    ]
    assert [None, None, None, "requested"] == found


def test_a_persons_name_reads_the_same_in_any_order() -> None:
    """Titles, accents, commas and capitals do not count."""
    spellings = ["Dr. Ayşe Müller-Öz", "MÜLLER-ÖZ, Ayse", "Frau Prof. Dr. Müller Öz Ayşe", "ayse mueller oez"]
    others = ["Ayşe Öz", "Ayşe Müller", "Dr."]

    assert len({person_keys.folded_name(one) for one in spellings}) == 1
    assert len({person_keys.folded_name(one) for one in [spellings[0], *others]}) == 4


def test_a_yes_does_not_pass_to_whoever_takes_over_a_mailbox(desk: Any) -> None:
    """The office's yes was hers; her successor behind the same address of a task is asked anew, and may agree."""
    desk.settings(a="spreadsheet")
    desk.sheet("a", ("Rot", "Kanarina Rot", "vorstand@rot.example", "", ""))
    desk.sync()
    hub = desk.office.open()
    [person] = office_consents.find_by_words(hub, "kanarina rot")
    hub.close()
    _give(desk, person.id)
    desk.publish()
    assert desk.shows("Kanarina")
    desk.sheet("a", ("Rot", "Berta Blau", "vorstand@rot.example", "", ""))
    desk.sync()
    assert not desk.shows("Kanarina")
    assert not desk.shows("Berta")
    hub = desk.office.open()
    [person] = office_consents.find_by_words(hub, "berta blau")
    hub.close()
    _give(desk, person.id)
    desk.publish()

    assert desk.shows("Berta")


def test_a_no_stays_hers_when_another_takes_over_her_row(desk: Any) -> None:
    """The row says yes by now, of somebody else; another source names her."""
    desk.settings(a="spreadsheet", b="spreadsheet")
    desk.sheet("a", ("Rot", "Kanarina Rot", "vorstand@rot.example", "0176 5550001", "nein"))
    desk.sync("a")
    desk.sheet("a", ("Rot", "Berta Blau", "vorstand@rot.example", "0176 5550002", "ja"))
    desk.sheet("b", ("Gelb", "Kanarina Rot", "", "0176 5550001", "ja"))

    desk.sync()

    assert desk.shows("Berta")
    assert not desk.shows("Kanarina")
