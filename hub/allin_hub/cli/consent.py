"""The group `allin consent`: show, give, withdraw. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated

import typer

from allin_hub.cli.guarded import guarded
from allin_hub.cli.invocation import Call

Folder = Annotated[str, typer.Option("--hub", metavar="DIR", envvar="ALLIN_HUB", help="The hub's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]
Person = Annotated[
    str | None,
    typer.Argument(
        metavar="ID", help="A person's id or its beginning. Without it you are asked for name, mail or phone."
    ),
]
Purposes = "directory_public, newsletter, volunteer_matching, statistics or contact_internal."

consents = typer.Typer(
    name="consent",
    help="Show, note or take back a person's consent.",
    epilog="Examples: allin consent show   allin consent withdraw   allin consent give 01a2 --purpose directory_public",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@consents.command(epilog="Examples: allin consent show   allin consent show 01a2")
def show(person: Person = None, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Show what a person agreed to, who says so, and what holds now."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.consent_actions import run_show

        run_show(call, person)


@consents.command(epilog="Example: allin consent give 01a2 --purpose directory_public")
def give(
    person: Person = None,
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="PURPOSE", help=f"What she agrees to: {Purposes}")
    ] = "directory_public",
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Note that a person agrees to be shown as she is known now, and publish at once."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.consent_actions import run_give

        run_give(call, person, purpose)


@consents.command(
    epilog="Examples: allin consent withdraw   allin consent withdraw 01a2 --purpose newsletter"
)
def withdraw(
    person: Person = None,
    purpose: Annotated[
        str | None,
        typer.Option(
            "--purpose", metavar="PURPOSE", help=f"One purpose alone; all when none is named: {Purposes}"
        ),
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Note that a person takes her consent back, and publish at once."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.consent_actions import run_withdraw

        run_withdraw(call, person, purpose)
