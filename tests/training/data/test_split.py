"""Which clips go where, for any dataset and setting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from bioviz.training.data.split import obstacles, split_rows, uses_own_split, warnings
from bioviz.training.settings import TrainSettings
from tests.training.tiny import detection


@some.composite
def datasets(draw):
    recordings, windows = draw(some.integers(1, 12)), draw(some.integers(1, 4))
    rng = np.random.default_rng(draw(some.integers(0, 10**6)))
    labels = rng.random((recordings * windows, draw(some.integers(1, 3)))) < draw(
        some.sampled_from([0.1, 0.5])
    )
    kind = draw(some.sampled_from(["none", "by recording", "by clip", "without validation"]))
    names = ["train", "test"] if kind == "without validation" else ["train", "valid", "test", ""]
    split = rng.choice(names, recordings * windows)
    if kind == "none":
        split[:] = ""
    if kind == "by recording":
        split = np.repeat(rng.choice(names[:3], recordings), windows)
    copies = draw(some.integers(0, recordings // 2))
    return detection(recordings, windows, labels, split.astype("<U5"), copies)


@some.composite
def choices(draw):
    return TrainSettings(
        split=draw(some.sampled_from(["dataset", "seeded"])),
        split_seed=draw(some.integers(0, 99)),
        seed=draw(some.integers(0, 99)),
        background_share=draw(some.sampled_from([0.0, 0.25, 1.0])),
        remove_everywhere=draw(some.booleans()),
    )


@hypothesis_settings(max_examples=150, deadline=None)
@given(datasets(), choices())
def test_nothing_tested_on_is_ever_learnt_from(dataset, settings):
    split = split_rows(dataset, settings)
    contents = [
        {dataset.recordings[i].content_hash for i in dataset.clips.recording[rows]}
        for rows in (split.train, split.valid, split.test)
    ]
    assert not contents[0] & contents[2] and not contents[0] & contents[1] and not contents[1] & contents[2]
    for rows in (split.train, split.valid, split.test):
        assert len(np.unique(rows)) == len(rows)
    assert set(split.test_as_paper) <= set(split.test)
    if uses_own_split(dataset, settings):
        assert not (dataset.clips.split[split.train] == "test").any()
        assert not (dataset.clips.split[split.train] == "").any()


@hypothesis_settings(max_examples=80, deadline=None)
@given(datasets(), choices(), some.floats(0, 1), some.floats(0, 1))
def test_a_share_of_background_is_taken_from_training_alone(dataset, settings, first, second):
    small, large = sorted((first, second))
    whole, less, more = (
        split_rows(dataset, replace(settings, background_share=share, remove_everywhere=False))
        for share in (1.0, small, large)
    )
    quiet = ~dataset.clips.labels.any(axis=1)
    assert set(less.train) <= set(more.train) <= set(whole.train)
    assert quiet[less.train].sum() == round(small * quiet[whole.train].sum())
    assert (~quiet)[less.train].sum() == (~quiet)[whole.train].sum()
    assert np.array_equal(less.valid, whole.valid) and np.array_equal(less.test, whole.test)


def test_the_papers_way_removes_background_everywhere():
    labels = np.zeros((40, 1), dtype=bool)
    labels[::2] = True
    dataset = detection(10, 4, labels, np.full(40, "", dtype="<U5"))
    split = split_rows(dataset, TrainSettings(remove_everywhere=True))
    assert labels[split.train].all() and labels[split.valid].all() and labels[split.test_as_paper].all()
    assert not labels[split.test].all()
    assert any("paper's way" in said for said in warnings(dataset, TrainSettings(remove_everywhere=True)))


def test_too_few_examples_are_said_before_the_start():
    labels = np.zeros((30, 3), dtype=bool)
    labels[:, 0] = True
    labels[0:3, 1] = True  # one recording
    split = np.repeat(["train"] * 6 + ["valid"] * 2 + ["test"] * 2, 3).astype("<U5")
    labels[[1, 4, 19, 28], 2] = True  # two clips to learn from
    said = warnings(detection(10, 3, labels, split), TrainSettings())
    assert any(s.startswith("label 1: in fewer than three recordings") for s in said)
    assert any("label 2" in s and "fewer than 5 clips" in s for s in said)
    assert not any("label 0" in s for s in said)


@pytest.mark.parametrize("recordings", [1, 2])
def test_too_few_recordings_are_an_obstacle(recordings):
    dataset = detection(recordings, 5, np.ones((5 * recordings, 1), dtype=bool), np.full(5 * recordings, ""))
    assert any(
        "at least three recordings" in said for said in obstacles(dataset, TrainSettings(), "resnet18")
    )


def test_adapters_for_a_network_without_attention_are_an_obstacle():
    dataset = detection(10, 2, np.ones((20, 1), dtype=bool), np.full(20, ""))
    lora = TrainSettings(strategy="lora")
    assert obstacles(dataset, lora, "resnet18") and not obstacles(dataset, lora, "swin_s")


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (("train", "test"), True),
        (("train", "valid", "test"), True),
        (("train", "valid"), False),
        (("test", ""), False),
    ],
)
def test_a_split_is_the_datasets_own_where_it_says_what_to_train_and_test_on(names, own):
    split = np.resize(np.array(names), 12).astype("<U5")
    dataset = detection(6, 2, np.arange(12)[:, None] % 3 == 0, split, 0)
    assert uses_own_split(dataset, TrainSettings(split="dataset")) is own
    assert not uses_own_split(dataset, TrainSettings(split="seeded"))
