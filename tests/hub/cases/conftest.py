"""The office of the core's tests, for inputs that went wrong once."""

from __future__ import annotations

from tests.hub.core.conftest import exported as exported
from tests.hub.core.conftest import office as office
from tests.hub.core.conftest import published as published
from tests.hub.core.conftest import synced as synced
