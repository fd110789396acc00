"""The frame around all pages: title, navigation, and the URL that follows the view."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

PROJECT = Path(__file__).resolve().parents[3]
if str(PROJECT) not in sys.path:  # Streamlit puts the folder of this script on the path, not the project's
    sys.path.insert(0, str(PROJECT))

st.set_page_config(page_title="bioviz", page_icon="🦇", layout="wide", initial_sidebar_state="auto")
from bioviz.errors import BiovizError  # noqa: E402
from bioviz.ui.app import notices  # noqa: E402
from bioviz.ui.app.pages import BARS, BENCHES, PAGES, finish_switch  # noqa: E402
from bioviz.ui.app.theme import is_dark, tighten  # noqa: E402
from bioviz.ui.components.connection.connection import watch_connection  # noqa: E402
from bioviz.ui.components.theme_link.theme_link import follow_theme  # noqa: E402
from bioviz.ui.components.whole_names.whole_names import tell_whole_names  # noqa: E402
from bioviz.ui.tour import bar as tour  # noqa: E402
from bioviz.ui.view import view, write_url  # noqa: E402

view()  # reads the URL before the navigation clears it
page = st.navigation([p.as_streamlit() for p in PAGES])
tighten(bench=page.title in BENCHES, bar=page.title in BARS)
finish_switch(page)
watch_connection()
follow_theme(dark=is_dark())
tell_whole_names()
notices.show()
tour.show(page.url_path)
try:
    page.run()
except BiovizError as error:  # a page may say more about it, but none ends in a traceback
    st.error(notices.plain(str(error)), icon=":material/error:")
write_url()
