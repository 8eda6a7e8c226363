"""The group `allin key`: rotate, new. Nothing heavy is imported before a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from allin_hub.cli.guarded import guarded
from allin_hub.cli.invocation import Call

Folder = Annotated[str, typer.Option("--hub", metavar="DIR", envvar="ALLIN_HUB", help="The hub's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]
Hashes = Annotated[
    bool,
    typer.Option("--hashes", help="The key by which records are known again, not the one that seals them."),
]

keys = typer.Typer(
    name="key",
    help="Give the hub new keys for what it keeps sealed and hashed.",
    epilog="Examples: allin key rotate   allin key rotate --hashes",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command(epilog="Examples: allin key rotate   allin key rotate --hashes")
def rotate(hashes: Hashes = False, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Renew a key and all that hangs on it, with a backup first."""
    with guarded(Call(hub, json, debug)) as call:
        run_rotate(call, hashes=hashes)


@keys.command(epilog="Examples: allin key new   allin key new --hashes")
def new(hashes: Hashes = False, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Print the next key for a hub whose key stands in the environment; keep it nowhere."""
    with guarded(Call(hub, json, debug)) as call:
        run_new(call, hashes=hashes)


def run_rotate(call: Call, *, hashes: bool) -> None:
    """`allin key rotate`."""
    from allin_hub.base.hub_key import NEXT_VARIABLE
    from allin_hub.cli.console import opened, print_json, progress
    from allin_hub.cli.tables import line
    from allin_hub.operations.rotate_key import rotate

    with opened(call) as (hub, say), progress(say, call.json) as told:
        done = rotate(hub, hashes=hashes, told=told)
    if call.json:
        print_json(
            {
                "renewed": "hashes" if hashes else "seals",
                "values": done.values,
                "left": done.left,
                "fingerprint": done.fingerprint,
                "backup": str(done.backup),
                "old_key": str(done.old_key) if done.old_key else None,
                "variable": done.variable,
                "rewritten": done.rewritten,
            }
        )
        return
    count = say.number(done.values)
    if hashes:
        line(
            say(
                "The hashing key is new (fingerprint {fingerprint}); {count} hashes were renewed.",
                fingerprint=done.fingerprint[:8],
                count=count,
            )
        )
    else:
        line(
            say(
                "The sealing key is new (fingerprint {fingerprint}); {count} values were sealed again.",
                fingerprint=done.fingerprint[:8],
                count=count,
            )
        )
    if done.left:
        line(
            say(
                "Sealed values that could not be opened before either, and stay as they were: {count}. See: allin doctor",
                count=done.left,
            )
        )
    if not done.rewritten:
        line(say("The database could not be written anew; make room, then run: allin upkeep"))
    line(
        say(
            "A backup from before lies at {file}. It and all older ones want the key before.",
            file=str(done.backup),
        )
    )
    if done.variable is not None:
        line(
            say(
                "Now set {variable} to what {next} holds, then take {next} away. Keep the key before with the older backups.",
                variable=done.variable,
                next=done.variable + NEXT_VARIABLE,
            )
        )
    elif done.old_key is not None:
        line(
            say(
                "The key before is kept in {file}: put it where your copies are. Keep a copy of the new one there too.",
                file=done.old_key.name,
            )
        )


def run_new(call: Call, *, hashes: bool) -> None:
    """`allin key new`."""
    from allin_hub.cli.console import opened, print_json
    from allin_hub.cli.tables import line
    from allin_hub.operations.rotate_key import new_value

    with opened(call) as (hub, _):
        name, value = new_value(hub, hashes=hashes)
    if call.json:
        print_json({"variable": name, "value": value})
        return
    line(value)
