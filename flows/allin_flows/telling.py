"""Tells how a run went: in its name, in its state's message, and in a page with all figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from allin_flows.outcomes import Outcome, Part, Status
from allin_flows.wording import Say
from allin_hub.i18n.translator import text

NAMED = 3
"""How many names stand in the name of a run before it only says how many more there are."""

FIGURES = {
    Part.SOURCE: (
        text("read"),
        text("new"),
        text("changed"),
        text("gone"),
        text("waiting"),
        text("problems"),
    ),
    Part.OUTPUT: (text("written"), text("unchanged"), text("removed")),
}
HEADINGS = {Part.SOURCE: text("Source"), Part.OUTPUT: text("Output")}
COUNTED = {
    Part.SOURCE: text("{count} of {of} sources {state}: {names}."),
    Part.OUTPUT: text("{count} of {of} outputs {state}: {names}."),
}


def run_name(job: str, moment: dt.datetime, ending: str) -> str:
    """Name a run so that a list of runs can be read at a glance."""
    return f"{job} {moment:%d.%m. %H:%M} – {ending}"


def ending(outcomes: Sequence[Outcome], say: Say) -> str:
    """Count the outcomes, the worst first and with names: `1 failed (partner), 6 done`."""
    told = []
    for status in Status:
        names = [one.name for one in outcomes if one.status is status]
        if names:
            who = "" if status is Status.DONE else f" ({_few(names)})"
            told.append(f"{len(names)} {say(status)}{who}")
    return ", ".join(told) or say("nothing to do")


def sentence(outcome: Outcome, say: Say) -> str:
    """Tell one outcome in a line."""
    counts = [(key, outcome.figures.get(key, 0)) for key in FIGURES[outcome.part]]
    figures = ", ".join(f"{say.number(count)} {say(key)}" for key, count in counts if count)
    if outcome.failed or not figures:
        return outcome.told or say(outcome.status)
    return f"{figures}. {outcome.told}".strip()


def verdict(outcomes: Sequence[Outcome], say: Say) -> str:
    """Tell a whole run: what needs somebody, or that all is done."""
    told = []
    alone = len([one for one in outcomes if one.status is not Status.DONE]) == 1
    for part in Part:
        ours = [one for one in outcomes if one.part is part]
        for status in Status:
            found = [one for one in ours if one.status is status]
            if found and status is not Status.DONE:
                names = ", ".join(one.name for one in found)
                told.append(
                    say(COUNTED[part], count=len(found), of=len(ours), state=say(status), names=names)
                )
                told += [one.told if alone else f"{one.name}: {one.told}" for one in found if one.told]
    return " ".join(told) or say("All is done.")


def page(title: str, outcomes: Sequence[Outcome], say: Say) -> str:
    """Write the report of a run as Markdown: what to do first, then a table of sources and one of outputs."""
    blocks = [f"# {_plain(title)}"]
    worst_first = sorted(outcomes, key=lambda one: list(Status).index(one.status))
    steps = [f"- **{one.name}** ({say(one.status)}): {_plain(one.told)}" for one in worst_first if one.told]
    if steps:
        blocks += ["## " + say("What to do"), "\n".join(steps)]
    for part in Part:
        ours = [one for one in outcomes if one.part is part]
        if ours:
            blocks.append(_table(part, ours, say))
    return "\n\n".join(blocks) + "\n"


def unstarted_page(title: str, message: str) -> str:
    """Write the report of a run that could not begin."""
    return f"# {_plain(title)}\n\n{_plain(message)}\n"


def list_page(title: str, sentences: Sequence[str]) -> str:
    """Write a report that is only sentences."""
    return "\n\n".join([f"# {_plain(title)}", *(f"- {_plain(one)}" for one in sentences)]) + "\n"


def _table(part: Part, outcomes: Sequence[Outcome], say: Say) -> str:
    keys = FIGURES[part]
    head = [say(HEADINGS[part]), say("State"), *(_heading(say(key)) for key in keys)]
    lines = [_row(head), _row(["---", "---", *("---:" for _ in keys)])]
    for one in outcomes:
        figures = [say.number(count) if (count := one.figures.get(key)) else "–" for key in keys]
        state = say(one.status) if one.status is Status.DONE else f"**{say(one.status)}**"
        lines.append(_row([one.name, state, *figures]))
    return "\n".join(lines)


def _heading(word: str) -> str:
    return word[:1].upper() + word[1:]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _few(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")


def _plain(said: str) -> str:
    """Keep a sentence on one line, with nothing that Markdown or a browser would read as a mark."""
    said = " ".join(said.split()).replace("&", "&amp;").replace("<", "&lt;")
    for mark in "\\`*[]|":
        said = said.replace(mark, f"\\{mark}")
    return said
