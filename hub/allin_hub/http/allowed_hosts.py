"""Decides which addresses the hub may call: public ones, and those that an admin lists.

A feed's URL is written by somebody else, and so is every redirect. Without this, either could make the hub
call machines that only the office's own network reaches.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence

import httpx

from allin_hub.base.errors import refused, unavailable

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the IP addresses of a host name."""

_SCHEMES = {"webcal": "https", "webcals": "https"}
_PORTS = {"http": 80, "https": 443}
_LONGEST = 4_096
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_TOKEN = re.compile(r"(?=[^/]*[0-9])[A-Za-z0-9_.~%-]{20,}")
_HOST = re.compile(rb"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|(?=.{0,44}:)[0-9A-Fa-f:.]{2,45}")
"""A name, or an address of four or of sixteen bytes."""
_INSIDE = re.compile(r"(^|\.)(localhost|localdomain|local|internal|intranet|lan|home\.arpa)$")

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_RELAY = ipaddress.IPv4Network("192.88.99.0/24")


def shown(url: httpx.URL) -> str:
    """Write a URL as people may see it: without user and query, and without what looks like a key."""
    return f"{url.scheme}://{url.host}{_TOKEN.sub('…', url.path)}"


def checked(url: str | httpx.URL, allow_hosts: Sequence[str] = ()) -> httpx.URL:
    """Give back a URL that the hub may call.

    Raises Refused for other schemes and ports, user names and unfit characters.
    """
    text = str(url).strip()
    if len(text) > _LONGEST or _UNFIT.search(text):
        raise refused("URL_REFUSED", url="…")
    try:
        parsed = httpx.URL(text)
        scheme = _SCHEMES.get(parsed.scheme, parsed.scheme)
        parsed = parsed.copy_with(scheme=scheme, fragment=None)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise refused("URL_REFUSED", url="…") from None
    if scheme not in _PORTS or not _HOST.fullmatch(parsed.raw_host) or parsed.userinfo:
        raise refused("URL_REFUSED", url=shown(parsed))
    if is_listed(parsed, allow_hosts):
        return parsed
    if port(parsed) not in _PORTS.values() or _INSIDE.search(parsed.host.rstrip(".").lower()):
        raise refused("URL_REFUSED", url=shown(parsed))
    return parsed


def port(url: httpx.URL) -> int:
    """Give the port that a URL means."""
    return url.port or _PORTS[url.scheme]


def is_listed(url: httpx.URL, allow_hosts: Sequence[str]) -> bool:
    """Whether an admin lists this host and port."""
    return _listed(url.host, port(url), allow_hosts)


def targets(host: str, port: int, allow_hosts: Sequence[str], resolve: Resolver) -> Sequence[str]:
    """Resolve a host to the addresses that may be connected to.

    Raises Refused if any of them is not public, unless an admin lists the host.
    """
    found = resolve(host, port)
    if not found:
        raise unavailable("FEED_UNREACHABLE", url=host)
    if not _listed(host, port, allow_hosts) and not all(is_public(address) for address in found):
        raise refused("URL_REFUSED", url=host)
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is global unicast, also inside the forms that carry an IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(ip.packed[-4:])
        if embedded is not None:
            return is_public(str(embedded))
        if ip.teredo is not None or ip not in _GLOBAL_V6:
            return False
    elif ip in _RELAY:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolver(seconds: float) -> Resolver:
    """Make a resolver that asks the system, and waits no longer than this."""

    def resolve(host: str, port: int) -> Sequence[str]:
        answers: queue.Queue[list[str]] = queue.Queue()

        def ask() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                found = []
            answers.put([str(entry[4][0]) for entry in found])

        # The system's resolver knows no time limit.
        threading.Thread(target=ask, daemon=True).start()
        try:
            return answers.get(timeout=seconds)
        except queue.Empty:
            return []

    return resolve


def _listed(host: str, port: int, allow_hosts: Sequence[str]) -> bool:
    host = host.strip("[]").lower()
    for entry in allow_hosts:
        url = httpx.URL(f"//{entry.lower()}")
        if url.host == host and (port in _PORTS.values() if url.port is None else url.port == port):
            return True
    return False
