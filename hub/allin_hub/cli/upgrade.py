"""The command upgrade: the database brought to the schema of this release, with a backup first."""

from __future__ import annotations

from pathlib import Path

from allin_hub.cli.console import print_json, upgraded
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import line
from allin_hub.i18n.translator import voice_for
from allin_hub.open_hub import upgrade


def run_upgrade(call: Call) -> None:
    """Run `allin upgrade`."""
    done = upgrade(Path(call.folder))
    if call.json:
        print_json(
            {
                "from": done.before,
                "to": done.after,
                "upgraded": done.backup is not None,
                "backup": str(done.backup) if done.backup else None,
            }
        )
        return
    say = voice_for(Path(call.folder))
    if done.before is None:
        line(say("This hub has no database yet; its first run makes it."))
    elif done.backup is None:
        line(say("Nothing is to be done: the database has schema {schema}, the newest.", schema=done.after))
    else:
        line(upgraded(say, done))
        line(say("See that all is well: {command}", command=call.command("status")))
