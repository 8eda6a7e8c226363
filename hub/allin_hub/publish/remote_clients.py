"""Opens the storages that outputs may be sent to. Each is checked as a feed's address is: by host, address and TLS."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from allin_hub.base.errors import ConfigError, HubError, PublishError
from allin_hub.config.secrets import secret
from allin_hub.config.settings import Config
from allin_hub.http import allowed_hosts
from allin_hub.http.transport import CheckedTransport, Deadline
from allin_hub.publish.output_address import shown
from allin_hub.publish.remote import Storage, unreached

CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 60.0
TOTAL_SECONDS = 300.0

_EXTRAS = {"sftp": "sftp", "webdav": "webdav", "webdav+http": "webdav", "s3": "s3"}


class Way:
    """What is known of the way to a storage: its address, who asks, and which in-house hosts are allowed."""

    def __init__(self, config: Config, output: str, path: str) -> None:
        settings = config.outputs.get(output)
        self.folder = config.folder
        self._blocks = config.blocks
        self.output = output
        self.url: SplitResult = urlsplit(path)
        self.shown = shown(path)
        self.access = dict(settings.access) if settings is not None else {}
        self.allow_hosts = settings.allow_hosts if settings is not None else ()
        self._known = settings is not None

    def given(self, key: str) -> str | None:
        """A setting of `access` that is no secret."""
        value = self.access.get(key)
        return None if value is None else str(value)

    def password(self) -> SecretStr | None:
        """The password, read from where it is kept."""
        if "password" not in self.access:
            return None
        place = ("outputs", self.output, "access", "password")
        return secret(self.access["password"], self._blocks, place, self.folder)

    def needed(self, *keys: str) -> None:
        """Raise ConfigError when one of these is not in `access`."""
        if not self._known:
            raise PublishError(
                "The files of '{name}' at {target} stay there: hub.toml no longer says how to reach them.",
                hint="Delete them there, then: allin publish --forget {name}\n"
                "Or put its block back and publish to another path: then the hub deletes them.",
                name=self.output,
                target=self.shown,
            )
        for key in keys:
            if key not in self.access:
                raise ConfigError(
                    "[outputs.{name}] does not say who asks at {target}: access.{key} is missing.",
                    hint='Add: access = {{ user = "…", password = {{ env = "…" }} }}',
                    name=self.output,
                    target=self.shown,
                    key=key,
                )

    def address(self, host: str, port: int) -> str:
        """The checked address of a host. Raises Refused for one that is not public, unless it is listed."""
        return allowed_hosts.targets(host, port, self.allow_hosts, allowed_hosts.resolver(CONNECT_SECONDS))[0]


def storage(config: Config, output: str, path: str) -> Storage:
    """The storage of an output.

    Raises ConfigError when something is missing, PublishError when it cannot be reached.
    """
    way = Way(config, output, path)
    opened: dict[str, Callable[[Way], Any]] = {
        "sftp": _sftp,
        "webdav": _webdav,
        "webdav+http": _webdav,
        "s3": _s3,
        "memory": _memory,
    }
    scheme = way.url.scheme
    if scheme != "memory":
        way.needed()
    try:
        fs = opened[scheme](way)
    except ImportError as error:
        raise ConfigError(
            "To publish to {target} something has to be installed.",
            hint="Install it: pip install 'allin-hub[{extra}]'",
            target=way.shown,
            extra=_EXTRAS[scheme],
        ) from error
    except HubError:
        raise
    except Exception as error:
        raise unreached(way.shown, error) from error
    root = f"{way.url.netloc}{way.url.path}" if scheme in {"s3", "memory"} else way.url.path
    bucket = scheme in {"s3", "memory"}
    return Storage(
        fs,
        f"/{root}" if scheme == "memory" else root,
        way.shown,
        config.folder / f".{output}",
        folders=not bucket,
        typed=scheme == "s3",
    )


def _memory(way: Way) -> Any:  # noqa: ARG001 - opened as the others are
    from fsspec.implementations.memory import MemoryFileSystem

    return MemoryFileSystem()


def _sftp(way: Way) -> Any:
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    way.needed("user")
    host, port = str(way.url.hostname), way.url.port or 22
    address = way.address(host, port)
    known = way.given("host_key")
    password = way.password()
    key_file = way.given("key_file")

    class CheckedSftp(SFTPFileSystem):  # type: ignore[misc]
        """SFTP to the address that was checked, and to the machine whose key is known."""

        def _connect(self) -> None:
            client = paramiko.SSHClient()
            client.load_system_host_keys()
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            if known is not None:
                name = host if port == 22 else f"[{host}]:{port}"
                entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {known}")
                if entry is None or entry.key is None:
                    raise ConfigError(
                        "[outputs.{name}] access.host_key is no key.",
                        hint="Ask for it with: ssh-keyscan -t ed25519 {host}",
                        name=way.output,
                        host=host,
                    )
                client.get_host_keys().add(name, entry.key.get_name(), entry.key)
            link = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
            try:
                client.connect(
                    host,
                    port=port,
                    username=way.given("user"),
                    password=password.get_secret_value() if password and not key_file else None,
                    passphrase=password.get_secret_value() if password and key_file else None,
                    key_filename=str(way.folder / key_file) if key_file else None,
                    sock=link,
                    allow_agent=False,
                    look_for_keys=False,
                    timeout=CONNECT_SECONDS,
                    banner_timeout=CONNECT_SECONDS,
                    auth_timeout=CONNECT_SECONDS,
                )
            except BaseException:
                client.close()
                link.close()
                raise
            self.client = client
            self.ftp = client.open_sftp()
            self.ftp.get_channel().settimeout(ANSWER_SECONDS)

        def allin_move(self, source: str, target: str) -> None:
            self.ftp.posix_rename(source, target)

        def allin_close(self) -> None:
            self.client.close()

    try:
        return CheckedSftp(host, skip_instance_cache=True)
    except paramiko.SSHException as error:
        if "not found in known_hosts" in str(error) or isinstance(error, paramiko.BadHostKeyException):
            raise PublishError(
                "The server at {target} shows a key that the hub does not know.",
                hint="Compare it with its owner, then write it: access.host_key (ssh-keyscan -t ed25519 {host}).",
                target=way.shown,
                host=host,
            ) from error
        raise


def _webdav(way: Way) -> Any:
    from webdav4.client import Client
    from webdav4.fsspec import WebdavFileSystem
    from webdav4.http import Client as HttpClient

    scheme = "http" if way.url.scheme == "webdav+http" else "https"
    base = allowed_hosts.checked(f"{scheme}://{way.url.netloc}/", way.allow_hosts)
    if scheme == "http" and not allowed_hosts.is_listed(base, way.allow_hosts):
        raise _insecure(way)
    deadline = Deadline()
    password = way.password()
    user = way.given("user")
    http = HttpClient(
        base_url=base,
        auth=(user, password.get_secret_value()) if user is not None and password is not None else None,
        transport=CheckedTransport(way.allow_hosts, deadline, allowed_hosts.resolver(CONNECT_SECONDS)),
        timeout=ANSWER_SECONDS,
        trust_env=False,
        follow_redirects=False,
        event_hooks={"request": [lambda _request: deadline.set(TOTAL_SECONDS)]},
    )

    class CheckedWebdav(WebdavFileSystem):  # type: ignore[misc]
        """WebDAV through the hub's own door."""

        def allin_move(self, source: str, target: str) -> None:
            self.client.move(source, target, overwrite=True)

        def allin_close(self) -> None:
            self.client.http.close()

    return CheckedWebdav(base, client=Client(base, http_client=http, retry=False), skip_instance_cache=True)


def _s3(way: Way) -> Any:
    import s3fs

    way.needed("user", "password")
    password = way.password()
    endpoint = way.given("endpoint")
    if endpoint is not None:
        checked = allowed_hosts.checked(endpoint, way.allow_hosts)
        if checked.scheme != "https" and not allowed_hosts.is_listed(checked, way.allow_hosts):
            raise _insecure(way)
        way.address(checked.host, allowed_hosts.port(checked))
    return s3fs.S3FileSystem(
        key=way.given("user"),
        secret=password.get_secret_value() if password is not None else None,
        endpoint_url=endpoint,
        client_kwargs={"region_name": way.given("region")} if way.given("region") else {},
        config_kwargs={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "retries": {"max_attempts": 3},
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )


def _insecure(way: Way) -> ConfigError:
    return ConfigError(
        "[outputs.{name}] would send its files to {target} without encryption.",
        hint="Use an encrypted address; or list the in-house host in allow_hosts.",
        name=way.output,
        target=way.shown,
    )
