"""Judges in which code page a text of single bytes was written, by what its words would look like in each.

Western European is the rule here. Another code page is taken only where the text proves it; where it is only likely, the
office has to say it. Bytes that German needs mean the same in all code pages of Windows for Latin letters.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

WESTERN = "cp1252"
_GUESSED = frozenset({"cp1251", "cp1254", "cp1256"})
"""Code pages that are taken without being asked for, where the text proves them."""

_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS = 20_000

_PUNCTUATION = frozenset("«»„“”‚‘’–—…•·№°§€ \xa0،؛؟ـ\u200c\u200d\u200e\u200f")
_CLOSING = frozenset("»”’–—…•·№°§€،؛؟")
"""Signs after which no word begins."""
_FREQUENT = {
    "cyrillic": "оаинетрвслкмдупязьбігчйхжюєшцїщфыэґёъјљњђћџ",
    "greek": "αοιετσνηυρπκμλίςόωάέγδήχθφύβώξζψϊϋΐΰ",
    "arabic": "اليمنوترعبدسةفكحقجشهصطخأضىزذثئءغإظآؤپچژگکی",
    "hebrew": "יוהלאתרבשמנקעדםחפטגצזסכןךץף",
}
"""The letters of a script, the most frequent first."""
_SCRIPTS = {
    "cp1251": "cyrillic",
    "koi8-u": "cyrillic",
    "iso8859-5": "cyrillic",
    "cp866": "cyrillic",
    "mac-cyrillic": "cyrillic",
    "cp1253": "greek",
    "mac-greek": "greek",
    "cp1255": "hebrew",
    "cp1256": "arabic",
    "iso8859-6": "arabic",
}
_WEIGHTS = {
    script: {letter: -math.log(place + 4) for place, letter in enumerate(letters)}
    for script, letters in _FREQUENT.items()
}
_BETWEEN = -4.5
"""What a sign between words weighs."""
_UNUSUAL = {
    "greek": re.compile(r"ς(?=\w)|[βγδζθκλμπστφχ](?!\w)|[βγδζθκλμνξπρστφχψ]{4}", re.IGNORECASE),
    "cyrillic": re.compile(r"(?<!\w)[ъьы]|[ьъ][ьъаоуыэ]|[бвгджзклмнпрстфхцчшщ]{5}", re.IGNORECASE),
}
"""What no word of a script holds."""
_STRANGE = -8.0
"""What a sign weighs that a script does not have."""
_MARGIN = 0.15
_MARGIN_IN_ALL = 5.0
"""By how much a code page must fit better than the next one to be proven: each letter in the mean, and all together."""
_FEWEST_LETTERS = 12

_TURKISH_BYTES = frozenset(b"\xd0\xdd\xde\xf0\xfd\xfe")
"""The only bytes in which the Turkish code page differs from the Western European one: Ğ İ Ş ğ ı ş."""
_TURKISH_WORD = re.compile(
    r"(?!.*(?:\A|[^aeıioöuüâîûêAEIİOÖUÜ])[ğĞ])(?!.*[a-zçğıöşü]İ)(?!.*ı[aeiouöü])[A-Za-zÇĞİÖŞÜçğıöşüÂÎÛÊâîûêÄäßéÉ]+\Z"
)
_TURKISH_LETTERS = frozenset("ĞİŞğışÇÖÜçöüÂÎÛÊâîûêÄäßéÉ") | _PUNCTUATION

_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ"
_IMPLAUSIBLE = re.compile(
    # what Cyrillic, Greek, Turkish, DOS and Macintosh texts look like
    "(?<=[À-ÖØ-öø-ÿ])[À-ÖØ-öø-ÿ]{3}"
    "|[ðýþÐÝÞ]"
    "|(?<=[A-Za-z])[„”‚‡†§¤¦¬¶¯™‰ˆ˜](?=[a-z])"
    "|(?<=[a-z])[ŠŸŽ]|(?<=[A-Z])[ŠŸŽ](?=[a-z])"
    f"|(?<![{_LETTER}])[Ÿ†‡](?=[a-z])"
    r"|(?<![\d€])(?<!\d )€(?!uro|pro)(?=[a-z]{3})"
    r"|(?<=[a-z])§(?=[\s;,\"]|\Z)"
    "|(?<=[bcdfghjkmnpqstvwxz])š(?=[bcdfghjklmnpqstvwxz])"
    "|(?<=[A-Z])š(?=[bcdfghjlmnpqrstvwxz])"
    '|(?<=[;\\t|\\n"])…(?=[a-z])'
    "|(?<=[aeiouAEIOU])á(?=e)"
    # what Polish, Czech, Hungarian, Croatian and Romanian texts look like
    "|(?<!\\d)[¹³](?=[a-zà-ÿ])"
    f"|(?<=[{_LETTER}])[¿£¥]"
    r"|¿(?=[a-zà-ÿ])(?![^;\n]{0,200}\?)"
    "|[£¥](?=[A-Za-zÀ-ÿ]{2})"
    "|(?<![Pp]h)(?<!f)[œŒ](?![uUiIdD]|no)"
    "|è(?=[aeiouyáéíóú])"
    f"|(?<![{_LETTER}])[Èè](?!res?\\b|ve\\b|ze\\b)(?=[a-zà-ÿ])"
    "|[ìù](?=[a-zà-ÿ])"
    "|ñ(?![aeiouyáéíóúü])|Ñ(?![AEIOUYÁÉÍÓÚaeiou])"
    "|ã(?=[bcdfghjklmnpqrstvwxz])"
    f"|(?<=[bcdfgnprstvz])ã(?![{_LETTER}])"
    f"|(?<=[aeiou])æ(?![{_LETTER}])"
    "|ø(?=[áíóú])|(?<=[aeiouáíé])ø(?=[aáeíiou])"
    "|[õÕ](?![eE])"
    "|ê(?=[bdgkwzjf¹¿œ])|û(?=[zkgjw])"
)
"""What no text of a Western European language holds, when it was read as one."""

_GERMAN = frozenset("äöüÄÖÜß")
_GERMAN_BYTES = "äöüÄÖÜß".encode(WESTERN)
_PLAIN = bytes(range(0x80)) + _GERMAN_BYTES + "–—“’«»·°àâçëéîïôÀÂÉ\xa0".encode(WESTERN)
"""Bytes that no pattern of what is implausible begins with."""
_RUN = re.compile(rb"[\xc0-\xff]{4}")
_LIKELY = {
    "cp1254": "ğışİĞŞçöüÇÖÜâîûêÂÎÛÊäÄß",
    "cp1252": "áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖäüßÄÜ",
    "cp1250": "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřťůžšČĎĚŇŘŤŮŽŠőűŐŰđĐăţşĂŢŞľĺŕĽáíóúýéÁÍÓÚÝÉôâîäöüÄÖÜß",
    "mac-roman": "äöüÄÖÜßéèêëáàâíìîïóòôúùûçñåøæœÅØÆÉÈÀÇ",
    "cp850": "äöüÄÖÜßéèêëáàâíìîïóòôúùûçñåøæÅØÆÉÇ",
    "cp1257": "āčēģīķļņšūžąęėįųĄČĘĖĮŠŲŪŽĀĒĢĪĶĻŅõäöüÕÄÖÜß",
}
"""Letters that texts in a code page consist of, beside the plain ones."""


class Verdict(NamedTuple):
    """The code page of a text, and whether the text proves it or it is only likely."""

    name: str
    is_proven: bool


def words_in(chunks: Iterable[bytes]) -> Counter[bytes]:
    """Count the words that hold more than plain letters."""
    found: Counter[bytes] = Counter()
    for chunk in chunks:
        found.update(_WORD.findall(chunk))
        if len(found) > _MOST_WORDS:
            break
    return found


def is_western(text: str) -> bool:
    """Tell whether a text that was read as Western European can be one."""
    return _IMPLAUSIBLE.search(text) is None


def oddities(chunk: bytes) -> int:
    """Count the places in which a text, read as Western European, cannot be one."""
    if not chunk.translate(None, _PLAIN) and _RUN.search(chunk) is None:
        return 0
    lines = [line for line in chunk.splitlines() if line.translate(None, _PLAIN) or _RUN.search(line)]
    text = "\n".join(line.decode(WESTERN, "replace") for line in lines)
    return sum(1 for _ in _IMPLAUSIBLE.finditer(text))


def german_letters(chunk: bytes) -> int:
    """Count the letters beyond the plain ones that German has."""
    return len(chunk) - len(chunk.translate(None, _GERMAN_BYTES))


def judged(words: Mapping[bytes, int], *, is_western: bool) -> Verdict:
    """Judge the code page of a text by its words; `is_western` says whether it can be Western European."""
    if _is_of_another_script(words):
        return _of_script(words)
    if any(_TURKISH_BYTES.intersection(word) for word in words) and _is_turkish(words):
        return Verdict("cp1254", is_proven=True)
    return Verdict(WESTERN, is_proven=True) if is_western else Verdict(_likely(words), is_proven=False)


def _is_of_another_script(words: Mapping[bytes, int]) -> bool:
    """Tell whether most letters beyond the plain ones stand in words without any plain letter."""
    pure = sum(len(word) * count for word, count in words.items() if len(word) > 2 and _is_pure(word))
    every = sum(sum(byte > 0x7F for byte in word) * count for word, count in words.items())
    return pure * 10 > every * 6


def _is_pure(word: bytes) -> bool:
    return all(byte > 0x7F for byte in word)


def _of_script(words: Mapping[bytes, int]) -> Verdict:
    scores = sorted(((_fit(words, name), name) for name in _SCRIPTS), reverse=True)
    (best, name), (second, _) = scores[0], scores[1]
    letters = sum(sum(byte > 0x7F for byte in word) for word in words)
    weights = _WEIGHTS[_SCRIPTS[name]]
    is_proven = (
        name in _GUESSED
        and best - second >= max(_MARGIN, _MARGIN_IN_ALL / letters)
        and letters >= _FEWEST_LETTERS
        and all(_is_of(weights, word, name) for word in words)
    )
    return Verdict(name, is_proven=is_proven)


def _fit(words: Mapping[bytes, int], name: str) -> float:
    """Say how well words fit a code page: the mean weight of their letters."""
    weights = _WEIGHTS[_SCRIPTS[name]]
    total = number = 0.0
    for word, count in words.items():
        text = word.decode(name, "replace")
        weight = sum(
            weights.get(letter.lower(), _BETWEEN if letter in _PUNCTUATION else _STRANGE)
            for letter in text
            if not letter.isascii()
        )
        weight += (
            _STRANGE
            / 2
            * sum(
                (before.islower() and after.isupper()) or (before in _CLOSING and after.islower())
                for before, after in itertools.pairwise(text)
            )
        )
        unusual = _UNUSUAL.get(_SCRIPTS[name])
        weight += _STRANGE / 2 * (len(unusual.findall(text)) if unusual is not None else 0)
        total += weight * count
        number += count * sum(byte > 0x7F for byte in word)
    return total / (number or 1)


def _is_of(weights: Mapping[str, float], word: bytes, name: str) -> bool:
    """Tell whether each sign of a word belongs to a script, or is one between words."""
    try:
        text = word.decode(name)
    except UnicodeError:
        return False
    return all(letter.isascii() or letter in _PUNCTUATION or letter.lower() in weights for letter in text)


def _is_turkish(words: Mapping[bytes, int]) -> bool:
    """Tell whether words prove Turkish: several of its own letters, each where Turkish has it, and none of others."""
    own: set[str] = set()
    told = 0
    for word in words:
        try:
            text = word.decode("cp1254")
        except UnicodeError:
            return False
        if not _TURKISH_LETTERS.issuperset(letter for letter in text if not letter.isascii()):
            return False
        if not _TURKISH_BYTES.intersection(word):
            continue
        parts = [part for part in re.split(r"[^\w]+", text) if part]
        if not all(_TURKISH_WORD.match(part) for part in parts):
            return False
        own.update(letter for letter in text if letter in "ĞİŞğış")
        told += 1
    return told > 1 and len({letter.lower() for letter in own}) > 1


def _likely(words: Mapping[bytes, int]) -> str:
    """Name the code page in which the words hold most letters that its languages have, and fewest other signs."""

    def fit(name: str) -> int:
        total = 0
        for word, count in words.items():
            text = word.decode(name, "replace")
            own = _LIKELY[name]
            good = sum((letter in own) + (letter in _GERMAN) for letter in text)
            bad = sum(
                not letter.isascii() and letter not in own and letter not in _PUNCTUATION for letter in text
            )
            bad += sum(before.islower() and after.isupper() for before, after in itertools.pairwise(text))
            total += (good - 3 * bad) * count
        return total

    has_icelandic = any(_TURKISH_BYTES.intersection(word) for word in words)
    return max((name for name in _LIKELY if name != WESTERN or has_icelandic), key=fit)
