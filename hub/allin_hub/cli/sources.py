"""The group `allin source`: list, rename, remove, restore, disable, enable. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated

import typer

from allin_hub.cli.guarded import guarded
from allin_hub.cli.invocation import Call

Folder = Annotated[str, typer.Option("--hub", metavar="DIR", envvar="ALLIN_HUB", help="The hub's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A source of hub.toml.")]

sources = typer.Typer(
    name="source",
    help="List, rename, remove, bring back or switch off sources.",
    epilog="Examples: allin source list   allin source rename vereine mitglieder   allin source remove termine",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@sources.command("list", epilog="Example: allin source list")
def list_(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """List all sources with plugin, schedule and state."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_list

        run_list(call)


@sources.command(epilog="Example: allin source rename vereine mitglieder")
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Its name until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on.")],
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Give a source another name; its entries, consents and history stay."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_rename

        run_rename(call, old, new)


@sources.command(epilog="Examples: allin source remove termine   allin source remove termine --yes")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Withdraw all that a source brought; first shows what would go."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_remove

        run_remove(call, name, yes=yes)


@sources.command(epilog="Example: allin source restore termine")
def restore(name: Name, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Bring a removed source back as it was, without fetching."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_restore

        run_restore(call, name)


@sources.command(epilog="Example: allin source disable termine")
def disable(name: Name, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Switch a source off: what it brought stays, nothing new is read."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_switch

        run_switch(call, name, enabled=False)


@sources.command(epilog="Example: allin source enable termine")
def enable(name: Name, hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Switch a source on again."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.source_actions import run_switch

        run_switch(call, name, enabled=True)
