"""Of many labels figures show the worst, and all on demand; what is left out is counted."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bioviz.ui.diagnose.matrix import matrix_of


def page() -> None:
    import numpy as np
    import streamlit as st

    from bioviz.ui.pickers.many_labels import worst_or_all
    from bioviz.ui.state import DiagnoseState

    for labels, key in ((15, DiagnoseState.confound_labels), (200, DiagnoseState.matrix_labels)):
        st.text(f"{len(worst_or_all(np.arange(labels), key))} of {labels}")


def test_the_worst_fifteen_are_shown_and_all_on_demand():
    app = AppTest.from_function(page).run()
    assert [text.value for text in app.text] == ["15 of 15", "15 of 200"]
    assert [toggle.label for toggle in app.toggle] == ["Show all 200 labels, not the 15 worst alone"]
    app.toggle[0].set_value(True).run()
    assert app.text[1].value == "200 of 200"


def test_rows_of_a_part_of_the_matrix_sum_to_what_they_did():
    names = ["background", "a", "b", "c"]
    matrix = np.arange(16.0).reshape(4, 4)
    counts, columns = matrix_of(matrix, np.array([0, 2]), names)
    assert columns == ["background", "b", "2 other labels"]
    assert counts.tolist() == [[0, 2, 4], [8, 10, 20]]
    whole, columns = matrix_of(matrix, np.arange(4), names)
    assert whole == pytest.approx(matrix) and columns == names
