"""Makes claims of drafts: reads what people wrote, checks the model's rules, and reports every problem of a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from allin_hub.api.plugin import Raw
from allin_hub.base.errors import HubError, refused
from allin_hub.base.problems import Problem, Severity
from allin_hub.base.time_limits import mapping
from allin_hub.hub import Hub
from allin_hub.ingest.field_readings import Readings
from allin_hub.ingest.hosts import name_host
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.raw_codec import Envelope
from allin_hub.mapping.claim import CheckedClaim
from allin_hub.mapping.columns import ColumnMap
from allin_hub.mapping.drafts import Answer, Parts, Way, take_apart, ways
from allin_hub.mapping.values import ValueMap, line_of
from allin_hub.privacy.consent_answers import agreed, answered
from allin_hub.privacy.quoting import without_persons
from allin_hub.privacy.roles import held_of_role, is_private, person_type
from allin_schemas import ENTITIES, EventStatus, Kind, PersonType, Purpose
from allin_schemas.reading import (
    Context,
    Finding,
    Reading,
    country_of_number,
    is_doubtful_name,
    is_mobile,
    is_role_address,
    is_role_name,
    is_zone,
    name_key,
    names_nobody,
    names_person,
    reads_like_empty,
    says_cancelled,
)

MISSING = {"name": "NAME_MISSING", "title": "TITLE_MISSING", "start": "START_MISSING"}
_LONGEST_NAME = 300
_PLACES = frozenset({"places", "location"})
_DOUBTFUL = frozenset({"POSTAL_CODE_UNREADABLE", "POSTAL_CODE_ZERO_ADDED"})
_ASKED = "DATE_ORDER_UNCLEAR"
"""What is asked once for a column; a record waits for the answer."""
_WHEN = frozenset({"start", "end", "all_day"})
_MOST_PLACES = 50
"""Of so many other countries and zones readings are remembered at once."""
_MOST_DAYS = 50
"""For how many days of arrival readings are remembered at once."""


@dataclass(slots=True)
class Outcome:
    """What became of one raw: its claims, the record's own first, and all its problems."""

    claims: list[CheckedClaim] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    data: Mapping[str, Any] = field(default_factory=dict)
    """The record's own checked fields, also where it makes no claim."""
    persons: tuple[str, ...] = ()
    """The names of those who stand in it: no message quotes a cell with one of them."""
    names: tuple[str, ...] = ()
    """What the organisation that it is about is called."""
    mails: frozenset[str] = frozenset()
    """The addresses of persons in it."""

    @property
    def refused(self) -> bool:
        """Whether the record waits in quarantine; then its claims are not written."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


class RecordChecker:
    """Maps and checks the records of one source, each as it read on the day on which it arrived."""

    def __init__(self, hub: Hub, prepared: Prepared) -> None:
        self._hub = hub
        self._prepared = prepared
        self._validators: dict[tuple[Any, ...], Validator] = {}

    @mapping()
    def check(self, envelopes: Sequence[Envelope], day: str) -> list[Outcome]:
        """Steps 2 and 3 for records that arrived on one day: map, read, validate; with what the source itself reported."""
        source, kind = self._prepared.source, self._prepared.kind
        drafts = []
        failed: dict[int, Problem] = {}
        for index, envelope in enumerate(envelopes):
            raw = envelope.raw
            try:
                if len(raw.payload) > ColumnMap.MOST_COLUMNS:
                    raise refused("COLUMNS_TOO_MANY", count=len(raw.payload), most=ColumnMap.MOST_COLUMNS)
                parts = take_apart(kind, source.map(raw))
            except (Exception, SystemExit) as error:
                failed[index] = _map_failed(raw, error)
                parts = take_apart(kind, {})
            drafts.append((parts, raw))
        outcomes = self._validator(day).check(drafts)
        for index, (envelope, outcome) in enumerate(zip(envelopes, outcomes, strict=True)):
            if index in failed:
                outcome.problems[:] = [failed[index]]
            if any(problem.severity is Severity.ERROR for problem in envelope.problems):
                outcome.problems.clear()
            outcome.problems[:0] = envelope.problems
            outcome.problems[:] = [
                without_persons(
                    one,
                    outcome.persons,
                    outcome.names,
                    mails=outcome.mails,
                    of_person=kind is Kind.PERSON,
                )
                for one in outcome.problems
            ]
        return outcomes

    def _validator(self, day: str) -> Validator:
        """Give the validator of a day; another one when the fetch has seen other columns since."""
        hub, prepared = self._hub, self._prepared
        columns, language = prepared.source.columns, prepared.language(self._hub)
        place = (day, columns.fingerprint, columns.headers)
        if place not in self._validators:
            if len(self._validators) > _MOST_DAYS:
                self._validators.clear()
            context = Context(
                zone=hub.config.hub.zone,
                court=hub.config.hub.court,
                today=dt.date.fromisoformat(day),
                language=language,
                country=prepared.settings.country,
            )
            self._validators[place] = Validator(
                context,
                columns,
                language,
                hub.sealer.slot,
                offices_mail=prepared.settings.email is not None,
                values=ValueMap(prepared.values) if prepared.values else None,
            )
        return self._validators[place]


def _map_failed(raw: Raw, error: BaseException) -> Problem:
    if isinstance(error, HubError):
        return Problem(error.code or "MAP_FAILED", raw.key, raw.sheet, raw.row, params=error.params)
    return Problem("MAP_FAILED", raw.key, raw.sheet, raw.row, params={"value": type(error).__name__})


class Located(Protocol):
    """Something that knows where a record stands, as a raw does."""

    @property
    def key(self) -> str | None:
        """The record's key."""

    @property
    def sheet(self) -> str | None:
        """The sheet that it stands in."""

    @property
    def row(self) -> int | None:
        """Its row as a person sees it."""


