"""Persons in public texts reach no output: the case of a whole hub, row by row, and what the office may answer."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from allin_hub.base.errors import ConfigError
from allin_hub.cli import app
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.operations.held_texts import HeldText, all_held_texts, decide, person_problems
from allin_hub.privacy.public_texts import text_fields
from allin_hub.publish.preview import preview
from allin_hub.publish.publish import publish
from allin_schemas import ENTITIES, Internal, Kind, Private
from allin_schemas.marks import marked

CASES = Path(__file__).parent / "cases"
NOW = dt.datetime(2026, 11, 15, 9, 0, tzinfo=dt.UTC)
OF_ROLES = (
    "0176 11112226",
    "0176 11112227",
    "0176 11112228",
    "0176 11112214",
    "kontakt.lambdaqvestorina",
)
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en"]
[sources.liste]
plugin = "spreadsheet"
path = "liste.csv"
kind = "organisation"
key = "Nr."
{more}
[sources.liste.columns]
"Darf?" = "contacts.consent.directory_public"
[outputs.v]
plugin = "directory"
path = "public"
imprint = "Büro, Weg 1, 34117 Kassel"
"""


class Office:
    """A hub's folder: one list, one directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def settings(self, more: str = "") -> None:
        """Write hub.toml."""
        (self.folder / "hub.toml").write_text(SETTINGS.replace("{more}", more), encoding="utf-8")

    def list(
        self,
        *rows: str,
        header: str = "Nr.;Verein;Kurzbeschreibung;Ansprechpartner/in;Mail Ansprechpartner/in;Darf?",
    ) -> None:
        """Write the list."""
        (self.folder / "liste.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")

    def run(self) -> str:
        """Sync, publish, and give all that was published as one text."""
        with closing(open_hub(self.folder, clock=lambda: NOW)) as hub:
            for source, report in sync(hub).sources.items():
                assert report.status == "done", (source, report.message)
            for output, made in publish(hub).items():
                assert made.status == "done", (output, made.message)
        return self.published()

    def published(self) -> str:
        """All that stands in outputs."""
        return "\n".join(
            path.read_text(encoding="utf-8", errors="replace")
            for name in ("public", "rundbrief", "statistik")
            for path in sorted((self.folder / name).rglob("*"))
            if path.is_file() and path.suffix not in {".woff2", ".png", ".ico"}
        )

    def held(self) -> list[HeldText]:
        """What `allin allow` lists."""
        with closing(open_hub(self.folder, clock=lambda: NOW)) as hub:
            return all_held_texts(hub)

    def answer(self, yes: list[str] | None = None, no: list[str] | None = None) -> None:
        """Answer as `allin allow` does."""
        with closing(open_hub(self.folder, clock=lambda: NOW)) as hub:
            decide(hub, yes or [], no or [])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A hub that nothing was read into."""
    made = Office(tmp_path)
    made.settings()
    return made


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """The handed hub, synced and published once."""
    folder = tmp_path_factory.mktemp("case")
    shutil.copytree(CASES / "names-in-free-text", folder, dirs_exist_ok=True)
    office = Office(folder)
    return office, office.run()


HELD = [
    "Zarifa", "11112221", "zarifa.qvestorina", "11112222", "11112223", "Gamila", "Delila", "Epsilo-Q",
    "Zetana", "Thetana", "4917611112229", "iotana",
    "Kappana", "lqvestorina@", "Nyra", "11112213", "Omikra", "11112215", "Rhona", "rhona.", "Pi Qvestorina",
    "pi-qvestorina", "Sigma", "11112231",
    "Taunia", "11112232", "taunia.", "geheim123", "geheim124", "pwd=", "Ypsila", "Phila", "11112233", "Chia", "Psia",
]  # fmt: skip


@pytest.mark.parametrize("canary", HELD)
def test_nobody_of_the_case_is_in_any_output(case: tuple[Office, str], canary: str) -> None:
    """All of them said no, or said nothing."""
    assert canary.casefold() not in case[1].casefold()


