"""Finds out in which encoding a text was written: a byte order mark, UTF-8, the setting, or what its words prove.

A text of single bytes is Western European, or what its words prove beyond that, which is told as a guess; the rest is
refused with the setting that reads it: a wrong guess would put broken names into the directory. A few bytes that are no
text cost the rows that they stand in, not the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Annotated, BinaryIO, NamedTuple

from pydantic import AfterValidator

from allin_hub.base.errors import refused
from allin_hub.base.problems import Problem
from allin_hub.readers.code_pages import WESTERN, german_letters, is_western, judged, oddities, words_in

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 2**20
_SAMPLE = 2**16
_FEW = 3
_PART = 100
"""As many signs that are no text, or one in so many, are damage; with more it is no text."""

_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\v\f\r\x1a"})
_ABOVE = bytes(range(0x80, 0x100))
_ONE_ODD_IN = 20
"""With so many German letters to each oddity, a text is Western European, and the oddities cost their rows."""
_DAMAGED = re.compile("[\udc80-\udcff\x00-\x08\x0e-\x19\x1b-\x1f]")
_DAMAGED_WIDE = re.compile("[\ufffd\x00-\x08\x0e-\x19\x1b-\x1f]")
_BYTES = re.compile("[\udc80-\udcff]+")
_MENDABLE = frozenset("äöüÄÖÜßéèêëáàíìîïóòôúùûçñøæåÉÈÀÇØ„“”‚‘’–—…•·€«»§° \xa0")
"""What a byte in a UTF-8 text may have been that was pasted from an older one."""
_MOST_PASTED = 2

_GARBLED = re.compile("Ã[\u0080-\u00bfŸ„–œžŒ‰‡†ƒ…]|â€[œ\u009d™“”žš˜¦]")
_GARBLED_UTF8 = ("Ã".encode(), "â€".encode())

_KNOWN = frozenset(
    {
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
        *(f"cp{number}" for number in range(1250, 1259)),
        *("cp437", "cp850", "cp852", "cp855", "cp857", "cp858", "cp862", "cp864", "cp866", "cp874"),
        *(f"iso8859-{number}" for number in (*range(1, 12), 13, 14, 15, 16)),
        *(
            "koi8-r",
            "koi8-u",
            "koi8-t",
            "mac-roman",
            "mac-cyrillic",
            "mac-greek",
            "mac-turkish",
            "mac-latin2",
        ),
    }
)


def known_encoding(written: str) -> str:
    """Give an encoding that hub.toml names the name that Python uses.

    Raises ValueError for one that is no encoding of texts.
    """
    try:
        name = codecs.lookup(written.strip()).name
    except (LookupError, UnicodeError):
        name = ""
    name = {"utf-8-sig": "utf-8"}.get(name, name)
    if name not in _KNOWN:
        raise ValueError(
            'is not an encoding that the hub knows, for example "cp1252", "cp1251" or "mac-roman"'
        )
    return name


EncodingName = Annotated[str, AfterValidator(known_encoding)]
"""The setting `encoding` of a source of text files."""


class Encoding(NamedTuple):
    """The name of an encoding, and what is known of the text in it."""

    name: str
    is_garbled: bool = False
    """Some of the text was damaged before it was written."""
    is_damaged: bool = False
    """Some bytes are no text: each row is to be looked at."""
    found: Problem | None = None
    """What was guessed."""
    is_judged: bool = False
    """Whether it was found by what its words look like, so that one which cannot be so is damage."""

    @property
    def errors(self) -> str:
        """How a decoder treats bytes that are no text."""
        if not self.is_damaged:
            return "strict"
        return "replace" if self.is_wide else "surrogateescape"

    @property
    def is_wide(self) -> bool:
        """Whether each letter takes two bytes at least."""
        return self.name.startswith(("utf-16", "utf-32"))

    def mended(self, cell: str) -> str:
        """Put right what can be put right for certain: a text that was encoded twice, a byte of an older encoding."""
        better = _decoded_once(cell) if self.is_garbled else cell
        return _with_pasted(better) if self.is_damaged and self.name == "utf-8" else better

    def is_broken(self, cell: str) -> bool:
        """Tell whether a cell still holds what is no text in this encoding."""
        if (_DAMAGED_WIDE if self.is_wide else _DAMAGED).search(cell):
            return True
        return self.is_judged and not is_western(cell)


class _Survey(NamedTuple):
    """Counts of a text in an encoding."""

    is_garbled: bool
    controls: int
    wrong: int
    """Bytes that are no text in it."""
    beyond: int
    """Letters beyond the plain ones."""
    size: int

    @property
    def is_text(self) -> bool:
        """Whether no more than a little of it is no text."""
        return max(self.controls, self.wrong) <= max(_FEW, self.size // _PART)


def encoding(opened: Callable[[], BinaryIO], wanted: str | None = None) -> Encoding:
    """Find the encoding of a text, from all of it; `wanted` is the one that hub.toml names.

    Raises Refused when no encoding fits, or only one that has to be named in hub.toml.
    """
    with opened() as stream:
        start = stream.read(4)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked is not None:
            found = _as(stream, marked)
            other = wanted is not None and not wanted.startswith("utf")
            return found._replace(found=_other(wanted, marked)) if other else found
        utf8 = _survey(stream, "utf-8")
        if wanted is None:
            return _unnamed(stream, utf8)
        if wanted != "utf-8" and utf8.beyond and not utf8.wrong:
            return _encoding("utf-8", utf8)._replace(found=_other(wanted, "utf-8"))
        if wanted == "utf-8" and utf8.wrong > utf8.beyond:
            raise refused("FILE_ENCODING_WRONG", encoding=wanted)
        return _as(stream, wanted)


def _unnamed(stream: BinaryIO, utf8: _Survey) -> Encoding:
    if not utf8.wrong and not utf8.controls:
        return _encoding("utf-8", utf8)
    wide = _without_mark(stream)
    if wide is not None:
        return Encoding(wide, found=_guessed(wide))
    if utf8.wrong <= utf8.beyond:
        return _encoding("utf-8", utf8)
    western = _survey(stream, WESTERN)
    if western.controls > max(_FEW, western.size // _PART):
        raise refused("FILE_ENCODING")
    odd = sum(map(oddities, _chunks(stream))) + western.wrong
    if not odd:
        return _encoding(WESTERN, western)._replace(is_judged=True)
    german = sum(map(german_letters, _chunks(stream)))
    verdict = judged(words_in(_chunks(stream)), is_western=odd * _ONE_ODD_IN <= german)
    if not verdict.is_proven:
        raise refused("FILE_ENCODING_UNCLEAR", encoding=verdict.name)
    if verdict.name == WESTERN:
        return _encoding(WESTERN, western)._replace(is_damaged=True, is_judged=True)
    return _as(stream, verdict.name)._replace(found=_guessed(verdict.name))


def _as(stream: BinaryIO, name: str) -> Encoding:
    """Read all of a text in an encoding that is known.

    Raises Refused where too much of it is no text.
    """
    return _encoding(name, _survey(stream, name))


def _encoding(name: str, survey: _Survey) -> Encoding:
    if not survey.is_text and survey.wrong > survey.beyond:
        raise refused("FILE_ENCODING_WRONG", encoding=name)
    if survey.controls > max(_FEW, survey.size // _PART):
        raise refused("FILE_ENCODING")
    return Encoding(name, survey.is_garbled, bool(survey.controls or survey.wrong))


def _guessed(name: str) -> Problem:
    return Problem("ENCODING_GUESSED", params={"encoding": name})


def _other(wanted: str | None, found: str) -> Problem:
    return Problem("ENCODING_OTHER", params={"encoding": wanted, "found": found.removesuffix("-sig").upper()})


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield all of a text, each piece up to the end of a line where one is near."""
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk + stream.readline(_SAMPLE)


