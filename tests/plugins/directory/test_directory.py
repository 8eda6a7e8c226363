"""What the directory writes: whole pages, honest texts, data only as text, and no more than has changed."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from babel.messages.pofile import read_po

from allin_hub.testing import SampleView, lend, render, sample, sample_view
from allin_plugins import directory as plugin
from allin_plugins.directory import Directory, DirectoryConfig
from allin_plugins.directory.facets import slug
from allin_schemas import Event, Opportunity, Organisation, Person, PersonType, Purpose, Record, Service

HOME = Path(plugin.__file__).parent
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
Published = Callable[..., dict[str, bytes]]


class Links(HTMLParser):
    """Collects what a page refers to, and its language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.root: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of a tag."""
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]
        if tag == "html":
            self.root = dict(attrs)


def linked_data(page: bytes) -> dict[str, Any]:
    """What the page tells search engines."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.decode(), re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def searched(site: dict[str, bytes]) -> list[dict[str, Any]]:
    """The entries that the German search knows."""
    first, _, _ = site["data/search-de.js"].decode().partition(";\nwindow.ALLIN_WORDS = ")
    found: list[dict[str, Any]] = json.loads(first.removeprefix("window.ALLIN_INDEX = "))
    return found


def html(site: dict[str, bytes]) -> dict[str, str]:
    """The pages of the site as text."""
    return {path: content.decode() for path, content in site.items() if path.endswith(".html")}


def test_every_link_is_relative_and_leads_to_a_file(site: dict[str, bytes]) -> None:
    """The site works from a disk and from any web path; only other people's addresses are absolute."""
    broken = []
    for path, text in html(site).items():
        for link in Links(text).found:
            parts = urlsplit(link)
            if parts.scheme in {"https", "http", "mailto", "tel"}:
                continue
            target = normpath(join(dirname(path), unquote(parts.path))) if parts.path else path
            if link.startswith("/") or target not in site:
                broken.append((path, link))

    assert broken == []


def test_every_page_says_its_language_and_direction(site: dict[str, bytes]) -> None:
    """Screen readers and browsers need both on every page."""
    wrong = [
        path
        for path, text in html(site).items()
        if "/" in path
        and Links(text).root
        != {"lang": path.split("/")[0], "dir": "rtl" if path.startswith("ar/") else "ltr"}
    ]

    assert wrong == []


def test_a_text_that_is_missing_in_a_language_is_shown_in_another_with_a_note(site: dict[str, bytes]) -> None:
    """Honest: the reader is told, and the text carries its own language and direction."""
    page = next(text for path, text in html(site).items() if path.startswith("ar/events/sprachcafe"))

    assert "غير متوفر بعد باللغة العربية، هنا باللغة الألمانية." in page
    assert '<div class="said elsewhere" lang="de" dir="ltr">' in page


def test_named_persons_appear_only_under_consent(site: dict[str, bytes]) -> None:
    """The gate decides; roles need no consent."""
    everything = b"\n".join(site.values()).decode()

    assert "Amina Beispielova" in everything
    assert "vorstand@verein-0.example" in everything
    assert "Canary" not in everything
    assert "canary@" not in everything


def test_past_events_leave_the_lists_and_keep_their_page(site: dict[str, bytes]) -> None:
    """Old links still lead somewhere, and say that the event is over."""
    page = next(text for path, text in html(site).items() if path.startswith("de/events/sommerfest"))

    assert "Dieser Termin liegt zurück." in page
    assert b"Sommerfest vom Juli" not in site["de/events/index.html"]
    assert b"Sommerfest vom Juli" not in site["data/search-de.js"]


def test_cancelled_events_stay_visible_and_say_so(site: dict[str, bytes]) -> None:
    """Whoever planned to come has to see it, in the list and on the page."""
    page = next(text for path, text in html(site).items() if path.startswith("de/events/elternabend"))

    assert '<p class="notice bad"><strong>Abgesagt</strong>' in page
    assert '"eventStatus":"https://schema.org/EventCancelled"' in page
    assert "Abgesagt" in site["de/events/index.html"].decode()


