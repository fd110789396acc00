"""A job that ends while the page looks at it: the page goes on to what comes of it, and is never left empty."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bioviz import jobs


@pytest.mark.parametrize(
    ("target", "state"), [("tests.jobs.targets:count", "done"), ("tests.jobs.targets:bad_input", "failed")]
)
def test_the_page_runs_again_when_a_job_ends_between_two_looks(tmp_path, target, state):
    job = jobs.start("count", target, {"folder": str(tmp_path), "to": 1, "pause_s": 0.0})
    assert jobs.wait(job.id, 120).state == state

    def page(job_id: str) -> None:
        import streamlit as st

        from bioviz.ui.job_cards import job_card

        looked = st.session_state.get("looked", 0)
        st.session_state["looked"] = looked + 1
        if looked == 0:  # as if it still ran when the page looked for it
            job_card.watch(job_id)
        st.text("what comes of the job")
        st.text(f"run {looked + 1}")

    app = AppTest.from_function(page, args=(job.id,), default_timeout=60).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["what comes of the job", "run 2"]
