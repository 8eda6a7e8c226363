"""Every text that staff read is there in German, and none is there in vain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import allin_hub
from allin_hub.config.toml_blocks import EXAMPLE, FAULTS
from allin_hub.store.db_errors import ADVICE
from allin_hub.store.postgresql import ADDRESSES

HOME = Path(allin_hub.__file__).parent
CATALOGUE = HOME / "i18n" / "locale" / "de" / "LC_MESSAGES" / "messages.po"
ERRORS = {
    "ConfigError", "HubError", "PluginBroken", "SecretMissing", "PublishError", "Refused", "StoreError", "Unavailable", "unknown",
}  # fmt: skip
FOR_AUTHORS = {
    "assets/__init__.py",
    "publish/renderer.py",
    "publish/store_view.py",
    "testing/output_fixture.py",
    "testing/sample_outputs.py",
}
"""Where errors say what is wrong with a plugin or a template: for who writes one, in English."""


def constants(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def texts_of_call(call: ast.Call, module: str) -> Iterator[str]:
    """The texts that a call says, or hands on to be said."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {one.arg: one.value for one in call.keywords}
    if (
        name == "say"
        or (name == "text" and not module.startswith("store/"))
        or (name == "self" and module == "i18n/translator.py")
    ):
        yield from constants(call.args[0])
    elif name == "several":
        yield from (text for argument in call.args[:2] for text in constants(argument))
    elif name in ERRORS and "code" not in keywords and module not in FOR_AUTHORS:
        yield from constants(call.args[0])
        yield from constants(keywords.get("hint"))
    elif name == "error":
        yield from (text for argument in call.args for text in constants(argument))
    elif name == "ValueError" and module in {"config/settings.py", "sources/files.py"}:
        yield from constants(call.args[0])


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the core, by its path."""
    for path in sorted(HOME.rglob("*.py")):
        yield path.relative_to(HOME).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def texts_in_use() -> set[str]:
    """Every text of the core that a person may read, in English."""
    found = {EXAMPLE, ADDRESSES, *FAULTS.values(), *ADVICE.values()}
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found.update(texts_of_call(node, module))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "hint":
                found.update(constants(node.value))
    return found - {""}


def test_the_catalogue_holds_exactly_the_texts_in_use() -> None:
    """A missing text would stand in English in the middle of a German screen."""
    with CATALOGUE.open("rb") as lines:
        catalogue = read_po(lines, abort_invalid=True)
    said = {text for one in catalogue for text in ([one.id] if isinstance(one.id, str) else one.id) if text}

    assert texts_in_use() == said
    assert [
        one.id
        for one in catalogue
        if one.id and not all([one.string] if isinstance(one.id, str) else one.string)
    ] == []


def test_german_texts_keep_what_is_filled_in() -> None:
    """A name that the German text does not know would be lost, or stop the command that says it."""
    with CATALOGUE.open("rb") as lines:
        catalogue = read_po(lines)
    pairs = [
        pair
        for one in catalogue
        if one.id
        for pair in (
            [(one.id, one.string)] if isinstance(one.id, str) else zip(one.id, one.string, strict=True)
        )
    ]

    for english, german in pairs:
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", german)), english


def test_german_texts_are_polite_and_calm() -> None:
    """Staff are addressed as Sie, nobody is blamed, and nothing shouts."""
    with CATALOGUE.open("rb") as lines:
        texts = " ".join(str(one.string) for one in read_po(lines) if one.id)

    assert re.findall(r"\b(?:du|dein\w*|dir|dich|ungültig\w*|Input|Error)\b|!", texts) == []


@pytest.mark.parametrize("module", sorted({name for name, _ in modules()} - FOR_AUTHORS))
def test_errors_hand_on_their_parts(module: str) -> None:
    """A sentence that is put together before it is said cannot be translated."""
    tree = ast.parse((HOME / module).read_text(encoding="utf-8"))
    put_together = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ERRORS
        and any(
            isinstance(part, ast.JoinedStr)
            for part in [*node.args, *(one.value for one in node.keywords if one.arg == "hint")]
        )
    ]

    assert put_together == []
