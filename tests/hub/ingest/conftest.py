"""The office of the core's tests, for tests of the way of a record."""

from __future__ import annotations

from tests.hub.core.conftest import exported as exported
from tests.hub.core.conftest import header as header
from tests.hub.core.conftest import office as office
from tests.hub.core.conftest import rows_of as rows_of
from tests.hub.core.conftest import sheet_office as sheet_office
from tests.hub.core.conftest import synced as synced
