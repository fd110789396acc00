"""Waveforms decoded once and kept as they are."""

from __future__ import annotations

import shutil
import threading

import numpy as np
import pytest

from bioviz import config
from bioviz.audio.decode import load_clip
from bioviz.errors import BadInput
from bioviz.progress import Silent
from bioviz.training.data import waveform_cache
from bioviz.training.data.waveform_cache import open_waves
from tests.training import tiny


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


def test_what_is_not_stored_is_decoded_by_several_threads(tones, monkeypatch):
    large, together = open_waves(tones, tiny.RATE, Silent(), limit_bytes=10), threading.Barrier(3)

    def load(*clip):
        together.wait(timeout=20)  # goes on when three are here
        return load_clip(*clip)

    rows = np.arange(6)
    expected = large.take(rows)
    monkeypatch.setattr(waveform_cache, "load_clip", load)
    monkeypatch.setattr(waveform_cache, "decoding_threads", lambda: 3)
    assert np.array_equal(large.take(rows), expected)

    def fail(*clip):
        raise BadInput("gone")

    monkeypatch.setattr(waveform_cache, "load_clip", fail)
    with pytest.raises(BadInput, match="gone"):
        large.take(rows)


def test_resampled_waveforms_are_kept_exactly(tones):
    waves = open_waves(tones, 3000, Silent())
    path = tones.recordings[tones.clips.recording[2]].path
    assert np.array_equal(waves.take(np.array([2]))[0], load_clip(path, 0, waves.width / 3000, 3000))
