"""The letter and the list of issues as Chromium shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.axe_core import violations

from allin_hub.testing import render

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", ["index.html", "2026-W48/de.html", "2026-W48/ar.html"])
def test_axe_finds_nothing(
    browser: Any, axe: str, tmp_path: Path, newsletter: Any, news: Any, entities: Any, page: str
) -> None:
    """Readable for everyone, in light and dark, on phone and desktop, without sideways scrolling."""
    for path, data in render(newsletter(), news(entities)).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for scheme, width in (("light", 1280), ("dark", 390)):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get((tmp_path / page).as_uri())

        assert violations(browser, axe) == []
        assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth;")
