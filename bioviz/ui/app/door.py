"""Who may come in, put together from Streamlit's settings and the environment when the server starts."""

from __future__ import annotations

import sys

import streamlit as st
from starlette.middleware import Middleware

from bioviz.config import settings
from bioviz.errors import BadInput
from bioviz.server.access import Guard, Policy
from bioviz.server.dashboard import dashboard_html
from bioviz.ui.app.sign_in import sign_in_of_secrets


def door() -> list[Middleware]:
    """Return what `st.App(middleware=...)` takes; the server does not start where it would ask nothing of others."""
    base = st.get_option("server.baseUrlPath") or ""
    try:
        settings()  # what cannot be used is said now, not on every page
        policy = Policy.from_environment(st.get_option("server.address"), sign_in_of_secrets(base))
    except BadInput as error:
        sys.exit(f"bioviz: {error}")
    return [Middleware(Guard, policy=policy, base=base, page=dashboard_html(base))]
