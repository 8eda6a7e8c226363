"""What plugin authors need for tests: conformance suites, invented entities, a view over them, and the run that the hub lends.

Three lines give a plugin its conformance tests; pytest is needed for the suites alone:

    class TestFeed(SourceSuite):
        source = Feed
        config = {"url": "https://feed.example/events.json"}
        fixtures = Path(__file__).parent / "fixtures"
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allin_hub.publish.sample_view import SampleView, digest_of, lend, render, sample, sample_view

if TYPE_CHECKING:
    from allin_hub.testing.output_suite import OutputSuite
    from allin_hub.testing.source_suite import SourceSuite

_SUITES = {"OutputSuite": "output_suite", "SourceSuite": "source_suite"}

__all__ = [
    "OutputSuite",
    "SampleView",
    "SourceSuite",
    "digest_of",
    "lend",
    "render",
    "sample",
    "sample_view",
]


def __getattr__(name: str) -> Any:
    if name not in _SUITES:
        raise AttributeError(f"allin_hub.testing has no public name {name!r}")
    return getattr(import_module(f"allin_hub.testing.{_SUITES[name]}"), name)
