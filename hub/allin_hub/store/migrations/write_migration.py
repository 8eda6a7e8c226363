"""Writes the next migration from what the models have and the migrations do not: make migration MESSAGE="…"."""

from __future__ import annotations

import re
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from allin_hub.store.engine import MIGRATIONS, migrate, newest_schema, open_engine, writing

EMPTY = "--empty"
USAGE = 'Say what changes: make migration MESSAGE="organisations have a motto"'
AGREE = "Models and migrations agree: nothing is to be written. For a migration of rows alone, add EMPTY=yes."


def write_migration(message: str, *, empty: bool = False) -> Path | None:
    """Write the migration and give back its path; None where models and migrations agree, unless an empty one is asked for."""
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext

    from allin_hub.store.tables import metadata

    settings = Config(cmd_opts=Namespace(quiet=True))
    settings.set_main_option("script_location", str(MIGRATIONS))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/hub.db")
        try:
            migrate(engine)
            with writing(engine) as connection:
                if not empty and not compare_metadata(MigrationContext.configure(connection), metadata):
                    return None
                settings.attributes["connection"] = connection
                number = f"{int(newest_schema()) + 1:04}"
                settings.set_main_option("file_template", f"{number}_{_slug(message)}")
                command.revision(settings, message.rstrip("."), autogenerate=not empty, rev_id=number)
        finally:
            engine.dispose()
    return next((MIGRATIONS / "versions").glob(f"{number}_*.py"))


def _slug(message: str) -> str:
    """Make a file's name of a message."""
    return "_".join(re.findall(r"[a-z0-9]+", message.lower())[:6]) or "change"


def main(words: list[str]) -> int:
    """Write a migration and tell its path; exit code 2 where there is nothing to write, or no message."""
    message = " ".join(word for word in words if word != EMPTY).strip()
    path = write_migration(message, empty=EMPTY in words) if message else None
    if path is None:
        sys.stderr.write(f"{AGREE if message else USAGE}\n")
        return 2
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
