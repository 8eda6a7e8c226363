"""What an admin writes: hub.toml, the columns in it and the maps beside it are read, or refused with their line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from tests.fuzz.material import TEXTS, damaged
from tests.fuzz.target import Target

from allin_hub.api import registry
from allin_hub.api.plugin import produced
from allin_hub.base.errors import ConfigError
from allin_hub.config import settings, toml_edit
from allin_hub.config.load import load
from allin_hub.i18n.translator import Voice
from allin_hub.mapping import learned, paths
from allin_hub.mapping.columns import ColumnMap
from allin_schemas import Kind

EXAMPLE = Path(__file__).parents[2] / "hub.example.toml"
MINIMAL = b"""[hub]
title = "Test"
languages = ["de", "en"]
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
columns = { "Verein" = "name" }
[sources.vereine.limits]
lost = 3
[outputs.verzeichnis]
plugin = "directory"
path = "public"
"""
KEYS = sorted(settings.RESERVED | {"path", "url", "token", "holds", "sheet", "header_row", "questions", "x"})
LEARNED = b'[columns]\n"Verein" = "name"\n"E-Mail" = "contacts.email"\n'
EVERY_PATH = sorted({path for kind in Kind for path in paths.known_paths(kind)})


def targets() -> Iterator[Target]:
    """One for each file, and for columns that lead anywhere."""
    yield Target("hub-toml", damaged((MINIMAL, EXAMPLE.read_bytes())), _check_config, 20, 3.0)
    yield Target("hub-toml-values", _blocks(), _check_config, 20, 3.0)
    yield Target("maps-toml", damaged((LEARNED,)), _check_maps, 12, 3.0)
    ends = st.one_of(
        st.sampled_from(EVERY_PATH), TEXTS, st.builds("{}.{}".format, st.sampled_from(EVERY_PATH), TEXTS)
    )
    columns = st.tuples(
        st.sampled_from(Kind), st.dictionaries(TEXTS, ends, max_size=5), st.lists(TEXTS, max_size=5)
    )
    yield Target("columns", columns, _check_columns, 20, 3.0)


def _check_config(content: bytes) -> None:
    folder = _folder()
    (folder / "hub.toml").write_bytes(content)
    try:
        found = load(folder)
        for source in found.sources.values():
            produced(registry.source(found, source), source.kind)
        for output in found.outputs.values():
            registry.output(found, output)
    except ConfigError as error:
        assert error.message
        assert "pydantic" not in f"{error}".casefold()


def _check_maps(content: bytes) -> None:
    folder = _folder()
    (folder / "maps").mkdir(exist_ok=True)
    (folder / "maps" / "x.toml").write_bytes(content)
    try:
        columns = learned.learned(folder, "x")
    except ConfigError as error:
        assert error.hint
        return
    learned.keep(folder, "x", columns, 1, Voice("de"))

    assert learned.learned(folder, "x") == columns


def _check_columns(given: tuple[Kind, dict[str, str], list[str]]) -> None:
    kind, columns, headers = given
    try:
        made = ColumnMap(kind, columns, {})
    except ConfigError as error:
        assert error.hint
        return
    whole = made.within(headers)
    whole.draft(dict.fromkeys([*columns, *headers], "Wert"))
    whole.unknown(headers)

    assert whole.fingerprint == made.within(headers).fingerprint


def _blocks() -> st.SearchStrategy[bytes]:
    """Settings that are valid TOML, with values of every kind."""
    quoted = TEXTS.map(lambda text: toml_edit.quoted(text.encode("utf-8", "replace").decode()))
    value = st.recursive(
        st.one_of(
            st.sampled_from(
                ["true", "0", "-1", "1.5", "nan", "2026-10-05", '"organisation"', '"de"', '{ env = "X" }']
            ),
            quoted,
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
            st.builds("{{ {} = {} }}".format, quoted, inner),
        ),
        max_leaves=4,
    )
    lines = st.dictionaries(st.sampled_from(KEYS), value, max_size=6)
    plugin = st.sampled_from(["spreadsheet", "form", "ical", "ikal"])
    return st.builds(
        lambda name, plugin, lines: (
            f'[sources.{name}]\nplugin = "{plugin}"\n'
            + "".join(f"{key} = {text}\n" for key, text in lines.items() if key != "plugin")
        ).encode(),
        st.one_of(st.just("x"), quoted),
        plugin,
        lines,
    )


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="allin-fuzz-"))
