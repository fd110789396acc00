"""The demo dataset: what the issue promises of it, and that it is the same each time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import soundfile

from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.datasets import library
from bioviz.datasets.demo import dataset as demo
from bioviz.datasets.demo import noises
from bioviz.datasets.demo.calls import CALLS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(tmp_path_factory.mktemp("demo-cache")))
        yield demo.ensure_demo()


def test_shape_of_the_demo(made):
    assert made.id == "demo" and made.task == "detection" and made.source["reader"] == "raven"
    assert len(made.recordings) == 48 and {r.duration_s for r in made.recordings} == {30.0}
    assert len({r.site for r in made.recordings}) == 4 and all(r.recorded_at for r in made.recordings)
    assert made.labels == tuple(sorted(CALLS)) and len(made.labels) >= 6
    assert len(made.clips) == 672
    share = (made.targets == 0).mean()
    assert 0.5 < share < 0.75
    assert {p.kind for p in made.problems} == {"empty_table"}


def test_every_split_has_every_kind_of_call_and_no_recording_in_two(made):
    for split in ("train", "valid", "test"):
        assert set(made.targets[made.clips.split == split]) == set(range(7))
    pairs = set(zip(made.clips.recording.tolist(), made.clips.split.tolist(), strict=True))
    assert len(pairs) == 48
    of_test = {recording for recording, split in pairs if split == "test"}
    assert len(of_test) >= 2 * MIN_UNITS  # so that what a fine-tuning changed has an interval


def test_every_kind_is_heard_at_several_sites(made):
    for label in made.labels:
        assert len({made.recordings[a.recording].site for a in made.annotations if a.label == label}) >= 2


def test_snr_is_spread_and_the_sound_not_clipped(made):
    snr = np.array([float(a.extras["SNR (dB)"]) for a in made.annotations])
    assert snr.min() >= -10 and snr.max() <= 20 and snr.std() > 5
    sound, _ = soundfile.read(made.recordings[0].path, dtype="int16")
    assert np.abs(sound.astype(int)).max() < 32767 and sound.std() > 50


def test_calls_hit_their_snr_in_their_band():
    quiet = demo.Site("X", ((noises.hum, 1.0),), -36, tuple(CALLS))
    with_calls, selections = demo.make_recording(quiet, False, np.random.default_rng(3))
    floor, none = demo.make_recording(quiet, True, np.random.default_rng(3))
    assert none == [] and len(selections) >= 4
    checked = 0
    for one in selections:
        if any(o is not one and o.start_s < one.end_s and one.start_s < o.end_s for o in selections):
            continue
        span = slice(round(one.start_s * demo.RATE), round(one.end_s * demo.RATE))
        noise = floor[span].astype(float)
        call = with_calls[span].astype(float) - noise
        within = demo._band_power(noise, one.low_hz, one.high_hz)
        assert 10 * np.log10(np.mean(call**2) / within) == pytest.approx(
            float(one.extras["SNR (dB)"]), abs=0.3
        )
        assert demo._band_power(call, one.low_hz, one.high_hz) > 0.9 * np.mean(
            call**2
        )  # the box holds the call
        checked += 1
    assert checked >= 2


def test_the_same_bytes_each_time():
    for site in demo.SITES[:2]:
        first = demo.make_recording(site, False, np.random.default_rng([demo.SEED, 1]))
        again = demo.make_recording(site, False, np.random.default_rng([demo.SEED, 1]))
        assert np.array_equal(first[0], again[0]) and first[1] == again[1]


def test_it_is_made_once_and_again_when_touched(made, monkeypatch):
    cache = made.recordings[0].path.parent.parent
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    calls = []
    monkeypatch.setattr(demo, "write_demo", lambda *args: calls.append(args))
    assert demo.ensure_demo().version == made.version and not calls
    made.recordings[0].path.touch()
    assert demo.ensure_demo().version == made.version and not calls
    library.remove("demo")
    assert demo.ensure_demo().version == made.version and len(calls) == 1


def test_a_demo_of_an_older_version_stays_as_it_is(made, monkeypatch):
    """Maps, flags and links of who opened the demo before go on to mean what they meant."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(made.recordings[0].path.parent.parent))
    older = dataclasses.replace(made, recordings=made.recordings, name="Older demo")
    library.save(older)
    assert demo.ensure_demo().name == "Older demo"
    library.save(made)
