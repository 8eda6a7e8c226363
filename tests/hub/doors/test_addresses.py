"""Only public addresses are called, in whatever form they are written."""

from __future__ import annotations

import pytest

from allin_hub.base.errors import Refused, Unavailable
from allin_hub.http import allowed_hosts
from allin_hub.http.client import FetchLimits, Http

FORBIDDEN_URLS = [
    "",
    "feed.csv",
    "//feed.example/x",
    "file:///etc/passwd",
    "ftp://feed.example/x",
    "gopher://feed.example/_x",
    "data:text/csv,a",
    "javascript:alert(1)",
    "http://",
    "http:///x",
    "https://user@feed.example/",
    "https://user:pass@feed.example/",
    "https://feed.example@127.0.0.1/",
    "https://feed.example:8443/",
    "http://feed.example:22/",
    "http://feed.example:99999/",
    "http://feed.example:-1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://router.local/",
    "http://db.internal/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://nas.lan/",
    "http://fritz.home.arpa/",
    "http://feed.example\\@127.0.0.1/",
    "http://feed.example/a b",
    "http://feed.example/\r\nX-Evil: 1",
    "http://feed.example/\x00",
    "http://feed.example/" + "a" * 5000,
    "http://[::1/",
]
PRIVATE_URLS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.178.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
]


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_other_schemes_ports_and_names_are_refused_before_any_connection(url) -> None:
    """The hub reads feeds from the web, and nothing else."""

    def never(host: str, port: int) -> list[str]:
        raise AssertionError("was resolved")

    with pytest.raises(Refused) as caught:
        Http(resolve=never).get(url)
    assert caught.value.code == "URL_REFUSED"


@pytest.mark.parametrize("url", PRIVATE_URLS)
def test_private_addresses_are_refused_however_they_are_written(url) -> None:
    """A feed must not reach the office's router, its printers, or a cloud's metadata."""
    with (
        Http(limits=FetchLimits(attempts=1, connect=2, total=2)) as http,
        pytest.raises((Refused, Unavailable)) as caught,
    ):
        http.get(url)

    # What no resolver takes for an address is unreachable; no other outcome is possible.
    assert caught.value.code in ("URL_REFUSED", "FEED_UNREACHABLE")
    assert caught.value.code == "URL_REFUSED" or "x" in url


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_public(address) -> None:
    """Also where a public IPv4 address is carried in an IPv6 one."""
    assert allowed_hosts.is_public(address)


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["fe80::1%eth0"]]
)
def test_a_name_with_one_private_address_is_refused(answers) -> None:
    """Whoever owns a name decides where it leads; all of its addresses count."""
    with Http(resolve=lambda *_: answers) as http, pytest.raises(Refused) as caught:
        http.get("http://feed.example/")

    assert caught.value.code == "URL_REFUSED"


def test_the_address_that_was_checked_is_the_one_connected_to(faults) -> None:
    """A name server that changes its answer between check and connection gains nothing: it is asked once."""
    asked: list[str] = []
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with Http(resolve=rebinding) as http, pytest.raises(Refused):
        http.get("http://feed.example/canary")

    assert asked == ["feed.example"]
    assert faults.requests == []


def test_a_listed_host_is_called_at_its_port_alone(faults) -> None:
    """An admin opens one service of one machine, not the machine."""
    host, _, port = faults.host.partition(":")
    with Http(allow_hosts=[faults.host]) as http:
        assert http.get(f"http://{host}:{port}/canary").content == b"canary"
        with pytest.raises(Refused):
            http.get(f"http://{host}:{int(port) ^ 1}/canary")
        with pytest.raises(Refused):
            http.get(f"http://{host}/canary")


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    """A typing error in a host name is told as such."""
    with (
        Http(resolve=lambda *_: [], sleep=lambda _: None) as http,
        pytest.raises(Unavailable) as caught,
    ):
        http.get("https://tippfehler.example/")

    assert caught.value.code == "FEED_UNREACHABLE"


def test_the_next_address_is_tried_when_the_first_does_not_answer(faults) -> None:
    """Many hosts have an IPv6 address that leads nowhere."""
    port = faults.host.partition(":")[2]
    with Http(allow_hosts=[f"feed.example:{port}"], resolve=lambda *_: ["::1", "127.0.0.1"]) as http:
        response = http.get(f"http://feed.example:{port}/canary")

    assert response.content == b"canary"
    assert faults.requests[0][1]["host"] == f"feed.example:{port}"
