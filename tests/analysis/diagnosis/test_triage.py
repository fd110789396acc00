"""Triage: causes side by side where they are commoner than elsewhere; wrong labels only on evidence for another."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.triage import SEVERAL, Triage, cause_title, triage
from bioviz.analysis.diagnosis.triage_words import compared, summary
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.statistics.excess import excess
from tests.analysis.planted import planted

QUIET = {"call_low_hz": 1000.0, "call_high_hz": 2000.0, "band_limit_hz": 8000.0, "prominence_db": 30.0}


def cause(result: Triage, name: str) -> np.ndarray:
    return result.of(name)


def judge(x, p, columns, labels=None, probe=None, site=None, recording=None) -> Triage:
    labels = p.labels if labels is None else labels
    recording = p.recording if recording is None else recording
    graphs = knn_both(x, 15, recording, "euclidean")
    confusion = noise_confusion(graphs[1], ~labels.any(axis=1), recording)
    return triage(Evidence(confusion, *graphs, labels, recording, columns, probe, site=site))


def sunk(n: int = 900, clips: int = 60):
    """(planted, embedding, rows): so many labelled clips sit in background."""
    p = planted(n=n, labels=3, per_recording=5)
    x = p.x.copy()
    rows = np.flatnonzero(p.targets > 0)[:clips]
    x[rows] = x[np.flatnonzero(p.background)[:clips]] + 0.1
    return p, x, rows


def boxed(p, n: int) -> dict[str, np.ndarray]:
    return {
        "snr_db": np.full(n, 20.0),
        "call_share": np.where(p.background, 0.0, 0.8),
        "call_inside": np.where(p.background, np.nan, 1.0),
        "above_nyquist": np.zeros(n),
        "level_dbfs": np.full(n, -30.0),
    }


def test_each_planted_cause_is_found_with_its_evidence():
    p, x, rows = sunk(clips=120)
    columns = boxed(p, 900)
    planned = {
        "out_of_band": ("above_nyquist", 0.9),
        "empty": ("call_share", 0.01),
        "cut": ("call_inside", 0.2),
        "masked": ("snr_db", -2.0),
    }
    for i, (name, value) in enumerate(planned.values()):
        columns[name][rows[20 * i : 20 * i + 20]] = value
    columns["call_share"][rows[40:60]] = 0.3  # the end of a call
    columns["call_inside"][rows[80:100]] = 0.1  # amid a long song, which fills the window
    result = judge(x, p, columns)
    for i, name in enumerate(planned):
        mine = rows[20 * i : 20 * i + 20]
        assert cause(result, name)[mine].all() and result.evidence(int(mine[0]), p.names)
    assert cause(result, "unexplained")[rows[80:]].all()
    assert "20\u00a0% of any call" in result.evidence(int(rows[40]), p.names)
    fine = np.setdiff1d(np.flatnonzero(p.targets > 0), rows)
    assert (result.cause[fine] == -1).mean() > 0.97 and result.evidence(int(fine[0]), p.names) == ""


def test_a_silent_window_that_a_box_fills_is_not_said_to_hold_little_of_the_call():
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["level_dbfs"] = np.where(np.isin(np.arange(900), rows), -120.0, -40.0)
    result = judge(x, p, columns)
    assert cause(result, "empty")[rows].all()
    words = result.evidence(int(rows[0]), p.names)
    assert "80\u00a0% holds a call" in words and "120 dBFS" in words and "only" not in words


def test_causes_stand_side_by_side():
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["snr_db"][rows[:20]] = -3.0
    columns["call_inside"][rows[10:30]] = 0.2
    columns["call_share"][rows[10:30]] = 0.3
    result = judge(x, p, columns)
    both = rows[10:20]
    assert cause(result, "masked")[both].all() and cause(result, "cut")[both].all()
    assert (result.cause[both] == len(result.causes)).all()
    assert result.all_titles[-1] == cause_title(SEVERAL)
    assert (result.cause[rows[:10]] == result.causes.index("masked")).all()
    text = result.evidence(int(both[0]), p.names)
    assert "-3.0 dB" in text and "20\u00a0% of any call" in text
    assert result.titles(int(both[0])) == "call cut by the window's edge; call masked by noise"


def test_what_is_as_common_elsewhere_is_no_cause():
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["snr_db"] = np.where(np.random.default_rng(99).random(900) < 0.31, -2.0, 20.0)
    result = judge(x, p, columns)
    assert not cause(result, "masked").any() and cause(result, "unexplained")[rows].all()
    assert result.excess_labelled["faint"].others == pytest.approx(0.31, abs=0.07)
    assert "as common among other clips" in summary(result)
    (line,) = [each for each in compared(result) if each.side == "labelled" and "made out" in each.sign]
    assert line.verdict == "not commoner than elsewhere: not given as a cause"


def test_no_label_is_called_wrong_because_its_clip_sits_in_background():
    # Two clear bleats at 2 to 3 kHz, 7 dB, among background.
    p, x, rows = sunk(clips=2)
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 12.0)
    }
    columns["loudest_db"][rows], columns["call_low_hz"][rows], columns["call_high_hz"][rows] = (
        7.0,
        2000.0,
        3000.0,
    )
    probe = np.eye(4)[np.where(np.isin(np.arange(900), rows), 0, p.targets)]
    result = judge(x, p, columns, probe=probe)
    assert not cause(result, "label").any() and not cause(result, "missed")[rows].any()
    assert cause(result, "unexplained")[rows].all()
    assert "7.0 dB above the noise" in result.evidence(int(rows[0]), p.names)


@pytest.mark.parametrize("trace", [True, False])
def test_without_a_box_masked_needs_a_trace_of_the_call(trace):
    p, x, rows = sunk()
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 20.0)
    }
    columns["loudest_db"][rows], columns["prominence_db"][rows] = np.nan, 6.0
    rng = np.random.default_rng(0)
    probe = rng.normal(0, 0.1, (900, 4)) + np.eye(4)[np.where(np.isin(np.arange(900), rows), 0, p.targets)]
    if trace:
        probe[rows, p.targets[rows]] = 0.4
    else:
        probe[rows, p.targets[rows]] = -0.1
    result = judge(x, p, columns, probe=probe)
    assert cause(result, "masked")[rows].all() == trace and cause(result, "unheard")[rows].all() != trace
    words = result.evidence(int(rows[0]), p.names)
    assert "no sound stands out of the noise" in words and ("A trace of the call is there" in words) == trace
    assert "listen" in result.titles(int(rows[0])) or trace


def test_an_annotated_call_that_nothing_finds_is_no_trace():
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["snr_db"][rows] = -3.0
    probe = np.random.default_rng(0).normal(0, 0.1, (900, 4)) + np.eye(4)[p.targets]
    probe[rows, p.targets[rows]] = -0.02
    result = judge(x, p, columns, probe=probe)
    assert cause(result, "masked")[rows].all() and (result.trace[rows] > 0.3).all()
    words = result.evidence(int(rows[0]), p.names)
    assert "A trace" not in words and "only" not in words
    assert "The call is annotated; " in words and "of the background clips hold more of its label" in words


def test_an_estimate_of_the_sound_alone_decides_nothing():
    p, x, rows = sunk()
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 20.0)
    }
    columns["loudest_db"][rows] = -5.0
    assert not cause(judge(x, p, columns), "masked").any(), "without a probe there is no second witness"


def swapped(often: bool = False):
    p = planted(n=900, labels=3, per_recording=5)
    labels = p.labels.copy()
    rows = np.flatnonzero(p.targets == 1)[: 60 if often else 8]
    labels[rows] = [False, True, False]
    probe = np.eye(4)[p.targets] + np.random.default_rng(0).normal(0, 0.1, (900, 4))
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 15.0)
    }
    return p, labels, rows, probe, columns


def test_swapped_labels_are_found_where_the_sound_is_clear():
    p, labels, rows, probe, columns = swapped()
    columns["loudest_db"][rows[:2]] = 2.0
    result = judge(p.x, p, columns, labels, probe)
    assert cause(result, "label")[rows[2:]].all() and not cause(result, "label")[rows[:2]].any()
    assert cause(result, "label").sum() == 6 and (result.looks_like[rows] == 1).all()
    assert f"take it for {p.names[1]}" in result.evidence(int(rows[3]), p.names)


def test_swapped_labels_need_a_probe_and_a_sound():
    p, labels, _, probe, columns = swapped()
    assert not cause(judge(p.x, p, columns, labels), "label").any()
    assert not cause(judge(p.x, p, {}, labels, probe), "label").any()


def test_two_labels_that_sound_alike_are_not_called_wrong():
    p, labels, rows, probe, columns = swapped(often=True)
    result = judge(p.x, p, columns, labels, probe)
    assert not cause(result, "label")[rows].any(), "a quarter of the label looks like that: so it sounds"


def test_a_call_without_label_needs_a_sound_that_stands_out():
    p = planted(n=900, labels=3, per_recording=5)
    x = p.x.copy()
    rows = np.flatnonzero(p.background)[:10]
    x[rows] = x[np.flatnonzero(p.targets == 2)[:10]] + 0.1
    probe = np.eye(4)[np.where(np.isin(np.arange(900), rows), 2, p.targets)]
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 10.0)
    }
    columns["loudest_db"][rows[:3]] = np.nan
    result = judge(x, p, columns, probe=probe)
    assert cause(result, "missed")[rows[3:]].all() and not cause(result, "missed")[rows[:3]].any()


def test_a_recorder_that_lacks_the_band_of_the_label_is_seen():
    p, x, rows = sunk()
    columns = {name: np.full(900, value) for name, value in QUIET.items()} | {
        "loudest_db": np.full(900, 20.0)
    }
    columns["call_low_hz"][:], columns["call_high_hz"][:] = 4000.0, 6000.0
    columns["band_limit_hz"][rows] = 3400.0
    result = judge(x, p, columns)
    assert cause(result, "recorder_band")[rows].all()
    assert "nothing above 3.4 kHz; calls of this label lie at 4.0 kHz to 6.0 kHz" in result.evidence(
        int(rows[0]), p.names
    )


def test_a_shortcut_is_not_hidden_behind_noise():
    rng = np.random.default_rng(3)
    n = 600
    site, recording = np.repeat(np.arange(6), 100), np.repeat(np.arange(120), 5)
    targets = np.where(rng.random(n) < 0.5, 0, 1)
    hum = site < 3  # at three sites the recorder decides, at the others the call
    x = rng.normal(size=(n, 8)) + 20 * np.where(hum[:, None], np.eye(8)[site], np.eye(8)[6 + targets])
    columns = {"snr_db": np.where(hum, -3.0, 20.0), "call_share": np.where(targets > 0, 0.5, 0.0)}
    p = planted(n=n)
    result = judge(x.astype(np.float32), p, columns, (targets == 1)[:, None], site=site, recording=recording)
    mine = hum & (targets == 1) & cause(result, "shortcut")
    assert mine.sum() > 60 and cause(result, "masked")[mine].all()
    text = result.evidence(int(np.flatnonzero(mine)[0]), ("background", "owl"))
    assert "from the same site but share no label" in text and "-3.0 dB" in text


def test_a_label_that_no_other_recording_has_is_not_doubted():
    p = planted(n=600)
    x = p.x.copy()
    rare = p.recording == 0
    x[rare] = x[np.flatnonzero(p.background & ~rare)[: rare.sum()]] + 0.1
    labels = np.hstack([p.labels & ~rare[:, None], rare[:, None]])
    result = judge(x, p, {}, labels)
    assert (result.cause[rare] == result.causes.index("alone")).all()
    assert "are background" in result.evidence(int(np.flatnonzero(rare)[0]), (*p.names, "rare owl"))
    labels[p.recording == 1, -1] = True
    assert not cause(judge(x, p, {}, labels), "alone")[rare].any()


def test_the_excess_counts_units_and_not_clips():
    rng = np.random.default_rng(0)
    said = {1: 0, 25: 0}
    for _ in range(200):
        units = np.arange(30)
        confused, sign = rng.random(30) < 0.5, rng.random(30) < 0.4
        for copies in said:
            many = [np.repeat(each, copies) for each in (sign, confused, np.zeros(30, int), units)]
            said[copies] += excess(*many).sure
    assert said[1] <= 12 and said[25] <= 12


def test_the_excess_is_taken_within_labels():
    # The first label is faint and confused as a whole, the second neither: that is no cause within a label.
    rng = np.random.default_rng(1)
    label = np.repeat([1, 2], 200)
    confused, sign = (rng.random(400) < np.where(label == 1, 0.8, 0.2) for _ in range(2))
    found = excess(sign, confused, label, np.arange(400) // 2)
    assert not found.sure and found.difference == pytest.approx(0, abs=0.1)
    assert excess(sign | confused, confused, label, np.arange(400) // 2).sure


def test_too_little_to_compare_tells_nothing():
    nothing = excess(np.ones(20, bool), np.arange(20) < 3, np.zeros(20), np.arange(20))
    assert np.isnan(nothing.low) and not nothing.sure
    assert not excess(np.ones(0, bool), np.ones(0, bool), np.zeros(0), np.zeros(0)).sure