@dataclass(slots=True)
class _Row:
    """A draft on its way, where it stands, and what was found about it."""

    parts: Parts
    place: Located
    problems: list[Problem]
    data: dict[str, Any] = field(default_factory=dict)
    country: str | None = None
    """In which country its numbers are read, where that is not the source's."""


@dataclass(frozen=True, slots=True)
class _Circle:
    """Who stands together in one record: it decides whose an address or a number is."""

    names: tuple[str, ...]
    """What the organisation is called."""
    persons: tuple[str, ...]
    """What its contacts are called."""
    refusing: tuple[str, ...]
    """What those are called who said no."""
    numbers: frozenset[str]
    """Numbers of persons who did not agree to be published, and of whoever said no."""
    says_no: bool
    """Whether somebody said no to being published."""


_PLANNED = frozenset({EventStatus.SCHEDULED, EventStatus.TENTATIVE})
_NOBODY = _Circle((), (), (), frozenset(), says_no=False)


def _circle(outer: CheckedClaim, contacts: Sequence[CheckedClaim]) -> _Circle:
    """Gather who stands in a record."""
    if outer.kind is Kind.ORGANISATION:
        names = tuple(outer.data[name] for name in ("name", "short_name") if outer.data.get(name))
    else:
        names = tuple(given for given in outer.references.values() if isinstance(given, str))
    people = [outer, *contacts] if outer.kind is Kind.PERSON else contacts
    if not people:
        return replace(_NOBODY, names=names)
    for one in people:
        _whole_name(one.data)
        if names_nobody(one.data.get("name") or "-"):
            del one.data["name"]
    refusing = [one for one in people if _says_no(one)]
    unreleased = [
        one
        for one in people
        if not agreed(one, Purpose.DIRECTORY_PUBLIC)
        and (one in refusing or person_type(one.data, names) == PersonType.PERSON.value)
    ]
    return _Circle(
        names,
        tuple(one.data["name"] for one in people if one.data.get("name")),
        tuple(one.data["name"] for one in refusing if one.data.get("name")),
        frozenset(phone["number"] for one in unreleased for phone in one.data.get("phones") or ()),
        says_no=bool(refusing),
    )


def _mails_of(outer: CheckedClaim, contacts: Sequence[CheckedClaim]) -> frozenset[str]:
    """The addresses of a record's contacts, and one of its own that is a person's."""
    mails = [outer.data.get("email_personal"), *(one.data.get("email") for one in contacts)]
    return frozenset(mail.casefold() for mail in mails if mail)


def _beside_a_name(problems: Sequence[Problem]) -> bool:
    """Whether something was left out beside a number, since it may be a name."""
    return any(one.code == "PHONE_NOTE_LEFT_OUT" for one in problems)


