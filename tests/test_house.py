"""Rules of the whole house: who may import whom, what stays out of commits, and that database and models agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
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


FLOORS = (
    "base", "config", "i18n", "dates", "workers", "readers", "http", "store", "hub", "mapping", "api", "privacy",
    "entities", "sources", "ingest", "publish", "manage", "backup", "open_hub", "operations", "doctor", "assets",
    "demo", "scaffold", "allin_hub", "testing", "cli", "__main__",
)  # fmt: skip
"""The rooms of the hub, the lowest first; `allin_hub` is the public door. A room imports only from rooms before it."""
MOST_MODULES = 30


def modules_of(root: Path) -> dict[str, Path]:
    """Find every module of a package by its whole name."""
    return {
        ".".join((root.name, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in sorted(root.rglob("*.py"))
    }


def imports_of(root: Path) -> dict[str, set[str]]:
    """Find which modules of a package each of its modules imports, at the top, in functions and for types alone."""
    modules = modules_of(root)
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                named = node.module or ""
                if node.level:
                    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                    above = package[: len(package) - node.level + 1]
                    named = ".".join([*above, *filter(None, [node.module])])
                found.update(
                    whole if (whole := f"{named}.{name.name}") in modules else named for name in node.names
                )
        graph[module] = {name for name in found if name in modules} - {module}
    return graph


def upward_imports(root: Path) -> list[str]:
    """List the imports from a room into one above it, and the rooms without a floor."""

    def room(module: str) -> str:
        return [*module.split("."), root.name][1]

    graph = imports_of(root)
    wrong = [f"{name} has no floor" for name in sorted({room(module) for module in graph} - set(FLOORS))]
    for module, imported in sorted(graph.items()):
        for other in sorted(imported):
            here, there = room(module), room(other)
            if here != there and {here, there} <= set(FLOORS) and FLOORS.index(there) > FLOORS.index(here):
                short = (name.removeprefix(f"{root.name}.") for name in (module, other))
                wrong.append(" imports ".join(short))
    return wrong


def circle(root: Path) -> list[str]:
    """Find modules that import each other in a circle; none where there is no circle."""
    try:
        TopologicalSorter(imports_of(root)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def crowded(root: Path) -> list[str]:
    """List the folders with more modules than a reader finds one in."""
    counted = Counter(path.parent for path in modules_of(root).values() if path.name != "__init__.py")
    return [
        f"{folder.relative_to(root).as_posix()} holds {count} modules"
        for folder, count in sorted(counted.items())
        if count > MOST_MODULES
    ]


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


def test_migrations_stand_by_themselves() -> None:
    """One that used the tables of today would make other tables once the models change."""
    migrations = FOLDERS["allin_hub"] / "allin_hub/store/migrations/versions"

    assert [
        path.name for path in migrations.glob("*.py") if "allin_" in path.read_text(encoding="utf-8")
    ] == []


def test_the_names_of_migrations_say_what_alembic_reads_in_them() -> None:
    """The engine knows schemas by file names, so that a start does not load alembic: 0001, 0002, each on the one before."""
    from alembic.script import ScriptDirectory

    from allin_hub.store.engine import MIGRATIONS, known_schemas, newest_schema

    found = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())[::-1]
    numbers = [f"{number:04}" for number in range(1, len(found) + 1)]

    assert [one.revision for one in found] == numbers == list(known_schemas())
    assert [one.down_revision for one in found] == [None, *numbers[:-1]]
    assert newest_schema() == numbers[-1]


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


def test_the_rooms_of_the_hub_import_only_from_floors_below() -> None:
    """A reader who knows a room's floor knows all that it may use."""
    assert upward_imports(FOLDERS["allin_hub"] / "allin_hub") == []


def test_every_room_stands_in_the_map_for_developers_on_its_floor() -> None:
    """Whoever looks for a room finds it in docs/developers.md, and what it may import above it."""
    page = (ROOT / "docs/developers.md").read_text(encoding="utf-8")
    drawn = page.partition("<!-- map: begin -->")[2].partition("<!-- map: end -->")[0]
    home = FOLDERS["allin_hub"] / "allin_hub"
    folders = {path.name for path in home.iterdir() if path.is_dir() and not path.name.startswith("__")}

    assert re.findall(r"^\| `(\w+)` \|", drawn, re.MULTILINE) == list(FLOORS)
    assert folders - {"locale", "json"} <= set(FLOORS)


@pytest.mark.parametrize("package", FOLDERS)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    """Modules of a circle make sense only together, and load only in one order."""
    assert circle(FOLDERS[package] / package) == []


@pytest.mark.parametrize("package", FOLDERS)
def test_no_folder_is_crowded(package: str) -> None:
    """A module is found by its name in ten seconds."""
    assert crowded(FOLDERS[package] / package) == []


MADE = {
    "base/types.py": "",
    "store/runs.py": "from allin_hub.base import types",
    "ingest/sync.py": "import allin_hub.store.runs",
}
"""A small tree in which all is well."""


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        (
            {"base/types.py": "def late():\n    from allin_hub.store.runs import begin\n"},
            ["base.types imports store.runs"],
        ),
        (
            {"base/types.py": "if TYPE_CHECKING:\n    from allin_hub.ingest import sync\n"},
            ["base.types imports ingest.sync"],
        ),
        ({"store/runs.py": "from ..ingest.sync import sync"}, ["store.runs imports ingest.sync"]),
        ({"store/runs.py": "import allin_hub.ingest.sync as other"}, ["store.runs imports ingest.sync"]),
        ({"store/runs.py": "from allin_hub import View"}, ["store.runs imports allin_hub"]),
        ({"attic/box.py": ""}, ["attic has no floor"]),
    ],
)
def test_an_import_upwards_is_found(tmp_path: Path, changed: dict[str, str], wrong: list[str]) -> None:
    """Also within a function, under TYPE_CHECKING, by a relative name and through the public door."""
    assert upward_imports(_made(tmp_path, {**MADE, **changed})) == wrong


def test_a_circle_is_found(tmp_path: Path) -> None:
    """Also within one room, where floors say nothing."""
    whole = _made(tmp_path / "whole", MADE)
    tied = {
        "store/runs.py": "from allin_hub.store import leases",
        "store/leases.py": "def late():\n    from allin_hub.store.tables import run\n",
        "store/tables.py": "if TYPE_CHECKING:\n    from .runs import begin\n",
    }

    assert circle(whole) == []
    assert set(circle(_made(tmp_path / "tied", {**MADE, **tied}))) == {
        "allin_hub.store.runs",
        "allin_hub.store.leases",
        "allin_hub.store.tables",
    }


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    """The thirty-first module asks for a room of its own; `__init__.py` is no module to look for."""
    full = {"store/__init__.py": "", **{f"store/part{number}.py": "" for number in range(30)}}

    assert crowded(_made(tmp_path / "full", full)) == []
    assert crowded(_made(tmp_path / "more", {**full, "store/one_more.py": ""})) == ["store holds 31 modules"]


def _made(folder: Path, files: dict[str, str]) -> Path:
    """Make a package of files by their paths in it."""
    root = folder / "allin_hub"
    for path, text in {"__init__.py": "", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


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
