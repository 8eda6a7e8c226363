"""A static site of all organisations, services, events and opportunities, in many languages; it opens from a disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, HttpUrl

from allin_hub import Artifact, Order, Output, OutputRun, PluginConfig, View, shared_asset
from allin_plugins.directory import downloads, linked_data, reading
from allin_plugins.directory.dates import of_series
from allin_plugins.directory.facets import FACETS, Listing, listings, need_pages
from allin_plugins.directory.needs import NEEDS, needs_met
from allin_plugins.directory.search import SearchIndex, read_file
from allin_plugins.directory.site import Entry, Site, records
from allin_schemas import Event, Opportunity, Organisation, Person, Purpose, Service

HOME = Path(__file__).parent
SPOKEN = frozenset({"en", *(path.parts[-3] for path in (HOME / "locale").glob("*/LC_MESSAGES/messages.po"))})
LEGAL = ("imprint", "privacy", "accessibility", "downloads")


class DirectoryConfig(PluginConfig):
    """Written under ``[outputs.<name>]`` in hub.toml."""

    imprint: Annotated[str, Field(min_length=1)]
    """Who publishes the site and how to reach them; the law asks for it. Markdown."""
    privacy: str = ""
    """What the office adds to the built-in sentences on privacy. Markdown."""
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    """Where corrections of entries go."""
    site_url: HttpUrl | None = None
    """The public address of the site; only the page for wrong addresses and the site map need it."""
    languages: tuple[str, ...] = ()
    """The languages of the site; the hub's when empty."""
    page_size: Annotated[int, Field(ge=10, le=1000)] = 60
    """How many entries a list shows on one page."""


class Directory(Output[DirectoryConfig]):
    """A page per entry, lists by language, topic and district, search without a server, and downloads."""

    about: ClassVar = {
        "de": "Vereine, Hilfen, Kurse, Termine und Angebote zum Mitmachen in vielen Sprachen; die Seiten öffnen sich ohne Server."
    }
    reads = (Organisation, Service, Event, Opportunity, Person)
    purpose = Purpose.DIRECTORY_PUBLIC
    channel = "site"

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        """Yield assets, then pages, then the lists and the index that lead to them."""
        languages = self._languages(run)
        site = Site(view, run)
        lists = Lists(site, self.config.page_size)
        yield run.file("assets/tokens.css", shared_asset("tokens.css"))
        for name in ("icon.svg", "site.css", "site.js"):
            yield run.file(f"assets/{name}", (HOME / "static" / name).read_bytes())
        yield from downloads.files(site, run)
        yield read_file(site, run)
        pages = Pages(run, site, lists, self.config, languages)
        for entry in site.entries:
            yield from pages.entry(entry)
        yield from SearchIndex(site, run).files(languages)
        yield from pages.lists()
        yield from pages.start()
        yield from pages.root()

    def _languages(self, run: OutputRun) -> tuple[str, ...]:
        wanted = self.config.languages or run.languages
        spoken = tuple(language for language in wanted if language.partition("-")[0] in SPOKEN)
        for language in wanted:
            if language not in spoken:
                run.note("The directory has no texts in '{language}' yet; it is left out.", language=language)
        return spoken or ("en",)


class Lists:
    """What is listed where, worked out once for all languages."""

    def __init__(self, site: Site, size: int) -> None:
        self._site = site
        self._linked: tuple[Entry | None, dict[str, Any]] = (None, {})
        self.listings = [
            listing for kind, entries in site.lists.items() for listing in listings(kind, entries, size)
        ]
        met: dict[str, list[Entry]] = {need.name: [] for need in NEEDS if need.folder is None}
        for entry in site.listed:
            for need in needs_met(entry):
                met[need].append(entry)
        self.needs = [page for need, entries in met.items() for page in need_pages(need, entries, size)]

    def linked_data(self, entry: Entry) -> dict[str, Any]:
        """The entry as schema.org calls it; made once for its pages in all languages, which follow each other."""
        if self._linked[0] is not entry:
            self._linked = entry, linked_data.of(entry, self._site)
        return self._linked[1]


