"""What a training is said to have taught: nothing where labels are random, and not so where they can be learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.training.finetune import finetune
from bioviz.training.network.metrics import measures
from bioviz.training.network.objective import objective_of
from bioviz.training.outcome import LESS, MORE, NOT_MORE, NOTHING, UNTOLD, judge_outcome
from bioviz.training.settings import TrainSettings
from tests.training import tiny

SETTINGS = TrainSettings(learning_rates=(1e-2,), epochs=8, batch=8)


def judged(
    labels: np.ndarray, scores: np.ndarray, probe: np.ndarray, recording: np.ndarray, loss: float = 0.1
):
    def accuracy(rows: np.ndarray, own: np.ndarray, mask: np.ndarray) -> float:
        return measures(labels[rows][mask], own[mask], own[mask].argmax(axis=1))["accuracy"]

    every = np.ones(len(labels), bool)
    return judge_outcome(
        "accuracy",
        lambda order: accuracy(order, scores, every),
        lambda mask: (
            accuracy(np.arange(len(labels)), scores, mask) - accuracy(np.arange(len(labels)), probe, mask)
        ),
        recording,
        loss,
        np.log(labels.shape[1]),
    )


def simulated(
    rng: np.random.Generator, right: float, probe_right: float, recordings: int = 40, clips: int = 3
):
    """Labels of whole recordings, scores right for a share of the recordings."""
    label = np.repeat(rng.integers(0, 4, recordings), clips)
    labels = label[:, None] == np.arange(4)

    def scores(share: float) -> np.ndarray:
        hit = np.repeat(rng.random(recordings) < share, clips)
        told = np.where(hit, label, np.repeat(rng.integers(0, 4, recordings), clips))
        return (told[:, None] == np.arange(4)).astype(float)

    return labels, scores(right), scores(probe_right), np.repeat(np.arange(recordings), clips)


def test_of_scores_that_know_nothing_it_is_said_in_nineteen_of_twenty_cases():
    rng = np.random.default_rng(1)
    kinds = [judged(*simulated(rng, 0.0, 0.0)).kind for _ in range(60)]
    assert kinds.count(NOTHING) >= 54
    assert kinds.count(MORE) + kinds.count(LESS) <= 2


def test_two_equally_good_models_are_rarely_called_different():
    rng = np.random.default_rng(2)
    kinds = [judged(*simulated(rng, 0.7, 0.7)).kind for _ in range(60)]
    assert kinds.count(NOTHING) == 0
    assert kinds.count(MORE) + kinds.count(LESS) <= 7
    better = [judged(*simulated(rng, 0.95, 0.4)).kind for _ in range(20)]
    worse = [judged(*simulated(rng, 0.4, 0.95)).kind for _ in range(20)]
    assert better.count(MORE) >= 17 and worse.count(LESS) >= 17


def test_a_loss_at_that_of_guessing_is_nothing_and_few_recordings_tell_nothing():
    rng = np.random.default_rng(3)
    labels, scores, probe, of = simulated(rng, 0.9, 0.9)
    stuck = judged(labels, scores, probe, of, loss=1.38)
    assert stuck.kind == NOTHING and "stayed at 1.38" in stuck.sentence and "1.39" in stuck.sentence
    few = of < 5
    assert judged(labels[few], scores[few], probe[few], of[few]).kind == UNTOLD


@pytest.mark.parametrize("several", [False, True])
def test_the_loss_of_guessing_is_ln_of_the_labels_or_the_entropy_of_their_shares(tones, several):
    dataset = replace(tones, task="detection") if several else tones
    objective = objective_of(dataset, np.arange(18), balance=False)
    if not several:
        assert objective.chance_loss(np.arange(18)) == pytest.approx(np.log(3))
        return
    share = 1 / 3  # of the clips a label has
    entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    assert objective.chance_loss(np.arange(18)) == pytest.approx(entropy, rel=1e-5)


@pytest.mark.parametrize("balance", [False, True])
@pytest.mark.parametrize("several", [False, True])
def test_no_constant_answer_has_a_smaller_loss(tones, several, balance):
    import torch

    dataset = replace(tones, task="detection") if several else tones
    rows = np.flatnonzero(dataset.targets != 1).tolist() + np.flatnonzero(dataset.targets == 1)[:2].tolist()
    objective = objective_of(dataset, np.array(rows), balance)
    constant = torch.zeros(len(objective.names), requires_grad=True)
    optimizer = torch.optim.LBFGS([constant], max_iter=200)

    def loss():
        optimizer.zero_grad()
        value = objective.loss(constant.expand(len(rows), -1), np.array(rows)) / objective.scale(
            np.array(rows)
        )
        value.backward()
        return value

    optimizer.step(loss)
    assert objective.chance_loss(np.array(rows)) == pytest.approx(float(loss()), rel=1e-3)


def test_random_labels_teach_nothing_and_real_ones_do(tmp_path):
    dataset = tiny.tones(tmp_path / "d", files=20)
    learnt = finetune(dataset, "tiny", "random", SETTINGS).record
    assert learnt.outcome.kind != NOTHING and learnt.outcome.p_chance <= 0.01
    labels = np.random.default_rng(0).permutation(dataset.clips.labels)
    shuffled = replace(dataset, clips=replace(dataset.clips, labels=labels))
    made = finetune(shuffled, "tiny", "random", SETTINGS)
    assert made.record.outcome.kind == NOTHING
    assert made.record.outcome.sentence.startswith("This training taught nothing")
    assert made.usable  # it may be looked at; the sentence goes with it


def test_a_rate_too_small_to_learn_is_said_to_have_taught_nothing(tones):
    record = finetune(tones, "tiny", "random", replace(SETTINGS, learning_rates=(1e-12,), epochs=1)).record
    assert record.outcome.kind == NOTHING
    assert "stayed at" in record.outcome.sentence
    assert NOT_MORE not in record.outcome.sentence
