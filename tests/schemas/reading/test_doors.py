"""What holds for all readers together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import allin_schemas.reading
from allin_hub.base.problems import Problem, Severity, catalogue
from allin_schemas import ENTITIES, Kind, claim_of, values
from allin_schemas.marks import Reads, mark_of
from allin_schemas.reading import READERS, Context, Reading, read

FOLDER = Path(allin_schemas.reading.__file__).parent
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+|MOJIBAKE)"')
NO_CODES = {"DATE_ORDER", "STRICT_PARSING", "REQUIRE_PARTS"}
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=60),
    st.text("0123456789.,:/-+() aeimnortuMoDiVRUhr@wäü\n;", max_size=40),
    st.lists(st.text(max_size=20), max_size=4),
    st.dictionaries(
        st.sampled_from(["raw", "street", "number", "code", "value", "free", "x"]), st.text(max_size=20)
    ),
)


def emitted() -> set[str]:
    """Every problem code that stands in the readers' code."""
    return {code for path in FOLDER.glob("*.py") for code in CODE.findall(path.read_text("utf-8"))} - NO_CODES


def marks(model: type[BaseModel]) -> set[str]:
    """Every reader that a model's annotations name."""
    return set(
        re.findall(
            r"Reads\(reader='(\w+)'\)",
            repr([(f.annotation, f.metadata) for f in model.model_fields.values()]),
        )
    )


def test_every_mark_names_a_reader() -> None:
    """A field without its reader would be stored as it was written."""
    models = [
        *ENTITIES.values(),
        *(one for one in vars(values).values() if isinstance(one, type) and issubclass(one, BaseModel)),
    ]
    named = {name for model in models for name in marks(model)}

    assert len(named) > 30
    assert named - READERS.keys() == set()
    assert Reads("line").reader in READERS


def test_the_door_is_sorted_and_true() -> None:
    """What others import is listed once, in an order that merges well."""
    names = allin_schemas.reading.__all__

    assert sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name)) == names
    assert all(hasattr(allin_schemas.reading, name) for name in names)


def test_every_code_is_explained() -> None:
    """A person must be able to read every finding in German and English."""
    assert emitted() - catalogue().keys() == set()
    for code in emitted():
        entry = catalogue()[code]
        assert entry["severity"] in {Severity.HINT, Severity.WARNING}
        assert {"de", "en"} <= entry["message"].keys() & entry["hint"].keys()
        assert entry["example"]


def test_the_texts_are_filled_from_a_finding(context: Context) -> None:
    """Message and hint read as whole sentences."""
    found = read("phones", "5617871234", context).findings[0]
    problem = Problem(found.code, row=7, column="Telefon", params={"value": found.written, **found.params})

    assert (
        problem.message()
        == "Zeile 7, Spalte 'Telefon': In '5617871234' fehlt die Null am Anfang. Gelesen wurde +495617871234."
    )
    assert problem.hint() == "Geben Sie der Spalte das Format Text, dann bleibt die Null stehen."


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=CELLS)
@pytest.mark.parametrize("name", sorted(READERS))
def test_a_reader_answers_every_cell(name: str, cell: Any, context: Context) -> None:
    """Nothing that a cell can hold raises, and without a value there is a reason or a blank."""
    reading = read(name, cell, context)

    assert isinstance(reading, Reading)
    assert reading == read(name, cell, context)
    for finding in reading.findings:
        assert finding.code in catalogue()
        if reading.value is not None:
            continue
        assert (
            catalogue()[finding.code]["severity"] == Severity.WARNING
            or len(reading.findings) > 1
            or finding.code == "PART_UNKNOWN"
        )


FIELDS: dict[Kind, dict[str, list[Any]]] = {
    Kind.ORGANISATION: {
        "name": ["Brücke Kassel e. V.", 4711, True],
        "type": ["Verein", "MSO"],
        "identifiers": ["VR 1234 Kassel; Q42", {"scheme": "a", "value": "b"}],
        "email": ["Info@Verein.example", "info@müller-verein.example", "info(at)verein.example"],
        "phones": [
            "0561 123456 (Büro), 0170 1234567",
            5617871234,
            {"number": "0561 123456", "languages": ["Türkisch"]},
        ],
        "website": ["www.verein.example", "https://müller.example/straße"],
        "social": ["https://a.example/x; www.b.example"],
        "founded_year": ["seit 2014", 2014, "2014-05-03"],
        "places": [
            "Holländische Str. 74, 34127 Kassel-Nord (Holland)",
            {
                "street": "Weg 3",
                "postal_code": 34117,
                "lat": "51,3",
                "accessibility": "ja",
                "hours": "Mo 9-12",
            },
            "Online",
            "Gleis 3, Eingang 2",
        ],
        "languages": ["Deutsch, Türkisch (B1), Farsi auf Anfrage, leichte Sprache", [{"code": "de"}]],
        "areas_served": ["ganz Kassel", "Nord, West"],
        "topics": ["Bildung, Sport"],
        "register_checked_at": ["1.9.2026", 46266],
    },
    Kind.PERSON: {
        "hours": ["Mo-Fr 9-17 Uhr und nach Vereinbarung", "irgendwann"],
        "messenger": ["Signal: 0170 1234567"],
        "preferred_language": ["Kurmanci", "fa-AF", "Leichte Sprache"],
    },
    Kind.EVENT: {
        "start": ["05.10.2026 18 Uhr", "05.10.2026", 1788278400, "2026-10-05T18:00:00+02:00"],
        "rdates": [["2026-10-05", "2026-10-12T16:00:00Z"]],
        "status": ["abgesagt"],
        "mode": ["hybrid"],
        "location": ["Weg 3, 34117 Kassel", {"raw": "Rathaus", "room": "12"}],
        "cost": ["5,50 €", "Spende", 0, "auf Anfrage", {"free": "ja"}],
        "capacity": ["ca. 20", 20.0],
        "childcare": ["x"],
        "accessibility": ["teilweise", {"lift": "ja", "note": "Hof"}],
    },
    Kind.OPPORTUNITY: {
        "type": ["Freiwilligentag"],
        "status": ["ausgebucht"],
        "roles": ["Standhilfe (2-3 Personen); Kuchen backen", {"title": "Helfen", "places_max": "3"}],
        "slots": [
            "05.10.2026 14-18 Uhr",
            "dienstags, 2 Stunden pro Woche",
            {"start": "05.10.2026", "hours_per_week": "2,5"},
        ],
        "min_age": ["16 Jahre"],
        "apply": ["Mail schreiben", {"url": "www.verein.example", "deadline": "1.9.2026"}],
    },
    Kind.PROJECT: {"report_due_dates": [["31.12.2026", "2027-06-30"]], "status": ["laufend"]},
    Kind.SERVICE: {"type": ["Beratung"], "status": ["pausiert"]},
}


@pytest.mark.parametrize("kind", FIELDS)
def test_what_readers_give_is_strictly_valid(kind: Kind, value: Callable[[str, Any], Any]) -> None:
    """Strict types are checked after the readers; what is refused there is lost with a vague message."""
    entity = ENTITIES[kind]
    for name, cells in FIELDS[kind].items():
        for cell in cells:
            read_value = value(mark_of(entity, name, Reads).reader, cell)
            claim = claim_of(entity).model_validate_json(json.dumps({name: read_value}), strict=True)

            assert read_value is not None, (name, cell)
            assert getattr(claim, name) is not None
