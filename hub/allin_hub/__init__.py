"""The core of the ALL IN hub and its plugin contract. Plugins import from here and from `allin_schemas` only.

Names are imported when first used, so that `allin --help` loads none of what stands behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allin_hub.api.output_run import Artifact as Artifact
    from allin_hub.api.output_run import Order as Order
    from allin_hub.api.output_run import OutputRun as OutputRun
    from allin_hub.api.plugin import CONTRACT as CONTRACT
    from allin_hub.api.plugin import Holds as Holds
    from allin_hub.api.plugin import Output as Output
    from allin_hub.api.plugin import PluginConfig as PluginConfig
    from allin_hub.api.plugin import Raw as Raw
    from allin_hub.api.plugin import Source as Source
    from allin_hub.api.source_run import SourceRun as SourceRun
    from allin_hub.api.view import Cell as Cell
    from allin_hub.api.view import Change as Change
    from allin_hub.api.view import Credit as Credit
    from allin_hub.api.view import View as View
    from allin_hub.assets import shared_asset as shared_asset
    from allin_hub.base.errors import ConfigError as ConfigError
    from allin_hub.base.errors import HubError as HubError
    from allin_hub.base.errors import PublishError as PublishError
    from allin_hub.base.errors import Refused as Refused
    from allin_hub.base.errors import Unavailable as Unavailable
    from allin_hub.base.errors import refused as refused
    from allin_hub.base.types import Draft as Draft
    from allin_hub.base.types import Secret as Secret
    from allin_hub.dates.ical_writer import calendar as calendar
    from allin_hub.dates.occurrences import Occurrence as Occurrence
    from allin_hub.dates.occurrences import event_dates as event_dates
    from allin_hub.mapping.columns import ColumnMap as ColumnMap
    from allin_hub.mapping.synonyms import words_of as words_of
    from allin_hub.publish.csv_writer import csv_file as csv_file
    from allin_hub.publish.formats import Formats as Formats
    from allin_hub.readers.ical_reader import Component as Component
    from allin_hub.readers.json_reader import BROKEN as BROKEN
    from allin_hub.sources.feeds import Feed as Feed
    from allin_hub.sources.files import File as File
    from allin_hub.sources.files import Files as Files
    from allin_hub.sources.files import FileSettings as FileSettings
    from allin_hub.sources.files import TextFileSettings as TextFileSettings
    from allin_hub.sources.form_metadata import METADATA_MARK as METADATA_MARK
    from allin_hub.sources.form_metadata import metadata as metadata
    from allin_hub.sources.headers import Header as Header
    from allin_hub.sources.tables import TableRow as TableRow
    from allin_hub.sources.tables import Tables as Tables

_HOME = {
    "BROKEN": "readers.json_reader",
    "Artifact": "api.output_run",
    "CONTRACT": "api.plugin",
    "Cell": "api.view",
    "Change": "api.view",
    "ColumnMap": "mapping.columns",
    "Component": "readers.ical_reader",
    "ConfigError": "base.errors",
    "Credit": "api.view",
    "Draft": "base.types",
    "Feed": "sources.feeds",
    "File": "sources.files",
    "FileSettings": "sources.files",
    "Files": "sources.files",
    "Formats": "publish.formats",
    "Header": "sources.headers",
    "Holds": "api.plugin",
    "HubError": "base.errors",
    "Occurrence": "dates.occurrences",
    "Order": "api.output_run",
    "Output": "api.plugin",
    "METADATA_MARK": "sources.form_metadata",
    "OutputRun": "api.output_run",
    "PluginConfig": "api.plugin",
    "PublishError": "base.errors",
    "Raw": "api.plugin",
    "Refused": "base.errors",
    "Secret": "base.types",
    "Source": "api.plugin",
    "SourceRun": "api.source_run",
    "TableRow": "sources.tables",
    "Tables": "sources.tables",
    "TextFileSettings": "sources.files",
    "Unavailable": "base.errors",
    "View": "api.view",
    "calendar": "dates.ical_writer",
    "csv_file": "publish.csv_writer",
    "event_dates": "dates.occurrences",
    "refused": "base.errors",
    "metadata": "sources.form_metadata",
    "shared_asset": "assets",
    "words_of": "mapping.synonyms",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the table above is the one list; a test holds it against the imports


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"allin_hub has no public name {name!r}")
    return getattr(import_module(f"allin_hub.{_HOME[name]}"), name)
