"""Each bad plugin is named by the suite with what is wrong, and by no other check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.strangers.building import HUB

HERE = Path(__file__).parent
FAULTS = {
    "ChangingKeys": "test_keys_are_stable",
    "NumberedKeys": "test_keys_are_stable",
    "DoubleKeys": "test_keys_are_texts_and_unique",
    "PersonAsKey": "test_keys_name_no_person",
    "ReadingMap": "test_map_does_no_io",
    "AskingMap": "test_map_does_no_io",
    "TimedMap": "test_map_is_pure",
    "DicedMap": "test_map_is_pure",
    "ChangingMap": "test_map_is_pure",
    "UnorderedMap": "test_map_is_pure",
    "RaisingMap": "test_map_never_raises",
    "TrustingMap": "test_map_never_raises",
    "UnknownField": "test_drafts_name_fields_of_the_model",
    "SilentAboutPersons": "test_personal_data_is_declared",
    "ShownSecret": "test_secrets_never_show",
    "LoggedSecret": "test_secrets_never_show",
    "OpenSecret": "test_secrets_never_show",
    "LooseSettings": "test_unknown_settings_are_refused",
    "ChangeableSettings": "test_settings_cannot_change",
    "Endless": "test_fetch_ends",
    "EndlessPages": "test_fetch_ends",
    "Sleeping": "test_fetch_ends",
    "OwnSocket": "test_fetch_uses_the_hubs_doors_only",
    "OwnFile": "test_fetch_uses_the_hubs_doors_only",
    "OwnProgram": "test_fetch_uses_the_hubs_doors_only",
    "OwnEnvironment": "test_fetch_uses_the_hubs_doors_only",
    "Swallowing": "test_faults_of_a_server_become_hub_errors",
    "Mislabelling": "test_faults_of_a_server_become_hub_errors",
    "Listing": "test_fetch_is_lazy",
    "MoreEachTime": "test_a_second_fetch_gives_no_more",
    "LessEachTime": "test_a_second_fetch_gives_no_more",
    "Restless": "test_a_second_sync_changes_nothing",
    "TellingCursor": "test_persons_stay_sealed",
    "TellingLog": "test_persons_stay_sealed",
    "Unusable": "test_recorded_records_become_entries",
    "OtherContract": "test_it_is_a_source_of_this_contract",
    "Wordless": "test_licence_and_rate_are_declared",
    "TrustingFile": "test_broken_files_become_hub_errors",
    "CrashingFetch": "test_fetch_reads_what_was_recorded",
    "BrokenJson": "test_files_are_whole",
    "Expectant": "test_a_hub_publishes_it_twice",
    "Crashing": "test_files_are_whole",
    "Undeclared": "test_files_are_whole",
    "Escaping": "test_files_are_whole",
    "EndlessBoard": "test_files_are_whole",
    "ListingBoard": "test_publish_is_lazy",
    "Unclosed": "test_pages_are_valid_html",
    "Tracking": "test_pages_ask_nobody_else",
    "Scripted": "test_pages_ask_nobody_else",
    "Leaking": "test_nobody_shows_without_consent",
    "PersonAsPath": "test_no_person_is_in_paths_notes_or_state",
    "Remembering": "test_no_person_is_in_paths_notes_or_state",
    "Diced": "test_the_same_view_gives_the_same_bytes",
    "Unordered": "test_the_same_view_gives_the_same_bytes",
    "Timed": "test_the_same_view_gives_the_same_bytes",
    "OwnFileBoard": "test_it_does_no_io_of_its_own",
    "ThreeLanguages": "test_every_language_alone",
    "FirstEntry": "test_an_empty_hub_publishes",
    "Unescaped": "test_hostile_texts_stay_text",
    "Formulas": "test_hostile_texts_stay_text",
    "Stale": "test_what_changes_gets_a_new_key",
    "Nervous": "test_many_entries",
    "Purposeless": "test_it_is_an_output_of_this_contract",
    "ShownToken": "test_secrets_never_show",
}


def _failed(*words: str) -> tuple[dict[str, set[str]], str]:
    """Run the suites on the bad plugins in a process of their own: plugin -> the checks that failed, and the output."""
    path = os.pathsep.join([*HUB, str(HERE), str(HERE / "noticeboard")])
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest", "-c",
            "/dev/null", "--rootdir", str(HERE), "--color=no", *words,
        ],
        cwd=HERE,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "250"},
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for plugin, check in re.findall(r"^FAILED \S+::Test(\w+)::(\w+)", done.stdout, re.MULTILINE):
        found.setdefault(plugin, set()).add(check)
    return found, done.stdout


def test_each_bad_plugin_is_named_with_its_fault() -> None:
    """The check that is there for a fault finds it, and says plugin, rule, what was seen and what to do."""
    wanted = [f"bad_suites.py::Test{plugin}::{check}" for plugin, check in FAULTS.items()]
    found, said = _failed(*wanted)

    assert {plugin: {check} for plugin, check in FAULTS.items()} == found
    for plugin in FAULTS:
        assert re.search(
            rf"The plugin {plugin} \(.*\) breaks a rule\.\nRule: .+\nSeen: .+\nDo:   .+", said
        ), plugin


def test_what_one_check_tells_no_other_repeats() -> None:
    """Half a file, a language without texts and an open secret would trouble many checks, and are one fault each."""
    found, _ = _failed(
        "bad_suites.py::TestBrokenJson",
        "bad_suites.py::TestThreeLanguages",
        "bad_suites.py::TestOpenSecret::test_it_comes_with_an_example_and_a_readme",
    )

    assert {name: {FAULTS[name]} for name in ("BrokenJson", "ThreeLanguages")} == found


@pytest.mark.slow
@pytest.mark.parametrize("plugin", FAULTS)
def test_no_other_check_fails(plugin: str) -> None:
    """An author who reads one failure has one thing to mend."""
    found, _ = _failed(f"bad_suites.py::Test{plugin}")

    assert {plugin: {FAULTS[plugin]}} == found
