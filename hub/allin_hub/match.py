"""Decides which claims speak of one entity: pure, and the same whatever came first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allin_hub.clues import Rule
from allin_hub.store.claims import Clue

Key = tuple[bytes, int, int, bytes | None]
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
    by_key: dict[bytes, list[Key]] = {}
    for key in keys:
        by_key.setdefault(key[0], []).append(key)
    for members in by_key.values():
        for other in members[1:]:
            groups.join(members[0][1], other[1], Rule(other[2]))
    return _named(clues, groups)


class _Groups:
    def __init__(self, clues: Mapping[int, Clue], keys: Sequence[Key]) -> None:
        self.clues = clues
        self.parent = {id: id for id in clues}
        self.members = {id: [id] for id in clues}
        self.rules: dict[int, Rule] = {}
        self.names = {claim: name for _, claim, _, name in keys if name is not None}
        self.numbers: dict[int, set[bytes]] = {}
        for key, claim, rule, _ in keys:
            if rule == Rule.REGISTER:
                self.numbers.setdefault(claim, set()).add(key)

    def root(self, id: int) -> int:
        while self.parent[id] != id:
            self.parent[id] = self.parent[self.parent[id]]
            id = self.parent[id]
        return id

    def join(self, one: int, other: int, rule: Rule) -> None:
        if one not in self.clues or other not in self.clues:
            return
        first, second = sorted((self.root(one), self.root(other)))
        if first == second or (rule > Rule.IDENTIFIER and self._contradict(first, second)):
            return
        self.parent[second] = first
        self.members[first] += self.members.pop(second)
        for claim in (one, other):
            self.rules.setdefault(claim, rule)

    def _contradict(self, first: int, second: int) -> bool:
        """Two differently named records of one source, or two sets of register numbers without a common one."""
        ours, theirs = self.members[first], self.members[second]
        for one in ours:
            for other in theirs:
                if self.clues[one].source == self.clues[other].source and self.names.get(
                    one
                ) != self.names.get(other):
                    return True
        our_numbers = set().union(*(self.numbers.get(id, set()) for id in ours))
        their_numbers = set().union(*(self.numbers.get(id, set()) for id in theirs))
        return bool(our_numbers and their_numbers and not our_numbers & their_numbers)


def _named(clues: Mapping[int, Clue], groups: _Groups) -> list[Tie]:
    """Give each group its entity's id: one that it has already, else the home of its oldest claim."""
    taken: set[str] = set()
    moved = []
    ordered = sorted(groups.members.values(), key=lambda ids: _seniority(clues, ids))
    for ids in ordered:
        homes = {clues[id].home_id for id in ids}
        current = sorted(
            {clues[id].entity_id for id in ids} - taken, key=lambda entity: (entity not in homes, entity)
        )
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
