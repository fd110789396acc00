"""The SNR experiment: the ratio on the samples, what becomes of scores, cancelling and going on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioviz.audio.mixing import factors
from bioviz.datasets.types import Annotation
from bioviz.errors import BadInput, Cancelled
from bioviz.experiments import noise
from bioviz.experiments.draw import draw
from bioviz.experiments.mixtures import mixture, mixtures, native
from bioviz.experiments.noise import compute_noise, noise_job, open_noise
from bioviz.experiments.noise_scores import lost_share
from bioviz.experiments.settings import NoiseSettings
from bioviz.models.titles import title_of
from bioviz.store.pack import pack
from tests.experiments.sounds import RATE, dataset, run_of, spec_of

SNRS = (30.0, 15.0, 0.0, -10.0, -30.0)


@pytest.fixture
def calls(tmp_path):
    return dataset(tmp_path / "calls")


@pytest.fixture
def pair(tmp_path):
    made = dataset(tmp_path / "calls", per_label=2)
    first = draw(made, "all", NoiseSettings(labels=("hoot",))).pairs[0]
    return replace(first, calls=((0.1, 0.2), (0.15, 0.3)), measured="clip")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snr=st.floats(-40, 40), start=st.floats(0, 0.4), length=st.floats(0.01, 0.5))
def test_the_ratio_is_hit_on_the_samples_under_the_call(pair, snr, start, length):
    pair = replace(pair, calls=((start, min(start + length, 0.5)),))
    signal, added, active = native(pair)
    assert active.sum() == pytest.approx((pair.calls[0][1] - start) * RATE, abs=1)
    mixed = mixture(pair, snr).astype(np.float64)
    design = np.column_stack([signal, added]).astype(np.float64)
    factors, *_ = np.linalg.lstsq(design, mixed, rcond=None)
    of_signal, of_noise = ((gain * column[active]) for gain, column in zip(factors, design.T, strict=True))
    measured = 10 * np.log10(np.square(of_signal).mean() / np.square(of_noise).mean())
    assert measured == pytest.approx(snr, abs=0.01)
    assert np.abs(mixed).max() <= 1 + 1e-6
    assert factors.max() == pytest.approx(1, abs=1e-3), "one of the two as it was recorded, none louder"


def test_what_would_pass_full_scale_is_turned_down():
    tone = np.sin(np.arange(1000.0))
    of_signal, of_noise = factors(tone, tone, 1.0)
    assert of_signal == of_noise == pytest.approx(0.5 / np.abs(tone).max())


def test_what_a_model_gets_is_the_mixture_resampled(pair):
    got = mixtures(pair, (6.0, -6.0), 4000, 2000)
    for row, snr in zip(got, (6.0, -6.0), strict=True):
        whole = soxr.resample(mixture(pair, snr), RATE, 4000, quality="HQ")
        np.testing.assert_allclose(row[50:-50], whole[50:-50], atol=2e-3)
    np.testing.assert_allclose(mixtures(pair, (6.0,), RATE, RATE // 2)[0], mixture(pair, 6.0), atol=1e-6)


def test_without_annotations_the_clip_counts_up_to_the_end_of_its_recording(pair):
    _, _, active = native(replace(pair, calls=(), duration_s=0.25))
    assert active.sum() == RATE // 4


def test_boxes_and_draws(calls):
    boxed = replace(
        calls,
        annotations=(
            Annotation(0, 0.1, 0.2, calls.labels[0]),
            Annotation(0, 0.3, 9.0, calls.labels[0]),
            Annotation(0, 0.0, 0.4, "background"),
        ),
    )
    rows = np.flatnonzero(calls.targets > 0)
    few = draw(calls, "all", NoiseSettings(per_label=3))
    assert len(few.rows) == 6 and set(few.rows) <= set(rows)
    every = draw(boxed, "all", NoiseSettings(per_label=100))
    assert every.rows.tolist() == rows.tolist()
    by_row = {pair.row: pair for pair in every.pairs}
    assert all(by_row[pair.row].noise == pair.noise for pair in few.pairs)
    boxes = [pair.calls for pair in every.pairs if pair.recording == 0]
    assert boxes in ([], [((0.1, 0.2), (0.3, 0.5))])
    assert few.key == draw(calls, "all", NoiseSettings(per_label=3)).key
    assert few.key != draw(calls, "all", NoiseSettings(per_label=3, seed=1)).key
    assert set(draw(calls, "all", NoiseSettings(labels=("hoot",), per_label=3)).rows) < set(few.rows)


def test_background_of_the_own_recording_is_avoided(tmp_path):
    made = dataset(tmp_path / "calls")
    together = replace(made, clips=replace(made.clips, recording=made.clips.recording // 4))
    for each in draw(together, "all", NoiseSettings()).pairs:
        assert each.noise.recording != each.recording


def test_background_of_the_same_site(calls):
    sites = ["a" if i % 3 else "" if i % 2 else "b" for i in range(len(calls.recordings))]
    placed = replace(
        calls,
        recordings=tuple(replace(r, site=site) for r, site in zip(calls.recordings, sites, strict=True)),
    )
    drawn = draw(placed, "all", NoiseSettings(same_site=True))
    assert drawn.left_out and len(drawn.rows) + drawn.left_out == 16
    for each in drawn.pairs:
        assert sites[each.recording] == sites[each.noise.recording] != ""
        assert each.recording != each.noise.recording
    assert drawn.key != draw(placed, "all", NoiseSettings()).key
    with pytest.raises(BadInput, match="own site"):
        draw(calls, "all", NoiseSettings(same_site=True))


def test_the_ratio_of_the_call_and_of_the_clip_are_two_experiments(calls):
    of_call, of_clip = (draw(calls, "all", NoiseSettings(measured=m)) for m in ("call", "clip"))
    assert of_call.key != of_clip.key and of_call.rows.tolist() == of_clip.rows.tolist()
    louder, softer = (mixture(drawn.pairs[0], 0.0) for drawn in (of_clip, of_call))
    assert not np.allclose(louder, softer)


def test_background_from_a_folder_and_another_dataset(tmp_path, calls):
    folder = tmp_path / "wind"
    folder.mkdir()
    soundfile.write(folder / "wind.WAV", np.random.default_rng(1).normal(size=16000, scale=0.1), 16000)
    pairs = draw(calls, "all", NoiseSettings(background=f"folder:{folder}")).pairs
    assert {pair.noise.name for pair in pairs} == {"wind.WAV"} and len({p.noise.start_s for p in pairs}) > 3
    assert mixture(pairs[0], 0).shape == (RATE // 2,)
    other = dataset(tmp_path / "other", per_label=2, seconds=0.3)
    pairs = draw(calls, "all", NoiseSettings(background=f"dataset:{other.id}")).pairs
    assert all("other" in str(pair.noise.sound.path) and pair.noise.recording == -1 for pair in pairs)
    assert mixture(pairs[0], 0).shape == (RATE // 2,)
    with pytest.raises(BadInput, match="outside the data folders"):
        draw(calls, "all", NoiseSettings(background="folder:/"))


def test_separability_falls_as_background_is_added(calls):
    run = run_of(calls)
    chosen = NoiseSettings(snrs_db=SNRS, k=5, measured="clip")
    assert open_noise(run, chosen) is None
    result = compute_noise(run, chosen)
    s = result.scores
    assert s.snrs_db.tolist() == [np.inf, *SNRS] and result.problems == ()
    separable = s.separability[:, 0]
    assert (np.diff(separable) <= 0.05).all(), separable
    assert separable[0] == 1 and separable[-1] < 0.75
    assert s.mean_purity[0, 0] > 0.9 > 0.3 > s.mean_purity[-1, 0]
    assert s.mean_confusion[-1, 0] > 0.6 > 0.1 > s.mean_confusion[0, 0]
    assert (s.told[0, :, 0] > 0.95).all() and (s.told[-1, :, 0] < 0.7).all()
    assert (s.clips == 8).all()
    # All of eight recordings is no proof of all: no interval is without width.
    assert s.separability[0, 1] < 0.95 and (s.told[0, :, 1] < 0.85).all()
    assert (s.mean_purity[:, 1] < s.mean_purity[:, 2]).all()
    at, low, high = s.lost_at_db.T
    assert ((low <= at) & (at <= high) & (at < 30) & (at > -30)).all()
    # The path starts at the clip's own place and ends among background.
    background = run.xy[run.targets == 0].mean(axis=0)
    at = [run.position(row) for row in result.rows]
    away = np.linalg.norm(s.places - background, axis=2).mean(axis=1)
    assert away[-1] < 0.3 * away[0]
    assert np.linalg.norm(s.places[0] - run.xy[at], axis=1).mean() < 0.5 * away[0]
    opened = open_noise(run, chosen)
    np.testing.assert_equal(pack(opened), pack(result))
    assert open_noise(run, replace(chosen, seed=1)) is None


def test_the_share_of_clips_lost_counts_clips_with_more_background_around_than_by_chance():
    confusion = np.array([[0.1, 0.2, 0.9, 0.4] * 3, [0.6, 0.9, 0.5, np.nan] * 3])
    scores = SimpleNamespace(confusion=confusion)
    each = lost_share(scores, np.arange(12))
    assert each[:, 0].tolist() == [0.25, pytest.approx(2 / 3)]
    assert (each[:, 1] < each[:, 0]).all() and (each[:, 0] < each[:, 2]).all()
    few = lost_share(scores, np.arange(12) % 3)
    assert few[:, 0].tolist() == each[:, 0].tolist() and np.isnan(few[:, 1:]).all(), "units, not clips"


def test_neighbors_of_the_added_noise_do_not_count(calls):
    run = run_of(calls)
    chosen = NoiseSettings(snrs_db=(-60.0,), k=1)
    result = compute_noise(run, chosen)
    pairs = draw(calls, "all", chosen).pairs
    for near, pair in zip(result.scores.nearest[1], pairs, strict=True):
        assert calls.clips.recording[run.rows[near]] not in (pair.recording, pair.noise.recording)


class Stop:
    """Cancels once so many mixtures are embedded."""

    def __init__(self, after: int) -> None:
        self.after = after

    def report(self, stage, done, total, unit="clips", note=""):
        if stage.startswith("Embedding mixtures") and done >= self.after:
            raise Cancelled("stopped")


def test_a_cancelled_experiment_goes_on_where_it_was(calls, monkeypatch):
    run = run_of(calls)
    chosen = NoiseSettings(snrs_db=SNRS, k=5)
    monkeypatch.setattr("bioviz.experiments.mixed_embeddings.CHUNK", 4)
    with pytest.raises(Cancelled):
        compute_noise(run, chosen, Stop(45))
    assert open_noise(run, chosen) is None
    made = []
    real = mixtures

    def counted(pair, snrs_db, rate, width):
        made.append(pair.row)
        return real(pair, snrs_db, rate, width)

    monkeypatch.setattr("bioviz.experiments.mixed_chunks.mixtures", counted)
    resumed = compute_noise(run, chosen)
    assert 0 < len(made) < 16
    made.clear()
    compute_noise(run, replace(chosen, k=4))  # other neighbors, the same mixtures
    assert made == []
    compute_noise(run, replace(chosen, snrs_db=(*SNRS, 5.0)))
    assert len(made) == 16
    monkeypatch.setattr("bioviz.experiments.noise.VERSION", 99)  # the same in one go
    np.testing.assert_equal(pack(compute_noise(run, chosen)), pack(resumed))


def test_a_clip_that_cannot_be_mixed_is_left_out_and_named(calls):
    run = run_of(calls)
    path = next(pair.sound.path for pair in draw(calls, "all", NoiseSettings()).pairs)
    path.write_bytes(path.read_bytes()[:-200])
    result = compute_noise(run, NoiseSettings(snrs_db=(0.0,), k=5))
    assert len(result.problems) == 1 and "changed" in result.problems[0].detail
    assert np.isnan(result.scores.purity[1]).sum() == 1
    assert np.isfinite(result.scores.separability[1, 0])


def test_what_cannot_be_asked(calls):
    for bad in (
        {"snrs_db": ()},
        {"snrs_db": (float("nan"),)},
        {"per_label": 0},
        {"background": "sea"},
        {"measured": "ear"},
        {"same_site": True, "background": "dataset:x"},
    ):
        with pytest.raises(BadInput):
            NoiseSettings(**bad)
    assert NoiseSettings.from_dict(NoiseSettings(labels=("b", "a")).to_dict()).labels == ("a", "b")
    with pytest.raises(BadInput, match="no label moo"):
        draw(calls, "all", NoiseSettings(labels=("moo",)))
    quiet = replace(calls, clips=replace(calls.clips, labels=np.ones_like(calls.clips.labels)))
    with pytest.raises(BadInput, match="no background"):
        draw(quiet, "all", NoiseSettings())


def test_the_job_goes_on_after_a_model_that_fails(calls, monkeypatch):
    spec = spec_of(calls)
    missing = replace(spec, model="vggish", checkpoint="pretrained")
    result = noise_job(noise.job_params([missing, spec], NoiseSettings(snrs_db=(0.0,), k=5)), noise.Silent())
    assert result["runs"] == [run_of(calls).key] and list(result["failed"]) == [
        title_of("vggish", "pretrained")
    ]
