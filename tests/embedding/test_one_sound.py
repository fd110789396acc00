"""A drawn box as the model gets it: its time and band alone, amid silence; and its embedding like any clip's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bioviz.datasets.build import build_dataset
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.embedding.one_sound import box_waveform, centred, embed_sound, loudest_waveform
from bioviz.embedding.pipeline import embed_dataset, recipe_for
from bioviz.errors import BadInput
from tests.sounds import folder_per_class

RATE = 8000


@pytest.fixture
def dataset(tmp_path):
    return build_dataset(folder_per_class(tmp_path / "calls", files=4, seconds=0.5), name="calls")


@pytest.fixture
def recipe(dataset):
    return replace(recipe_for(dataset, "alexnet", "random", 0, "cpu"), rate=RATE, width_s=2.0)


@pytest.fixture
def two_tones(tmp_path) -> Sound:
    """4 s of 500 Hz, and from 1 to 1.5 s of 2,500 Hz too."""
    t = np.arange(4 * RATE) / RATE
    samples = 0.3 * np.sin(2 * np.pi * 500 * t) + 0.3 * np.sin(2 * np.pi * 2500 * t) * ((t >= 1) & (t < 1.5))
    soundfile.write(tmp_path / "two.wav", samples, RATE, subtype="FLOAT")
    return Sound(tmp_path / "two.wav")


def power_at(samples: np.ndarray, hz: float) -> float:
    return abs(np.fft.rfft(samples)[round(hz * len(samples) / RATE)]) ** 2


def test_a_box_is_alone_in_the_middle_of_silence(two_tones, recipe):
    waveform = box_waveform(two_tones, (1.0, 1.5), 2000.0, 3000.0, recipe)
    assert waveform.shape == (2 * RATE,) and waveform.dtype == np.float32
    middle = slice(RATE - RATE // 4, RATE + RATE // 4)
    assert np.any(waveform[middle]) and not np.any(np.delete(waveform, np.r_[middle]))
    assert power_at(waveform, 500) < 1e-6 * power_at(waveform, 2500)


def test_of_a_longer_box_the_middle_is_taken(two_tones, recipe):
    assert len(box_waveform(two_tones, (0.0, 4.0), 0.0, None, recipe)) == recipe.width
    assert centred(np.arange(6.0), 2).tolist() == [2.0, 3.0]
    assert centred(np.ones(2), 5).tolist() == [0.0, 1.0, 1.0, 0.0, 0.0]


def test_a_band_that_the_model_does_not_hear_is_named(two_tones, recipe):
    with pytest.raises(BadInput, match="this model hears up to 4 kHz"):
        box_waveform(two_tones, (1.0, 1.5), 5000.0, 6000.0, recipe)


def test_a_whole_clip_gets_the_embedding_that_it_has_in_the_dataset(dataset, own_cache):
    from bioviz.audio.decode import load_clip

    recipe = recipe_for(dataset, "alexnet", "random", 0, "cpu")
    embedded = embed_dataset(dataset, "alexnet", "random")
    row = 3
    recording = dataset.recordings[int(dataset.clips.recording[row])]
    start_s = float(dataset.clips.start_s[row])
    waveform = load_clip(
        recording.sound, start_s, start_s + recipe.width_s, recipe.rate, width_samples=recipe.width
    )
    ours, theirs = embed_sound(waveform, recipe), np.asarray(embedded.matrix[row])
    assert np.dot(ours, theirs) / np.linalg.norm(ours) / np.linalg.norm(theirs) > 0.9999


def test_of_a_file_the_loudest_window_is_taken(tmp_path, recipe):
    t = np.arange(6 * RATE) / RATE
    samples = 0.5 * np.sin(2 * np.pi * 900 * t) * ((t >= 3.5) & (t < 4.5)) + 0.01 * np.sin(
        2 * np.pi * 200 * t
    )
    path = tmp_path / "sound"  # whatever it is called
    soundfile.write(path, samples, RATE, subtype="PCM_16", format="WAV")
    waveform, start_s = loudest_waveform(path, recipe)
    assert waveform.shape == (recipe.width,) and 2.5 <= start_s <= 3.5
    with pytest.raises(BadInput):
        (tmp_path / "none").write_bytes(b"no sound")
        loudest_waveform(tmp_path / "none", recipe)
