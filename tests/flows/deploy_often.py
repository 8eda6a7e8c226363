"""Deploys whenever a line asks for it: loading Prefect costs seconds, deploying does not.

Each line is JSON: the folder, and whether it is to answer in JSON. Each answer is one line: exit code, out, err.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

import typer

from allin_flows.commands import run_deploy
from allin_hub.cli.guarded import guarded
from allin_hub.cli.invocation import Call


def deploy(folder: str, as_json: bool) -> tuple[int, str, str]:
    """Do what `allin deploy` does."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            with guarded(Call(folder, as_json)) as call:
                run_deploy(call)
        except typer.Exit as ended:
            code = ended.exit_code
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    for asked in sys.stdin:
        sys.stdout.write(json.dumps(deploy(*json.loads(asked))) + "\n")
        sys.stdout.flush()
