"""The command line: `allin`. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

EPILOG = "Start with: allin demo, or: allin init my-hub. Docs: docs/admin.md"
app = typer.Typer(
    name="allin",
    help="Pull forms, spreadsheets and calendars into one directory, newsletter and statistics.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folder = Annotated[str, typer.Option("--hub", metavar="DIR", envvar="ALLIN_HUB", help="The hub's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]


@app.command(epilog="Example: allin demo my-demo")
def demo(folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to put it.")] = "demo", debug: Debug = False) -> None:
    """Make a complete hub on invented Kassel data: sync all, publish all, say where to look."""
    from allin_hub.cli.begin import run_demo

    run_demo(folder)


@app.command(epilog="Example: allin init my-hub")
def init(folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to make it.")] = ".", debug: Debug = False) -> None:
    """Make a new hub folder with a commented hub.toml."""
    from allin_hub.cli.begin import run_init

    run_init(folder)


@app.command(epilog="Examples: allin check vereine   allin check partners.xlsx --kind organisation")
def check(
    source: Annotated[str | None, typer.Argument(metavar="[SOURCE|FILE]", help="A source of hub.toml, or a file.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="What a file holds: organisation, person, event, opportunity, service, project.")] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what a sync would do, and every problem; write nothing."""
    from allin_hub.cli.work import run_check

    run_check(hub, source, kind, json)


@app.command(epilog="Examples: allin sync   allin sync vereine   allin sync --accept vereine   allin sync --replay")
def sync(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources of hub.toml; all when none is named.")] = None,
    accept: Annotated[str | None, typer.Option("--accept", metavar="RUN", help="Apply a held run: its id, or its source.")] = None,
    replay: Annotated[bool, typer.Option("--replay", help="Map again what is kept, without fetching.")] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read the sources and take over what changed."""
    from allin_hub.cli.work import run_sync

    run_sync(hub, sources or [], accept, replay, json)


@app.command(epilog="Example: allin publish verzeichnis")
def publish(
    outputs: Annotated[list[str] | None, typer.Argument(metavar="[OUTPUT]...", help="Outputs of hub.toml; all when none is named.")] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write the pages, mails and figures that changed."""
    from allin_hub.cli.work import run_publish

    run_publish(hub, outputs or [], json)


@app.command(epilog="Example: allin run")
def run(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Sync all sources, then publish all outputs."""
    from allin_hub.cli.work import run_all

    run_all(hub, json)


@app.command(epilog="Example: allin status")
def status(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Show what is fresh, late, held or failing, and what to do."""
    from allin_hub.cli.look import run_status

    run_status(hub, json)


@app.command(epilog="Example: allin problems vereine")
def problems(
    source: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="A source of hub.toml; all when none is named.")] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List open problems in partners' data, with place and remedy."""
    from allin_hub.cli.look import run_problems

    run_problems(hub, source, json)


@app.command(epilog="Examples: allin held   allin held vereine")
def held(
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A held run: its id, or its source.")] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the runs that wait for a person, or show one row by row."""
    from allin_hub.cli.look import run_held

    run_held(hub, run_id, json)


@app.command(epilog="Example: allin show 01a2 --why website")
def show(
    entity: Annotated[str, typer.Argument(metavar="ID", help="An entity's id, its beginning, or its slug.")],
    why: Annotated[str | None, typer.Option("--why", metavar="FIELD", help="Say why a field has its value.")] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show an entity, the claims behind it, and why each value won."""
    from allin_hub.cli.look import run_show

    run_show(hub, entity, why, json)


@app.command(epilog="Example: allin export --kind organisation > organisations.jsonl")
def export(
    kind: Annotated[str, typer.Option("--kind", help="organisation, person, event, opportunity, service or project.")],
    hub: Folder = ".",
    debug: Debug = False,
) -> None:
    """Print entities as JSON lines, private fields included: for staff. Each export is noted."""
    from allin_hub.cli.look import run_export

    run_export(hub, kind)


@app.command(epilog="Example: allin plugins")
def plugins(json: AsJson = False, debug: Debug = False) -> None:
    """List the installed source and output plugins."""
    from allin_hub.cli.look import run_plugins

    run_plugins(json)


def main() -> None:
    """Run a command. Exit code 0: done; 1: a source or output failed; 2: the configuration or the call is wrong."""
    if "--debug" in sys.argv:
        app()
        return
    try:
        app()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was committed before stays.\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last line before a person: a sentence instead of a traceback
        from allin_hub.cli.failing import explain

        sys.exit(explain(error))
