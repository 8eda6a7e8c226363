"""What is counted, hidden, compared and written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import html5lib
import pytest

from allin_hub.testing import lend, render, sample
from allin_plugins.statistics.figures import count
from allin_plugins.statistics.history import fixed
from allin_schemas import Organisation, Person

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


def rows(data: bytes) -> list[list[str]]:
    """A CSV file as an office program reads it."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_counts_by_every_facet(statistics: Any, figures: Any, entities: Any) -> None:
    """A foundation finds each figure that it asks for."""
    found = json.loads(render(statistics(), figures(entities))["data/statistics.json"])

    kinds = found["kinds"]
    facets = {"type", "language", "district", "topic", "source", "completeness", "freshness"}
    assert facets == set(kinds["organisation"]["by"])
    assert tuple(kinds[kind]["total"] for kind in ("organisation", "event", "opportunity", "person")) == (
        41,
        12,
        6,
        25,
    )
    assert kinds["organisation"]["by"]["type"][0] == {"code": "mso", "count": 17}
    assert kinds["organisation"]["by"]["type"][-1] == {"code": None, "count": 8}
    assert {"code": "description", "count": 27} in kinds["organisation"]["by"]["completeness"]


def test_page_tables_csv_and_json_say_the_same(statistics: Any, figures: Any, entities: Any) -> None:
    """Four forms, one set of figures."""
    files = render(statistics(), figures(entities))
    kinds = json.loads(files["data/statistics.json"])["kinds"]
    tree = html5lib.parse(files["de/index.html"].decode(), namespaceHTMLElements=False)
    cells = ["".join(cell.itertext()) for cell in tree.iter("td")]
    figure = [
        text for text in tree.iter("{http://www.w3.org/2000/svg}text") if text.get("class") == "figure"
    ] or [text for text in tree.iter("text") if text.get("class") == "figure"]

    expected: list[str] = []
    for kind, group in kinds.items():
        for facet, listed in group["by"].items():
            in_csv = rows(files[f"de/{kind}-{facet}.csv"])[1:]
            assert [str(row["count"]) if row["count"] is not None else "" for row in listed] == [
                row[2] for row in in_csv
            ]
            expected += ["ausgeblendet" if row["count"] is None else str(row["count"]) for row in listed]
    assert sorted(expected) == sorted(cells)
    assert sorted(expected) == sorted("".join(text.itertext()) for text in figure)


def test_small_groups_of_persons_are_hidden_and_counted(statistics: Any, figures: Any, entities: Any) -> None:
    """Nobody can be worked out, and the page says that something is left out."""
    files = render(statistics(), figures(entities))
    people = dict(rows_by_code(files["de/person-language.csv"]))

    assert people == {"de": "15", "ar": "", "ti": "", "uk": ""}
    page = files["de/index.html"].decode()
    in_table = {row[1]: row[3] for row in rows(files["de/person-language.csv"])[1:]}
    assert (in_table["de"], in_table["ti"]) == (
        "auf 5 gerundet",
        "ausgeblendet, weil die Gruppe zu klein ist",
    )
    assert "Alle Zahlen sind auf 5 gerundet." in page
    assert json.loads(files["data/statistics.json"])["kinds"]["person"]["rounded_to"] == 5
    assert "3 Gruppen sind ausgeblendet, weil eine Gruppe zu klein ist." in page
    assert json.loads(files["data/statistics.json"])["kinds"]["person"]["by"]["language"][-1]["count"] is None


def test_figures_of_persons_change_with_the_quarter_alone(figures: Any) -> None:
    """Who compares two reports of one quarter learns of nobody that came or went."""
    few, more = (
        [sample(Person, name=f"Vorname{n} Nachname{n}", preferred_language="de") for n in range(size)]
        for size in (8, 23)
    )
    state: dict[str, Any] = {}
    days = [dt.datetime(2026, month, day, 9, tzinfo=dt.UTC) for month, day in ((2, 3), (3, 31), (4, 1))]
    found = [
        fixed(state, count(figures(people), day, "Europe/Berlin")[-1], day, "Europe/Berlin")
        for people, day in zip((few, more, more), days, strict=True)
    ]

    assert [one.group.total for one in found] == [10, 10, 25]
    assert [one.group.tables[0].rows[0].count for one in found] == [10, 10, 25]
    assert [str(one.as_of) for one in found] == ["2026-02-03", "2026-02-03", "2026-04-01"]
    assert [str(one.until) for one in found] == ["2026-04-01", "2026-04-01", "2026-07-01"]
    assert json.loads(json.dumps(state)) == state


