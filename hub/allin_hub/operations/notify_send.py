"""Hands a message to the addresses under `[notify]`: mail servers, chats, phones, whatever apprise knows."""

from __future__ import annotations

import logging
import threading
import warnings
from dataclasses import dataclass
from typing import Any

from allin_hub.base.errors import ConfigError
from allin_hub.config.secrets import secret
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, voice_of

PATIENCE = 60.0
"""Seconds for one address; a server that drips does not keep a sync waiting."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An address of `[notify]`, by its number, that did not take a message, and why. The address itself is a secret."""

    number: int
    why: str


def post(hub: Hub, subject: str, body: str) -> list[Fault]:
    """Send to every address; those that did not take it."""
    say = voice_of(hub.config)
    found = []
    for number, given in enumerate(hub.config.notify.to, 1):
        why = _post_one(hub, given, subject, body, say)
        if why is not None:
            found.append(Fault(number, why))
    return found


def _post_one(hub: Hub, given: Any, subject: str, body: str, say: Voice) -> str | None:
    try:
        address = secret(given, hub.config.blocks, ("notify", "to"), hub.config.folder)
    except ConfigError as error:
        return " ".join(say.error(error))
    ended: list[bool | str] = []

    def run() -> None:
        try:
            ended.append(_hand_over(address.get_secret_value(), subject, body))
        except Exception as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=run, daemon=True, name="notify")
    thread.start()
    thread.join(PATIENCE)
    if not ended:
        return say("It did not answer within {count} seconds.", count=say.number(PATIENCE))
    outcome = ended[0]
    if outcome is True:
        return None
    if outcome is False:
        return say("It did not take the message. Check address, user and password.")
    if outcome == _NO_ADDRESS:
        return say(
            "It is no address that apprise understands, for example: mailtos://user:password@example.org"
        )
    return say("Sending stopped with {name}.", name=outcome)


_NO_ADDRESS = "no address"


def _hand_over(address: str, subject: str, body: str) -> bool | str:
    """Whether it was taken. What apprise logs may hold the address, so nobody hears it; nor what its imports deprecate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    known = apprise.Apprise()
    if not known.add(address) or len(known) == 0:
        return _NO_ADDRESS
    return bool(
        known.notify(body=body, title=subject, body_format=apprise.NotifyFormat.TEXT, notify_type="info")
    )