@pytest.mark.parametrize("canary", OF_ROLES)
def test_what_a_role_may_not_show_either(case: tuple[Office, str], canary: str) -> None:
    """A number marked private or beside a no, and a mailbox by a family's own domain: the rule of roles decides."""
    assert canary not in case[1]


def test_a_roles_mail_stays_though_its_function_names_a_person(case: tuple[Office, str]) -> None:
    """The function is left out; info@ is the role's."""
    assert "info@chor-theta.example" in case[1]


@pytest.mark.parametrize(
    "shown",
    [
        "Chor Alpha e.V.", "Wir singen. [ausgelassen]", "Chor Beta e.V.", "Chor Gamma e.V.",
        "Chor Delta e.V.", "Musterweg 4", "Chor Epsilon e.V.", "Musterweg 5",
        "Chor Zeta e.V.", "vorstand@chor-zeta.example", "Chor Eta e.V.", "Chor Theta e.V.",
        "Chor Iota e.V.", "Chor Kappa", "Chor Lambda",
        "Chor My", "Chor Ny", "Musterweg 13", "Chor Xi", "Chor Omikron", "Chor Rho", "Helfen beim Chor",
    ],
)  # fmt: skip
def test_what_is_no_persons_stays_public(case: tuple[Office, str], shown: str) -> None:
    """Each association is shown; the rest of its texts stays readable."""
    assert shown in case[1]


def test_each_held_place_is_told_with_its_row_and_without_its_words(case: tuple[Office, str]) -> None:
    """Source, row, field and class."""
    with closing(open_hub(case[0].folder, clock=lambda: NOW)) as hub:
        problems = person_problems(hub)
    told = {(one.source, one.row, one.field, one.code) for one in problems}

    assert {
        ("liste", 2, "description.de.text", "PERSON_IN_TEXT"),
        ("liste", 5, "places.0.extra", "PERSON_IN_TEXT"),
        ("liste", 6, "places.0.extra", "PERSON_IN_TEXT"),
        ("liste", 10, "website", "PERSON_IN_TEXT"),
        ("liste", 11, "legal_name", "PERSON_IN_TEXT"),
        ("liste", 11, "alternate_names.0", "PERSON_IN_TEXT"),
        ("liste", 14, "places.0.hours.note", "PERSON_IN_TEXT"),
        ("liste", 14, "places.0.name", "PERSON_IN_TEXT"),
        ("liste", 17, "name", "PERSON_ASKED"),
        ("mit", 2, "meeting_point", "PERSON_IN_TEXT"),
        ("mit", 2, "apply.note", "PERSON_IN_TEXT"),
    } <= told
    assert ("termine", "title", "PERSON_ASKED") in {(one.source, one.field, one.code) for one in problems}
    said = json.dumps(
        [(one.problem.message("de"), one.problem.message("en"), one.params) for one in problems]
    )
    assert "Qvestorina" not in said
    assert "1111" not in said


@pytest.mark.parametrize(
    "command",
    [("problems", "--all"), ("problems", "--json"), ("allow",), ("allow", "--json"), ("status", "--json")],
)
def test_no_screen_quotes_a_person(case: tuple[Office, str], command: tuple[str, ...]) -> None:
    """Output that is no terminal may be kept by somebody."""
    done = CliRunner().invoke(app, [*command, "--hub", str(case[0].folder)])

    assert done.exit_code == 0, done.output
    assert "qvestorina" not in done.output.casefold()
    assert "111122" not in done.output


