"""The parts of training by themselves: layers, schedule, measures, augmentation, waveforms, settings, checkpoints."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import average_precision_score, roc_auc_score

from bioviz import config
from bioviz.audio.decode import load_clip
from bioviz.errors import BadInput, Missing
from bioviz.models import checkpoints, registry
from bioviz.progress import Silent
from bioviz.training import parity
from bioviz.training.data.augment import Draws, change, draw, hide
from bioviz.training.data.waveform_cache import open_waves
from bioviz.training.finetune import finetune
from bioviz.training.loop.schedule import factor
from bioviz.training.network.layers import stages
from bioviz.training.network.metrics import measures
from bioviz.training.network.objective import objective_of
from bioviz.training.settings import DRAWN, PRESETS, PROBE, TrainSettings, preset, strategies_for
from tests.training import tiny


def test_the_stages_of_real_networks_go_from_the_input_up():
    assert stages(registry.open_model("resnet18").module) == [
        ("net.conv1", "net.bn1", "net.layer1"),
        ("net.layer2",),
        ("net.layer3",),
        ("net.layer4.0",),
        ("net.layer4.1",),
        ("net.fc",),
    ]


def test_every_parameter_is_in_one_stage_or_frozen():
    encoder = tiny.Tiny()
    names = [name for group in stages(encoder) for name in group]
    for name, _ in encoder.named_parameters():
        hits = sum(name.startswith(f"{stage}.") for stage in names)
        assert hits == (0 if name.startswith("fixed.") else 1), name


def test_the_schedule_rises_and_falls():
    cosine = [factor("cosine", step, 100, 0.1) for step in range(100)]
    assert cosine[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert cosine[10] == 1.0 and cosine[55] == pytest.approx(0.5) and cosine[99] < 0.001
    assert [factor("constant", step, 4, 0.0) for step in range(4)] == [1.0] * 4


@given(some.integers(0, 10**6))
def test_measures_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random((30, 3)) < 0.3
    labels[0], labels[1] = True, False
    scores = rng.integers(0, 6, (30, 3)).astype(float)  # with ties
    told = measures(labels, scores, scores.argmax(axis=1))
    assert told["macro_ap"] == pytest.approx(average_precision_score(labels, scores, average="macro"))
    assert told["background_auroc"] == pytest.approx(roc_auc_score(labels.any(axis=1), scores.max(axis=1)))


def test_a_label_without_test_clips_is_left_out_and_counts_0_as_in_beans():
    labels = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0]], dtype=bool)
    told = measures(labels, labels.astype(float), labels.argmax(axis=1))
    assert told["macro_ap"] == 1.0
    assert told["macro_ap_beans"] == pytest.approx(2 / 3)


def test_accuracy_counts_background_and_labelled_accuracy_does_not():
    labels = np.array([[1, 0], [0, 1], [0, 0], [0, 0]], dtype=bool)
    scores = np.array([[0.9, 0.1], [0.2, 0.3], [0.0, 0.0], [0.8, 0.0]])
    told = measures(labels, scores, np.array([0, -1, -1, 0]))
    assert told["accuracy"] == 0.5
    assert told["labelled_accuracy"] == 1.0


def test_background_is_a_row_of_zeros_or_an_answer_of_its_own(tones):
    one = objective_of(tones, np.arange(len(tones.clips)), False)
    assert one.one_label and one.names == ("background", *tones.labels)
    assert (one.targets.numpy() == tones.targets).all()
    several = objective_of(replace(tones, task="detection"), np.arange(len(tones.clips)), False)
    assert not several.one_label and several.names == tones.labels
    assert (several.targets[tones.targets == 0] == 0).all()
    logits, rows = torch.zeros(4, 2), np.arange(4)
    assert float(several.loss(logits, rows)) / several.scale(rows) == pytest.approx(np.log(2))


def test_class_weights_make_rare_labels_count_as_much(tones):
    train = np.flatnonzero(tones.targets != 1)[:9].tolist() + np.flatnonzero(tones.targets == 1)[:2].tolist()
    objective = objective_of(tones, np.array(train), True)
    counts = np.bincount(tones.targets[train], minlength=3)
    products = objective.weights.numpy() * counts
    assert products == pytest.approx(np.full(3, products[0]), rel=1e-6)


def no_draws(count: int) -> Draws:
    return Draws(np.zeros(count), np.ones(count), np.full(count, -1), np.zeros(count), np.zeros((count, 4)))


def test_augmentation_does_what_it_says():
    waves = np.random.default_rng(0).normal(size=(2, 100)).astype(np.float32)
    assert np.array_equal(change(waves, waves[:0], no_draws(2)), waves)
    shifted = change(waves, waves[:0], replace(no_draws(2), shift=np.array([0.1, -0.25])))
    for row, step in ((0, 10), (1, -25)):  # rolled, but for a fade of an eighth to either side of the seam
        rolled, seam = np.roll(waves[row], step), step % 100
        far = np.abs((np.arange(100) - seam + 50) % 100 - 50 + 0.5) > 12
        assert np.array_equal(shifted[row][far], rolled[far]) and far.sum() == 76
        assert np.abs(shifted[row]).sum() < np.abs(rolled).sum()
    louder = change(waves, waves[:0], replace(no_draws(2), gain=np.array([2.0, 1.0])))
    assert np.allclose(louder[0], 2 * waves[0]) and np.array_equal(louder[1], waves[1])
    noise = np.random.default_rng(1).normal(size=(1, 100)).astype(np.float32)
    mixed = change(
        waves, noise, replace(no_draws(2), background=np.array([7, -1]), mix_db=np.array([6.0, 0.0]))
    )
    added = mixed[0] - waves[0]
    assert 20 * np.log10(waves[0].std() / added.std()) == pytest.approx(6, abs=0.3)
    assert np.array_equal(mixed[1], waves[1])


def test_only_background_of_the_training_set_is_mixed_in():
    draws = draw(TrainSettings(mix_background=0.5), 1000, np.array([3, 5]), np.random.default_rng(0))
    assert set(draws.background) == {-1, 3, 5}
    assert (draws.background >= 0).mean() == pytest.approx(0.5, abs=0.06)
    none = draw(TrainSettings(mix_background=0.5), 10, np.array([], dtype=int), np.random.default_rng(0))
    assert (none.background == -1).all()


def test_masks_hide_one_stretch_and_one_band():
    masks = np.array([[1.0, 0.5, 1.0, 0.0]])
    picture = torch.rand(1, 3, 20, 40) + 1
    hidden = hide(picture, masks) == picture.amin()
    assert hidden[0, 0].all(dim=0).nonzero().flatten().tolist() == list(range(16, 24))
    assert hidden[0, 2].all(dim=1).nonzero().flatten().tolist() == list(range(4))
    t = np.arange(1000) / 1000
    tones = torch.tensor(np.sin(2 * np.pi * 50 * t) + np.sin(2 * np.pi * 300 * t), dtype=torch.float32)[None]
    band = hide(tones, np.array([[0.0, 0.0, 1.0, 0.0]]))  # the lowest fifth: 0 to 100 Hz
    spectrum = torch.fft.rfft(band)[0].abs()
    assert spectrum[50] < 1e-2 and spectrum[300] > 400
    assert (hide(tones, np.array([[1.0, 0.0, 0.0, 0.0]]))[0, :200].abs() < 1e-5).all()


def test_stored_waveforms_are_the_clips_and_are_decoded_once(tones, monkeypatch):
    waves = open_waves(tones, tiny.RATE, Silent())
    rows = np.array([5, 0, 17])
    expected = [
        load_clip(tones.recordings[tones.clips.recording[r]].path, 0, waves.width / tiny.RATE, tiny.RATE)
        for r in rows
    ]
    assert waves.stored and np.array_equal(
        waves.take(rows), expected
    )  # 16-bit files at their own rate: exact
    monkeypatch.setattr("bioviz.training.data.waveform_cache.decode_ahead", None)  # not called again
    assert np.array_equal(open_waves(tones, tiny.RATE, Silent()).take(rows), expected)
    shutil.rmtree(config.settings().cache_dir / "waves")
    large = open_waves(tones, tiny.RATE, Silent(), limit_bytes=10)
    assert not large.stored and np.array_equal(large.take(rows), expected)


def test_resampled_waveforms_are_kept_exactly(tones):
    waves = open_waves(tones, 3000, Silent())
    path = tones.recordings[tones.clips.recording[2]].path
    assert np.array_equal(waves.take(np.array([2]))[0], load_clip(path, 0, waves.width / 3000, 3000))


def test_parity_sees_a_mismatch_that_plain_cosine_hides():
    rng = np.random.default_rng(0)
    common = rng.normal(size=64)
    trained = (common + 0.005 * rng.normal(size=(16, 64))).astype(np.float32)  # all clips nearly alike
    assert parity.judge(trained, trained, trained).usable
    mixed_up = trained[::-1].copy()
    told = parity.judge(trained, mixed_up, trained)
    assert told.opened > parity.SAME and not told.usable and told.of_spread > 0.5
    assert not parity.judge(trained, trained, rng.normal(size=trained.shape)).usable
    assert "not numbers" in parity.judge(trained, trained * np.nan, trained).reason


@pytest.mark.parametrize(("cosine", "usable"), [(0.9990, True), (0.9970, False), (0.88, False)])
def test_parity_is_strict_about_what_the_cache_holds(cosine, usable):
    """Half precision moves an embedding by a cosine of 0.9997; a model that heard other sound by 0.88 and more."""
    rng = np.random.default_rng(0)
    trained = rng.normal(size=(16, 64))
    aside = rng.normal(size=trained.shape)
    aside -= (aside * trained).sum(1, keepdims=True) / (trained**2).sum(1, keepdims=True) * trained
    aside *= np.linalg.norm(trained, axis=1, keepdims=True) / np.linalg.norm(aside, axis=1, keepdims=True)
    cached = cosine * trained + np.sqrt(1 - cosine**2) * aside
    assert parity.judge(trained, trained, cached).usable is usable
    assert parity.judge(trained, trained, trained, mixed=cached).usable is usable


def test_settings_survive_json_and_refuse_nonsense():
    for settings in PRESETS.values():
        assert TrainSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    for wrong in (
        {"strategy": "magic"},
        {"background_share": 2},
        {"epochs": 0},
        {"learning_rates": []},
        {"x": 1},
    ):
        with pytest.raises(BadInput):
            TrainSettings.from_dict(wrong)
    assert "lora" in strategies_for("swin_s") and "lora" not in strategies_for("resnet18")


@pytest.fixture
def made(tones):
    return finetune(tones, "tiny", "random", TrainSettings(strategy="linear", epochs=1), name="mine")


def test_checkpoints_are_exported_deleted_and_imported(made):
    packed = checkpoints.export(made.id)
    checkpoints.delete(made.id)
    assert not checkpoints.list_checkpoints()
    with pytest.raises(Missing):
        registry.open_model("tiny", made.name)
    again = checkpoints.import_zip(packed)
    assert again.id == made.id and again.record == made.record and again.title == "mine"
    registry.open_model("tiny", again.name)


def repacked(packed: bytes, **changes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in {
            **files,
            **{key.replace("_", "."): value for key, value in changes.items()},
        }.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_a_wrong_file_is_not_imported(made):
    packed = checkpoints.export(made.id)
    with pytest.raises(BadInput, match="not a checkpoint file"):
        checkpoints.import_zip(b"no zip")
    with pytest.raises(BadInput, match="damaged or was changed"):
        checkpoints.import_zip(repacked(packed, model_safetensors=b"other"))
    with pytest.raises(BadInput, match="something else"):
        checkpoints.import_zip(repacked(packed, evil_py=b"x"))
    other = {**made.record.to_dict(), "model": "resnet18"}
    with pytest.raises(BadInput, match="not of resnet18"):
        checkpoints.import_zip(repacked(packed, record_json=json.dumps(other)))
    with pytest.raises(Missing):
        checkpoints.import_zip(
            repacked(packed, record_json=json.dumps({**made.record.to_dict(), "model": "nothing"}))
        )
    with pytest.raises(Missing):
        checkpoints.get("../" + made.id)


def test_only_trained_weights_start_from_the_probe():
    """On random features the probe's weights are huge: the loss began at 130 where ln(11) is 2.4."""
    for name in ("quick", "gradual", "adapters"):
        assert preset(name, trained_start=True).head == PROBE
        assert preset(name, trained_start=False).head == DRAWN
    assert preset("probe", trained_start=False).head == PROBE
