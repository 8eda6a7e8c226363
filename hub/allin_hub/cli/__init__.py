"""The command line: `allin`. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from allin_hub.base.file_modes import keep_private
from allin_hub.cli.consent import consents as consent_commands
from allin_hub.cli.guarded import guarded
from allin_hub.cli.invocation import Call
from allin_hub.cli.key import keys as key_commands
from allin_hub.cli.sources import sources as source_commands
from allin_hub.cli.translated_help import Speaking

EPILOG = "Start with: allin demo, or: allin init my-hub. Docs: docs/admin.md"
INTERRUPTED = 130
app = typer.Typer(
    name="allin",
    cls=Speaking,
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
All = Annotated[bool, typer.Option("--all", help="Show each problem by itself.")]
FolderToMake = Annotated[str, typer.Argument(metavar="DIR", help="Where to make it.")]
Source = Annotated[
    str | None, typer.Argument(metavar="SOURCE", help="A source of hub.toml; all when none is named.")
]
Kinds = "organisation, person, event, opportunity, service or project."


@app.command(epilog="Example: allin demo my-demo")
def demo(folder: FolderToMake = "demo", debug: Debug = False) -> None:
    """Make a complete hub on invented Kassel data: sync all, publish all, say where to look."""
    with guarded(Call(folder, debug=debug)) as call:
        from allin_hub.cli.init_demo_new import run_demo

        run_demo(call)


@app.command(epilog="Example: allin init my-hub")
def init(folder: FolderToMake = ".", debug: Debug = False) -> None:
    """Make a new hub folder with a commented hub.toml."""
    with guarded(Call(folder, debug=debug)) as call:
        from allin_hub.cli.init_demo_new import run_init

        run_init(call)


@app.command(epilog="Examples: allin check vereine   allin check partners.xlsx --kind organisation")
def check(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE|FILE", help="A source of hub.toml, or a file.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help=f"What a file holds: {Kinds}")
    ] = None,
    every: All = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what a sync would do, and every problem; write nothing."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.sync_publish import run_check

        run_check(call, source, kind, every)


@app.command(
    epilog="Examples: allin sync   allin sync vereine   allin sync --accept vereine   allin sync --replay"
)
def sync(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Sources of hub.toml; all when none is named."),
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="RUN", help="Apply a held run: its id, or its source.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Map again what is kept, without fetching.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read the sources and take over what changed. Exit code 3: a run is held for a person."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.sync_publish import run_sync

        run_sync(call, sources or [], accept, replay)


@app.command(
    epilog="Examples: allin publish verzeichnis   allin publish --dry-run   allin publish --offline verzeichnis"
)
def publish(
    outputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="OUTPUT", help="Outputs of hub.toml; all when none is named."),
    ] = None,
    forget: Annotated[
        str | None,
        typer.Option(
            "--forget",
            metavar="OUTPUT",
            help="Look no longer after files of an output that is not in hub.toml any more.",
        ),
    ] = None,
    offline: Annotated[
        str | None,
        typer.Option(
            "--offline",
            metavar="OUTPUT",
            help="Put a page that says so in the place of all its files, at once; allin publish OUTPUT brings it back.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would appear, change or go; write nothing.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write the pages, mails and figures that changed."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.sync_publish import PublishWish, run_publish

        run_publish(call, outputs or [], PublishWish(forget, offline, dry_run))


@app.command(
    epilog="Examples: allin hide   allin hide chor-alpha --until 2027-03-31   allin hide chor-alpha --show"
)
def hide(
    entry: Annotated[
        str | None,
        typer.Argument(
            metavar="ENTRY", help="An entity's id, its beginning, or its slug; without it: what is hidden."
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, for the office; kept sealed.")
    ] = "",
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="The last day on which it is hidden: 2027-03-31."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Let the outputs have it again.")] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Take an entry out of every output at once, whatever a sync brings; or list what is hidden."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.hide import run_hide

        run_hide(call, entry, reason, until, showing=show)


@app.command(
    epilog="Examples: allin edit 01a2 website=chor.example   allin edit 01a2 places.0.hours   allin edit 01a2 website --back"
)
def edit(
    entry: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="An entity's id, its beginning, or its slug; without it: all that the office has edited.",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE",
            help="What is to stand there; nothing behind = empties it. "
            "A FIELD alone is asked for, and kept out of the shell's history.",
        ),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help="Let the sources say again what stands in FIELD.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say what stands in an entry, above all sources; or list and take back what the office has said."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.corrections.edit import run_edit

        run_edit(call, entry, changes or [], back=back)


@app.command(epilog="Examples: allin undo   allin undo vereine   allin undo 3f2a91c0 --yes")
def undo(
    run_id: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN", help="A run's id, or its source; without it: the runs that can be taken back."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Take the last run of a source back: its entries are as before; the same sheet is held when it comes again."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.corrections.undo import run_undo

        run_undo(call, run_id, yes=yes)


@app.command(epilog="Example: allin run")
def run(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Sync all sources, then publish all outputs. Exit code 3: a run is held for a person."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.sync_publish import run_all

        run_all(call)


@app.command(epilog="Example: allin status")
def status(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Show what is fresh, late, held or failing, and what to do."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.status import run_status

        run_status(call)


@app.command(
    epilog="Examples: allin problems   allin problems vereine --all   allin problems vereine --xlsx vereine-fragen.xlsx"
)
def problems(
    source: Source = None,
    every: All = False,
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="FILE", help="Write those of a source into a table for its partner."),
    ] = None,
    xlsx: Annotated[
        str | None,
        typer.Option("--xlsx", metavar="FILE", help="The same as a workbook of Excel."),
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List open problems in partners' data, with place and remedy."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.problems_held import run_partner_list, run_problems

        if csv or xlsx:
            run_partner_list(call, source, csv, xlsx)
        else:
            run_problems(call, source, every)


@app.command(epilog="Examples: allin held   allin held vereine")
def held(
    run_id: Annotated[
        str | None, typer.Argument(metavar="RUN", help="A held run: its id, or its source.")
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the runs that wait for a person, or show one row by row."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.problems_held import run_held

        run_held(call, run_id)


@app.command(epilog="Examples: allin allow   allin allow --yes 3f2a91   allin allow --no 3f2a91")
def allow(
    yes: Annotated[
        list[str] | None, typer.Option("--yes", metavar="ID", help="This text may be shown as it is.")
    ] = None,
    no: Annotated[
        list[str] | None,
        typer.Option("--no", metavar="ID", help="What points to a person in this text stays out."),
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List texts that point to a person, and ask for each whether it may be shown."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.allow import run_allow

        run_allow(call, yes or [], no or [])


@app.command(epilog="Example: allin show 01a2 --why website")
def show(
    entity: Annotated[str, typer.Argument(metavar="ID", help="An entity's id, its beginning, or its slug.")],
    why: Annotated[
        str | None, typer.Option("--why", metavar="FIELD", help="Say why a field has its value.")
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show an entity, the claims behind it, and why each value won."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.show_export import run_show

        run_show(call, entity, why)


@app.command(epilog="Example: allin export --kind organisation > organisations.jsonl")
def export(
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=Kinds)],
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Print entities as JSON lines, private fields included: for staff. Each export is noted."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.show_export import run_export

        run_export(call, kind)


@app.command(epilog="Examples: allin runs   allin runs vereine --last 50")
def runs(
    source: Source = None,
    last: Annotated[
        int, typer.Option("--last", metavar="NUMBER", min=1, max=1000, help="How many runs to show.")
    ] = 20,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the last runs, and what staff did to sources or looked at."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.runs_schedules import run_runs

        run_runs(call, source, last)


@app.command(epilog="Example: allin schedules")
def schedules(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """List what hub.toml plans to run by itself, and when it is due."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.runs_schedules import run_schedules

        run_schedules(call)


