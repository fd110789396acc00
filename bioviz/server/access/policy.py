"""What is asked of those who come: read once from the environment when the server starts."""

from __future__ import annotations

import hmac
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bioviz.errors import BadInput
from bioviz.rights import Role
from bioviz.server.access.origins import Host, is_loopback, parse_address, parse_host

SHORTEST_TOKEN = 16
_MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe())"'


class SignIn(Protocol):
    """A sign-in with accounts, such as Streamlit's `st.login`."""

    def address(self) -> str:
        """Return where it begins: an address on this server."""
        ...

    def email(self, cookies: Mapping[str, str]) -> str | None:
        """Return the confirmed e-mail address of who signed in; None for nobody."""
        ...


@dataclass(frozen=True)
class Policy:
    """Who may come in.

    Attributes
    ----------
    hosts
        Names under which the server answers, beside those of this computer for itself ("*.lab.org": all below).
    beyond
        Whether others than this computer reach the server.
    token, view_token
        Of those who may do everything, and of those who may look and flag; "" where there is none.
    editors, viewers
        E-mail addresses (or "@domain") of those who sign in.
    sign_in
        The sign-in, where there is one.

    """

    hosts: frozenset[str] = frozenset()
    beyond: bool = False
    token: str = ""
    view_token: str = ""
    editors: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()
    sign_in: SignIn | None = None

    @classmethod
    def from_environment(cls, address: str | None, sign_in: SignIn | None = None) -> Policy:
        """Read `BIOVIZ_HOSTS`, `BIOVIZ_TOKEN`, `BIOVIZ_VIEW_TOKEN`, `BIOVIZ_EDITORS` and `BIOVIZ_VIEWERS`.

        Parameters
        ----------
        address : str or None
            On which the server listens; None is all addresses of this computer.
        sign_in : SignIn, optional
            The sign-in that is set up.

        Raises
        ------
        BadInput
            A setting cannot be used, or others could come in and nothing would be asked.

        """
        named = _hosts(os.environ.get("BIOVIZ_HOSTS", ""))
        beyond = not is_loopback(address or "") or not all(map(is_loopback, named))
        token, view_token = _token("BIOVIZ_TOKEN"), _token("BIOVIZ_VIEW_TOKEN")
        editors, viewers = _people("BIOVIZ_EDITORS"), _people("BIOVIZ_VIEWERS")
        if view_token and (not token or token == view_token):
            raise BadInput(
                "BIOVIZ_VIEW_TOKEN is for those who may only look and flag: set another token in BIOVIZ_TOKEN for "
                "those who may do everything."
            )
        if sign_in and not editors and not viewers:
            raise BadInput(
                "A sign-in is set up, but nobody is named who may come in: set BIOVIZ_EDITORS (may do everything) or "
                "BIOVIZ_VIEWERS (may look and flag) to e-mail addresses or @domains, separated by commas."
            )
        if (editors or viewers) and not sign_in:
            raise BadInput(
                "BIOVIZ_EDITORS and BIOVIZ_VIEWERS name people who sign in, but no sign-in is set up: see “Sharing” in "
                "the README."
            )
        if beyond and not token and not sign_in:
            raise BadInput(
                f"The server would answer beyond this computer ({address or 'all its addresses'}"
                f"{', as ' + ', '.join(sorted(named)) if named else ''}), and ask nothing of those who come. Set "
                f"BIOVIZ_TOKEN to a secret of at least {SHORTEST_TOKEN} letters ({_MAKE_ONE}), set up a sign-in, or "
                "start with --server.address localhost. The command `bioviz open` makes a token by itself."
            )
        own = {address.casefold()} if address else set()
        if beyond:
            name = socket.gethostname().casefold()
            own |= {name, f"{name}.local", socket.getfqdn().casefold()} - {""}
        return cls(frozenset({*named, *own}), beyond, token, view_token, editors, viewers, sign_in)

    @property
    def asks(self) -> bool:
        """Whether those who come must show that they may."""
        return bool(self.token or self.sign_in)

    def answers_to(self, host: Host, local: str | None) -> bool:
        """Whether the server answers under this name.

        A name that somebody else can point here (DNS rebinding) is none of ours. An address in numbers cannot be
        pointed elsewhere: it is ours where the connection came in by it.

        Parameters
        ----------
        host : Host
            That was asked for.
        local : str or None
            Address at which the connection came in, where that is known.

        """
        address = parse_address(host.name)
        if is_loopback(host.name) or (address is not None and address == parse_address(local or "")):
            return True
        spelled = {host.name, f"{host.name}:{host.port}"}
        below = ("*" + host.name[at:] for at in range(len(host.name)) if host.name[at] == ".")
        return not self.hosts.isdisjoint(spelled) or any(pattern in self.hosts for pattern in below)

    def role_of_token(self, given: str) -> Role | None:
        """Return what the holder of a token may do; None for a token that is none of ours."""
        return self._matching(given, self.token, self.view_token)

    def role_of_cookie(self, cookies: Mapping[str, str]) -> Role | None:
        """Return what the holder of the cookies may do; None where no token was shown."""
        given = cookies.get(self.cookie_name, "")
        return self._matching(given, *(self.cookie_of(token) for token in (self.token, self.view_token)))

    def role_of_email(self, email: str) -> Role | None:
        """Return what somebody may do who signed in; None where nobody has named him or her."""
        spelled = {email.casefold(), "@" + email.casefold().rpartition("@")[2]}
        if not self.editors.isdisjoint(spelled):
            return Role.EDIT
        return None if self.viewers.isdisjoint(spelled) else Role.VIEW

    @property
    def cookie_name(self) -> str:
        """Of its own for each token: browsers send cookies to all ports of a host."""
        return f"bioviz_{_digest(self.token, 'name')[:12]}"

    @staticmethod
    def cookie_of(token: str) -> str:
        """Return what the cookie holds instead of the token itself; "" for no token."""
        return _digest(token, "cookie") if token else ""

    @staticmethod
    def _matching(given: str, edit: str, view: str) -> Role | None:
        # Both are compared always, in a time that tells nothing of how much was right.
        is_edit, is_view = _equal(given, edit), _equal(given, view)
        if edit and is_edit:
            return Role.EDIT
        return Role.VIEW if view and is_view else None


def _digest(token: str, what: str) -> str:
    return hmac.new(token.encode(), f"bioviz {what}".encode(), "sha256").hexdigest()


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _token(name: str) -> str:
    token = os.environ.get(name, "").strip()
    if token and (len(token) < SHORTEST_TOKEN or not re.fullmatch(r"[\x21-\x7e]+", token)):
        raise BadInput(
            f"{name} can be guessed or not be typed: it must be at least {SHORTEST_TOKEN} letters, digits and signs "
            f"without spaces. This makes one: {_MAKE_ONE}"
        )
    return token


def _hosts(text: str) -> frozenset[str]:
    names = {name.casefold().rstrip(".") for name in re.split(r"[\s,]+", text) if name}
    for name in names:
        if parse_host(name.removeprefix("*.")) is None or "*" in name.removeprefix("*."):
            raise BadInput(
                f"BIOVIZ_HOSTS names {name[:80]!r}, which is no name of a computer. Write names alone, separated by "
                "commas, such as lab.example.org or *.example.org."
            )
    return frozenset(names)


def _people(name: str) -> frozenset[str]:
    people = {each.casefold() for each in re.split(r"[\s,]+", os.environ.get(name, "")) if each}
    for each in people:
        if "@" not in each or each.endswith("@"):
            raise BadInput(f"{name} names {each[:80]!r}, which is neither an e-mail address nor a @domain.")
    return frozenset(people)
