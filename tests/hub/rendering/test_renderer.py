"""The renderer keeps its word: lazy pages, keys that change with what a page shows, text that stays text."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from allin_hub import Output, PluginConfig, PublishError
from allin_hub.publish.renderer import Renderer, made_of
from allin_hub.testing import digest_of, sample
from allin_schemas import Organisation, Purpose

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
Lend = Callable[..., Renderer]


@pytest.fixture
def lend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lend:
    """A renderer for an output whose templates are given as texts."""

    def made(version: str = "1", locale: dict[str, str] | None = None, **templates: str) -> Renderer:
        home = tmp_path / f"plugin{len(list(tmp_path.iterdir()))}"
        (home / "templates").mkdir(parents=True)
        (home / "plugin.py").write_text("")
        for name, text in templates.items():
            (home / "templates" / f"{name}.html.j2").write_text(text, encoding="utf-8")
        for language, text in (locale or {}).items():
            file = home / "locale" / language / "LC_MESSAGES" / "messages.po"
            file.parent.mkdir(parents=True)
            file.write_text(f'msgid ""\nmsgstr "Language: {language}\\n"\n\n{text}', encoding="utf-8")
        module = ModuleType("a_plugin")
        module.__file__ = str(home / "plugin.py")
        monkeypatch.setitem(sys.modules, "a_plugin", module)
        output = type(
            "Made", (Output,), {"__module__": "a_plugin", "version": version, "purpose": Purpose.STATISTICS}
        )
        return Renderer(
            output("test", PluginConfig()),
            title="Verzeichnis",
            languages=("de", "ar"),
            now=NOW,
            zone="Europe/Berlin",
            digests=digest_of,
            state={},
        )

    return made


def test_what_a_record_says_is_escaped(lend: Lend) -> None:
    """Data is text, whatever it looks like; a template does nothing for that."""
    organisation = sample(Organisation, name="<script>alert(1)</script>{{ 7*7 }}")
    page = lend(page="{{ organisation.name }}").page("a.html", "page.html.j2", organisation=organisation)

    assert page.render() == b"&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}"


@pytest.mark.parametrize(
    "template",
    [
        "{{ text|safe }}",
        "{% autoescape false %}{{ text }}{% endautoescape %}",
        "{% set x = unknown.name %}",
        "{{ nothing }}",
    ],
)
def test_no_template_can_leave_the_rules(lend: Lend, template: str) -> None:
    """Escaping cannot be switched off, and a name that is not there is an error, never an empty page."""
    page = lend(page=template).page("a.html", "page.html.j2", text="<b>")

    with pytest.raises(PublishError, match=r"page\.html\.j2"):
        page.render()


def test_a_text_marked_safe_is_refused(lend: Lend) -> None:
    """A plugin cannot smuggle HTML past the templates."""
    from markupsafe import Markup

    with pytest.raises(PublishError, match="marked safe"):
        lend(page="{{ text }}").page("a.html", "page.html.j2", text=[Markup("<b>")])


def test_nothing_is_rendered_before_it_is_asked_for(lend: Lend) -> None:
    """A key costs no rendering, and functions of the context are not called for it."""

    def never() -> str:
        raise AssertionError

    page = lend(page="{{ text() }}").page("a.html", "page.html.j2", text=never)

    assert len(page.key) == 32


def test_a_key_changes_with_what_the_page_shows_and_with_nothing_else(lend: Lend) -> None:
    """The hub renders a page again exactly when one of these is new."""
    run = lend(page="{{ uses[0].name }}{{ day }}")
    other = sample(Organisation, name="Verein B")
    organisation = sample(Organisation, name="Verein A")

    def key(run: Renderer, record: Any = organisation, language: str = "de", **context: Any) -> str:
        run._paths.clear()
        return run.page("a.html", "page.html.j2", uses=[record], language=language, **context).key

    first = key(run, day=dt.date(2026, 10, 5), of=organisation)
    changed = {
        key(run, other, day=dt.date(2026, 10, 5), of=organisation),
        key(run, day=dt.date(2026, 10, 6), of=organisation),
        key(run, day=dt.date(2026, 10, 5), of=other),
        key(run, language="ar", day=dt.date(2026, 10, 5), of=organisation),
        key(lend(version="2", page="{{ uses[0].name }}{{ day }}"), day=dt.date(2026, 10, 5), of=organisation),
        key(lend(page="{{ uses[0].name }}!"), day=dt.date(2026, 10, 5), of=organisation),
    }

    assert first == key(run, day=dt.date(2026, 10, 5), of=organisation)
    assert first == key(lend(page="{{ uses[0].name }}{{ day }}"), day=dt.date(2026, 10, 5), of=organisation)
    assert len(changed - {first}) == 6


def test_the_pages_of_all_languages_share_their_key_and_each_speaks_its_own(lend: Lend) -> None:
    """What an entry shows is looked at once; the folder tells the languages apart."""
    run = lend(page="{{ language }} {{ direction }} {{ uses[0].name }} {{ day }}")
    organisation = sample(Organisation, name="Verein A")

    def made(run: Renderer, record: Any = organisation, **context: Any) -> list[Any]:
        run._paths.clear()
        return list(run.pages("a.html", "page.html.j2", languages=["de", "ar"], uses=[record], **context))

    first = made(run, day=5)

    assert [page.path for page in first] == ["de/a.html", "ar/a.html"]
    assert [page.render() for page in first] == [b"de ltr Verein A 5", b"ar rtl Verein A 5"]
    assert {page.key for page in first} == {page.key for page in made(run, day=5)}
    assert len({page.key for page in first}) == 1
    assert made(run, day=6)[1].key != first[1].key
    assert made(run, sample(Organisation, name="Verein B"), day=5)[1].key != first[1].key
    assert made(lend(page="{{ language }}!"), day=5)[1].key != first[1].key


def test_pages_in_several_languages_may_not_take_each_others_place(lend: Lend) -> None:
    """A language that is named twice would be published twice under one path."""
    with pytest.raises(PublishError, match="twice"):
        lend(page="").pages("a.html", "page.html.j2", languages=["de", "de"])


@pytest.mark.parametrize(
    "path", ["../a.html", "/a.html", "a//b.html", "a b.html", ".hidden", "ä.html", "a/../b", ""]
)
def test_no_path_leads_outside(lend: Lend, path: str) -> None:
    """File names are made of harmless characters, whatever an output asks for."""
    with pytest.raises(PublishError, match="file name"):
        lend().file(path, b"")


def test_two_files_of_one_name_are_refused(lend: Lend) -> None:
    """Also when they differ only in case, which some disks do not keep apart."""
    run = lend()
    run.file("a.txt", b"1")

    with pytest.raises(PublishError, match="twice"):
        run.file("A.txt", b"2")


def test_texts_come_from_the_catalogue_and_fall_back_to_english(lend: Lend) -> None:
    """A text without a translation shows in English rather than not at all."""
    run = lend(
        locale={"de": 'msgid "Hello %(who)s"\nmsgstr "Guten Tag, %(who)s"\n'},
        page="{% trans who='<b>' %}Hello {{ who }}{% endtrans %}{{ _('Bye') }}",
    )

    assert run.page("de.html", "page.html.j2", language="de").render() == b"Guten Tag, &lt;b&gt;Bye"
    assert run.page("ar.html", "page.html.j2", language="ar").render() == b"Hello &lt;b&gt;Bye"
    assert run.gettext("de-simple")("Hello %(who)s") == "Guten Tag, %(who)s"


def test_a_file_is_keyed_by_its_content(lend: Lend) -> None:
    """Equal bytes have an equal key, so an unchanged asset is never written again."""
    assert lend().file("a.txt", "x").key == lend().file("a.txt", b"x").key
    assert lend().file("a.txt", "x").key != lend().file("a.txt", b"y").key


def test_the_making_of_an_output_is_read_once(lend: Lend) -> None:
    """Ten thousand keys do not read the templates ten thousand times."""
    run = lend(page="")
    output = type("Again", (Output,), {"__module__": "a_plugin"})

    assert made_of(output) is made_of(output)
    assert run.notes == []