@app.command(epilog="Example: allin deploy")
def deploy(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Give Prefect the schedules of hub.toml; what was paused there stays paused."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.plugins import command

        command("deploy")(call)


@app.command(epilog="Examples: allin up   allin up --port 4300")
def up(
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="PORT", min=1, max=65535, help="Of the page in the browser; default: 4200."
        ),
    ] = None,
    hub: Folder = ".",
    debug: Debug = False,
) -> None:
    """Run the whole office on this machine by its schedules: Prefect's server, and a worker. Ctrl-C ends it."""
    with guarded(Call(hub, debug=debug)) as call:
        from allin_hub.cli.plugins import command

        command("up")(call, port)


@app.command(epilog="Examples: allin backup   allin backup /media/stick")
def backup(
    to: Annotated[
        str | None,
        typer.Argument(metavar="TO", help="A folder or a new file; default: the backup folder of hub.toml."),
    ] = None,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Copy the hub into one file, while syncs go on. The key is not in it."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.backup import run_backup

        run_backup(call, to)


@app.command(epilog="Example: allin restore backups/allin-20261005T030000Z.zip drill --key hub.key")
def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `allin backup` has made.")],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Where the hub comes back.")] = ".",
    key: Annotated[
        str | None, typer.Option("--key", metavar="FILE", help="Your copy of the hub's key.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="Another database than hub.toml names.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Set a hub aside that lies there already; nothing is deleted.")
    ] = False,
    unsigned: Annotated[
        bool,
        typer.Option("--unsigned", help="Take a backup that no hub has signed: one of an older release."),
    ] = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Bring a hub back from a backup; checksums, key and signature are checked before anything is written."""
    with guarded(Call(folder, json, debug)) as call:
        from pathlib import Path

        from allin_hub.backup.restore import Wish
        from allin_hub.cli.backup import run_restore

        run_restore(call, file, Wish(Path(key) if key else None, database, force, unsigned))


@app.command(epilog="Example: allin upkeep")
def upkeep(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Let go of what was kept long enough, tidy the database, make a backup."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.backup import run_upkeep

        run_upkeep(call)


@app.command(epilog="Example: allin upgrade")
def upgrade(hub: Folder = ".", json: AsJson = False, debug: Debug = False) -> None:
    """Bring the database to the schema of this release, with a backup first."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.upgrade import run_upgrade

        run_upgrade(call)


@app.command(
    epilog="Examples: allin move postgresql+psycopg://allin@localhost/allin --switch   allin move env:ALLIN_DATABASE"
)
def move(
    to: Annotated[
        str | None,
        typer.Argument(
            metavar="TO",
            help="An empty database: its address, or env:NAME or file:PATH where one with a password is kept.",
        ),
    ] = None,
    switch: Annotated[
        bool, typer.Option("--switch", help="Write the new address into hub.toml; the old file is kept.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Go on in the old database, without what has come since the move.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Move the hub to another database: from a file to PostgreSQL, or back."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.move import run_move

        run_move(call, to, switching=switch, back=back)


@app.command(epilog="Examples: allin doctor   allin doctor --fix")
def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended without asking anybody.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say what is wrong with the hub, and how to mend it."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.doctor import run_doctor

        run_doctor(call, fix)


@app.command(epilog="Examples: allin notify   allin notify --test")
def notify(
    test: Annotated[
        bool, typer.Option("--test", help="Send a message to every address to try it out.")
    ] = False,
    hub: Folder = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tell the office what stays away and what is back, as sync, publish and run do by themselves."""
    with guarded(Call(hub, json, debug)) as call:
        from allin_hub.cli.notify import run_notify

        run_notify(call, test=test)


app.add_typer(source_commands)
app.add_typer(key_commands)
app.add_typer(consent_commands)


@app.command(epilog="Examples: allin fields   allin fields organisation   allin fields event --find datum")
def fields(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="organisation, person, service, event, opportunity or project."),
    ] = None,
    find: Annotated[
        str | None,
        typer.Option("--find", metavar="WORD", help="Only fields with this in their name or headings."),
    ] = None,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the fields that a column can hold, with what is read and an example."""
    with guarded(Call(json=json, debug=debug)) as call:
        from allin_hub.cli.fields import run_fields

        run_fields(call, kind, find)


@app.command(epilog="Example: allin plugins")
def plugins(json: AsJson = False, debug: Debug = False) -> None:
    """List the installed source and output plugins."""
    with guarded(Call(json=json, debug=debug)) as call:
        from allin_hub.cli.plugins import run_plugins

        run_plugins(call)


@app.command(epilog="Examples: allin new source city-events   allin new output notice-board plugins")
def new(
    kind: Annotated[str, typer.Argument(metavar="source|output", help="What kind of plugin it is to be.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name in hub.toml: a-z, 0-9 and -.")],
    folder: FolderToMake = ".",
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a package for a plugin of your own: it works, and its tests pass."""
    with guarded(Call(folder, json, debug)) as call:
        from allin_hub.cli.init_demo_new import run_new

        run_new(call, kind, name)


def main() -> None:
    """Run a command.

    Exit code 0: done; 1: a source or an output failed; 2: the configuration or the call is wrong; 3: a run of `sync` or `run`
    is held for a person.
    """
    keep_private()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            from allin_hub.cli.errors import interrupted

            interrupted()
        raise
