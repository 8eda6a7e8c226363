"""Commands that make a hub: init, demo."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import typer

from allin_hub.cli.terminal import err, line, opened, table
from allin_hub.cli.work import everything, show_publish, show_sync
from allin_hub.config import CONFIG_NAME
from allin_hub.errors import ConfigError

TEMPLATE = Path(__file__).parent / "hub.template.toml"


def run_demo(folder: str) -> None:
    """`allin demo`."""
    from allin_hub import demo

    began = time.perf_counter()
    place = Path(folder)
    demo.copy(place, dt.datetime.now(dt.UTC).date())
    with opened(folder) as (hub, say):
        report, reports = everything(hub, say, quiet=False)
        show_sync(say, report)
        line()
        show_publish(say, reports)
        line()
        line(say("The demo is ready, after {seconds:.0f} seconds. Look at it:", seconds=time.perf_counter() - began))
        pages = [(name, one.path) for name, one in reports.items() if one.ok]
        table([say("Output"), say("Open in a browser")], [[name, (Path(path).resolve() / "index.html").as_uri()] for name, path in pages])
        line(say("Then mend a row in {file} and run: allin run --hub {folder}", file=f"{folder}/data/vereinsliste.xlsx", folder=folder))
    raise typer.Exit(0 if report.ok and all(one.ok for one in reports.values()) else 1)


def run_init(folder: str) -> None:
    """`allin init`."""
    place = Path(folder)
    target = place / CONFIG_NAME
    if target.exists():
        raise ConfigError(f"There is a {CONFIG_NAME} in {place} already.", hint="Name another folder: allin init my-hub")
    place.mkdir(parents=True, exist_ok=True)
    (place / "data").mkdir(exist_ok=True)
    target.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    err.print(f"Made {target}. It explains itself: open it in an editor and name your first source.", soft_wrap=True, markup=False)
    err.print(f"Then run: allin check --hub {folder}", soft_wrap=True, markup=False)
