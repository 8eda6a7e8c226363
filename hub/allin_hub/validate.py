"""Makes claims of drafts: reads what people wrote, checks the model's rules, and reports every problem of a record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from allin_hub.answers import agreed
from allin_hub.columns import ColumnMap
from allin_hub.drafts import Answer, Parts, Way, localized_value, texts, ways
from allin_hub.problems import Problem, Severity
from allin_hub.roles import person_type
from allin_schemas import ENTITIES, Kind, PersonType, Purpose, claim_of
from allin_schemas.marks import Private, marked
from allin_schemas.reading import Context, Reading, is_role_address, is_role_name, name_key, read

MISSING = {"name": "NAME_MISSING", "title": "TITLE_MISSING", "start": "START_MISSING"}
SCRIPTS = (("\u0600", "\u06ff", "ar"), ("\u0400", "\u04ff", "uk"), ("\u1200", "\u137f", "ti"))
_OTHER_SCRIPT = re.compile("[\u0400-\u04ff\u0600-\u06ff\u1200-\u137f]")
_PRIVATE = re.compile(r"\bprivat", re.IGNORECASE)
_FEW = 50_000


@dataclass(slots=True)
class Checked:
    """A claim that keeps the model's rules, not yet written. `slot` is empty for the record itself."""

    kind: Kind
    slot: str
    data: dict[str, Any]
    references: dict[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What became of one raw: its claims, the record's own first, and all its problems."""

    claims: list[Checked] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the record waits in quarantine; then its claims are not written."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(slots=True)
class Place:
    """Where a record stands, for its problems."""

    key: str | None = None
    sheet: str | None = None
    row: int | None = None


@cache
def _adapter(kind: Kind) -> TypeAdapter[Any]:
    model: Any = claim_of(ENTITIES[kind])
    return TypeAdapter(list[model])


class Validator:
    """Reads and checks the records of one source. Readings are remembered: people write the same things again and again."""

    def __init__(self, context: Context, columns: ColumnMap | None, language: str, slot_of: Any) -> None:
        self.context = context
        self._columns = columns
        self._language = language
        self._slot_of = slot_of
        self._readings: dict[str, dict[Any, Reading]] = {}

    def check(self, drafts: Sequence[tuple[Parts, Place]]) -> list[Outcome]:
        """Outcomes in the order of the drafts."""
        outcomes = []
        by_kind: dict[Kind, list[tuple[Outcome, Checked, str, Place]]] = {}
        for parts, place in drafts:
            outcome = Outcome()
            outcomes.append(outcome)
            outer = self._read(parts, place, "", outcome.problems)
            self._missing(parts.kind, outer.data, place, outcome.problems)
            by_kind.setdefault(parts.kind, []).append((outcome, outer, "", place))
            contacts = []
            for contact in parts.contacts:
                inner = self._contact(contact, place, outcome.problems)
                if inner is not None:
                    contacts.append(inner)
                    by_kind.setdefault(Kind.PERSON, []).append((outcome, inner, "contacts.", place))
            if outer.data.get("phones"):
                self._keep_numbers_out(outer, contacts, place, outcome.problems)
            outcome.problems.extend(
                self._problem("FIELD_UNKNOWN", place, path, value=path) for path in parts.unknown
            )
        for kind, rows in by_kind.items():
            self._keep_rules(kind, rows)
        for outcome in outcomes:
            outcome.claims.sort(key=lambda checked: checked.slot != "")
        return outcomes

    def _read(self, parts: Parts, place: Place, prefix: str, problems: list[Problem]) -> Checked:
        data: dict[str, Any] = {}
        kind = parts.kind
        how = ways(kind)
        for name, written in parts.fields.items():
            way = how[name]
            if way.reader is None:
                data[name] = written
            elif way.localized:
                found = self._read_texts(name, way, written, place, prefix, problems)
                if found:
                    data[name] = found
            else:
                reading = self._reading(way.reader, written)
                if reading.findings:
                    self._report(reading, name, way, place, prefix, problems)
                if reading.value is not None and reading.value != []:
                    data[name] = reading.value
        self._unclear(parts.answers, prefix, place, problems)
        if kind is Kind.ORGANISATION:
            self._keep_person_out(data, place, problems)
        elif kind is Kind.PERSON:
            _whole_name(data)
            data["type"] = person_type(data)
        return Checked(kind, "", data, dict(parts.references), parts.answers)

    def _unclear(self, answers: Sequence[Answer], prefix: str, place: Place, problems: list[Problem]) -> None:
        """An answer about consent that is neither yes nor no counts as no, and the partner hears of it."""
        for answer in answers:
            for cell in answer.answer if isinstance(answer.answer, list) else [answer.answer]:
                reading = self._reading("flag", cell)
                if reading.value is None and reading.findings:
                    path = f"{prefix}consent.{answer.purpose}"
                    found = self._problem("CONSENT_UNCLEAR", place, path, value="…")
                    problems.append(replace(found, column=answer.column or found.column))

    def _reading(self, reader: str, written: Any) -> Reading:
        """What a reader makes of a cell; equal cells are read once, and 1 is not True here."""
        known = self._readings.get(reader)
        if known is None:
            known = self._readings[reader] = {}
        key: Any = written
        if type(written) is not str:
            key = (type(written), tuple(written.items()) if isinstance(written, dict) else written)
        try:
            reading = known.get(key)
        except TypeError:
            return read(reader, written, self.context)
        if reading is None:
            if len(known) > _FEW:
                known.clear()
            reading = known[key] = read(reader, written, self.context)
        return reading

    def _report(
        self, reading: Reading, name: str, way: Way, place: Place, prefix: str, problems: list[Problem]
    ) -> None:
        """Findings as problems; what was written for a person's field is never quoted."""
        for finding in reading.findings:
            path = f"{prefix}{name}.{finding.part}" if finding.part else prefix + name
            if prefix or way.private:
                problems.append(self._problem(finding.code, place, path, value="…"))
            else:
                shown = {"value": finding.written, "nearest": finding.nearest, **finding.params}
                problems.append(self._problem(finding.code, place, path, **shown))

    def _read_texts(
        self, name: str, way: Way, written: Any, place: Place, prefix: str, problems: list[Problem]
    ) -> dict[str, Any]:
        found = {}
        for language, text in texts(written, self._language).items():
            if isinstance(text, Mapping):
                found[language] = dict(text)
                continue
            reading = self._reading("text", text)
            self._report(reading, name, way, place, prefix, problems)
            value = reading.value
            if value is None:
                continue
            guess = _script_language(value)
            if guess and not isinstance(written, Mapping) and guess != language:
                problems.append(self._problem("LANGUAGE_GUESSED", place, prefix + name, value=guess))
                language = guess  # noqa: PLW2901 - the guess takes the place of the source's language
            found[language] = localized_value(value)
        return found

    def _contact(self, parts: Parts, place: Place, problems: list[Problem]) -> Checked | None:
        own: list[Problem] = []
        checked = self._read(parts, place, "contacts.", own)
        problems.extend(own)
        data = checked.data
        if "name" not in data:
            if not data.get("email") or not is_role_address(data["email"]):
                if data.keys() - {"type"}:
                    problems.append(self._problem("CONTACT_NAME_MISSING", place, "contacts.name"))
                return None
            function = data.get("function") or ""
            data["name"] = function if is_role_name(function) else data["email"]
            data["type"] = PersonType.ROLE.value
        phones = data.get("phones") or []
        hold = data.get("email") or (phones[0]["number"] if phones else None) or name_key(data["name"])
        checked.slot = "p" + self._slot_of(
            f"{name_key(data['name'])}\x1f{hold}" if data.get("email") is None else hold
        )
        return checked

    def _missing(self, kind: Kind, data: Mapping[str, Any], place: Place, problems: list[Problem]) -> None:
        if kind is Kind.EVENT and data.get("overrides"):
            return
        problems.extend(
            self._problem(MISSING[name], place, name)
            for name in ENTITIES[kind].required
            if data.get(name) in (None, "")
        )

    def _keep_person_out(self, data: dict[str, Any], place: Place, problems: list[Problem]) -> None:
        email = data.get("email")
        if email is not None and not is_role_address(email):
            data["email_personal"] = data.pop("email")
            problems.append(self._problem("EMAIL_PERSONAL", place, "email"))

    def _keep_numbers_out(
        self, outer: Checked, contacts: list[Checked], place: Place, problems: list[Problem]
    ) -> None:
        """A number called private, or one that a contact has who did not agree to be published, is a person's."""
        persons = {
            phone["number"]
            for contact in contacts
            if contact.data["type"] == PersonType.PERSON.value
            and not agreed(contact, Purpose.DIRECTORY_PUBLIC)
            for phone in contact.data.get("phones") or ()
        }
        kept = [
            phone
            for phone in outer.data["phones"]
            if phone["number"] not in persons
            and not _PRIVATE.search(f"{phone.get('type')} {phone.get('note')}")
        ]
        if len(kept) < len(outer.data["phones"]):
            outer.data["phones"] = kept
            if not kept:
                del outer.data["phones"]
            problems.append(self._problem("PHONE_PERSONAL", place, "phones"))

    def _keep_rules(self, kind: Kind, rows: list[tuple[Outcome, Checked, str, Place]]) -> None:
        document = orjson.dumps([row[1].data for row in rows])
        try:
            _adapter(kind).validate_json(document, strict=True)
        except ValidationError as error:
            self._drop_wrong(error, rows)
        for outcome, checked, _, _ in rows:
            if checked.kind is not Kind.PERSON or checked.data.get("name"):
                outcome.claims.append(checked)

    def _drop_wrong(self, error: ValidationError, rows: list[tuple[Outcome, Checked, str, Place]]) -> None:
        done: set[tuple[int, str]] = set()
        for found in error.errors(include_url=False, include_input=False, include_context=False):
            index, name = int(found["loc"][0]), str(found["loc"][1])
            if (index, name) in done:
                continue
            done.add((index, name))
            outcome, checked, prefix, place = rows[index]
            value = checked.data.pop(name, None)
            private = bool(prefix) or name in marked(ENTITIES[checked.kind], Private)
            shown = value if isinstance(value, str | int | float) and not private else "…"
            outcome.problems.append(
                self._problem("VALUE_INVALID", place, prefix + name, value=str(shown)[:80])
            )
            if name in ENTITIES[checked.kind].required and not prefix:
                self._missing(checked.kind, checked.data, place, outcome.problems)

    def _problem(self, code: str, place: Place, path: str, **params: Any) -> Problem:
        column = self._columns.column_of(path) if self._columns is not None else None
        if column is None and self._columns is not None and "." in path:
            column = self._columns.column_of(path.partition(".")[0])
        shown = {name: value for name, value in params.items() if value is not None}
        return Problem(code, place.key, place.sheet, place.row, column, path, shown)


def _whole_name(data: dict[str, Any]) -> None:
    """A first name in a column of its own belongs to the name."""
    given, family, name = data.get("given"), data.get("family"), data.get("name")
    if name is None and (given or family):
        data["name"] = " ".join(part for part in (given, family) if part)
    elif given and name and given.casefold() not in name.casefold():
        data.setdefault("family", name)
        data["name"] = f"{given} {name}"


def _script_language(text: str) -> str | None:
    if _OTHER_SCRIPT.search(text) is None:
        return None
    letters = [character for character in text[:400] if character.isalpha()]
    for first, last, language in SCRIPTS:
        if letters and sum(first <= character <= last for character in letters) * 2 > len(letters):
            return language
    return None
