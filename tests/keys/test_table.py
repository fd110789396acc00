"""For each fact of a dataset and each setting: which keys change, and which stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan
from bioviz.embedding.acoustic import acoustic_key
from bioviz.embedding.stored.sets import EmbeddingSet, set_key
from bioviz.experiments import noise, shift
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.runs import RunSpec
from bioviz.runs import run as runs_run
from bioviz.runs.comparison import comparison_key
from bioviz.runs.diagnosis import diagnosis_key
from bioviz.runs.opening import keys_of
from bioviz.runs.run import Run
from bioviz.runs.templates.resemblance import resemblance_key
from bioviz.store.keys import key_of

N, FILES, RATE = 24, 6, 8000
NOISE, SHIFT = NoiseSettings(per_label=3, k=5), ShiftSettings(clips=10, reach=0.5, k=5)
MAPS = {"neighbors", "projection", "scores", "diagnosis", "comparison", "noise", "shift"}
EMBEDDED = {"set", *MAPS}
ALL = {"acoustic", "templates", *EMBEDDED}
BOXES = {"acoustic", "templates", "diagnosis", "noise"}
DRAWN = frozenset({"shift"})
LABELS = {"diagnosis", "comparison", "noise"}


def base() -> Dataset:
    """Six recordings of 10 s, four windows of 1 s in each, boxes on half of them."""
    recordings = tuple(
        Recording(Path(f"/x/{i}.wav"), f"{i}.wav", f"hash {i}", RATE, 1, 10 * RATE, f"site {i % 2}",
                  datetime(2024, 5, 1, 4 + i, tzinfo=UTC), "train", 99, 1)
        for i in range(FILES)
    )  # fmt: skip
    of = np.repeat(np.arange(FILES, dtype=np.int32), 4)
    start = np.tile([1.0, 3.0, 5.0, 7.0], FILES)
    labels = np.zeros((N, 2), dtype=bool)
    labels[0::4, 0] = labels[1::8, 1] = labels[4::8, 1] = True
    boxes = tuple(
        Annotation(int(of[i]), float(start[i]) + 0.1, float(start[i]) + 0.6, "ab"[j], 500.0, 3950.0)
        for i, j in np.argwhere(labels)
    )
    clips = Clips(of, start, start + 1.0, labels, np.full(N, "train"))
    plan = WindowPlan(1.0, 0.5)
    return Dataset(
        "pond", "Pond", "detection", RATE, ("a", "b"), recordings, boxes, plan, clips, {"root": "/x"}
    )


def recording(**change) -> Callable[[Dataset], Dataset]:
    """Another first recording."""
    return lambda d: replace(d, recordings=(replace(d.recordings[0], **change), *d.recordings[1:]))


def box(**change) -> Callable[[Dataset], Dataset]:
    """Another first annotation."""
    return lambda d: replace(d, annotations=(replace(d.annotations[0], **change), *d.annotations[1:]))


def clip(name: str, row: int, value: object) -> Callable[[Dataset], Dataset]:
    """Another clip."""

    def changed(d: Dataset) -> Dataset:
        column = getattr(d.clips, name).copy()
        column[row] = value
        return replace(d, clips=replace(d.clips, **{name: column}))

    return changed


@dataclass(frozen=True)
class Case:
    """A change: the fact it is of, what it does, keys that must change, and keys that may (as a draw goes by it)."""

    fact: str
    change: Callable[[Dataset], Dataset]
    must: set[str]
    may: frozenset[str] = frozenset()


CASES = [
    Case("Recording.path", recording(path=Path("/y/z.wav")), set()),
    Case("Recording.name", recording(name="z.wav"), set()),
    Case("Recording.content_hash", recording(content_hash="other"), ALL),
    Case("Recording.sample_rate", recording(sample_rate=9000), BOXES, DRAWN),
    Case("Recording.channels", recording(channels=2), set()),
    # How a file is heard decides its samples, and is in the content hash already (`Sound.identity`).
    Case("Recording.channel", recording(channel=1), set()),
    Case("Recording.expansion", recording(expansion=10.0), set()),
    Case("Recording.frames", recording(frames=9 * RATE), BOXES, DRAWN),
    Case("Recording.site", recording(site="elsewhere"), {"diagnosis"}),
    Case("Recording.recorded_at", recording(recorded_at=None), {"diagnosis"}),
    Case("Recording.split", recording(split="test"), set()),
    Case("Recording.recording_id, of one file alone", recording(recording_id="7"), set()),
    Case("Recording.recorder", recording(recorder="SM4"), {"diagnosis"}),
    Case("Recording.source", recording(source="warblr"), {"diagnosis"}),
    Case("Recording.date", recording(date="2024-05-02"), {"diagnosis"}),
    Case("Recording.size", recording(size=100), set()),
    Case("Recording.mtime_ns", recording(mtime_ns=2), set()),
    Case("Annotation.recording", box(recording=5), BOXES),
    Case("Annotation.start_s", box(start_s=1.2), BOXES),
    Case("Annotation.end_s", box(end_s=1.5), BOXES),
    Case("Annotation.label", box(label="background"), BOXES),
    Case("Annotation.low_hz", box(low_hz=600.0), {"acoustic", "templates", "diagnosis"}),
    Case("Annotation.high_hz", box(high_hz=3000.0), {"acoustic", "templates", "diagnosis"}),
    Case("Annotation.extras", box(extras={"note": "x"}), set()),
    Case("Clips.recording", clip("recording", 3, 1), ALL),
    Case("Clips.start_s", clip("start_s", 0, 1.1), ALL),
    Case("Clips.end_s", clip("end_s", 0, 1.5), {"templates", "diagnosis"}),
    Case("Clips.labels, a second one", clip("labels", 0, [True, True]), LABELS, frozenset({"scores"})),
    Case("Clips.labels, the first one", clip("labels", 3, [True, False]), {"scores", "shift", *LABELS}),
    Case("Clips.split", clip("split", 0, "test"), set()),
    Case("WindowPlan.width_s", lambda d: replace(d, plan=replace(d.plan, width_s=1.1)), ALL),
    Case("WindowPlan.hop_s", lambda d: replace(d, plan=replace(d.plan, hop_s=0.25)), {"diagnosis"}),
    Case("WindowPlan.min_overlap", lambda d: replace(d, plan=replace(d.plan, min_overlap=0.9)), set()),
    Case("Dataset.id", lambda d: replace(d, id="copy"), {"scores"}, frozenset({"comparison"})),
    Case("Dataset.unit", lambda d: replace(d, unit="site"), {"templates", *MAPS} - {"projection"}),
    Case("Dataset.name", lambda d: replace(d, name="another"), set()),
    Case("Dataset.task", lambda d: replace(d, task="classification"), {"diagnosis"}),
    Case("Dataset.sample_rate", lambda d: replace(d, sample_rate=7000), EMBEDDED),
    Case("Dataset.labels", lambda d: replace(d, labels=("a", "c")),
         {"scores", "diagnosis", "comparison", "templates"},
         frozenset({"acoustic", "noise"})),
    Case("Dataset.source", lambda d: replace(d, source={"root": "/y"}), set()),
    Case("Dataset.problems", lambda d: replace(d, problems=("x",)), set()),
]  # fmt: skip
CONTAINERS = {"Dataset.recordings", "Dataset.annotations", "Dataset.plan", "Dataset.clips"}


@pytest.fixture
def keys(monkeypatch) -> Callable[..., dict[str, str]]:
    """A function (dataset) -> the key of each kind of result. Nothing is computed for it, and nothing read."""
    there: dict[str, Dataset] = {}
    monkeypatch.setattr(library, "load", there.__getitem__)

    def measured(dataset: Dataset) -> Mapping[str, np.ndarray]:  # other columns under another key
        return {"snr_db": np.full(N, float(int(acoustic_key(dataset)[:8], 16)), dtype=np.float32)}

    monkeypatch.setattr(runs_run, "open_acoustic", measured)

    def run_of(dataset: Dataset, spec: RunSpec) -> Run:
        embedded = EmbeddingSet(
            set_key(dataset, f"{spec.model} {spec.seed}", dataset.sample_rate), None, np.ones(N, bool), (), {}
        )
        rows = np.arange(N)
        stage = keys_of(dataset, embedded, rows, spec)
        known = {
            "key": stage.scores, "spec": spec, "target_names": dataset.target_names, "rows": rows, "xy": None,
            "targets": dataset.targets, "clusters": np.arange(N) % 3, "_keys": stage, "_set": embedded,
            "_dataset": dataset, "match": SimpleNamespace(misclustered=np.zeros(N, bool)),
        }  # fmt: skip
        return Run(**{each.name: known.get(each.name) for each in fields(Run)})

    def keys_of_all(
        dataset: Dataset, chosen=NOISE, shifted=SHIFT, k: int = 5, layout: str = "own"
    ) -> dict[str, str]:
        there[dataset.id] = dataset
        spec = RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(n_neighbors=5))
        run, second = run_of(dataset, spec), run_of(dataset, replace(spec, seed=1))
        return {
            "acoustic": acoustic_key(dataset),
            "templates": resemblance_key(dataset),
            "set": set_key(dataset, "model", dataset.sample_rate),
            "neighbors": run._keys.neighbors,
            "projection": run._keys.projection,
            "scores": run._keys.scores,
            "diagnosis": diagnosis_key(run, k),
            "comparison": comparison_key(run, second, layout, k),
            "noise": key_of(noise.STAGE, noise.VERSION, noise.noise_inputs(run, chosen)),
            "shift": key_of(shift.STAGE, shift.VERSION, shift.shift_inputs(run, shifted)),
        }

    return keys_of_all


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {kind for kind in before if before[kind] != after[kind]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fact)
def test_what_is_read_changes_the_key_and_what_is_not_leaves_it(case, keys):
    found = changed(keys(base()), keys(case.change(base())))
    assert case.must <= found <= case.must | case.may


def test_the_same_facts_give_the_same_keys(keys):
    assert keys(base()) == keys(base())


def test_every_fact_of_a_dataset_is_in_the_table():
    facts = {
        f"{kind.__name__}.{each.name}"
        for kind in (Dataset, Recording, Annotation, Clips, WindowPlan)
        for each in fields(kind)
    }
    missing = facts - {case.fact.partition(",")[0] for case in CASES} - CONTAINERS
    assert not missing, f"say in CASES which keys these change: {sorted(missing)}"


NOISE_CHANGES = {
    "labels": ("a",), "per_label": 2, "snrs_db": (0.0,), "background": "dataset:other", "k": 6, "seed": 1,
    "measured": "clip", "same_site": True,
}  # fmt: skip
SHIFT_CHANGES = {"clips": 5, "reach": 0.4, "steps": 1, "k": 6, "seed": 1}


@pytest.mark.parametrize("name", [each.name for each in fields(NoiseSettings)])
def test_each_setting_of_a_noise_experiment_counts(name, keys):
    elsewhere = tuple(replace(each, content_hash=f"wind {i}") for i, each in enumerate(base().recordings))
    keys(replace(base(), id="other", recordings=elsewhere))  # where "background" takes it from
    chosen = replace(NOISE, **{name: NOISE_CHANGES[name]})
    assert changed(keys(base()), keys(base(), chosen=chosen)) == {"noise"}


@pytest.mark.parametrize("name", [each.name for each in fields(ShiftSettings)])
def test_each_setting_of_a_shift_experiment_counts(name, keys):
    chosen = replace(SHIFT, **{name: SHIFT_CHANGES[name]})
    assert changed(keys(base()), keys(base(), shifted=chosen)) == {"shift"}


def test_neighbors_looked_at_and_layout_count(keys):
    assert changed(keys(base()), keys(base(), k=6)) == {"diagnosis", "comparison"}
    assert changed(keys(base()), keys(base(), layout="joint")) == {"comparison"}


@pytest.mark.parametrize(
    ("module", "kinds"),
    [
        ("bioviz.runs.diagnosis", {"diagnosis"}),
        ("bioviz.runs.comparison", {"comparison"}),
        ("bioviz.analysis.projection.parallel_umap", {"comparison"}),
        ("bioviz.experiments.noise", {"noise"}),
        ("bioviz.experiments.shift", {"shift"}),
        ("bioviz.runs.templates.resemblance", {"templates"}),
        ("bioviz.embedding.keys", EMBEDDED),
        ("bioviz.audio.measures.clip", {"acoustic", "diagnosis"}),
    ],
)
def test_another_version_of_a_computation_is_another_result(module, kinds, keys, monkeypatch):
    before = keys(base())
    monkeypatch.setattr(f"{module}.VERSION", 999)
    assert changed(before, keys(base())) == kinds


@pytest.mark.parametrize(
    ("stage", "kinds"),
    [
        ("neighbors", MAPS),
        ("projection", MAPS - {"neighbors"}),
        ("scores", {"scores", "comparison"}),
    ],
)
def test_another_version_of_a_stage_reaches_all_that_rests_on_it(stage, kinds, keys, monkeypatch):
    from bioviz.runs import stages

    before = keys(base())
    monkeypatch.setitem(stages.VERSIONS, stage, 999)
    assert changed(before, keys(base())) == kinds