def test_people_of_one_organisation_are_no_figure(figures: Any) -> None:
    """The organisation knows them, and whoever knows the organisation."""
    one, other, third = (sample(Organisation, name=f"Verein {n}").id for n in range(3))
    people = [
        sample(
            Person, name=f"Vorname{n} Nachname{n}", preferred_language="de" if n % 2 else "tr", org_id=home
        )
        for n, home in enumerate([one, other] * 6 + [one, other, third] * 4)
    ]
    alone = [
        sample(Person, name=f"Allein{n} Nachname{n}", preferred_language="ar", org_id=one) for n in range(9)
    ]
    table = count(figures(people + alone), NOW, "Europe/Berlin")[-1].tables[0]

    assert {row.key: row.count for row in table.rows} == {"de": None, "tr": 10, "ar": None}


def rows_by_code(data: bytes) -> list[tuple[str, str]]:
    """Code and number of each row."""
    return [(row[1], row[2]) for row in rows(data)[1:]]


def test_a_hidden_total_is_said_in_words(statistics: Any, figures: Any) -> None:
    """Three contacts are no figure."""
    few = [sample(Person, name=f"Vorname Nachname {number}", preferred_language="de") for number in range(3)]
    files = render(statistics(), figures(few))

    assert "Ausgeblendet, weil die Gruppe zu klein ist." in files["de/index.html"].decode()
    assert json.loads(files["data/statistics.json"])["kinds"]["person"]["total"] is None


def test_without_consent_nobody_is_counted(statistics: Any, figures: Any, entities: Any) -> None:
    """The gate comes first; no name is in any file either way."""
    from allin_hub.testing import sample_view
    from allin_schemas import Purpose

    files = render(statistics(), sample_view(entities, purpose=Purpose.STATISTICS))
    named = render(statistics(), figures(entities))

    assert json.loads(files["data/statistics.json"])["kinds"]["person"]["total"] == 0
    assert not [path for path, data in named.items() if b"Nachname" in data]


def test_says_where_rows_exceed_the_total(statistics: Any, figures: Any, entities: Any) -> None:
    """An organisation with three languages stands in three rows."""
    page = render(statistics(), figures(entities))["en/index.html"].decode()

    by_language = page[page.index('id="organisation-language"') : page.index('id="organisation-district"')]
    by_type = page[page.index('id="organisation-type"') : page.index('id="organisation-language"')]
    assert "add up to more than the total" in by_language
    assert "add up to more than the total" not in by_type


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ({"2026-09": {"organisation": 35}}, "41 Organisationen, 6 mehr als im Vormonat."),
        ({"2026-09": {"organisation": 42}}, "41 Organisationen, 1 weniger als im Vormonat."),
        ({"2026-09": {"organisation": 41}}, "41 Organisationen, so viele wie im Vormonat."),
        ({"2025-10": {"organisation": 30}, "2026-09": {"organisation": 35}}, "11 mehr als vor einem Jahr."),
        ({"2026-07": {"organisation": 35}}, "41 Organisationen.</p>"),
        ({}, "41 Organisationen.</p>"),
    ],
)
def test_compares_only_with_what_it_remembers(
    statistics: Any, figures: Any, entities: Any, months: dict[str, Any], said: str
) -> None:
    """A development is shown where it is known, and nowhere else."""
    page = render(statistics(), figures(entities), state={"months": months})["de/index.html"].decode()

    assert said in page


def test_remembers_totals_but_nothing_about_persons(statistics: Any, figures: Any, entities: Any) -> None:
    """What is kept from month to month cannot give away a small group."""
    state: dict[str, Any] = {
        "months": {f"20{year:02}-{month:02}": {} for year in range(22, 26) for month in range(1, 13)}
    }
    render(statistics(), figures(entities), state=state)

    assert state["months"]["2026-10"] == {"organisation": 41, "event": 12, "opportunity": 6}
    assert len(state["months"]) == 36


