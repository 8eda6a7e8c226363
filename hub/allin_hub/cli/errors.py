"""What a person reads when a command cannot go on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from allin_hub.base.errors import ConfigError, HubError, trace
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import tell
from allin_hub.i18n.translator import voice_for

FAILED = 1
WRONG = 2


def explain(error: Exception, call: Call) -> int:
    """Print a sentence and the next step; the exit code."""
    say = voice_for(Path(call.folder))
    if isinstance(error, HubError):
        message, hint = say.error(error)
    elif isinstance(error, OSError):
        fault = say(error.strerror or type(error).__name__)
        message = say("A file in the hub's folder could not be written ({fault}).", fault=fault)
        hint = say(
            "Free some space or mend the permissions, then run the command again. Nothing was half-written."
        )
    else:
        message = say("The hub stopped with {name}.", name=type(error).__name__)
        hint = say("Run the command again with --debug and report what it shows. Nothing was half-written.")
    message, hint = call.placed(message), call.placed(hint)
    if call.debug:
        sys.stderr.write(trace(error))
    if call.json:
        sys.stdout.write(json.dumps({"error": message, "hint": hint}, ensure_ascii=False) + "\n")
    else:
        tell("\n".join(sentence for sentence in (message, hint) if sentence))
    return WRONG if isinstance(error, ConfigError) else FAILED


def interrupted() -> None:
    """Say what a person's Ctrl-C left behind."""
    say = voice_for(Path())
    tell(say("Stopped. What was committed before stays."))
