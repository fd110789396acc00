"""Parts of pages for those who may add, train and delete: others see, instead of them, a sentence."""

from __future__ import annotations

import streamlit as st

from bioviz import rights
from bioviz.ui.app.notices import plain


def for_editors() -> bool:
    """Whether what follows is to be drawn; where it is not, the sentence that says why stands there."""
    if rights.may_edit():
        return True
    st.info(rights.ONLY_LOOK, icon=":material/visibility:")
    return False


def say_error(error: Exception) -> bool:
    """Show an error that a page did not catch, such as a callback's, as a sentence; whether it is one (`st.App`)."""
    if not isinstance(error, rights.BiovizError):
        return False
    st.error(plain(str(error)), icon=":material/error:")
    return True
