"""Streamlit's sign-in (`st.login`, OpenID Connect) as the server's guard asks for it, and the role for pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import urlencode

import streamlit as st
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks, get_secrets_auth_section
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from bioviz import rights
from bioviz.errors import BadInput
from bioviz.rights import Role
from bioviz.server.access.guard import ROLE_HEADER


class StreamlitSignIn:
    """The provider of `[auth]` in Streamlit's secrets.

    Parameters
    ----------
    provider : str
        Its name: of the section ``[auth.name]``, "default" for ``[auth]`` itself.
    base : str
        Path below which everything is served.

    """

    def __init__(self, provider: str, base: str = "") -> None:
        self._provider = provider
        self._base = f"/{base.strip('/')}" if base.strip("/") else ""

    def address(self) -> str:
        """Return where it begins; good for two minutes, as Streamlit signs it so."""
        return f"{self._base}/auth/login?{urlencode({'provider': encode_provider_token(self._provider)})}"

    def email(self, cookies: Mapping[str, str]) -> str | None:
        """Return the confirmed e-mail address in the cookie that Streamlit signed; None for nobody."""
        secret = get_cookie_secret()

        def signed(name: str) -> bytes | None:
            value = cookies.get(name)
            return (
                None
                if value is None
                else decode_signed_value(secret, name, value.encode("latin-1", "replace"))
            )

        content = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
        try:
            user = json.loads(content) if content else {}
        except ValueError:
            return None
        if not isinstance(user, dict) or not user.get("is_logged_in") or user.get("email_verified") is False:
            return None
        email = user.get("email")
        return email if isinstance(email, str) and "@" in email else None


def sign_in_of_secrets(base: str = "") -> StreamlitSignIn | None:
    """Return the sign-in that Streamlit's secrets set up; None where they set up none.

    Raises
    ------
    BadInput
        Something that it needs is missing.

    """
    section = get_secrets_auth_section()
    if not section:
        return None
    if len(get_cookie_secret() or "") < 32:
        raise BadInput(
            "[auth] in secrets.toml needs a cookie_secret of at least 32 letters, as sign-ins are signed with it."
        )
    if find_spec("authlib") is None or find_spec("httpx") is None:
        raise BadInput("Signing in needs two more packages: pip install Authlib httpx (bioviz[accounts]).")
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    if "client_id" not in section and not named:
        raise BadInput(
            "[auth] in secrets.toml names no provider: it needs client_id, client_secret and more."
        )
    return StreamlitSignIn("default" if "client_id" in section else named[0], base)


def role() -> Role:
    """Return what the one may do whose page is running: to look and flag, unless the guard said more of who came.

    A page that came past no guard is shown to nobody known. Where no page runs, nobody's orders are carried out.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return Role.EDIT
    return Role.EDIT if st.context.headers.get(ROLE_HEADER) == Role.EDIT.value else Role.VIEW


rights.read_from(role)
