"""A cell of a date that says that the event is off."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hub.cases.test_hosts import Office


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("5.12.2026 18 Uhr fällt aus", "cancelled"),
        ("ABGESAGT 5.12.2026 18 Uhr", "cancelled"),
        ("5.12.2026 18 Uhr (fällt bei Regen aus)", "scheduled"),
        ("5.12. und 12.12.2026 18 Uhr fällt aus", "scheduled"),
        ("5.12.2026 18 Uhr (Einlass 17:30)", "scheduled"),
    ],
)
def test_it_counts_as_cancelled_where_there_is_one_date(tmp_path: Path, cell: str, status: str) -> None:
    """Of several dates nobody knows which one is meant; the words stay on the page in any case."""
    office = Office(tmp_path)
    office.list("termine", "event", f"Nr.;Titel;Datum\n1;Probe;{cell}\n")
    office.run()
    assert [one.get("status", "scheduled") for one in office.data("events")] == [status]
    assert office.data("events")[0]["time_note"]