def test_a_series_shows_its_further_dates_and_times_keep_their_offset(site: dict[str, bytes]) -> None:
    """Six dates are enough to plan; summer and winter time both say 18:00."""
    page = next(text for path, text in html(site).items() if path.startswith("de/events/sprachcafe"))

    assert page.count("18:00 – 20:00 Uhr") == 6
    assert '"startDate":"2026-10-06T18:00:00+02:00"' in page


@pytest.mark.parametrize(
    ("last", "said"),
    [(None, None), (dt.date(2026, 12, 6), "2026-12-05"), (dt.date(2026, 12, 7), "2026-12-06")],
)
@pytest.mark.parametrize("year", [2025, 2026])
def test_whole_days_end_on_their_last_day(
    published: Published, year: int, last: dt.date | None, said: str | None
) -> None:
    """The hub keeps the day after, as calendars do; search engines and spreadsheets mean the last one."""
    end = last and last.replace(year=year)
    fair = sample(Event, title="Wintermarkt", start=dt.date(year, 12, 5), end=end, all_day=True)
    site = published(fair)

    data = linked_data(site[f"de/events/{fair.slug}.html"])
    expected = said and said.replace("2026", str(year))
    assert (f"{year}-12-05", expected) == (data["startDate"], data.get("endDate"))
    rows = table(site["data/events.csv"])
    coming = [{"start": f"{year}-12-05", "end": expected or ""}] if year == 2026 else []
    assert coming == [{name: row[name] for name in ("start", "end")} for row in rows]


def test_downloads_tell_the_time_on_the_clocks_of_the_place(published: Published) -> None:
    """A single date kept in UTC and a date of a series look the same."""
    about = {
        "start": dt.datetime(2026, 10, 6, 16, tzinfo=dt.UTC),
        "end": dt.datetime(2026, 10, 6, 18, tzinfo=dt.UTC),
    }
    site = published(
        sample(Event, title="Einmal", **about),
        sample(Event, title="Jede Woche", rrule="FREQ=WEEKLY;COUNT=3", **about),
        sample(Event, title="Woanders", zone="Europe/London", **about),
    )

    assert {
        "Einmal": ("2026-10-06T18:00:00+02:00", "2026-10-06T20:00:00+02:00"),
        "Jede Woche": ("2026-10-06T18:00:00+02:00", "2026-10-06T20:00:00+02:00"),
        "Woanders": ("2026-10-06T17:00:00+01:00", "2026-10-06T19:00:00+01:00"),
    } == {row["title"]: (row["start"], row["end"]) for row in table(site["data/events.csv"])}


def test_no_heading_stands_without_content(published: Published) -> None:
    """Where only the district is known it is named; where nothing is known nothing is announced."""
    place = {"district": "Mitte"}
    owner = sample(Organisation, name="Verein", places=[place])
    here = sample(Opportunity, title="Hier", location=place, org_id=owner.id, slots=[{}])
    somewhere = sample(Opportunity, title="Irgendwo", location={"country": "DE"}, org_id=owner.id)
    event = sample(
        Event, title="Treffen", start=NOW + dt.timedelta(days=1), location=place, cost={"free": False}
    )
    site = published(owner, here, somewhere, event)
    pages = {
        one.slug: site[f"de/{folder}/{one.slug}.html"].decode()
        for folder, one in (
            ("organisations", owner),
            ("opportunities", here),
            ("opportunities", somewhere),
            ("events", event),
        )
    }

    for page in (pages[here.slug], pages[event.slug]):
        assert re.search(r"<dt>Wo</dt><dd>\s*<address dir=\"auto\"><bdi>Mitte</bdi>", page)
    assert "<dt>Wo</dt>" not in pages[somewhere.slug]
    assert "Adresse</dt>" not in pages[owner.slug]
    for page in pages.values():
        assert re.findall(r"<d[dt][^>]*>\s*</d[dt]>|<address[^>]*>\s*</address>", page) == []
        assert "<h2>Kontakt</h2>" not in page
    assert [row["place"] for row in table(site["data/events.csv"])] == ["Mitte"]