def _says_no(one: CheckedClaim) -> bool:
    """Whether a record holds an answer about being published that is no clear yes."""
    return answered(one.answers).get(Purpose.DIRECTORY_PUBLIC.value, ("", "", None))[0] == "no"


def _country(place: Any, home: str) -> str | None:
    """The one country that all addresses of a record name, if it is not the source's."""
    places = place if isinstance(place, list) else [place]
    countries = {one.get("country") for one in places}
    country = countries.pop() if len(countries) == 1 else None
    return country if country != home else None


def _prefix(phones: Reading, place: Reading) -> str | None:
    """The country that all numbers of a record have in their prefix, where its postal code is doubtful."""
    if not phones.value or not _DOUBTFUL & {one.code for one in place.findings}:
        return None
    countries = {country_of_number(phone["number"]) for phone in phones.value}
    return countries.pop() if len(countries) == 1 else None


class Validator:
    """Reads and checks the records of one source. Readings are remembered: people write the same things again and again."""

    def __init__(
        self,
        context: Context,
        columns: ColumnMap | None,
        language: str,
        slot_of: Any,
        *,
        offices_mail: bool = False,
        values: ValueMap | None = None,
    ) -> None:
        self._columns = columns
        self._slot_of = slot_of
        self._offices_mail = offices_mail
        self._context = context
        self._language = language
        self._values = values
        self._order_of = columns.order_of if columns is not None else lambda _path: None
        self._readings = Readings(context, language, values, self._order_of)
        self._elsewhere: dict[tuple[str, str], Readings] = {}

    def check(self, drafts: Sequence[tuple[Parts, Located]]) -> list[Outcome]:
        """Outcomes in the order of the drafts."""
        outcomes = [Outcome() for _ in drafts]
        rows = [
            _Row(parts, place, outcome.problems)
            for (parts, place), outcome in zip(drafts, outcomes, strict=True)
        ]
        read = self._read(rows, "")
        inner = [
            _Row(contact, row.place, [], country=row.country)
            for row in rows
            if row.parts.contacts
            for contact in row.parts.contacts
        ]
        met = iter(zip(inner, self._read(inner, "contacts."), strict=True))
        for row, outer, outcome in zip(rows, read, outcomes, strict=True):
            parts, place, problems = row.parts, row.place, outcome.problems
            contacts = [next(met) for _ in parts.contacts]
            for checked in (outer, *(one for _, one in contacts)):
                if checked.kind is Kind.PERSON and checked.answers:
                    self._refuse_swapped(checked)
            for checked, said in ((outer, row), *((one, contact) for contact, one in contacts)):
                _drop_placeholder(checked, said.parts)
            circle = _circle(outer, [checked for _, checked in contacts])
            self._settle(outer, row, "", circle)
            self._missing(parts.kind, outer.data, place, problems)
            outer, told = name_host(outer)  # noqa: PLW2901 - the same claim with its host
            if told is not None:
                problems.append(replace(told, key=place.key, sheet=place.sheet, row=place.row))
            outcome.data = outer.data
            outcome.persons, outcome.names = circle.persons, circle.names
            outcome.mails = _mails_of(outer, [checked for _, checked in contacts])
            if outer.kind is not Kind.PERSON or outer.data.get("name"):
                outcome.claims.append(outer)
            for contact, checked in contacts:
                made = self._contact(contact, checked, problems, circle)
                if made is not None:
                    self._add_contact(outcome.claims, made)
            self._keep_numbers_out(outer, circle, place, problems)
            if parts.unknown:
                problems.extend(
                    self._problem("FIELD_UNKNOWN", place, path, value=path) for path in parts.unknown
                )
        return outcomes

    def _read(self, rows: Sequence[_Row], prefix: str) -> list[CheckedClaim]:
        """The records' fields, read column by column: rows with the same fields are read together."""
        shapes: dict[tuple[str, ...], list[_Row]] = {}
        for row in rows:
            zone = str(row.parts.fields.get("zone") or "")
            shapes.setdefault((row.parts.kind, zone, *row.parts.fields), []).append(row)
        for (kind_name, zone, *names), alike in shapes.items():
            kind = Kind(kind_name)
            how = ways(kind)
            reader = self._in(zone=zone)
            cells = {
                name: column
                for name, column in zip(
                    names, zip(*[row.parts.fields.values() for row in alike], strict=True), strict=False
                )
                if not (kind is Kind.EVENT and name in _WHEN)
            }
            read = {
                name: reader.column(kind, name, how[name], column, is_own=not prefix)
                for name, column in cells.items()
            }
            self._read_abroad(kind, alike, cells, read, zone)
            for name, readings in read.items():
                for row, reading in zip(alike, readings, strict=True):
                    if reading.findings:
                        self._report(reading, name, how[name], row.place, prefix, row.problems)
            columns = [[reading.value for reading in readings] for readings in read.values()]
            for row, values in zip(alike, zip(*columns, strict=True), strict=False):
                row.data = {
                    name: value for name, value in zip(read, values, strict=True) if value is not None
                }
            if kind is Kind.EVENT and not _WHEN.isdisjoint(names) and (not zone or is_zone(zone)):
                self._read_when(alike, reader, prefix)
        return [
            CheckedClaim(row.parts.kind, "", row.data, row.parts.references, row.parts.answers)
            for row in rows
        ]

    def _read_abroad(
        self,
        kind: Kind,
        rows: Sequence[_Row],
        cells: Mapping[str, Sequence[Any]],
        read: dict[str, list[Reading]],
        zone: str,
    ) -> None:
        """Read again what depends on the country, where a record lies in another one than its source.

        The country is that of its addresses. A postal code that no address explains is read by the prefix of its numbers.
        """
        phones = read.get("phones")
        for name in _PLACES & read.keys():
            for number, (row, reading) in enumerate(zip(rows, read[name], strict=True)):
                if reading.value:
                    row.country = _country(reading.value, self._context.country)
                if reading.findings and phones and row.country is None:
                    code = _prefix(phones[number], reading)
                    if code:
                        again = self._in(code, zone).column(
                            kind, name, ways(kind)[name], [cells[name][number]]
                        )[0]
                        if not _DOUBTFUL & {one.code for one in again.findings}:
                            told = Finding("COUNTRY_FROM_PHONE", code)
                            read[name][number] = Reading(again.value, (*again.findings, told))
                            row.country = code
        if phones and any(row.country for row in rows):
            for number, row in enumerate(rows):
                if row.country:
                    cell = cells["phones"][number]
                    phones[number] = self._in(row.country, zone).column(
                        kind, "phones", ways(kind)["phones"], [cell]
                    )[0]

    def _in(self, country: str = "", zone: str = "") -> Readings:
        """Give the readings of a record that lies in another country, or names a zone: its times without one are meant there."""
        place = (country or self._context.country, zone if zone and is_zone(zone) else self._context.zone)
        if place == (self._context.country, self._context.zone):
            return self._readings
        if place not in self._elsewhere:
            if len(self._elsewhere) > _MOST_PLACES:
                self._elsewhere.clear()
            context = replace(self._context, country=place[0], zone=place[1])
            self._elsewhere[place] = Readings(context, self._language, self._values, self._order_of)
        return self._elsewhere[place]

    def _read_when(self, rows: Sequence[_Row], reader: Readings, prefix: str) -> None:
        """Read from when to when events last: their cells say it only together."""
        fields = [row.parts.fields for row in rows]
        readings = reader.spans([(one.get("start"), one.get("end"), one.get("all_day")) for one in fields])
        how = ways(Kind.EVENT)
        for row, reading in zip(rows, readings, strict=True):
            for one in reading.findings:
                name = one.part or "start"
                told = Reading(None, (one._replace(part=""),))
                self._report(told, name, how[name], row.place, prefix, row.problems)
            for name, value in (reading.value or {}).items():
                said = row.data.get(name)
                if name == "rdates" and said:
                    row.data[name] = list(dict.fromkeys([*value, *said]))
                elif name == "time_note" and said:
                    row.data[name] = f"{value}, {said}"[:_LONGEST_NAME]
                else:
                    row.data[name] = value

    def _settle(self, checked: CheckedClaim, row: _Row, prefix: str, circle: _Circle) -> None:
        """What follows for a record from all its fields together."""
        if row.parts.answers:
            self._unclear(row.parts.answers, prefix, row.place, row.problems)
        if checked.kind is Kind.EVENT:
            self._cancel(checked.data, row.place, row.problems)
        elif checked.kind is Kind.ORGANISATION:
            self._keep_person_out(checked.data, row.place, row.problems, circle)
        elif checked.kind is Kind.PERSON:
            checked.data["type"] = person_type(checked.data, circle.names, circle.persons)
            if checked.data["type"] == PersonType.ROLE.value and _beside_a_name(row.problems):
                checked.data["phones"] = [
                    {**phone, "type": "private"} for phone in checked.data.get("phones", ())
                ]

    def _cancel(self, data: dict[str, Any], place: Located, problems: list[Problem]) -> None:
        """Take a planned event for cancelled whose title says so, or what stands beside its only date."""
        if data.get("status", "scheduled") not in _PLANNED:
            return
        is_series = any(data.get(name) for name in ("rdates", "rrule"))
        if says_cancelled(data.get("title") or ""):
            data["status"] = EventStatus.CANCELLED.value
            problems.append(self._problem("TITLE_CANCELLED", place, "title"))
        elif not is_series and says_cancelled(data.get("time_note") or ""):
            data["status"] = EventStatus.CANCELLED.value
            problems.append(self._problem("TIME_CANCELLED", place, "start"))

    def _refuse_swapped(self, checked: CheckedClaim) -> None:
        """A name that reads as yes or no stands in the wrong column, and so does what stands where the answer should be."""
        if self._readings.flag(checked.data.get("name")).value is not None:
            del checked.data["name"]
            purposes = {answer.purpose for answer in checked.answers}
            checked.answers = [Answer(purpose, "no") for purpose in sorted(purposes)]

    def _unclear(
        self, answers: Sequence[Answer], prefix: str, place: Located, problems: list[Problem]
    ) -> None:
        """An answer about consent that is neither yes nor no counts as no, and the partner hears of it."""
        for answer in answers:
            for cell in answer.answer if isinstance(answer.answer, list) else [answer.answer]:
                reading = self._readings.flag(cell)
                if reading.value is None and reading.findings:
                    path = f"{prefix}consent.{answer.purpose}"
                    found = self._problem("CONSENT_UNCLEAR", place, path, value="…")
                    problems.append(replace(found, column=answer.column or found.column))

    def _report(
        self, reading: Reading, name: str, way: Way, place: Located, prefix: str, problems: list[Problem]
    ) -> None:
        """Findings as problems; what was written for a person's field is never quoted."""
        for finding in reading.findings:
            path = f"{prefix}{name}.{finding.part}" if finding.part else prefix + name
            if prefix or way.private:
                problems.append(self._problem(finding.code, place, path, value="…"))
            else:
                shown = {"value": finding.written, "nearest": finding.nearest, **finding.params}
                guess = finding.params.get("guess")
                if guess is not None and not finding.part:
                    shown["line"] = line_of(name, finding.written, guess)
                problems.append(self._problem(finding.code, place, path, **shown))

    def _contact(
        self, row: _Row, checked: CheckedClaim, problems: list[Problem], circle: _Circle
    ) -> CheckedClaim | None:
        self._settle(checked, row, "contacts.", circle)
        problems.extend(row.problems)
        data = checked.data
        if "name" not in data:
            if not data.get("email") or data["type"] != PersonType.ROLE.value:
                if data.keys() - {"type"}:
                    problems.append(self._problem("CONTACT_NAME_MISSING", row.place, "contacts.name"))
                return self._nameless(checked)
            function = data.get("function") or ""
            data["name"] = function if is_role_name(function) else data["email"]
        doubtful = ["name"] if is_doubtful_name(data["name"]) else []
        problems.extend(
            self._problem("CONTACT_PART_PRIVATE", row.place, f"contacts.{name}")
            for name in doubtful + held_of_role(data, refused=_says_no(checked))
        )
        phones = data.get("phones") or []
        hold = data.get("email") or (phones[0]["number"] if phones else None) or name_key(data["name"])
        checked.slot = "p" + self._slot_of(
            f"{name_key(data['name'])}\x1f{hold}" if data.get("email") is None else hold
        )
        return checked

    def _nameless(self, checked: CheckedClaim) -> CheckedClaim | None:
        """Keep a no beside which no name stands: it reaches the person by mail and phone, else all whom the record names."""
        if all(answer == "yes" for answer, *_ in answered(checked.answers).values()):
            return None
        phones = checked.data.get("phones") or [{"number": ""}]
        checked.slot = "p" + self._slot_of(checked.data.get("email") or f"\x1f{phones[0]['number']}")
        checked.data["type"] = PersonType.PERSON.value
        return checked

    def _add_contact(self, claims: list[CheckedClaim], made: CheckedClaim) -> None:
        """Add a contact to a record's claims; one that is named twice is one claim, with all that is said and answered.

        Two names behind one address are two persons.
        """
        known = next((one for one in claims if one.slot == made.slot), None)
        names = [name_key(one.data.get("name") or "") for one in (known, made) if one is not None]
        if len(set(names)) > 1:
            made.slot = "p" + self._slot_of(f"{made.data.get('email')}\x1f{names[-1]}")
            known = next((one for one in claims if one.slot == made.slot), None)
        if known is None:
            claims.append(made)
        else:
            known.data.update({name: value for name, value in made.data.items() if name not in known.data})
            known.answers.extend(made.answers)

    def _missing(self, kind: Kind, data: Mapping[str, Any], place: Located, problems: list[Problem]) -> None:
        if kind is Kind.EVENT and data.get("overrides") and "start" not in data:
            # A changed date whose series stands in a record of its own.
            return
        waiting = {one.field for one in problems if one.code == _ASKED}
        problems.extend(
            self._problem(MISSING[name], place, name)
            for name in ENTITIES[kind].required
            if data.get(name) in (None, "") and name not in waiting
        )

    def _keep_person_out(
        self, data: dict[str, Any], place: Located, problems: list[Problem], circle: _Circle
    ) -> None:
        """Keep an organisation's address apart that is a person's, unless hub.toml calls all of them the office's."""
        email = data.get("email")
        if email is None or is_role_address(email, circle.names, circle.persons):
            return
        if self._offices_mail and not names_person(email, circle.refusing, circle.names):
            return
        data["email_personal"] = data.pop("email")
        problems.append(self._problem("EMAIL_PERSONAL", place, "email"))

    def _keep_numbers_out(
        self, outer: CheckedClaim, circle: _Circle, place: Located, problems: list[Problem]
    ) -> None:
        """Keep a number apart that is called private, or that a contact has who did not agree to be published.

        Beside a no, a mobile is a person's too, unless it is called the office's.
        """
        phones = outer.data.get("phones")
        if phones and outer.kind is Kind.ORGANISATION:
            named = circle.says_no and _beside_a_name(problems)
            kept = [
                phone
                for phone in phones
                if phone["number"] not in circle.numbers
                and not is_private(phone)
                and not (
                    circle.says_no and phone.get("type") != "office" and (named or is_mobile(phone["number"]))
                )
            ]
            if len(kept) < len(phones):
                outer.data["phones"] = kept
                if not kept:
                    del outer.data["phones"]
                problems.append(self._problem("PHONE_PERSONAL", place, "phones"))
        places = outer.data.get("places") or ()
        if any(one.get("phone") in circle.numbers for one in places if one.get("phone")):
            outer.data["places"] = [
                {name: value for name, value in one.items() if name != "phone" or value not in circle.numbers}
                for one in places
            ]
            problems.append(self._problem("PHONE_PERSONAL", place, "places.phone"))

    def _problem(self, code: str, place: Located, path: str, **params: Any) -> Problem:
        column = self._columns.column_of(path) if self._columns is not None else None
        if column is None and self._columns is not None and "." in path:
            column = self._columns.column_of(path.partition(".")[0])
        if code == _ASKED:  # the same for all rows, so that it is told once
            params = {"column": column or "…"}
        shown = {name: value for name, value in params.items() if value is not None}
        return Problem(code, place.key, place.sheet, place.row, column, path, shown)


def _drop_placeholder(checked: CheckedClaim, parts: Parts) -> None:
    """Take away a name such as 'NA' or 'None' that is a person's, or that says all that the record says."""
    name = checked.data.get("name")
    if name and reads_like_empty(name):
        more = len(checked.data) > 1 or parts.contacts or parts.references
        if checked.kind is Kind.PERSON or not more:
            del checked.data["name"]


def _whole_name(data: dict[str, Any]) -> None:
    """A first name in a column of its own belongs to the name."""
    given, family, name = data.get("given"), data.get("family"), data.get("name")
    if name is None and (given or family):
        data["name"] = " ".join(part for part in (given, family) if part)[:_LONGEST_NAME]
    elif (
        given and name and given.casefold() not in name.casefold() and len(given) + len(name) < _LONGEST_NAME
    ):
        data.setdefault("family", name)
        data["name"] = f"{given} {name}"
