"""Knows what a capital letter may stand for besides a person: organisations, places, streets, words, the honoured."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path

from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.word_lists import is_family_name, is_noun, listed

_FILE = Path(__file__).parent / "words.toml"
_ADJECTIVE = re.compile(
    r".{2,}(?:lich|isch|ig|bar|sam|los|haft|end|iert|voll|weise)(?:e[rnsm]?)?$|.{5,}(?:ungs?|heit|keit|schaft|tion|taet|ismus|innen|chen)$"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[ivx]{1,5}")
_LONGEST_NAME = 14
"""A longer word without a hyphen is one of those that German puts together."""
_LEAST_BEFORE_ENDING = 4
_SHORTEST_CUT = 6
_LEGAL_FORM = re.compile(r"\b(?:e\.?\s?V|gGmbH|GmbH|UG|gUG|e\.?\s?G|GbR|AG|KG|mbH|Ltd|Inc|i\.?\s?G)\b\.?")


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def grammar(name: str) -> frozenset[str]:
    """Give a list of small words, as they are written."""
    return frozenset(_words()["grammar"][name].split())


@cache
def _set_of(table: str, name: str) -> frozenset[str]:
    found = {fold(word).strip(".") for word in _words()[table][name].split()}
    return frozenset(found | {word.replace("-", " ") for word in found if "-" in word})


@cache
def _endings() -> tuple[str, ...]:
    found = set(_set_of("organisations", "endings") | _set_of("places", "endings"))
    return tuple(sorted(found, key=lambda ending: (-len(ending), ending)))


@lru_cache(maxsize=20_000)
def is_stop(key: str) -> bool:
    """Tell whether a word is never part of a name."""
    return key in _set_of("stops", "words")


@lru_cache(maxsize=20_000)
def names_a_thing(key: str) -> bool:
    """Tell whether a word is one of organisations or places, whole or at its end."""
    if key in _set_of("organisations", "words") or key in _set_of("places", "words"):
        return True
    return any(
        key.endswith(ending) and len(key) - len(ending) >= _LEAST_BEFORE_ENDING for ending in _endings()
    )


@lru_cache(maxsize=20_000)
def is_word(key: str) -> bool:
    """Tell whether something but a name explains a word: a list of words, its ending, an organisation, a place."""
    if is_stop(key) or key in _set_of("common", "words") or names_a_thing(key) or _ADJECTIVE.match(key):
        return True
    if key in cue_words() or _begins_a_cue(key) or len(key) > _LONGEST_NAME or _ROMAN.fullmatch(key):
        return True
    parts = key.split("-")
    if len(parts) > 1:
        if len(parts) > 2 and is_noun(parts[-1]):
            return True
        return names_a_thing(parts[-1]) or all(len(part) < 3 or is_word(part) for part in parts)
    return is_noun(key)


@lru_cache(maxsize=20_000)
def is_thing_word(word: str) -> bool:
    """Tell whether a small word is one of a language and nobody's name: 'naehstube', not 'koch'."""
    spelled = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return any(
        form not in listed("first_names")
        and not is_family_name(form)
        and (names_a_thing(form) or (len(form) > 3 and is_noun(form)))
        for form in {word, spelled}
    )


@cache
def cue_words() -> frozenset[str]:
    """Every word of the published cues: it stands beside a name, and is none."""
    lists = tomllib.loads((_FILE.parent / "cues.toml").read_text(encoding="utf-8"))
    return frozenset(
        fold(word)
        for cues in lists.values()
        for several in cues.values()
        for cue in several
        for word in _LETTERS.findall(cue)
        if len(word) > 2
    )


@cache
def _sorted_cue_words() -> list[str]:
    return sorted(cue_words())


def _begins_a_cue(key: str) -> bool:
    """Whether a word is a cue cut short: 'Ansprech', 'Koordinat'."""
    words = _sorted_cue_words()
    place = bisect_left(words, key)
    return len(key) >= _SHORTEST_CUT and place < len(words) and words[place].startswith(key)


@lru_cache(maxsize=20_000)
def stands_before_a_name(key: str) -> bool:
    """Tell whether a name after this word is a street's or a house's: 'вулиця', 'Schule'."""
    return key in _set_of("places", "before")


@lru_cache(maxsize=20_000)
def stands_after_a_name(key: str) -> bool:
    """Tell whether a name before this word is a street's or a house's: 'Stiftung', 'Sokağı'."""
    return key in _set_of("places", "after")


