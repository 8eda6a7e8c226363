"""Runs the pages of this folder: files that they show are written, commands that they show are called."""

from __future__ import annotations

import doctest
import io
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from sybil import Document, Example, Region
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

from allin_hub.cli import main

_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_SHOWN_FILE = re.compile(
    r"^<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL
)


def shown_files(document: Document) -> Iterator[Region]:
    """Find the blocks that a comment names as the content of a file."""
    for match in _SHOWN_FILE.finditer(document.text):
        yield Region(match.start(), match.end(), (match["name"], match["content"]), write)


def shown_commands(document: Document) -> Iterable[Region]:
    """Find the blocks of commands with the output that they show."""
    for region in FencedCodeBlockLexer("console")(document):
        region.parsed = str(region.lexemes["source"])
        region.evaluator = run
        yield region


def write(example: Example) -> None:
    """Write a shown file into the folder in which the page works."""
    name, content = example.parsed
    path = example.namespace["folder"] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def run(example: Example) -> None:
    """Call each shown command; what it prints has to agree with what is shown, `...` may be anything."""
    for part in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        printed = _printed(command, example.namespace)
        if expected.strip():
            agrees = doctest.OutputChecker().check_output(
                f"...{expected.strip()}...", printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            )
            assert agrees, f"{example.path}:{example.line}: allin printed\n{printed}"


def _printed(command: str, page: dict[str, object]) -> str:
    folder = page["folder"]
    assert isinstance(folder, Path)
    command, _, ends = command.partition("  # exit ")
    words = [str(page["id"]) if word == "ID" else word for word in shlex.split(command)]
    if words[0] == "cd":
        page["folder"] = folder / words[1]
        return ""
    assert words[0] == "allin", f"only allin and cd can be run in a page: {command}"
    heard = io.StringIO()
    with chdir(folder), redirect_stdout(heard), redirect_stderr(heard), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "200")
        ended = _called()
    printed = heard.getvalue()
    assert ended == int(ends or 0), f"{command} ended with {ended}:\n{printed}"
    if found := _ID.search(printed):
        page["id"] = found[0]
    return printed


def _called() -> int | str | None:
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    return 0


class PageItem(pytest.Item):
    """One page: its blocks share a folder and run from top to bottom."""

    def runtest(self) -> None:
        """Run every block."""
        factory: pytest.TempPathFactory = self.config._tmp_path_factory  # type: ignore[attr-defined]
        document = Document.parse(str(self.path), shown_files, shown_commands)
        document.namespace["folder"] = factory.mktemp(self.path.stem)
        for example in document.examples():
            example.evaluate()


class Page(pytest.File):
    """A page of documentation."""

    def collect(self) -> Iterator[PageItem]:
        """Make one test of the page, so that its blocks are never run apart."""
        yield PageItem.from_parent(self, name="runs")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    """Take every Markdown page of this folder as a test."""
    if file_path.suffix == ".md":
        return Page.from_parent(parent, path=file_path)
    return None
