"""Servers whose TLS proves nothing: told apart from a server that is away, and asked once."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.faults.catalogue import SOON
from tests.faults.conftest import door
from tests.faults.server import FaultServer, running

from allin_hub.base.errors import Unavailable
from allin_hub.base.problems import Problem

Serve = Callable[..., FaultServer]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Run servers with certificates that they made themselves."""
    with ExitStack() as stack:

        def start(*, name: str = "127.0.0.1", days: int = 9) -> FaultServer:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(_certificate(tmp_path, name, days))
            return stack.enter_context(running(context))

        yield start


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the server's own certificate as one that an authority gave."""
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "server.pem"))


@pytest.mark.usefixtures("trusting")
def test_a_good_certificate_is_good_enough(serve: Serve) -> None:
    """Else the tests below would prove nothing."""
    server = serve()
    server.play(None, b"x")
    with door(server, []) as http:
        assert http.get(f"https://{server.host}/liste.csv").content == b"x"


def test_a_certificate_that_nobody_vouches_for_is_named(serve: Serve) -> None:
    """The partner has to act; trying again would only hide it."""
    _is_refused(serve())


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("about", [{"name": "10.0.0.5"}, {"days": -1}], ids=["of another", "expired"])
def test_a_certificate_of_another_or_of_the_past_is_named(serve: Serve, about: dict[str, object]) -> None:
    """Somebody vouched for it, but not for this server today."""
    _is_refused(serve(**about))


def _is_refused(server: FaultServer) -> None:
    with door(server, []) as http, pytest.raises(Unavailable) as caught:
        http.get(f"https://{server.host}/liste.csv")

    assert caught.value.code == "FEED_CERTIFICATE"
    assert server.log == []
    assert "Zertifikat" in Problem(caught.value.code, params=caught.value.params).message("de")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_wrong_protocol_on_a_port_is_no_data(serve: Serve, server: FaultServer, scheme: str) -> None:
    """TLS spoken to a plain server, and the other way round."""
    chosen = server if scheme == "https" else serve()
    chosen.play(None, b"x")
    with door(chosen, [], SOON) as http, pytest.raises(Unavailable) as caught:
        http.get(f"{scheme}://{chosen.host}/liste.csv")

    assert caught.value.code in {"FEED_UNREACHABLE", "FEED_CUT", "FEED_TIMEOUT"}
    assert len(chosen.log) <= 6


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "https://127.0.0.1:1/"])
def test_a_port_that_nobody_listens_on_is_unreachable(server: FaultServer, address: str) -> None:
    """Nothing of it looks like an empty feed."""
    with door(server, [], allow_hosts=["127.0.0.1:1"]) as http, pytest.raises(Unavailable) as caught:
        http.get(address)

    assert caught.value.code == "FEED_UNREACHABLE"


def _certificate(folder: Path, name: str, days: int) -> Path:
    """A certificate that a server gave itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feed.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
