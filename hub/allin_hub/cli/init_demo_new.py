"""Commands that make a folder: init, demo, new."""

from __future__ import annotations

import datetime as dt
import shlex
import time
from pathlib import Path

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.base.file_modes import make_passable
from allin_hub.cli.console import opened, print_json, table
from allin_hub.cli.invocation import HERE, Call
from allin_hub.cli.sync_publish import everything, first_page
from allin_hub.cli.tables import Column, line
from allin_hub.config.load import refuse_cut_off
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.i18n.translator import voice_for

TEMPLATES = {
    "de": Path(__file__).parent / "hub.template.de.toml",
    "en": Path(__file__).parent / "hub.template.en.toml",
}


def run_demo(call: Call) -> None:
    """`allin demo`."""
    from allin_hub import demo

    began = time.perf_counter()
    make_passable(Path(call.folder))
    demo.copy(Path(call.folder), dt.datetime.now(dt.UTC).date())
    with opened(call) as (hub, say):
        report, reports = everything(call, hub, say)
        line()
        pages = [(name, page) for name, one in reports.items() if (page := first_page(one)) is not None]
        line(
            say.several(
                "The demo is ready, after {count} second. Open it in a browser:",
                "The demo is ready, after {count} seconds. Open it in a browser:",
                round(time.perf_counter() - began),
            )
        )
        table([Column(say("Output")), Column(say("Page"))], pages)
        sheet = Path(call.folder) / "data" / "vereinsliste.xlsx"
        line(say("Then mend a row in {file} and run: {command}", file=sheet, command=call.command("run")))
    raise typer.Exit(0 if report.ok and all(one.ok for one in reports.values()) else 1)


def run_init(call: Call) -> None:
    """`allin init`."""
    say = voice_for(Path(call.folder))
    target = Path(call.folder) / CONFIG_NAME
    refuse_cut_off(target.parent)
    if target.exists():
        raise ConfigError(
            "There is a {file} in {folder} already.",
            hint="Name another folder: allin init my-hub",
            file=CONFIG_NAME,
            folder=call.folder,
        )
    make_passable(target.parent)
    (target.parent / "data").mkdir(exist_ok=True)
    target.write_text(TEMPLATES[say.language].read_text(encoding="utf-8"), encoding="utf-8")
    line(say("Made {file}. Every setting is explained in it.", file=target))
    line(
        say(
            "Put a spreadsheet into {folder} and name it as a source in {file}.",
            folder=target.parent / "data",
            file=target,
        )
    )
    line(say("Then run: {command}", command=call.command("check")))


def run_new(call: Call, kind: str, name: str) -> None:
    """`allin new`."""
    from allin_hub import scaffold

    say = voice_for(Path(HERE))
    made = scaffold.make(kind, name, Path(call.folder))
    if call.json:
        print_json({"folder": str(made.folder), "files": list(made.files)})
        return
    line(say("Made {file}: a plugin that works, with its tests.", file=made.folder))
    line()
    place = shlex.quote(str(made.folder))
    line(say("1. Try it: {command}", command=f"cd {place} && pip install --editable '.[dev]' && pytest"))
    line(say("2. Make it yours: {file}", file=made.folder / made.module / "__init__.py"))
    line(
        say(
            "3. Use it: copy {file} into hub.toml, then: allin plugins",
            file=made.folder / made.module / "example.toml",
        )
    )
