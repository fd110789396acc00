"""Names of hosts and origins, as requests give them: which are this computer, and which belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
# Written out, as parsers of addresses are generous: one took "[::1].evil.example" for this computer.
_HOST = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[^\s\[\]:/?#@%\\,;\"'<>]+)(:(?P<port>[0-9]{0,5}))?"
)


@dataclass(frozen=True)
class Host:
    """A host as a header names it; `port` is None where the header has none."""

    name: str
    port: int | None


def parse_host(header: str | None) -> Host | None:
    """Return the host of a `Host` header, in small letters and without a last dot; None where it is no host."""
    return None if header is None else _parsed(header)


def parse_origin(header: str) -> tuple[Host, str] | None:
    """Return host and scheme of an `Origin` header; None for "null" and what is no origin."""
    scheme, separator, rest = header.partition("://")
    host = _parsed(rest) if separator and scheme in _DEFAULT_PORTS else None
    return None if host is None else (host, scheme)


def is_same(origin: str, host: Host, secure: bool = False) -> bool:
    """Whether a page of this origin comes from this host: the same name, and the same port.

    Parameters
    ----------
    origin, host
        As the request names them.
    secure : bool
        Whether the request came encrypted: a page that did not is then another's, as anybody on the way can write it.
        (The other way round a web server before this one may have taken the encryption off.)

    """
    parsed = parse_origin(origin)
    if parsed is None:
        return False
    page, scheme = parsed
    if secure and scheme in ("http", "ws"):
        return False
    default = _DEFAULT_PORTS[scheme]
    return page.name == host.name and (page.port or default) == (host.port or default)


def is_loopback(name: str) -> bool:
    """Whether a name or an address is this computer for itself alone."""
    address = parse_address(name)
    return name.casefold() == "localhost" if address is None else address.is_loopback


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the numeric address that a text is, IPv4 for one mapped into IPv6; None for a name."""
    try:
        # A zone ("fe80::1%eth0") is part of an address with colons; after dots it is part of some name.
        address = ip_address(text.strip("[]").partition("%")[0] if ":" in text else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _parsed(text: str) -> Host | None:
    match = _HOST.fullmatch(text)
    if match is None:
        return None
    name, port = match["name"].strip("[]").casefold().rstrip("."), match["port"]
    if not name or (match["name"].startswith("[") and parse_address(name) is None):
        return None
    return Host(name, int(port) if port else None)
