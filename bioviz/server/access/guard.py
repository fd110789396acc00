"""The door: stands before pages, static files, routes and websocket alike, and knows nothing of any of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bioviz.rights import ONLY_LOOK, Role
from bioviz.server.access import content_policy
from bioviz.server.access.origins import Host, is_loopback, is_same, parse_address, parse_host
from bioviz.server.access.policy import Policy
from bioviz.server.access.sign_in_page import sign_in_page
from bioviz.server.replies import refusal

ROLE_HEADER, USER_HEADER = "bioviz-role", "bioviz-user"
"""What the guard tells those behind it; a client's own headers of these names are thrown away."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_READING = ("GET", "HEAD", "OPTIONS")
_WRONG_TOKEN_S = 0.5  # s to wait after a wrong token
_MAX_FORM_BYTES = 8 * 1024
_BEYOND = (
    "This server was started for its own computer alone and asks for no token, so it answers nobody else, nor what "
    "another web server hands on. Start it with BIOVIZ_TOKEN set, or by the command bioviz open --address."
)


@dataclass(frozen=True)
class Visitor:
    """Who comes, and what he or she may do; `email` is "" for the holder of a token."""

    role: Role
    email: str = ""


class Guard:
    """Lets requests and websockets pass that may, for `st.App(middleware=[Middleware(Guard, policy=...)])`.

    Parameters
    ----------
    app
        What stands behind it.
    policy : Policy
        Who may come in.
    base : str
        Path below which everything is served, such as ``"lab/sounds"``.
    page : str
        HTML of the page that holds the dashboard, for the scripts that stand in it.

    """

    def __init__(self, app: ASGIApp, policy: Policy | None = None, base: str = "", page: str = "") -> None:
        self._app = app
        self._policy = policy or Policy()
        self._base = f"/{base.strip('/')}" if base.strip("/") else ""
        self._inline = content_policy.inline_hashes(page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        host = parse_host(_only(scope, b"host"))
        safe_send = self._with_headers(send, host)
        reply = self._refused_host(scope, host) or self._refused_origin(scope, host)
        if reply is None:
            visitor = await self._visitor(scope, receive)
            if isinstance(visitor, Visitor):
                reply = self._refused_act(scope, visitor)
                if reply is None:
                    return await self._app(_told(scope, visitor), receive, safe_send)
            else:
                reply = visitor
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await reply(scope, receive, safe_send)

    def _refused_host(self, scope: Scope, host: Host | None) -> Response | None:
        local = (scope.get("server") or (None,))[0]
        if host is None:
            return refusal(400, "The request names no host, or several, or none that can be read.")
        if not self._policy.answers_to(host, local):
            return refusal(
                403,
                f"This server does not answer to the name {host.name[:80]}. Open it as localhost, or name it in "
                "BIOVIZ_HOSTS when you start it.",
            )
        # Whatever was said at the start, what counts is by which address somebody came.
        came_from_beyond = local is not None and parse_address(local) is not None and not is_loopback(local)
        # Nor does it count that the last step was from this computer to itself, where a web server handed it on.
        handed_on = any(name in Headers(scope=scope) for name in _FORWARDED)
        if (came_from_beyond or handed_on) and not self._policy.asks:
            return refusal(403, _BEYOND)
        return None

    def _refused_origin(self, scope: Scope, host: Host | None) -> Response | None:
        headers = Headers(scope=scope)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        is_socket = scope["type"] == "websocket"
        secure = scope.get("scheme") in ("https", "wss")
        is_own = origin is None or (host is not None and is_same(origin, host, secure))
        if is_socket or scope["method"] not in _READING:
            is_own = is_own and site in (None, "same-origin")
            # A browser names the origin of every websocket; and a program that is none shows its token.
            says_so = (
                origin is not None
                or (site is not None and not is_socket)
                or self._bearer(headers) is not None
            )
            return (
                None
                if is_own and says_so
                else refusal(403, "This is only taken from pages of this dashboard.")
            )
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        is_page = not scope["path"].startswith(f"{self._base}/bioviz/")
        # Browsers say by Sec-Fetch-Site whose page asks, but not over plain http; then only Origin may tell.
        if is_own and (site in (None, "same-origin", "none") or (followed and is_page)):
            return None
        return refusal(403, "This is only given to pages of this dashboard.")

    async def _visitor(self, scope: Scope, receive: Receive) -> Visitor | Response:
        """Return who comes, or what is answered to somebody who has not shown that yet."""
        policy, path = self._policy, scope["path"]
        if not policy.asks:
            return Visitor(Role.EDIT)
        if path == f"{self._base}/_stcore/health":  # for what watches over servers; it says "ok" and no more
            return Visitor(Role.VIEW)
        connection = HTTPConnection(scope)
        if scope["type"] == "http":
            if path == f"{self._base}/bioviz/sign-in" and scope["method"] == "POST":
                return await self._token_sent(Request(scope, receive))
            if "token" in connection.query_params and scope["method"] == "GET":
                return await self._token_in_address(connection)
        headers = Headers(scope=scope)
        role = self._bearer(headers) or policy.role_of_cookie(connection.cookies)
        if role is not None:
            return Visitor(role)
        if policy.sign_in is None:
            return self._ask(scope)
        if re.fullmatch(re.escape(self._base) + r"/(auth/login|auth/logout|oauth2callback)", path):
            return Visitor(Role.VIEW)
        email = policy.sign_in.email(connection.cookies)
        if not email:
            return self._ask(scope)
        role = policy.role_of_email(email)
        if role is None:
            return self._ask(scope, f"{email} may not come in here. Ask whoever runs this server.", 403)
        return Visitor(role, email)

    async def _token_in_address(self, connection: HTTPConnection) -> Response:
        role = self._policy.role_of_token(connection.query_params["token"])
        if role is None:
            await asyncio.sleep(_WRONG_TOKEN_S)
            return self._ask(connection.scope, "This token is not right, or no longer.")
        rest = [(name, value) for name, value in connection.query_params.multi_items() if name != "token"]
        return self._entered(connection.scope, role, connection.scope["path"], urlencode(rest))

    async def _token_sent(self, request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MAX_FORM_BYTES:
                return refusal(413, "This is too long for a token.")
        form = parse_qs(body.decode("utf-8", "replace"))
        role = self._policy.role_of_token(form.get("token", [""])[0].strip())
        if role is None:
            await asyncio.sleep(_WRONG_TOKEN_S)
            return self._ask(request.scope, "This token is not right, or no longer.")
        goal = urlsplit(form.get("next", [""])[0])
        own = goal.path.startswith(f"{self._base}/") and not goal.path.startswith("//") and not goal.netloc
        query = urlencode([each for each in parse_qsl(goal.query) if each[0] != "token"])
        return self._entered(
            request.scope, role, goal.path if own else f"{self._base}/", query if own else ""
        )

    def _entered(self, scope: Scope, role: Role, path: str, query: str) -> Response:
        """Lead on to a page of this server, with the cookie that opens it."""
        # More than one slash at the start would be another server's address.
        path = "/" + quote(path, safe="/~").lstrip("/")
        reply = RedirectResponse(
            f"{path}?{query}" if query else path, 303, headers={"Cache-Control": "no-store"}
        )
        policy = self._policy
        reply.set_cookie(
            policy.cookie_name,
            policy.cookie_of(policy.token if role is Role.EDIT else policy.view_token),
            path=f"{self._base}/",
            secure=scope.get("scheme") == "https",
            httponly=True,
            samesite="lax",
        )
        return reply

    def _ask(self, scope: Scope, sentence: str = "", status: int = 401) -> Response:
        """Show the page that asks, to somebody who reads pages; others get a sentence."""
        headers = Headers(scope=scope)
        if scope["type"] != "http" or "text/html" not in headers.get("accept", ""):
            return refusal(
                status, sentence or "This server asks for a token. Open its page and sign in first."
            )
        if scope["path"] == f"{self._base}/bioviz/sign-in":
            next_path = f"{self._base}/"
        else:
            query = [
                each for each in parse_qsl(scope["query_string"].decode("latin-1")) if each[0] != "token"
            ]
            next_path = scope["path"] + (f"?{urlencode(query)}" if query else "")
        policy = self._policy
        return sign_in_page(
            action=f"{self._base}/bioviz/sign-in",
            next_path=next_path,
            sentence=sentence,
            address=policy.sign_in.address() if policy.sign_in else "",
            token=bool(policy.token),
            status=status,
        )

    def _bearer(self, headers: Headers) -> Role | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self._policy.role_of_token(token.strip()) if scheme.casefold() == "bearer" else None

    def _refused_act(self, scope: Scope, visitor: Visitor) -> Response | None:
        """Refuse what changes more than a user's own flags and boxes to somebody who may look and flag."""
        if visitor.role is Role.EDIT or scope["type"] == "websocket" or scope["method"] in _READING:
            return None
        own = re.match(re.escape(self._base) + r"/bioviz/(flags|annotations)/", scope["path"])
        return None if own else refusal(403, ONLY_LOOK)

    def _with_headers(self, send: Send, host: Host | None) -> Send:
        name = "" if host is None else f"[{host.name}]" if ":" in host.name else host.name
        address = name if host is None or host.port is None else f"{name}:{host.port}"
        common = content_policy.headers(self._inline, address)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for header, value in common.items():
                    headers.setdefault(header, value)
            await send(message)

        return send_with_headers


def _only(scope: Scope, name: bytes) -> str | None:
    """Return the header of this name; None where there is none, or more than one."""
    values: Iterable[bytes] = [value for key, value in scope["headers"] if key.lower() == name]
    (*_, last) = values or [None]
    return last.decode("latin-1") if last is not None and len(list(values)) == 1 else None


def _told(scope: Scope, visitor: Visitor) -> Scope:
    """Return the scope as those behind the guard get it: with its word on who comes, and not the client's."""
    own = {ROLE_HEADER.encode(), USER_HEADER.encode()}
    headers = [each for each in scope["headers"] if each[0].lower() not in own]
    headers.append((ROLE_HEADER.encode(), visitor.role.value.encode()))
    if visitor.email:
        headers.append((USER_HEADER.encode(), quote(visitor.email).encode()))
    return {**scope, "headers": headers}
