"""Training starts from the linear probe, and ends no worse than it on the validation clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import RidgeClassifier

from bioviz.analysis.scores.probe import STRENGTHS, fit_probes
from bioviz.analysis.statistics.folds import folds
from bioviz.models import registry
from bioviz.models.devices.device import precision_of
from bioviz.progress import Silent
from bioviz.training.data.augment import Draws, change
from bioviz.training.data.split import split_rows
from bioviz.training.data.waveform_cache import open_waves
from bioviz.training.finetune import finetune
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.network.objective import objective_of
from bioviz.training.network.start import probe_head
from bioviz.training.prepare import prepare
from bioviz.training.settings import PRESETS, TrainSettings, preset
from tests.training import tiny

LPFT = TrainSettings(
    learning_rates=(1e-3,), epochs=2, batch=8, head="probe", statistics="frozen", dropout=False
)


def embeddings(dataset, model: str = "tiny") -> tuple[np.ndarray, object]:
    opened = registry.open_model(model, "random", precision="float32")
    waves = open_waves(dataset, tiny.RATE, Silent())
    with torch.inference_mode():
        made = opened.embed(torch.from_numpy(waves.take(np.arange(len(dataset.clips)))), tiny.RATE)
    return made.numpy(), opened


def test_the_probe_on_all_clips_is_scikit_learns_ridge():
    rng = np.random.default_rng(0)
    x, of = rng.normal(size=(60, 8)) * 3 + 1, rng.integers(0, 3, 60)
    y = of[:, None] == np.arange(3)
    x[:, 0] += of
    probes = fit_probes(x, y, folds(of, 5))
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    for strength, probe in zip(STRENGTHS, probes, strict=True):
        known = RidgeClassifier(alpha=strength * len(x)).fit(
            z, of
        )  # on targets of -1 and 1, so half of its scores
        np.testing.assert_allclose(
            2 * (x @ probe.weights + probe.bias) - 1, known.decision_function(z), atol=1e-6
        )
    assert np.abs(probes[0].out_of_fold - (x @ probes[0].weights + probes[0].bias)).max() > 1e-3


@pytest.mark.parametrize("several", [False, True])
def test_the_learner_starts_with_the_answers_of_the_probe(tones, several):
    """In training's own path, for one label a clip and for several."""
    dataset = replace(tones, task="detection") if several else tones
    values, opened = embeddings(dataset)
    split, waves = split_rows(dataset, LPFT), open_waves(dataset, tiny.RATE, Silent())
    work = TrainingRunDir("0" * 20)
    precision = precision_of(opened.card, "cpu")
    ready = prepare(dataset, opened, precision, waves, split, LPFT, work, Silent())
    objective = objective_of(dataset, split.train, False)
    assert objective.one_label is not several
    of = dataset.clips.recording[split.train]
    head = probe_head(values[split.train], split.train, of, objective)
    rows = np.concatenate([split.valid, split.test])
    ready.learner.eval()
    with torch.no_grad():
        logits = ready.learner(ready.source.prepare(ready.source.read(rows, None))).numpy()
    np.testing.assert_allclose(
        logits, head.logits(values[rows]), rtol=0.02, atol=0.1
    )  # of logits from -20 to 20: sums in another order
    targets = objective.indicators(split.train)
    strata = targets.argmax(axis=1) + targets.any(axis=1)
    orders = [
        (values[rows] @ probe.weights + probe.bias).argsort(axis=0 if several else 1)
        for probe in fit_probes(values[split.train], targets, folds(strata, 5, groups=of))
    ]
    mine = logits.argsort(axis=0 if several else 1)
    assert any((order == mine).mean() > 0.98 for order in orders)


def test_its_logits_fit_clips_it_did_not_see_better_than_plain_scores(tones):
    values, _ = embeddings(tones)
    split = split_rows(tones, LPFT)
    objective = objective_of(tones, split.train, False)
    of = tones.clips.recording[split.train]
    head = probe_head(values[split.train], split.train, of, objective)
    rows = np.concatenate([split.valid, split.test])
    told = objective.measure(head.logits(values[rows]), rows)
    assert told["accuracy"] > 0.6 and told["loss"] < objective.chance_loss(split.train)


def test_a_training_that_only_harms_ends_with_the_probe(tones):
    made = finetune(tones, "tiny", "random", replace(LPFT, learning_rates=(3.0,), epochs=3))
    assert made.record.best == {"trial": 0, "epoch": 0}
    assert made.record.test == pytest.approx(made.record.probe["test"], abs=1e-4)
    assert "no epoch was better than the linear probe" in made.record.outcome.sentence
    before = registry.open_model("tiny", "random").module.state_dict()
    after = registry.open_model("tiny", made.name).module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("rates", [(1e-3,), (1e-1, 1e-3)])
def test_the_result_is_never_below_the_probe_on_validation(tones, rates):
    record = finetune(tones, "tiny", "random", replace(LPFT, learning_rates=rates, epochs=4)).record
    start = record.probe["valid"]
    best = record.best
    ended = record.curves[best["trial"]]["epochs"][best["epoch"] - 1]["valid"] if best["epoch"] else start
    assert (ended["accuracy"], -ended["loss"]) >= (start["accuracy"], -start["loss"])


def test_statistics_left_alone_are_those_of_the_start(tones):
    made = finetune(tones, "tiny", "random", replace(LPFT, epochs=1))
    before = registry.open_model("tiny", "random").module.state_dict()
    after = registry.open_model("tiny", made.name).module.state_dict()
    names = [name for name in before if "running_" in name]
    assert names and all(torch.equal(before[name], after[name]) for name in names)


def test_the_papers_protocol_is_the_papers():
    paper = PRESETS["paper"]
    assert (paper.head, paper.statistics, paper.batch, paper.epochs) == ("random", "running", 32, 50)
    assert paper.learning_rates == (1e-5, 5e-5, 1e-4) and paper.weight_decay == 0 and paper.dropout
    assert preset("paper", True) == preset("paper", False) == paper
    assert not paper.augments and not paper.class_weights and paper.precision == "float32"
    assert (preset("quick", True).head, preset("quick", False).head) == ("probe", "random")
    assert (preset("quick", True).statistics, preset("quick", False).statistics) == ("frozen", "fresh")


def test_a_rolled_clip_has_no_click_where_its_ends_meet():
    """A click fills the band that a recording of 16 kHz leaves empty at 22.05 kHz."""
    import soxr

    t = np.arange(16000) / 16000
    tone = soxr.resample(np.sin(2 * np.pi * 441.7 * t).astype(np.float32), 16000, 22050)[None]
    half = np.array([0.5])
    draws = Draws(half, np.ones(1), np.array([-1]), np.zeros(1), np.zeros((1, 4)))
    rolled = change(tone, tone[:0], draws)[0]

    def empty_band_db(wave: np.ndarray) -> float:
        middle = wave[len(wave) // 2 - 2048 : len(wave) // 2 + 2048] * np.hanning(4096)
        power = np.abs(np.fft.rfft(middle)) ** 2
        return 10 * np.log10(power[int(9000 / 22050 * 4096) :].max() / power.max())

    plain = np.roll(tone[0], len(tone[0]) // 2)
    assert empty_band_db(rolled) < empty_band_db(plain) - 20
