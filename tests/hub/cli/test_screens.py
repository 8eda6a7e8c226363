"""What people see: in their language, in few lines, the last of which says what to do next."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

import pytest

from allin_hub import PluginConfig, Source
from allin_hub.api import registry
from allin_hub.open_hub import open_hub
from allin_hub.operations.notify import note_outcome
from allin_hub.operations.notify_send import Fault
from allin_hub.store import leases, runs
from allin_hub.store.engine import writing


def last(result: Any) -> str:
    """The last line of a screen."""
    assert "Traceback" not in result.output
    return str(result.stdout.splitlines()[-1])


def test_a_sync_ends_with_the_next_step(allin: Any, office: Any) -> None:
    """First what partners can mend, then publishing; held runs before all else."""
    first = allin("sync")
    office.sheet(office.rows(30)[:10])
    held = allin("sync")

    assert "fertig" in first.stdout
    assert last(first).startswith("Alles Übrige veröffentlichen: allin publish --hub ")
    assert "allin problems" in first.stdout
    assert (
        "vereine ist angehalten. Einträge würden fehlen: 20 (bekannt: 30). Was veröffentlicht ist, bleibt, wie es ist."
        in " ".join(held.stdout.split())
    )
    assert last(held).startswith("Annehmen: allin sync --accept vereine --hub ")
    assert 3 == held.exit_code


def test_a_run_names_the_decision_that_waits(allin: Any, office: Any) -> None:
    """Whoever runs all at once is asked as after a sync alone; problems of partners can wait."""
    allin("run")
    office.sheet(office.rows(10))
    held = allin("run").stdout
    (office.folder / "data" / "vereine.csv").unlink()
    failed = allin("run").stdout

    assert "Unterschied ansehen: allin held vereine --hub " in held
    assert "Annehmen: allin sync --accept vereine --hub " in held
    assert "Wenn es behoben ist: allin sync vereine --hub " in failed
    assert "allin problems" not in held


def test_the_figures_of_a_first_sync_add_up(allin: Any, office: Any) -> None:
    """A record that waits is not taken in; `check` says the same before, and a later one that waits is still news."""
    checked, synced = (_figures(allin(command).stdout) for command in ("check", "sync"))
    (row,) = [row for row in office.rows(30) if not row[1]]
    office.sheet([*office.rows(30), ["31", *row[1:]]])
    later = allin("sync").stdout

    assert checked == synced == {"Gelesen": 30, "Neu": 29, "Wartet": 1}
    assert _figures(later) == {"Gelesen": 31, "Wartet": 2}
    assert "nichts Neues" not in later


def _figures(said: str) -> dict[str, int]:
    """Column -> figure of the only source in a table."""
    names, figures = [re.split(r"\s{2,}", one) for one in said.splitlines()[:2]]
    found = dict(zip(names, figures, strict=True))
    return {
        name: int(found[name])
        for name in ("Gelesen", "Neu", "Anders", "Weg", "Wartet")
        if found[name].isdigit()
    }


def test_status_names_settings_that_no_run_can_use(allin: Any, told: Any, office: Any) -> None:
    """Before the next run fails with them; a secret that only the schedules' account has is no fault."""
    allin("run")
    toml = office.folder / "hub.toml"
    good = toml.read_text(encoding="utf-8")
    toml.write_text(good.replace("[outputs.statistik]", '[outputs.statistik]\npatth = "x"'), encoding="utf-8")
    output = told("status")
    said = allin("status").stdout
    toml.write_text(good.replace("[sources.vereine]", '[sources.vereine]\nfiles = "x"'), encoding="utf-8")
    source = told("status")
    toml.write_text(
        good
        + '\n[sources.netz]\nplugin = "ical"\nurl = "https://x.example/a.ics"\ntoken = { env = "NOBODY" }\n',
        encoding="utf-8",
    )
    secret = told("status")

    assert ("failed", False) == (output["outputs"]["statistik"]["state"], output["ok"])
    assert "outputs.statistik.patth ist nicht bekannt. Meinten Sie 'path'?" in said
    assert f"allin publish statistik --hub {office.folder}" in said
    assert "failed" == source["sources"]["vereine"]["state"]
    assert "files" in source["sources"]["vereine"]["message"]
    assert ("never", None) == (secret["sources"]["netz"]["state"], secret["sources"]["netz"]["message"])