def test_a_postal_code_leads_to_who_is_there(site: dict[str, bytes]) -> None:
    """People often know the code of their part of the city and nothing else."""
    entries = searched(site)
    found = {entry["kind"] for entry in entries if "34125" in entry["more"].split()}
    there = [entry for entry in entries if "34127" in entry["more"].split()]

    assert found == {"event"}
    assert len(there) == 12


@pytest.mark.parametrize(
    ("language", "mobile", "fax"),
    [("de", "Mobil", "Fax"), ("en", "Mobile", "Fax"), ("ar", "هاتف محمول", "فاكس")],
)
def test_what_a_telephone_is_for_is_said_in_the_language_of_the_page(
    published: Published, language: str, mobile: str, fax: str
) -> None:
    """A fax is told from a telephone in every language, also where a note stands beside it."""
    phones = [
        {"number": "+4915190000011", "type": "mobile"},
        {"number": "+4956190000012", "type": "fax", "note": "nur Anmeldung"},
        {"number": "+4956190000013", "type": "Teestube"},
    ]
    verein = sample(Organisation, name="Verein", phones=phones)
    page = published(verein)[f"{language}/organisations/{verein.slug}.html"].decode()

    assert re.findall(r'<span class="quiet">(<bdi>.*?)</span>', page)[:3] == [
        f"<bdi>{mobile}</bdi>",
        f"<bdi>{fax}</bdi>, <bdi>nur Anmeldung</bdi>",
        "<bdi>Teestube</bdi>",
    ]


def test_volunteering_is_a_job_posting_of_the_type_volunteer(site: dict[str, bytes]) -> None:
    """The one form that search engines know for it."""
    page = next(text for path, text in html(site).items() if path.startswith("de/opportunities/lesepatin"))
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])

    assert (data["@type"], data["employmentType"]) == ("JobPosting", "VOLUNTEER")
    assert data["hiringOrganization"]["name"] == "Türkischer Elternverein Nordstadt"


def test_equal_input_gives_equal_bytes(
    directory: Directory, view: SampleView, site: dict[str, bytes]
) -> None:
    """So a publish after an unchanged sync writes no file."""
    assert render(directory, view, title="ALL IN Kassel") == site


def test_the_next_day_changes_nothing_that_does_not_show_a_day(
    directory: Directory, entities: list[Record]
) -> None:
    """Relative dates are worked out by the browser; an organisation's page is not rewritten every night."""
    first = keys(directory, sample_view(entities, now=NOW))
    second = keys(directory, sample_view(entities, now=NOW + dt.timedelta(hours=20)))
    changed = {path for path in first if first[path] != second[path]}

    assert not {path for path in changed if path.startswith("de/organisations/") and "index" not in path}


def test_one_changed_organisation_changes_only_what_shows_it(directory: Directory) -> None:
    """Its pages, its card, the lists and files that hold it; nobody else's."""
    shared = {"languages": [{"code": "de"}], "topics": ["Kultur"]}
    verein_a, verein_b = (sample(Organisation, name=f"Verein {letter}", **shared) for letter in "AB")
    festival = sample(Event, title="Fest", start=NOW + dt.timedelta(days=30), organiser_org_id=verein_b.id)
    before = keys(directory, sample_view([verein_a, verein_b, festival], now=NOW))
    mended = verein_a.model_copy(update={"email": "neu@verein-a.example"})
    after = keys(directory, sample_view([mended, verein_b, festival], now=NOW))
    changed = {path for path in after if before.get(path) != after[path]}

    shown = {
        f"organisations/{verein_a.slug}.html",
        "organisations/index.html",
        "organisations/language-de.html",
        f"organisations/topic-{slug('Kultur')}.html",
        "needs/meeting.html",
    }
    data = {"data/organisations.csv", "data/organisations.json", f"data/organisations/{verein_a.slug}.vcf"}
    data |= {f"data/search-{language}.js" for language in ("de", "en", "ar")}

    assert changed == {f"{language}/{path}" for language in ("de", "en", "ar") for path in shown} | data


