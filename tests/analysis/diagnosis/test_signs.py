"""Single signs of causes, on clips of which everything else is alike."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.diagnosis.causes import alone, masked
from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import cause_named
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from tests.analysis.planted import Planted, planted

PLAIN = {"call_low_hz": 1000.0, "call_high_hz": 2000.0, "prominence_db": 30.0, "loudest_db": 20.0}


def evidence(p: Planted, columns=None, graph: int = 1, labels=None) -> Evidence:
    labels = p.labels if labels is None else labels
    confusion = noise_confusion(p.graphs[graph], ~labels.any(axis=1), p.recording)
    return Evidence(confusion, p.graphs[0], p.graphs[graph], labels, p.recording, columns or {})


@pytest.fixture(scope="module")
def clips() -> Planted:
    return planted(n=300, labels=2)


def faint(p: Planted, **changed) -> np.ndarray:
    """(n,) bool, of clips that have a box and whose first three labelled ones differ as `changed` says."""
    columns = {name: np.full(len(p.x), value) for name, value in PLAIN.items()}
    columns |= {
        "call_share": np.where(p.background, 0.0, 0.5),
        "snr_db": np.where(p.background, np.nan, 20.0),
    }
    for name, value in changed.items():
        columns[name][np.flatnonzero(p.targets > 0)[:3]] = value
    return masked.FAINT.of(evidence(p, columns))


def test_a_call_with_a_box_is_faint_by_its_ratio_alone(clips):
    first = np.flatnonzero(clips.targets > 0)[:3]
    assert not faint(clips).any()
    for faint_call in ({"snr_db": -6.0}, {"snr_db": np.nan}):
        assert np.flatnonzero(faint(clips, **faint_call)).tolist() == first.tolist()
    # What else sounds in the clip, and where, says nothing of a call that somebody marked.
    elsewhere = {"call_low_hz": 6000.0, "call_high_hz": 7000.0}
    assert not faint(clips, **elsewhere).any()
    assert not faint(clips, loudest_db=1.0, prominence_db=2.0).any()


def test_without_a_box_the_loudest_sound_tells_whether_a_call_is_made_out(clips):
    first = np.flatnonzero(clips.targets > 0)[:3]
    for unlike in (
        {"call_low_hz": 6000.0, "call_high_hz": 7000.0},
        {"loudest_db": 1.0},
        {"loudest_db": np.nan, "prominence_db": 2.0},
    ):
        assert np.flatnonzero(faint(clips, call_share=0.0, **unlike)).tolist() == first.tolist(), unlike
    assert not faint(clips, call_share=0.0, loudest_db=np.nan).any()


def test_a_label_of_one_recording_counts_only_where_neighbors_are_of_others(clips):
    rare = (clips.recording == clips.recording[0])[:, None]
    labels = np.hstack([clips.labels & ~rare, rare])
    cause = cause_named("alone")
    assert cause is not None and cause.applies is alone._applies
    found = {}
    for name, graph in (("all recordings", 0), ("other recordings", 1)):
        judged = evidence(clips, graph=graph, labels=labels)
        judged.confused[:] = True
        found[name] = np.flatnonzero(alone._applies(judged, np.ones(len(labels), bool))).tolist()
    assert found == {"all recordings": [], "other recordings": np.flatnonzero(rare).tolist()}
