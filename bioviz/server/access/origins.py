"""Names of hosts and origins, as requests give them: which are this computer, and which belong together."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@dataclass(frozen=True)
class Host:
    """A host as a header names it; `port` is None where the header has none."""

    name: str
    port: int | None


def parse_host(header: str | None) -> Host | None:
    """Return the host of a `Host` header, in small letters and without a last dot; None where it is no host."""
    return None if header is None else _parsed(f"//{header}")


def parse_origin(header: str) -> tuple[Host, str] | None:
    """Return host and scheme of an `Origin` header; None for "null" and what is no origin."""
    scheme, separator, rest = header.partition("://")
    host = _parsed(f"//{rest}") if separator and scheme in _DEFAULT_PORTS else None
    return None if host is None else (host, scheme)


def is_same(origin: str, host: Host) -> bool:
    """Whether a page of this origin comes from this host: the same name, and the same port."""
    parsed = parse_origin(origin)
    if parsed is None:
        return False
    page, scheme = parsed
    default = _DEFAULT_PORTS[scheme]
    return page.name == host.name and (page.port or default) == (host.port or default)


def is_loopback(name: str) -> bool:
    """Whether a name or an address is this computer for itself alone."""
    address = parse_address(name)
    return name.casefold() == "localhost" if address is None else address.is_loopback


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the numeric address that a text is, IPv4 for one mapped into IPv6; None for a name."""
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _parsed(url: str) -> Host | None:
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    plain = not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
    if not name or not plain or any(letter.isspace() for letter in url):
        return None
    return Host(name.casefold().rstrip("."), port)