@pytest.mark.parametrize("later", [dt.timedelta(hours=36), dt.timedelta(days=9)])
def test_a_file_that_another_day_makes_otherwise_has_another_key(
    directory: Directory, entities: list[Record], later: dt.timedelta
) -> None:
    """Dates pass and the next of a series comes, though no source says anything new: no file may stay behind."""
    series = [one for one in entities if isinstance(one, Organisation) or getattr(one, "rrule", None)]

    for shown in (entities, series):
        then, now = (sample_view(shown, now=moment) for moment in (NOW, NOW + later))
        before, after = keys(directory, then), keys(directory, now)
        old, new = render(directory, then), render(directory, now)
        behind = {path for path in old.keys() & new.keys() if old[path] != new[path]}

        assert "data/events.csv" in behind
        assert not {path for path in behind if before[path] == after[path]}


def test_a_file_that_another_first_language_makes_otherwise_has_another_key(directory: Directory) -> None:
    """A calendar tells of an event in the first language: it may not stay in the one that was first before."""
    said = {"de": {"text": "Auf Deutsch."}, "en": {"text": "In English."}}
    shown = [
        sample(Organisation, name="Teehaus", description=said),
        sample(Event, title="Fest", start=NOW + dt.timedelta(days=3), description=said),
    ]
    view = sample_view(shown, now=NOW)
    german, english = (
        {one.path: (one.key, one.render()) for one in directory.publish(view, lend(directory, view, languages=order))}
        for order in (("de", "en"), ("en", "de"))
    )  # fmt: skip
    behind = {path for path, (_, content) in german.items() if english[path][1] != content}

    assert {"data/events.ics", f"data/events/{shown[1].slug}.ics"} <= behind
    assert not {path for path in behind if german[path][0] == english[path][0]}


def test_what_helps_with_a_need_comes_page_by_page() -> None:
    """Thousands of cards on one page are of no use on a telephone, and are rendered anew with each change."""
    many = [sample(Organisation, name=f"Verein {number:02}", topics=["Beratung"]) for number in range(25)]
    event = sample(Event, title="Beratung vor Ort", start=NOW + dt.timedelta(days=3))
    directory = Directory(
        "v", DirectoryConfig(imprint="Amt (erfunden)", contact_email="a@b.example", page_size=10)
    )

    pages = render(directory, sample_view([*many, event], now=NOW))
    shown = [pages[f"de/needs/advice{end}.html"].decode() for end in ("", "-2", "-3")]

    assert "de/needs/advice-4.html" not in pages
    assert [page.count("<h3") for page in shown] == [10, 10, 6]
    assert 'rel="next" href="../../de/needs/advice-2.html"' in shown[0]
    assert "Seite 2 von 3" in shown[1]
    assert 'rel="prev" href="../../de/needs/advice.html"' in shown[1]
    assert "Beratung vor Ort" in shown[2]


