"""The conformance suite that any source passes, for an export and for what form services give."""

from __future__ import annotations

from pathlib import Path

from allin_hub.testing import SourceSuite
from allin_plugins.form import Form

FIXTURES = Path(__file__).parent / "fixtures"


class TestExport(SourceSuite):
    """An export as a table."""

    source = Form
    config = {"path": "microsoft.csv"}
    settings = {"kind": "organisation"}
    fixtures = FIXTURES


class TestNextcloud(SourceSuite):
    """Answers as Nextcloud Forms gives them."""

    source = Form
    config = {"path": "nextcloud.json"}
    settings = {"kind": "organisation"}
    fixtures = FIXTURES


class TestTypeform(SourceSuite):
    """Answers as Typeform gives them, behind an address."""

    source = Form
    config = {"url": "https://forms.example/typeform.json", "token": "token-of-the-form"}
    settings = {"kind": "organisation"}
    fixtures = {"https://forms.example/typeform.json": FIXTURES / "typeform.json"}
