"""What both suites ask of a plugin's settings: they are closed, they round-trip, and secrets never show."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr, ValidationError

from allin_hub.api.plugin import CONTRACT, Plugin, PluginConfig
from allin_hub.testing.failure_text import Fault, fail, some
from allin_hub.testing.io_guard import home_of

_SECRET_WORDS = re.compile(r"(token|password|passwort|secret|api_?key|credential|private_key)", re.IGNORECASE)


class PluginSuite:
    """The checks that sources and outputs share."""

    config: ClassVar[Mapping[str, Any]] = {}
    """The settings to test with, as they stand in hub.toml; a secret as its plain text."""
    group: ClassVar[str]
    reserved: ClassVar[frozenset[str]]

    @property
    def plugin(self) -> type[Plugin[Any]]:
        """The class under test."""
        raise NotImplementedError

    def told(self, rule: str, seen: str, remedy: str) -> None:
        """End the test: the plugin breaks a rule."""
        fail(self.plugin, Fault(rule, seen, remedy))

    def made_config(self, **changed: Any) -> PluginConfig:
        """The settings as the plugin gets them."""
        return self.plugin.config_class.model_validate({**self.config, **changed})

    def secrets(self) -> dict[str, str]:
        """The secret settings that the test gives, by their names."""
        fields = self.plugin.config_class.model_fields
        return {
            name: str(value)
            for name, value in self.config.items()
            if name in fields and "SecretStr" in str(fields[name].annotation)
        }

    def test_settings_survive_a_round_trip(self) -> None:
        """Settings that are written and read again are the same, so that a hub can be copied."""
        config = self.made_config()
        plain = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in config.model_dump().items()
        }
        if type(config).model_validate(plain) != config:
            self.told(
                "Settings survive a round trip.",
                "they were different after model_dump and model_validate",
                "let validators give back what they would accept again",
            )

    def test_unknown_settings_are_refused(self) -> None:
        """A setting that is misspelt must not be ignored silently."""
        try:
            self.made_config(allin_suite_unknown="x")
        except ValidationError:
            return
        self.told(
            "Unknown settings are refused.",
            "the setting 'allin_suite_unknown' was accepted",
            'derive the settings from PluginConfig, and leave model_config\'s extra="forbid" as it is',
        )

    def test_settings_cannot_change(self) -> None:
        """What hub.toml says holds for the whole run."""
        config = self.made_config()
        for name, value in config:
            try:
                setattr(config, name, value)
            except ValidationError:
                continue
            self.told(
                "Settings are frozen.",
                f"'{name}' could be set again",
                "derive the settings from PluginConfig, and leave model_config's frozen=True as it is",
            )

    def test_secrets_never_show(self, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
        """A token in a log, a repr or an error is a token that must be changed."""
        rule = "Secrets never show."
        open_ones = self._open_secrets()
        if open_ones:
            self.told(
                rule,
                f"the setting {some(open_ones)} is declared as plain text",
                "declare it as allin_hub.Secret; call get_secret_value() only where it is sent",
            )
        secrets = self.secrets()
        if not secrets:
            return
        config = self.made_config()
        plugin = self.plugin("suite", config)
        shown = {
            "repr() of the plugin": repr(plugin),
            "str() of the plugin": str(plugin),
            "repr() of the settings": repr(config),
            "str() of the settings": str(config),
            "model_dump() of the settings": repr(config.model_dump()),
            "model_dump_json() of the settings": _dumped(config),
            "the error about wrong settings": self._error(),
        }
        with logged() as lines, caplog.at_level(logging.DEBUG):
            self.exercise()
        heard = capfd.readouterr()
        shown |= {"the log": "\n".join(lines), "stdout": heard.out, "stderr": heard.err}
        for place, text in shown.items():
            for name, secret in secrets.items():
                if secret in text:
                    self.told(
                        rule,
                        f"the setting '{name}' shows in {place}",
                        "keep it a Secret, pass it on as auth=, and build no text from it",
                    )

    def _open_secrets(self) -> list[str]:
        """The settings that are secrets by their names and plain texts by their types."""
        return [
            name
            for name, field in self.plugin.config_class.model_fields.items()
            if _SECRET_WORDS.search(name)
            and "SecretStr" not in str(field.annotation)
            and "str" in str(field.annotation)
        ]

    def exercise(self) -> None:
        """Let the plugin work once, so that its log can be read."""

    def test_it_comes_with_an_example_and_a_readme(self) -> None:
        """An office finds beside each plugin what to write into hub.toml, and what it does."""
        home = home_of(self.plugin)
        folder = home if home.is_dir() else home.parent
        rule = "A plugin's folder holds example.toml and README.md."
        for name in ("example.toml", "README.md"):
            if not (folder / name).is_file() or not (folder / name).read_text(encoding="utf-8").strip():
                self.told(rule, f"there is no {name} beside its module", f"write {name} in {folder.name}/")
        try:
            example = tomllib.loads((folder / "example.toml").read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            self.told(rule, f"example.toml is not valid TOML: {error}", "mend it")
        blocks = example.get(self.group, {})
        if not blocks:
            self.told(rule, f"example.toml has no block [{self.group}.<name>]", "show one that can be copied")
        known = set(self.plugin.config_class.model_fields) | self.reserved
        for name, block in blocks.items():
            strange = sorted(set(block) - known)
            if strange:
                self.told(
                    rule,
                    f"example.toml sets {some(strange)} in [{self.group}.{name}], which nobody knows",
                    "show only settings that the plugin has",
                )
            self._example_is_valid(
                rule, {key: value for key, value in block.items() if key not in self.reserved}
            )

    def _example_is_valid(self, rule: str, block: dict[str, Any]) -> None:
        fields = self.plugin.config_class.model_fields
        for key, value in block.items():
            if "SecretStr" in str(fields[key].annotation):
                if not (isinstance(value, dict) and set(value) <= {"env", "file"}):
                    self.told(
                        rule, f"example.toml writes the secret '{key}' itself", '{ env = "NAME" } is how'
                    )
                block = {**block, key: "secret"}
            elif key in self._open_secrets():  # test_secrets_never_show tells of it; the example is right
                block = {**block, key: "secret"}
        try:
            self.plugin.config_class.model_validate(block)
        except ValidationError as error:
            places = [".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)]
            self.told(rule, f"the settings of example.toml are refused: {some(places)}", "show what works")

    def contract_faults(self, base: type) -> Iterator[tuple[str, str]]:
        """What keeps a class from being a plugin of this contract: what was seen, what to do."""
        plugin = self.plugin
        if not (isinstance(plugin, type) and issubclass(plugin, base)):
            yield f"{plugin!r} is no {base.__name__}", f"derive it from allin_hub.{base.__name__}"
            return
        if plugin.contract != CONTRACT:
            yield (
                f"it is made for contract {plugin.contract}, and this hub has {CONTRACT}",
                "leave `contract` out, or update the plugin to this contract",
            )
        if not isinstance(plugin.version, str) or not plugin.version:
            yield f"its version is {plugin.version!r}", 'write version = "1", and raise it with its behaviour'
        if not issubclass(plugin.config_class, PluginConfig) or (
            plugin.config_class is PluginConfig and self.config
        ):
            yield "its settings are unknown", f"write class Name({base.__name__}[NameConfig])"
        import sys

        if not (plugin.__doc__ or "").strip() and not (sys.modules[plugin.__module__].__doc__ or "").strip():
            yield "neither it nor its module says what it does", "write a sentence: `allin plugins` shows it"

    def _error(self) -> str:
        """What pydantic says when every setting is wrong."""
        wrong = {name: [value] for name, value in self.config.items()}
        try:
            self.plugin.config_class.model_validate(wrong)
        except ValidationError as error:
            return f"{error} {error!r}"
        return ""


def _dumped(config: PluginConfig) -> str:
    return config.model_dump_json()


@contextmanager
def logged() -> Iterator[list[str]]:
    """Hear every line of every logger, down to DEBUG, with its arguments."""
    lines: list[str] = []

    class Hearer(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name} {record.getMessage()} {record.args!r}")

    hearer, root = Hearer(logging.DEBUG), logging.getLogger()
    before = root.level
    root.addHandler(hearer)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(hearer)


def written(value: Any) -> str:
    """A setting as it stands in hub.toml."""
    import json

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(str(name))} = {written(inner)}" for name, inner in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Path):
        value = value.as_posix()
    return json.dumps(str(value)).replace("\\/", "/")
