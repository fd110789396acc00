"""Parts of pages for those who may add, train and delete: others see, instead of them, a sentence."""

from __future__ import annotations

import logging

import streamlit as st

from bioviz import rights
from bioviz.ui.app.notices import plain

log = logging.getLogger(__name__)


def for_editors() -> bool:
    """Whether what follows is to be drawn; where it is not, the sentence that says why stands there."""
    if rights.may_edit():
        return True
    st.info(rights.ONLY_LOOK, icon=":material/visibility:")
    return False


def say_error(error: Exception) -> bool:
    """Show an error that a page did not catch, such as a callback's, as a sentence (`st.App(on_script_error=...)`).

    One that nobody foresaw goes to the log with all there is to know; a reader of the page can do nothing with it.
    """
    if isinstance(error, rights.BiovizError):
        st.error(plain(str(error)), icon=":material/error:")
        return True
    log.error("A page failed", exc_info=error)
    st.error(
        f"Something unforeseen went wrong on this page ({type(error).__name__}). The server's log has the details. "
        "Reload the page; what was computed and flagged is kept.",
        icon=":material/error:",
    )
    return True
