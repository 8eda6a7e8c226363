"""Finds a day with the month's name in another language of the city, by the library."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from importlib import import_module
from typing import Any


@cache
def _library() -> Any:
    """Dateparser for the languages of the city, strict: day, month and year must be there."""
    return import_module("dateparser.date").DateDataParser(
        languages=["tr", "uk", "ru", "ar", "fa", "fr", "es", "pl", "bg", "ro", "it", "pt", "am"],
        settings={
            "DATE_ORDER": "DMY",
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )


@lru_cache(maxsize=2_000)
def foreign_day(text: str) -> dt.date | None:
    """The day that a text like '5 Ekim 2026' names; None where no language has the word."""
    data = _library().get_date_data(text)
    return None if data.date_obj is None or data.period != "day" else data.date_obj.date()
