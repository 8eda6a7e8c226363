"""The gate of texts: what points to a person in a public text is masked before an output sees it.

A look at a text costs more than all else of a publish. So findings are remembered by entity, and only what has changed
since is looked at again; a new name of a person or an association means a new look at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson
from sqlalchemy import Connection

from allin_hub.base.bindings import of_entity
from allin_hub.base.ids import slug
from allin_hub.hub import Hub
from allin_hub.privacy.free_text.asked import is_party, question
from allin_hub.privacy.free_text.contact_data import judge_link, kind_of_number
from allin_hub.privacy.free_text.cues import Role, cue_at
from allin_hub.privacy.free_text.find import (
    Context,
    Finding,
    Verdict,
    contact_key,
    explained_by,
    find,
    is_plain,
    persons_in_host,
)
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.masks import is_only_masks, mask, mask_word
from allin_hub.privacy.free_text.names_of_things import (
    ThingNames,
    is_things_name,
    words_of,
)
from allin_hub.privacy.free_text.tokens import tokens_of
from allin_hub.privacy.public_texts import Mode, PublicText, public_texts, text_fields
from allin_hub.store import entities, held_texts, runs
from allin_schemas import ENTITIES, Kind
from allin_schemas.reading.districts import DISTRICTS

RULES = 6
"""Raised with each change of rules or lists, so that all texts are looked at again."""
ASKED = "asked"
_WITHOUT_WHICH_NOTHING = ("text", "scheme", "value", "number")
"""What a text in a language, a number of a register and a telephone are nothing without."""
_NAMING = frozenset({"name", "given", "family", "email", "phones", "legal_name", "alternate_names", "type"})
_KIND_WORDS = {
    "event": {
        "de": "Veranstaltung", "en": "Event", "tr": "Etkinlik", "ar": "فعالية",
        "uk": "Подія", "ru": "Мероприятие", "fa": "برنامه",
    },
    "opportunity": {
        "de": "Mitmachen", "en": "Volunteering", "tr": "Gönüllülük", "ar": "تطوع",
        "uk": "Волонтерство", "ru": "Волонтёрство", "fa": "داوطلبی",
    },
    "service": {
        "de": "Angebot", "en": "Service", "tr": "Hizmet", "ar": "خدمة",
        "uk": "Послуга", "ru": "Услуга", "fa": "خدمت",
    },
    "project": {
        "de": "Projekt", "en": "Project", "tr": "Proje", "ar": "مشروع",
        "uk": "Проєкт", "ru": "Проект", "fa": "پروژه",
    },
    "organisation": {
        "de": "Verein", "en": "Association", "tr": "Dernek", "ar": "جمعية",
        "uk": "Спілка", "ru": "Объединение", "fa": "انجمن",
    },
}  # fmt: skip
"""What stands for a title of which nothing is left."""
_BESIDE = re.compile(r"[:=(\[,;/|\n–—]\s*$|\s-\s*$")
_CARE_OF = re.compile(r"(?i)c/o\b|z\. ?H(?:d\.|\.)")
_LONGEST_LABEL = 4
_SHORT = frozenset[Mode]({"names", "place"})
_READ = frozenset[Mode]({"prose", "rule", "id", "terms"}) | _SHORT
"""Modes of texts that are read for words; telephones and links are judged in other ways."""
_NO_LETTERS = re.compile(r"[\W\d_]+")
_OWNERS = ("organiser_org_id", "provider_org_id", "org_id")


class HeldText(NamedTuple):
    """A public text in which something was found: where, its digest, and each finding as it is kept."""

    path: str
    digest: bytes
    found: tuple[tuple[int, int, str, str, Sequence[str]], ...]


class Shown(NamedTuple):
    """An entity as an output may see it, and a mark that changes with what is masked."""

    fields: dict[str, Any]
    mark: str


class TextGate:
    """Looks at the texts of entities with all that the hub knows; one for each view."""

    def __init__(self, connection: Connection, hub: Hub) -> None:
        self._connection = connection
        self._hub = hub
        self._seq = entities.last_seq(connection)
        self._language = hub.config.hub.languages[0]
        holding = sorted(name for name, one in hub.config.sources.items() if one.names_in_text == "hold")
        self._holding = frozenset(holding)
        self._version = f"{RULES}:{','.join(holding)}"
        self._loaded: dict[Kind, dict[str, list[HeldText]]] = {}
        self._stale: dict[Kind, frozenset[str] | None] = {}
        self._new: dict[Kind, dict[str, list[HeldText]]] = {}
        self._plain_texts: dict[tuple[str, Mode], frozenset[str] | None] = {}
        """Text and mode -> the words that an entity's own name must not have, for the text to be plain; None where it is not."""
        self.masked: dict[tuple[Kind, str], list[str]] = {}
        """What was masked in what was shown, and what may not be shown before an answer: the paths of its texts."""

    def fingerprint(self) -> list[Any]:
        """What masks depend on besides the entities: rules, settings, decisions."""
        return [self._version, sorted((digest.hex(), allowed) for digest, allowed in self.decisions.items())]

    @cached_property
    def decisions(self) -> dict[bytes, bool]:
        """What the office said to texts."""
        return held_texts.decisions(self._connection)

    # What is remembered

    def held(self, kind: Kind, id: str, fields: Mapping[str, Any]) -> list[HeldText]:
        """What is found in an entity's texts: remembered, or looked at now."""
        if kind is Kind.PERSON:
            return self._look(kind, id, fields)  # a consent, which is no change of the entity, may show it
        if kind not in self._loaded:
            self._load(kind)
        stale = self._stale[kind]
        if stale is not None and id not in stale:
            return self._loaded[kind].get(id, [])
        found = self._look(kind, id, fields)
        self._new[kind][id] = found
        return found

    def _load(self, kind: Kind) -> None:
        self._new[kind] = {}
        self._loaded[kind] = {}
        written = runs.fact(self._connection, f"texts:{kind.value}")
        state = orjson.loads(written) if written else {}
        self._stale[kind] = None
        if state.get("version") != self._version:
            return
        changed = set()
        for changed_kind, id, op, units in held_texts.changed_since(self._connection, state["seq"]):
            if changed_kind in {Kind.PERSON.value, Kind.ORGANISATION.value} and (
                op != "changed" or not _NAMING.isdisjoint(orjson.loads(units))
            ):
                return
            if changed_kind == kind.value:
                changed.add(id)
        self._stale[kind] = frozenset(changed)
        for id, path, digest, found in held_texts.found_of(self._connection, kind):
            one = HeldText(
                path, bytes(digest), tuple((*some[:4], tuple(some[4])) for some in orjson.loads(found))
            )
            self._loaded[kind].setdefault(id, []).append(one)

    def save(self, connection: Connection) -> None:
        """Remember what was looked at, unless a change has come between."""
        for kind, found in self._new.items():
            stale = self._stale[kind]
            if stale is not None and not stale:
                continue
            rows = [
                (kind.value, id, one.path, one.digest, orjson.dumps(one.found).decode())
                for id, several in found.items()
                for one in several
            ]
            held_texts.replace_found(connection, kind, stale, rows)
            state = {"seq": self._seq, "version": self._version}
            runs.save_fact(connection, f"texts:{kind.value}", orjson.dumps(state).decode())

    # Looking

    @cached_property
    def _people(self) -> tuple[KnownNames, dict[str, frozenset[str]]]:
        """Full names of all persons whom the hub knows, and whose their mails and numbers are; in memory only."""
        names: list[tuple[str, str]] = []
        owners: dict[str, set[str]] = {}
        for id, sealed in held_texts.sealed_persons(self._connection):
            data = self._hub.sealer.unseal(sealed, of_entity(Kind.PERSON.value, id))
            names += [(name, id) for name in _names_of(data)]
            for written in _contacts_of(data):
                owners.setdefault(contact_key(written), set()).add(id)
        return KnownNames(names), {key: frozenset(ids) for key, ids in owners.items()}

    @cached_property
    def _organisations(self) -> dict[str, str]:
        return held_texts.organisation_names(self._connection)

    @cached_property
    def _things(self) -> ThingNames:
        districts = (
            word for name, more in DISTRICTS.items() for word in re.findall(r"[^\W\d_]{4,}", f"{name} {more}")
        )
        return ThingNames((), self._organisations.values(), districts)

    @cached_property
    def _from_holding(self) -> Collection[str]:
        """Entities of which a source says that names are held, not only hinted at."""
        if not self._holding:
            return ()
        credits_of = entities.credits_of(self._connection)
        return {
            id for id, several in credits_of.items() if any(source in self._holding for source, _ in several)
        }

    def _look(self, kind: Kind, id: str, fields: Mapping[str, Any]) -> list[HeldText]:
        asked = question(kind, fields)
        own_words = words_of(self._called(kind, fields))
        texts = [
            text
            for field in text_fields(kind)
            if (value := fields.get(field)) is not None
            for text in public_texts(field, _opened(value))
            if text.path == "host_name"
            or _is_title_of_a_party(kind, text)
            or (asked is not None and text.path == asked.field)
            or not self._is_plain(text, own_words)
        ]
        if not texts:
            return []
        known, owners = self._people
        own = self._own_names(kind, fields)
        prose = Context(
            things=self._things.about(own), known=known, owners=owners, hold_hints=id in self._from_holding
        )
        called_after = frozenset(
            owner for name in own for *_, whose in known.found(name, tokens_of(name)) for owner in whose
        )
        found: list[HeldText] = []
        for text in texts:
            named = text.path == "host_name" or (text.path == "name" and kind is Kind.ORGANISATION)
            several = (
                _in_organisations_name(text, prose.known) if named else _findings(text, prose, called_after)
            )
            if _is_title_of_a_party(kind, text):
                several = [Finding(0, len(text.text), "name", Verdict.HELD)]
            if asked is not None and text.path == asked.field:
                several = [*several, Finding(0, len(text.text), asked.kind, Verdict.ASKED)]
            if several:
                kept = tuple((*one[:3], one.verdict.value, tuple(sorted(one.whose))) for one in several)
                found.append(HeldText(text.path, self.digest_of(kind, id, text.path, text.text), kept))
        return found

    def _is_plain(self, text: PublicText, own_words: frozenset[str]) -> bool:
        """Whether a text is one of those that stand there again and again, and tell nobody's name: towns, topics, fees."""
        if text.mode not in _READ:
            return False
        at = text.text, text.mode
        if at not in self._plain_texts:
            short = text.mode in _SHORT
            context = Context(short, things=self._things, known=self._people[0])
            plain = is_plain(text.text, context)
            self._plain_texts[at] = explained_by(text.text, short=short) if plain else None
        explained = self._plain_texts[at]
        return explained is not None and explained.isdisjoint(own_words)

    def _called(self, kind: Kind, fields: Mapping[str, Any]) -> list[str]:
        """The name of an organisation, or of those to which something else belongs."""
        if kind is Kind.ORGANISATION:
            return [str(fields.get("name") or "")]
        return [self._organisations.get(str(fields[name]), "") for name in _OWNERS if fields.get(name)]

    def _own_names(self, kind: Kind, fields: Mapping[str, Any]) -> Sequence[str]:
        bare = [_without(name, in_name(name)) for name in self._called(kind, fields) if name]
        return [name for name in bare if name.strip() and is_things_name(name)]

    def digest_of(self, kind: Kind, id: str, path: str, text: str) -> bytes:
        """The keyed digest under which the office's answer to a text is remembered."""
        return self._hub.sealer.hash_text("public text", "\x1f".join((kind.value, id, path, text)))

    # Showing

    def shown(
        self,
        kind: Kind,
        id: str,
        fields: dict[str, Any],
        consenting: Container[str],
        parts: Mapping[str, Mapping[str, Any]],
    ) -> Shown | None:
        """An entity with its held texts masked; None where the office has to answer first.

        What points to a person who is `consenting` stays; of one who has agreed to a part of what is known of her, that part.
        """
        held = self.held(kind, id, fields)
        if not held:
            return Shown(fields, "")
        changed: dict[str, Any] = {}
        mark = hashlib.blake2b(digest_size=8)
        for one in held:
            said = self.decisions.get(one.digest)
            if said:
                continue
            if any(verdict == ASKED for *_, verdict, _ in one.found):
                self.masked[kind, id] = [one.path]
                return None
            findings = [
                Finding(start, end, what, Verdict.HELD)
                for start, end, what, verdict, whose in one.found
                if (verdict == Verdict.HELD.value or said is False)
                and not is_agreed(text_at(fields, one.path)[start:end], whose, kind, id, consenting, parts)
            ]
            if findings:
                self.masked.setdefault((kind, id), []).append(one.path)
                mark.update(one.digest + repr([finding[:2] for finding in findings]).encode())
                field = one.path.partition(".")[0]
                if field not in changed:
                    changed[field] = _opened(fields[field])
                changed[field] = self._masked(kind, changed[field], one.path, findings)
        if not changed:
            return Shown(fields, "")
        made = {**fields, **{name: _without_gaps(value) for name, value in changed.items()}}
        shown = {name: value for name, value in made.items() if value is not None}
        return Shown(shown, mark.hexdigest())

    def address(self, kind: Kind, id: str, name: str, fields: Mapping[str, Any], shown: Shown) -> str:
        """The entity's name in files and addresses: made of the id alone where it tells of a person whom the title does not show.

        It was made of the entity's first title, and what stood there may be masked or mended by now.
        """
        title = ENTITIES[kind].title_field
        if kind is Kind.PERSON or name == slug(str(shown.fields.get(title) or ""), id):
            return name
        words = name.removesuffix(slug("", id)).replace("-", " ").title()
        known, owners = self._people
        context = Context(
            things=self._things.about(self._own_names(kind, fields)), known=known, owners=owners
        )
        tells = (
            shown.fields.get(title) != fields.get(title)
            or question(kind, {**fields, title: words}) is not None
            or any(one.verdict is Verdict.HELD for one in find(words, context))
        )
        return slug("", id) if tells else name

    def _masked(self, kind: Kind, value: Any, path: str, findings: Sequence[Finding]) -> Any:
        steps: list[str | int] = [int(step) if step.isdigit() else step for step in path.split(".")[1:]]
        language = _language_of(path) or self._language
        words = _KIND_WORDS.get(kind.value, {}) if path == ENTITIES[kind].title_field else {}
        needed = path.endswith((".title", ".role"))
        word = mask_word(language) if needed else words.get(language, words.get("en"))
        return _with_mask(value, steps, findings, language, word)