def test_status_says_what_failed_in_the_readers_language(allin: Any, office: Any) -> None:
    """The nightly run spoke German; who reads it in the morning may not."""
    allin("sync")
    toml = office.folder / "hub.toml"
    good = toml.read_text(encoding="utf-8")
    (office.folder / "data" / "vereine.csv").rename(office.folder / "data" / "verein.csv")
    toml.write_text(good.replace("[outputs.statistik]", '[outputs.statistik]\npatth = "x"'), encoding="utf-8")
    allin("run")
    toml.write_text(good, encoding="utf-8")
    german, english = allin("status").stdout, allin("status", "--lang", "en").stdout

    assert "Die Datei 'data/vereine.csv' gibt es im Ordner 'data' nicht." in german
    assert "outputs.statistik.patth ist nicht bekannt." in german
    assert "There is no file 'data/vereine.csv' in the folder 'data'." in english
    assert "outputs.statistik.patth is not known." in english
    assert "hub.toml, line" in english
    assert "Die Datei" not in english


def test_a_second_sync_says_that_nothing_is_new(allin: Any) -> None:
    """The same file again is no news."""
    allin("sync")

    assert "nichts Neues" in allin("sync").stdout


def test_a_sync_asks_to_publish_only_what_is_not_published(allin: Any, office: Any) -> None:
    """After a sync that brought nothing, publishing would do nothing."""
    office.sheet(office.rows(4)[:2])
    first = allin("sync").stdout
    allin("publish")
    second = allin("sync").stdout
    office.sheet(office.rows(4))
    third = allin("sync").stdout

    assert ["allin publish" in said for said in (first, second, third)] == [True, False, True]


def test_a_source_that_is_switched_off_is_not_read_when_it_is_named(allin: Any, office: Any) -> None:
    """Its name says which one is meant, not that somebody has switched it on again."""
    allin("sync")
    allin("source", "disable", "vereine")
    office.sheet(office.rows(31))
    refused = allin("sync", "vereine")
    replayed = allin("sync", "vereine", "--replay")

    assert refused.exit_code == 2
    assert "Die Quelle 'vereine' ist abgeschaltet" in refused.stderr
    assert f"allin source enable --hub {office.folder} vereine" in refused.stderr
    assert replayed.exit_code == 0
    assert "30" in replayed.stdout or "nichts Neues" in replayed.stdout
    allin("source", "enable", "vereine")
    assert allin("sync", "vereine").exit_code == 0


@pytest.mark.parametrize("width", [40, 80, 120])
def test_plugins_say_in_german_what_they_do_at_every_width(
    width: int, allin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sentence is cut, and no word within it."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", allin("plugins", "--lang", "de", hub=False).stdout)
    words = shown.split()

    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    for word in ("Anmeldeformular:", "Mitmachen", "Stadtteil,", "Rundbrief:", "Kalender"):
        assert word in words


