"""What a cell may cost: hostile text stays cheap, and the libraries stay away until they are needed."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from allin_schemas.reading import READERS, Context, name_key, read

PIECES = [
    "1",
    " ",
    "(",
    "a@",
    "Mo, ",
    "VR ",
    "0561 ",
    "https://",
    "Weg 3, ",
    "e\u0301",
    "Ã¼",
    "www.a.",
    "deutsch und ",
    "9-17 ",
    "34117 ",
    "(at) ",
    "ja, ",
    "\n",
    "Mo-",
    "1.",
    "&amp;",
    "<b>",
    '<a href="x" ',
    "<!--",
    "nicht Mi, ",
]


@pytest.mark.parametrize("name", sorted(READERS))
def test_hostile_cells_are_cheap(name: str, context: Context) -> None:
    """No pattern may run for ever on a cell that somebody made for it."""
    before = time.process_time()
    for piece in PIECES:
        for length in (250, 1_900, 19_000):
            read(name, (piece * length)[:length] + "!", context)
    spent = time.process_time() - before

    assert spent < 10


def test_hostile_names_are_cheap() -> None:
    """Keys are made of every name, many times."""
    before = time.process_time()
    for piece in PIECES:
        name_key(piece * 2_000)

    assert time.process_time() - before < 5


def test_libraries_are_loaded_when_they_are_needed() -> None:
    """`allin --help` and usual cells must not wait for them."""
    heavy = ("phonenumbers", "email_validator", "dateparser", "rapidfuzz", "langcodes", "babel")
    code = (
        "import sys, datetime\n"
        "from allin_schemas.reading import Context, read\n"
        "c = Context(today=datetime.date(2026, 8, 20))\n"
        "cells = {'phones': '0561 900001', 'email': 'info@verein.example', 'date': '5.10.2026', 'url': 'www.verein.example',\n"
        "         'languages': 'Deutsch, Arabisch (B1)', 'places': 'Weg 3, 34117 Kassel', 'country': 'Deutschland'}\n"
        "for name, cell in cells.items():\n"
        "    assert read(name, cell, c).value, name\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