@lru_cache(maxsize=2_000)
def in_name(name: str) -> tuple[Finding, ...]:
    """What an organisation's name says of a person beside it, 'Chor Alpha (Kontakt: …)'; its own words explain nothing here.

    A person after whom it is called stands in it without such a sign: 'Imam Ali Moschee'.
    """
    return tuple(
        one
        for one in find(name, Context())
        if one.verdict is Verdict.HELD and (one.kind != "name" or _stands_beside(name, one.start))
    )


def _in_organisations_name(text: PublicText, known: KnownNames) -> list[Finding]:
    """What the name of an organisation tells of a person; one that the hub does not know may be no organisation."""
    found = [*in_name(text.text), *hinted_in_name(text.text)]
    if text.path != "host_name":
        return found
    tokens = tokens_of(text.text)
    persons = [
        Finding(tokens[first].start, tokens[after - 1].end, "name", Verdict.HELD, whose)
        for first, after, whose in known.found(text.text, tokens)
    ]
    persons += [
        Finding(start, end, "name", Verdict.HELD)
        for start, end in persons_in_host(text.text)
        if not _overlaps(start, end, persons)
    ]
    return sorted([*persons, *(one for one in found if not _overlaps(one.start, one.end, persons))])


def _overlaps(start: int, end: int, taken: Iterable[Finding]) -> bool:
    return any(one.start < end and start < one.end for one in taken)


