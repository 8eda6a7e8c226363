"""A newsletter: what is new, changed and coming since the last issue, as a mail in each language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from allin_hub import Artifact, Formats, Order, Output, OutputRun, PluginConfig, View, shared_asset
from allin_plugins.newsletter.issue import Every, Issue, Past, current, remember
from allin_plugins.newsletter.letter import Letter, Section
from allin_plugins.newsletter.mail import Envelope, message
from allin_plugins.newsletter.news import News, gather
from allin_plugins.newsletter.phrases import clean
from allin_plugins.newsletter.text import text_of
from allin_plugins.newsletter.writer import Writer
from allin_schemas import Event, Opportunity, Organisation, Purpose, Service, direction

LINKS = {
    "organisation": "organisations",
    "service": "services",
    "event": "events",
    "opportunity": "opportunities",
}
"""The folders of the directory in which the pages of each kind lie."""
_HOME = Path(__file__).parent

Address = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)
]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"'\x00-\x20]+$", max_length=2_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class NewsletterConfig(PluginConfig):
    """Written under `[outputs.<name>]` in hub.toml."""

    sender: Address
    """The address that the letter comes from; people answer to it."""
    imprint: Text
    """Who is responsible, with a postal address; stands at the end of each letter."""
    sender_name: Text | None = None
    """The name beside the address; the hub's title when not given."""
    site_url: Web | None = None
    """Where the directory is published; without it the letter has no links."""
    unsubscribe_url: Web | None = None
    """Where people unsubscribe; without it they answer by mail."""
    every: Every = Every.WEEK
    """How often an issue appears: week or month."""
    weeks: Annotated[int, Field(ge=1, le=26)] = 4
    """How many weeks of dates after the issue's own days it tells."""


