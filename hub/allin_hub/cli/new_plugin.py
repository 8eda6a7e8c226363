"""The command new: a package for a plugin of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path

from allin_hub import scaffold
from allin_hub.cli.console import print_json
from allin_hub.cli.invocation import HERE, Call
from allin_hub.cli.tables import line
from allin_hub.i18n.translator import voice_for


def run_new(call: Call, kind: str, name: str) -> None:
    """`allin new`."""
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
