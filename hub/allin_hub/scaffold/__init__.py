"""Makes a package for a plugin of one's own: a class, its settings, its tests with recordings, all of it working."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from allin_hub.api.registry import OUTPUTS, SOURCES, announced
from allin_hub.base.errors import ConfigError
from allin_hub.config.toml_blocks import unknown

_TEMPLATES = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
GROUPS = {"source": SOURCES, "output": OUTPUTS}
_FILES = {
    "source": {
        "pyproject.toml.txt": "pyproject.toml",
        "__init__.py.txt": "{module}/__init__.py",
        "example.toml.txt": "{module}/example.toml",
        "README.md.txt": "{module}/README.md",
        "test.py.txt": "tests/test_{plain}.py",
        "events.json.txt": "tests/fixtures/events.json",
    },
    "output": {
        "pyproject.toml.txt": "pyproject.toml",
        "__init__.py.txt": "{module}/__init__.py",
        "base.html.j2.txt": "{module}/templates/base.html.j2",
        "event.html.j2.txt": "{module}/templates/event.html.j2",
        "list.html.j2.txt": "{module}/templates/list.html.j2",
        "example.toml.txt": "{module}/example.toml",
        "README.md.txt": "{module}/README.md",
        "test.py.txt": "tests/test_{plain}.py",
    },
}


@dataclass(frozen=True, slots=True)
class Made:
    """A package that was made: its folder, its files, and the module that holds the class."""

    folder: Path
    files: tuple[str, ...]
    module: str


def make(kind: str, word: str, parent: Path) -> Made:
    """Write the package of a new plugin into a folder of its own below `parent`.

    Raises ConfigError for a kind or name that cannot be, and where something is there already.
    """
    if kind not in GROUPS:
        raise unknown("There is no kind of plugin '{word}'.", kind, GROUPS)
    _refuse_wrong_name(kind, word)
    plain = word.replace("-", "_")
    words = {
        "word": word,
        "WORD": plain.upper(),
        "plain": plain,
        "module": f"allin_{plain}",
        "package": f"allin-{word}",
        "name": "".join(part.capitalize() for part in word.split("-")),
    }
    folder = parent / words["package"]
    if folder.exists():
        raise ConfigError(
            "There is a '{folder}' already.",
            hint="Choose another name, or another folder: allin new {kind} {word} DIR",
            folder=str(folder),
            kind=kind,
            word=word,
        )
    written = []
    for template, place in _FILES[kind].items():
        target = folder / _filled(place, words)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (_TEMPLATES / kind / template).read_text(encoding="utf-8")
        target.write_text(_filled(text, words), encoding="utf-8")
        written.append(target.relative_to(folder).as_posix())
    (folder / words["module"] / "py.typed").touch()
    return Made(folder, (*written, f"{words['module']}/py.typed"), words["module"])


def _refuse_wrong_name(kind: str, word: str) -> None:
    if not _NAME.fullmatch(word) or len(word) > _LONGEST:
        raise ConfigError(
            "'{word}' cannot be the name of a plugin.",
            hint="Begin with a letter, and use a-z, 0-9 and single - only, at most {most} characters, for example: city-events",
            word=word,
            most=_LONGEST,
        )
    taken = announced(GROUPS[kind]).get(word)
    if taken is not None:
        raise ConfigError(
            "The package {package} has a plugin '{word}' already.",
            hint="Choose another name; all that are taken: allin plugins",
            package=taken.package,
            word=word,
        )


def _filled(text: str, words: dict[str, str]) -> str:
    """Put the names in; all other braces are the plugin's."""
    return re.sub(r"\{(word|WORD|plain|module|package|name)\}", lambda found: words[found[1]], text)
