"""What tests of several parts share: a browser, and the rules for when it may be missing."""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from tests import axe_core
from tests.databases import database as database
from tests.databases import databases_used as databases_used
from tests.databases import empty_file as empty_file
from tests.databases import fresh_postgres as fresh_postgres
from tests.databases import postgres as postgres
from tests.databases import stop_postgres

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars "
    "--window-size=1280,900"
)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the database server that tests of this session may have started."""
    stop_postgres(config)


@pytest.fixture(autouse=True)
def _forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands fork although earlier tests have left threads: only a fork knows what a test has put in place."""
    monkeypatch.setattr("allin_hub.operations.child_process.may_fork", lambda: sys.platform == "linux")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium; without one the test is skipped, but fails where CI=true."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        _go_without("needs Chromium and chromedriver: apt install chromium chromium-driver")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core; where it cannot be fetched the test is skipped, but fails where CI=true."""
    try:
        return axe_core.source()
    except RuntimeError as error:
        _go_without(str(error))


def _go_without(reason: str) -> NoReturn:
    """Skip a test on a developer's machine; CI has everything that tests need."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