def _survey(stream: BinaryIO, name: str) -> _Survey:
    """Read all of a text in an encoding, and count."""
    stream.seek(0)
    wide = name.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(name)("replace" if wide else "surrogateescape")
    is_garbled = False
    controls = wrong = beyond = size = 0
    is_end = False
    while not is_end:
        chunk = stream.read(_CHUNK)
        is_end = not chunk
        size += len(chunk)
        text = decoder.decode(chunk, final=is_end)
        if text.isascii():
            controls += len(text) - len(text.encode().translate(None, _CONTROLS))
            continue
        utf8 = text.encode("utf-8", "surrogatepass")
        controls += len(utf8) - len(utf8.translate(None, _CONTROLS))
        if wide:
            lost = text.count("\ufffd")
        else:
            lost = sum(map(len, _BYTES.findall(text))) if b"\xed\xb2" in utf8 or b"\xed\xb3" in utf8 else 0
        wrong += lost
        beyond += len(text) - len(utf8.translate(None, _ABOVE)) - lost
        is_garbled = is_garbled or any(mark in utf8 for mark in _GARBLED_UTF8)
    return _Survey(is_garbled, controls, wrong, max(0, beyond), size)


def _without_mark(stream: BinaryIO) -> str | None:
    """Name UTF-16 where a text proves it without a mark: every second byte of its plain letters is zero."""
    stream.seek(0)
    start = stream.read(_SAMPLE)
    pairs = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if not pairs or max(even, odd) * 10 < pairs or min(even, odd) * 1_000 > pairs:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    survey = _survey(stream, name)
    if survey.controls or survey.wrong:
        return None
    text = start[: pairs * 2].decode(name, "replace")
    usual = sum(letter < "\u0780" or "\u1e00" <= letter < "\u2200" for letter in text)
    return name if usual * _PART >= len(text) * (_PART - 1) else None


def _decoded_once(text: str) -> str:
    """Undo a UTF-8 text that was once read as Western European: `KÃ¶ln` becomes `Köln`."""
    if not _GARBLED.search(text):
        return text
    try:
        return text.encode(WESTERN).decode("utf-8")
    except UnicodeError:
        return text


def _with_pasted(cell: str) -> str:
    """Read single bytes that were pasted into a UTF-8 text from an older one; what cannot be one stays damaged."""
    text = _BYTES.sub(_pasted, cell)
    return text if text == cell or is_western(text) else cell


def _pasted(found: re.Match[str]) -> str:
    letters = found[0].encode("utf-8", "surrogateescape").decode(WESTERN, "replace")
    return letters if len(letters) <= _MOST_PASTED and _MENDABLE.issuperset(letters) else found[0]


def without_damage(cell: str) -> str:
    """Put a replacement character where something is no text."""
    return _DAMAGED.sub("\N{REPLACEMENT CHARACTER}", cell)
