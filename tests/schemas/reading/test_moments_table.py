"""Two hundred ways in which people write a moment, with what each means: written apart from the readers."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allin_schemas.reading import Context
from allin_schemas.reading.moments.spans import Span, read_span

TABLE = Path(__file__).parent / "tables" / "moments.csv"
KASSEL = ZoneInfo("Europe/Berlin")
DIFFERENT = {
    "M112": "told, not converted: of the zones only those of the city and UTC are read",
}
"""Rows whose value the readers do not give, each with the reason; they are told."""

with TABLE.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def here(value: str) -> str:
    """A moment as the table writes it: on the clocks of Kassel."""
    if len(value) == 10:
        return value
    return f"{dt.datetime.fromisoformat(value).astimezone(KASSEL):%Y-%m-%dT%H:%M}"


def ends(span: Span) -> str:
    """The ends as the table writes them: the last day, and one for each start."""
    if span.end is None or span.start is None:
        return ""
    if len(span.end) == 10:
        return str(dt.date.fromisoformat(span.end) - dt.timedelta(days=1))
    length = dt.datetime.fromisoformat(span.end) - dt.datetime.fromisoformat(span.start)
    starts = [dt.datetime.fromisoformat(one) for one in (span.start, *span.rdates)]
    return "|".join(here((one + length).isoformat()) for one in starts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_moment_is_read_right_or_told(row: dict[str, str]) -> None:
    """A told row keeps its day at the most; a day without an end of its own ends on itself."""
    context = Context(today=dt.date.fromisoformat(row["read_on"]))
    span = read_span(
        [cell for cell in (row["text"], row["day"], row["time"]) if cell],
        [cell for cell in (row["until_day"], row["until_time"]) if cell],
        context,
    )
    read = "|".join(here(one) for one in (span.start, *span.rdates) if one)

    if row["id"] in DIFFERENT:
        assert span.findings
        assert read == row["start"][:10]
    elif row["told"] == "yes":
        # Where nothing is read at all, the record waits: its start is missing.
        assert span.findings or span.start is None
        assert read in {"", row["start"]}
        assert ends(span) == ""
    else:
        assert read == row["start"]
        assert ends(span) in {row["end"], "" if row["end"] == row["start"] else row["end"]}
        assert span.all_day is (row["all_day"] == "yes")
