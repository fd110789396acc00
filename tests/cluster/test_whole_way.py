"""A run and a noise experiment on a cluster that the settings name: the same as without one."""

from __future__ import annotations

import shutil

import numpy as np

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.config import settings
from bioviz.experiments.noise import compute_noise
from bioviz.experiments.settings import NoiseSettings
from bioviz.runs.compute import compute_run
from bioviz.runs.spec import RunSpec
from bioviz.store.pack import pack
from tests.experiments.sounds import dataset


def test_a_run_and_its_mixtures(tmp_path, workers, monkeypatch):
    made = dataset(tmp_path / "calls")
    spec = RunSpec(made.id, "small_cnn", "pretrained", projection=ProjectionSpec(method="pca"))
    chosen = NoiseSettings(snrs_db=(10.0, 0.0), k=5)
    alone = compute_run(spec)
    embedding, noise = np.array(alone.embedding), pack(compute_noise(alone, chosen))
    for name in ("blocks", "sets", "runs"):
        shutil.rmtree(settings().cache_dir / name)
    monkeypatch.setenv("BIOVIZ_CLUSTER", "local:2")
    monkeypatch.setattr("bioviz.embedding.pipeline.compute_embeddings", None)
    monkeypatch.setattr("bioviz.embedding.pipeline.compute_acoustic", None)
    monkeypatch.setattr("bioviz.experiments.mixed_embeddings.compute_chunks", None)
    spread = compute_run(spec)
    assert spread.provenance["embedding"]["computed_on"].startswith("2 workers: ")
    assert np.array(spread.embedding).tobytes() == embedding.tobytes()
    np.testing.assert_equal(pack(compute_noise(spread, chosen)), noise)
