"""The part of a page that runs again without the rest, and hands over to the page when what it shows is gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from bioviz.errors import BiovizError


def page_part(function: Callable[..., None]) -> Callable[..., None]:
    """`st.fragment`, whose errors that a user can mend end in the page's sentence instead of a traceback.

    A fragment that runs on its own has no page around it that would catch them: a dataset or checkpoint that was
    removed in another tab, or a cache that was cleared. The whole page then runs again and finds out what is left.
    """

    @st.fragment
    @wraps(function)
    def run(*args: object) -> None:
        try:
            function(*args)
        except BiovizError:
            context = get_script_run_ctx()
            if context is None or not context.fragment_ids_this_run:
                raise  # the page around it is running and says it
            st.rerun()

    return run
