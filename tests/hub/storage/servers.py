"""Storages on this machine for tests: a WebDAV server, an SFTP server and an S3 server, each with a folder or a bucket."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "web", "kanarina-geheim"


class _Rights(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Files(paramiko.SFTPServerInterface):
    """The least of an SFTP server: what the hub asks for."""

    root = Path()
    fails = False

    def __init__(self, server: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(server, *args, **kwargs)

    def _real(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _tried(self, step: Any) -> int:
        try:
            step()
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 5))
        return int(paramiko.SFTP_OK)

    def list_folder(self, path: str) -> Any:
        try:
            found = []
            for one in self._real(path).iterdir():
                attributes = paramiko.SFTPAttributes.from_stat(one.stat())
                attributes.filename = one.name
                found.append(attributes)
            return found
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 5)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 5)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        if self.fails and flags & os.O_WRONLY:
            return paramiko.SFTP_FAILURE
        try:
            mode = "wb" if flags & os.O_WRONLY else "rb"
            file = self._real(path).open(mode)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 5)
        handle = _Handle(flags)
        handle.readfile = handle.writefile = file
        return handle

    def remove(self, path: str) -> int:
        return self._tried(lambda: self._real(path).unlink())

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._tried(lambda: self._real(oldpath).replace(self._real(newpath)))

    def mkdir(self, path: str, attr: Any) -> int:
        return self._tried(lambda: self._real(path).mkdir())

    def rmdir(self, path: str) -> int:
        return self._tried(lambda: self._real(path).rmdir())


class SftpServer:
    """An SFTP server over a folder; `fails` makes it refuse to write."""

    def __init__(self, root: Path) -> None:
        self.files = type("Files", (_Files,), {"root": root})
        self.key = paramiko.RSAKey.generate(2048)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host_key(self) -> str:
        """The key as `known_hosts` writes it."""
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(link)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, self.files)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Rights())
            except (paramiko.SSHException, EOFError, OSError):
                transport.close()

    def close(self) -> None:
        """Stop, with every connection."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()
        self._thread.join(timeout=10)


@contextmanager
def webdav(root: Path) -> Iterator[Any]:
    """A WebDAV server over a folder: (port, function that stops it)."""
    from cheroot import wsgi
    from wsgidav.wsgidav_app import WsgiDAVApp

    app = WsgiDAVApp(
        {
            "host": "127.0.0.1",
            "port": 0,
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable_loggers": []},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=3)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server.bind_addr[1]
    finally:
        server.stop()
        thread.join(timeout=10)


@contextmanager
def s3() -> Iterator[tuple[int, str, Any]]:
    """An S3 server with an empty bucket: its port, the bucket's name and a client."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        bucket = f"bucket-{secrets.token_hex(4)}"  # servers of one process share their buckets
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=USER,
            aws_secret_access_key=PASSWORD,
            region_name="eu-central-1",
        )
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield port, bucket, client
        client.close()
    finally:
        server.stop()