def keys(directory: Directory, view: SampleView) -> dict[str, str]:
    """The key of every file."""
    return {artifact.path: artifact.key for artifact in directory.publish(view, lend(directory, view))}


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "[klick](javascript:alert(1))",
    "[klick](data:text/html;base64,PHNjcmlwdD4=)",
    "![bild](https://fremd.example/x.png)",
    "{{ 7*7 }}",
    "{% include 'base.html.j2' %}",
    "${7*7}",
    "<!-- --><b>fett</b>",
    "<!--",
    "--><b>x</b>",
    "]]><b>x</b>",
    "<style>*{display:none}</style>",
    "<base href=//fremd.example>",
    "<meta http-equiv=refresh content=0>",
    "<iframe src=//fremd.example>",
    '<a href="java\nscript:alert(1)">x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;b&#62;",
    "<math><mi>x</mi></math>",
    "<object data=x>",
    "<form action=//fremd.example><input>",
    "<plaintext>",
    "\u2028</script>\u2029",
    '=HYPERLINK("http://fremd.example")',
)


def hostile(text: str) -> list[Record]:
    """One of everything that says this text wherever text may stand."""
    line = " ".join(text.split())
    place = {
        "name": line,
        "street": line,
        "house_number": "1",
        "postal_code": "34117",
        "city": line,
        "district": line,
        "raw": line,
        "transit_note": line,
        "hours": {"note": line, "slots": [{"weekday": "MO", "opens": "09:00", "closes": "10:00"}]},
    }
    texts = {"de": {"text": text}}
    organisation = sample(
        Organisation,
        name=line,
        short_name=line,
        description=texts,
        topics=[line],
        places=[place],
        phones=[{"number": "+495619000000", "note": line}],
        languages=[{"code": "de", "level": line, "note": line}],
        areas_served=[line],
        licence=line,
        website="https://verein.example/?a=\"'<b>".replace("<b>", "x"),
    )
    return [
        organisation,
        sample(
            Person, name=line, function=line, reach_note=line, type=PersonType.ROLE, org_id=organisation.id
        ),
        sample(
            Event,
            title=line,
            summary=line,
            start=NOW + dt.timedelta(days=2),
            location=place,
            description=texts,
            organiser_org_id=organisation.id,
            topics=[line],
            cost={"note": line},
        ),
        sample(
            Opportunity,
            title=line,
            description=texts,
            org_id=organisation.id,
            roles=[{"title": line, "tasks": text}],
            slots=[{"rhythm": line}],
            skills=[line],
            meeting_point=line,
            training=line,
        ),
    ]


