"""Strategies that the targets share: cells and JSON as people and machines write them, and damaged bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

PIECES = (
    "0561 123456", "+49 (0)561/900-1", "info@verein.example", "info(at)verein.example", "www.verein.example",
    "https://müller.example/straße?x=1", "05.10.2026", "2026-10-05T18:00:00+02:00", "18 Uhr", "Mo-Fr 9-17 Uhr",
    "34127 Kassel", "Holländische Str. 74", "Nord (Holland)", "VR 1234 Kassel", "Deutsch, Türkisch (B1)", "5,50 €",
    "kostenlos", "ja", "nein", "ca. 20", "1e999", "NaN", "-0", "²", "٣٤١٢٧", "１２", "Ä", "e\u0301", "\u202e", "\u200d",
    "\ufeff", "\x00", "\x1f", "\ud800", "𝔘", "👩‍👩‍👧", "🇩🇪", "İ", "ß", "ﬁ", "{value}", "{0}", "%s", "$x", "<b>",
    "=1+1", "'", '"', ";", ",", "|", "\n", "\r", "\t", " ", "(", ")", "[", "]", "/", "-", "–", ".", ":", "@", "+", "#",
    "31.02.2026", "29.2.2025", "24:00", "0000-00-00", "9999-12-31", "1.1.0001", "-1", "99999999999999999999",
)  # fmt: skip
"""Parts of cells, honest and odd; some readers care for each of them."""

TEXTS: SearchStrategy[str] = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join),
    st.builds(lambda piece, times: piece * times, st.sampled_from(PIECES), st.integers(1, 400)),
)
"""Whatever may stand in a cell."""

SCALARS: SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.integers(-(10**30), 10**30), TEXTS
)

NAMES = st.one_of(
    st.sampled_from(
        [
            "raw",
            "street",
            "number",
            "code",
            "value",
            "free",
            "id",
            "name",
            "kind",
            "text",
            "email",
            "start",
            "",
        ]
    ),
    TEXTS,
)

VALUES: SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
"""Whatever JSON can hold."""


def edited(content: bytes, edits: Sequence[tuple[str, float, int, bytes]]) -> bytes:
    """Damage some bytes: each edit has a kind, a place as a share of the whole, a length and new bytes."""
    made = bytearray(content)
    for kind, share, length, fresh in edits:
        at = int(share * len(made))
        if kind == "flip" and at < len(made):
            made[at] ^= 1 << (length % 8)
        elif kind == "put":
            made[at : at + len(fresh)] = fresh
        elif kind == "insert":
            made[at:at] = fresh
        elif kind == "repeat":
            made[at:at] = bytes(made[at : at + length]) * 3
        elif kind == "cut":
            del made[at : at + length]
        elif kind == "end":
            del made[at:]
    return bytes(made)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "flip", "flip", "put", "insert", "repeat", "cut", "end"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 300),
        st.one_of(
            st.binary(max_size=4),
            st.sampled_from(
                [b"\xff\xff\xff\xff", b"\x00" * 4, b"\xff\xff\xff\x7f", b";", b'"', b"\n", b"<", b"&#0;"]
            ),
            TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
        ),
    ),
    max_size=8,
)


def damaged(honest: Sequence[bytes]) -> SearchStrategy[bytes]:
    """Honest content with some bytes flipped, cut, doubled or put in."""
    return st.builds(edited, st.sampled_from(list(honest)), EDITS)
