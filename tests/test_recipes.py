"""The recipes of docs/developers.md are done in a copy of the tree: they work, and touch the files that they name."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/developers.md"
PACKAGES = ("schemas", "hub", "plugins", "flows")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE")
COPIED = (*PACKAGES, *PAGES, "tests", "docs", "bench", "Makefile", "pyproject.toml", "hub.example.toml")
_BLOCK = re.compile(
    r"^<!-- (?P<act>into|new) (?P<file>\S+)(?: below: (?P<below>.*?))? -->\n```\w+\n(?P<content>.*?)^```$"
    r"|^<!-- makes (?P<made>\S+) -->$"
    r"|^```sh\n(?P<commands>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SHEET = "Nr.;Name;Ort;Leitspruch\n1;Kulturverein Zeytin e.V.;Kassel;Gemeinsam wachsen wir\n2;Casa Colibrí e.V.;Kassel;\n"
SETTINGS = """
[hub]
languages = ["de", "en"]

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Musterweg 1"
"""


class Step(NamedTuple):
    """One block of a recipe: text that goes into a file, or commands."""

    file: str
    below: str | None
    content: str
    commands: tuple[str, ...]


class Recipe(NamedTuple):
    """What a recipe does, and the files that it names."""

    steps: list[Step]
    files: list[str]


def recipes() -> dict[str, Recipe]:
    """Find the recipes of the page by their headings."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## Recipes\n")[2]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {title: _recipe(body) for title, body in zip(parts[::2], parts[1::2], strict=True)}


def _recipe(body: str) -> Recipe:
    steps, files = [], []
    for found in _BLOCK.finditer(body):
        if found["made"] or found["file"]:
            files.append(found["made"] or found["file"])
        if not found["made"]:
            commands = tuple((found["commands"] or "").splitlines())
            steps.append(Step(found["file"] or "", found["below"], found["content"] or "", commands))
    return Recipe(steps, files)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree, without the machine's own files."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in COPIED:
        there = ROOT / name
        (shutil.copytree if there.is_dir() else shutil.copy2)(there, tree / name)
    return tree


def follow(recipe: Recipe, tree: Path) -> None:
    """Do what a recipe says, step by step."""
    for step in recipe.steps:
        for command in step.commands:
            call(tree, command)
        if not step.file:
            continue
        path = next(tree.glob(step.file), tree / step.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(_put(before, step), encoding="utf-8")


def _put(before: str, step: Step) -> str:
    """Put a block below the first line with the words of the step, else at the end."""
    if step.below is None:
        return before + step.content
    lines = before.splitlines(keepends=True)
    place = next((number for number, line in enumerate(lines, 1) if step.below in line), None)
    assert place is not None, f"{step.file} has no line with: {step.below}"
    return "".join([*lines[:place], step.content, *lines[place:]])


def call(tree: Path, command: str) -> None:
    """Call a command with the packages of the copy, in the environment that is there; nothing is installed."""
    words = shlex.split(command)
    if words[0] == "make":
        venv = Path(sys.prefix)
        words[1:1] = ["-s", "-o", f"{venv}/.installed", f"VENV={venv}"]
    else:
        assert words[0] == "python", command
        words[0] = sys.executable
    if words[1:3] == ["-m", "pytest"]:
        words += ["-p", "no:cacheprovider", "-p", "no:xdist"]
    ended = subprocess.run(words, cwd=tree, env=environment(tree), capture_output=True, text=True)

    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"


def environment(tree: Path) -> dict[str, str]:
    """Let Python find the packages of a tree before those that are installed."""
    paths = os.pathsep.join(str(tree / name) for name in PACKAGES)
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**known, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


def digests(tree: Path) -> dict[str, bytes]:
    """Digest every file of a tree that is no trace of running it."""
    return {
        path.relative_to(tree).as_posix(): hashlib.blake2b(path.read_bytes()).digest()
        for path in tree.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not path.parts[len(tree.parts)].startswith(".")
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Name the files that are new, gone or other."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def named(recipe: Recipe, tree: Path) -> set[str]:
    """Name the files of a recipe as they lie in the tree."""
    return {path.relative_to(tree).as_posix() for pattern in recipe.files for path in tree.glob(pattern)}


def entry_points(tree: Path) -> Iterator[tuple[str, str]]:
    """Give module and class of every plugin that the tree's package announces."""
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for group in ("allin_hub.sources", "allin_hub.outputs"):
        for entry in project["entry-points"][group].values():
            module, _, name = entry.partition(":")
            yield module, name


@pytest.mark.parametrize("title", recipes())
def test_a_recipe_works_and_touches_only_the_files_that_it_names(title: str, copy: Path) -> None:
    """Whoever follows it needs no second list, and finds all that has to change."""
    recipe = recipes()[title]
    before = digests(copy)
    follow(recipe, copy)

    touched = changed(before, digests(copy))

    assert touched == named(recipe, copy)
    call(copy, "python -m ruff check " + " ".join(sorted(name for name in touched if name.endswith(".py"))))
    for module, name in entry_points(copy):
        code = copy / "plugins" / module.replace(".", "/") / "__init__.py"
        assert f"class {name}(" in code.read_text(encoding="utf-8")


def test_the_page_has_a_recipe_for_all_that_is_added_often() -> None:
    """One that lost its heading would not be tried any more."""
    things = {"a public field", "a problem", "a source", "an output", "a setting", "a migration"}

    assert {f"Add {thing}" for thing in things} == recipes().keys()
    assert all(recipe.steps[-1].commands for recipe in recipes().values())


def test_a_new_field_flows_from_a_sheet_that_was_there_before_to_the_page(copy: Path, tmp_path: Path) -> None:
    """The hub of an office upgrades itself after a backup and reads again; the file that its partner sent is the same."""
    hub = tmp_path / "hub"
    hub.mkdir()
    (hub / "hub.toml").write_text(SETTINGS, encoding="utf-8")
    (hub / "vereine.csv").write_text(SHEET, encoding="utf-8")
    call(copy, f"python -m allin_hub run --hub {hub}")
    page = next((hub / "public/de/organisations").glob("kulturverein-zeytin-*.html"))
    without = page.read_text(encoding="utf-8")
    (*steps, last) = recipes()["Add a public field"].steps
    follow(Recipe(steps, []), copy)
    call(copy, f"python -m allin_hub run --hub {hub}")
    told = page.read_text(encoding="utf-8")

    assert last.commands[0].startswith("python -m pytest")
    assert "Gemeinsam wachsen" not in without
    assert "<dt>Leitspruch</dt><dd><bdi>Gemeinsam wachsen wir</bdi></dd>" in told
    assert len(list((hub / "backups").glob("before-upgrade-from-*.zip"))) == 1


def test_a_field_without_its_migration_is_named_and_nothing_is_said_of_the_network(
    copy: Path, tmp_path: Path
) -> None:
    """A forgotten migration is the mistake that everybody makes once."""
    follow(Recipe(recipes()["Add a public field"].steps[:1], []), copy)
    (tmp_path / "hub.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "vereine.csv").write_text(SHEET, encoding="utf-8")
    words = [sys.executable, "-m", "allin_hub", "sync", "--hub", str(tmp_path)]
    ended = subprocess.run(words, cwd=copy, env=environment(copy), capture_output=True, text=True)
    said = ended.stdout + ended.stderr

    assert ended.returncode == 1
    assert "Den Tabellen dieser Datenbank fehlt organisation.motto." in said
    assert "make migration" in said
    assert "erreichbar" not in said