def test_a_calendar_sheet_that_names_a_contact(tmp_path: Path) -> None:
    """Row A of the office's sheet: its words stay, its contact does not."""
    shutil.copy(CASES / "calendar-sheet.csv", tmp_path / "liste.csv")
    office = Office(tmp_path)
    office.settings()
    text = (tmp_path / "hub.toml").read_text(encoding="utf-8")
    text = text.replace('kind = "organisation"\nkey = "Nr."', 'kind = "event"').partition(
        "[sources.liste.columns]"
    )[0]
    (tmp_path / "hub.toml").write_text(text + SETTINGS[SETTINGS.index("[outputs.v]") :], encoding="utf-8")

    published = office.run()

    assert "A deutsch" in published
    for canary in ("Sonnental", "0171 5550001", "mira.sonnental", "+491715550001"):
        assert canary not in published


def test_a_yes_shows_the_text_and_is_asked_again_when_it_changes(office: Office) -> None:
    """The answer is to exactly this text."""
    office.list("1;Chor Alpha e.V.;Rückfragen an Zarifa Qvestorina;;;")
    assert "Zarifa" not in office.run()
    (one,) = office.held()
    office.answer(yes=[one.id])

    assert "Rückfragen an Zarifa Qvestorina" in office.run()

    office.list("1;Chor Alpha e.V.;Fragen und Lob an Zarifa Qvestorina;;;")
    assert "Zarifa" not in office.run()
    (other,) = office.held()
    assert (None, True) == (other.allowed, other.id != one.id)


def test_a_preview_lists_what_is_masked_and_never_its_words(office: Office) -> None:
    """Title, field and source; an entry whose own title may name a person by its id."""
    office.list("1;Chor Alpha e.V.;Rückfragen an Zarifa Qvestorina;;;", "2;Pi Qvestorina;Wir singen.;;;")
    with closing(open_hub(office.folder, clock=lambda: NOW)) as hub:
        sync(hub)
        found = preview(hub)["v"].preview
    (waiting,) = [one for one in office.held() if one.verdict == "asked"]

    assert found is not None
    assert sorted(
        ["Chor Alpha e.V.: description.de.text (liste)", f"{waiting.entity}: name (liste)"]
    ) == sorted(found.masked)
    assert "Qvestorina" not in str(found)


def test_a_page_marks_what_is_left_out_and_says_why(office: Office) -> None:
    """In its own language and direction; never as a link, whatever stands behind it."""
    office.list("1;Chor Alpha e.V.;Wir singen. Leitung: Zarifa Qvestorina(https://verein.example/chor);;;")
    page = office.run()

    assert '<span class="held" lang="de" dir="ltr">[ausgelassen]</span>' in page
    assert "Einige Angaben fehlen, weil der Mensch nicht zugestimmt hat." in page
    assert ">ausgelassen</a>" not in page


def test_a_no_leaves_out_what_was_only_hinted_at(office: Office) -> None:
    """Until then it is published."""
    office.list("1;Chor Alpha e.V.;Lesung mit Fatma Aydemir am Freitag;;;")
    assert "Fatma Aydemir" in office.run()
    (one,) = office.held()
    assert "hinted" == one.verdict
    office.answer(no=[one.id])

    assert "Fatma" not in office.run()


def test_a_source_may_hold_names_without_a_cue(office: Office) -> None:
    """For forms in which people write about themselves."""
    office.settings('names_in_text = "hold"')
    office.list("1;Chor Alpha e.V.;Lesung mit Fatma Aydemir am Freitag;;;")

    assert "Fatma" not in office.run()


def test_an_association_called_like_a_person_waits_for_the_office(office: Office) -> None:
    """A yes shows it, a no keeps it out."""
    office.list("1;Pi Qvestorina;Wir singen.;;;", "2;Chor Beta e.V.;;;;")
    assert "Qvestorina" not in office.run()
    (one,) = office.held()
    office.answer(no=[one.id])
    assert "Qvestorina" not in office.run()
    office.answer(yes=[one.id])

    assert "Pi Qvestorina" in office.run()