def skeleton(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page as an HTML5 parser sees them, with the names of their attributes."""
    import html5lib

    tree = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in tree.iter()]


def test_no_text_becomes_an_element_or_an_attribute(published: Published) -> None:
    """All 31 texts in every field: the pages are built of the same elements as with harmless words."""
    plain = {
        path.split("/")[-2:][0]: skeleton(text)
        for path, text in html(published(*hostile("Wort"))).items()
        if is_entry(path)
    }
    wrong = []
    for text in HOSTILE:
        for path, page in html(published(*hostile(text))).items():
            if not is_entry(path):
                continue
            made = [element for element in skeleton(page) if element[0] not in {"p", "br"} or element[1]]
            expected = [
                element
                for element in plain[path.split("/")[-2]]
                if element[0] not in {"p", "br"} or element[1]
            ]
            allowed = [element for element in made if element not in {("a", ("href", "rel"))}]
            if sorted(set(allowed)) != sorted(
                {element for element in expected if element != ("a", ("href", "rel"))}
            ):
                wrong.append((text, path, set(allowed) ^ set(expected)))
            if re.search(r"(href|src)=\"(?:javascript|data):", page, re.IGNORECASE):
                wrong.append((text, path, {"link"}))

    assert wrong == []


def is_entry(path: str) -> bool:
    """Whether it is a German page of one entry."""
    return (
        path.startswith("de/")
        and path.count("/") == 2
        and not re.search(r"/(index|language|topic|district|needs)", path)
    )


def test_linked_data_and_the_index_stay_json_whatever_they_hold(published: Published) -> None:
    """Nothing in them can end the script that they stand in."""
    site = published(*hostile("</script><!--<b>&\u2028"))
    page = next(text for path, text in html(site).items() if is_entry(path))
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    index = site["data/search-de.js"].decode()

    assert "</script><!--<b>&" in data["name"]
    assert "<" not in index
    assert searched(site)[0]["kind"] == "organisation"


def test_formulas_in_downloads_are_text(published: Published) -> None:
    """A spreadsheet shows them and does not compute them."""
    site = published(*hostile('=HYPERLINK("http://fremd.example")'))

    assert b"'=HYPERLINK" in site["data/organisations.csv"]
    assert not re.search(rb"(^|[,\"])=HYPERLINK", site["data/organisations.csv"])


def test_a_vcard_keeps_its_lines(published: Published) -> None:
    """A name with a line break or a semicolon begins no other field; long lines are folded at 75 bytes."""
    organisation = sample(Organisation, name="Verein; EMAIL:x,y " + "ä" * 80, email="info@verein.example")
    card = published(organisation)[f"data/organisations/{organisation.slug}.vcf"]
    lines = card.decode().split("\r\n")

    assert max(len(line.encode()) for line in lines) <= 75
    assert [line for line in lines if line.startswith("EMAIL")] == ["EMAIL:info@verein.example"]
    assert "FN:Verein\\; EMAIL:x\\,y" in card.decode()


def test_internal_fields_are_in_no_file(published: Published) -> None:
    """What steers the hub is nobody else's business."""
    organisation = sample(Organisation, name="Verein", sensitivity="art9", attributes={"note": "canary"})
    online = sample(
        Event, title="Treffen", start=NOW + dt.timedelta(days=1), online_url="https://meet.example/canary"
    )

    everything = b"\n".join(published(organisation, online).values())

    assert b"canary" not in everything
    assert b"art9" not in everything


def test_lists_of_many_are_cut_into_pages(published: Published) -> None:
    """A phone loads sixty entries at once, not ten thousand."""
    site = published(*(sample(Organisation, name=f"Verein {number:03d}") for number in range(25)))

    assert {
        "de/organisations/index.html",
        "de/organisations/index-2.html",
        "de/organisations/index-3.html",
    } <= set(site)
    assert b"Seite 2 von 3" in site["de/organisations/index-2.html"]


def test_an_empty_hub_still_has_a_site(published: Published) -> None:
    """Empty states say so; no link leads nowhere."""
    site = published()

    assert "zurzeit nichts angekündigt" in site["de/organisations/index.html"].decode()
    test_every_link_is_relative_and_leads_to_a_file(site)


def test_a_language_without_texts_is_left_out_and_said() -> None:
    """Half-translated pages help nobody; the report tells the office what is missing."""
    output = Directory("v", DirectoryConfig(imprint="x"))
    view = sample_view([], purpose=Purpose.DIRECTORY_PUBLIC)
    run = lend(output, view, languages=("de", "xx"))
    paths = {artifact.path.split("/")[0] for artifact in output.publish(view, run)}

    assert "xx" not in paths
    assert run.notes == ["The directory has no texts in 'xx' yet; it is left out."]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_text_is_translated(language: str) -> None:
    """A catalogue lacks nothing that a template says, and holds nothing that none says."""
    from babel.messages.extract import extract_from_dir

    said = {message[2] for message in extract_from_dir(HOME / "templates", [("**.j2", "jinja2")])}
    with (HOME / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    there = {message.id for message in catalogue if message.id}
    empty = [
        message.id
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]
    wrong = [message.id for message in catalogue if list(message.check())]

    assert {frozenset(text if isinstance(text, tuple) else [text]) for text in said} == {
        frozenset(text if isinstance(text, (tuple, list)) else [text]) for text in there
    }
    assert (empty, wrong) == ([], [])


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_have_contrast(site: dict[str, bytes], scheme: int) -> None:
    """Text 4.5 to 1, controls and the focus ring 3 to 1, in light and in dark."""
    blocks = re.findall(r":root \{([^}]*--paper[^}]*)\}", site["assets/tokens.css"].decode())
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    text = [
        (front, back)
        for front in ("ink", "muted", "accent", "error", "warning")
        for back in ("paper", "surface")
    ]
    text += [
        ("warning", "warning-soft"),
        ("error", "error-soft"),
        ("ink", "accent-soft"),
        ("accent", "accent-soft"),
        ("muted", "accent-soft"),
        ("on-accent", "accent"),
    ]
    weak = [(pair, contrast(*(colours[name] for name in pair))) for pair in text]
    weak = [found for found in weak if found[1] < 4.5]
    weak += [
        ((name, "paper"), 0) for name in ("border", "focus") if contrast(colours[name], colours["paper"]) < 3
    ]

    assert weak == []


def test_a_service_has_its_page_its_list_and_its_place_with_its_organisation(published: Published) -> None:
    """Whose it is, when, what it costs; what is over keeps its page and leaves the lists."""
    owner = sample(
        Organisation,
        name="Chor Alpha e.V.",
        legal_name="Chorgemeinschaft Alpha e.V.",
        alternate_names=["Die Alphas"],
    )
    course = sample(
        Service,
        name="Deutschkurs am Vormittag",
        type="course",
        provider_org_id=owner.id,
        access="nach Absprache",
        cost={"amount": 5, "note": "5 Euro im Monat"},
        topics=["Deutsch lernen", "Eigenes Wort"],
        places=[{"street": "Ring", "house_number": "4", "city": "Wien", "country": "AT"}],
    )
    other = sample(
        Service, name="Mietberatung", type="advice", host_name="Mieterbund Beispiel", status="planned"
    )
    over = sample(Service, name="Alter Kurs", status="closed")
    site = published(owner, course, other, over)
    page = site[f"en/services/{course.slug}.html"].decode()
    assert "<h1><bdi>Deutschkurs am Vormittag</bdi></h1>" in page
    assert f'organisations/{owner.slug}.html"><bdi>Chor Alpha e.V.</bdi>' in page
    assert "by arrangement" in page
    assert "<bdi>Learning German</bdi>, <bdi>Eigenes Wort</bdi>" in page
    assert "<bdi>Austria</bdi>" in page
    assert "€" not in page
    assert "5 Euro im Monat" in page
    assert linked_data(site[f"de/services/{other.slug}.html"])["provider"] == {
        "@type": "Organization",
        "name": "Mieterbund Beispiel",
    }
    listed = site["de/services/index.html"].decode()
    assert ("Mietberatung" in listed, "Geplant, noch nicht offen" in listed, "Alter Kurs" in listed) == (
        True,
        True,
        False,
    )
    assert f"de/services/{over.slug}.html" in site
    assert "Mietberatung" in site["de/needs/advice.html"].decode()
    assert "Deutschkurs am Vormittag" in site[f"de/organisations/{owner.slug}.html"].decode()
    assert [row["organisation"] for row in table(site["data/services.csv"])] == [
        "Chor Alpha e.V.",
        "Mieterbund Beispiel",
    ]


def test_an_organisation_says_its_official_and_other_names_and_what_it_is_first(published: Published) -> None:
    """The description stands before the table of facts."""
    owner = sample(
        Organisation,
        name="Chor Alpha e.V.",
        legal_name="Chorgemeinschaft Alpha e.V.",
        short_name="Alpha",
        alternate_names=["Die Alphas"],
        description={"de": {"text": "Wir singen zusammen."}},
    )
    page = published(owner)[f"de/organisations/{owner.slug}.html"].decode()
    facts = page.index('<dl class="facts">')
    assert (
        page.index("Wir singen zusammen.</p>") < facts < page.index("Chorgemeinschaft Alpha e.V.</bdi></dd>")
    )
    assert "Auch genannt: <bdi>Alpha</bdi>, <bdi>Die Alphas</bdi>" in page
