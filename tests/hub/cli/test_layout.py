"""Tables are aligned and cut to the terminal; in a pipe nothing is cut; no text steers the terminal."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from rich.text import Text

from allin_hub.cli.tables import Column, laid_out, line, plain

COLUMNS = [
    Column("Quelle"),
    Column("Neu", right=True),
    Column("Weg", right=True, spare=True),
    Column("Meldung", wraps=True),
]
SENTENCE = "Der Name fehlt. Tragen Sie den Namen ein, oder ordnen Sie die Spalte zu, in der er steht."
ROWS = [["vereine", "12", "–", SENTENCE], ["termine", "3", "–", "–"]]


def texts(width: int | None, columns: Any = COLUMNS, rows: Any = ROWS) -> list[str]:
    """The lines of a table as they are printed."""
    return [one.plain for one in laid_out(columns, rows, width)]


def test_figures_stand_right_and_words_left() -> None:
    """Figures can be compared down a column."""
    assert ["Quelle   Neu  Weg  Meldung", f"vereine   12    –  {SENTENCE}", "termine    3    –  –"] == texts(
        None
    )


def test_sentences_wrap_under_themselves() -> None:
    """A sentence stays in its column, and its words stay whole."""
    lines = texts(60)

    assert all(len(one) <= 60 for one in lines)
    assert SENTENCE == " ".join(one[14:].strip() for one in lines[1:-1])


def test_columns_without_content_go_first() -> None:
    """What nobody needs makes room for what somebody does."""
    assert "Weg" in texts(None)[0]
    assert "Weg" not in texts(60)[0]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """A terminal that breaks lines by itself makes a table unreadable."""
    rows = [
        ["eine-quelle-mit-einem-sehr-langen-namen", "1.234.567", "–", SENTENCE],
        ["verein 東京", "3", "2", "نادي الثقافة"],
    ]

    assert all(one.cell_len <= width for one in laid_out(COLUMNS, rows, width))


def test_a_cut_word_shows_that_it_is_cut() -> None:
    """A name that ends in the middle would be taken for another one."""
    rows = [["eine-quelle-mit-einem-sehr-langen-namen", "1", "2"]]

    assert "eine-quelle-mit-ein… " in texts(30, COLUMNS[:3], rows)[1]


def test_states_keep_their_colour_and_their_word() -> None:
    """Colour alone tells nothing to who cannot see it."""
    row = laid_out([Column("Stand")], [[Text("gescheitert", style="red")]], 80)[1]

    assert "gescheitert" == row.plain
    assert ["red"] == [str(span.style) for span in row.spans]


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2Jweg", "\x9b31mrot", "zurück\x08\x08\x08", "um\u202egekehrt", "laut\x07", "\u2066nur\u2069"],
)
def test_partners_texts_cannot_steer_the_terminal(hostile: str) -> None:
    """A name from a sheet may hold anything; it is shown, not obeyed."""
    shown = laid_out([Column("Name")], [[hostile]], 80)[1].plain

    assert not set(shown) & set("\x1b\x9b\x08\x07\u202e\u2066\u2069")
    assert plain(hostile) == shown


def test_joiners_that_scripts_need_stay() -> None:
    """Persian writes with a joiner that is no control character to take away."""
    assert "می\u200cخواهم" == plain("می\u200cخواهم")


def test_sentences_are_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads a pipe searches it line by line."""
    heard = io.StringIO()
    monkeypatch.setattr(sys, "stdout", heard)
    line(SENTENCE * 4)

    assert f"{SENTENCE * 4}\n" == heard.getvalue()


def test_sentences_break_between_words_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is broken in the middle of a word cannot be copied."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    heard = Terminal()
    monkeypatch.setattr(sys, "stdout", heard)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    line("Unterschied ansehen: allin held vereine --hub buero-kassel")

    assert [
        "Unterschied ansehen: allin",
        "held vereine --hub",
        "buero-kassel",
    ] == heard.getvalue().splitlines()
