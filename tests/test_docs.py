"""What the docs say is what the hub does: settings, messages, examples and links are compared."""

import importlib
import importlib.util
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import typer

from allin_hub.api import registry
from allin_hub.base.problems import Problem, catalogue
from allin_hub.cli import app
from allin_hub.config import settings
from allin_hub.config.load import load

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
EXAMPLE = ROOT / "hub.example.toml"


def script(name):
    """Load a script that writes a page."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def problem_codes():
    """Load the script that writes the list of messages."""
    return script("problem_codes")


def test_the_page_of_cells_says_what_the_readers_make_of_them():
    """What a partner reads there is so; `make docs` renews it."""
    cells = script("cells")
    assert cells.PAGE.read_text(encoding="utf-8") == cells.page(), "run: make docs"


def anchors(page: Path) -> set[str]:
    """List the anchors that a page's headings have."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_list_of_messages_is_that_of_the_catalogue(problem_codes):
    """A message that a partner cannot look up helps nobody; `make docs` renews the list."""
    written = problem_codes.PAGE.read_text(encoding="utf-8")

    assert written == problem_codes.page(), "run: make docs"
    assert set(catalogue()) == set(re.findall(r"^### `([A-Z_]+)`$", written, re.MULTILINE))


def test_the_cues_beside_names_are_published(problem_codes):
    """Whoever is left out can read why; `make docs` renews the list."""
    assert problem_codes.CUES.read_text(encoding="utf-8") == problem_codes.cues_page(), "run: make docs"
    assert problem_codes.FIELDS.read_text(encoding="utf-8") == problem_codes.fields_page(), "run: make docs"


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_an_explanation_guesses_only_where_the_message_always_does(problem_codes, code):
    """A page for everybody cannot know what somebody meant, unless the message exists for that."""
    explained = problem_codes._explained(code, "")
    always = "{nearest}" in catalogue()[code]["hint"]["de"]

    assert (int(always), int(always)) == (explained.count("Meinten Sie"), explained.count("Did you mean"))
    assert explained.count("'…'") == 0


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_message_is_complete_in_two_languages(code):
    """A partner reads what is wrong and how to mend it, in German or in English."""
    assert {"severity", "message", "hint", "example"} == set(catalogue()[code])
    for language in ("de", "en"):
        assert Problem(code).message(language).strip()
        assert Problem(code).hint(language).strip()


def test_german_messages_address_people_politely():
    """No message says du, and none blames."""
    texts = [entry[what]["de"] for entry in catalogue().values() for what in ("message", "hint")]
    impolite = re.compile(r"\b(du|dein\w*|dir|dich|ungültig\w*)\b", re.IGNORECASE)

    assert [text for text in texts if impolite.search(text)] == []


def test_the_example_settings_are_read_as_they_stand(tmp_path):
    """Whoever copies hub.example.toml has settings that the hub takes."""
    shutil.copy(EXAMPLE, tmp_path / "hub.toml")
    read = load(tmp_path)
    plugins = [registry.source(read, source) for source in read.sources.values()]
    plugins += [registry.output(read, output) for output in read.outputs.values()]

    assert {"vereine", "anmeldung", "termine"} == set(read.sources)
    assert len(plugins) == 6


def test_every_setting_stands_in_the_example():
    """A setting that the example leaves out would be found by reading code only."""
    text = EXAMPLE.read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", text, re.MULTILINE))
    models = [settings.HubSettings, settings.NotifySettings, settings.OutputSettings]
    limits = [settings.SourceLimits, settings.OutputLimits]
    known = {name for model in models + limits for name in model.model_fields} | set(settings.RESERVED)
    for group in (registry.SOURCES, registry.OUTPUTS):
        for found in registry.announced(group).values():
            if found.package == "allin-hub":
                known |= set(registry.plugin_class(group, found.name, "").config_class.model_fields)

    assert known - named - {"name", "options", "limits"} == set()


def test_the_plugin_in_the_readme_fetches_and_maps():
    """The first code that a developer copies has to work."""
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(block, names)  # noqa: S102 - the code is that of our own page
    source = names["EventFeed"]("feed", names["Config"](url="https://example.org/events.json"))

    class Answer:
        def json(self):
            return {"events": [{"id": "7", "name": "Sprachcafé", "begins": "2026-10-05T18:00:00+02:00"}]}

    class Run:
        class http:  # noqa: N801 - it stands for the attribute of a run
            get = staticmethod(lambda _: Answer())

    (raw,) = source.fetch(Run)

    assert raw.key == "7"
    assert source.map(raw) == {"title": "Sprachcafé", "start": "2026-10-05T18:00:00+02:00"}