class Newsletter(Output[NewsletterConfig]):
    """A draft that is renewed until its week or month is over; then it is frozen, and the next one begins."""

    about: ClassVar = {
        "de": "Ein Rundbrief: was seit dem letzten neu ist, was anders ist und was bevorsteht, als E-Mail in jeder Sprache."
    }
    reads = (Organisation, Service, Event, Opportunity)
    purpose = Purpose.NEWSLETTER
    channel = "mail"
    keeps: ClassVar[bool] = True
    """Files of earlier issues stay when they are not yielded any more."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        """Yield the current issue in each language, and the list of all issues."""
        languages = tuple(one for one in run.languages if _spoken(one)) or ("en",)
        issue = current(run.state, run.now, run.zone, self.config.every)
        news = gather(view, issue, run.now, run.zone, self.config.weeks)
        past = remember(run.state, issue, view.seq, languages)
        letters = [self._letter(run, language, issue, news) for language in languages]
        for letter in letters:
            yield from self._files(run, issue, letter)
        yield run.file("assets/tokens.css", shared_asset("tokens.css"))
        yield run.file("assets/issues.css", (_HOME / "assets" / "issues.css").read_bytes())
        yield self._index(run, issue, letters, past, view)

    def _letter(self, run: OutputRun, language: str, issue: Issue, news: News) -> Letter:
        say = run.gettext(language)
        writer = Writer(language, run.zone, say, partial(self._link, language))
        sections = writer.sections(news)
        title = clean(run.title)
        name = self.config.sender_name or run.title
        inside = " · ".join(f"{one.heading} {writer.formats.number(len(one.items))}" for one in sections)
        inside = inside or say("nothing new this time")
        leave_url = self.config.unsubscribe_url
        return Letter(
            language=language,
            direction=direction(language),
            title=title,
            period=writer.period(issue),
            subject=f"{title}: {inside}",
            preheader=_preheader(sections) or say("Nothing new this time."),
            greeting=say("Good day,"),
            lead=_lead(say, writer.formats, sections),
            sections=sections,
            more=writer.more(news),
            more_url=self._home(language),
            closing=say("Kind regards"),
            signature=clean(name),
            why=say("You receive this newsletter because you asked for it and confirmed this."),
            leave=(
                say("You do not want it any more? Unsubscribe here:")
                if leave_url
                else say("You do not want it any more? Write to us, one word is enough:")
            ),
            leave_url=leave_url or self.config.sender,
            imprint=tuple(clean(line) for line in self.config.imprint.splitlines() if line.strip()),
        )

    def _files(self, run: OutputRun, issue: Issue, letter: Letter) -> Iterator[Artifact]:
        base = f"{issue.id}/{letter.language}"
        say = run.gettext(letter.language)
        written = run.page(
            f"{base}.html",
            "issue.html.j2",
            language=letter.language,
            letter=letter,
            leave_href=self.config.unsubscribe_url or f"mailto:{self.config.sender}",
        )
        page = replace(written, render=partial(_inlined, written.render))
        envelope = Envelope(
            list_name=self.name,
            issue=issue.id,
            date=dt.datetime.combine(issue.first, dt.time(9), ZoneInfo(run.zone)),
            sender=self.config.sender,
            sender_name=self.config.sender_name or run.title,
            recipients=say("Readers of the newsletter"),
            unsubscribe_url=self.config.unsubscribe_url,
        )
        yield page
        yield run.file(f"{base}.txt", partial(_text, letter), order=Order.PAGE, letter=letter)
        yield run.file(
            f"{base}.eml",
            partial(_mail, letter, page.render, envelope),
            order=Order.PAGE,
            letter=letter,
            envelope=envelope,
            page=page.key,
        )

    def _index(
        self, run: OutputRun, issue: Issue, letters: list[Letter], past: list[Past], view: View
    ) -> Artifact:
        language = letters[0].language
        writer = Writer(language, run.zone, run.gettext(language), partial(self._link, language))
        say = run.gettext(language)
        audience = dict(sorted(view.audience().items()))
        told = writer.audience(audience)
        run.note(say("Who may receive it: {people}"), people=told)
        frozen = [
            {
                "id": one.id,
                "period": writer.period(Issue(one.id, one.first, one.last, 0)),
                "languages": list(one.languages),
            }
            for one in past
        ]
        return run.page(
            "index.html",
            "index.html.j2",
            language=language,
            order=Order.INDEX,
            issue={"id": issue.id, "period": writer.period(issue)},
            letters=[{"language": one.language, "subject": one.subject} for one in letters],
            past=frozen,
            audience=[{"language": code, "count": count} for code, count in audience.items()],
        )

    def _home(self, language: str) -> str:
        """The first page of the directory."""
        return f"{self.config.site_url.rstrip('/')}/{language}/index.html" if self.config.site_url else ""

    def _link(self, language: str, kind: str, slug: str) -> str:
        """The page of an entry in the directory."""
        if self.config.site_url is None:
            return ""
        return f"{self.config.site_url.rstrip('/')}/{language}/{LINKS[kind]}/{slug}.html"


def _spoken(language: str) -> bool:
    """Whether the newsletter has texts in this language; English is what they are written in."""
    return language == "en" or (_HOME / "locale" / language / "LC_MESSAGES" / "messages.po").is_file()


def _lead(say: Callable[[str], str], formats: Formats, sections: tuple[Section, ...]) -> str:
    if not sections:
        return say("There is nothing new this time, and no date is coming up.")
    inside = formats.listed(f"{one.heading} ({formats.number(len(one.items))})" for one in sections)
    return say("in this issue: {inside}.").format(inside=inside)


def _preheader(sections: tuple[Section, ...]) -> str:
    """The first title of each section: what a mail program shows beside the subject."""
    return " · ".join(section.items[0].title for section in sections)[:140]


def _inlined(render: Callable[[], bytes]) -> bytes:
    """The page with its styles on its elements, because mail programs drop style sheets; dark mode stays."""
    import css_inline

    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    return inliner.inline(render().decode("utf-8")).encode("utf-8")


def _text(letter: Letter) -> bytes:
    return text_of(letter).encode("utf-8")


def _mail(letter: Letter, page: Callable[[], bytes], envelope: Envelope) -> bytes:
    return message(letter, page(), envelope)
