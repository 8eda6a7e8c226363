"""With --json a command prints one object on stdout and nothing else, in the documented shape."""

from __future__ import annotations

from typing import Any

SOURCE = {
    "status", "fetched", "unchanged", "new", "changed", "withdrawn", "quarantined", "skipped", "created", "updated",
    "questions", "seconds", "problems_total", "problems",
}  # fmt: skip
PROBLEM = {"code", "severity", "key", "sheet", "row", "column", "field", "message", "hint"}


def test_sync_tells_each_source_in_figures_and_problems(told: Any) -> None:
    """Programs of the office read these names; they are promised."""
    report = told("sync")

    source = report["sources"]["vereine"]
    assert {"run", "sources"} == set(report)
    assert SOURCE <= set(source)
    assert (30, 30, 1, 29, "done") == tuple(
        source[name] for name in ("fetched", "new", "quarantined", "created", "status")
    )
    assert all(set(problem) == PROBLEM for problem in source["problems"])
    missing = next(problem for problem in source["problems"] if problem["code"] == "NAME_MISSING")
    assert (6, "Name", "error") == (missing["row"], missing["column"], missing["severity"])
    assert "Der Name fehlt" in missing["message"]


def test_check_has_the_shape_of_sync_and_writes_nothing(told: Any) -> None:
    """A dry run answers the same questions, and the sync after it still finds all new."""
    checked = told("check")["sources"]["vereine"]
    synced = told("sync")["sources"]["vereine"]

    assert set(checked) == set(synced)
    assert (30, 30, 1) == (checked["fetched"], checked["new"], checked["quarantined"])
    assert (30, 30, 1) == (synced["fetched"], synced["new"], synced["quarantined"])


def test_check_of_a_file_needs_no_hub(told: Any, office: Any, tmp_path: Any) -> None:
    """A partner checks a file before sending it."""
    report = told(
        "check",
        str(office.folder / "data" / "vereine.csv"),
        "--kind",
        "organisation",
        "--hub",
        str(tmp_path),
        hub=False,
    )

    assert 30 == report["sources"]["vereine.csv"]["fetched"]
    assert not list(tmp_path.glob("hub.*"))


def test_publish_and_run_tell_each_output(told: Any) -> None:
    """What was written and what was left alone can be counted by a program."""
    told("sync")
    published = told("publish")["outputs"]["statistik"]
    again = told("run")

    assert {"status", "written", "unchanged", "removed", "seconds", "path", "message", "notes"} == set(
        published
    )
    assert ("done", True) == (published["status"], published["written"] > 0)
    assert {"run", "sources", "outputs"} == set(again)
    assert (0, published["written"]) == (
        again["outputs"]["statistik"]["written"],
        again["outputs"]["statistik"]["unchanged"],
    )


def test_status_tells_state_and_age(told: Any) -> None:
    """A monitor reads whether a source is fresh without reading sentences."""
    before = told("status")
    told("run")
    after = told("status")

    assert ("never", None) == (
        before["sources"]["vereine"]["state"],
        before["sources"]["vereine"]["last_success_at"],
    )
    assert ("done", 29, 1) == tuple(
        after["sources"]["vereine"][name] for name in ("state", "live", "quarantined")
    )
    assert after["sources"]["vereine"]["last_success_at"].endswith(("Z", "+00:00"))
    assert after["outputs"]["statistik"]["files"] > 0


def test_problems_tell_each_one_with_its_source(told: Any) -> None:
    """Equal hints are one line for a person, but each is there for a program."""
    told("sync")
    problems = told("problems", "vereine")["problems"]

    assert all(set(problem) >= {"source", *PROBLEM} for problem in problems)
    assert ["error", "warning", "hint"] == list(dict.fromkeys(problem["severity"] for problem in problems))
    assert 30 == sum(problem["code"] == "REGISTER_COURT_ASSUMED" for problem in problems)


def test_held_tells_the_difference_row_by_row(told: Any, office: Any) -> None:
    """Whoever decides sees every record that would go."""
    assert {"held": []} == told("held")
    told("sync")
    office.sheet(office.rows(30)[:10])
    report = told("sync", exit_code=3)["sources"]["vereine"]

    held = told("held")["held"]

    assert "held" == report["status"]
    assert [("vereine", report["run"])] == [(one["source"], one["run"]) for one in held]
    assert {"new": 0, "changed": 0, "renamed": 0, "withdrawn": 20, "reread": 0} == held[0]["counts"]
    assert ["gone"] * 20 == [row["op"] for row in held[0]["rows"]]
    assert {"op", "raw", "kind", "key", "title", "sheet", "row", "waits", "why", "fields"} == set(
        held[0]["rows"][0]
    )
    applied = told("sync", "--accept", "vereine")["sources"]["vereine"]
    assert ("done", 20) == (applied["status"], applied["withdrawn"])


def test_show_tells_an_entry_with_its_claims(told: Any) -> None:
    """Each value can be followed to the source that it comes from."""
    told("sync")
    shown = told("show", "kulturverein-nummer-2-")
    why = told("show", shown["id"], "--why", "email")

    assert {"id", "kind", "slug", "data", "provenance", "claims"} <= set(shown)
    assert ("organisation", "Kulturverein Nummer 2 e. V.") == (shown["kind"], shown["data"]["name"])
    assert {"source", "key", "trust", "updated_at", "rule", "data"} <= set(shown["claims"][0])
    assert ("email", "info@verein-2.example") == (why["field"], why["value"])


def test_plugins_tell_name_kind_and_package(told: Any) -> None:
    """A program can find out what this hub can read."""
    plugins = told("plugins", hub=False)["plugins"]

    assert {"name", "kind", "package", "version", "does", "licence", "requests_per_minute"} <= set(plugins[0])
    assert {("spreadsheet", "source"), ("directory", "output")} <= {
        (one["name"], one["kind"]) for one in plugins
    }


def test_export_prints_a_line_for_each_entry(allin: Any) -> None:
    """A spreadsheet or a script of the office takes the entries from there."""
    import json

    allin("sync")
    result = allin("export", "--kind", "organisation")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert 29 == len(lines)
    assert {"id", "kind", "data", "sources"} == set(lines[0])
    assert [{"source": "vereine", "key": "1"}] == lines[0]["sources"]


def test_an_error_is_one_object_too(told: Any) -> None:
    """A program that asked for JSON gets JSON when nothing goes on."""
    error = told("sync", "nix", exit_code=2)

    assert {"error", "hint"} == set(error)
    assert "nix" in error["error"]
