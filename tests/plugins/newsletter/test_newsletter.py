"""What an issue tells, and when it is renewed, frozen and followed by the next."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from allin_hub.testing import lend, render


def test_tells_what_is_new_changed_and_coming(newsletter: Any, news: Any, entities: Any) -> None:
    """A reader finds each kind of news under its heading, with the weekday of each date."""
    files = render(newsletter(), news(entities))

    text = files["2026-W48/de.txt"].decode()
    order = [text.index(f"\n{heading}\n---") for heading in ("Neu dabei", "Termine", "Mitmachen", "Geändert")]
    assert sorted(order) == order
    assert "Kulturverein Brücke e. V." in text
    assert "Di.,\u00a024.\u00a0November, 18:00–20:00 Uhr" in text
    assert "Fällt aus am: Di.,\u00a01.\u00a0Dezember" in text
    assert "* Konzert: Saz trifft Oud (Abgesagt)" in text
    assert "War geplant für: Mi.,\u00a025.\u00a0November, 10:30 Uhr" in text
    assert "Mehr im Verzeichnis: Neu dabei (1) und Termine (2)." in " ".join(text.split())


def test_whole_days_are_told_to_their_last_day(newsletter: Any, news: Any, entities: Any) -> None:
    """The day after the end, which calendars keep, is no day of the market."""
    text = render(newsletter(), news({"market": entities["market"]}, []))["2026-W48/de.txt"].decode()

    assert "Sa.,\u00a05.\u00a0Dezember – So.,\u00a06.\u00a0Dezember" in text


def test_says_in_which_language_a_text_is_there(newsletter: Any, news: Any, entities: Any) -> None:
    """A missing translation is shown honestly, marked with its own language and direction."""
    files = render(newsletter(), news(entities))

    assert "вирощуємо овочі та готуємо. (auf Ukrainisch)" in files["2026-W48/de.txt"].decode()
    assert '<span lang="uk" dir="ltr">' in files["2026-W48/ar.html"].decode()


def test_same_publish_again_gives_the_same_bytes_and_keys(newsletter: Any, news: Any, entities: Any) -> None:
    """A publish without news writes no file."""
    state: dict[str, Any] = {}
    view, later = news(entities), news(entities, now=news(entities).now + dt.timedelta(hours=3))
    first = {
        one.path: (one.key, one.render())
        for one in newsletter().publish(view, lend(newsletter(), view, state=state))
    }
    kept = copy.deepcopy(state)
    again = {
        one.path: (one.key, one.render())
        for one in newsletter().publish(later, lend(newsletter(), later, state=state))
    }

    assert first == again
    assert kept == state


def test_a_change_renews_only_the_draft(newsletter: Any, news: Any, entities: Any, change: Any) -> None:
    """Within its week the issue takes up what happens."""
    state: dict[str, Any] = {}
    before = render(newsletter(), news(entities, change(entities, "bridge")), state=state)
    after = render(newsletter(), news(entities, change(entities, "bridge", "women")), state=state)

    assert "Neu dabei (1)" in before["2026-W48/de.txt"].decode()
    assert "Neu dabei (2)" in after["2026-W48/de.txt"].decode()
    assert {"2026-W48"} == {path.split("/")[0] for path in after if path.endswith(".eml")}


def test_the_next_week_begins_where_the_last_issue_ended(
    newsletter: Any, news: Any, entities: Any, change: Any
) -> None:
    """No news is lost or told twice, also when nothing was published for two weeks."""
    state: dict[str, Any] = {}
    monday = news(entities).now
    render(newsletter(), news(entities, change(entities, "bridge")), state=state)
    later = news(entities, change(entities, "bridge", "women"), now=monday + dt.timedelta(weeks=2))
    files = render(newsletter(), later, state=state)

    text = files["2026-W50/de.txt"].decode()
    joined = text[text.index("Neu dabei\n") : text.index("Termine\n")]
    assert "جمعية نور للنساء" in joined
    assert "Brücke" not in joined
    assert not [path for path in files if path.startswith("2026-W48/")]
    assert "2026-W48/de.eml" in files["index.html"].decode()
    assert [one["id"] for one in state["past"]] == ["2026-W48"]


def test_marks_new_dates_only_where_others_are_not_new(
    newsletter: Any, news: Any, entities: Any, change: Any
) -> None:
    """In the first issue everything is new; from the second on the word says something."""
    state: dict[str, Any] = {}
    first = render(newsletter(), news(entities, change(entities, "cafe")), state=state)
    later = news(entities, change(entities, "cafe", "market"), now=news(entities).now + dt.timedelta(weeks=1))
    second = render(newsletter(), later, state=state)["2026-W49/de.txt"].decode()

    assert "(Neu)" not in first["2026-W48/de.txt"].decode()
    assert "* Wintermarkt der Vereine (Neu)" in second
    assert "* Sprachcafé für alle (Fällt diesmal aus)" in second


def test_a_clock_set_back_opens_no_frozen_issue(newsletter: Any, news: Any, entities: Any) -> None:
    """What was frozen stays frozen."""
    state: dict[str, Any] = {}
    render(newsletter(), news(entities), state=state)
    files = render(newsletter(), news(entities, now=news(entities).now - dt.timedelta(weeks=1)), state=state)

    assert "2026-W48/de.eml" in files
    assert state["past"] == []


def test_keeps_the_files_of_earlier_issues(newsletter: Any) -> None:
    """The hub is told not to delete what is no longer yielded."""
    assert newsletter().keeps


def test_monthly_issues_carry_the_month(newsletter: Any, news: Any, entities: Any) -> None:
    """An office that writes once a month says so in one setting."""
    files = render(newsletter(every="month"), news(entities))

    assert "November 2026" in files["2026-11/de.txt"].decode()


def test_counts_what_does_not_fit(newsletter: Any, news: Any, entities: Any) -> None:
    """Eight items at most; the rest is counted, not hidden."""
    from allin_hub import Change
    from allin_hub.testing import sample
    from allin_schemas import Kind, Organisation

    many = {f"o{number}": sample(Organisation, name=f"Verein {number}") for number in range(12)}
    changes = [
        Change(number, news(entities).now, Kind.ORGANISATION, one.id, "new", ())
        for number, one in enumerate(many.values(), 1)
    ]
    files = render(newsletter(), news(many, changes), title="ALL IN")

    text = files["2026-W48/de.txt"].decode()
    assert text.count("\n* Verein ") == 8
    assert "\nMehr im Verzeichnis: Neu dabei (4).\nhttps://verzeichnis.example/de/index.html\n" in text
    assert "Subject: ALL IN: Neu dabei 8\r\n" in files["2026-W48/de.eml"].decode()


@pytest.mark.parametrize(
    ("organisations", "dates", "subject", "more"),
    [
        (20, 3, "Neu dabei 5 · Termine 3", "Neu dabei (15)."),
        (3, 20, "Neu dabei 3 · Termine 5", "Termine (15)."),
        (20, 20, "Neu dabei 4 · Termine 4", "Neu dabei (16) und Termine (16)."),
        (4, 4, "Neu dabei 4 · Termine 4", ""),
    ],
)
def test_no_section_pushes_another_out(
    newsletter: Any, news: Any, change: Any, organisations: int, dates: int, subject: str, more: str
) -> None:
    """Eight items in the whole letter are shared; subject, lead and text count the same ones."""
    from allin_hub.testing import sample
    from allin_schemas import Event, Organisation

    start = news({}, []).now + dt.timedelta(days=1)
    many: dict[str, Any] = {
        f"o{one}": sample(Organisation, name=f"Verein {one}") for one in range(organisations)
    }
    new = change(many, *many)
    many |= {f"e{one}": sample(Event, title=f"Treffen {one}", start=start) for one in range(dates)}
    files = render(newsletter(), news(many, new))

    text, page = (files[f"2026-W48/de.{ending}"].decode() for ending in ("txt", "html"))
    assert f"{subject}</title>" in page
    assert text.count("\n* ") == page.count("<h3") == 8
    assert ("Mehr im Verzeichnis" in text, "Mehr im Verzeichnis" in page) == (bool(more), bool(more))
    assert more in " ".join(text.split())


def test_an_empty_issue_says_so(newsletter: Any, news: Any) -> None:
    """Nothing new is said in one sentence; no empty heading stands in the letter."""
    files = render(newsletter(), news({}, []))

    text = files["2026-W48/de.txt"].decode()
    assert "diesmal gibt es nichts Neues" in text
    assert "---" not in text.replace("-- \n", "")


def test_without_a_site_there_are_no_links(newsletter: Any, news: Any, entities: Any) -> None:
    """A link that leads nowhere is worse than none."""
    files = render(newsletter(site_url=None, unsubscribe_url=None), news(entities))

    assert "http" not in files["2026-W48/de.txt"].decode()
    assert "rundbrief@servicestelle.example" in files["2026-W48/de.txt"].decode()


def test_withdrawn_and_past_entries_are_not_told(
    newsletter: Any, news: Any, entities: Any, change: Any
) -> None:
    """What came and went within the week is no news; what is over is no date."""
    from allin_hub import Change
    from allin_hub.testing import sample
    from allin_schemas import Event, Kind

    gone = entities.pop("garden")
    entities["past"] = sample(Event, title="Sommerfest im Mai", start=dt.date(2026, 5, 9), all_day=True)
    changes = [
        Change(1, news({}, []).now, Kind.ORGANISATION, gone.id, "new", ()),
        Change(2, news({}, []).now, Kind.ORGANISATION, gone.id, "withdrawn", ()),
        *change(entities, changed={"past": ("location",)}, first=3),
    ]
    text = render(newsletter(), news(entities, changes))["2026-W48/de.txt"].decode()

    assert "Neu dabei" not in text
    assert "Sommerfest" not in text


def test_small_groups_of_readers_are_hidden(newsletter: Any, news: Any, entities: Any) -> None:
    """The office sees who may receive the letter, but no group that names a person."""
    view = news(entities)
    run = lend(newsletter(), view)
    files = {one.path: one.render().decode("utf-8", "replace") for one in newsletter().publish(view, run)}

    assert run.notes == [
        "Wer ihn bekommen darf: Arabisch: ausgeblendet, weil die Gruppe zu klein ist, Deutsch: 12"
    ]
    assert "ausgeblendet, weil die Gruppe zu klein ist" in files["index.html"]


def test_writes_only_in_languages_that_it_speaks(newsletter: Any, news: Any, entities: Any) -> None:
    """A letter that claims to be Turkish and is English helps nobody."""
    files = render(newsletter(), news(entities), languages=("tr", "de"))

    assert {"2026-W48/de.eml"} == {path for path in files if path.endswith(".eml")}


def test_the_imprint_is_required(newsletter: Any) -> None:
    """The law asks for it in each letter."""
    with pytest.raises(ValidationError, match="imprint"):
        newsletter(imprint=None)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "a@b.example\r\nBcc: x@y.example"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_url": "https://a.example/>, <mailto:x@y.example"},
        {"site_url": 'https://a.example/"onclick='},
    ],
)
def test_settings_cannot_carry_headers_or_scripts(newsletter: Any, settings: dict[str, str]) -> None:
    """A setting copied from somewhere is checked before anything is written."""
    with pytest.raises(ValidationError):
        newsletter(**settings)