def needs_a_name(title: str) -> bool:
    """Tell whether a title is a word of daily life, so that only a listed or unexplained name makes it one: Oma, Meister."""
    return title in _set_of("honoured", "kinship")


@lru_cache(maxsize=20_000)
def is_sign_of_honour(key: str) -> bool:
    """Tell whether a word before a name says that the person is dead or honoured: 'Stolpersteine', 'zum Gedenken an'."""
    return any(key.startswith(sign) for sign in _set_of("honoured", "signs"))


@cache
def honoured() -> dict[str, list[tuple[str, ...]]]:
    """Names of the honoured and the dead, by their first word."""
    return phrases(_words()["honoured"]["names"].split(","))


def words_of(names: Iterable[str]) -> frozenset[str]:
    """Every word of some names."""
    return frozenset(fold(word) for name in names for word in _LETTERS.findall(name))


def phrases(names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """Names of several words, by their first word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        words = tuple(map(fold, _LETTERS.findall(name)))
        if words:
            found.setdefault(words[0], []).append(words)
    for several in found.values():
        several.sort(key=len, reverse=True)
    return found


# First names

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "i", "і": "i",
        "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "", "ю": "iu", "я": "ia", "э": "e",
        "ы": "y", "'": "",
    }
)  # fmt: skip
_CASES = re.compile(r"(?:ого|ому|ою|ею|єю|ией|ією|ой|ей|ої|ий|им|ым|ом|ем|ая|ую|у|ю|а|я|е|є|і|ї|и|ы|о|ь|й)$")
_NOMINATIVES = ("", "а", "я", "о", "й", "ь", "ія", "ия", "ій", "ий")


def stem(key: str) -> str:
    """A Cyrillic word without the ending of its case; others as they are."""
    return _CASES.sub("", key, count=1) if "а" <= key[:1] <= "ґ" and len(key) > 3 else key


@lru_cache(maxsize=50_000)
def is_first_name(key: str) -> bool:
    """Tell whether a word is a listed first name and hardly anything else."""
    if len(key) < 3 or key in _set_of("organisations", "words"):
        return False
    return any(_is_listed(form) for form in forms_of(key))


def _is_listed(key: str) -> bool:
    if key in grammar("word_names"):
        return False
    return key in listed("first_names") and key not in listed("first_names_rare") and not is_stop(key)


@lru_cache(maxsize=20_000)
def may_be_first_name(key: str) -> bool:
    """Tell whether a word is a first name that is a word, too: Rosa, Wolf."""
    return not is_stop(key) and (
        key in grammar("word_names") or any(form in listed("first_names") for form in forms_of(key))
    )


def may_follow(key: str) -> bool:
    """Tell whether a small word is a second first name, too: Fatma Nur, Ayşe Su."""
    return key in grammar("word_names")


def forms_of(key: str) -> list[str]:
    """A word as lists may have it: without the ending of a case, without a letter in front, in Latin letters."""
    found = [key]
    first = key[0]
    if "-" in key:
        found.append(key.split("-")[0])
    if "а" <= first <= "ґ":
        base = stem(key)
        if len(base) > 2:
            found += [base + ending for ending in _NOMINATIVES]
        latin = [form.translate(_CYRILLIC) for form in found]
        found += latin + [form.replace("i", "y") for form in (latin[0],)]
    elif "\u0600" <= first <= "\u06ff":
        if first in "وبلك" and len(key) > 3:
            found.append(key[1:])
    elif key.endswith("s") and len(key) > 4:
        found.append(key[:-1])
    if "ae" in key or "oe" in key or "ue" in key:
        found.append(key.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
    return found


@lru_cache(maxsize=50_000)
def bare_forms(key: str) -> tuple[str, ...]:
    """A word without what its case adds: 'kemal'i', 'шевченка', 'luthers'."""
    found = []
    if "'" in key:
        found.append(key.partition("'")[0])
    if "а" <= key[0] <= "ґ":
        found += [stem(key) + ending for ending in _NOMINATIVES]
    elif key.endswith("s") and len(key) > 4:
        found.append(key[:-1])
    elif "\u0600" <= key[0] <= "\u06ff" and key[0] in "وبلك" and len(key) > 3:
        found.append(key[1:])
    return tuple(found)


# What the hub itself knows


class ThingNames:
    """Names of organisations, places and streets that the hub knows: they explain capitals, and win over persons."""

    def __init__(
        self, own: Sequence[str] = (), others: Iterable[str] = (), words: Iterable[str] = ()
    ) -> None:
        self.own = tuple(own)
        self.words = frozenset(map(fold, words))
        self.phrases = phrases(name for name in others if is_things_name(name))

    @cached_property
    def own_phrases(self) -> dict[str, list[tuple[str, ...]]]:
        """The entity's own names by their first word."""
        return phrases(name for name in self.own if is_things_name(name))

    @cached_property
    def _own_words(self) -> frozenset[str]:
        return frozenset(
            word
            for name in self.own
            for word in map(fold, _LETTERS.findall(_LEGAL_FORM.sub(" ", name)))
            if len(word) > 1 and not is_stop(word)
        )

    @cached_property
    def _run(self) -> str:
        return "".join(fold(word) for word in _LETTERS.findall(" ".join(self.own[:1])))

    def about(self, own: Sequence[str]) -> ThingNames:
        """The same for another entity, with its own names; nothing is read again."""
        made = ThingNames(own)
        made.words, made.phrases = self.words, self.phrases
        return made

    def has_word(self, word: str) -> bool:
        """Tell whether a word is one of the entity's own name."""
        if word in self._own_words:
            return True
        return len(word) > 5 and any(
            len(other) > 4 and (word in (f"{other}verein", f"{other}ev") or word.startswith(other + "ev"))
            for other in self._own_words
        )

    def know(self, word: str) -> bool:
        """Tell whether a word is of any name here, in whatever case it stands."""
        return any(
            form in self._own_words or form in self.own_phrases or form in self.phrases or form in self.words
            for form in (word, *bare_forms(word))
        )

    def has_run_of(self, words: Sequence[str]) -> bool:
        """Tell whether words, written together, begin or make up the entity's own name: `choralpha@`."""
        run = "".join(words).removesuffix("ev")
        return len(run) > 3 and bool(self._run) and (self._run.startswith(run) or run == self._initials())

    def _initials(self) -> str:
        return "".join(word[0] for word in _LETTERS.findall(" ".join(self.own[:1]))).casefold()

    def has_domain(self, domain: str) -> bool:
        """Tell whether a domain is called like the entity."""
        label = re.sub(r"[^a-z]", "", fold(domain.split(".")[-2])) if "." in domain else ""
        return len(label) > 3 and bool(self._run) and (label in self._run or self._run in label)


def is_things_name(name: str) -> bool:
    """Tell whether a name is an organisation's: by its legal form, its words, or because no person is called so."""
    return not is_persons_name(name)


@lru_cache(maxsize=20_000)
def is_persons_name(name: str) -> bool:
    """Tell whether a whole name is only a person's: two to four words, none of organisations, the last unexplained.

    With a listed first name at the beginning the last may be a word: Ulrike Mondschein.
    """
    if _LEGAL_FORM.search(name):
        return False
    bare = re.sub(r"\([^()]{0,80}\)", " ", name)
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", bare)
    if not 2 <= len(words) <= 4 or re.search(r"[\d&+/@|:]", bare):
        return False
    keys = [fold(word) for word in words]
    if any(
        key in _set_of("organisations", "words") or names_an_organisation(key) or is_stop(key) for key in keys
    ):
        return False
    if not all(word[0].isupper() or not word[0].islower() for word in words):
        return False
    if tuple(keys) in {one for several in honoured().values() for one in several}:
        return False
    if stands_before_a_name(keys[0]) or stands_after_a_name(keys[-1]):
        return False
    if is_first_name(keys[0]) or (is_first_name(keys[-1]) and not is_word(keys[0])):
        return not (len(keys) == 2 and keys[-1] in _set_of("places", "words"))
    if "\u0600" <= words[0][0] <= "\u06ff":
        return False
    if ord(words[0][0]) > 0x24F:
        return any(is_first_name(key) for key in keys)
    return not is_word(keys[-1]) and not words[-1].isupper()


@lru_cache(maxsize=20_000)
def names_an_organisation(key: str) -> bool:
    """Tell whether a word is one of organisations, whole or at its end."""
    if key in _set_of("organisations", "words"):
        return True
    return any(
        key.endswith(ending) and len(key) - len(ending) >= _LEAST_BEFORE_ENDING
        for ending in _set_of("organisations", "endings")
    )
