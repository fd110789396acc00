"""The pipeline with models of the registry, on real recordings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bioviz.audio.decode import load_clip
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import Missing
from bioviz.models import registry
from tests.embedding.helpers import make_dataset, write_wav


@pytest.mark.parametrize(("model", "checkpoint"), [("acoustic_features", "none"), ("resnet18", "random")])
def test_embeddings_equal_those_of_each_clip_alone(real_data, model, checkpoint):
    paths = sorted((real_data / "field_detection").rglob("*.flac"))[:3]
    dataset = replace(make_dataset(real_data, paths, starts_s=[0.0, 0.5]), sample_rate=16000)
    found = embed_dataset(dataset, model, checkpoint, seed=3, device="cpu")
    opened = registry.open_model(model, checkpoint, seed=3)
    for row, (of, start) in enumerate(zip(dataset.clips.recording, dataset.clips.start_s, strict=True)):
        clip = load_clip(paths[of], start, start + 1.0, 16000)
        with torch.inference_mode():
            alone = opened.embed(torch.from_numpy(clip)[None], 16000)[0].numpy()
        cosine = alone @ found.matrix[row] / np.linalg.norm(alone) / np.linalg.norm(found.matrix[row])
        assert cosine > 0.9999
    again = open_set(dataset, model, checkpoint, seed=3)
    assert again.key == found.key and again.provenance["model"] == model


def test_seeds_and_checkpoints_keep_apart(tmp_path):
    dataset = make_dataset(tmp_path, [write_wav(tmp_path / "a.wav")], starts_s=[0.0])
    first = embed_dataset(dataset, "resnet18", "random", seed=0)
    assert open_set(dataset, "resnet18", "random", seed=1) is None
    second = embed_dataset(dataset, "resnet18", "random", seed=1)
    assert first.key != second.key and not np.allclose(first.matrix, second.matrix)


def test_unknown_models_and_missing_weights_are_sentences(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path / "none"))
    dataset = make_dataset(tmp_path, [write_wav(tmp_path / "a.wav")])
    with pytest.raises(Missing, match="resnet18"):
        embed_dataset(dataset, "resnet19", "random")
    with pytest.raises(Missing):
        embed_dataset(dataset, "aves_bio", "pretrained")