def test_every_command_stands_in_the_pages_for_the_office():
    """A command that nobody can read about does not exist for the office."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    commands = set(typer.main.get_command(app).commands)

    assert len(commands) >= 12
    assert [name for name in sorted(commands) if f"| `allin {name}` |" not in pages] == []


def test_every_command_that_a_page_names_exists():
    """Nobody is told to type what the hub does not know."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"\ballin ([a-z]+)\b", pages))

    assert named - set(typer.main.get_command(app).commands) - {"hub"} == set()


def params(command):
    """The parameters of a command; of a group those of all its commands."""
    inner = getattr(command, "commands", {}).values()
    return [*command.params, *(one for each in inner for one in each.params)]


SHOWN = [
    *PAGES,
    EXAMPLE,
    *sorted((ROOT / "hub").rglob("*.toml")),
    *sorted((ROOT / "plugins").rglob("README.md")),
]


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_stands_behind_a_command_that_knows_it(page):
    """A line that is typed as it is shown does not end with `No such option`."""
    commands = typer.main.get_command(app).commands
    known = {
        name: {"--help", *(option for one in params(command) for option in one.opts)}
        for name, command in commands.items()
    }
    text = page.read_text(encoding="utf-8")
    written = re.findall(r"\ballin ([a-z]+)((?: [^`\n#]*)?)", text)
    unknown = [
        (name, option)
        for name, rest in written
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest)
        if name in known and option not in known[name]
    ]

    assert unknown == []
    assert re.findall(r"\ballin --(?!help\b)[a-z]+.*", text) == []


def test_the_pages_say_which_commands_speak_to_people_only():
    """Who writes a program for the hub knows beforehand what it can read."""
    commands = typer.main.get_command(app).commands
    silent = {
        name
        for name, command in commands.items()
        if "--json" not in {option for one in params(command) for option in one.opts}
    }

    assert {"demo", "init", "up"} == silent
    admin = (ROOT / "docs/admin.md").read_text(encoding="utf-8")
    assert "`allin export` gibt immer\nJSON aus" in admin
    assert "`allin demo`, `allin init` und `allin up` sprechen nur für Menschen" in admin


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings_that_exist(page):
    """A reader who follows a link arrives."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page

        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


ROOMS = "|".join(sorted(path.name for path in (ROOT / "hub/allin_hub").iterdir() if path.is_dir()))


def test_every_function_that_the_page_for_developers_names_is_there():
    """Whoever reads the way of a record can jump to each step."""
    text = (ROOT / "docs/developers.md").read_text(encoding="utf-8").partition("## Recipes")[0]
    named = re.findall(rf"`((?:{ROOMS})(?:\.\w+)+)`", text)
    names = {name for name in named if not name.endswith(".py")}

    assert len(names) >= 40
    for name in names:
        room, module, *attributes = name.split(".")
        found = importlib.import_module(f"allin_hub.{room}.{module}")
        for attribute in attributes:
            found = getattr(found, attribute)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "plugins.md"], ids=lambda page: page.name
)
def test_every_file_of_ours_that_a_page_names_is_there(page):
    """A path that has moved since sends a reader into an empty room; plugins.md speaks of a package of one's own."""
    text = page.read_text(encoding="utf-8").partition("## Recipes")[0]
    named = re.findall(r"`((?:tests|hub|schemas|plugins|flows|docs|bench)/[\w./-]+)", text)

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_proof_that_the_readme_names_exists():
    """A promise may only point to a test that is there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    proofs = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", text)
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert len(proofs) >= 5
    assert set(re.findall(r"`make ([\w-]+)", text)) <= targets
    for path, test in proofs:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_the_demo_and_the_example_agree_with_toml():
    """Both files are plain TOML."""
    for path in (EXAMPLE, ROOT / "hub/allin_hub/demo/hub.toml"):
        assert {"hub", "sources", "outputs"} == set(tomllib.loads(path.read_text(encoding="utf-8")))
