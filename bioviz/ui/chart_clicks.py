"""What was clicked in a plotly chart of Streamlit."""

from __future__ import annotations

import numpy as np


def clicked(event) -> int | None:
    """Customdata of the point clicked, None where none is."""
    rows = selected(event)
    return int(rows[0]) if len(rows) else None


def selected(event) -> np.ndarray:
    """Customdata of the points chosen in a chart; Streamlit gives a lone number as it is or in a container."""
    rows = []
    for point in event.selection.points:
        data = point.get("customdata")
        if isinstance(data, dict):
            data = data.get("0")
        elif isinstance(data, list):
            data = data[0] if data else None
        if data is not None:
            rows.append(int(data))
    return np.asarray(rows, dtype=np.int64)
