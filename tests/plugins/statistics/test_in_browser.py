"""The pages as Chromium shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.axe_core import violations

from allin_hub.testing import render

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path, statistics: Any, figures: Any, entities: Any) -> Path:
    """Everything that the output publishes, on disk."""
    state = {"months": {"2026-09": {"organisation": 35}}}
    for path, data in render(statistics(imprint="Musterweg 1"), figures(entities), state=state).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


def show(browser: Any, page: Path, scheme: str, width: int) -> None:
    """Open a page on a screen of this width and colour scheme."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_axe_finds_nothing(browser: Any, axe: str, folder: Path, language: str) -> None:
    """Also with the tables open, in light and dark, on phone and desktop."""
    for scheme, width in (("light", 1280), ("dark", 390)):
        show(browser, folder / language / "index.html", scheme, width)
        browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; });")

        assert violations(browser, axe) == []


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_phone_needs_no_sideways_scrolling(browser: Any, folder: Path, language: str) -> None:
    """At 320 px, which is 400 % zoom on a desktop."""
    show(browser, folder / language / "index.html", "light", 320)
    width, shown = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth];")

    assert width <= shown


def test_bars_begin_at_the_right_in_arabic(browser: Any, folder: Path) -> None:
    """A mirrored chart reads as its labels do."""
    show(browser, folder / "ar" / "index.html", "light", 1280)
    ends = browser.execute_script(
        "const right = one => Math.round(one.getBoundingClientRect().right);"
        "return [...document.querySelectorAll('svg')].flatMap("
        "svg => [...svg.querySelectorAll('.bar, .name')].map(one => right(svg) - right(one)));"
    )

    assert len(ends) > 20
    assert max(map(abs, ends)) <= 1
