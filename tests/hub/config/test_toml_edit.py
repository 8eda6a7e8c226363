"""An edit of hub.toml changes what was meant, and every other byte stays."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.config import toml_edit
from allin_hub.config.toml_blocks import Blocks, header

BLOCK = ("sources", "vereine")


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("[hub]", ("hub",)),
        ("  [ sources . 'vereine' ]  # every week", BLOCK),
        ('[sources."a.b"]\r', ("sources", "a.b")),
        ("[[x]]", ("x",)),
        ("[sources", ()),
        ('["a", "b"],', ()),
        ('title = "[hub]"', ()),
        ("", ()),
    ],
)
def test_a_header_is_read_however_it_is_spelled(line: str, path: tuple[str, ...]) -> None:
    """Spaces, quotes and remarks are the office's own."""
    assert path == header(line)


def test_a_key_has_its_line_though_a_text_holds_a_separator_of_lines() -> None:
    """Editors count line feeds; U+2028 in a copied text begins no line for them."""
    blocks = Blocks('[hub]\ntitle = "A\u2028B"\n[sources."a.b"]\n[ sources . "a" ]\nplugin = "x"\n')

    assert (4, 5) == (blocks.line(("sources", "a")), blocks.line(("sources", "a", "plugin")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '[sources.vereine]  # every week\nplugin = "x"\n\n# The other list.\n[sources.b]\n',
            '[sources.vereine]  # every week\nenabled = false\nplugin = "x"\n\n# The other list.\n[sources.b]\n',
        ),
        (
            '[sources.vereine]\n  enabled=true\t# until May\n[sources.vereine.columns]\nenabled = "name"\n',
            '[sources.vereine]\n  enabled=false\t# until May\n[sources.vereine.columns]\nenabled = "name"\n',
        ),
        (
            "[sources]\nvereine = { plugin = 'x', enabled = true }  # short\n",
            "[sources]\nvereine = { plugin = 'x', enabled = false }  # short\n",
        ),
        (
            "[sources]\nvereine = { plugin = 'x' }  # short\n",
            "[sources]\nvereine = { plugin = 'x', enabled = false}  # short\n",
        ),
        (
            'sources.vereine.plugin = "x"\nsources.vereine.enabled = true\n',
            'sources.vereine.plugin = "x"\nsources.vereine.enabled = false\n',
        ),
        (
            '[sources.vereine]\r\nplugin = "x"\r\n[outputs.a]\r\n[sources.vereine.columns]',
            '[sources.vereine]\r\nenabled = false\r\nplugin = "x"\r\n[outputs.a]\r\n[sources.vereine.columns]',
        ),
    ],
)
def test_one_value_changes_and_its_remark_stays(before: str, after: str) -> None:
    """A block may be written in any way that TOML allows."""
    assert after == toml_edit.with_value(before, BLOCK, "enabled", "false")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[hub]\ndatabase = """\nold"""  # ours\n', '[hub]\ndatabase = { env = "DB" }  # ours\n'),
        ("hub = { title = 'A' }\n", "hub = { title = 'A', database = { env = \"DB\" }}\n"),
        ("[outputs.a]\r\n", '[hub]\r\ndatabase = { env = "DB" }\r\n\r\n[outputs.a]\r\n'),
    ],
)
def test_a_database_is_written_as_the_move_tells_it(before: str, after: str) -> None:
    """Whoever compares the file with the line on the screen finds the same."""
    assert after == toml_edit.with_value(before, ("hub",), "database", '{ env = "DB" }')


def test_what_cannot_be_changed_alone_is_left_to_the_person_with_its_line() -> None:
    """A dotted key before any block would come to belong to a new block [hub]."""
    with pytest.raises(ConfigError) as caught:
        toml_edit.with_value('sources.vereine.plugin = "x"\n', ("hub",), "database", '"new"')

    assert "[hub] is written in a way that the hub does not change by itself." in caught.value.message
    assert 'database = "new"' in caught.value.hint


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_block_comes_back_byte_for_byte(ending: str, last: bool) -> None:
    """A file may end without a line end, and its blank lines may hold spaces."""
    block = ["# first", "[ sources . 'vereine' ]", "\tplugin = 'x' # why", "", "  ", "# why", "path = 'y'"]
    before = ending.join(block if last else [*block, "", "# next", "[sources.b]", ""])
    removed = toml_edit.taken_out(before, "vereine", "Removed.")

    assert removed is not None
    assert "vereine" not in tomllib.loads(removed).get("sources", {})
    assert before == toml_edit.brought_back(removed, "vereine")


def test_only_a_command_that_changes_a_value_loads_tomlkit() -> None:
    """Every other command would wait for it in vain."""
    code = "import sys, allin_hub.open_hub, allin_hub.config.toml_edit; print('tomlkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()
