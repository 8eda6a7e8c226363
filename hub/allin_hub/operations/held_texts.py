"""Public texts in which something points to a person, with the rows that they come from, and the office's answers to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from allin_hub.base.bindings import of_raw
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Severity
from allin_hub.config.settings import chosen
from allin_hub.entities.parts import parts_of_persons
from allin_hub.hub import Hub
from allin_hub.operations.quarantine import OpenProblem
from allin_hub.privacy.consent_ledger import ANY_CHANNEL, in_part, released
from allin_hub.privacy.free_text.find import Verdict
from allin_hub.privacy.gate import passes
from allin_hub.privacy.quoting import shown_key
from allin_hub.privacy.released import persons, unread_sources
from allin_hub.privacy.text_gate import HeldText as Remembered
from allin_hub.privacy.text_gate import TextGate, is_agreed, text_at
from allin_hub.store import consents, entities, held_texts, ledger
from allin_hub.store.engine import reading, writing
from allin_hub.store.published_entities import publishable
from allin_schemas import Kind, Purpose

CODES: dict[str, str] = {"held": "PERSON_IN_TEXT", "hinted": "PERSON_HINTED", "asked": "PERSON_ASKED"}
CLASSES = {
    "name": ("Name", "name"),
    "mobile": ("Handynummer", "mobile number"),
    "landline": ("eigene Telefonnummer", "own telephone number"),
    "mail": ("Mailadresse", "mail address"),
    "link": ("Link", "link"),
    "sole_trader": ("Einzelunternehmen unter dem Namen eines Menschen", "sole trader under a person's name"),
    "named_after_person": (
        "Verein, der nur wie ein Mensch heißt",
        "association that is only called like a person",
    ),
    "party": ("Fest eines Menschen", "a person's party"),
}
"""Words for each class, German and English; none may look like a person, or no message would quote it."""
_SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class HeldText:
    """A public text that points to a person.

    `verdict`: held (masked), hinted (shown) or asked (the whole entry waits). `allowed` is the office's answer, None before it.
    `found` names classes, never what was found; `text` is left out of all but the office's own screen.
    """

    id: str
    kind: Kind
    entity: str
    field: str
    found: tuple[str, ...]
    verdict: Literal["held", "hinted", "asked"]
    allowed: bool | None
    source: str | None
    raw: int | None
    key: str | None
    sheet: str | None
    row: int | None
    text: str = dataclasses.field(repr=False, default="")

    def problem(self, number: int) -> OpenProblem:
        """The finding as `allin problems` shows it: source, row, field and class."""
        words = [CLASSES[one] for one in self.found]
        params = {
            "what_de": ", ".join(one[0] for one in words),
            "what_en": ", ".join(one[1] for one in words),
        }
        code = CODES[self.verdict]
        severity = Severity.HINT if self.verdict == "hinted" else Severity.WARNING
        return OpenProblem(
            number, self.source or "", self.raw, "", code, severity, self.key, self.sheet, self.row, None, self.field,
            {**params, "id": self.id, "where": self.field},
        )  # fmt: skip


def all_held_texts(hub: Hub) -> list[HeldText]:
    """List every public text in which something was found, answered or not, in the order of kinds and entities.

    What its persons have agreed to show in public is none.
    """
    found: list[HeldText] = []
    with reading(hub.engine) as connection:
        gate = TextGate(connection, hub)
        shown = _shown_of_persons(connection, hub)
        seen: dict[str, list[Mapping[str, Any] | None]] = {}
        for agreed, parts in shown.values():
            for person in agreed:
                seen.setdefault(person, []).append(parts.get(person))
        public, parts_of = shown[Purpose.DIRECTORY_PUBLIC]
        for kind in Kind:
            of_kind: dict[str, list[tuple[Remembered, str]]] = {}
            for batch in publishable(connection, kind, hub.sealer, unseal=kind is Kind.PERSON):
                for one in batch:
                    texts = {}
                    for fields in seen.get(one.id, [one.fields]) if kind is Kind.PERSON else [one.fields]:
                        passed = passes(kind, fields or one.fields, one.id, seen)
                        for text in gate.held(kind, one.id, passed) if passed else ():
                            written = text_at(passed or {}, text.path)
                            found_here = tuple(
                                (start, end, what, verdict, whose)
                                for start, end, what, verdict, whose in text.found
                                if verdict != Verdict.HELD.value
                                or not is_agreed(written[start:end], whose, kind, one.id, public, parts_of)
                            )
                            if found_here:
                                texts[text.digest] = text._replace(found=found_here), written
                    if texts:
                        of_kind[one.id] = list(texts.values())
            ids = sorted(of_kind)
            stored = entities.load(connection, kind, ids, hub.sealer)
            claims = held_texts.sealed_raws_of(connection, kind, ids)
            for id in ids:
                for text, written in of_kind[id]:
                    place = _place(hub, claims.get(id, ()), stored[id].provenance, text.path)
                    found.append(_held(kind, id, text, written, place, gate.decisions))
    return found


def _shown_of_persons(
    connection: Connection, hub: Hub
) -> dict[Purpose, tuple[Collection[str], Mapping[str, Mapping[str, Any]]]]:
    """Purpose -> who has agreed to it, and of whom only a part may be seen, with that part."""
    events = [] if ledger.faults(connection, hub.sealer) else consents.events(connection)
    everybody = persons(connection, events)
    now = hub.clock()
    unread = unread_sources(consents.last_reads(connection), hub.config.hub.unread_consent_days, now)
    shown: dict[Purpose, tuple[Collection[str], Mapping[str, Mapping[str, Any]]]] = {}
    for purpose in Purpose:
        agreed = released(everybody, events, purpose, ANY_CHANNEL, now, unread)
        shown[purpose] = agreed, parts_of_persons(connection, hub, in_part(everybody, agreed))
    return shown


def _held(
    kind: Kind,
    id: str,
    text: Remembered,
    written: str,
    place: tuple[str | None, int | None, str | None, str | None, int | None],
    decisions: Mapping[bytes, bool],
) -> HeldText:
    verdicts = {verdict for _, _, _, verdict, _ in text.found}
    verdict: Literal["held", "hinted", "asked"] = (
        "asked" if "asked" in verdicts else "held" if "held" in verdicts else "hinted"
    )
    classes = tuple(
        dict.fromkeys(what for _, _, what, one, _ in text.found if verdict != "asked" or one == "asked")
    )
    source, raw, key, sheet, row = place
    key = shown_key(key, of_person=kind is Kind.PERSON)
    return HeldText(
        text.digest.hex()[:_SHORT_ID],
        kind,
        id,
        text.path,
        classes,
        verdict,
        decisions.get(text.digest),
        source,
        raw,
        key,
        sheet,
        row,
        written,
    )


def _place(
    hub: Hub,
    claims: Sequence[tuple[int, str, int, bytes]],
    provenance: Mapping[str, Sequence[int]],
    path: str,
) -> tuple[str | None, int | None, str | None, str | None, int | None]:
    """Source, raw, key, sheet and row of the claim that a text comes from."""
    steps = path.split(".")
    units = [".".join(steps[: len(steps) - at]) for at in range(len(steps))] + ["*"]
    winners = next((provenance[unit] for unit in units if provenance.get(unit)), ())
    chosen_claim = next(
        (one for id in winners for one in claims if one[0] == id), claims[0] if claims else None
    )
    if chosen_claim is None:
        return None, None, None, None, None
    content = hub.sealer.unseal(chosen_claim[3], of_raw(chosen_claim[2]))
    return chosen_claim[1], chosen_claim[2], content["k"], content.get("s"), content.get("r")


def person_problems(hub: Hub, names: Sequence[str] | None = None) -> list[OpenProblem]:
    """The findings that nobody has answered yet, as problems of these sources.

    Raises ConfigError for a name that hub.toml does not know.
    """
    sources = set(chosen(hub.config, "sources", names))
    open_ones = [one for one in all_held_texts(hub) if one.allowed is None and one.source in sources]
    return [one.problem(-number) for number, one in enumerate(open_ones, 1)]


def decide(hub: Hub, yes: Sequence[str], no: Sequence[str]) -> list[HeldText]:
    """Remember the office's answers by the ids of texts, or their beginnings.

    Raises ConfigError for an id that is none, or that several texts begin with.
    """
    known = all_held_texts(hub)
    answers = [(_one(known, word), True) for word in yes] + [(_one(known, word), False) for word in no]
    with reading(hub.engine) as connection:
        gate = TextGate(connection, hub)
        digests = [gate.digest_of(one.kind, one.entity, one.field, one.text) for one, _ in answers]
    with writing(hub.engine, Point.TEXT_DECIDED) as connection:
        for digest, (_, allowed) in zip(digests, answers, strict=True):
            held_texts.decide(connection, digest, allowed, hub.clock())
    return [one for one, _ in answers]


def _one(known: Sequence[HeldText], word: str) -> HeldText:
    found = [one for one in known if one.id.startswith(word.casefold())] if word else []
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError("Several held texts begin with '{word}'.", hint="Write more of the id.", word=word)
    raise ConfigError(
        "There is no held text '{word}'.",
        hint="See all held texts: allin allow. A text that was changed has a new id.",
        word=word,
    )