class Pages:
    """All pages, each in every language."""

    def __init__(
        self,
        run: OutputRun,
        site: Site,
        lists: Lists,
        config: DirectoryConfig,
        languages: Sequence[str],
    ) -> None:
        self.run = run
        self.site = site
        self.languages = tuple(languages)
        self.address = str(config.site_url).rstrip("/") + "/" if config.site_url else ""
        self.found = lists
        self.about: dict[str, Any] = {
            "contact_email": config.contact_email,
            "languages": list(languages),
            "has": {kind: bool(entries) for kind, entries in site.lists.items()},
        }
        self.texts = {"imprint": config.imprint, "privacy": config.privacy}

    def entry(self, entry: Entry) -> Sequence[Artifact]:
        """The pages of an organisation, service, event or opportunity."""
        others = self.site.of(entry)
        return self._pages(
            entry.path,
            f"{entry.kind}.html.j2",
            uses=[entry.record, *self.site.around(entry)],
            section=entry.folder,
            entry=lambda: entry,
            contacts=lambda: self.site.contacts(entry),
            others=lambda: others,
            dates=entry.dates[:6],
            first=of_series(entry.record) if isinstance(entry.record, Event) else None,
            series=entry.series,
            listed=entry.listed,
            related=[(other.dates[:1], other.listed) for other in others],
            credits=self.site.credits(entry),
            linked_data=lambda: self.found.linked_data(entry),
        )

    def lists(self) -> Iterator[Artifact]:
        """All entries of a kind, and those of each language, topic, district and need, page by page."""
        for listing in self.found.listings:
            yield from self._list(listing)
        for page in self.found.needs:
            yield from self._pages(
                page.path,
                "need.html.j2",
                uses=records(page.shown),
                order=Order.INDEX,
                section="",
                need=page.need,
                number=page.number,
                last=page.last,
                entries=lambda page=page: _by_kind(page.shown),
                dates=[entry.dates[:1] for entry in page.shown],
            )

    def start(self) -> Iterator[Artifact]:
        """The start page and the pages that the law and fairness ask for."""
        yield from self.run.pages("index.html", languages=self.languages, **self._start("../"))
        for name in LEGAL:
            yield from self._pages(
                f"{name}.html",
                f"{name}.html.j2",
                order=Order.INDEX,
                section="",
                text=self.texts.get(name, ""),
                sources=self.site.owners if name == "downloads" else [],
            )

    def root(self) -> Iterator[Artifact]:
        """What lies beside the languages' folders: the first start page, and the one for wrong addresses."""
        first = self.languages[0]
        yield self.run.page("index.html", language=first, **self._start(""))
        yield self.run.page(
            "404.html",
            "404.html.j2",
            language=first,
            order=Order.INDEX,
            **self._shared("index.html", root=self.address),
            section="",
        )
        if self.address:
            yield self.run.page(
                "sitemap.xml",
                "sitemap.xml.j2",
                order=Order.INDEX,
                address=self.address,
                languages_shown=self.languages,
                paths=[entry.path for entry in self.site.entries],
            )

    def _start(self, root: str) -> dict[str, Any]:
        """What the start pages show."""
        week = self.site.week()
        return {
            "template": "start.html.j2",
            "uses": records(entry for entry, _ in week),
            "order": Order.INDEX,
            **self._shared("index.html", root),
            "section": "",
            "counts": {kind: len(entries) for kind, entries in self.site.lists.items()},
            "needs": [(need.name, need.target) for need in NEEDS],
            "week_dates": [date for _, date in week],
            "week_entries": lambda: week,
        }

    def _list(self, listing: Listing) -> Sequence[Artifact]:
        return self._pages(
            listing.path,
            "list.html.j2",
            uses=records(listing.shown),
            order=Order.INDEX,
            section=listing.folder,
            kind=listing.kind,
            facet=listing.facet,
            value=listing.value,
            number=listing.number,
            last=listing.last,
            total=listing.total,
            name=listing.name,
            facets=listing.facets,
            facet_names=FACETS,
            dates=[entry.dates[:1] for entry in listing.shown],
            entries=lambda: listing.shown,
        )

    def _pages(
        self, rel: str, template: str, *, uses: Sequence[Any] = (), order: Order = Order.PAGE, **context: Any
    ) -> Sequence[Artifact]:
        root = "../" * (rel.count("/") + 1)
        return self.run.pages(
            rel,
            template,
            languages=self.languages,
            uses=uses,
            order=order,
            **self._shared(rel, root),
            **context,
        )

    def _shared(self, rel: str, root: str) -> dict[str, Any]:
        return {"rel": rel, "root": root, "about": self.about, **reading.FUNCTIONS}


def _by_kind(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.kind, []).append(entry)
    return found


__all__ = ["Directory", "DirectoryConfig", "Entry"]
