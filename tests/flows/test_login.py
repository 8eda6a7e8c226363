"""The login of an office's own Prefect is made anew, stays with its user, and is asked for."""

from __future__ import annotations

import stat
import tomllib

import httpx
import pytest

from allin_flows import login, office

API = "http://127.0.0.1:4200/api"


@pytest.fixture
def folder(tmp_path):
    """A hub's folder with a place for Prefect."""
    office.home(tmp_path).mkdir()
    return tmp_path


def test_a_login_is_new_each_time_in_ascii_and_readable_by_its_user_alone(folder):
    """Prefect fails at other letters; and a login of last year must be worth nothing."""
    made = [login.make(folder) for _ in range(3)]
    files = [office.home(folder) / name for name in (office.LOGIN, office.PROFILE)]
    profile = tomllib.loads(files[1].read_text(encoding="ascii"))

    assert len(set(made)) == 3
    assert all(one.isascii() and len(one) > 40 for one in made)
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert files[0].read_text(encoding="ascii") == f"{made[-1]}\n"
    assert profile["profiles"][profile["active"]] == dict.fromkeys(
        ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"), made[-1]
    )


def test_a_login_is_not_written_through_a_link_that_somebody_laid(folder, tmp_path):
    """It would stand in a file that is his."""
    theirs = tmp_path / "theirs"
    theirs.touch(mode=0o666)
    (office.home(folder) / office.LOGIN).symlink_to(theirs)
    login.make(folder)

    assert theirs.read_text(encoding="ascii") == ""


def test_a_login_is_taken_away_at_the_end(folder):
    """Whoever finds the folder finds none."""
    login.make(folder)
    login.forget(folder)

    assert list(office.home(folder).iterdir()) == []


class Prefect:
    """Answers as Prefect's server does, with or without a login; its tokens can grow too old."""

    def __init__(self, line=""):
        self.wanted = httpx.BasicAuth(*line.split(":")) if line else None
        self.token, self.asked = "first", []

    def __call__(self, request):
        """Give one answer."""
        self.asked.append((request.method, request.url.path))
        signed = self.wanted is None or request.headers.get("Authorization") == self.wanted._auth_header
        if request.method != "GET" and request.headers.get("Prefect-Csrf-Token") != self.token:
            return httpx.Response(403)
        if not signed:
            return httpx.Response(401)
        return httpx.Response(200, json={"token": self.token, "body": request.content.decode()})


def signed_in(prefect, line="allin:abc"):
    """A client as `allin up` has one."""
    return httpx.Client(base_url=API, auth=login.SignedIn(line), transport=httpx.MockTransport(prefect))


def test_a_change_is_sent_with_a_token_that_is_fetched_when_it_is_too_old():
    """Tokens live an hour, `allin up` lives for months."""
    prefect = Prefect("allin:abc")
    with signed_in(prefect) as http:
        first = http.post("/deployments/filter", json={"limit": 1})
        again = http.post("/deployments/filter", json={})
        prefect.token = "second"
        later = http.post("/deployments/filter", json={})

    assert [one.status_code for one in (first, again, later)] == [200, 200, 200]
    assert first.json()["body"] == '{"limit":1}'
    assert prefect.asked.count(("GET", "/api/csrf-token")) == 2


def test_a_wrong_login_is_tried_once():
    """A server that says no is not asked for ever."""
    prefect = Prefect("allin:abc")
    with signed_in(prefect, "allin:xyz") as http:
        answer = http.post("/deployments/filter", json={})

    assert answer.status_code in {401, 403}
    assert len(prefect.asked) == 2


@pytest.mark.parametrize(("line", "ours"), [("allin:abc", True), ("", False), ("allin:other", False)])
def test_only_a_server_that_keeps_the_login_is_ours(line, ours):
    """Another Prefect at that address takes everybody, or somebody else."""
    with signed_in(Prefect(line)) as http:
        assert login.is_kept(http) is ours
