"""The list of points is whole: no commit and no change of a file without one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import allin_hub

HUB = Path(allin_hub.__file__).parent
STARTS = (
    "open_hub",
    "ingest.sync",
    "ingest.hold",
    "ingest.undo",
    "manage.edit_entry",
    "publish.publish",
    "manage.rename_source",
    "manage.remove_source",
    "operations.notify",
)
"""Modules in which a sync, a publish, a change of sources and a message begin. Everything that these import, at the top or
within a function, belongs to them."""
ELSEWHERE = {
    "operations/retention.py": "what upkeep takes away at night, proven with it",
    "backup/create.py": "a copy under a name of its own, proven with the backups",
}
"""What opening a hub may lead to, and what is proven with the commands that it belongs to."""
FILE_STEPS = {"rename", "unlink", "rmdir", "rmtree", "write_bytes", "write_text"}
OF_OS = {"link", "remove", "replace", "move", "symlink"}


def _file_of(module: str) -> Path | None:
    path = HUB.joinpath(*module.split(".")[1:])
    return next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("allin_hub"):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _skipped(path: Path) -> bool:
    return path.name == "__init__.py" or path.relative_to(HUB).as_posix() in ELSEWHERE


def _modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module that a sync or a publish runs through."""
    waiting, seen = [f"allin_hub.{name}" for name in STARTS], set()
    while waiting:
        path = _file_of(waiting.pop())
        if path is not None and path not in seen and not _skipped(path):
            seen.add(path)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            waiting += _imported(tree)
            yield path.relative_to(HUB).as_posix(), tree


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def _names_a_point(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Point"


def _is_file_step(node: ast.AST) -> bool:
    """Whether a call changes a file; texts and times have a `replace` too, rows a `rename`."""
    called = _called(node)
    if called in OF_OS and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of_os = isinstance(node.func.value, ast.Name) and node.func.value.id in {"os", "shutil"}
        return of_os or (called == "replace" and len(node.args) == 1 and not node.keywords)
    if called == "rename" and isinstance(node, ast.Call) and len(node.args) != 1:
        return False
    return called in FILE_STEPS


def _guarded(tree: ast.Module) -> set[ast.AST]:
    """Everything that stands in a `with around(…)`."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and any(_called(item.context_expr) == "around" for item in node.items)
        for inner in ast.walk(node)
    }


def test_the_list_looks_where_runs_go() -> None:
    """Else the next two would find nothing wrong in nothing."""
    names = {name for name, _ in _modules()}

    assert {
        "base/encryption.py",
        "ingest/apply.py",
        "ingest/stage.py",
        "mapping/learned.py",
        "open_hub.py",
        "publish/output_lease.py",
        "publish/place.py",
    } <= names


def test_every_commit_of_a_sync_or_publish_is_a_listed_point() -> None:
    """`writing(engine, Point.X)`: a commit that nobody is killed at is a commit that nothing is known about."""
    missing = [
        f"{name}:{node.lineno}"
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _called(node) == "writing"
        and not (len(node.args) == 2 and _names_a_point(node.args[1]))
    ]

    assert missing == []


def test_every_file_that_a_sync_or_publish_puts_or_takes_away_is_a_listed_point() -> None:
    """`with around(Point.X): …` stands around each of them."""
    missing = [
        f"{name}:{node.lineno} {_called(node)}"
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _is_file_step(node) and node not in _guarded(tree)
    ]

    assert missing == []
