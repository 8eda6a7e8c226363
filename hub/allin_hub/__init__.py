"""The core of the ALL IN hub and its plugin contract. Plugins import from here and from `allin_schemas` only.

Names are imported when first used, so that `allin --help` loads none of what stands behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allin_hub.assets import shared_asset as shared_asset
    from allin_hub.calendars import Component as Component
    from allin_hub.columns import ColumnMap as ColumnMap
    from allin_hub.contract import CONTRACT as CONTRACT
    from allin_hub.contract import Draft as Draft
    from allin_hub.contract import Holds as Holds
    from allin_hub.contract import Output as Output
    from allin_hub.contract import PluginConfig as PluginConfig
    from allin_hub.contract import Raw as Raw
    from allin_hub.contract import Secret as Secret
    from allin_hub.contract import Source as Source
    from allin_hub.csv_files import csv_file as csv_file
    from allin_hub.csv_files import csv_rows as csv_rows
    from allin_hub.errors import ConfigError as ConfigError
    from allin_hub.errors import HubError as HubError
    from allin_hub.errors import PublishError as PublishError
    from allin_hub.errors import Refused as Refused
    from allin_hub.errors import Unavailable as Unavailable
    from allin_hub.feeds import Feed as Feed
    from allin_hub.files import File as File
    from allin_hub.files import Files as Files
    from allin_hub.files import FileSettings as FileSettings
    from allin_hub.formats import Formats as Formats
    from allin_hub.headers import Header as Header
    from allin_hub.ics import calendar as calendar
    from allin_hub.occurrences import Occurrence as Occurrence
    from allin_hub.occurrences import event_dates as event_dates
    from allin_hub.refusals import refused as refused
    from allin_hub.rendering import Artifact as Artifact
    from allin_hub.rendering import Order as Order
    from allin_hub.rendering import OutputRun as OutputRun
    from allin_hub.runs import SourceRun as SourceRun
    from allin_hub.stretches import Again as Again
    from allin_hub.synonyms import words_of as words_of
    from allin_hub.tables import TableRow as TableRow
    from allin_hub.tables import Tables as Tables
    from allin_hub.view import Cell as Cell
    from allin_hub.view import Change as Change
    from allin_hub.view import Credit as Credit
    from allin_hub.view import View as View

_HOME = {
    "Again": "stretches",
    "Artifact": "rendering",
    "CONTRACT": "contract",
    "Cell": "view",
    "Change": "view",
    "ColumnMap": "columns",
    "Component": "calendars",
    "ConfigError": "errors",
    "Credit": "view",
    "Draft": "contract",
    "Feed": "feeds",
    "File": "files",
    "FileSettings": "files",
    "Files": "files",
    "Formats": "formats",
    "Header": "headers",
    "Holds": "contract",
    "HubError": "errors",
    "Occurrence": "occurrences",
    "Order": "rendering",
    "Output": "contract",
    "OutputRun": "rendering",
    "PluginConfig": "contract",
    "PublishError": "errors",
    "Raw": "contract",
    "Refused": "errors",
    "Secret": "contract",
    "Source": "contract",
    "SourceRun": "runs",
    "TableRow": "tables",
    "Tables": "tables",
    "Unavailable": "errors",
    "View": "view",
    "calendar": "ics",
    "csv_file": "csv_files",
    "csv_rows": "csv_files",
    "event_dates": "occurrences",
    "refused": "refusals",
    "shared_asset": "assets",
    "words_of": "synonyms",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the table above is the one list; a test holds it against the imports


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"allin_hub has no public name {name!r}")
    return getattr(import_module(f"allin_hub.{_HOME[name]}"), name)
