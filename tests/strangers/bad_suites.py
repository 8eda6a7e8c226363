"""The suites of the hub on every bad plugin; run by test_bad_plugins.py, never by itself."""

from __future__ import annotations

from pathlib import Path

from bad import boards, feeds, shown_token, trusting_file

from allin_hub import Output, Source
from allin_hub.testing import OutputSuite, SourceSuite

FIXTURES = Path(__file__).parent / "noticeboard" / "tests" / "fixtures"
URL = "https://nachbarschaft.example/events.json"
PATIENCE = {"Sleeping": 3, "SleepingBoard": 3, "EndlessBoard": 20}


def _suite(made: type) -> type:
    about: dict[str, object] = {"source": made, "fixtures": FIXTURES, "__module__": __name__}
    about["config"] = {"url": URL, "token": "a-token-that-nobody-sees"}
    if made is trusting_file.TrustingFile:
        about["config"] = {"path": "events.json"}
    if made.__name__ in PATIENCE:
        about["patience"] = PATIENCE[made.__name__]
    return type(f"Test{made.__name__}", (SourceSuite,), about)


def _output_suite(made: type) -> type:
    about: dict[str, object] = {"output": made, "__module__": __name__}
    if made is shown_token.ShownToken:
        about["config"] = {"token": "a-token-that-nobody-sees"}
    if made.__name__ in PATIENCE:
        about["patience"] = PATIENCE[made.__name__]
    return type(f"Test{made.__name__}", (OutputSuite,), about)


def _own(module: object, base: type) -> list[type]:
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, base) and one.__module__ == module.__name__  # type: ignore[attr-defined]
    ]


for _made in (*_own(feeds, Source), trusting_file.TrustingFile):
    globals()[f"Test{_made.__name__}"] = _suite(_made)
for _made in (*_own(boards, Output), shown_token.ShownToken):
    globals()[f"Test{_made.__name__}"] = _output_suite(_made)