def _is_title_of_a_party(kind: Kind, text: PublicText) -> bool:
    """Whether one date of a series has a title of its own, and it tells of a person's party."""
    is_own = text.path.startswith("overrides.") and text.path.endswith(".title")
    return kind is Kind.EVENT and is_own and is_party(text.text)


def hinted_in_name(name: str) -> list[Finding]:
    """Find whom an organisation may be called after, by a first and a family name: 'Nachbarschaftshilfe Anna Muster'."""
    return [
        one
        for one in find(name, Context())
        if one.verdict is Verdict.HINTED and len(tokens_of(name[one.start : one.end])) > 1
    ]


def _stands_beside(name: str, start: int) -> bool:
    """Whether what begins here is set off from an organisation's name, or follows a label."""
    if _BESIDE.search(name, 0, start) or _CARE_OF.match(name, start):
        return True
    before = name[:start]
    tokens = tokens_of(before)
    hits = [cue_at(before, tokens, at) for at in range(max(0, len(tokens) - _LONGEST_LABEL), len(tokens))]
    return any(hit is not None and hit.cue.role is Role.LABEL and hit.end == len(tokens) for hit in hits)


def _without(text: str, findings: Iterable[Finding]) -> str:
    """A text without what was found in it."""
    for one in sorted(findings, reverse=True):
        text = text[: one.start] + " " + text[one.end :]
    return text


