"""A run is told so that a glance is enough: the worst first, with names, in the office's language."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import allin_flows
from allin_flows import telling
from allin_flows.outcomes import Outcome, Part, Status, of_output, of_source
from allin_flows.wording import Say
from allin_hub.base.problems import Problem
from allin_hub.base.reports import OutputReport, SourceReport
from allin_hub.base.types import Reason

HOME = Path(allin_flows.__file__).parent
ENGLISH, GERMAN = Say("en"), Say("de")
DONE = Outcome(Part.SOURCE, "vereine", Status.DONE, {"read": 1200, "new": 3})
FAILED = Outcome(Part.SOURCE, "partner", Status.FAILED, message="No file.", remedy="Ask for it.")
HELD = of_source(SourceReport("termine", "held", fetched=4, held=[Reason("lost", 56, 60)]), ENGLISH)
PAGES = Outcome(Part.OUTPUT, "verzeichnis", Status.DONE, {"written": 12})


def test_the_name_of_a_run_tells_trouble_first_and_by_name():
    """A list of runs shows the beginning of a name only."""
    name = telling.run_name(
        "nightly",
        dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC),
        telling.ending([DONE, HELD, FAILED, PAGES], ENGLISH),
    )

    assert name == "nightly 23.11. 03:00 – 1 failed (partner), 1 held (termine), 2 done"


def test_many_names_do_not_make_an_endless_line():
    """Where everything fails, the number says more than the names."""
    outcomes = [Outcome(Part.SOURCE, f"q{number}", Status.FAILED) for number in range(7)]

    assert telling.ending(outcomes, ENGLISH) == "7 failed (q0, q1, q2 +4)"


def test_the_verdict_names_the_source_and_what_to_do():
    """The state of a flow is what a notification quotes."""
    assert (
        telling.verdict([DONE, FAILED, PAGES], ENGLISH)
        == "1 of 2 sources failed: partner. No file. Ask for it."
    )
    assert telling.verdict([DONE, FAILED, HELD], ENGLISH).startswith(
        "1 of 3 sources failed: partner. partner: No file."
    )
    assert telling.verdict([DONE, PAGES], ENGLISH) == "All is done."


def test_a_held_source_says_what_would_be_lost_and_both_commands():
    """Deciding needs the extent, and the words to type."""
    text = telling.sentence(HELD, ENGLISH)

    assert "records would be lost: 56 (known: 60)" in text
    assert "allin held termine" in text
    assert "allin sync --accept termine" in text


def test_a_held_source_is_announced_once():
    """An automation that sends a mail would send one every night, until somebody decides."""
    again = of_source(
        SourceReport("termine", "held", fetched=4, held=[Reason("lost", 56, 60)], held_before=True), ENGLISH
    )

    assert [True, False, True, False] == [one.is_news for one in (HELD, again, FAILED, DONE)]
    assert telling.sentence(again, ENGLISH) == telling.sentence(HELD, ENGLISH)


def test_the_page_lists_every_source_and_output_with_its_figures():
    """The report is for reading over coffee, trouble on top."""
    page = telling.page("nightly", [DONE, FAILED, PAGES], ENGLISH)

    assert page.index("**partner** (failed): No file. Ask for it.") < page.index("| vereine |")
    assert "| vereine | done | 1,200 | 3 | – | – | – | – |" in page
    assert "| partner | **failed** |" in page
    assert "| verzeichnis | done | 12 | – | – |" in page


def test_text_from_elsewhere_cannot_draw_in_the_page():
    """A message may hold a file's name, and a file's name may hold anything."""
    odd = Outcome(Part.SOURCE, "x", Status.FAILED, message="a|b <img src=x> [y](z)\n# c")
    page = telling.page("nightly", [odd], ENGLISH)

    assert "- **x** (failed): a\\|b &lt;img src=x> \\[y\\](z) # c" in page


def test_problems_and_notes_never_leave_the_hub():
    """Both may quote what a partner wrote."""
    problem = Problem("PHONE_UNREADABLE", params={"value": "canary"})
    source = of_source(
        SourceReport("vereine", "done", fetched=1, problems=[problem], problems_total=1), ENGLISH
    )
    output = of_output(OutputReport("rundbrief", "done", written=1, notes=["canary"]))

    assert "canary" not in repr(source) + repr(output)
    assert source.remedy == "What the partner can mend: allin problems vereine"


@pytest.mark.parametrize("status", ["failed", "busy"])
def test_whoever_ends_with_one_on_the_command_line_fails_here_too(status):
    """Both doors into the hub agree on what a failure is."""
    report = SourceReport("vereine", status)

    assert of_source(report, ENGLISH).failed is not report.ok


def test_the_catalogue_holds_exactly_the_texts_in_use():
    """A missing text would stand in English amid German."""
    used = {
        message
        for _, _, message, _, _ in extract_from_dir(
            HOME, [("**.py", "python")], keywords={"text": None, "say": None}
        )
    }
    with (HOME / "locale/de/LC_MESSAGES/messages.po").open("rb") as lines:
        catalogue = read_po(lines)

    assert used == {message.id for message in catalogue if message.id}
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert telling.ending([FAILED, DONE], GERMAN) == "1 gescheitert (partner), 1 fertig"
