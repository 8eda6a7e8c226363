"""Finds out in which encoding a text was written: a byte order mark, strict UTF-8, or Western European.

What reads as none of them plausibly is refused: a wrong guess would put broken names into the directory.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from allin_hub.base.errors import refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "cp1252"
_CHUNK = 2**20

_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\v\f\r\x1a"})

# What Cyrillic, Greek, Turkish, DOS and Macintosh texts look like when they are read as Western European.
_IMPLAUSIBLE = re.compile(
    "[^\x00-\x7f](?:"
    "(?<=[À-ÖØ-öø-ÿ])[À-ÖØ-öø-ÿ]{3}"
    "|(?<=[ðýþÐÝÞ])"
    "|(?<=[A-Za-z][„”‚‡†§¤¦¬¶¯™])(?=[a-z])"
    "|(?<=[a-z][ŠŸŽ])(?=[a-z])"
    ")"
)
_GARBLED = re.compile("Ã[\u0080-\u00bfŸ„–œžŒ‰‡†ƒ…]|â€[œ\u009d™“”žš˜¦]")
_GARBLED_UTF8 = ("Ã".encode(), "â€".encode())


class Encoding(NamedTuple):
    """The name of an encoding, and whether some of the text was damaged before it was written."""

    name: str
    garbled: bool


def encoding(opened: Callable[[], BinaryIO]) -> Encoding:
    """Find the encoding of a text, from all of it.

    Raises Refused when no encoding fits.
    """
    with opened() as stream:
        start = stream.read(4)
        marked = [name for mark, name in _MARKS if start.startswith(mark)]
        for name in marked[:1] or ("utf-8", _FALLBACK):
            stream.seek(0)
            try:
                return Encoding(name, _reads(stream, name))
            except UnicodeError:
                continue
    raise refused("FILE_ENCODING")


def _reads(stream: BinaryIO, name: str) -> bool:
    """Read all of a text in an encoding; say whether it is garbled, or raise where it is implausible."""
    garbled = False
    decoder = codecs.getincrementaldecoder(name)()
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        utf8 = chunk if name.startswith("utf-8") else text.encode("utf-8")
        if len(utf8.translate(None, _CONTROLS)) < len(utf8):
            raise UnicodeError("control characters")
        if name == _FALLBACK and _IMPLAUSIBLE.search(text):
            raise UnicodeError("implausible")
        garbled = garbled or any(mark in utf8 for mark in _GARBLED_UTF8)
    decoder.decode(b"", final=True)
    return garbled


def mended(text: str) -> str:
    """Undo a UTF-8 text that was once read as Western European: `KÃ¶ln` becomes `Köln`."""
    if not _GARBLED.search(text):
        return text
    try:
        return text.encode(_FALLBACK).decode("utf-8")
    except UnicodeError:
        return text
