"""`make migration` writes the next migration, or says why there is none to write."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from allin_hub.store import engine
from allin_hub.store.migrations import write_migration


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, so that none is written into the tree."""
    copy = shutil.copytree(engine.MIGRATIONS, tmp_path / "migrations")
    for module in (engine, write_migration):
        monkeypatch.setattr(module, "MIGRATIONS", copy)
    return copy / "versions"


def test_no_migration_is_written_where_models_and_migrations_agree(migrations: Path, capsys: Any) -> None:
    """Nor without a message; each time it is said what to do."""
    before = sorted(migrations.glob("*.py"))
    codes = [write_migration.main(words) for words in (["Nothing changed"], [""], [])]
    said = capsys.readouterr().err.splitlines()

    assert codes == [2, 2, 2]
    assert said == [write_migration.AGREE, write_migration.USAGE, write_migration.USAGE]
    assert before == sorted(migrations.glob("*.py"))


def test_a_migration_of_rows_alone_begins_empty_under_the_next_number(migrations: Path, capsys: Any) -> None:
    """The message becomes the name of its file, and what it says of itself."""
    newest = engine.newest_schema()
    code = write_migration.main(["--empty", "Tell sources why they failed"])
    path = Path(capsys.readouterr().out.strip())

    assert code == 0
    assert path.name == f"{int(newest) + 1:04}_tell_sources_why_they_failed.py"
    assert path.read_text(encoding="utf-8").startswith('"""Tell sources why they failed."""')
    assert engine.newest_schema() == f"{int(newest) + 1:04}"
