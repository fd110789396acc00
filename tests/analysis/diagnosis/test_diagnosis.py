"""The whole diagnosis: complete, reproducible, said in words, kept without pickle, and unharmed by odd sets."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from bioviz.analysis.diagnosis.diagnose import Diagnosis, diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.sounds.acoustic_causes import AcousticCauses
from bioviz.analysis.diagnosis.verdict.caveats import caveats
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.features import FEATURES
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.statistics.small_counts import against, share
from bioviz.errors import BadInput, Cancelled
from bioviz.progress import Progress
from bioviz.store.pack import pack, unpack
from tests.analysis.planted import Planted, planted


def run(p: Planted, progress: Progress | None = None, **more) -> Diagnosis:
    inputs = DiagnosisInputs(
        p.x, *p.graphs, p.targets, p.labels, p.names, p.recording, k=10,
        **{"projection": p.x[:, :2], "seconds_per_clip": 3, **more},
    )  # fmt: skip
    return diagnose(inputs, progress)


def diagnose_of(*args, **more) -> Diagnosis:
    return diagnose(DiagnosisInputs(*args, **more))


@pytest.fixture(scope="module")
def masked() -> tuple[Planted, Diagnosis]:
    """Faint calls lie in background."""
    p = planted(n=600, mixing=0.4)
    rng = np.random.default_rng(0)
    snr = np.where(p.mixed, rng.uniform(-10, 0, 600), rng.uniform(5, 20, 600))
    snr[p.background] = np.nan
    return p, run(p, site=p.recording % 3, hour=p.recording % 24, acoustic={"loudest_db": snr})


def test_says_what_was_planted(masked):
    p, diagnosis = masked
    clauses = verdict(diagnosis)
    by_kind = {clause.kind: clause for clause in clauses}
    assert clauses[0].kind == "separability" and "AUROC" in clauses[0].text
    assert by_kind["cause"].refs["feature"] == "loudest_db"
    assert "level of the loudest sound above the noise below" in by_kind["cause"].text
    # No boxes, and what is drowned leaves no trace in this embedding: whether the label is wrong cannot be told.
    assert by_kind["triage"].refs["cause"] == "unheard" and "no call made out" in by_kind["triage"].text
    assert by_kind["labels"].refs["targets"] and "label" in by_kind["labels"].text
    stand_out = diagnosis.faint.rows[: diagnosis.faint.beyond]
    assert p.mixed[stand_out].mean() > 0.95
    assert len(stand_out) >= 20 and p.mixed[diagnosis.faint.rows[: int(p.mixed.sum())]].mean() > 0.9
    assert "place" not in by_kind and "leak" not in by_kind  # nothing of the sort was planted
    assert all(
        json.dumps(clause.refs) is not None and clause.text.endswith((".", ".)")) for clause in clauses
    )


def test_says_when_the_recording_is_what_separates():
    rng = np.random.default_rng(1)
    recording = np.repeat(np.arange(40), 10)
    targets = rng.integers(0, 3, 40)[recording]
    x = (rng.normal(size=(400, 16)) + 5 * rng.normal(size=(40, 16))[recording]).astype(np.float32)
    labels = np.eye(3, dtype=bool)[targets][:, 1:]
    p = Planted(x, targets, labels, recording, targets > 9, knn_both(x, 12, recording, "euclidean"))
    kinds = {clause.kind: clause for clause in verdict(run(p))}
    assert (
        kinds["place"].refs == {"attribute": "recording"}
        and "times as often as their labels explain" in kinds["place"].text
    )
    assert "leak" in kinds and "falls from" in kinds["leak"].text


def test_a_label_of_one_recording_and_a_site_with_most_clips_are_told():
    p = planted(n=600, labels=3)
    rare = p.recording == p.recording[-1]
    labels = np.hstack(
        [p.labels & ~rare[:, None], rare[:, None]]
    )  # a fourth label, all in the last recording
    targets = np.where(rare, 4, p.targets)
    x = p.x.copy()
    x[rare] = x[p.background & ~rare][: rare.sum()] + 0.1  # which sounds like background
    alone = Planted(x, targets, labels, p.recording, p.mixed, knn_both(x, 12, p.recording, "euclidean"))
    names = (*p.names, "rare owl")
    site = np.where(np.arange(600) < 500, "pond", "wood")
    found = diagnose_of(
        x, *alone.graphs, targets, labels, names, p.recording, site, k=10, projection=x[:, :2]
    )
    said = [clause.text for clause in verdict(found)]
    assert any(text.startswith("rare owl comes from one recording, so no clip elsewhere") for text in said)
    assert (
        said[-1]
        == "83\u00a0% of the clips are from the site pond: figures over all clips describe mainly that site."
    )
    assert f"({found.separability.low:.2f} to" in said[0]
    # Its clips cannot be told with their recording held out, and are no errors of the model.
    assert found.prediction.knn_accuracy.cross_unit > 0.97
    assert found.prediction.knn_accuracy.note.startswith("1 label occurs in one recording only")
    sides = np.arange(600) < 300
    assert not diagnose_of(p.x, *p.graphs, p.targets, p.labels, p.names, p.recording, sides.astype(int)).notes


def test_high_praise_does_not_stand_beside_a_label_within_background_without_a_word():
    p = planted(n=600, labels=3)
    rare = p.recording == p.recording[-1]
    labels = np.hstack([p.labels & ~rare[:, None], rare[:, None]])
    x = p.x.copy()
    x[rare] = x[p.background & ~rare][: rare.sum()] + 0.1
    graphs = knn_both(x, 12, p.recording, "euclidean")
    found = diagnose_of(x, *graphs, np.where(rare, 4, p.targets), labels, (*p.names, "rare owl"), p.recording)
    said = [clause.text for clause in verdict(found)]
    assert not said[0].startswith("Nothing is wrong")
    at = next(i for i, text in enumerate(said) if text.startswith("The model tells background"))
    assert said[at + 1].startswith("That is over all clips. rare owl, 10 of the ")


def test_where_nothing_is_wrong_it_says_so_first():
    clauses = verdict(run(planted(n=600)))
    assert clauses[0].text.startswith("Nothing is wrong that bioviz looks for")
    assert [clause.kind for clause in clauses if clause.claim] == ["separability"]


@pytest.mark.parametrize(("labelled", "said"), [(2, "2 labelled clips"), (1, "1 labelled clip")])
def test_a_handful_of_clips_is_too_few_to_say_anything(labelled, said):
    p = planted(n=200, labels=1, background=1.0)
    labels = np.zeros((200, 1), bool)
    labels[: labelled * 90 : 90] = True
    p = Planted(p.x, labels[:, 0].astype(int), labels, p.recording, p.mixed, p.graphs)
    clauses = verdict(run(p))
    assert clauses[0].text == f"{said}: too few to say anything."
    assert all(clause.kind == "note" for clause in clauses[1:])


def test_few_clips_are_counted():
    assert share(7, 9) == "7 of 9 clips" and share(1, 1) == "1 of 1 clip" and share(7, 10) == "70\u00a0%"
    assert against((4, 5), (1, 40)) == "4 of 5 clips against 1 of 40 of the others"


def test_background_from_other_places_than_the_calls_is_told():
    n = 60
    background, all_there = np.arange(n) % 2 == 0, np.ones(n, bool)
    pairs = np.arange(n) // 4
    assert caveats(all_there, background, pairs, None) == ()
    sides = np.where(background, 2 * (np.arange(n) // 10), 2 * (np.arange(n) // 10) + 1)
    (told,) = caveats(all_there, background, sides, None)
    assert told.startswith("No recording has both background and labelled clips")
    # Sites count for more than recordings: two recordings of one site share its noise.
    assert caveats(all_there, background, sides, np.repeat(["pond", "wood"], 30)) == ()
    (told,) = caveats(all_there, background, pairs, np.where(background, "pond", "wood"))
    assert told.startswith("No site has both")
    # Every clip a file: nothing is known of the place.
    assert caveats(all_there, background, np.arange(n), np.full(n, "")) == ()


def test_without_labels_the_reason_comes_first_and_the_rest_is_told():
    rng = np.random.default_rng(4)
    recording, n = np.repeat(np.arange(30), 8), 240
    x = (rng.normal(size=(n, 8)) + 5 * rng.normal(size=(30, 8))[recording]).astype(np.float32)
    none = np.zeros((n, 0), bool)
    graphs = knn_both(x, 10, recording, "euclidean")
    found = diagnose_of(x, *graphs, np.zeros(n, int), none, ("background",), recording)
    said = verdict(found)
    assert said[0].text.startswith("All clips are background")
    assert [clause.kind for clause in said[1:]] == ["place"]


def test_whole_numbers_are_said_whole():
    assert FEATURES["labels"].text(2.0) == "2" and FEATURES["snr_db"].text(2.0) == "2.0 dB"
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 8, 400).astype(float)
    confusion = np.where(labels < 4, 0.9, 0.1)
    study = AcousticCauses(confusion, {"labels": labels}, np.ones((400, 1), bool), np.arange(400))
    causes = study.found()
    assert causes[0].split.threshold == 4 and "number of labels below 4 sit" in causes[0].sentence(
        ("noise", "owl")
    )


def test_repeats_itself(masked):
    p, _ = masked
    first, again = pack(run(p)), pack(run(p))
    assert first[1] == again[1]
    for path, array in first[0].items():
        np.testing.assert_array_equal(array, again[0][path])


def test_is_kept_as_arrays_and_json(masked, tmp_path):
    p, diagnosis = masked
    arrays, rest = pack(diagnosis)
    np.savez(tmp_path / "d.npz", **arrays)
    with np.load(tmp_path / "d.npz", allow_pickle=False) as kept:
        back = unpack(Diagnosis, dict(kept), json.loads(json.dumps(rest, allow_nan=False)))
    assert [clause.text for clause in verdict(back)] == [clause.text for clause in verdict(diagnosis)]
    assert back.prediction.knn_accuracy == diagnosis.prediction.knn_accuracy
    np.testing.assert_array_equal(back.triage.columns["loudest_db"], diagnosis.triage.columns["loudest_db"])
    row = int(back.faint.rows[0])
    assert back.triage.evidence(row, p.names) == diagnosis.triage.evidence(row, p.names) != ""
    assert pack(back)[1] == rest and set(arrays) == set(pack(back)[0])


def odd(kind: str) -> Planted:
    p = planted(n=60, k=10)
    x, labels, recording = p.x.copy(), p.labels.copy(), p.recording
    if kind == "background alone":
        labels[:] = False
    elif kind == "no background":
        labels[:, 0] |= ~labels.any(axis=1)
    elif kind == "one label":
        labels = np.ones((60, 1), bool)
    elif kind == "no labels at all":
        labels = np.zeros((60, 0), bool)
    elif kind == "one recording":
        recording = np.zeros(60, int)
    elif kind == "every clip a recording":
        recording = np.arange(60)
    elif kind == "copies":
        x[:] = x[0]
    elif kind == "failures":
        x[::3] = np.nan
    elif kind == "three clips":
        x, labels, recording = x[:3], labels[:3], recording[:3]
    elif kind == "all failed":
        x[:] = np.nan
    elif kind == "several labels":
        labels[:, 1] |= labels[:, 0]
    targets = (
        np.where(labels.any(axis=1), labels.argmax(axis=1) + 1, 0) if labels.shape[1] else np.zeros(60, int)
    )
    return Planted(x, targets, labels, recording, targets > 0, knn_both(x, 10, recording))


KINDS = (
    "background alone", "no background", "one label", "no labels at all", "one recording", "every clip a recording",
    "copies", "failures", "three clips", "all failed", "several labels",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_odd_sets_give_a_result_and_sentences(kind):
    p = odd(kind)
    diagnosis = run(p, acoustic={"snr_db": np.arange(float(len(p.x)))})
    clauses = verdict(diagnosis)
    assert all("nan" not in clause.text for clause in clauses)
    json.dumps(pack(diagnosis)[1], allow_nan=False)
    assert len(diagnosis.clips.purity) == len(p.x)
    said = " ".join(diagnosis.notes)
    expected = {
        "background alone": "All clips are background",
        "no background": "There is no background",
        "one recording": "one recording only",
        "failures": "20 of 60 clips have no embedding",
    }
    assert expected.get(kind, "") in said
    if kind == "one recording":
        assert diagnosis.separability.neighbor.cross_unit is None
        assert diagnosis.clips.judged is diagnosis.clips.with_same_unit


def test_can_be_stopped_and_checks_what_it_gets(masked):
    p, _ = masked

    class Stop:
        def report(self, stage, done, total, unit="clips", note=""):
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        run(p, progress=Stop())
    with pytest.raises(BadInput, match="targets of 5 clips"):
        diagnose_of(p.x, *p.graphs, p.targets[:5], p.labels, p.names, p.recording)
    with pytest.raises(BadInput, match="2 names"):
        diagnose_of(p.x, *p.graphs, p.targets, p.labels, ("a", "b"), p.recording)


def test_every_help_is_one_sentence_and_every_feature_has_a_title():
    for name, help_ in METRIC_INFO.items():
        assert help_.title and help_.text.endswith("."), name
        assert help_.text.count(". ") == 0, name
        assert help_.best in ("", "high", "low")
    assert {f.name for f in FEATURES.values()} == set(FEATURES)
    shown = {
        "noise_confusion",
        "purity",
        "separability_probe",
        "nmi",
        "silhouette",
        "trustworthiness",
        "triage",
    }
    assert shown <= set(METRIC_INFO)
    assert {field.name for field in fields(Diagnosis)} >= {"labels", "causes", "confounds"}


def test_importing_analysis_is_quick_and_pulls_in_nothing_heavy():
    code = (
        "import sys, bioviz.analysis.diagnosis.diagnose, bioviz.analysis.diagnosis.verdict.verdict\n"
        "import bioviz.analysis.projection.layouts\n"
        "heavy = {'torch', 'streamlit', 'umap', 'pynndescent', 'sklearn', 'librosa', 'scipy.stats'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
