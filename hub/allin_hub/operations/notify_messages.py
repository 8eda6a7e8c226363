"""The words of a message to the office: what happened, what it means for the public, what to do, one command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.operations.status import OutputStanding, SourceStanding

AWAY, HELD, ENDING, BACK = "away", "held", "ending", "back"


@dataclass(frozen=True, slots=True)
class News:
    """That a source or an output is away, held, or back, or that the consents end that a source alone repeats."""

    part: str
    name: str
    what: str
    standing: SourceStanding | OutputStanding


def message(hub: Hub, news: Sequence[News], say: Voice) -> tuple[str, str]:
    """Subject and text. The text names sources, outputs, times and causes; never what a record holds."""
    order = [one for what in (AWAY, ENDING, HELD, BACK) for one in news if one.what == what]
    title = " ".join(hub.config.hub.title.split())
    paragraphs = [_paragraph(hub, one, say) for one in order]
    paragraphs.append(
        say(
            "How all stands: allin status\n"
            'This message comes once from the hub "{title}". The next one comes when something changes.',
            title=title,
        )
    )
    return f"{title}: {_subject(order, say)}", "\n\n".join(paragraphs) + "\n"


def trial(hub: Hub, say: Voice) -> tuple[str, str]:
    """Subject and text of a message that only tries out the addresses."""
    title = " ".join(hub.config.hub.title.split())
    body = say(
        'This is how the hub "{title}" tells when a source or an output stays away, and when it is back.\n'
        "There is nothing to do.",
        title=title,
    )
    return f"{title}: {say('A message to try it out')}", f"{body}\n"


def _subject(news: Sequence[News], say: Voice) -> str:
    if len(news) == 1:
        one = news[0]
        if one.what == AWAY:
            return say("{name} stays away", name=one.name)
        if one.what == HELD:
            return say("{name} waits for your decision", name=one.name)
        if one.what == ENDING:
            return say("Consents of {name} end", name=one.name)
        return say("{name} is back", name=one.name)
    told = []
    if away := sum(one.what == AWAY for one in news):
        told.append(say.several("{count} stays away", "{count} stay away", away))
    if ending := sum(one.what == ENDING for one in news):
        told.append(say.several("consents of {count} end", "consents of {count} end", ending))
    if held := sum(one.what == HELD for one in news):
        told.append(say.several("{count} waits for you", "{count} wait for you", held))
    if back := sum(one.what == BACK for one in news):
        told.append(say.several("{count} is back", "{count} are back", back))
    return ", ".join(told)


def _paragraph(hub: Hub, one: News, say: Voice) -> str:
    if one.part == "source":
        return "\n".join(_of_source(hub, one, say))
    return "\n".join(_of_output(hub, one, say))


def _of_source(hub: Hub, one: News, say: Voice) -> list[str]:
    name, stands = one.name, one.standing
    if one.what == BACK:
        return [say("The source {name} is read again. There is nothing to do.", name=name)]
    if one.what == HELD:
        return [
            say("The source {name} looks quite different all at once. The run is held.", name=name),
            say("What is published stays as it is until you decide."),
            say("Look and decide: {command}", command=f"allin held {name}"),
        ]
    if one.what == ENDING and isinstance(stands, SourceStanding):
        return [
            say(
                "The source {name} was last read on {moment}. The consents that it alone repeats end on {end}.",
                name=name,
                moment=_moment(hub, stands.last_success_at, say),
                end=_moment(hub, stands.consents_end_at, say),
            ),
            say("From then on the persons whom it names are shown no more."),
            say("Read it again: {command}", command=f"allin sync {name}"),
        ]
    if stands.state == "late":
        first = say(
            "The source {name} was last read on {moment}. It should be newer by now: perhaps the planned runs have stopped.",
            name=name,
            moment=_moment(hub, stands.last_success_at, say),
        )
    else:
        first = say(
            "The source {name} cannot be read since {moment} ({count} tries).",
            name=name,
            moment=_moment(hub, stands.failing_since, say),
            count=say.number(stands.failures),
        )
    return [
        first,
        *([say.failure(stands.failure)] if stands.state != "late" and stands.failure else []),
        say("What is published stays, but nothing new comes."),
        say("Read it again: {command}", command=f"allin sync {name}"),
    ]


def _of_output(hub: Hub, one: News, say: Voice) -> list[str]:
    name, stands = one.name, one.standing
    if one.what == BACK:
        return [say("The output {name} is published again. There is nothing to do.", name=name)]
    if stands.state == "late":
        first = say(
            "The output {name} was last published on {moment}. It should be newer by now: perhaps the planned runs have stopped.",
            name=name,
            moment=_moment(hub, stands.last_success_at, say),
        )
    else:
        first = say(
            "The output {name} cannot be published since {moment} ({count} tries).",
            name=name,
            moment=_moment(hub, stands.failing_since, say),
            count=say.number(stands.failures),
        )
    return [
        first,
        *([say.failure(stands.failure)] if stands.state != "late" and stands.failure else []),
        say("What is published stays, but grows old."),
        say("Publish it again: {command}", command=f"allin publish {name}"),
    ]


def _moment(hub: Hub, moment: dt.datetime | None, say: Voice) -> str:
    """A moment on the clocks of the office."""
    from babel.dates import format_datetime

    if moment is None:
        return "?"
    local = moment.astimezone(ZoneInfo(hub.config.hub.zone))
    pattern = "EEEE, d. MMMM, HH:mm" if say.language == "de" else "EEEE, d MMMM, HH:mm"
    return format_datetime(local, pattern, locale=say.locale)