def _findings(text: PublicText, prose: Context, own: frozenset[str]) -> list[Finding]:
    """What is found in a text; `own` are the persons after whom its organisation is called."""
    if text.mode == "phone":
        mobile = kind_of_number(text.text) == "mobile"
        owner = prose.owners.get(contact_key(text.text), frozenset())
        return [Finding(0, len(text.text), "mobile", Verdict.HELD, owner)] if mobile else []
    if text.mode in {"link", "image"}:
        words = _NO_LETTERS.sub(" ", unquote(text.text))
        named = [whose - own for *_, whose in prose.known.found(words, tokens_of(words)) if whose - own]
        if named:
            return [Finding(0, len(text.text), "link", Verdict.HELD, frozenset().union(*named))]
        judged = judge_link(text.text, prose.things) if text.mode == "link" else None
        verdict = Verdict.HELD if judged and (judged[0] or prose.hold_hints) else Verdict.HINTED
        return [Finding(0, len(text.text), "link", verdict)] if judged else []
    if text.mode == "id":  # the UID of a calendar's entry looks like a mail or a number
        found = [one for one in find(text.text, prose) if one.kind == "name" and one.verdict is Verdict.HELD]
        return [Finding(0, len(text.text), "name", Verdict.HELD, one.whose) for one in found[:1]]
    if text.mode in _SHORT:
        name = text.path in {"legal_name", "short_name"} or text.path.startswith("alternate_names")
        context = Context(
            True, text.mode == "place" or name, prose.things, prose.known, prose.owners, prose.hold_hints
        )
        return find(text.text, context)
    found = find(text.text, replace(prose, hold_hints=True) if text.mode == "terms" else prose)
    if text.mode == "rule" and any(one.verdict is Verdict.HELD for one in found):
        return [Finding(0, len(text.text), "name", Verdict.HELD)]  # half a rule says other dates
    return found


