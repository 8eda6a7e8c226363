"""Decides which claims speak of one entity: pure, and the same whatever came first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allin_hub.entities.match_keys import Rule
from allin_hub.store.claims import Clue

Key = tuple[int, int, int, int | None]
"""A match key: hash, claim, rule, hashed name."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A claim that moves to an entity, and the rule that moved it."""

    claim: int
    entity: str
    rule: str
    score: float


def ties(clues: Mapping[int, Clue], keys: Sequence[Key]) -> list[Tie]:
    """The links that differ from today's.

    Claims with a common key are one entity, unless that would join two that contradict each other:
    two register numbers of one register, or two differently named records of one source.
    `keys` must be in the order of their strength.
    """
    groups = _Groups(clues, keys)
    by_key: dict[int, list[Key]] = {}
    for key in keys:
        by_key.setdefault(key[0], []).append(key)
    for members in by_key.values():
        rule = Rule(members[0][2])
        apart: list[int] = []
        for claim in sorted(
            {key[1] for key in members}, key=lambda one: (clues[one].source, clues[one].digest)
        ):
            if not any(groups.join(other, claim, rule) for other in apart):
                apart.append(claim)
    return _named(clues, groups)


class _Groups:
    def __init__(self, clues: Mapping[int, Clue], keys: Sequence[Key]) -> None:
        self.clues = clues
        self.parent = {id: id for id in clues}
        self.members = {id: [id] for id in clues}
        self.rules: dict[int, Rule] = {}
        self.named: dict[int, dict[str, set[int | None]]] = {
            id: {clue.source: set()} for id, clue in clues.items()
        }
        self.numbers: dict[int, set[int]] = {id: set() for id in clues}
        for key, claim, rule, name in keys:
            self.named[claim][clues[claim].source].add(name)
            if rule == Rule.REGISTER:
                self.numbers[claim].add(key)

    def root(self, id: int) -> int:
        while self.parent[id] != id:
            self.parent[id] = self.parent[self.parent[id]]
            id = self.parent[id]
        return id

    def join(self, one: int, other: int, rule: Rule) -> bool:
        """Make one group of two, unless they contradict each other; whether they are one now."""
        first, second = sorted((self.root(one), self.root(other)))
        if first == second:
            return True
        if self._contradict(first, second, rule):
            return False
        self.parent[second] = first
        self.members[first] += self.members.pop(second)
        self.numbers[first] |= self.numbers.pop(second)
        for source, names in self.named.pop(second).items():
            self.named[first].setdefault(source, set()).update(names)
        for claim in (one, other):
            self.rules.setdefault(claim, rule)
        return True

    def _contradict(self, first: int, second: int, rule: Rule) -> bool:
        """Two differently named records of one source, or register numbers without a common one."""
        ours, theirs = self.named[first], self.named[second]
        if any(len(ours[source] | theirs[source]) > 1 for source in ours.keys() & theirs.keys()):
            return True
        our_numbers, their_numbers = self.numbers[first], self.numbers[second]
        return bool(
            rule > Rule.REGISTER and our_numbers and their_numbers and not our_numbers & their_numbers
        )


def _named(clues: Mapping[int, Clue], groups: _Groups) -> list[Tie]:
    """Give each group its entity's id: one that it has already, else the home of its oldest claim."""
    taken: set[str] = set()
    moved = []
    all_homes = {clue.home_id for clue in clues.values()}
    ordered = sorted(groups.members.values(), key=lambda ids: _seniority(clues, ids))
    for ids in ordered:
        homes = {clues[id].home_id for id in ids}
        # The home of a claim of another group stays free for that one: it may come back to it at any time.
        now_at = {clues[id].entity_id for id in ids} - (all_homes - homes)
        current = sorted(now_at, key=lambda entity: (entity not in homes, entity))
        entity = next(candidate for candidate in (*current, *sorted(homes)) if candidate not in taken)
        taken.add(entity)
        for id in ids:
            if clues[id].entity_id != entity:
                rule = groups.rules.get(id)
                moved.append(Tie(id, entity, rule.name.casefold() if rule else "own", 1.0))
    return moved


def _seniority(clues: Mapping[int, Clue], ids: Sequence[int]) -> tuple[bool, int]:
    """Groups that hold an entity's first claim choose before others, then the one with the oldest claim."""
    at_home = any(clues[id].home_id == clues[id].entity_id for id in ids)
    return (not at_home, min(ids))