def test_a_strangers_plugin_speaks_for_itself_and_says_what_it_declares(
    allin: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its own words, where it has no German ones; with its licence and how often it asks."""

    class Foreign(Source[PluginConfig]):
        """Reads what nobody knows."""

        about: ClassVar = {"en": "Events of a city nobody knows."}
        licence = "CC-BY-4.0"
        requests_per_minute = 30

    monkeypatch.setattr(registry, "plugin_class", lambda _group, _name, **_: Foreign)
    english = next(
        one for one in told("plugins", "--lang", "en", hub=False)["plugins"] if one["name"] == "ical"
    )
    german = allin("plugins", "--lang", "de", hub=False).stdout

    assert ("Events of a city nobody knows.", "CC-BY-4.0", 30) == (
        english["does"],
        english["licence"],
        english["requests_per_minute"],
    )
    assert "Lizenz: CC-BY-4.0. Höchstens 30 Anfragen in der Minute." in german


def test_a_replay_shows_what_came_of_the_rows_that_waited(allin: Any, office: Any) -> None:
    """Whoever has mapped a column wants to see that it helped, although no row is new."""
    sheet = office.folder / "data" / "vereine.csv"
    sheet.write_text("Nr.;Name;Kurzname\n1;Verein Eins e. V.;\n2;;Zwei e. V.\n", encoding="utf-8")
    allin("sync")
    office.settings(old='key = "Nr."', new='key = "Nr."\ncolumns = { "Kurzname" = "name" }')
    replayed = next(line for line in allin("sync", "--replay").stdout.splitlines() if "vereine" in line)

    assert ["vereine", "fertig", "–", "1"] == replayed.split()[:4]


def test_a_sync_without_a_source_that_is_on_says_so(allin: Any) -> None:
    """A table of nothing but headings would leave the reader in doubt."""
    allin("source", "disable", "vereine")

    assert "In hub.toml sind alle Quellen abgeschaltet." == allin("sync").stdout.splitlines()[0]


def test_a_message_that_failed_is_no_news_where_nobody_is_told_any_more(allin: Any, office: Any) -> None:
    """Whoever has taken [notify] out of hub.toml could never put that right."""
    allin("run")
    hub = open_hub(office.folder)
    note_outcome(hub, [Fault(1, "")])
    hub.close()

    assert "Nachricht" not in allin("status").stdout


def test_the_office_may_work_in_english(allin: Any, office: Any) -> None:
    """The first language of the hub is that of its screens and of its problems."""
    office.settings("en")
    synced, problems = allin("sync"), allin("problems")

    assert ["Source", "State", "Read"] == synced.stdout.split()[:3]
    assert "Row 6, Column 'Name': The name is missing." in problems.stdout


def test_problems_are_grouped_unless_all_are_asked_for(allin: Any) -> None:
    """Thirty equal hints are one line; with --all each row has its own."""
    allin("sync")
    short, full = allin("problems"), allin("problems", "--all")

    lines = short.stdout.splitlines()
    assert ["Fehler", "Warnung", "Hinweis"] == list(
        dict.fromkeys(line.split()[0] for line in lines[1 : lines.index("")])
    )
    assert "Zeile 6, Spalte 'Name': Der Name fehlt." in short.stdout
    assert (
        "Spalte 'VR-Nr.', 30-mal, Zeilen 2–31: zum Beispiel: In 'VR 9101' fehlt das Gericht." in short.stdout
    )
    assert 30 == full.stdout.count("fehlt das Gericht")
    assert "1 Fehler: Diese Zeile wartet. 1 Warnung: Diese Angabe fehlt. 30 Hinweise" in short.stdout
    assert "allin problems --all" in short.stdout
    assert last(short).startswith("Wenn der Partner die Datei berichtigt hat: allin sync")


def test_no_problems_are_good_news(allin: Any, office: Any) -> None:
    """An empty table would leave the reader in doubt."""
    office.sheet([[*row[:5], ""] for row in office.rows(4)])
    allin("sync")

    assert "Es gibt keine offenen Meldungen." == last(allin("problems"))
    assert "Kein Lauf wartet auf eine Entscheidung." == last(allin("held"))


def test_held_shows_what_would_happen_and_both_ways_on(allin: Any, office: Any) -> None:
    """Whoever decides needs the rows, and the command for either answer."""
    allin("sync")
    office.sheet(office.rows(30)[:10])
    allin("sync")
    overview, rows = allin("held"), allin("held", "vereine")

    assert "20 weg" in overview.stdout
    assert last(overview).startswith("Zeile für Zeile ansehen: allin held vereine --hub ")
    gone = [line.split() for line in rows.stdout.splitlines() if line.startswith("weg ")]
    assert [str(row) for row in range(12, 32)] == [words[1] for words in gone]
    assert "Kulturverein Nummer 30 e. V." in rows.stdout
    assert last(rows).startswith("Ist es richtig, nehmen Sie genau das an: allin sync --accept vereine")


def test_what_waits_for_a_decision_is_told_even_when_a_later_read_failed(allin: Any, office: Any) -> None:
    """The fault is mended in a day; the decision would wait unseen until then."""
    allin("sync")
    rows = office.rows(30)
    office.sheet(rows[:10])
    allin("sync")
    (office.folder / "data" / "vereine.csv").unlink()
    failed, told = allin("sync"), " ".join(allin("status").stdout.split())
    office.sheet(rows)
    allin("sync")

    assert failed.exit_code != 0
    assert "allin sync vereine" in told
    assert "vereine: Bitte entscheiden Sie. allin held vereine" in told
    assert "allin held" not in allin("status").stdout


def test_held_shows_old_and_new_values(allin: Any, office: Any) -> None:
    """A mass change is judged by what would stand there instead."""
    allin("sync")
    office.sheet([[*row[:4], "Baunatal", row[5]] for row in office.rows(30)])
    allin("sync")

    assert "Kassel → Baunatal" in allin("held", "vereine").stdout


@pytest.mark.parametrize(
    ("state", "told", "command"),
    [
        ("failed", "vereine: Die Datei ist leer.", "allin sync vereine"),
        ("held", "vereine: Bitte entscheiden Sie.", "allin held vereine"),
        ("partial", "Nur zum Teil geholt: vereine", "allin sync vereine"),
    ],
)
def test_status_names_what_needs_somebody(
    allin: Any, office: Any, state: str, told: str, command: str
) -> None:
    """The first line says it all; then each thing has its reason, and its command on a line of its own."""
    from allin_hub.open_hub import open_hub

    allin("run")
    hub = open_hub(office.folder)
    with writing(hub.engine) as connection:
        runs.save_source(connection, "vereine", last_status=state, message="Die Datei ist leer.")
    hub.close()
    lines = allin("status").stdout.splitlines()

    assert lines[0].startswith("1 von 2 brauchen Sie: vereine (")
    assert [told, f"  {command} --hub {office.folder}"] == lines[-2:]


def test_status_says_when_a_source_is_late(allin: Any, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that nobody has fetched for days are no longer called fresh."""
    allin("run")
    fresh = allin("status")
    monkeypatch.setattr("allin_hub.operations.status.UNSCHEDULED", dt.timedelta(0))
    late = allin("status")

    assert "Alles ist aktuell." == fresh.stdout.splitlines()[0]
    assert "vereine, statistik (veraltet)" in late.stdout.splitlines()[0]


def test_a_source_that_is_off_needs_nobody(allin: Any, office: Any) -> None:
    """What the office has switched off is no reason to worry, but it is named."""
    allin("run")
    office.settings(old='key = "Nr."', new='key = "Nr."\nenabled = false')
    result = allin("status")

    assert " aus " in result.stdout
    assert "Alles ist aktuell." == result.stdout.splitlines()[0]
    assert "In hub.toml abgeschaltet: vereine." in result.stdout


def test_status_names_a_source_that_was_taken_out_of_the_settings_by_hand(allin: Any, office: Any) -> None:
    """Its entries are still published; somebody has to say whether that is meant."""
    allin("run")
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    begin, end = text.index("[sources.vereine]"), text.index("[outputs.statistik]")
    (office.folder / "hub.toml").write_text(text[:begin] + text[end:], encoding="utf-8")
    result = allin("status")

    assert "vereine (übrig)" in result.stdout.splitlines()[0]
    assert f"  allin source remove vereine --hub {office.folder}" == last(result)


def test_status_says_what_waits_to_be_published(allin: Any, office: Any) -> None:
    """New data that nobody sees yet."""
    allin("run")
    office.sheet(office.rows(31))
    allin("sync")
    result = allin("status")

    assert "statistik (ausstehend)" in result.stdout.splitlines()[0]
    assert f"  allin publish statistik --hub {office.folder}" == last(result)


@pytest.mark.parametrize("width", [40, 80])
def test_status_fits_the_terminal(
    allin: Any, office: Any, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a narrow screen spare columns go; names, states and commands stay whole."""
    allin("run")
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    result = allin("status")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in result.stdout.splitlines()]

    assert all(len(line) <= width for line in lines if not line.startswith("  allin"))
    assert f"  allin problems --hub {office.folder}" in lines
    assert any(line.startswith("statistik") and "fertig" in line for line in lines)
    assert (width == 80) == any("Meldungen" in line for line in lines)


def test_publish_ends_with_the_page_to_look_at(allin: Any, office: Any) -> None:
    """An address that the terminal makes clickable."""
    allin("sync")
    result = allin("publish")

    assert f"Ansehen: {(office.folder / 'statistik' / 'index.html').as_uri()}" == last(result)


def test_show_tells_values_with_their_sources_and_why(allin: Any) -> None:
    """Values are shown as people read them, not as they are stored."""
    allin("sync")
    shown, why = (
        allin("show", "kulturverein-nummer-2-"),
        allin("show", "kulturverein-nummer-2-", "--why", "phones"),
    )
    wrong = allin("show", "kulturverein-nummer-2-", "--why", "phone")

    assert shown.stdout.startswith("Kulturverein Nummer 2 e. V. (Organisation)\n")
    assert "{" not in shown.stdout
    assert "+495619000002" in why.stdout
    assert "vereine" in why.stdout
    assert 2 == wrong.exit_code
    assert "Meinten Sie 'phones'?" in wrong.stderr


def test_check_says_why_rows_are_passed_over(allin: Any, office: Any) -> None:
    """As the sync will: a row that is skipped without a word would look lost."""
    office.sheet([*office.rows(2), ["Summe", "2", "", "", "", ""]])
    said = [" ".join(allin(*words).stdout.split()) for words in (("check",), ("sync",), ("problems",))]

    assert "Summenzeilen wurden übergangen: 1." in said[0]
    assert "Summenzeilen wurden übergangen: 1." in said[2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('path = "statistik"', 'path = "statistik', "nicht mit Anführungszeichen geschlossen"),
        ("[outputs.statistik]", '[sources.vereine]\nplugin = "ical"\n[outputs.statistik]', "gibt es zweimal"),
    ],
)
def test_a_slip_of_the_pen_in_the_settings_is_told_in_german(
    allin: Any, office: Any, old: str, new: str, said: str
) -> None:
    """What Python says of it is English, and speaks of tuples."""
    office.settings(old=old, new=new)
    stopped = allin("status")

    assert 2 == stopped.exit_code
    assert said in " ".join(stopped.stderr.split())
    assert re.search("Cannot|Illegal|Invalid", stopped.stderr) is None


def test_check_of_a_file_says_that_nothing_was_written(allin: Any, office: Any) -> None:
    """A partner who checks a file has no hub to sync."""
    result = allin("check", str(office.folder / "data" / "vereine.csv"), "--kind", "organisation")

    assert "Zeile 6, Spalte 'Name': Der Name fehlt." in result.stdout
    assert "als Quelle" in last(result)


def test_a_running_sync_is_said_to_be_busy(allin: Any, office: Any) -> None:
    """Two syncs at once would tread on each other; the second ends at once and says why."""
    from allin_hub.open_hub import open_hub

    allin("sync")
    hub = open_hub(office.folder)
    with writing(hub.engine) as connection:
        leases.take_lease(connection, "vereine", "another", hub.clock())
    hub.close()
    result = allin("sync")

    assert 1 == result.exit_code
    assert "läuft schon" in result.stdout
    assert "Diese Quelle wird gerade schon geholt." in result.stderr


def test_a_new_key_comes_with_advice(allin: Any, told: Any) -> None:
    """Once, at the first run, and never among what a program reads."""
    result, again = allin("status"), allin("status")

    assert "Bewahren Sie eine Kopie an einem anderen Ort auf." in result.stderr
    assert "" == again.stderr
    assert "Schlüssel" not in result.stdout
