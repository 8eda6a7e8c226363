"""Events from a neighbourhood's JSON feed, and a notice board of what is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import HttpUrl

from allin_hub import (
    Artifact,
    Draft,
    Holds,
    Order,
    Output,
    OutputRun,
    PluginConfig,
    Raw,
    Refused,
    Secret,
    Source,
    SourceRun,
    View,
    event_dates,
)
from allin_schemas import Event, Organisation, Person, Purpose

_STYLE = (Path(__file__).parent / "static" / "board.css").read_bytes()


class NeighbourhoodConfig(PluginConfig):
    """Written under ``[sources.<name>]`` in hub.toml."""

    url: HttpUrl
    """The first page of the feed."""
    token: Secret | None = None
    """Sent to the feed's host alone."""


class Neighbourhood(Source[NeighbourhoodConfig]):
    """Reads every event of the feed, page by page."""

    produces = Event
    holds = Holds.ALL
    personal_data = ("contacts", "organiser_name")
    licence = "CC BY 4.0"
    requests_per_minute = 60

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        """Yield each event, until a page names no next one or one that was there before."""
        url: str | None = str(self.config.url)
        seen: set[str] = set()
        while url is not None and url not in seen:
            seen.add(url)
            page = run.http.get(url, auth=self.config.token).json()
            if not isinstance(page, dict) or not isinstance(page.get("events"), list):
                raise Refused(
                    "The feed's answer holds no list of events.", hint="Check the address of the feed."
                )
            for item in page["events"]:
                if isinstance(item, dict) and item.get("id") is not None:
                    yield Raw(key=str(item["id"]), payload=item)
            following = page.get("next")
            url = following if isinstance(following, str) else None

    def map(self, raw: Raw) -> Draft:
        """Rename to the model's words."""
        host, said = _mapping(raw.payload.get("host")), raw.payload
        return {
            "title": said.get("name"),
            "start": said.get("begins"),
            "end": said.get("ends"),
            "description": said.get("about"),
            "location.name": said.get("where"),
            "languages": said.get("languages"),
            "organiser": host.get("name"),
            "contacts.name": host.get("contact"),
            "contacts.email": host.get("mail"),
        }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class NoticeBoardConfig(PluginConfig):
    """Written under ``[outputs.<name>]`` in hub.toml."""

    heading: str = "Was ist los?"
    """What stands above the board."""


class NoticeBoard(Output[NoticeBoardConfig]):
    """A page with the next events, one per event, and the same as JSON."""

    reads = (Event, Organisation, Person)
    purpose = Purpose.DIRECTORY_PUBLIC
    personal_data = ("contacts",)

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        """Yield the style sheet, a page per event, then the board that leads to them."""
        events = view.all(Event)
        yield run.file("board.css", _STYLE)
        for language in run.languages:
            for event in events:
                host = view.get(Organisation, event.organiser_org_id)
                people = view.contacts(event)
                yield run.page(
                    f"{language}/{event.slug}.html",
                    "event.html.j2",
                    uses=[event, *([host] if host else []), *people],
                    language=language,
                    event=event,
                    host=host,
                    people=list(people),
                    date=next(
                        iter(event_dates(event, run.now, run.now.replace(year=run.now.year + 1), most=1)),
                        None,
                    ),
                )
            yield run.page(
                f"{language}/index.html",
                "board.html.j2",
                uses=events,
                language=language,
                order=Order.INDEX,
                heading=self.config.heading,
                events=list(events),
            )
        yield run.page("index.html", "root.html.j2", order=Order.INDEX, codes=list(run.languages))
