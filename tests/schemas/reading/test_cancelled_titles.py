"""Titles that say that an event is off, and those that do not."""

from __future__ import annotations

import pytest

from allin_schemas.reading import says_cancelled

OFF = [
    "Abgesagt: Chorprobe",
    "ABGESAGT Lesung",
    "Abgesagt. Lesung",
    "Abgesagt – Lesung mit Gast",
    "[abgesagt] Fest",
    "*** ABGESAGT *** Fest",
    "Lesung (abgesagt)",
    "Lesung ist abgesagt",
    "Treffen (abgesagt wegen Hitze)",
    "Leider abgesagt: Chor",
    "Entfällt - Tanz",
    "Lesung – entfällt",
    "FÄLLT AUS! Yoga",
    "Yogakurs FÄLLT AUS",
    "Fest fällt leider aus!",
    "Kurs fällt aus wegen Krankheit",
    "Cancelled: Talk",
    "CANCELED - Meetup",
    "İptal: Kahvaltı",
    "Скасовано: зустріч",
]
ON = [
    "Lesung: Abgesagt ist nicht gleich verloren",
    "Abgesagt ist auch gesagt",
    "Warum das Fest abgesagt wurde",
    "Was tun, wenn der Kurs ausfällt?",
    "Fest wird nicht abgesagt",
    "Absagen lernen – Nein sagen",
    "Cancel Culture: Talk",
    "Storniertes Glück",
    "Chorprobe",
]


@pytest.mark.parametrize("title", OFF)
def test_a_title_says_that_the_event_is_off(title: str) -> None:
    """Before the name, behind it, in brackets or in capitals."""
    assert says_cancelled(title)


@pytest.mark.parametrize("title", ON)
def test_a_title_about_cancelling_cancels_nothing(title: str) -> None:
    """Whoever speaks of it, asks or denies it."""
    assert not says_cancelled(title)
