"""Rules of the whole house: who may import whom, what stays out of commits, and that database and models agree."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import allin_hub

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "allin_schemas": ROOT / "schemas",
    "allin_hub": ROOT / "hub",
    "allin_plugins": ROOT / "plugins",
    "allin_flows": ROOT / "flows",
}
MAY_IMPORT = {
    "allin_schemas": {"allin_schemas"},
    "allin_hub": {"allin_hub", "allin_schemas"},
    "allin_plugins": {"allin_plugins", "allin_hub", "allin_schemas"},
    "allin_flows": {"allin_flows", "allin_hub", "allin_schemas"},
}


def _imports(package: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(FOLDERS[package].rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module
            elif isinstance(node, ast.Import):
                yield from ((path, name.name) for name in node.names)


@pytest.mark.parametrize("package", FOLDERS)
def test_imports_go_one_way(package: str) -> None:
    """Schemas <- hub <- plugins; schemas, hub <- flows."""
    wrong = [
        (path.name, module)
        for path, module in _imports(package)
        if module.split(".")[0] in FOLDERS and module.split(".")[0] not in MAY_IMPORT[package]
    ]

    assert wrong == []


def test_plugins_use_the_public_door_only() -> None:
    """What a stranger cannot import, a built-in does not need."""
    deep = [
        (path.name, module)
        for path, module in _imports("allin_plugins")
        if module.startswith(("allin_hub.", "allin_schemas."))
    ]

    assert deep == []


def test_only_the_flows_import_prefect() -> None:
    """The core runs without it."""
    wrong = [
        (package, path.name)
        for package in ("allin_schemas", "allin_hub", "allin_plugins")
        for path, module in _imports(package)
        if module.split(".")[0] == "prefect"
    ]

    assert wrong == []


def test_the_hub_names_no_plugin() -> None:
    """Plugins are found by entry points alone."""
    wrong = [path.name for path, module in _imports("allin_hub") if module.split(".")[0] == "allin_plugins"]

    assert wrong == []


def test_only_the_store_runs_sql() -> None:
    """Statements stand in `allin_hub.store`; other modules hand its functions a connection."""
    elsewhere = {
        path.relative_to(FOLDERS["allin_hub"]).as_posix()
        for path, module in _imports("allin_hub")
        if module == "sqlalchemy" and "/store/" not in path.as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "sqlalchemy"
        and {name.name for name in node.names} - {"Connection", "Engine"}
    }

    assert elsewhere == set()


def test_the_public_names_of_the_hub_are_sorted_and_lead_somewhere() -> None:
    """One public door, and the table behind it is true."""
    assert allin_hub.__all__ == sorted(allin_hub.__all__)
    assert all(getattr(allin_hub, name) is not None for name in allin_hub.__all__)


def test_migrations_lead_to_the_models(tmp_path: Path) -> None:
    """A new column without a migration fails here."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from allin_hub.store.engine import migrate, open_engine
    from allin_hub.store.tables import metadata

    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert found == []


def test_the_newest_migration_is_the_one_that_the_engine_knows() -> None:
    """The engine compares with a constant, so that a start does not load alembic."""
    from alembic.script import ScriptDirectory

    from allin_hub.store.engine import HEAD, MIGRATIONS

    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed about a schema that this release does not know."""
    from sqlalchemy import text

    from allin_hub.base.errors import StoreError
    from allin_hub.store.engine import migrate, open_engine

    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer release"):
        migrate(engine)
    engine.dispose()


def test_no_module_has_two_jobs() -> None:
    """About 300 lines; past 400 a module is to become two."""
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in FOLDERS.values()
        for path in folder.rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}


def test_nothing_of_one_machine_is_committed() -> None:
    """No download addresses, no paths of one machine, no database, no site."""
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if files.returncode:
        pytest.skip("not a git checkout: nothing is committed here")
    names = files.stdout.split()

    assert [
        name
        for name in names
        if name.endswith((".db", ".sqlite", ".pyc", "hub.key")) or name.startswith(("demo/", ".venv/"))
    ] == []
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_the_command_line_starts_without_what_it_does_not_need() -> None:
    """`allin --help` loads no database library, no validation, no web framework."""
    code = (
        "import sys, allin_hub.cli; heavy = {'sqlalchemy', 'pydantic', 'prefect', 'rich', 'jinja2', 'fastapi', 'babel', 'httpx'};"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