def test_a_person_in_an_associations_name_stays_in_no_address(office: Office) -> None:
    """Neither while it stands there, nor when the name was mended: pages are called after the name without the person."""
    office.list("1;Chor Alpha (Kontakt: Zarifa Qvestorina, 0176 11112221);Wir singen.;;;")
    first = office.run()
    names = [path.name for path in (office.folder / "public").rglob("*")]
    assert "Chor Alpha" in first
    assert [] == [name for name in names if "zarifa" in name]
    assert "zarifa" not in first.casefold()
    office.list("1;Chor Alpha;Wir singen.;;;")

    assert "zarifa" not in office.run().casefold()
    assert [] == list((office.folder / "public").rglob("*zarifa*"))


def test_a_consent_lifts_the_mask_of_that_person_alone(office: Office) -> None:
    """Their name and their own data; not another's beside it."""
    text = "Leitung: Zarifa Qvestorina und Delila Musterin, zarifa.q@post.example"
    office.list(
        f"1;Chor Alpha e.V.;{text};Zarifa Qvestorina;zarifa.q@post.example;ja",
        "2;Chor Beta e.V.;Es singt Berta Qvestorina;Berta Qvestorina;berta@post.example;nein",
    )
    published = office.run()

    assert "Leitung: Zarifa Qvestorina" in published
    assert "zarifa.q@post.example" in published
    assert "Delila" not in published
    assert "Berta" not in published


def test_what_a_person_has_agreed_to_is_told_of_no_more(office: Office) -> None:
    """Her text is shown, so nothing says that it is left out; of a text with another beside her, the other alone."""
    office.list(
        "1;Chor Alpha e.V.;Leitung: Zarifa Qvestorina, 0176 5550199;Zarifa Qvestorina;zarifa.q@post.example;ja",
        "2;Chor Beta e.V.;Leitung: Zarifa Qvestorina;;;",
    )
    office.run()
    assert [one.found for one in office.held()] == [("mobile",)]

    office.list(
        "1;Chor Alpha e.V.;Leitung: Zarifa Qvestorina, 0176 5550199;Zarifa Qvestorina;zarifa.q@post.example;nein",
        "2;Chor Beta e.V.;Leitung: Zarifa Qvestorina;;;",
    )
    office.run()
    assert [one.found for one in office.held()] == [("name", "mobile"), ("name",)]


def test_of_two_with_the_same_name_one_no_is_enough(office: Office) -> None:
    """Nobody can tell which of them the text means."""
    office.list(
        "1;Chor Alpha e.V.;Leitung: Zarifa Qvestorina;Zarifa Qvestorina;zarifa.a@post.example;ja",
        "2;Chor Beta e.V.;;Zarifa Qvestorina;zarifa.b@other.example;nein",
    )

    assert "Leitung: Zarifa" not in office.run()


def test_a_person_who_comes_later_is_held_in_texts_that_were_looked_at(office: Office) -> None:
    """A new name means a new look at all texts."""
    office.list("1;Chor Alpha e.V.;Es kocht Sigma Qvestorina;;;")
    office.run()
    office.list(
        "1;Chor Alpha e.V.;Es kocht Sigma Qvestorina;;;",
        "2;Chor Beta e.V.;;Sigma Qvestorina;sigma@post.example;nein",
    )

    assert "Sigma" not in office.run()


def test_an_id_that_is_none_is_refused(office: Office) -> None:
    """With the command that lists them."""
    office.list("1;Chor Alpha e.V.;;;;")
    office.run()

    with pytest.raises(ConfigError, match="no held text"):
        office.answer(yes=["abc"])


@pytest.mark.parametrize("kind", list(Kind))
def test_every_public_text_field_of_the_model_is_looked_at(kind: Kind) -> None:
    """A new field is looked at from its first day; what is not stands in a list with its reason."""
    model = ENTITIES[kind]
    hidden = marked(model, Internal) | (frozenset() if kind is Kind.PERSON else marked(model, Private))
    looked = set(text_fields(kind))

    for name, info in model.model_fields.items():
        if "LocalizedText" in str(info.annotation) and name not in hidden:
            assert name in looked
    assert {"description"} <= looked or kind is Kind.PERSON