def is_agreed(
    words: str,
    whose: Collection[str],
    kind: Kind,
    id: str,
    consenting: Container[str],
    parts: Mapping[str, Mapping[str, Any]],
) -> bool:
    """Tell whether everybody whose words of a text may be has agreed to them; one no of two who have a name holds it."""
    everybody = all(one in consenting or (kind is Kind.PERSON and one == id) for one in whose)
    return bool(whose) and everybody and _is_released(words, whose, parts)


def _is_released(words: str, whose: Iterable[str], parts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether these words stand in the part that each of these persons has agreed to, where it is a part."""
    for part in (parts[person] for person in whose if person in parts):
        released = {contact_key(written) for written in _contacts_of(part)}
        names = KnownNames((name, "") for name in _names_of(part))
        if contact_key(words) not in released and not any(names.found(words, tokens_of(words))):
            return False
    return True


def _contacts_of(data: Mapping[str, Any]) -> list[str]:
    every = (data.get("email"), *(phone["number"] for phone in data.get("phones") or ()))
    return [written for written in every if written]


def _names_of(data: Mapping[str, Any]) -> set[str]:
    names = {str(data.get("name") or "")}
    if data.get("given") and data.get("family"):
        names.add(f"{data['given']} {data['family']}")
    return names - {""}


def _opened(value: Any) -> Any:
    """A collection that was left as text, read; anything else as it is."""
    return orjson.loads(orjson.dumps(value)) if isinstance(value, orjson.Fragment) else value


def _language_of(path: str) -> str | None:
    parts = path.split(".")
    return parts[1] if parts[0] == "description" and len(parts) > 1 else None


def text_at(fields: Mapping[str, Any], path: str) -> str:
    """The text at the end of a path of an entity's fields; a telephone's number."""
    first, *steps = path.split(".")
    value = _opened(fields[first])
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return str(value.get("number") if isinstance(value, dict) else value)


def _with_mask(
    value: Any, steps: Sequence[str | int], findings: Sequence[Finding], language: str, word: str | None
) -> Any:
    """A value with the text at the end of these steps masked; None where only a mask would be left and no word stands for it."""
    if not steps:
        if not isinstance(value, str):
            return None
        text = mask(value, findings, language)
        return word if is_only_masks(text) else text
    step, rest = steps[0], steps[1:]
    made: Any = list(value) if isinstance(value, list) else dict(value)
    made[step] = _with_mask(made[step], rest, findings, language, word)
    return made


def _without_gaps(value: Any) -> Any:
    """A value without what was left out of it."""
    if isinstance(value, list):
        return [kept for item in value if (kept := _without_gaps(item)) is not None]
    if isinstance(value, dict):
        if any(value.get(name, "") is None for name in _WITHOUT_WHICH_NOTHING):
            return None
        return {name: kept for name, item in value.items() if (kept := _without_gaps(item)) is not None}
    return value