def test_a_tie_has_no_winner(statistics: Any, figures: Any) -> None:
    """The sentence names all that are equally frequent, or says that there are many."""
    pair = [sample(Organisation, name=name, type=kind) for name, kind in (("A", "mso"), ("B", "school"))]
    page = render(statistics(), figures(pair))["de/index.html"].decode()

    assert "Je 1: Am häufigsten sind Migrantenorganisation und Schule oder Bildung." in page


def complete(number: int, **about: Any) -> Organisation:
    """An organisation that says what is wanted of it, but for `about`."""
    told: dict[str, Any] = {
        "description": {"de": {"text": "Wir laden zu Musik, Beratung und gemeinsamem Kochen ein."}},
        "email": "info@verein.example",
        "places": [{"street": "Musterweg"}],
        "languages": [{"code": "de"}],
        "topics": ["Musik"],
    }
    return sample(Organisation, name=f"Verein {number}", **{**told, **about})


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([complete(1)], "Der eine Eintrag ist vollständig."),
        ([complete(number) for number in range(3)], "Alle 3 Einträge sind vollständig."),
        (
            [complete(1), sample(Organisation, name="Leer")],
            "Jedes Feld ist bei 1 von 2 Einträgen ausgefüllt.",
        ),
        ([complete(1), complete(2, topics=[])], "1 von 2: Am seltensten ausgefüllt ist „Themen“."),
    ],
)
def test_nothing_is_rarest_where_all_is_there(
    statistics: Any, figures: Any, entries: list[Organisation], said: str
) -> None:
    """Complete entries are praised in a sentence, and no field is blamed for them."""
    page = render(statistics(), figures(entries))["de/index.html"].decode()

    assert said in page
    assert page.count("Am seltensten ausgefüllt") == said.count("Am seltensten ausgefüllt")


def test_calls_things_as_the_directory_does(statistics: Any, figures: Any, entities: Any) -> None:
    """Who comes from the directory finds the same word."""
    page = render(statistics(), figures(entities))["de/index.html"].decode()

    assert "6 Angebote zum Mitmachen" in page
    assert "Engagement" not in page


def test_an_empty_hub_says_what_will_appear(statistics: Any, figures: Any) -> None:
    """No chart of nothing."""
    files = render(statistics(), figures([]))

    assert (
        "Noch keine. Die Zahlen erscheinen hier, sobald es einen Eintrag gibt."
        in files["index.html"].decode()
    )
    assert b"<svg" not in files["index.html"]
    assert not [path for path in files if path.endswith(".csv")]


def test_same_publish_again_gives_the_same_bytes_and_keys(
    statistics: Any, figures: Any, entities: Any
) -> None:
    """A publish without news writes no file."""
    state: dict[str, Any] = {}
    view = figures(entities)
    first, again = (
        {
            one.path: (one.key, one.render())
            for one in statistics().publish(view, lend(statistics(), view, state=state))
        }
        for _ in range(2)
    )

    assert first == again


def test_hostile_words_stay_text(statistics: Any, figures: Any, entities: Any) -> None:
    """A topic is a label: no element, no formula."""
    files = render(statistics(), figures(entities))
    tree = html5lib.parse(files["de/index.html"].decode(), namespaceHTMLElements=False)

    assert "b" not in {element.tag for element in tree.iter()}
    assert "'=1+1" in [row[0] for row in rows(files["de/organisation-topic.csv"])]


def test_the_page_loads_only_its_own_files(statistics: Any, figures: Any, entities: Any) -> None:
    """Opens from disk, sends nothing anywhere, and every link to a file leads somewhere."""
    files = render(statistics(), figures(entities))
    for path in ("index.html", "ar/index.html"):
        tree = html5lib.parse(files[path].decode(), namespaceHTMLElements=False)
        root = "../" if "/" in path else ""
        links = [element.get("href") for element in tree.iter() if element.get("href")]
        local = [link for link in links if link and not link.startswith("#")]

        assert [
            link for link in local if not link.startswith(root) or link.removeprefix(root) not in files
        ] == []
        assert not {"script", "img", "iframe", "style"} & {element.tag for element in tree.iter()}
