"""A switch to another page arrives, also where a timer of the page before asks at the same moment."""

from __future__ import annotations

import re

from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from tests.pages.test_pages import FRAME, open_app, texts


def test_streamlit_loses_a_switch_to_a_timer_that_asks_after_it():
    """If this fails Streamlit has mended it, and `finish_switch` may go."""
    requests = ScriptRequests()
    requests.request_rerun(RerunData(page_script_hash="explore"))
    requests.request_rerun(RerunData(page_script_hash="start", fragment_id="timer", is_auto_rerun=True))
    pending = requests.on_scriptrunner_ready().rerun_data
    assert pending.page_script_hash == "start"
    assert not pending.fragment_id_queue


def test_a_switch_that_was_overtaken_is_made_again_once():
    app = open_app("home.py")
    app.session_state["switching_to"] = "explore.py"
    app.run()
    assert texts(app.title) == "Explore"
    assert app.session_state["switching_to"] == ""
    app.switch_page(str(FRAME.parents[3] / "pages" / "home.py")).run()
    assert any(button.key == "open_demo" for button in app.button), "the start page can be returned to"


def test_no_part_of_a_page_renews_itself_by_a_timer():
    """Streamlit drops what a run has drawn where a timer asks at its very end; the browser follows jobs instead."""
    timed = [
        path.name
        for path in (FRAME.parents[1]).rglob("*.py")
        if re.search(r"\brun_every\s*=|\btime\.sleep\(", path.read_text(encoding="utf-8"))
    ]
    assert timed == []
