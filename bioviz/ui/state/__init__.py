"""Every key of the session, typed, in one class a page; nothing else names one (`tests/ui/test_state.py`).

`Key` is of a value that Python reads or sets, `Element` of what is only drawn under a name; `Keys` and `Elements` are
called with what they are one each of. Classes that are made with a word are of parts that several pages have.
"""

from bioviz.ui.state.clips import ClipState, DeskState, FlagPanelState, MapState
from bioviz.ui.state.data import ColumnsState, DatasetsState, ModelsState, ReportState
from bioviz.ui.state.frame import AppState, HomeState, JobState, PickerState, TourState
from bioviz.ui.state.studies import (
    CompareState,
    DiagnoseState,
    ExploreState,
    FinetuneState,
    NoiseState,
    StudyState,
)

__all__ = [
    "AppState",
    "ClipState",
    "ColumnsState",
    "CompareState",
    "DatasetsState",
    "DeskState",
    "DiagnoseState",
    "ExploreState",
    "FinetuneState",
    "FlagPanelState",
    "HomeState",
    "JobState",
    "MapState",
    "ModelsState",
    "NoiseState",
    "PickerState",
    "ReportState",
    "StudyState",
    "TourState",
]
