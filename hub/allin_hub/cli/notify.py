"""The command notify, and what sync, publish and run do at their end: tell the office what stays away."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import opened, print_json
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import line, tell
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.operations.notify import note_outcome
from allin_hub.operations.notify import tell as tell_office
from allin_hub.operations.notify_messages import News, trial
from allin_hub.operations.notify_send import Fault, post

WHAT = {"away": text("stays away"), "held": text("waits for a decision"), "back": text("is back")}


def run_notify(call: Call, *, test: bool) -> None:
    """`allin notify`."""
    with opened(call) as (hub, say):
        if not hub.config.notify.to:
            raise ConfigError(
                "hub.toml names nobody to tell.",
                hint='Write a block [notify] with to = [{ env = "NAME" }]; the variable holds the address.',
            )
        news: Sequence[News] = ()
        if test:
            faults = post(hub, *trial(hub, say))
            note_outcome(hub, faults)
        else:
            told = tell_office(hub)
            news, faults = told.news, told.faults
        if call.json:
            print_json(
                {
                    "told": [{"part": one.part, "name": one.name, "what": one.what} for one in news],
                    "faults": [{"address": one.number, "why": one.why} for one in faults],
                }
            )
        else:
            _show(hub, say, news, faults, test=test)
    raise typer.Exit(1 if faults else 0)


def _show(hub: Hub, say: Voice, news: Sequence[News], faults: Sequence[Fault], *, test: bool) -> None:
    for one in news:
        line(f"{one.name}: {say(WHAT[one.what])}")
    show_faults(say, faults)
    taken = len(hub.config.notify.to) - len({fault.number for fault in faults})
    if test and taken:
        line(say.several("{count} address took the message.", "{count} addresses took the message.", taken))
    elif not news and not faults:
        line(say("There is nothing new to tell."))


def show_faults(say: Voice, faults: Sequence[Fault]) -> None:
    """Which addresses did not take a message; they are secrets, so only their place in the list is shown."""
    for fault in faults:
        tell(say("Address {number} under [notify]: {why}", number=fault.number, why=fault.why), "yellow")


def tell_at_the_end(hub: Hub, say: Voice) -> None:
    """Tell the office what the command that ends now has changed; no address that fails makes the command fail."""
    if hub.config.notify.to:
        show_faults(say, tell_office(hub).faults)
