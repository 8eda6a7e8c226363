"""Statistics: counts by type, language, district, topic, source and quality, as a page, CSV and JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar

import orjson
from pydantic import StringConstraints

from allin_hub import Artifact, Order, Output, OutputRun, PluginConfig, View, csv_file, shared_asset
from allin_plugins.statistics.figures import Group, Row, Table, count
from allin_plugins.statistics.history import Comparison, Fixed, compare, fixed
from allin_plugins.statistics.labels import Labels, shortened
from allin_schemas import Event, Opportunity, Organisation, Purpose, Service

IN_CHART = 12
"""Rows that a chart shows; the table has them all."""
_HOME = Path(__file__).parent

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"'\x00-\x20]+$", max_length=2_000)]


class StatisticsConfig(PluginConfig):
    """Written under `[outputs.<name>]` in hub.toml."""

    imprint: Text
    """Who is responsible, with a postal address; stands at the end of the page."""
    site_url: Web | None = None
    """Where the directory is published; the page leads there."""


class Statistics(Output[StatisticsConfig]):
    """One page per language; the same figures as CSV and JSON."""

    about: ClassVar = {
        "de": "Zahlen nach Art, Sprache, Stadtteil, Thema, Quelle und Güte, als Seite, CSV und JSON."
    }
    reads = (Organisation, Service, Event, Opportunity)
    purpose = Purpose.STATISTICS
    channel = "site"

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        """Yield the files with the figures, then the pages that link to them."""
        *groups, people = count(view, run.now, run.zone)
        persons = fixed(run.state, people, run.now, run.zone)
        groups.append(persons.group)
        moved = compare(run.state, groups, run.now, run.zone)
        as_of = _newest(view)
        languages = tuple(one for one in run.languages if _spoken(one)) or ("en",)
        yield run.file("assets/tokens.css", shared_asset("tokens.css"))
        yield run.file("assets/statistics.css", (_HOME / "assets" / "statistics.css").read_bytes())
        yield run.file(
            "data/statistics.json",
            orjson.dumps(_plain(run.title, as_of, groups, persons), option=orjson.OPT_INDENT_2),
        )
        for language in languages:
            labels = Labels(language, run.zone, run.gettext(language))
            yield from self._tables(run, language, labels, groups)
            shown = [_shown(group, moved.get(group.kind), labels) for group in groups]
            page = partial(self._page, run, language, languages, shown, as_of, persons)
            if language == languages[0]:
                yield page("index.html", "")
            yield page(f"{language}/index.html", "../")

    def _page(
        self,
        run: OutputRun,
        language: str,
        languages: Sequence[str],
        groups: list[dict[str, Any]],
        as_of: dt.date | None,
        persons: Fixed,
        path: str,
        root: str,
    ) -> Artifact:
        return run.page(
            path,
            "statistics.html.j2",
            language=language,
            order=Order.INDEX,
            groups=groups,
            spoken=languages,
            as_of=as_of,
            persons_as_of=persons.as_of,
            persons_until=persons.until,
            root=root,
            imprint=self.config.imprint.splitlines(),
            site_url=self.config.site_url,
        )

    def _tables(
        self, run: OutputRun, language: str, labels: Labels, groups: Sequence[Group]
    ) -> Iterator[Artifact]:
        say = run.gettext(language)
        for table in (table for group in groups for table in group.tables):
            rows = [
                [
                    labels.label(table, row),
                    row.key,
                    row.count,
                    _remark(table, row, say),
                ]
                for row in table.rows
            ]
            header = [say("Entry"), say("Code"), say("Number"), say("Note")]
            yield run.file(f"{language}/{table.id}.csv", csv_file(header, rows))


def _remark(table: Table, row: Row, say: Callable[[str], str]) -> str:
    """What a reader of the table must know of a figure."""
    if row.count is None:
        return say("hidden, the group is too small")
    return say("rounded to 5") if table.kind == "person" else ""


def _shown(group: Group, moved: Comparison | None, labels: Labels) -> dict[str, Any]:
    """A group as the page shows it."""
    return {
        "kind": group.kind,
        "total": group.total,
        "difference": moved.difference if moved else 0,
        "since": moved.since if moved else None,
        "tables": [_shown_table(table, labels) for table in group.tables],
    }


def _shown_table(table: Table, labels: Labels) -> dict[str, Any]:
    longest = (
        table.total
        if table.facet == "completeness"
        else max((row.count or 0 for row in table.rows), default=0)
    )
    rows = [
        {
            "label": labels.isolated(label := labels.label(table, row)),
            "short": labels.isolated(shortened(label)),
            "count": row.count,
            "stated": bool(row.key),
            "width": round(100 * (row.count or 0) / longest, 2) if longest else 0,
        }
        for row in table.rows
    ]
    counts = [row.count for row in table.rows if row.key and row.count is not None]
    return {
        "id": table.id,
        "facet": table.facet,
        "rows": rows,
        "chart": rows if len(rows) <= IN_CHART + 1 else rows[:IN_CHART],
        "total": table.total,
        "several": table.several,
        "hidden": table.hidden,
        "top": _those(rows, max(counts), labels) if any(counts) else None,
        "least": _those(rows, min(counts), labels) if counts else None,
    }


def _those(rows: Sequence[dict[str, Any]], number: int, labels: Labels) -> dict[str, Any]:
    """The rows with this figure, named together: a tie has no winner."""
    tied = [row["label"] for row in rows if row["stated"] and row["count"] == number]
    return {"count": number, "tied": len(tied), "label": labels.formats.listed(tied)}


def _plain(title: str, as_of: dt.date | None, groups: Sequence[Group], persons: Fixed) -> Mapping[str, Any]:
    """All figures under their codes, without a language; null where a small group is hidden."""
    of_persons = {"rounded_to": 5, "as_of": persons.as_of, "changes_on": persons.until}

    def codes(rows: Sequence[Row]) -> list[dict[str, Any]]:
        return [{"code": row.key or None, "count": row.count} for row in rows]

    return {
        "title": title,
        "as_of": as_of,
        "kinds": {
            group.kind: {
                "total": group.total,
                "by": {table.facet: codes(table.rows) for table in group.tables},
                **(of_persons if group.kind == "person" else {}),
            }
            for group in groups
        },
    }


def _newest(view: View) -> dt.date | None:
    """The day of the newest entry that was counted, or None when there is none."""
    moments = [one.updated_at for kind in Statistics.reads for one in view.all(kind)]
    return max(moments).date() if moments else None


def _spoken(language: str) -> bool:
    """Whether the page has texts in this language; English is what they are written in."""
    return language == "en" or (_HOME / "locale" / language / "LC_MESSAGES" / "messages.po").is_file()
