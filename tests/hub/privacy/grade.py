"""Grades what is found of persons in the texts of `texts/`, and writes the figures to `texts/graded.json`.

    python -m tests.hub.privacy.grade              grades all sets, prints and writes the figures
    python -m tests.hub.privacy.grade --misses set_a    shows what was missed and wrongly masked in the set for tuning

A wanted stretch is found when held findings cover every letter and digit of it.
A mask is wrong when it touches no wanted stretch.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allin_hub.privacy.free_text.cues import published
from allin_hub.privacy.free_text.find import Context, Finding, Verdict, find
from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.names_of_things import ThingNames

TEXTS = Path(__file__).parent / "texts"
SETS = ("set_a", "set_b", "set_c")
TUNING = "set_a"
"""The only set whose texts may be read by whoever changes the rules."""
CONTACT = ("mobile", "landline", "mail", "link")
SHORT = frozenset(
    [
        "legal_name",
        "other_name",
        "address_extra",
        "place_name",
        "contact_function",
        "reach_note",
        "hours_text",
        "meeting_point",
    ]
)
PLACE = frozenset(["address_extra", "place_name", "hours_text", "meeting_point"])
_WANTED = re.compile(r"\{\{(\w+):(.*?)\}\}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:[*:_/(-]+(?:in|innen)\b\)?)?")
_BESIDE = 3
"""A cue counts as beside a name when no more than so many words stand between."""


class Wanted(NamedTuple):
    """A stretch that may not be shown: its class, and for a name the way in which it can be found."""

    start: int
    end: int
    kind: str
    way: str


class Text(NamedTuple):
    """One text of a set, without its marks."""

    row: Mapping[str, Any]
    text: str
    wanted: list[Wanted]


def texts(name: str) -> Iterator[Text]:
    """Read a set."""
    for line in (TEXTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        pieces: list[str] = []
        wanted: list[tuple[int, int, str]] = []
        at = length = 0
        for match in _WANTED.finditer(row["text"]):
            before = row["text"][at : match.start()]
            pieces += [before, match[2]]
            start = length + len(before)
            length = start + len(match[2])
            wanted.append((start, length, match[1]))
            at = match.end()
        pieces.append(row["text"][at:])
        text = "".join(pieces)
        yield Text(row, text, [Wanted(*one, _way(text, one, row)) for one in wanted])


def _way(text: str, wanted: tuple[int, int, str], row: Mapping[str, Any]) -> str:
    """`known` for a full name that the hub knows, `cue` beside a cue of the list, else `other`; by a check of its own."""
    start, end, kind = wanted
    if kind != "name":
        return ""
    words = {fold(word) for word in re.findall(r"[^\W\d_]+", text[start:end])}
    for name in row.get("known") or ():
        parts = [fold(word) for word in re.findall(r"[^\W\d_]+", name)]
        if len(parts) > 1 and {parts[0], parts[-1]} <= words:
            return "known"
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    before = _words(text[line_start:start])[-_BESIDE:]
    after = _words(text[end : line_end if line_end >= 0 else len(text)])[:1]
    inside = _words(text[start:end])
    titled = inside[:1] if len(inside) > 1 else []
    cues = _cues()
    for position in range(len(before)):
        for length in range(1, len(before) - position + 1):
            if " ".join(before[position : position + length]) in cues and len(before) - position - length < 2:
                return "cue"
    if (titled and titled[0] in cues) or (inside and inside[-1] in cues):
        return "cue"
    return "cue" if after and after[0] in cues else "other"


def _words(text: str) -> list[str]:
    return [fold(re.sub(r"[*:_/(-]+(?:in|innen)\)?$", "", word)) for word in _WORD.findall(text)]


def _cues() -> frozenset[str]:
    """The published cues, folded; the gendered endings written out."""
    found = set()
    for lists in published().values():
        for role in ("titles", "titles_after", "labels", "prepositions", "self"):
            for cue in lists.get(role, ()):
                bare = " ".join(_words(cue.strip("*")))
                found.add(bare)
                if cue.endswith("+"):
                    found |= {bare + "in", bare + "innen"}
    return frozenset(found)


def context_of(row: Mapping[str, Any]) -> Context:
    """What the hub would know where this text stands."""
    own = [row["organisation"]] if row.get("organisation") else []
    if row["kind"] == "organisation" and row.get("entity") and row["entity"] not in own:
        own.append(row["entity"])
    return Context(
        short=row["field"] in SHORT,
        place=row["field"] in PLACE,
        things=ThingNames(own),
        known=KnownNames((name, name) for name in row.get("known") or ()),
    )


def held(found: Sequence[Finding]) -> list[Finding]:
    """What is masked."""
    return [one for one in found if one.verdict is Verdict.HELD]


def is_found(text: str, wanted: Wanted, masks: Sequence[Finding]) -> bool:
    """Whether masks cover each letter and digit of a wanted stretch."""
    return all(
        any(mask.start <= at < mask.end for mask in masks)
        for at in range(wanted.start, wanted.end)
        if text[at].isalnum()
    )


def grade(names: Sequence[str]) -> dict[str, Any]:
    """Count what was found and what was masked wrongly, in one or several sets."""
    found: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    ways: Counter[tuple[str, bool]] = Counter()
    masks: Counter[tuple[str, bool]] = Counter()
    judged = hinted = without = empty = 0
    for name in names:
        for row, text, wanted in texts(name):
            judged += 1
            without += not wanted
            findings = find(text, context_of(row))
            masked = held(findings)
            hinted += len(findings) - len(masked)
            empty += bool(masked) and not wanted
            for one in wanted:
                good = is_found(text, one, masked)
                (found if good else missed)[one.kind, row["lang"]] += 1
                if one.way:
                    ways[one.way, good] += 1
            for mask in masked:
                right = any(one.start < mask.end and mask.start < one.end for one in wanted)
                masks[mask.kind, right] += 1
    kinds = sorted({kind for kind, _ in found | missed})
    languages = sorted({language for _, language in found | missed})
    wrong = sum(count for (_, right), count in masks.items() if not right)
    return {
        "texts": judged,
        "texts_without_people": without,
        "texts_without_people_masked": empty,
        "recall": {
            kind: _share(
                sum(count for (one, _), count in found.items() if one == kind),
                sum(count for (one, _), count in (found + missed).items() if one == kind),
            )
            for kind in kinds
        },
        "contact": _share(
            sum(count for (kind, _), count in found.items() if kind in CONTACT),
            sum(count for (kind, _), count in (found + missed).items() if kind in CONTACT),
        ),
        "names": {
            way: _share(ways[way, True], ways[way, True] + ways[way, False])
            for way in ("cue", "known", "other")
        },
        "names_by_cue_or_known": _share(
            ways["cue", True] + ways["known", True],
            sum(ways[way, good] for way in ("cue", "known") for good in (True, False)),
        ),
        "by_language": {
            language: {
                kind: _share(found[kind, language], found[kind, language] + missed[kind, language])
                for kind in kinds
                if found[kind, language] + missed[kind, language]
            }
            for language in languages
        },
        "masks": sum(masks.values()),
        "masks_wrong": _share(wrong, sum(masks.values())),
        "masks_wrong_by_class": {
            kind: _share(masks[kind, False], masks[kind, False] + masks[kind, True])
            for kind in sorted({kind for kind, _ in masks})
        },
        "hints": hinted,
    }


def _share(some: int, all_of: int) -> list[float]:
    """[how many, of how many, the share]."""
    return [some, all_of, round(some / all_of, 3) if all_of else 0.0]


def digests() -> dict[str, str]:
    """SHA-256 of each set, by which a changed text is noticed."""
    return {name: hashlib.sha256((TEXTS / f"{name}.jsonl").read_bytes()).hexdigest() for name in SETS}


def graded() -> dict[str, Any]:
    """The figures of each set, and of all."""
    return {"all": grade(SETS), **{name: grade([name]) for name in SETS}}


def show_misses(name: str) -> None:
    """Print what was missed and what was masked wrongly; only for the set that rules are tuned by."""
    if name != TUNING:
        raise SystemExit(f"The texts of {name} judge the rules: read only those of {TUNING}.")
    for row, text, wanted in texts(name):
        findings = find(text, context_of(row))
        masked = held(findings)
        missed = [
            f"{one.kind}/{one.way}: {text[one.start : one.end]}"
            for one in wanted
            if not is_found(text, one, masked)
        ]
        wrong = [
            f"{mask.kind}: {text[mask.start : mask.end]}"
            for mask in masked
            if not any(one.start < mask.end and mask.start < one.end for one in wanted)
        ]
        if missed or wrong:
            where = f"{row['lang']} {row['kind']}.{row['field']} ({row.get('organisation')})"
            sys.stdout.write(f"[{where}] {text!r}\n    MISSED {missed}\n    WRONG  {wrong}\n")


def main() -> None:
    """Print the figures and write them."""
    if sys.argv[1:2] == ["--misses"]:
        show_misses(sys.argv[2])
        return
    figures = graded()
    (TEXTS / "graded.json").write_text(
        json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sys.stdout.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
